#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# jailctl: the registry of running jails and what is done with it. The registry lies in the home folder of
# as_user, for root in $XDG_RUNTIME_DIR: both are fresh for each test.

# Each test is a subshell of its own; capture sets stderr and lines:
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper
load jailrun-helper
load jailctl-helper

@test "a jail is listed while it runs, and only then" {
	for_each_user listed
}
listed() {
	start_jail web --name web
	control list
	assert_status 0
	[[ ${output} =~ NAME.*PID.*STATUS.*UP.*IMAGE.*COMMAND ]]
	[[ ${output} =~ web\ +[0-9]+\ +running\ +[0-9]+s\ +$IMAGE\ +sleep\ 1000 ]]
	control list --quiet
	assert_output web
	end_jail web
	control list -q
	assert_output ""
	assert_registry_is_empty
}

@test "without --name a jail gets one made of its image's" {
	for_each_user named_by_image
}
named_by_image() {
	start_jail first
	start_jail second
	control list -q
	[[ ${lines[0]} =~ ^image-[0-9]+$ && ${lines[1]} =~ ^image-[0-9]+$ ]]
	[ "${#lines[@]}" -eq 2 ]
}

@test "list prints JSON, with every byte of a command" {
	for_each_user listed_as_json
}
listed_as_json() {
	start_jail odd --name odd -- sh -c 'sleep 1000 #"'$'\e[31m\n\\'
	control list --json
	assert_status 0
	[ "$(jq .schema <<<"$output")" = 1 ]
	[ "$(jq -r '.jails[0].name' <<<"$output")" = odd ]
	[ "$(jq -r '.jails[0].command[2]' <<<"$output")" = 'sleep 1000 #"\x1b[31m\x0a\x5c' ]
	[ "$(jq -r '.jails[0].pid' <<<"$output")" -gt 1 ]
	control list
	assert_output_lacks $'\e'
}

@test "the registry is closed to others" {
	for_each_user closed
}
closed() {
	start_jail web --name web
	[ "$(stat -c %a "$(registry)")" = 700 ]
	[ "$(stat -c %a "$(registry)/jail.web")" = 600 ]
}

@test "a name is one jail's while that runs" {
	for_each_user name_is_taken
}
name_is_taken() {
	start_jail web --name web
	jail --name web "$IMAGE" touch /tmp/ran
	assert_status 125
	[[ $stderr == *"error: --name: a jail 'web' is running already"* ]]
	[[ $stderr == *"hint: 'jailctl list' shows it"* ]]
	control list -q
	assert_output web
	end_jail web
	jail --name web "$IMAGE" echo again
	assert_status 0
	assert_output again
}

@test "of two jails that ask for one name at once, one runs" {
	for_each_user one_of_two
}
one_of_two() {
	local i statuses hold
	mkfifo "$MINE/hold"
	exec {hold}<>"$MINE/hold"
	for i in 1 2 3 4 5 6 7 8; do
		(
			# Until the end of its input: until all have tried.
			exec <"$MINE/hold" {hold}>&-
			status=0
			limited jailrun --name web "$IMAGE" sh -c 'echo ran; cat' \
				>"$MINE/out.$i" 2>"$MINE/err.$i" || status=$?
			echo "$status" >"$MINE/status.$i"
		) &
	done
	wait_for 10 have_ended 7
	exec {hold}>&-
	wait_for 10 have_ended 8
	statuses=$(sort "$MINE"/status.? | uniq -c | awk '{ print $1 "x" $2 }' | tr '\n' ' ')
	[ "$statuses" = "1x0 7x125 " ] || fail "$statuses; $(cat "$MINE"/err.?)"
	[ "$(cat "$MINE"/out.?)" = ran ]
	assert_registry_is_empty
}

have_ended() {
	[ "$(find "$MINE" -name 'status.*' | wc -l)" -eq "$1" ]
}

