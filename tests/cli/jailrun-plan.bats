#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --plan: every step in words, none taken.

# Each test is a subshell of its own, and many a quoted word is for the shell inside the jail:
# shellcheck disable=SC2016,SC2030,SC2031

load helper
load jailrun-helper

# has LINE: of the plan, blanks squeezed.
has() {
	tr -s ' ' <<<"$output" | grep -qxF "$1" || {
		show_answer
		fail "the plan has no line: $1"
	}
}

lacks() {
	[[ $output != *"$1"* ]] || fail "the plan has: $1"
}

shows_protections() {
	jail --plan "$IMAGE" echo it runs
	assert_status 0
	has "parent namespaces new: mount user net pid ipc uts cgroup; the caller's: none"
	has 'child bounding set chown dac_override fowner fsetid kill setgid setuid net_bind_service sys_chroot'
	has 'child privileges no_new_privs'
	has 'child keyring a new session keyring'
	has 'child network loopback only'
	has 'child rootfs overlay over the image; writes go to memory'
	has 'child /proc keys: masked'
	has 'command Landlock only what is below / and the standard descriptors'
	has 'command seccomp the filter of system calls'
	has 'command execute echo'
	has 'command argument it'
	lacks OFF
	if [ "$WHO" = root ]; then
		has 'parent idmap 0-65535 are 524288-589823 outside'
	else
		has "parent idmap 0 is $(as_each id -u):$(as_each id -g) outside; there is no other id"
	fi
}
@test "the plan names each protection" {
	for_each_user shows_protections
}

shows_options() {
	jail --plan --seccomp=off --landlock=off --cap-drop ALL --cap-add net_raw --rlimit nofile=3:4 \
		--device /dev/full --share net -v /usr:/u:ro --tmpfs /m --timeout 5 --read-only -u 33 \
		--init=app "$IMAGE" true
	assert_status 0
	has 'command seccomp OFF'
	has 'command Landlock OFF'
	has 'child bounding set net_raw'
	has 'command capabilities net_raw'
	has 'command rlimit nofile 3:4'
	has "child device /dev/full: the host's /dev/full"
	has "child network the caller's"
	has "child volume /u: the host's /usr, read-only"
	has 'child volume /m: empty, in memory'
	has 'parent timeout after 5000 ms TERM, after 10000 ms more KILL'
	has 'child rootfs the image, read-only'
	has 'init pid 1 COMMAND itself'
}
@test "and what an option changes" {
	for_each_user shows_options
}

takes_no_step() {
	own_image
	tar -C "$MINE/image" -cf "$MINE/own.tar" .
	jail --plan --keep "$MINE/kept" "$MINE/own.tar" true
	assert_status 0
	has "parent image $MINE/own.tar: unpack it into the cache"
	[ ! -e "$MINE/kept" ] || fail 'the folder to keep was made'
	# The first real start is still a cold one.
	jail "$MINE/own.tar" true
	assert_status 0
	jail --plan "$MINE/own.tar" true
	[[ $output == *"$MINE/own.tar: unpacked already"* ]] || fail "$output"
	jail --plan "$IMAGE" touch /srv/x
	[ ! -e "$IMAGE/srv/x" ]
	jail --plan "$MINE/nosuch.tar" true
	assert_status 125
	jail --plan --cap-add nosuch "$IMAGE" true
	assert_status 2
}
@test "nothing is done, and mistakes are told as ever" {
	for_each_user takes_no_step
}

@test "a name with control bytes cannot forge a line" {
	only_self
	jail --plan "$IMAGE" $'x\nchild    seccomp      OFF'
	assert_status 0
	[[ $output == *'execute      x\x0achild'* ]] || fail "$output"
}
