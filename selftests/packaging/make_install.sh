#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# make_install: what `make install` puts somewhere, `make uninstall` takes away,
# and nothing else. Prints TAP.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=selftests/harness/tap.sh
. selftests/harness/tap.sh
root=$tmp/root
headers=$(find /usr/src -maxdepth 1 -name 'linux-headers-*-arm64' | sort -V | tail -n 1)

# realms that boot meanwhile build the module in the same folder
on_root() { flock build/.lock make -s KDIR="$headers" DESTDIR="$root" "$@"; }
everything() { on_root install && on_root modules_install && on_root dkms_install; }
tree() { (cd "$root" && find . -printf '%p %y %m %l\n' | sort && find . -type f -exec sha256sum {} +); }
there() { for f; do [ -e "$root/$f" ] || { echo "no $f"; return 1; }; done; }
same() { tree | diff "$tmp/before" -; }

# what an administrator has there already, empty directories included
mkdir -p "$root/usr/local/lib" "$root/usr/local/share/man/man1" "$root/usr/local/include/tsm"
echo theirs >"$root/usr/local/include/tsm/theirs.h"
chmod 700 "$root/usr/local/lib"
tree >"$tmp/before"

run "install" everything
run "command, library, module, its source" there usr/local/bin/tsmctl usr/local/lib/libtsm.so.1 \
	usr/local/lib/pkgconfig/tsm-attest.pc usr/local/lib/systemd/system/realm-tsm.service \
	"lib/modules/${headers#*headers-}/updates/realm_tsm.ko.xz" usr/src/realm-tsm-1.0.0/dkms.conf
run "directories that were there keep their mode" [ "$(stat -c %a "$root/usr/local/lib")" = 700 ]
cp -a "$root" "$tmp/first"
run "install once more" everything
run "it is the same" diff -r "$root" "$tmp/first"
run "uninstall" on_root uninstall
run "the tree is as it was" same
run "nothing to uninstall is an error" fails on_root uninstall

# an older version had another file
run "install below another prefix" on_root PREFIX=/opt/tsm LIBDIR=/opt/tsm/lib64 install
echo opt/tsm/bin/old >>"$root/opt/tsm/share/realm-tsm/installed/userspace"
touch "$root/opt/tsm/bin/old" "$root/opt/tsm/bin/theirs"
run "libraries are where they were wanted" there opt/tsm/lib64/libtsm.so.1
run "upgrade" on_root PREFIX=/opt/tsm LIBDIR=/opt/tsm/lib64 install
run "what only the older version had is gone" fails there opt/tsm/bin/old
run "uninstall from there" on_root PREFIX=/opt/tsm uninstall
run "what others put into a directory of ours stays" there opt/tsm/bin/theirs
rm -r "$root/opt"
run "the rest is as it was" same

done_testing
