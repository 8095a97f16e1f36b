# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Completion of jailbuild for bash-completion.

# What can follow --format.
_jailbuild_formats='tar tar.gz tgz tar.zst tar.xz dir'

_jailbuild_options() {
	local common='--help --version --verbose --quiet'

	case $1 in
	add)
		echo "$common --output --format --root --replace --no-rules --bare --entrypoint --cmd" \
			"--env --workdir --user --label --dry-run"
		;;
	list) echo "$common --format --json" ;;
	*) echo "$common" ;;
	esac
}

_jailbuild() {
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' i

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == -* ]] || {
			command=${COMP_WORDS[i]}
			break
		}
	done
	case $previous in
	--format)
		mapfile -t COMPREPLY < <(compgen -W "$_jailbuild_formats" -- "$word")
		return
		;;
	--root | -w | --workdir)
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
		return
		;;
	-u | --user)
		mapfile -t COMPREPLY < <(compgen -u -- "$word")
		return
		;;
	-e | --env | --label | --cmd | --entrypoint) return ;;
	-o | --output)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	esac
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_jailbuild_options "$command")" -- "$word")
	elif [ -z "$command" ]; then
		mapfile -t COMPREPLY < <(compgen -W 'add list' -- "$word")
	elif [ "$command" = add ] && [[ $word != */* ]]; then
		mapfile -t COMPREPLY < <(compgen -c -f -- "$word" | sort -u)
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	fi
}

complete -o filenames -F _jailbuild jailbuild
