#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Shell scripts: what they run besides their interpreter.
#
# shellcheck disable=SC2030,SC2031 # every test is a subshell of its own

load helper
load jailbuild-helper

says_commands() {
	# shellcheck disable=SC2016 # the script expands it
	printf '#!/bin/sh\nset -e\nseq 3 | sort -r >"$(mktemp)" && expr 1 + 1\n' >"$MINE/tool"
	chmod 755 "$MINE/tool"
	packed "$MINE/tool:/usr/bin/tool" -o "$MINE/x.tar"
	assert_output_has "$MINE/tool may run what is not in the image: jailbuild add expr mktemp seq sort -o $MINE/x.tar"
	local words
	words=$(sed -n 's/.*jailbuild add \(.*\) -o .*/\1/p' <<<"$output")
	run as_each jailrun "$MINE/x.tar" tool
	[ "$status" -ne 0 ]
	# The words that it said, typed.
	# shellcheck disable=SC2086 # each is a word
	packed $words -o "$MINE/x.tar"
	run -0 as_each jailrun "$MINE/x.tar" tool
	assert_output 2
	packed "$MINE/tool:/usr/bin/tool" -o "$MINE/x.tar"
	assert_output_lacks 'may run'
}

@test "what a shell script may run is said, with the words that add it" {
	for_each_user says_commands
}
