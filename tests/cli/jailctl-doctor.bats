#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# jailctl doctor: what a machine lets jails do. The probes themselves have unit tests.

# Each test is a subshell of its own, and many a quoted word is for the shell inside the jail:
# shellcheck disable=SC2016,SC2030,SC2031

load helper
load jailrun-helper

doctor() {
	capture limited "$@" jailctl doctor --json </dev/null
}

# verdict NAME: as the JSON in $output has it.
verdict() {
	jq -r --arg name "$1" '.probes[] | select(.name == $name) | .verdict' <<<"$output"
}

hint() {
	jq -r --arg name "$1" '.probes[] | select(.name == $name) | .hint // ""' <<<"$output"
}

finds_a_healthy_machine() {
	local name

	doctor
	assert_status 0
	[ "$(jq .schema <<<"$output")" = 1 ]
	for name in kernel users namespaces proc devices seccomp overlay cache helper; do
		[ "$(verdict "$name")" = good ] || fail "$name: $output"
	done
	# As a text, a line each; with --quiet only what is not good.
	capture limited jailctl doctor
	[ "$(grep -c '^good ' <<<"$output")" -ge 9 ] || fail "$output"
	capture limited jailctl doctor --quiet
	! grep -q '^good ' <<<"$output" || fail "$output"
	assert_no_leftovers
}
@test "a machine that jails work on is called good, and nothing is left behind" {
	for_each_user finds_a_healthy_machine
}

names_causes() {
	# Everything that jailrun would fail for is found, with the same cure.
	doctor unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$0" "$@"'
	assert_status 1
	[ "$(verdict users)" = bad ]
	[[ $(hint users) == *user.max_user_namespaces* ]] || fail "$output"
	# What could not be tried gets no cure of its own.
	[ "$(verdict overlay)" = limited ]
	[ -z "$(hint overlay)" ]

	doctor unshare -Urm sh -c 'mount --bind /dev/null /proc/interrupts; exec "$0" "$@"'
	assert_status 1
	[ "$(verdict proc)" = bad ]
	[[ $(hint proc) == *'--share pid'* ]] || fail "$output"
	# Root of a single id shifts nothing.
	[ "$(verdict shifting)" = good ]

	mkdir -p "$MINE/cache/jailrun"
	chmod 777 "$MINE/cache/jailrun"
	doctor env XDG_CACHE_HOME="$MINE/cache"
	assert_status 1
	[ "$(verdict cache)" = bad ]

	doctor unshare -Urm sh -c 'mount -t tmpfs -o noexec x "$0"; XDG_CACHE_HOME=$0 exec "$@"' "$MINE/cache"
	assert_status 0
	[[ $output == *noexec* ]] || fail "$output"
}
@test "what is missing is named with its cure" {
	for_each_user names_causes
}

tells_the_same_as_jailrun() {
	jail --seccomp=off -v "$BUILD:/build:ro" "$IMAGE" /build/jailctl doctor --quiet
	# A program that is not static cannot be started there.
	[ "$status" -ne 126 ] && [ "$status" -ne 127 ] || return 0
	assert_status 1
	[[ $output == *BAD*'landlock=off'* || $output == *BAD*setfcap* ]] || fail "$output"
}
@test "inside a jail it says what the jail around would have to allow" {
	for_each_user tells_the_same_as_jailrun
}
