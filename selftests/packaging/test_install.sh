#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test_install.sh USERSPACE BUILD CC PKG_CONFIG: what is installed can be used,
# and what guards the ABI does. Prints TAP.
set -u
userspace=$1 build=$2 cc=$3 pkg_config=$4
# shellcheck source=selftests/harness/tap.sh
. "$(dirname "$0")/../harness/tap.sh"

run "build" make -s -C "$userspace" O="$build" CC="$cc" PKG_CONFIG="$pkg_config"
[ $tap_failed = 0 ] || done_testing
run "install" make -s -C "$userspace" O="$build" CC="$cc" PKG_CONFIG="$pkg_config" \
	PREFIX="$tmp/usr" install
run "install into DESTDIR" make -s -C "$userspace" O="$build" CC="$cc" \
	PKG_CONFIG="$pkg_config" DESTDIR="$tmp/root" PREFIX="$tmp/usr" install
run "the same is there" diff -r "$tmp/usr" "$tmp/root$tmp/usr"
lib=$tmp/usr/lib
no_globals() { # in .data and .bss is only what the compiler puts into any library
	! objdump -t "$lib/$1.so.1" | grep ' \.\(data\|bss\)[[:space:]]' |
		grep -v ' \(__dso_handle\|__TMC_END__\|completed\.0\|\.data\|\.bss\)$'
}
for name in libtsm libtsm-kbs; do
	run "$name has no global variables" no_globals $name
	run "$name's symbolic links" [ "$(readlink "$lib/$name.so") $(readlink "$lib/$name.so.1")" = \
		"$name.so.1 $(basename "$lib/$name".so.1.*)" ]
done

agent() { # the shortest program with a library
	flags=$(PKG_CONFIG_PATH="$lib/pkgconfig:${PKG_CONFIG_PATH:-}" \
		$pkg_config --cflags --libs "$1") || return 1
	$cc -Wall -Wextra -Wpedantic -Werror -o "$tmp/agent" "$tmp/agent.c" $flags
}
cat >"$tmp/agent.c" <<'EOF'
#include <tsm/report.h>
#include <tsm/token.h>
#include <tsm/realm.h>
int main(void)
{
	struct tsm_ctx *ctx;
	if (tsm_ctx_new(NULL, &ctx))
		return 1;
	tsm_ctx_free(&ctx);
	return tsm_version()[0] != '1';
}
EOF
run "an agent compiles with pkg-config" agent tsm-attest
run "it runs" env LD_LIBRARY_PATH="$lib:${LD_LIBRARY_PATH:-}" "$tmp/agent"
cat >"$tmp/agent.c" <<'EOF'
#include <tsm/kbs.h>
int main(void)
{
	struct tsm_kbs *kbs = NULL;
	struct tsm_ctx *ctx;
	int rc;
	if (tsm_ctx_new(NULL, &ctx))
		return 1;
	rc = tsm_kbs_new(ctx, "https://kbs.example", NULL, &kbs);
	tsm_kbs_free(&kbs);
	tsm_ctx_free(&ctx);
	return rc;
}
EOF
run "an agent of a KBS compiles" agent tsm-kbs
run "it runs, too" env LD_LIBRARY_PATH="$lib:${LD_LIBRARY_PATH:-}" "$tmp/agent"
run "tsmctl runs" env LD_LIBRARY_PATH="$lib:${LD_LIBRARY_PATH:-}" "$tmp/usr/bin/tsmctl" --version

for header in "$tmp"/usr/include/tsm/*.h; do
	run "$(basename "$header") stands alone in C99 and C++" sh -c "
		$cc -std=c99 -Wall -Wextra -Wpedantic -Werror -I'$tmp/usr/include' -fsyntax-only -x c '$header' &&
		if $cc -E -x c++ /dev/null -o /dev/null 2>/dev/null; then
			$cc -std=c++11 -Wall -Wextra -Werror -I'$tmp/usr/include' -fsyntax-only -x c++ '$header'
		fi"
done

# the guard itself
check() { "$userspace/libtsm/check-symbols" "$cc -I$tmp/usr/include" "$@"; }
map=$userspace/libtsm/libtsm.map
headers=$tmp/usr/include/tsm
run "symbols of libtsm-kbs agree" check "$userspace/libtsm-kbs/libtsm-kbs.map" \
	"$lib/libtsm-kbs.so.1" "$headers/kbs.h"
rm "$headers/kbs.h"
run "symbols agree" check "$map" "$lib/libtsm.so.1" "$headers"/*.h
grep -v tsm_token_rim "$map" >"$tmp/less.map"
run "a function missing in the map is seen" fails check "$tmp/less.map" "$lib/libtsm.so.1" \
	"$headers"/*.h
echo 'int tsm_unheard_of(void);' >"$headers/more.h"
run "a function that only a header has is seen" fails check "$map" "$lib/libtsm.so.1" \
	"$headers"/*.h
run "a function without a header is seen" fails check "$map" "$lib/libtsm.so.1" \
	"$headers/tsm.h"

done_testing
