# SPDX-License-Identifier: GPL-2.0-only
# Completion of tsm-keyprovider for bash, from the options that its --help has.

_tsm_keyprovider()
{
	local words

	words=$("$1" --help 2>/dev/null | sed '/^$/q' | grep -o -- '--[a-z][a-z0-9-]*' || :)
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -o bashdefault -F _tsm_keyprovider tsm-keyprovider
