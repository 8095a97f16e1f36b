#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A jail's processes from start to end: signals, orphans, what is left when it ends or is killed, and
# bytes through its descriptors.

# Each test is a subshell of its own, and many a quoted word is for the shell inside the jail:
# shellcheck disable=SC2016,SC2030,SC2031

load helper
load jailrun-helper

forwards_signals() {
	local name

	for name in TERM INT HUP USR1 QUIT CONT RTMIN+3; do
		start_jail "$BIN/waiter-image" /waiter "$(kill -l "${name/RTMIN+3/37}" 2>/dev/null || echo 37)" "$name"
		wait_until_it_says ready
		kill -s "$name" "$JAIL"
		end_of_jail
		assert_status 33
		assert_output_has "got $name"
	done
}
@test "signals sent to jailrun reach COMMAND" {
	mkdir "$BIN/waiter-image"
	# Waits for a signal, by sigwait(3): a shell cannot catch all of them.
	build_static - "$BIN/waiter-image/waiter" <<'END'
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int number_of(const char *name)
{
	for (int i = 1; i < 32; i++)
		if (sigabbrev_np(i) && !strcmp(sigabbrev_np(i), name))
			return i;
	return SIGRTMIN + 3;
}

int main(int argc, char **argv)
{
	sigset_t set;
	int got;

	if (argc != 3)
		return 2;
	sigemptyset(&set);
	sigaddset(&set, number_of(argv[2]));
	sigprocmask(SIG_BLOCK, &set, NULL);
	puts("ready");
	fflush(stdout);
	sigwait(&set, &got);
	printf("got %s\n", argv[2]);
	return got == number_of(argv[2]) ? 33 : 34;
}
END
	chmod -R go+rX "$BIN/waiter-image"
	for_each_user forwards_signals
}

ends_by_default_action() {
	local name

	for name in TERM INT HUP USR1; do
		start_jail "$IMAGE" sh -c 'echo ready; exec sleep 100'
		wait_until_it_says ready
		kill -s "$name" "$JAIL"
		end_of_jail
		assert_status $((128 + $(kill -l "$name")))
	done
}
@test "a COMMAND that does not catch a signal is ended by it, though pid 1 is not" {
	for_each_user ends_by_default_action
}

loses_no_early_signal() {
	local i

	for i in {1..5}; do
		start_jail "$IMAGE" sleep 100
		kill -TERM "$JAIL"
		end_of_jail
		assert_status 143
	done
	assert_no_leftovers
}
@test "a signal that comes while the jail is being made is not lost" {
	for_each_user loses_no_early_signal
}

keeps_ignored_signals() {
	capture limited sh -c 'trap "" HUP; exec jailrun "$0" sh -c "kill -HUP \$\$; echo still here"' "$IMAGE"
	assert_status 0
	assert_output 'still here'
}
@test "what the caller ignores (nohup) stays ignored inside" {
	for_each_user keeps_ignored_signals
}

survives_odd_callers() {
	# A caller that ignores SIGCHLD, or blocks every signal.
	capture limited env --ignore-signal=CHLD jailrun "$IMAGE" sh -c 'exit 7'
	assert_status 7
	capture limited env --block-signal jailrun "$IMAGE" sh -c 'grep SigBlk /proc/self/status; exit 8'
	assert_status 8
	assert_output $'SigBlk:\t0000000000000000'
}
@test "a caller that ignores SIGCHLD or blocks all signals gets its answer, and COMMAND has none blocked" {
	for_each_user survives_odd_callers
}

survives_stop() {
	start_jail "$IMAGE" sh -c 'echo ready; sleep 1; exit 5'
	wait_until_it_says ready
	kill -STOP "$JAIL"
	sleep 0.2
	kill -CONT "$JAIL"
	end_of_jail
	assert_status 5
	# A process group of its own, whose parent is in the session: in an orphaned one, as CI may
	# give us, the kernel ignores SIGTSTP, and rightly nobody stops.
	set -m
	start_jail "$IMAGE" sh -c 'echo ready; sleep 2; exit 6'
	set +m
	wait_until_it_says ready
	kill -TSTP "$JAIL"
	wait_for 3 grep -q '^State:.T' "/proc/$JAIL/status"
	kill -CONT "$JAIL"
	end_of_jail
	assert_status 6
}
@test "jailrun can be stopped and continued" {
	for_each_user survives_stop
}

reaps_orphans() {
	inside 'for i in 1 2 3 4 5; do (sh -c "sleep 0.0$i; exit 3" &) ; done; sleep 0.5
		for s in /proc/[0-9]*/status; do grep -q "^State:.Z" $s && echo zombie; done
		(sleep 0.3 & ); sleep 0.1; grep PPid: /proc/$(ps -o pid,comm | sed -n "s/ *\([0-9]*\) sleep/\1/p" | head -1)/status'
	assert_output $'PPid:\t1'
}
@test "orphans become init's, which reaps them" {
	for_each_user reaps_orphans
}

ends_background() {
	inside 'sleep 300 & (setsid sleep 300 &) ; trap "" TERM HUP; sh -c "trap \"\" TERM HUP; sleep 300" & sleep 0.1; exit 4'
	assert_status 4
	assert_no_leftovers
	inside '(sleep 0.3; echo late) & exit 4' --share pid
	assert_status 4
	assert_output ''
	inside 'sleep 300 & (setsid sleep 300 &) ; sleep 0.1; exit 4' --share pid
	assert_status 4
	assert_no_leftovers
}
@test "when COMMAND ends, all that it left behind ends" {
	for_each_user ends_background
}

