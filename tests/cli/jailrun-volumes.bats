#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --device, and volumes whose owners are shifted.

# Each test is a subshell of its own, and many a quoted word is for the shell inside the jail:
# shellcheck disable=SC2016,SC2030,SC2031

load helper
load jailrun-helper

shows_devices() {
	jail --device /dev/full:/dev/other "$IMAGE" sh -c 'echo x >/dev/other'
	assert_status 1
	[[ ${stderr-} == *'No space left'* ]] || fail "${stderr-}"
	jail --device /dev/zero:/tmp/deep/zero "$IMAGE" sh -c 'head -c 3 /tmp/deep/zero | wc -c'
	assert_status 0
	assert_output 3
	# The device itself can be used, its node not be changed.
	jail --device /dev/zero:/dev/other "$IMAGE" sh -c 'chmod 600 /dev/other || chown 0 /dev/other || rm /dev/other'
	assert_status 1
	# Without the option a node in the image is nothing, and none can be made.
	jail "$IMAGE" sh -c 'mknod /tmp/zero c 1 5'
	assert_status 1
	jail --device /etc/passwd "$IMAGE" true
	assert_status 2
	[[ ${stderr-} == *'/etc/passwd is no device'*hint:* ]] || fail "${stderr-}"
	jail --device /dev/nosuch "$IMAGE" true
	assert_status 125
	jail --device /dev/zero:/dev/x:rw --device /dev/full:/dev/x "$IMAGE" true
	assert_status 2
}
@test "--device shows a device of the host" {
	for_each_user shows_devices
}

@test "a device that a symlink of the image would take elsewhere stays inside" {
	only_self
	own_image
	ln -s /../../../../tmp "$MINE/image/srv/out"
	jail --device /dev/full:/srv/out/jailrun-test-device "$MINE/image" \
		sh -c 'ls /srv/out/ /tmp; echo x >/tmp/jailrun-test-device'
	assert_status 1
	[ ! -e /tmp/jailrun-test-device ]
}

@test "owners of a volume are shifted with :idmap, as root" {
	only_root
	mkdir "$MINE/data"
	echo text >"$MINE/data/root"
	echo text >"$MINE/data/www"
	chown 33:33 "$MINE/data/www"
	chmod 600 "$MINE/data"/*
	jail -v "$MINE/data:/data" "$IMAGE" sh -c 'stat -c %u:%g /data/root; cat /data/root'
	assert_status 1
	assert_output 65534:65534
	jail -v "$MINE/data:/data:idmap" "$IMAGE" sh -c '
		stat -c %u:%g /data/root /data/www; cat /data/root; echo new >/data/new; chown 33 /data/new'
	assert_status 0
	assert_output $'0:0\n33:33\ntext'
	[ "$(stat -c %u:%g "$MINE/data/new")" = 33:0 ] || fail "$(stat -c %u:%g "$MINE/data/new")"
	jail -v "$MINE/data:/data:ro,idmap" -u 33 "$IMAGE" sh -c 'cat /data/www; echo x >/data/www'
	assert_status 1
	assert_output text
	[[ ${stderr-} == *'Read-only file system'* ]] || fail "${stderr-}"
}

@test "a file system that cannot shift owners is an error with words, as root" {
	only_root
	jail -v /proc/sys:/data:idmap "$IMAGE" true
	assert_status 125
	[[ ${stderr-} == *'volume /proc/sys: cannot shift its owners'*hint:* ]] || fail "${stderr-}"
}

@test "an ordinary user's own files are the jail's already, with and without :idmap" {
	only_user
	as_each mkdir "$MINE/data"
	as_each touch "$MINE/data/own"
	jail -v "$MINE/data:/data:idmap" "$IMAGE" sh -c 'stat -c %u:%g /data/own; echo new >/data/new'
	assert_status 0
	assert_output 0:0
	[ "$(stat -c %U "$MINE/data/new")" = "$(stat -c %U "$MINE/data/own")" ]
}