@test "a name that could be a path or an option is refused" {
	local name
	only_self
	for name in ../x .x -x 'a b' 'a/b' '' $'a\nb' "$(printf '%065d' 0)"; do
		jail --name="$name" "$IMAGE" true
		assert_status 2
		[[ $stderr == *"cannot be a jail's name"* ]]
	done
}

@test "what a killed supervisor leaves is gone with the next command" {
	for_each_user swept
}
swept() {
	start_jail web --name web
	kill -KILL "$(supervisor_of web)"
	wait_for 10 has_ended web
	[ -e "$(registry)/jail.web" ]
	control list -q
	assert_status 0
	assert_output ""
	assert_registry_is_empty
	start_jail web --name web
	kill -KILL "$(supervisor_of web)"
	wait_for 10 has_ended web
	jail --name web "$IMAGE" echo again
	assert_output again
	assert_registry_is_empty
}

@test "a forged registration is refused, and the others are listed" {
	for_each_user forged
}
forged() {
	start_jail web --name web
	as_each ln -s /etc/passwd "$(registry)/jail.link"
	as_each mkfifo "$(registry)/jail.fifo"
	as_each sh -c "head -c 1000000 /dev/urandom >'$(registry)/jail.noise'"
	control list
	assert_status 0
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[1]} == web* ]]
	[[ $stderr == *"jail link is a symlink"* && $stderr == *"jail fifo is no plain file"* ]]
	[ ! -e "$(registry)/jail.noise" ]
	as_each rm "$(registry)/jail.link" "$(registry)/jail.fifo"
}

@test "another user's folder is not taken for a registry" {
	need_root
	only_user
	mkdir -p "$TEST_HOME/.local/state/jailrun/run"
	chmod 700 "$TEST_HOME/.local/state/jailrun/run"
	control list
	assert_status 1
	[[ $stderr == *"belongs to user 0"* ]]
	jail "$IMAGE" echo runs
	assert_status 0
	assert_output runs
	jail --name web "$IMAGE" true
	assert_status 125
	rm -rf "$TEST_HOME/.local"
}

@test "stop ends a jail that obeys by SIGTERM, and another by SIGKILL" {
	for_each_user stopped
}
stopped() {
	start_jail soft --name soft -- sh -c 'trap "exit 3" TERM; while :; do sleep 0.1; done'
	start_jail hard --name hard -- sh -c 'trap "" TERM; sleep 1000; sleep 1000'
	control stop -t 10 soft
	assert_status 0
	wait_for 10 has_ended soft
	control stop -t 0 hard nobody
	assert_status 1
	[[ $stderr == *"no jail is called nobody"* ]]
	wait_for 10 has_ended hard
	assert_registry_is_empty
}

@test "kill sends the signal that is asked for" {
	for_each_user killed
}
killed() {
	start_jail web --name web -- sh -c 'trap "echo got HUP" HUP; trap "exit 5" USR1; while :; do sleep 0.1; done'
	control kill --signal HUP web
	assert_status 0
	wait_for 10 grep -q 'got HUP' "$MINE/web.out"
	control kill -s nonsense web
	assert_status 2
	control kill -s SIGUSR1 web
	wait_for 10 has_ended web
	start_jail web --name web
	control kill web
	assert_status 0
	wait_for 10 has_ended web
	assert_registry_is_empty
}

