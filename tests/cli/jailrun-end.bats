#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# How a jail's run is begun, watched and ended: --init, --timeout, --stop-timeout, --stop-signal,
# --status-fd, and what COMMAND leaves behind.

# Each test is a subshell of its own, and many a quoted word is for the shell inside the jail:
# shellcheck disable=SC2016,SC2030,SC2031

load helper
load jailrun-helper

# seconds COMMAND…: how long it took, in whole seconds, in $took.
seconds() {
	local start=$SECONDS

	"$@"
	took=$((SECONDS - start))
}

ends_in_time() {
	seconds jail --timeout 0.5 "$IMAGE" sleep 60
	assert_status 124
	[ "$took" -lt 9 ] || fail "it took $took s"
	[[ ${stderr-} == *'sleep took longer than --timeout allows'* ]] || fail "${stderr-}"
	jail --timeout 60 "$IMAGE" sh -c 'exit 7'
	assert_status 7
	jail --timeout 1h "$IMAGE" true
	assert_status 0
}
@test "--timeout ends COMMAND, and is no matter to one that ends before" {
	for_each_user ends_in_time
}

asks_before_it_kills() {
	jail --timeout 0.3 "$IMAGE" sh -c 'trap "echo asked; exit 3" TERM; while :; do sleep 0.1; done'
	assert_status 124
	assert_output asked
	jail --timeout 0.3 --stop-signal USR1 "$IMAGE" \
		sh -c 'trap "echo one; exit 3" USR1; while :; do sleep 0.1; done'
	assert_status 124
	assert_output one
	# One that does not listen.
	seconds jail --timeout 0.3 --stop-timeout 1 "$IMAGE" sh -c 'trap "" TERM; while :; do sleep 1; done'
	assert_status 124
	[ "$took" -lt 9 ] || fail "it took $took s"
}
@test "the stop signal comes first, SIGKILL after --stop-timeout" {
	for_each_user asks_before_it_kills
}

leftovers_are_asked() {
	jail -v "$MINE:/out:idmap" "$IMAGE" sh -c '
		(trap "echo asked >/out/said; exit" TERM; echo up >/out/up; while :; do sleep 0.1; done) &
		while [ ! -s /out/up ]; do sleep 0.05; done'
	assert_status 0
	[ "$(cat "$MINE/said")" = asked ] || fail 'nobody asked what COMMAND left behind'
	# Those that do not listen are ended all the same.
	rm "$MINE/up"
	seconds jail -v "$MINE:/out:idmap" "$IMAGE" sh -c '
		(trap "" TERM; echo up >/out/up; while :; do sleep 0.1; done) &
		while [ ! -s /out/up ]; do sleep 0.05; done; exit 4'
	assert_status 4
	[ "$took" -le 9 ] || fail "it took $took s"
	rm "$MINE/up"
	jail --stop-timeout 0 -v "$MINE:/out:idmap" "$IMAGE" sh -c '
		(trap "echo late >/out/late" TERM; echo up >/out/up; while :; do sleep 0.1; done) &
		while [ ! -s /out/up ]; do sleep 0.05; done'
	assert_status 0
	[ ! -e "$MINE/late" ] || fail 'a grace of none is one'
	assert_no_leftovers
}
@test "what COMMAND leaves behind is asked to end before it is made to" {
	for_each_user leftovers_are_asked
}

app_is_pid_1() {
	inside 'echo $$; tr "\0" " " </proc/1/cmdline | cut -c1-5' --init=app
	assert_status 0
	assert_output $'1\nsh -c'
	jail --init=app "$IMAGE" sh -c 'exit 9'
	assert_status 9
	jail --init=app "$IMAGE" nosuch
	assert_status 127
	# All that holds another COMMAND holds this one.
	inside 'grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status | tr -s "\t" " "' --init=app
	assert_output 'CapEff: 00000000000404fb
CapBnd: 00000000000404fb
NoNewPrivs: 1
Seccomp: 2'
	inside 'ls /proc/self/fd | tr "\n" " "' --init=app
	assert_output '0 1 2 3 '
	# The kernel lets no default action end pid 1; a handler works, and SIGKILL from outside.
	jail --init=app --timeout 0.5 --stop-timeout 0.5 "$IMAGE" sh -c 'while :; do sleep 0.1; done'
	assert_status 124
	jail --init=app --timeout 0.5 --stop-signal RTMIN+3 "$IMAGE" \
		sh -c 'trap "echo halting; exit 5" 37; while :; do sleep 0.1; done'
	assert_status 124
	assert_output halting
	assert_no_leftovers
}
@test "--init=app makes COMMAND pid 1, with all protections" {
	for_each_user app_is_pid_1
}

