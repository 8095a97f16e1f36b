#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The jail's files: what becomes of writes, what is mounted where, and images that try to have
# something of the host written to.

# Each test is a subshell of its own, and many a quoted word is for the shell inside the jail:
# shellcheck disable=SC2016,SC2030,SC2031

load helper
load jailrun-helper

throws_writes_away() {
	local before

	own_image
	before=$(digest "$MINE/image")
	jail "$MINE/image" sh -c 'echo x >/new && echo y >>/etc/passwd && rm /etc/group && mkdir /d &&
		chown 0 /srv && chmod 700 /srv && mv /root /moved && cat /new && ls /moved && ! ls /etc/group 2>/dev/null'
	assert_status 0
	assert_output x
	[ "$(digest "$MINE/image")" = "$before" ] || fail "the image was changed"
	jail "$MINE/image" sh -c 'ls /new /d'
	assert_status 1
}
@test "writes are thrown away and the image keeps every byte, mode, owner and time" {
	for_each_user throws_writes_away
}

can_change_every_file() {
	# Also files of an image that belongs to root: for root's jails they are shown as root's.
	[ "$WHO" = root ] || return 0
	inside 'chown 33:33 /etc/passwd && chmod 600 /bin && stat -c "%u %a" /etc/passwd /bin'
	assert_output $'33 644\n0 600'
}
@test "owners and modes of the image's files can be changed, in the copy" {
	for_each_user can_change_every_file
}

forbids_writes() {
	local before

	own_image
	before=$(digest "$MINE/image")
	jail --read-only "$MINE/image" sh -c 'touch /new; touch /etc/passwd; rm /etc/group; mkdir /d'
	assert_status 1
	[ "$(grep -c 'Read-only file system' <<<"${stderr-}")" -eq 4 ] || fail "${stderr-}"
	jail --read-only "$MINE/image" sh -c 'echo 1 >/tmp/x && echo 2 >/run/x && echo 3 >/dev/shm/x && cat /tmp/x /run/x /dev/shm/x'
	assert_status 0
	assert_output $'1\n2\n3'
	[ "$(digest "$MINE/image")" = "$before" ] || fail "the image was changed"
}
@test "--read-only forbids writes to the image, but for /tmp, /run and /dev/shm" {
	for_each_user forbids_writes
}

writes_through() {
	own_image
	jail --write "$MINE/image" sh -c 'echo x >/new && rm /etc/group && chmod 750 /srv'
	assert_status 0
	[ "$(cat "$MINE/image/new")" = x ]
	[ ! -e "$MINE/image/etc/group" ]
	[ "$(stat -c %a "$MINE/image/srv")" = 750 ]
	# Files belong outside to whom the image belongs to.
	[ "$(stat -c %u "$MINE/image/new")" = "$(stat -c %u "$MINE/image")" ]
	jail "$MINE/image" cat /new
	assert_output x
}
@test "--write writes into a folder, as its owner" {
	for_each_user writes_through
}

@test "--write by root keeps the ids of the jail as the image's own" {
	only_root
	own_image
	jail --write "$MINE/image" sh -c 'touch /srv/f && chown 33:29 /srv/f && mkdir /srv/d && chown 1000 /srv/d'
	assert_status 0
	[ "$(stat -c %u:%g "$MINE/image/srv/f" "$MINE/image/srv/d")" = $'33:29\n1000:0' ]
}

# A set-id program that such a jail writes is root's outside: harmless where nobody else gets to it.
@test "--write and :idmap by root warn where others can reach what the jail writes" {
	only_root
	own_image
	chmod 755 "$MINE/image"
	mkdir -m 755 "$MINE/data"
	mkdir -m 700 "$MINE/closed"
	jail --write "$MINE/image" true
	assert_status 0
	assert_error_has "warning: image $MINE/image: the jail can leave set-id programs of root in it"
	jail -v "$MINE/data:/data:idmap" "$MINE/image" true
	assert_status 0
	assert_error_has "warning: volume $MINE/data: the jail can leave"
	jail -v "$MINE/data:/data:idmap,ro" -v "$MINE/data:/more" "$MINE/image" true
	assert_quiet
	cp -R "$IMAGE" "$MINE/closed/image"
	mkdir -m 755 "$MINE/closed/data"
	jail --write -v "$MINE/closed/data:/data:idmap" "$MINE/closed/image" true
	assert_quiet
}