@test "wait prints and gives the exit status of a jail" {
	for_each_user waited
}
waited() {
	start_jail web --name web -- sh -c 'trap "exit 42" TERM; while :; do sleep 0.1; done'
	wait_in_background web
	control stop web
	wait_for 10 test -s "$MINE/waited"
	[ "$(cat "$MINE/waited.out") $(cat "$MINE/waited")" = "42 42" ]
	start_jail web --name web
	wait_in_background web
	kill -KILL "$(supervisor_of web)"
	wait_for 10 test -s "$MINE/waited"
	[ "$(cat "$MINE/waited")" = 1 ]
	grep -q 'its jailrun was killed' "$MINE/waited.out"
}
wait_in_background() {
	rm -f "$MINE/waited"
	(
		status=0
		as_each jailctl wait "$1" >"$MINE/waited.out" 2>&1 || status=$?
		echo "$status" >"$MINE/waited"
	) &
	wait_for 10 is_waited_for "$1"
}
# Whoever waits has the registration open by its name; its jailrun made it without one.
is_waited_for() {
	[ -n "$(find /proc/[0-9]*/fd -lname "$(registry)/jail.$1" 2>/dev/null)" ]
}

@test "a paused jail does nothing until it is resumed" {
	for_each_user paused
}
paused() {
	start_jail web --name web -- sh -c \
		'setsid sh -c "while :; do echo x; sleep 0.05; done" & while :; do sleep 0.05; done'
	wait_for 10 test -s "$MINE/web.out"
	control pause web
	assert_status 0
	control list
	[[ $output =~ web\ +[0-9]+\ +paused ]]
	local before
	before=$(stat -c %s "$MINE/web.out")
	sleep 0.5
	[ "$(stat -c %s "$MINE/web.out")" = "$before" ]
	! has_ended web
	control resume web
	assert_status 0
	wait_for 10 has_grown "$MINE/web.out" "$before"
	control list
	[[ $output =~ web\ +[0-9]+\ +running ]]
	# jailrun itself was never stopped.
	[[ $(ps -o state= -p "$(supervisor_of web)") != T* ]]
	control pause web
	control stop -t 10 web
	assert_status 0
	wait_for 10 has_ended web
	assert_registry_is_empty
}

@test "a jail whose COMMAND is pid 1, or that shares the pids of the host, can be paused" {
	for_each_user others_paused
}
others_paused() {
	local option
	for option in --init=app --share=pid; do
		start_jail web --name web "$option" -- sh -c 'while :; do echo x; sleep 0.05; done'
		wait_for 10 test -s "$MINE/web.out"
		assert_pauses web "$MINE/web.out"
		[[ $(ps -o state= -p "$(supervisor_of web)") != T* ]]
		# A pid 1 without a handler ignores SIGTERM.
		control stop -t 0 web
		assert_status 0
		wait_for 10 has_ended web
	done
	assert_registry_is_empty
}

@test "inspect prints what is known about a jail" {
	for_each_user inspected
}
inspected() {
	start_jail web --name web -u 33 -w /srv -e KEY=value --share uts --read-only
	control inspect web nobody
	assert_status 1
	[[ $stderr == *"no jail is called nobody"* ]]
	jq -e '.schema == 1 and (.jails | length == 1) and (.jails[0] | .name == "web" and
		.status == "running" and .uid == 33 and .workdir == "/srv" and .root == "read-only" and
		.command == ["sleep", "1000"] and (.environment | contains(["KEY=value"])) and
		.namespaces == ["user", "mnt", "pid", "net", "ipc", "cgroup"] and
		.uid_map[0].inside == 0 and .uid_map[0].outside > 0)' <<<"$output"
	[ "$(jq '.jails[0].pid' <<<"$output")" = "$(init_of web)" ]
}

@test "of two hundred jails at once none fails, and none stays registered" {
	for_each_user two_hundred
}
two_hundred() {
	run as_each bash -c 'for i in {1..200}; do jailrun "$0" true & jobs+=($!); done
		for job in "${jobs[@]}"; do wait "$job" || echo "failed: $?"; done' "$IMAGE"
	assert_status 0
	assert_output ""
	assert_registry_is_empty
}

@test "wrong usage is told" {
	only_self
	control
	assert_status 2
	[[ $stderr == *"no command given"* ]]
	control fly
	assert_status 2
	[[ $stderr == *"unknown command fly"* ]]
	control list web
	assert_status 2
	[[ $stderr == *"list takes no operands"* ]]
}