# events [OPTION…] IMAGE COMMAND…: as jail; $output is what --status-fd told.
events() {
	capture limited bash -c 'exec 7>"$0"; exec jailrun --status-fd 7 "$@"' "$MINE/events" "$@" </dev/null
	output=$(sed 's/"pid":[0-9]*/"pid":N/' "$MINE/events")
}

tells_events() {
	local how

	for how in default app; do
		events --init=$how "$IMAGE" sh -c 'exit 5'
		assert_status 5
		assert_output '{"event":"started","pid":N}
{"event":"exited","status":5}'
		events --init=$how "$IMAGE" nosuch
		assert_status 127
		assert_output '{"event":"failed","status":127,"stage":"command","errno":2,"error":"command not found in the image: nosuch"}'
		events --init=$how -w /nosuch "$IMAGE" true
		assert_status 125
		assert_output '{"event":"failed","status":125,"stage":"init","errno":2,"error":"cannot start in /nosuch: No such file or directory","hint":"--workdir names a folder of the jail"}'
	done
	events /nosuch/image true
	assert_status 125
	assert_output_has '"stage":"prepare","errno":2,"error":"image /nosuch/image: No such file'
	events --timeout 0.3 "$IMAGE" sleep 60
	assert_output_has '{"event":"exited","status":124}'
	# The descriptor is not the jail's.
	events "$IMAGE" sh -c 'test ! -e /proc/self/fd/7'
	assert_status 0
	jail --status-fd 99 "$IMAGE" true
	assert_status 2
	events --bogus "$IMAGE" true
	assert_status 2
	assert_output_has '{"event":"failed","status":2,"stage":"options","errno":22,"error":"unknown option'
	events
	assert_status 2
	assert_output_has '"status":2,"stage":"options"'
}
@test "--status-fd tells what becomes of the jail" {
	for_each_user tells_events
}

@test "a full runtime folder is named, and what helps" {
	only_root
	mkdir "$MINE/full"
	mount -t tmpfs -o size=1m,mode=700 none "$MINE/full"
	dd if=/dev/zero of="$MINE/full/x" bs=1M 2>/dev/null || true
	capture limited env XDG_RUNTIME_DIR="$MINE/full" jailrun --name full "$IMAGE" true
	umount "$MINE/full"
	assert_status 125
	assert_error_has "error: $MINE/full/jailrun: cannot"
	assert_error_has 'No space left on device'
	assert_error_has 'hint: make room there, or set XDG_RUNTIME_DIR'
}

@test "a host without /dev/null is said, also to --status-fd" {
	only_root
	capture unshare -m sh -c 'mount -t tmpfs none /dev && exec jailrun --status-fd 1 "$0" true' "$IMAGE"
	assert_status 125
	assert_output '{"event":"failed","status":125,"stage":"options","errno":2,"error":"cannot open /dev/null: No such file or directory"}'
	[[ $stderr == *'error: cannot open /dev/null'* ]] || fail "$stderr"
}

started_is_in_time() {
	local pid

	mkfifo "$MINE/fifo"
	is_root && chmod a+rw "$MINE/fifo"
	as_each bash -c 'exec 7>"$0"; exec jailrun --status-fd 7 "$1" sleep 60' "$MINE/fifo" "$IMAGE" \
		</dev/null 3>&- &
	read -r line <"$MINE/fifo"
	[[ $line =~ ^'{"event":"started","pid":'([0-9]+)'}'$ ]] || fail "$line"
	pid=${BASH_REMATCH[1]}
	# It is the jail's first process, and COMMAND its child.
	[ "$(awk '/^NSpid:/ { print $NF }' "/proc/$pid/status")" = 1 ]
	[ "$(tr '\0' ' ' <"/proc/$(pgrep -P "$pid")/cmdline")" = 'sleep 60 ' ]
	kill -9 "$pid"
	wait || true
}
@test "'started' comes when COMMAND runs, with the process id of its init" {
	for_each_user started_is_in_time
}

@test "wrong words of these options are usage errors" {
	only_self
	local words

	for words in '--init=none' '--timeout=soon' '--stop-timeout=-1' '--stop-signal=NOSUCH' \
		'--status-fd=x' '--init=app --share=pid'; do
		# shellcheck disable=SC2086 # two words
		jail $words "$IMAGE" true
		[ "$status" -eq 2 ] || fail "$words: status $status: ${stderr-}"
		[[ ${stderr-} == *error:* ]] || fail "$words: no words"
	done
}
