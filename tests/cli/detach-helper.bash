# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the bats files about detached jails load besides `jailctl-helper`: where a jail keeps what, and what is
# left of it.

# state: the folder with the logs of $WHO.
state() {
	if is_root && [ "$WHO" = root ]; then
		echo "$XDG_STATE_HOME/jailrun"
	else
		echo "$TEST_HOME/.local/state/jailrun"
	fi
}

assert_nothing_is_kept() {
	assert_registry_is_empty
	[ -z "$(find "$(state)" -name 'log.*')" ] || fail "logs are left: $(find "$(state)" -name 'log.*')"
}

# detached NAME SCRIPT [OPTION…]: a line of shell in a detached jail that has that name.
detached() {
	local name=$1 script=$2

	shift 2
	jail -d --name "$name" "$@" "$IMAGE" sh -c "$script"
	assert_status 0
	assert_output "$name"
	assert_quiet
}

# field NAME KEY: of its registration.
field() {
	sed -n "s/^$2=//p" "$(registry)/jail.$1" | tail -n 1
}

# wait_for_end NAME: its exit status is then in $status.
wait_for_end() {
	control wait "$1"
	# shellcheck disable=SC2154 # capture sets them
	[ "$output" = "$status" ] || fail "wait: $output, $status, $stderr"
}

log_of() {
	field "$1" log
}

# A disk of a test lies where $WHO keeps its state.
teardown() {
	local place

	end_processes test_processes
	mounts_below "$TEST_HOME" | sort -r | while read -r place; do
		umount -l "$place"
	done
	end_test
}

# is_waited_for NAME: somebody has its registration open by that name; its jailrun made it without one.
is_waited_for() {
	[ -n "$(find /proc/[0-9]*/fd -lname "$(registry)/jail.$1" 2>/dev/null)" ]
}