ends_with_background_pipe() {
	# A reader of the jail's output must see its end.
	capture limited bash -c 'jailrun "$0" sh -c "sleep 300 & echo one" | cat' "$IMAGE"
	assert_status 0
	assert_output one
}
@test "a pipe that reads from the jail ends with COMMAND" {
	for_each_user ends_with_background_pipe
}

same_mounts() {
	awk '{ $1 = $2 = ""; print }' /proc/self/mountinfo | sort
}

leaves_nothing_when_killed() {
	local before whom

	before=$(same_mounts)
	mkdir "$MINE/volume"
	for whom in supervisor init command; do
		start_jail -v "$MINE/volume:/v" --tmpfs /t "$IMAGE" \
			sh -c 'sleep 300 & setsid sleep 300 & trap "" TERM; echo ready; sleep 300; sleep 300'
		wait_until_it_says ready
		case $whom in
		supervisor) kill -KILL "$JAIL" ;;
		init) kill -KILL "$(init_pid)" ;;
		command) kill -KILL "$(command_pid)" ;;
		esac
		end_of_jail
		assert_status 137
		assert_no_leftovers "$XDG_STATE_HOME" "$XDG_CACHE_HOME"
		# What the registry still says of it, the next command removes.
		[ -z "$(as_each jailctl list --quiet)" ]
		[ -z "$(find "$XDG_RUNTIME_DIR" -type f)" ]
		[ "$(same_mounts)" = "$before" ] || fail "mounts have changed"
	done
	[ -z "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -newer "$MINE/volume" -name '*jailrun*')" ]
}
@test "SIGKILL of jailrun, of init or of COMMAND leaves no process, mount or folder" {
	for_each_user leaves_nothing_when_killed
}

runs_fifty() {
	local i pids=()

	for i in {1..50}; do
		as_each timeout -k 2 30 jailrun "$IMAGE" sh -c "echo $i; exit $((i % 7))" </dev/null >"$MINE/out.$i" 2>&1 3>&- &
		pids+=($!)
	done
	for i in {1..50}; do
		status=0
		wait "${pids[i - 1]}" || status=$?
		[ "$status" -eq $((i % 7)) ] || fail "jail $i: $status" "$(cat "$MINE/out.$i")"
		[ "$(cat "$MINE/out.$i")" = "$i" ] || fail "jail $i said $(cat "$MINE/out.$i")"
	done
	assert_no_leftovers
}
@test "fifty jails at once all work" {
	for_each_user runs_fifty
}

passes_bytes() {
	local block=$T/random

	[ -e "$block" ] || head -c 20000000 /dev/urandom >"$block"
	chmod 644 "$block"
	limited jailrun "$IMAGE" cat <"$block" >"$MINE/file"
	cmp "$block" "$MINE/file"
	# shellcheck disable=SC2002 # through pipes
	cat "$block" | limited jailrun "$IMAGE" cat | cat >"$MINE/pipe"
	cmp "$block" "$MINE/pipe"
	limited jailrun "$IMAGE" sh -c 'cat >&2' <"$block" 2>"$MINE/stderr"
	cmp "$block" "$MINE/stderr"
}
@test "twenty million random bytes pass through files and pipes untouched" {
	for_each_user passes_bytes
}

works_without_descriptors() {
	capture limited bash -c 'jailrun "$0" sh -c "cat; echo out" <&-; echo $?' "$IMAGE"
	assert_output $'out\n0'
	capture limited bash -c 'jailrun "$0" sh -c "echo x; exit 3" >&-; echo $?' "$IMAGE"
	assert_output 3
	capture limited bash -c 'jailrun "$0" sh -c "ls /proc/self/fd >&2; exit 3" <&- >&- 2>&-; echo $?' "$IMAGE"
	assert_output 3
	capture limited bash -c 'jailrun "$0" ls -l /proc/self/fd <&- 2>&-' "$IMAGE"
	[ "$(grep -c '/dev/null$' <<<"$output")" -eq 2 ] || fail "$output"
	capture limited bash -c 'jailrun "$0" echo x >/dev/full; echo $?' "$IMAGE"
	assert_output 1
	capture limited bash -c 'jailrun "$0" nosuch 2>&-; echo $?' "$IMAGE"
	assert_output 127
	capture limited bash -c 'jailrun "$0" nosuch 2>/dev/full; echo $?' "$IMAGE"
	assert_output 127
}
@test "closed or full standard descriptors are COMMAND's affair" {
	for_each_user works_without_descriptors
}

ends_by_sigpipe() {
	capture limited bash -c 'jailrun "$0" seq 1 10000000 | head -1; echo "${PIPESTATUS[0]}"' "$IMAGE"
	assert_output $'1\n141'
}
@test "a reader that goes away ends COMMAND by SIGPIPE" {
	for_each_user ends_by_sigpipe
}

shares_pid_on_covered_proc() {
	# On most machines something is mounted below /proc/sys.
	capture limited unshare -rm sh -c 'mount -t tmpfs none /proc/sys/fs/binfmt_misc 2>/dev/null ||
		mount -t tmpfs none /proc/sys/net; exec unshare -rm jailrun --share pid "$0" echo works' "$IMAGE"
	assert_status 0
	assert_output works
}
@test "--share pid works where something is mounted below /proc/sys" {
	for_each_user shares_pid_on_covered_proc
}
