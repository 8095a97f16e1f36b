# bash completion for jailrun
_jailrun() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	case $previous in
	--share)
		mapfile -t COMPREPLY < <(compgen -W 'user net pid ipc uts cgroup' -- "$current")
		return
		;;
	-v | --volume | -w | --workdir | --keep)
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		return
		;;
	-e | --env)
		mapfile -t COMPREPLY < <(compgen -v -- "$current")
		return
		;;
	-u | --user)
		mapfile -t COMPREPLY < <(compgen -u -- "$current")
		return
		;;
	-h | --hostname | --name | --tmpfs | --entrypoint | --max-unpacked | --max-entries)
		return
		;;
	esac
	if [[ $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W '--env --workdir --user --entrypoint --hostname --name
			--volume --tmpfs --share --keep --read-only --no-cache
			--max-unpacked --max-entries --write --quiet --verbose --help --version' \
			-- "$current")
		return
	fi
	mapfile -t COMPREPLY < <(compgen -f -- "$current")
}
complete -o filenames -F _jailrun jailrun
