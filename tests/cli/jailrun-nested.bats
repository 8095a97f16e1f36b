#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Jails where something is in the way: inside another jail, or where user namespaces are switched off.

# Each test is a subshell of its own, and many a quoted word is for the shell inside the jail:
# shellcheck disable=SC2016,SC2030,SC2031

load helper
load jailrun-helper

# nest [OPTION…] -- [OPTION…]: a jail in a jail, each with its options.
nest() {
	local outer=()

	while [ "$1" != -- ]; do
		outer+=("$1")
		shift
	done
	shift
	jail "${outer[@]}" "$MINE/outer" /opt/jailrun "$@" /image echo nested
}

# The program may be a static one or not: its libraries come along.
prepare_outer() {
	as_each cp -R "$IMAGE" "$MINE/outer"
	as_each cp -R "$IMAGE" "$MINE/outer/image"
	mkdir "$MINE/own"
	jailbuild add --bare "$BUILD/jailrun:/opt/jailrun" -o "$MINE/own/" -q 2>/dev/null
	as_each cp -R "$MINE/own/." "$MINE/outer"
}

nests() {
	local opened=(--seccomp=off --landlock=off)

	prepare_outer
	# What the outer jail forbids is said, with what would allow it.
	nest --
	assert_status 125
	[[ ${stderr-} == *hint:*--seccomp=off* ]] || fail "${stderr-}"
	nest "${opened[@]}" --
	assert_status 125
	[[ ${stderr-} == *hint:*'--cap-add setfcap'* ]] || fail "${stderr-}"
	nest --seccomp=off --cap-add setfcap -- --share pid
	assert_status 125
	[[ ${stderr-} == *hint:*--landlock=off* ]] || fail "${stderr-}"
	nest "${opened[@]}" --cap-add setfcap --
	assert_status 125
	[[ ${stderr-} == *hint:*'--share pid'* ]] || fail "${stderr-}"
	nest "${opened[@]}" --cap-add setfcap -- --share pid
	assert_status 0
	assert_output nested
	# Another user of the outer jail has an id that it may give on.
	nest "${opened[@]}" -u 33 -- --share pid
	assert_status 0
	assert_output nested
}
@test "a jail in a jail works where the outer one allows it, and else says what it needs" {
	for_each_user nests
}

switched_off() {
	# The limit of a user namespace of its own counts for all that is made below it.
	capture limited unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces
		exec "$0" "$@"' "$BUILD/jailrun" "$IMAGE" echo it runs
	assert_status 125
	assert_output ''
	[[ ${stderr-} == *'cannot create the jail'*namespaces*hint:*user.max_user_namespaces* ]] || fail "${stderr-}"
}
@test "user namespaces that are switched off are named as the cause, with the cure" {
	for_each_user switched_off
}
