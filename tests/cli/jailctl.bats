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
