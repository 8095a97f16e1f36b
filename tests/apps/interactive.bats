#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# What a person works with, in the image of `-t shell-full`: keys are typed into programs on a terminal
# that tmux gives them, all of it in the jail.

# shellcheck disable=SC2016 # the shell in the jail expands them

load ../cli/helper
load apps-helper

# works TEXT SCRIPT: SCRIPT ends well, and TEXT is a line of what it says.
works() {
	inside full.tar bash -c "set -e
		until_it() { for ((i = 0; i < 300; i++)); do ! \"\$@\" || return 0; sleep 0.1; done; return 1; }
		shows() { tmux capture-pane -p | grep -q \"\$1\"; }
		$2"
	assert_status 0
	[[ $'\n'$output$'\n' == *$'\n'$1$'\n'* ]] || {
		show_answer
		fail "no line is: $1"
	}
}

@test "in tmux, vim writes a file and less shows it" {
	image full.tar -t shell-full
	for_each_user works 'hello from vim' '
		# One session: a server whose last one ends is on its way out, and takes no other.
		tmux -f /dev/null new-session -d -x 80 -y 24 "vim -N -u NONE -i NONE /tmp/f; exec less /tmp/f"
		until_it shows "^~"
		tmux send-keys i "hello from vim" Escape :wq Enter
		until_it test -s /tmp/f
		until_it shows "^/tmp/f\|(END)"
		shows "hello from vim"
		tmux send-keys q
		cat /tmp/f'
}

@test "vim knows the syntax of C, and file its kind" {
	image full.tar -t shell-full
	for_each_user works 'cNumber text/x-c' '
		printf "#include <stdio.h>\nint main(void) { return 42; }\n" >/tmp/a.c
		vim -es -N -u NONE -i NONE -c "syntax on" -c "set ft=c" -c "call cursor(2, 26)" \
			-c "redir! > /tmp/out" -c "echo synIDattr(synID(2, 25, 1), \"name\")" -c "redir END" -c "q!" /tmp/a.c </dev/null
		echo $(tr -d "\n" </tmp/out) $(file -b --mime-type /tmp/a.c)'
}
