# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What tests load that make system calls of a jail's set-up fail: a run under strace(1), and what its trace
# tells. Each word of a jail is looked at as $WHO, in $MINE.

# traced ARG…: strace as $WHO; a leak checker built in cannot work below it.
traced() {
	limited env ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" strace "$@"
}

# inject CALL WHAT [OPTION]: runs a jail in which CALL fares so; `it runs` on stdout if COMMAND was started.
inject() {
	capture traced -f -qq "${@:3}" -o "$MINE/trace" -e "trace=$1,execve" -e "inject=$1:$2" -- \
		jailrun -v "$IMAGE:/v" --tmpfs /t -w /srv "$IMAGE" echo it runs </dev/null
}

# count_in_process CALL: how often it is made, at most, by one process of an undisturbed jail.
count_in_process() {
	awk -v call="$1(" 'index($2, call) == 1 { if (++n[$1] > most) most = n[$1] } END { print most + 0 }' \
		"$MINE/all"
}

trace_all() {
	capture traced -f -qq -o "$MINE/all" -- \
		jailrun -v "$IMAGE:/v" --tmpfs /t -w /srv "$IMAGE" echo it runs </dev/null
	assert_output 'it runs'
	assert_status 0
}

# comes_late: whether what failed was init's, when COMMAND had begun: all that holds COMMAND in was done
# by then, and init ends it at once.
comes_late() {
	# The first execve that does not fail is jailrun's own, the second COMMAND's. Entering it
	# counts: init goes on before the line of its end is written.
	awk '/ execve\(/ && !/ = -1 / { begun = ++programs >= 2 }
		/INJECTED/ { late = begun }
		END { exit !late }' "$MINE/trace"
}
