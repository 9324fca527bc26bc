#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# packages: the Debian packages are made, and say the right things. Prints TAP.
# That they work is check-install's to show.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=selftests/harness/tap.sh
. selftests/harness/tap.sh

package() { echo build/deb/"$1"_*_"$2".deb; }
field() { dpkg-deb -f "$(package "$1" arm64)" "$2"; }
has() { # PACKAGE ARCH FILE...
	dpkg-deb -c "$(package "$1" "$2")" | sed 's|.* \./||' >"$tmp/list"
	shift 2
	for file; do grep -q "^$file" "$tmp/list" || { echo "no $file"; return 1; }; done
}
versions() {
	[ "$(dpkg-parsechangelog -S Version)" = "$(sed -n 's/^VERSION := //p' userspace/build.mk)-1" ]
}

# Whose address the packages carry, and which request they answer in Debian's archive,
# is for whoever uploads them there.
lint() {
	lintian --allow-root --display-info --fail-on error,warning,info --suppress-tags \
		bogus-mail-host,bogus-mail-host-in-debian-changelog,initial-upload-closes-no-bugs \
		build/deb/*.changes
}

# what Debian's hardening=+all gives; a flag that a makefile drops is not seen otherwise
hardened() { # BINARY
	readelf -dlhnW "$1" >"$tmp/elf" 2>&1
	grep -q "BIND_NOW" "$tmp/elf" || { echo "$1: no bindnow"; return 1; }
	grep -q "GNU_RELRO" "$tmp/elf" || { echo "$1: no relro"; return 1; }
	grep -q "GNU_STACK .* RW " "$tmp/elf" || { echo "$1: the stack is executable"; return 1; }
	grep -q "Type: *DYN" "$tmp/elf" || { echo "$1: not position-independent"; return 1; }
	! grep -q "RPATH\|RUNPATH" "$tmp/elf" || { echo "$1: has a path of libraries"; return 1; }
	! grep -q "Machine: *AArch64" "$tmp/elf" || grep -q "BTI, PAC" "$tmp/elf" || {
		echo "$1: no branch protection"
		return 1
	}
	readelf --dyn-syms -W "$1" | grep -q "__[a-z]*_chk@" || { echo "$1: no fortify"; return 1; }
	readelf --dyn-syms -W "$1" | grep -q "__stack_chk_fail" || { echo "$1: no stack protector"; return 1; }
}
all_hardened() {
	for package in tsmctl libtsm1 libtsm-kbs1; do
		for file in build/deb/"$package"_*.deb; do
			dpkg-deb -x "$file" "$tmp/$(basename "$file")"
		done
	done
	find "$tmp" -type f \( -path '*/bin/*' -o -name '*.so.*' \) >"$tmp/binaries"
	[ -s "$tmp/binaries" ]
	while read -r binary; do
		hardened "$binary" || return 1
	done <"$tmp/binaries"
}

run "make deb" scripts/deb
run "programs and libraries are hardened" all_hardened
run "lintian has no remark" lint
run "the changelog has the version of the libraries" versions
run "the module's source, for DKMS, and what keeps the kernel's own back" has realm-tsm-dkms all \
	"usr/src/realm-tsm-.*/dkms.conf" "usr/src/realm-tsm-.*/Kbuild" \
	"usr/src/realm-tsm-.*/uapi/linux/realm_tsm.h" usr/lib/modprobe.d/realm-tsm.conf
run "library" has libtsm1 arm64 "usr/lib/aarch64-linux-gnu/libtsm.so.1 "
run "headers, pages" has libtsm-attest-dev arm64 usr/include/tsm/report.h \
	usr/share/man/man3/tsm_report_new.3.gz
run "library of secrets" has libtsm-kbs1 arm64 "usr/lib/aarch64-linux-gnu/libtsm-kbs.so.1 "
run "its header, pages" has libtsm-kbs-dev arm64 usr/include/tsm/kbs.h \
	usr/share/man/man3/tsm_kbs_new.3.gz
run "which the other package leaves to it" fails has libtsm-attest-dev arm64 usr/include/tsm/kbs.h
run "not beside the terminal's library for development" \
	[ "$(field libtsm-attest-dev Conflicts)" = libtsm-dev ]
run "commands, unit, rule and group" has tsmctl arm64 usr/bin/tsmctl usr/bin/tsm-keyprovider \
	usr/lib/systemd/system/realm-tsm.service usr/lib/udev/rules.d/60-realm-tsm.rules \
	usr/lib/sysusers.d/realm-tsm.conf usr/share/man/man1/tsmctl-report.1.gz
done_testing
