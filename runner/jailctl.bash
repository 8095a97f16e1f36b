# bash completion for jailctl
_jailctl() {
	local current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}
	local common='--quiet --verbose --help --version'
	if [[ $COMP_CWORD -eq 1 ]]; then
		mapfile -t COMPREPLY < <(compgen -W "cache commit diff doctor exec inspect kill list logs pause remove resume stop wait $common" -- "$current")
		return
	fi
	local known=()
	case $command in
	inspect | logs | remove | wait) known=(--all) ;;
	esac
	case $command in
	exec | inspect | kill | logs | pause | remove | resume | stop | wait)
		case $current in
		-*) ;;
		*)
			mapfile -t COMPREPLY < <(compgen -W "$(jailctl list --quiet "${known[@]}" 2>/dev/null)" -- "$current")
			return
			;;
		esac
		;;
	esac
	case $command in
	cache)
		mapfile -t COMPREPLY < <(compgen -W "list prune --json --max-size --all $common" -- "$current")
		;;
	exec) mapfile -t COMPREPLY < <(compgen -W "--env --workdir --user $common" -- "$current") ;;
	kill) mapfile -t COMPREPLY < <(compgen -W "--signal $common" -- "$current") ;;
	stop) mapfile -t COMPREPLY < <(compgen -W "--time $common" -- "$current") ;;
	logs) mapfile -t COMPREPLY < <(compgen -W "--follow --lines $common" -- "$current") ;;
	inspect | pause | remove | resume | wait) mapfile -t COMPREPLY < <(compgen -W "$common" -- "$current") ;;
	commit)
		if [[ $current == -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W "--format --keep-setuid $common" -- "$current")
		else
			mapfile -t COMPREPLY < <(compgen -f -- "$current")
		fi
		;;
	diff)
		if [[ $current == -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W "--json $common" -- "$current")
		else
			mapfile -t COMPREPLY < <(compgen -d -- "$current")
		fi
		;;
	list) mapfile -t COMPREPLY < <(compgen -W "--all --json $common" -- "$current") ;;
	doctor) mapfile -t COMPREPLY < <(compgen -W "--json $common" -- "$current") ;;
	esac
}
complete -F _jailctl jailctl