leaves_no_trace_in_image() {
	# mount points that the image lacks are made: by --write in the image, else in the copy.
	own_image
	jail "$MINE/image" true
	assert_status 0
	[ ! -e "$MINE/image/proc" ] && [ ! -e "$MINE/image/dev" ]
	jail --read-only "$MINE/image" ls /proc/1/status /dev/null
	assert_status 0
	[ ! -e "$MINE/image/proc" ] && [ ! -e "$MINE/image/dev" ]
	jail --write "$MINE/image" ls /proc/1/status /dev/null
	assert_status 0
}
@test "missing /proc, /dev, /tmp and /run are made, in the image only by --write" {
	for_each_user leaves_no_trace_in_image
}

has_devices() {
	inside 'ls -A /dev; stat -c "%F %t:%T" /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty'
	assert_status 0
	assert_output 'core
fd
full
null
ptmx
pts
random
shm
stderr
stdin
stdout
tty
urandom
zero
character special file 1:3
character special file 1:5
character special file 1:7
character special file 1:8
character special file 1:9
character special file 5:0'
	inside 'echo x >/dev/null && head -c 4 /dev/urandom | wc -c && ls /dev/pts && echo y >/dev/full'
	assert_status 1
	assert_output $'4\nptmx'
	inside 'echo a >/dev/shm/a && cat /dev/shm/a && stat -c %a /dev/shm /tmp /run'
	assert_output $'a\n1777\n1777\n755'
}
@test "/dev has the usual devices, and they are what their names say" {
	for_each_user has_devices
}

masks_proc() {
	inside 'for f in kcore keys timer_list sysrq-trigger; do [ ! -e /proc/$f ] || head -c 1 /proc/$f; done' \
		2>/dev/null
	assert_output ''
	inside 'touch /proc/sys/kernel/x; echo 1 >/proc/sys/kernel/domainname'
	[ "$status" -ne 0 ]
	inside 'stat -f -c %T /proc; grep -c nosuid,nodev,noexec /proc/self/mountinfo'
	[ "$(head -1 <<<"$output")" = proc ]
}
@test "/proc is fresh, and what belongs to the whole machine is masked" {
	for_each_user masks_proc
}

# --- hostile images ---

# sentinel: a folder of the host, with all that could be overwritten, that everybody may write to.
sentinel() {
	mkdir -p "$MINE/host/pts" "$MINE/host/shm" "$MINE/host/sub"
	echo precious >"$MINE/host/file"
	echo precious >"$MINE/host/null"
	chmod -R a+rwX "$MINE/host"
	digest "$MINE/host"
}

# The symlinks by which an image would lead PATH of it to the host's $MINE/host, one a line: the absolute
# path, and from a folder DEPTH deep with far more ".." than there are folders.
ways_out() {
	echo "$MINE/host"
	echo "../../../../../../../../../../..$MINE/host"
	echo "/proc/1/root$MINE/host"
	echo "/proc/self/fd/3"
}

survives_symlink() {
	local before place way options=(--write --read-only)

	before=$(sentinel)
	while read -r way; do
		for place in dev proc tmp run etc dev/null; do
			rm -rf "$MINE/image"
			own_image
			as_each sh -c 'mkdir "$1/dev"; rm -rf "$1/$2"; ln -s "$3" "$1/$2"' - "$MINE/image" "$place" "$way"
			jail "${options[0]}" "$MINE/image" sh -c 'cat /dev/file /proc/file /tmp/file /run/file /etc/file \
				/dev/null; echo owned >/tmp/file; echo owned >/dev/null; echo owned >/run/null'
			[[ $output != *precious* ]] || fail "/$place -> $way: the host's file was read"
			[[ $status =~ ^(0|1|125)$ ]] || fail "/$place -> $way: $status"
			options=("${options[1]}" "${options[0]}")
		done
		[ "$(digest "$MINE/host")" = "$before" ] || fail "$way: the host's folder was changed"
	done < <(ways_out)
}
@test "an image whose /dev, /proc, /tmp, /run or /etc is a symlink reaches nothing of the host" {
	for_each_user survives_symlink
}

survives_files() {
	local place

	for place in dev proc tmp run; do
		own_image
		as_each sh -c 'rm -rf "$1/$2" && echo file >"$1/$2"' - "$MINE/image" "$place"
		jail "$MINE/image" true
		assert_status 125
		assert_error_has "$place in the image: Not a directory"
		rm -rf "$MINE/image"
	done
}
names_dangling_links() {
	own_image
	as_each sh -c 'cd "$0" && rm -rf run && ln -s /var/run run' "$MINE/image"
	jail "$MINE/image" true
	assert_status 125
	assert_error_has 'cannot mount at run in the image: No such file'
	assert_error_has 'hint: a symlink of the image leads to a place that is not there'
	as_each mkdir -p "$MINE/image/var/run"
	jail "$MINE/image" true
	assert_status 0
}
@test "a link in the way of a mount that leads nowhere is said to" {
	for_each_user names_dangling_links
}

