# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Completion of jailbuild for bash-completion.

# What can follow --format.
_jailbuild_formats='tar tar.gz tgz tar.zst tar.xz cpio cpio.gz cpio.zst cpio.xz dir'

_jailbuild_options() {
	local common='--help --version --verbose --quiet'

	case $1 in
	add)
		echo "$common --output --template --file --template-path --format --root --replace --no-rules" \
			"--bare --digests --package-db --entrypoint --cmd --env --workdir --user --label --dry-run"
		;;
	commit) echo "$common --output --format --id-base --keep-setuid" ;;
	list) echo "$common --format --json --sbom --root" ;;
	check | why | cost) echo "$common --format --json" ;;
	update) echo "$common --root --template-path --format --replace --dry-run --json" ;;
	diff) echo "$common --json" ;;
	templates) echo "$common --template-path --json" ;;
	show) echo "$common --template-path" ;;
	*) echo "$common" ;;
	esac
}

_jailbuild_templates() {
	jailbuild templates -q 2>/dev/null | awk '{ print $1 }'
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
	--root | -w | --workdir | --template-path)
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
		return
		;;
	--sbom)
		mapfile -t COMPREPLY < <(compgen -W 'spdx cyclonedx' -- "$word")
		return
		;;
	-u | --user)
		mapfile -t COMPREPLY < <(compgen -u -- "$word")
		return
		;;
	-e | --env | --label | --cmd | --entrypoint) return ;;
	-t | --template)
		mapfile -t COMPREPLY < <(compgen -W "$(_jailbuild_templates)" -- "$word")
		return
		;;
	-o | --output | -f | --file)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	esac
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_jailbuild_options "$command")" -- "$word")
	elif [ -z "$command" ]; then
		mapfile -t COMPREPLY < <(compgen -W 'add check commit cost diff list show templates update why' -- "$word")
	elif [ "$command" = show ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_jailbuild_templates)" -- "$word")
	elif [ "$command" = add ] && [[ $word != */* ]]; then
		mapfile -t COMPREPLY < <(compgen -c -f -- "$word" | sort -u)
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	fi
}

complete -o filenames -F _jailbuild jailbuild
