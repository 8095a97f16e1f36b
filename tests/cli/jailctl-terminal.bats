#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# jailctl exec in a terminal: keys, size and modes as somebody has them who sits at one, and nothing that is
# inside reaches the terminal outside.

# Each test is a subshell of its own, and many a quoted word is for the shell inside the jail:
# shellcheck disable=SC2016,SC2030,SC2031

load helper
load jailrun-helper
load jailctl-helper

teardown() {
	end_own_session
	end_test
}

works_as_a_terminal() {
	start_jail web --name web
	modes before
	enter 'jailctl exec web sh'
	wait_for_screen '^/ [#$]'
	enter 'stty size; tty'
	wait_for_screen '^24 80$'
	wait_for_screen '^/dev/pts/0$'
	mux resize-window -x 101 -y 33
	sleep 0.3
	enter 'stty size'
	wait_for_screen '^33 101$'
	# Ctrl-C is for what runs there, and for nobody else.
	enter 'sleep 100'
	wait_until_running sleep
	keys C-c
	sleep 0.2
	enter 'echo still he''re'
	wait_for_screen '^still here$'
	keys C-d
	wait_for_screen '^outer>$'
	enter 'jailctl exec web sleep 100; echo status $?'
	wait_until_running sleep
	keys C-c
	wait_for_screen 'status 130$'
	enter 'jailctl exec web sh -c "stty raw -echo; kill -SEGV \$\$"; echo two $?'
	wait_for_screen 'two 139$'
	modes after
	# tmux changed the size.
	diff <(sed 's/rows.*columns [0-9]*;//' "$MINE/before") <(sed 's/rows.*columns [0-9]*;//' "$MINE/after")
	! has_ended web
	end_jail web
}
@test "keys, size and modes of a terminal are exec's as they are jailrun's" {
	session works_as_a_terminal
}

stops_and_goes_on() {
	start_jail web --name web
	enter 'jailctl exec web sleep 100'
	wait_until_running sleep
	keys C-z
	wait_for_screen 'Stopped +jailctl'
	enter 'fg; echo status $?'
	sleep 0.3
	keys C-c
	wait_for_screen 'status 130$'
	end_jail web
}
@test "Ctrl-Z stops jailctl exec for the shell outside, and fg lets it go on" {
	session stops_and_goes_on
}

exec_cannot_push_characters() {
	own_image
	cp "$BIN/tiocsti" "$MINE/image/bin/"
	IMAGE=$MINE/image start_jail web --name web
	# Its stdout is no terminal here, so it has the caller's as its stdin.
	output=$(in_terminal bash -c 'jailctl exec web tiocsti | cat; sleep 0.1; read -r -t 0.3 line; echo "got:$line:"')
	assert_output_has 'refused 0'
	assert_output_lacks 'pushed 0'
	assert_output_has 'got::'
	output=$(in_terminal bash -c 'jailctl exec web tiocsti; sleep 0.1; read -r -t 0.3 line; echo "got:$line:"')
	assert_output_lacks 'pushed 0'
	assert_output_has 'got::'
	end_jail web
}
@test "what exec starts cannot push characters into the caller's terminal" {
	build_static "$BATS_TEST_DIRNAME/tiocsti.c" "$BIN/tiocsti"
	for_each_user exec_cannot_push_characters
}
