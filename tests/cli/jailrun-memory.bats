#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# jailrun --no-cache: archives unpacked into memory for one run, and where there is no cache folder.

# shellcheck disable=SC2030,SC2031 # each test sets $MINE for itself

load helper
load jailrun-helper

setup_file() {
	begin_jails
	TAR=$BIN/image.tar
	tar -C "$IMAGE" --owner=0 --group=0 -cf "$TAR" .
	export TAR
}

# without_cache [ARG…]: jailrun --no-cache with a cache folder of its own in $MINE, to look at after.
without_cache() {
	capture limited env XDG_CACHE_HOME="$MINE/cache" jailrun --no-cache "$@" </dev/null
}

unpacks_into_memory() {
	without_cache "$TAR" sh -c 'id -u; grep -c . /etc/passwd; echo x >/etc/new && cat /etc/new; ls -d /srv'
	assert_status 0
	assert_quiet
	assert_output $'0\n3\nx\n/srv'
	without_cache "$TAR" cat /etc/new
	assert_status 1
	without_cache --read-only "$TAR" touch /x
	assert_status 1
	assert_error_has 'Read-only file system'
	without_cache -u www -w /srv --keep "$MINE/keep" "$TAR" sh -c 'id -u; pwd'
	assert_output $'33\n/srv'
	[ ! -e "$MINE/cache" ] || fail 'the cache folder was made'
	jail --no-cache "$IMAGE" true
	assert_status 0
}
@test "--no-cache unpacks into memory, without a cache folder, and everything works as from there" {
	for_each_user unpacks_into_memory
}

leaves_an_old_cache_alone() {
	local before

	capture limited env XDG_CACHE_HOME="$MINE/cache" jailrun "$TAR" true </dev/null
	assert_status 0
	before=$(digest "$MINE/cache")
	without_cache "$TAR" true
	assert_status 0
	[ "$(digest "$MINE/cache")" = "$before" ]
}
@test "--no-cache does not touch the cache that is there" {
	for_each_user leaves_an_old_cache_alone
}

leaves_nothing_after_a_kill() {
	local before

	before=$(mount_ids)
	start_jail --no-cache "$TAR" sh -c 'echo ready; sleep 30'
	wait_until_it_says ready
	as_each kill -KILL "$JAIL"
	end_of_jail
	assert_status 137
	wait_for 10 no_tmpfs_left || fail 'a process holds the image'
	[ "$(mount_ids)" = "$before" ]
}
# no_tmpfs_left: nobody of this jail is left to hold its descriptors.
no_tmpfs_left() {
	[ -z "$(below "$JAIL")" ] && is_over "$JAIL"
}
@test "kill -9 leaves nothing of an image in memory" {
	for_each_user leaves_nothing_after_a_kill
}

falls_back() {
	mkdir -m 0555 "$MINE/closed"
	capture limited env -u XDG_CACHE_HOME HOME="$MINE/closed/none" jailrun "$TAR" echo works </dev/null
	assert_status 0
	assert_output works
	assert_error_has "jailrun: note: cannot make the cache folder $MINE/closed/none/.cache/jailrun: "
	assert_error_has ': unpacking into memory, for this run only'
}
@test "where no cache folder can be made an archive is unpacked into memory, and that is said" {
	only_user
	falls_back
	capture limited env -u XDG_CACHE_HOME -u HOME jailrun "$TAR" echo works </dev/null
	assert_output works
	assert_error_has 'there is no place for the cache folder: unpacking into memory, for this run only'
	chmod 755 "$MINE/closed"
}

@test "root, too, goes on in memory where the cache's file system is read-only" {
	only_root
	mkdir "$MINE/cache"
	mount -t tmpfs -o ro none "$MINE/cache"
	capture limited env XDG_CACHE_HOME="$MINE/cache" jailrun "$TAR" echo works </dev/null
	assert_status 0
	assert_output works
	assert_error_has "cannot make the cache folder $MINE/cache/jailrun: Read-only file system: unpacking into memory, for this run only"
	umount "$MINE/cache"
}

refuses_hostile_archives() {
	echo x >"$MINE/x"
	tar -C "$MINE" -P --transform='s,^x,../../x,' -cf "$MINE/up.tar" x
	without_cache "$MINE/up.tar" true
	assert_status 125
	assert_error "image $MINE/up.tar: ../../x: the name leads upwards by \"..\""
	head -c 100000 "$TAR" >"$MINE/cut.tar"
	without_cache "$MINE/cut.tar" true
	assert_status 125
	assert_error_has 'damaged or cut off'
}
@test "--no-cache refuses the archives that the cache would refuse" {
	for_each_user refuses_hostile_archives
}

limits_by_options() {
	without_cache --max-unpacked 100k "$TAR" true
	assert_status 125
	assert_error "image $TAR: ./bin/busybox: the archive unpacks to more than 102400 bytes" \
		'if it can be trusted: --max-unpacked'
	without_cache --max-entries 5 "$TAR" true
	assert_status 125
	assert_error "image $TAR: the archive has more than 5 entries" 'if it can be trusted: --max-entries'
	without_cache --max-unpacked=1g --max-entries=100 "$TAR" true
	assert_status 0
	for option in --max-unpacked=none --max-unpacked=1x --max-entries=0 --max-entries=1k; do
		without_cache "$option" "$TAR" true
		assert_status 2
		assert_error_has "${option%%=*}: '${option#*=}' is no "
	done
}
@test "--max-unpacked and --max-entries limit what is unpacked" {
	for_each_user limits_by_options
}