@test "an image whose /dev, /proc, /tmp or /run is a file is refused, and named" {
	for_each_user survives_files
}

mounts_through_links_inside() {
	local before

	before=$(sentinel)
	own_image
	mkdir "$MINE/volume"
	echo mine >"$MINE/volume/file"
	as_each sh -c 'cd "$1" && mkdir real etc/real && ln -s real inner && ln -s /etc/real absolute &&
		ln -s ../../../../real above && ln -s "$2" outer && ln -s "$2/file" etc/out &&
		ln -s loop loop' - "$MINE/image" "$MINE/host"
	for place in /inner /absolute /above /real /new /new/deep/er /inner/new; do
		jail -v "$MINE/volume:$place" "$MINE/image" cat "$place/file"
		assert_status 0
		assert_output mine
	done
	# Out of the image is still inside the jail: the same path, made anew there.
	for place in /outer /outer/sub /outer/x/y; do
		jail -v "$MINE/volume:$place" "$MINE/image" cat "$place/file"
		[[ $status =~ ^(0|125)$ ]] || fail "$place: $status"
		[[ $output != *precious* ]] || fail "$place leads to the host"
		jail --write -v "$MINE/volume:$place" "$MINE/image" true
		[[ $status =~ ^(0|125)$ ]] || fail "$place: $status"
	done
	jail --write -v "$MINE/volume/file:/etc/out" "$MINE/image" true
	jail --write -v "$MINE/volume/file:/outer/null" "$MINE/image" true
	jail -v "$MINE/volume:/loop" "$MINE/image" true
	assert_status 125
	assert_error_has '/loop'
	[ "$(digest "$MINE/host")" = "$before" ] || fail "the host's folder was changed"
}
@test "volumes at symlinks of the image land inside the jail, wherever the links point" {
	for_each_user mounts_through_links_inside
}

# --- volumes ---

shows_volumes() {
	mkdir "$MINE/dir" "$MINE/dir/sub"
	echo one >"$MINE/dir/one"
	echo two >"$MINE/two"
	chmod -R a+rwX "$MINE/dir" "$MINE/two"
	own_image
	jail -v "$MINE/dir:/data" -v "$MINE/two:/etc/two" -v "$MINE/two:/new/two:ro" "$MINE/image" \
		sh -c 'cat /data/one /etc/two /new/two; echo three >/data/three; echo more >>/etc/two; echo x >>/new/two'
	assert_status 1
	assert_output $'one\ntwo\ntwo'
	assert_error_has 'Read-only file system'
	[ "$(cat "$MINE/dir/three")" = three ]
	[ "$(cat "$MINE/two")" = $'two\nmore' ]
	if [ "$WHO" = root ]; then
		[ "$(stat -c %u "$MINE/dir/three")" = 524288 ]
	else
		[ "$(stat -c %U "$MINE/dir/three")" = "$TEST_USER" ]
	fi
}
@test "-v shows a file or a folder, for writing or :ro, and makes its place" {
	for_each_user shows_volumes
}

shows_relative_volumes() {
	mkdir "$MINE/here"
	echo one >"$MINE/here/one"
	chmod -R a+rX "$MINE/here"
	capture limited sh -c 'cd "$1" && exec jailrun -v here:/a -v ./here/one:/b -v "$1//here/../here:/c" "$2" \
		cat /a/one /b /c/one' - "$MINE" "$IMAGE"
	assert_status 0
	assert_output $'one\none\none'
	jail -v "$MINE/none:/a" "$IMAGE" true
	assert_status 125
	assert_error "--volume $MINE/none:/a: $MINE/none: No such file or directory"
	ln -s here "$MINE/link"
	jail -v "$MINE/link:/a" "$IMAGE" cat /a/one
	assert_output one
}
@test "a volume's source may be relative or a link; a missing one is 125 and named" {
	for_each_user shows_relative_volumes
}

nests_volumes() {
	mkdir -p "$MINE/outer/inner" "$MINE/other"
	echo deep >"$MINE/other/file"
	chmod -R a+rX "$MINE/outer" "$MINE/other"
	jail -v "$MINE/other:/v/inner" -v "$MINE/outer:/v" "$IMAGE" cat /v/inner/file
	assert_status 0
	assert_output deep
	jail --tmpfs /v -v "$MINE/other:/v/x" "$IMAGE" cat /v/x/file
	assert_output deep
	jail -v "$MINE/other:/tmp/x" -v "$MINE/other:/run/y" -v "$MINE/other:/dev/z" "$IMAGE" \
		cat /tmp/x/file /run/y/file /dev/z/file
	assert_output $'deep\ndeep\ndeep'
}
@test "volumes are mounted parents first, whatever the order, also below /tmp, /run and /dev" {
	for_each_user nests_volumes
}

