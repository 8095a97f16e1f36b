#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Jails in a terminal, as somebody who sits at one has them: keys, job control, size, and a shell
# that is as it was before when the jail has ended.

# Each test is a subshell of its own, and many a quoted word is for the shell inside the jail:
# shellcheck disable=SC2016,SC2030,SC2031

load helper
load jailrun-helper

teardown() {
	end_own_session
	end_test
}

has_own_terminal() {
	output=$(in_terminal jailrun "$IMAGE" sh -c 'tty; ls -l /proc/self/fd 2>&1 | grep -c "0 -> /dev/pts/0"
		stat -c %u:%a /dev/pts/0; test -t 0 && test -t 1 && test -t 2 && echo terminals')
	[[ $output == $'/dev/pts/0\n1\n0:620\nterminals'* ]] || fail "$output"
	output=$(in_terminal jailrun -u 33 "$IMAGE" sh -c 'tty; echo x >/dev/tty; echo y >/dev/pts/0
		stat -c %u /dev/pts/0')
	[[ $output == $'/dev/pts/0\nx\ny\n33'* ]] || fail "$output"
}
@test "in a terminal COMMAND has one of the jail's own, which belongs to its user" {
	for_each_user has_own_terminal
}

passes_descriptors() {
	output=$(in_terminal sh -c 'jailrun "$0" sh -c "test -t 1 || echo no terminal" | cat' "$IMAGE")
	[[ $output == 'no terminal'* ]] || fail "$output"
	output=$(in_terminal sh -c 'jailrun "$0" sh -c "test -t 0 || echo no terminal" </dev/null' "$IMAGE")
	[[ $output == 'no terminal'* ]] || fail "$output"
	# A file behind stderr stays behind it.
	output=$(in_terminal sh -c 'jailrun "$1" sh -c "echo to file >&2; echo to terminal" 2>"$2"' - \
		"$IMAGE" "$MINE/err")
	assert_output_has 'to terminal'
	[ "$(cat "$MINE/err")" = 'to file' ]
}
@test "without a terminal at stdin or stdout, and for a stderr elsewhere, descriptors pass through" {
	for_each_user passes_descriptors
}

loses_no_output() {
	in_terminal jailrun "$IMAGE" seq 1 100000 >"$MINE/out"
	seq 1 100000 | cmp - <(head -100000 "$MINE/out")
	# And what was written just before the end.
	for _ in {1..5}; do
		output=$(in_terminal jailrun "$IMAGE" sh -c 'seq 1 100; echo last; exit 0')
		[[ $output == *$'\n100\nlast'* ]] || fail "$output"
	done
	output=$(in_terminal jailrun "$IMAGE" sh -c 'exec </dev/null >/dev/null 2>&1; sleep 0.3
		echo later >/dev/tty')
	assert_output_has later
}
@test "no output is lost at the end, nor after COMMAND had its terminal closed for a while" {
	for_each_user loses_no_output
}

keeps_exit_status() {
	status=0
	in_terminal jailrun "$IMAGE" sh -c 'exit 42' || status=$?
	assert_status 42
	status=0
	output=$(in_terminal jailrun "$IMAGE" nosuch) || status=$?
	assert_status 127
	assert_output_has 'command not found in the image: nosuch'
}
@test "the exit status is COMMAND's in a terminal, too" {
	set -o pipefail # in_terminal's own status is that of its last command
	for_each_user keeps_exit_status
}

is_not_frozen() {
	# ^Z in a process group without a shell that does job control: nobody could continue it.
	output=$({ sleep 0.4; printf '\032'; sleep 1; } |
		limited env SHELL=/bin/bash script -qec "jailrun '$IMAGE' sh -c 'echo ready; sleep 0.8; echo over'" /dev/null |
		tr -d '\r')
	assert_output_has over
}
@test "Ctrl-Z where nobody could continue it does not freeze the jail" {
	for_each_user is_not_frozen
}

types_and_edits() {
	enter 'jailrun -h calculus i sh'
	wait_for_screen '^/ [#$]'
	enter 'echo $((6 * 7)); hostname'
	wait_for_screen '^42$'
	wait_for_screen '^calculus$'
	keys -l 'echo wrong'
	keys C-u
	enter "echo ri''ght"
	wait_for_screen '^right$'
	enter 'exit 3'
	wait_for_screen '^outer>$'
	enter 'echo status $?'
	wait_for_screen '^status 3$'
}
@test "a shell in the jail prompts, edits, and its exit status arrives" {
	session types_and_edits
}

interrupts() {
	enter 'jailrun i sh'
	wait_for_screen '^/ [#$]'
	enter 'sleep 100'
	sleep 0.3
	keys C-c
	sleep 0.2
	enter 'echo still here'
	wait_for_screen '^still here$'
	keys C-d
	wait_for_screen '^outer>$'
	enter 'jailrun i sleep 100; echo status $?'
	wait_until_running sleep
	keys C-c
	wait_for_screen 'status 130$'
	enter 'jailrun i sleep 100; echo status $?'
	wait_until_running sleep
	keys C-\\
	wait_for_screen 'status 131$'
}
@test "Ctrl-C, Ctrl-backslash and Ctrl-D act inside the jail" {
	session interrupts
}

stops_inside() {
	enter 'jailrun i sh'
	wait_for_screen '^/ [#$]'
	enter 'sleep 77'
	wait_until_running sleep
	keys C-z
	wait_for_screen 'Stopped +sleep 77'
	enter fg
	sleep 0.3
	keys C-c
	sleep 0.2
	enter 'echo in''side $(jobs | wc -l)'
	wait_for_screen '^inside 0$'
	enter exit
	wait_for_screen '^outer>$'
}
@test "Ctrl-Z and fg work in the jail's own shell" {
	session stops_inside
}

stops_outside() {
	enter 'jailrun i sleep 4'
	wait_until_running sleep
	keys C-z
	wait_for_screen 'Stopped +jailrun'
	enter 'fg; echo resumed $?'
	wait_for_screen '^resumed 0$'
	# A script in between stops as well, so its shell gets the prompt back.
	enter 'sh -c "jailrun i sleep 4; echo after"'
	wait_until_running sleep
	keys C-z
	wait_for_screen 'Stopped +sh -c'
	enter fg
	wait_for_screen '^after$'
}
@test "Ctrl-Z stops a jail whose COMMAND is a plain program, and fg goes on with it" {
	session stops_outside
}

works_in_background() {
	enter 'jailrun i sh -c "sleep 0.5; echo from the background" &'
	wait_for_screen '^(outer> )?from the background$'
	enter 'wait; echo wai''ted $?'
	wait_for_screen '^waited 0$'
	enter 'jailrun i sh -c "sleep 4; echo also from there"'
	wait_until_running sleep
	keys C-z
	wait_for_screen 'Stopped +jailrun'
	enter bg
	wait_for_screen '^(outer> )?also from there$'
	enter 'echo shell is us''able'
	wait_for_screen '^(outer> )?shell is usable$'
}
@test "a jail started by & and one that bg goes on with run in the background" {
	session works_in_background
}

comes_to_front() {
	enter 'jailrun i sh -c "read -r line; echo got \$line; exit 9" &'
	wait_until_running sh
	enter fg
	sleep 0.5
	enter 'keyboard'
	wait_for_screen '^got keyboard$'
	enter 'echo status $?'
	wait_for_screen '^status 9$'
}
@test "a jail started by & takes the keyboard when it comes to the front by fg" {
	session comes_to_front
}

resizes() {
	enter 'jailrun i sh'
	wait_for_screen '^/ [#$]'
	enter 'stty size'
	wait_for_screen '^24 80$'
	mux resize-window -x 101 -y 33
	sleep 0.3
	enter 'stty size'
	wait_for_screen '^33 101$'
	enter exit
	wait_for_screen '^outer>$'
	# While it was stopped, too.
	enter 'jailrun i sh -c "sleep 4; stty size"'
	wait_until_running sleep
	keys C-z
	wait_for_screen 'Stopped +jailrun'
	mux resize-window -x 90 -y 30
	sleep 0.3
	enter fg
	wait_for_screen '^30 90$'
}
@test "the size of the window is the jail's, from the start and after a change" {
	session resizes
}

restores_modes() {
	modes before
	enter 'jailrun i sh -c "stty raw -echo; exit 4"; echo one $?'
	wait_for_screen '^one 4$'
	enter 'jailrun i sh -c "stty raw -echo; kill -SEGV \$\$"; echo two $?'
	wait_for_screen '^two 139$'
	enter 'jailrun i nosuch; echo three $?'
	wait_for_screen '^three 127$'
	enter 'jailrun -w /none i true; echo four $?'
	wait_for_screen '^four 125$'
	enter 'jailrun i sleep 100; echo five $?'
	wait_until_running sleep
	kill_jailrun TERM
	wait_for_screen 'five 143$'
	modes after
	diff "$MINE/before" "$MINE/after"
}
@test "the caller's terminal is as before after the end, a crash, a failure and SIGTERM" {
	session restores_modes
}

# kill_jailrun SIGNAL: to the supervisor, which alone has this name.
kill_jailrun() {
	local pid

	for pid in $(below "$(mux display-message -p '#{pane_pid}')"); do
		if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = jailrun ]; then
			kill -s "$1" "$pid"
			return
		fi
	done
	fail "no jailrun to be signalled"
}

takes_modes_along() {
	enter 'stty erase ^H intr ^K; jailrun i stty -a | cat; clear'
	wait_for_screen '^outer>$'
	enter 'jailrun i sh -c "stty -a | grep -o \"intr = ^K\"; stty -a | grep -o \"erase = ^H\""'
	wait_for_screen '^intr = \^K$'
	wait_for_screen '^erase = \^H$'
}
@test "keys that the caller has set up do the same inside" {
	session takes_modes_along
}

ends_with_window() {
	local pids

	enter 'jailrun i sh -c "echo rea''dy; sleep 300"'
	wait_for_screen '^ready$'
	wait_until_running sleep
	pids=$(below "$(mux display-message -p '#{pane_pid}')")
	[ "$(wc -w <<<"$pids")" -ge 3 ] || fail "where are jailrun, init and sleep?" "$pids"
	mux kill-session
	wait_for 5 are_over "$pids" || fail "a jail is left"
}
@test "closing the window ends the jail" {
	session ends_with_window
}

are_over() {
	local pid

	for pid in $1; do
		is_over "$pid" || return
	done
}
