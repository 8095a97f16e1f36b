#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A set-up in which one system call fails, or one process dies, at any point: the jail must not run
# without the protection that the call was for, must not hang, and must leave nothing behind.

# Each test is a subshell of its own, and many a quoted word is for the shell inside the jail:
# shellcheck disable=SC2016,SC2030,SC2031

load helper
load jailrun-helper
load faults-helper

# What a jail's making consists of. Each is made to fail, at its first and its later times in each
# process (strace(1) counts them by process).
CALLS="clone3 fsopen fsconfig fsmount open_tree move_mount mount_setattr mount pivot_root umount2 mknodat
	mkdirat mkdir symlinkat openat2 fchdir chdir sethostname setresuid setresgid setgroups capset prctl
	close_range socketpair signalfd4 sendmsg recvmsg setsid vfork setpgid dup2 dup3 dup ioctl
	landlock_create_ruleset landlock_add_rule landlock_restrict_self execve"

# Without these nothing is lost that a user relies on, so jailrun may go on: ioctl asks whether there
# is a terminal; setpgid is done by two processes, and one of them suffices; where the kernel has no
# Landlock, jailrun looks at COMMAND itself.
MAY_GO_ON=" ioctl setpgid landlock_create_ruleset "

# judge CALL N: what is wrong with the answer of a jail in which the Nth CALL failed; nothing if all
# is well.
judge() {
	case $status in
	124 | 137) echo "$1 $2: it hangs" ;;
	0) [[ $MAY_GO_ON == *" $1 "* ]] || echo "$1 $2 fails, and yet all is said to be well" ;;
	125 | 126 | 127)
		[ -z "$output" ] || comes_late || echo "$1 $2 fails with $status, and yet COMMAND ran"
		[[ ${stderr-} == *'jailrun: error: '?* ]] || echo "$1 $2: no words: ${stderr-}"
		;;
	*) echo "$1 $2: status $status: ${stderr-}" ;;
	esac
}

fails_closed() {
	local call n most fault faults=()

	trace_all
	for call in $CALLS; do
		most=$(count_in_process "$call")
		[ "$call" != prctl ] || most=1
		# What is called dozens of times is done in a loop over like things.
		for ((n = 1; n <= most && n <= 4; n++)); do
			[ "$call" != execve ] || [ "$n" -gt 1 ] || continue
			inject "$call" "error=EPERM:when=$n"
			fault=$(judge "$call" "$n")
			[ -z "$fault" ] || faults+=("$fault")
		done
	done
	[ ${#faults[@]} -eq 0 ] || fail "${faults[@]}"
	assert_no_leftovers
}
@test "a system call of the set-up that fails ends it with 125 and words, before COMMAND" {
	for_each_user fails_closed
}

has_no_overlay() {
	local n

	# What cannot be written to must have the places for /proc, /dev, /tmp and /run.
	own_image
	mkdir "$MINE/image/proc" "$MINE/image/dev" "$MINE/image/tmp" "$MINE/image/run"
	trace_all
	for ((n = 1; n <= $(count_in_process fsopen); n++)); do
		capture traced -f -qq -o "$MINE/trace" -e trace=fsopen -e "inject=fsopen:error=ENODEV:when=$n" -- \
			jailrun "$MINE/image" sh -c 'echo it runs; touch /srv/x; touch /tmp/x && echo in memory' </dev/null
		grep -q '"overlay".*INJECTED' "$MINE/trace" || continue
		assert_status 0
		assert_output $'it runs\nin memory'
		[[ ${stderr-} == *'warning: no overlay'*'Read-only file system'* ]] || fail "${stderr-}"
		capture traced -f -qq -o "$MINE/trace" -e trace=fsopen -e "inject=fsopen:error=ENODEV:when=$n" -- \
			jailrun --keep "$MINE/kept" "$MINE/image" echo it runs </dev/null
		assert_status 125
		assert_output ''
		return
	done
	fail 'no overlay was asked for'
}
@test "a kernel without overlayfs gives a read-only image, and says so" {
	for_each_user has_no_overlay
}

survives_death() {
	local call

	trace_all
	for call in fsopen open_tree move_mount pivot_root mkdirat sethostname setresuid setsid capset \
		recvmsg landlock_restrict_self; do
		[ "$(count_in_process "$call")" -gt 0 ] || continue
		inject "$call" signal=KILL:when=1
		[[ $status -ne 124 && $status -ne 0 ]] || fail "$call: status $status"
		[ -z "$output" ] || fail "$call: $output"
	done
	assert_no_leftovers
}
@test "a process of the set-up that is killed ends it, and nothing is left" {
	for_each_user survives_death
}

forgets_nothing() {
	# The protections themselves, at every time that they are asked for.
	local call n most

	trace_all
	for call in prctl capset landlock_restrict_self close_range setresuid setgroups; do
		most=$(count_in_process "$call")
		for ((n = 1; n <= most; n++)); do
			[ "$call" != prctl ] || is_sampled "$n" "$most" || continue
			inject "$call" "error=EPERM:when=$n"
			[ -z "$output" ] || comes_late || weakened_only_in_name "$call" ||
				fail "$call $n of $most fails, and yet COMMAND runs"
		done
	done
}

# The bounding set takes dozens of prctl; the first and the last few show them all.
is_sampled() {
	[ "$1" -le 3 ] || [ "$1" -gt $(($2 - 4)) ]
}

# PR_SET_NAME only renames.
weakened_only_in_name() {
	[ "$1" = prctl ] && grep -q 'PR_SET_NAME.*INJECTED' "$MINE/trace"
}
@test "no protection is left out because the kernel refused it" {
	for_each_user forgets_nothing
}
