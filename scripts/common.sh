# SPDX-License-Identifier: GPL-2.0-only
# Shared by the scripts that run on the host: messages, and where things are.
# Plain POSIX sh: the host has nothing but git and make.

TOP=$(cd "$(dirname "$0")/.." && pwd -P)

say() { printf '%s\n' "realm-tsm: $*" >&2; }
die() { say "error: $*"; exit 1; }

# The user the work is done for: sudo must not leave root's files in a user's tree.
OWNER=$(id -u)
GROUP=$(id -g)
if [ "$OWNER" = 0 ] && [ -n "${SUDO_UID:-}" ] && [ "$(stat -c %u "$TOP")" = "$SUDO_UID" ]; then
	OWNER=$SUDO_UID
	GROUP=$SUDO_GID
	[ -n "${XDG_CACHE_HOME:-}" ] || HOME=$(getent passwd "$SUDO_UID" | cut -d: -f6)
fi

CACHE=${XDG_CACHE_HOME:-${HOME:?is not set, nor is XDG_CACHE_HOME}/.cache}/realm-tsm
case $CACHE in
/*) ;;
*) die "XDG_CACHE_HOME has to be an absolute path" ;;
esac
case $TOP$CACHE in
*[[:space:],:\'\"]*) die "a path with spaces, quotes, commas or colons does not work: $TOP, $CACHE" ;;
esac

SUITE=trixie

packages() {
	sed 's/#.*//; s/:realm/:arm64/g' "$TOP/scripts/packages" | tr -s ' \t\n' ','
}

# The root's name tells what it was made from, so that a clone that wants
# another list of packages makes its own and leaves those that are in use.
ROOT=$CACHE/root-$({ echo "$SUITE"; packages; cat "$TOP/scripts/kernel-trees"; } |
	sha256sum | cut -c1-12)

# as_root COMMAND...: mounting, chroot and installing need it, nothing else does
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo -- "$@"
	else
		die "this step needs root: run it as root or install sudo"
	fi
}
