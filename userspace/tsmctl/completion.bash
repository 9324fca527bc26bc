# SPDX-License-Identifier: GPL-2.0-only
# Completion of tsmctl for bash, from what tsmctl --help and each verb's --help say.

_tsmctl()
{
	local cur=${COMP_WORDS[COMP_CWORD]}
	local line="${COMP_WORDS[*]:1:COMP_CWORD-1}"
	local verb words

	# "  tsmctl VERB  what it does": the words that may come next, or "=VERB" when it is whole
	words=$("$1" --help 2>/dev/null | awk -F '  +' -v line="${line:+$line }" '
		/^Exit status/ { exit }
		/^  tsmctl / {
			verb = substr($2, length("tsmctl ") + 1) " "
			if (index(line, verb) == 1)
				print "=" verb
			else if (index(verb, line) == 1) {
				split(substr(verb, length(line) + 1), rest, / \|? ?/)
				print rest[1] (rest[1] ~ /^--/ ? " " rest[2] : "")
			}
		}')
	if [[ $words == =* ]]; then
		verb=${words#=}
		words=$("$1" $verb --help 2>/dev/null | sed '/^$/q' | grep -o -- '--[a-z][a-z-]*' || :)
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o default -o bashdefault -F _tsmctl tsmctl