refuses_wrong_kind() {
	echo x >"$MINE/file"
	mkdir "$MINE/folder"
	jail -v "$MINE/file:/srv" "$IMAGE" true
	assert_status 125
	assert_error_has '/srv'
	jail -v "$MINE/folder:/etc/passwd" "$IMAGE" true
	assert_status 125
	assert_error_has '/etc/passwd'
}
@test "a file over a folder and a folder over a file are refused" {
	for_each_user refuses_wrong_kind
}

@test ":ro holds for what is mounted below the volume, too, and stays mounted outside" {
	only_root
	mkdir "$T/v" "$T/v/sub"
	mount -t tmpfs none "$T/v/sub"
	chmod 777 "$T/v" "$T/v/sub"
	echo inner >"$T/v/sub/file"
	jail -v "$T/v:/v:ro" "$IMAGE" sh -c 'cat /v/sub/file; touch /v/x; touch /v/sub/x'
	assert_status 1
	assert_output inner
	[ "$(grep -c 'Read-only file system' <<<"${stderr-}")" -eq 2 ] || fail "${stderr-}"
	jail -v "$T/v:/v" "$IMAGE" sh -c 'touch /v/x; touch /v/sub/x'
	assert_status 0
	[ -e "$T/v/sub/x" ]
	touch "$T/v/sub/still-writable"
	only_user
	jail -v "$T/v:/v:ro" "$IMAGE" sh -c 'cat /v/sub/file; touch /v/sub/y'
	assert_status 1
	assert_output inner
	[ ! -e "$T/v/sub/y" ]
	umount "$T/v/sub"
}

has_no_setuid_volumes() {
	jail -v "$IMAGE:/v" --tmpfs /t "$IMAGE" grep -E ' /(v|t|tmp|run) ' /proc/self/mountinfo
	assert_status 0
	[ "$(grep -c 'nosuid,nodev' <<<"$output")" -eq 4 ] || fail "$output"
}
@test "volumes and folders in memory are nosuid and nodev" {
	for_each_user has_no_setuid_volumes
}

makes_tmpfs() {
	inside 'stat -fc %T /mem; stat -c %a /mem; echo x >/mem/x && cat /mem/x' --tmpfs /mem
	assert_output $'tmpfs\n1777\nx'
	inside 'stat -c %a /mem; dd if=/dev/zero of=/mem/x bs=64k count=32 2>&1 | grep -c "No space left"; ls -s /mem' \
		--tmpfs /mem:size=1m,mode=750
	[[ $output == $'750\n1\n'* ]] || fail "$output"
	[[ $output == *1024* ]] || fail "$output"
	inside 'ls -A /etc' --tmpfs /etc
	assert_output ''
}
@test "--tmpfs is an empty folder with the size and the mode asked for" {
	for_each_user makes_tmpfs
}

runs_any_folder() {
	own_image
	as_each mv "$MINE/image" "$MINE/a b:c,d=e\\f"
	jail "$MINE/a b:c,d=e\\f" echo works
	assert_status 0
	assert_output works
	as_each mkdir -p "$MINE/$(printf 'd%.0s' {1..200})/$(printf 'e%.0s' {1..200})"
	as_each mv "$MINE/a b:c,d=e\\f" "$MINE/$(printf 'd%.0s' {1..200})/$(printf 'e%.0s' {1..200})/image"
	jail "$MINE/$(printf 'd%.0s' {1..200})/$(printf 'e%.0s' {1..200})/image" echo works
	assert_output works
	as_each ln -s "$IMAGE" "$MINE/link"
	jail "$MINE/link/" echo works
	assert_output works
	capture limited sh -c 'cd "$1" && exec jailrun . echo works' - "$IMAGE"
	assert_output works
}
@test "an image may have any name: with blanks, colons and commas, very long, a link, the current folder" {
	for_each_user runs_any_folder
}

@test "root's jail can use an image below folders that only root may enter" {
	only_root
	mkdir -m 700 "$T/private"
	cp -R "$IMAGE" "$T/private/image"
	chmod 700 "$T/private/image"
	jail "$T/private/image" cat /etc/passwd
	assert_status 0
	mkdir -m 700 "$T/private/volume"
	echo x >"$T/private/volume/x"
	chmod 755 "$T/private/volume"
	jail -v "$T/private/volume:/v" "$T/private/image" cat /v/x
	assert_output x
}
