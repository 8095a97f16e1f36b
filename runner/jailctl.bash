# bash completion for jailctl
_jailctl() {
	local current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}
	local common='--quiet --verbose --help --version'
	if [[ $COMP_CWORD -eq 1 ]]; then
		mapfile -t COMPREPLY < <(compgen -W "list cache doctor $common" -- "$current")
		return
	fi
	case $command in
	cache)
		mapfile -t COMPREPLY < <(compgen -W "list prune --json --max-size --all $common" -- "$current")
		;;
	doctor | list) mapfile -t COMPREPLY < <(compgen -W "--json $common" -- "$current") ;;
	esac
}
complete -F _jailctl jailctl
