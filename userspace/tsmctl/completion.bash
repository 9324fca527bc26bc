# SPDX-License-Identifier: GPL-2.0-only
# Completion of tsmctl for bash, from what tsmctl --help says.

_tsmctl()
{
	local cur=${COMP_WORDS[COMP_CWORD]}
	local line="${COMP_WORDS[*]:1:COMP_CWORD-1}"

	# an entry begins with "  tsmctl VERB..."; its options may go on below
	mapfile -t COMPREPLY < <(compgen -W "$("$1" --help 2>/dev/null | awk -v line="${line:+$line }" '
		/^Exit status/ { exit }
		/^  tsmctl / {
			verb = ""
			for (i = 2; i <= NF && $i ~ /^[a-z][a-z-]*$/; i++)
				verb = verb $i " "
			if (index(verb, line) == 1 && line != verb) {
				split(substr(verb, length(line) + 1), words, " ")
				print words[1]
			}
		}
		verb && index(line, verb) == 1 || !verb && line == "" {
			while (match($0, /--[a-z][a-z-]*/)) {
				print substr($0, RSTART, RLENGTH)
				$0 = substr($0, RSTART + RLENGTH)
			}
		}')" -- "$cur")
}
complete -o default -o bashdefault -F _tsmctl tsmctl
