# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# bash completion for elfdeps

_elfdeps() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local options='--list --zero --links --ldd --json --dot --check --root --library-path --preload
		--hwcaps --optional --strings --why --secure --files-from --env --help --version --verbose --quiet'

	case $previous in
	--root)
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		return
		;;
	--hwcaps)
		mapfile -t COMPREPLY < <(compgen -W 'none host all x86-64-v2 x86-64-v3 x86-64-v4
			power9 power10 z13 z14 z15 z16' -- "$current")
		return
		;;
	--optional)
		mapfile -t COMPREPLY < <(compgen -W 'none required recommended suggested' -- "$current")
		return
		;;
	esac
	case $current in
	-*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current") ;;
	*) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
	esac
}
complete -o filenames -F _elfdeps elfdeps
