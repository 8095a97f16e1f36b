# bash completion for jailrun
_jailrun() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	case $previous in
	--share)
		mapfile -t COMPREPLY < <(compgen -W 'user net pid ipc uts cgroup' -- "$current")
		return
		;;
	--cap-add | --cap-drop)
		mapfile -t COMPREPLY < <(compgen -W 'ALL audit_write chown dac_override fowner fsetid kill
			mknod net_admin net_bind_service net_raw setfcap setgid setpcap setuid sys_admin
			sys_chroot sys_nice sys_ptrace sys_resource' -- "$current")
		return
		;;
	--rlimit)
		mapfile -t COMPREPLY < <(compgen -S = -W 'as core cpu data fsize memlock nofile nproc
			stack' -- "$current")
		compopt -o nospace
		return
		;;
	--ids)
		mapfile -t COMPREPLY < <(compgen -W 'auto range single' -- "$current")
		return
		;;
	--init)
		mapfile -t COMPREPLY < <(compgen -W 'default app' -- "$current")
		return
		;;
	--stop-signal)
		mapfile -t COMPREPLY < <(compgen -A signal -- "$current")
		return
		;;
	--device)
		mapfile -t COMPREPLY < <(compgen -f -- "${current:-/dev/}")
		return
		;;
	--seccomp | --landlock)
		mapfile -t COMPREPLY < <(compgen -W 'default off' -- "$current")
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
	-h | --hostname | --name | --log-size | --tmpfs | --entrypoint | --max-unpacked | --max-entries | --timeout | \
		--stop-timeout | --status-fd)
		return
		;;
	esac
	if [[ $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W '--env --workdir --user --entrypoint --hostname --name
			--detach --log-size --rm
			--volume --tmpfs --share --ids --keep --read-only --no-cache
			--cap-add --cap-drop --rlimit --device --seccomp --landlock --init --timeout
			--stop-signal --stop-timeout --status-fd
			--max-unpacked --max-entries --write --plan --quiet --verbose --help --version' \
			-- "$current")
		return
	fi
	mapfile -t COMPREPLY < <(compgen -f -- "$current")
}
complete -o filenames -F _jailrun jailrun
