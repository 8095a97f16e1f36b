#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Archives as images: what jailrun's unpack helper makes of them, good and hostile ones, and what is
# in the cache afterwards.

# shellcheck disable=SC2030,SC2031 # each test sets $MINE for itself

load helper
load jailrun-helper

setup_file() {
	begin_jails
	TAR=$BIN/image.tar
	tar -C "$IMAGE" --owner=0 --group=0 -cf "$TAR" .
	export TAR
}

# as_each gives an ordinary user no XDG folders; this gives all users a cache of their own in $MINE.
unpacking() {
	capture limited env XDG_CACHE_HOME="$MINE/cache" jailrun "$@" </dev/null
}

assert_error_lacks() {
	[[ ${stderr-} != *"$1"* ]] && return
	show_answer
	fail "stderr has: $1"
}

# entries: the names in the cache.
entries() {
	[ ! -e "$MINE/cache/jailrun" ] || ls -A "$MINE/cache/jailrun"
}

# root_of_entry: the path of the one unpacked root.
root_of_entry() {
	local roots=("$MINE"/cache/jailrun/*@*/root)

	[ ${#roots[@]} -eq 1 ] && [ -d "${roots[0]}" ] || fail "not one entry: ${roots[*]}" || return
	echo "${roots[0]}"
}

# hostile TAR TEXT: the archive is refused with 125 and the text, and nothing stays in the cache.
hostile() {
	unpacking "$1" true
	assert_status 125
	assert_error_has "$2"
	assert_output ''
	[ -z "$(entries)" ] || fail "left in the cache: $(entries)"
}

runs_archives() {
	local name

	cp "$TAR" "$MINE/i.tar"
	gzip -c "$TAR" >"$MINE/i.tar.gz"
	xz -0 -c "$TAR" >"$MINE/i.tar.xz"
	zstd -q -c "$TAR" >"$MINE/i.tar.zst"
	for name in i.tar i.tar.gz i.tar.xz i.tar.zst; do
		# shellcheck disable=SC2016 # the words of the shell inside
		unpacking "$MINE/$name" sh -c 'id -u; echo "from $0"' "$name"
		assert_status 0
		assert_quiet
		assert_output $'0\n'"from $name"
	done
	[ "$(entries | wc -l)" -eq 4 ]
}
@test "a tar runs plain and compressed by gzip, xz and zstd" {
	for_each_user runs_archives
}

unpacks_exactly() {
	local root tree=$MINE/tree

	mkdir -p "$tree/d/sub" "$tree/closed"
	echo one >"$tree/d/file"
	ln "$tree/d/file" "$tree/d/hard"
	ln -s /etc/nowhere "$tree/d/link"
	mkfifo "$tree/d/fifo"
	echo x >"$tree/with space"
	echo x >"$tree/"$'caf\xc3\xa9' && echo x >"$tree/"$'latin\xe9'
	truncate -s 30M "$tree/sparse" && echo end >>"$tree/sparse"
	mkdir -p "$tree/$(printf 'long%.0s' {1..50})"
	chmod 0466 "$tree/d/file" && chmod 1777 "$tree/d/sub" && chmod 0500 "$tree/closed"
	touch -h -d @1000000000.123456789 "$tree/d/file" "$tree/d/link" "$tree/closed" "$tree/d"
	for format in gnu pax; do
		rm -rf "$MINE/cache"
		tar -C "$tree" -S --format=$format --owner=0 --group=0 -cf "$MINE/x.tar" .
		unpacking "$MINE/x.tar" true
		root=$(root_of_entry)
		# Times of a GNU tar are whole seconds.
		diff <(listing "$tree" $format) <(listing "$root" $format)
		diff -r --no-dereference -x fifo "$tree" "$root"
		[ "$(stat -c %b "$root/sparse")" -lt 1000 ]
		[ "$root/d/file" -ef "$root/d/hard" ]
	done
	chmod -R u+rwx "$tree" "$MINE/cache"
}
listing() {
	local time=%T@

	[ "$2" = pax ] || time=%Ts
	(cd "$1" && find . ! -type d -printf "%p %y %m %n %s $time %l\n" -o -printf "%p %y %m $time\n" |
		sort)
}
@test "names, modes, times, links, holes and bytes arrive as the archive has them" {
	for_each_user unpacks_exactly
}

belongs_to_nobody() {
	local root uid

	mkdir "$MINE/tree"
	echo x >"$MINE/tree/file"
	tar -C "$MINE/tree" --owner=33 --group=34 -cf "$MINE/x.tar" .
	unpacking "$MINE/x.tar" true
	root=$(root_of_entry)
	uid=$(stat -c %u:%g "$root/file")
	if [ "$WHO" = root ]; then
		[ "$uid" = $((524288 + 33)):$((524288 + 34)) ]
		assert_error_lacks 'owners'
	else
		[ "$uid" = "$(stat -c %u:%g "$MINE")" ]
		assert_error_has 'the owners of 2 files were not kept'
	fi
	[ "$(stat -c %a "$MINE/cache/jailrun")" = 700 ]
	[ "$(stat -c %u "$MINE/cache/jailrun")" = "$(stat -c %u "$MINE")" ]
}
@test "root's unpacked files belong to nobody's ids, a user's to the user" {
	for_each_user belongs_to_nobody
}

keeps_ids_of_a_jail_only() {
	mkdir "$MINE/tree"
	echo x >"$MINE/tree/file"
	tar -C "$MINE/tree" --owner=:70000 --group=0 -cf "$MINE/x.tar" file
	tar -C "$MINE/tree" --owner=:4294967294 --group=:65536 --transform=s/file/other/ -rf "$MINE/x.tar" file
	tar -C "$IMAGE" --owner=0 --group=0 -rf "$MINE/x.tar" bin
	jail --no-cache "$MINE/x.tar" stat -c %u:%g /file /other
	assert_status 0
	assert_output $'0:0\n0:0'
	assert_error_has 'the owners of 2 files were not kept'
}
@test "owners that no jail has are not kept, and said" {
	for_each_user keeps_ids_of_a_jail_only
}

follows_merged_usr() {
	local tree=$MINE/tree

	cp -R "$IMAGE" "$tree"
	mkdir "$tree/usr" && mv "$tree/bin" "$tree/usr/bin"
	ln -s usr/bin "$tree/bin"
	tar -C "$tree" --owner=0 --group=0 -cf "$MINE/x.tar" bin usr
	# bin/busybox again, as a tar of another host would name it
	tar -C "$IMAGE" --owner=0 --group=0 --transform='s,bin/cat,bin/more-cat,' -rf "$MINE/x.tar" \
		bin/cat
	unpacking "$MINE/x.tar" sh -c 'echo ok | more-cat || readlink /usr/bin/more-cat'
	assert_status 0
	assert_output_has busybox
	[ -L "$(root_of_entry)/usr/bin/more-cat" ]
}
@test "a name that passes through a symlink of the archive arrives behind it" {
	for_each_user follows_merged_usr
}

refuses_escapes() {
	cd "$MINE" || return
	echo evil >evil && ln -s evil link
	tar -P --transform='s,^evil,../../../escaped,' -cf up.tar evil
	hostile "$MINE/up.tar" "image $MINE/up.tar: ../../../escaped: the name leads upwards"
	tar -P --transform='s,^evil,a/../../escaped,' -cf mid.tar evil
	hostile "$MINE/mid.tar" 'leads upwards'
	ln evil hard
	tar -P --transform='flags=h;s,^evil,/etc/passwd,' -cf hard.tar hard evil
	tar -P --delete -f hard.tar hard
	hostile "$MINE/hard.tar" 'hard link to hard'
	# a folder turns into a link: what follows would be written elsewhere
	mkdir dir && tar -cf turn.tar dir && rmdir dir && ln -s /tmp dir && tar -rf turn.tar dir
	hostile "$MINE/turn.tar" 'dir: the archive has made a folder of that name'
	ln -s / root && tar -cf slash.tar root && rm root && mkdir -p "root$MINE" &&
		echo evil >"root$MINE/escaped" && tar -rf slash.tar "root$MINE/escaped"
	unpacking "$MINE/slash.tar" true
	[ ! -e "$MINE/escaped" ]
	[ "$(cat "$(root_of_entry)$MINE/escaped")" = evil ]
	cd "$T" || return
}
@test "no name, symlink or hard link leads out of the unpacked root" {
	for_each_user refuses_escapes
}

leaves_out() {
	local root

	mkdir "$MINE/tree"
	echo x >"$MINE/tree/su" && chmod 6755 "$MINE/tree/su"
	mkfifo "$MINE/tree/null"
	tar -C "$MINE/tree" --owner=0 --group=0 --format=ustar -cf "$MINE/x.tar" su null
	# The type of the FIFO's header becomes that of a device, and its checksum three less.
	offset=$(grep -abo null "$MINE/x.tar" | head -n 1 | cut -d: -f1)
	sum=$((8#$(dd if="$MINE/x.tar" bs=1 skip=$((offset + 148)) count=6 status=none) - 3))
	printf '3' | dd of="$MINE/x.tar" bs=1 seek=$((offset + 156)) conv=notrunc status=none
	printf '%06o' $sum | dd of="$MINE/x.tar" bs=1 seek=$((offset + 148)) conv=notrunc status=none
	unpacking --verbose "$MINE/x.tar" true
	root=$(root_of_entry)
	[ "$(stat -c %a "$root/su")" = 755 ]
	[ ! -e "$root/null" ]
	assert_error_has '1 files lost their setuid or setgid bit'
	assert_error_has 'left out 1 devices'
}
@test "setuid bits and devices are left out, and said so" {
	for_each_user leaves_out
}

refuses_damaged() {
	head -c 100000 "$TAR" >"$MINE/cut.tar"
	hostile "$MINE/cut.tar" 'damaged or cut off'
	gzip -c "$TAR" | head -c 50000 >"$MINE/cut.tar.gz"
	hostile "$MINE/cut.tar.gz" 'damaged or cut off'
	zstd -qc "$TAR" | head -c 50000 >"$MINE/cut.tar.zst"
	hostile "$MINE/cut.tar.zst" 'damaged or cut off'
	xz -0c "$TAR" | head -c 50000 >"$MINE/cut.tar.xz"
	hostile "$MINE/cut.tar.xz" 'damaged or cut off'
	echo '#!/bin/sh' >"$MINE/script"
	hostile "$MINE/script" 'no archive of a known kind'
	assert_error_has 'jailrun: hint: an image is a directory, a tar or a cpio archive'
	: >"$MINE/empty"
	hostile "$MINE/empty" 'no archive of a known kind'
}
@test "an archive that is damaged, cut off or none at all is said to be, and leaves nothing" {
	for_each_user refuses_damaged
}

refuses_bombs() {
	# shellcheck disable=SC2034 # limited looks at it
	local LIMIT=120 # a million folders, perhaps under a sanitizer
	truncate -s 70G "$MINE/huge"
	tar -C "$MINE" -S -cf "$MINE/huge.tar" huge
	hostile "$MINE/huge.tar" 'huge: the archive unpacks to more than 68719476736 bytes'
	# A little over a million folders, by doubling one block: 2,048 of them 489 times.
	head -c 512 <(tar -C "$IMAGE" --owner=0 --group=0 -c bin) >"$MINE/block"
	for _ in 1 2 3 4 5 6 7 8 9 10 11; do
		cat "$MINE/block" "$MINE/block" >"$MINE/double"
		mv "$MINE/double" "$MINE/block"
	done
	{
		for _ in $(seq 489); do cat "$MINE/block"; done
		head -c 1024 /dev/zero
	} | zstd -q >"$MINE/many.tar.zst"
	hostile "$MINE/many.tar.zst" 'the archive has more than 1000000 entries'
	rm "$MINE/block"
}
@test "what would fill the disk is refused" {
	for_each_user refuses_bombs
}

# kill_unpacking: starts a jail and kills it while its image is being unpacked; fails if that was done
# before it could be hit.
kill_unpacking() {
	local started

	rm -rf "$MINE/cache" "$MINE/pid"
	# shellcheck disable=SC2016 # the words of the shell inside
	as_each env XDG_CACHE_HOME="$MINE/cache" sh -c 'echo $$ >"$0"; exec "$@"' "$MINE/pid" \
		jailrun "$MINE/x.tar" true >/dev/null 2>&1 3>&- &
	started=$!
	wait_for 30 compgen -G "$MINE/cache/jailrun/tmp.*/root/bin" >/dev/null || true
	kill -KILL "$(cat "$MINE/pid")" 2>/dev/null || true
	wait "$started" || true
	[ -n "$(compgen -G "$MINE/cache/jailrun/t*")" ] && [ -z "$(compgen -G "$MINE/cache/jailrun/[!t]*")" ]
}

survives_kill() {
	# shellcheck disable=SC2034 # limited looks at it
	local try LIMIT=120 # eight thousand files are removed and made anew, perhaps beside other tests

	# Slow enough to be hit: some thousand small files.
	mkdir -p "$MINE/tree/many"
	(cd "$MINE/tree/many" && seq 8000 | xargs touch)
	cp -R "$IMAGE/bin" "$MINE/tree/bin"
	tar -C "$MINE/tree" --owner=0 --group=0 -cf "$MINE/x.tar" bin many
	rm -rf "$MINE/tree"
	for try in 1 2 3 4 5 6; do
		! kill_unpacking || break
		[ "$try" -lt 6 ] || fail "six times it was unpacked before it could be killed"
	done
	unpacking "$MINE/x.tar" sh -c 'ls /many | wc -l'
	assert_status 0
	assert_output 8000
	[ "$(entries | wc -l)" -eq 1 ]
}
@test "after kill -9 in the middle the next start unpacks anew and clears up" {
	for_each_user survives_kill
}

starts_at_once() {
	local i pids=()

	for i in 1 2 3 4; do
		as_each env XDG_CACHE_HOME="$MINE/cache" jailrun "$TAR" sh -c 'cat /etc/hostname; echo ok' \
			>"$MINE/out.$i" 2>&1 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	[ "$(cat "$MINE"/out.* | grep -c '^ok$')" -eq 4 ]
	[ "$(entries | wc -l)" -eq 1 ]
}
@test "four first starts at once share one entry" {
	for_each_user starts_at_once
}

notices_replacement() {
	mkdir "$MINE/tree"
	cp -R "$IMAGE/bin" "$MINE/tree/bin"
	echo one >"$MINE/tree/version"
	tar -C "$MINE/tree" --owner=0 --group=0 -cf "$MINE/x.tar" bin version
	unpacking "$MINE/x.tar" cat /version
	assert_output one
	echo two >"$MINE/tree/version"
	tar -C "$MINE/tree" --owner=0 --group=0 -cf "$MINE/x.tar" bin version
	unpacking "$MINE/x.tar" cat /version
	assert_output two
	# jailbuild's way: a new file under the old name
	echo tri >"$MINE/tree/version"
	tar -C "$MINE/tree" --owner=0 --group=0 -cf "$MINE/y.tar" bin version
	touch -r "$MINE/x.tar" "$MINE/y.tar" && mv "$MINE/y.tar" "$MINE/x.tar"
	unpacking "$MINE/x.tar" cat /version
	assert_output tri
}
@test "an archive that was replaced, with the same size and time, is unpacked anew" {
	for_each_user notices_replacement
}

throws_writes_away() {
	unpacking "$TAR" sh -c 'echo changed >/etc/passwd; rm -r /bin; mkdir /new'
	unpacking "$TAR" sh -c 'grep -c root /etc/passwd; ls -d /new'
	assert_output 1
	assert_error_has '/new'
	[ -z "$(find "$(root_of_entry)" -newer "$MINE/cache" -type f)" ]
}
@test "what a jail writes does not get into the cache" {
	for_each_user throws_writes_away
}

refuses_cache_folders() {
	mkdir "$MINE/elsewhere" && mkdir "$MINE/cache"
	[ "$WHO" = root ] || ! is_root || chown "$TEST_USER:" "$MINE/elsewhere" "$MINE/cache"
	ln -s "$MINE/elsewhere" "$MINE/cache/jailrun"
	unpacking "$TAR" true
	assert_status 125
	assert_error_has "the cache folder $MINE/cache/jailrun is a symlink"
	assert_error_has 'XDG_CACHE_HOME'
	[ -z "$(ls -A "$MINE/elsewhere")" ]
	rm "$MINE/cache/jailrun"
	mkdir -m 0777 "$MINE/cache/jailrun" && chmod 0777 "$MINE/cache/jailrun"
	[ "$WHO" = root ] || ! is_root || chown "$TEST_USER:" "$MINE/cache/jailrun"
	unpacking "$TAR" true
	assert_status 125
	assert_error_has "others may write to the cache folder"
}
@test "a cache folder that is a symlink or open to others is refused" {
	for_each_user refuses_cache_folders
}

@test "a cache folder of another user is refused" {
	need_root
	WHO=root MINE=$T/root
	mkdir -p "$MINE/cache/jailrun" && chmod 700 "$MINE/cache/jailrun"
	chown "$TEST_USER:" "$MINE/cache/jailrun"
	unpacking "$TAR" true
	assert_status 125
	assert_error_has 'belongs to user'
	chown root: "$MINE/cache/jailrun" && chmod 755 "$MINE"
	WHO=user
	unpacking "$TAR" true
	assert_status 125
	assert_error_has 'cache folder'
}

@test "a full disk is an error that names the cache folder, and leaves nothing there" {
	need_root
	WHO=root MINE=$T/root
	mkdir -p "$MINE/cache/jailrun"
	mount -t tmpfs -o size=1m,mode=0700 none "$MINE/cache/jailrun"
	unpacking "$TAR" true
	assert_status 125
	assert_error_has "no room in the cache folder $MINE/cache/jailrun"
	assert_error_has 'No space left on device'
	[ -z "$(entries)" ]
	umount "$MINE/cache/jailrun"
}

@test "the helper started by hand says what it is" {
	capture jailrun-unpack </dev/null
	assert_status 2
	[ "$stderr" = 'jailrun-unpack: error: this is a part of jailrun, which starts it
jailrun-unpack: hint: type: jailrun ARCHIVE COMMAND' ]
	capture jailrun-unpack --version
	assert_status 0
	assert_output_has jailrun-unpack
}

lies_elsewhere() {
	mkdir -p "$MINE/p/bin" "$MINE/p/libexec/jailrun"
	cp "$BIN/jailrun" "$MINE/p/bin/"
	capture limited env XDG_CACHE_HOME="$MINE/cache" "$MINE/p/bin/jailrun" "$TAR" true </dev/null
	assert_status 125
	assert_error_has 'cannot open the unpack helper'
	assert_error_has 'libexec/jailrun'
	cp "$BIN/jailrun-unpack" "$MINE/p/libexec/jailrun/"
	capture limited env XDG_CACHE_HOME="$MINE/cache" "$MINE/p/bin/jailrun" "$TAR" true </dev/null
	assert_status 0
	assert_quiet
}
@test "the helper is found next to jailrun or in libexec, and its absence is said" {
	for_each_user lies_elsewhere
}
