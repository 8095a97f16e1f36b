#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every system call of a jail's set-up, in every process up to COMMAND, made to fail at each of its times:
# COMMAND does not run, or the call is one of those below, without which a jail holds as well. The quick
# form of this, by the calls that make the jail, is tests/cli/jailrun-faults.bats.

# shellcheck disable=SC2030,SC2031 # output is run's

load ../cli/helper
load ../cli/jailrun-helper
load ../cli/faults-helper

# What a start may go on without, by the call that failed as strace shows it, paths of descriptors included.
HARMLESS=(
	# It cannot be told apart from success, or the kernel never refuses it.
	'close\(' 'munmap\(' 'umask\(' 'get(e?[ug]id|pid|tid)\(' 'mmap\(.*PROT_NONE'
	# musl asks for close-on-exec a second time after open(O_CLOEXEC).
	'fcntl\(.*F_SETFD, FD_CLOEXEC\)'
	# Looks: whether the descriptors are open, whether there is a terminal, who is there, where COMMAND is.
	'fcntl\([0-9<].*F_GETFL\)' 'ioctl\(.*(TCGETS|TIOCGWINSZ)' 'stat\((0x|"[^"]*/echo")' 'prctl\(PR_GET_'
	'recvfrom\(.*MSG_PEEK' 'poll\('
	# The caller's map of ids, for a better error than the kernel's.
	'open(at)?\(.*"/proc/self/[ug]id_map"' 'read\([0-9]+</proc/[0-9]+/[ug]id_map>'
	# The register of running jails: without it jailctl does not find this one.
	'(open|openat|mkdir|mkdirat|linkat|unlinkat|renameat|fstat|newfstatat|stat|flock|write|fchmod)\(.*jailrun[/">]'
	'(linkat|unlinkat|flock)\(' 'mmap\(NULL, 8192, ' 'open(at)?\(.*"/proc/[0-9]+/stat"' 'read\([0-9]+</proc/[0-9]+/stat>' 'openat\(.*O_TMPFILE'
	# Two processes do it, and one suffices.
	'setpgid\('
	# The name that ps(1) shows.
	'prctl\(PR_SET_NAME'
	# The filter keeps COMMAND from every keyring.
	'keyctl\(KEYCTL_JOIN_SESSION_KEYRING'
	# Without Landlock jailrun looks at COMMAND itself.
	'landlock_create_ruleset\(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION\)'
)

# kinds: the calls of an undisturbed start.
kinds() {
	sed -nE 's/^[0-9]+ +([a-z_0-9]+)\(.*/\1/p' "$MINE/all" | sort -u |
		grep -vxE 'exit|exit_group|arch_prctl|set_tid_address|vfork'
}

# injected: the first call that was made to fail. strace tells a call in two lines if another process's
# comes in between.
injected() {
	awk '{ pid = $1; sub(/^[0-9]+ +/, "") }
		/<unfinished \.\.\.>$/ { begun[pid] = $0 }
		/INJECTED/ { print /^<\.\.\./ ? begun[pid] : $0; exit }' "$MINE/trace"
}

is_harmless() {
	local pattern line

	line=$(injected)
	for pattern in "${HARMLESS[@]}"; do
		[[ ! $line =~ ^$pattern ]] || return 0
	done
	return 1
}

fails_everywhere() {
	local call n faults=() tried=0 ended=0

	trace_all
	for call in $(kinds); do
		for ((n = 1; n <= $(count_in_process "$call"); n++)); do
			[ "$call $n" != 'execve 1' ] || continue # that is strace's own
			inject "$call" "error=EPERM:when=$n" -y
			grep -q INJECTED "$MINE/trace" || continue
			tried=$((tried + 1))
			case $status in
			125 | 126 | 127)
				ended=$((ended + 1))
				[ -z "$output" ] || comes_late || faults+=("$call $n: ended with $status, and yet COMMAND ran")
				;;
			0) is_harmless || comes_late || faults+=("$call $n: goes on: $(injected)") ;;
			*) comes_late || faults+=("$call $n: status $status: ${stderr-}") ;;
			esac
		done
	done
	echo "# as $WHO: $tried calls made to fail, $ended ended the start" >&3
	[ ${#faults[@]} -eq 0 ] || fail "${faults[@]}"
	[ "$ended" -gt 100 ]
	assert_no_leftovers
}
@test "whatever system call of the set-up fails, COMMAND does not run with less protection" {
	for_each_user fails_everywhere
}
