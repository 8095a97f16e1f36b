#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# jailrun --keep: what is kept for the next jail, for whom, and what is refused.

# shellcheck disable=SC2030,SC2031 # each test sets $MINE for itself

load helper
load jailrun-helper

# kept SCRIPT [OPTION…]: as `inside`, in the user's own copy of the image, with $MINE/keep.
kept() {
	local script=$1

	shift
	[ -d "$MINE/image" ] || own_image
	jail --keep "$MINE/keep" "$@" "$MINE/image" sh -c "$script"
}

keeps_what_is_written() {
	local before

	own_image
	before=$(digest "$MINE/image")
	kept 'echo one >/etc/new; echo more >>/etc/passwd; rm /etc/group /bin/wc; mkdir -p /a/b
		ln -s /etc/new /a/link; rm -r /srv; mkdir /srv; touch /srv/again; chmod 750 /root
		echo x >/tmp/gone; echo x >/run/gone'
	assert_status 0
	assert_quiet
	kept 'cat /etc/new /a/link; tail -n 1 /etc/passwd; ls /etc /srv /tmp /run /a; ls /bin/wc; stat -c %a /root'
	[[ $output == $'one\none\nmore\n'*750 ]] || fail "$output"
	assert_output_has $'/etc:\nnew\npasswd\n'
	assert_output_has $'/srv:\nagain\n'
	assert_error_has '/bin/wc: No such file'
	[[ $output != *gone* ]] || fail "$output"
	[ "$(digest "$MINE/image")" = "$before" ] || fail 'the image was changed'
	jail "$MINE/image" cat /etc/new
	assert_status 1
}
@test "--keep keeps what is written, changed and removed for the next jail, and leaves the image alone" {
	for_each_user keeps_what_is_written
}

keeps_over_an_archive() {
	own_image
	tar -C "$MINE/image" --owner=0 --group=0 -cf "$MINE/i.tar" .
	for word in one two; do
		capture limited env XDG_CACHE_HOME="$MINE/cache" jailrun --keep "$MINE/keep" "$MINE/i.tar" \
			sh -c "echo $word >>/etc/new; cat /etc/new" </dev/null
		assert_status 0
	done
	assert_output $'one\ntwo'
	cp "$MINE/i.tar" "$MINE/other.tar"
	capture limited env XDG_CACHE_HOME="$MINE/cache" jailrun --keep "$MINE/keep" "$MINE/other.tar" \
		true </dev/null
	assert_status 125
	assert_error "--keep $MINE/keep: it was made for another image: $MINE/i.tar" \
		"keep in another folder; to go on with this one over another image, whatever comes of that, remove $MINE/keep/image"
	rm "$MINE/keep/image"
	capture limited env XDG_CACHE_HOME="$MINE/cache" jailrun --keep "$MINE/keep" "$MINE/other.tar" \
		cat /etc/new </dev/null
	assert_output $'one\ntwo'
}
@test "--keep works over an archive, and refuses another image than it was made for" {
	for_each_user keeps_over_an_archive
}

belongs_to_the_jail() {
	kept 'touch /file; echo x >/etc/more; ! chmod 4755 /file || id -u'
	if [ "$WHO" = root ]; then
		[ "$(stat -c %u:%g "$MINE/keep/layer/upper/file")" = 524288:524288 ]
		kept 'chown 33:44 /file && stat -c %u:%g /file'
		assert_output 33:44
		[ "$(stat -c %u:%g "$MINE/keep/layer/upper/file")" = $((524288 + 33)):$((524288 + 44)) ]
		kept 'stat -c %u:%g /file'
		assert_output 33:44
	else
		[ "$(stat -c %u "$MINE/keep/layer/upper/file")" = "$(stat -c %u "$MINE")" ]
	fi
	[ "$(stat -c %a:%u "$MINE/keep")" = "700:$(stat -c %u "$MINE")" ]
	# Nothing in it stops a plain rm: no folder without rights, nor when overlayfs keeps a whiteout in it.
	kept 'rm /etc/group'
	as_each rm -rf "$MINE/keep"
	[ ! -e "$MINE/keep" ]
}
@test "what is kept belongs to the jail's ids, in a folder that is the caller's alone, and goes with rm" {
	for_each_user belongs_to_the_jail
}

refuses_folders() {
	own_image
	as_each mkdir -p "$MINE/full/x"
	jail --keep "$MINE/full" "$MINE/image" true
	assert_status 125
	assert_error "--keep $MINE/full: other things are in it" \
		'name a folder that is empty or not there yet'
	[ "$(ls -A "$MINE/full")" = x ]
	echo >"$MINE/file"
	jail --keep "$MINE/file" "$MINE/image" true
	assert_status 125
	assert_error_has "--keep $MINE/file: cannot open the folder: Not a directory"
	jail --keep "$MINE/no/such" "$MINE/image" true
	assert_status 125
	assert_error_has "--keep $MINE/no/such: cannot open the folder: No such file"
	as_each mkdir -m 755 "$MINE/empty"
	jail --keep "$MINE/empty" "$MINE/image" true
	assert_status 0
	[ "$(stat -c %a "$MINE/empty")" = 700 ]
	chmod 777 "$MINE/empty"
	jail --keep "$MINE/empty" "$MINE/image" true
	assert_status 125
	assert_error_has "others may write to it (mode 777)"
	for option in --read-only --write; do
		jail --keep "$MINE/keep" $option "$MINE/image" true
		assert_status 2
		assert_error "--keep and $option exclude each other"
	done
	[ ! -e "$MINE/keep" ]
}
@test "--keep refuses a folder with other things, or open to others, and excludes --read-only and --write" {
	for_each_user refuses_folders
}

@test "--keep refuses a folder of another user, and root's layer under other ids" {
	only_root
	kept true
	jail --keep "$MINE/keep" --share user "$MINE/image" true
	assert_status 125
	assert_error_has "its files belong to user 524288, the jail's root is user 0 here"
	chown "$TEST_USER:" "$MINE/keep"
	kept true
	assert_status 125
	assert_error_has 'the folder belongs to user'
}

locks_it() {
	own_image
	start_jail --keep "$MINE/keep" "$MINE/image" sh -c 'echo ready; sleep 30'
	wait_until_it_says ready
	kept true
	assert_status 125
	assert_error "--keep $MINE/keep: another jail is using it" \
		'wait for that one to end, or keep in another folder'
	as_each kill -KILL "$JAIL"
	end_of_jail
	assert_status 137
	kept 'echo free'
	assert_output free
}
@test "one jail at a time can use a kept folder; a killed one lets go of it" {
	for_each_user locks_it
}

runs_one_after_the_other() {
	local i

	for i in 1 2 3 4 5 6 7 8 9 10; do
		kept "echo $i >>/count"
		assert_status 0
		assert_quiet
	done
	kept 'cat /count | wc -l'
	assert_output 10
}
@test "ten jails one right after the other can use a kept folder" {
	for_each_user runs_one_after_the_other
}

refuses_hostile_layers() {
	local before

	mkdir "$MINE/host" && echo precious >"$MINE/host/file"
	chmod -R a+rX "$MINE/host"
	before=$(digest "$MINE/host")
	for part in upper work; do
		kept true
		rm -r "$MINE/keep/layer/$part"
		ln -s "$MINE/host" "$MINE/keep/layer/$part"
		kept 'cat /file; echo owned >/file'
		assert_status 125
		assert_error_has "--keep $MINE/keep: cannot open layer/$part: Not a directory"
		rm -r "$MINE/keep"
	done
	kept true
	rm -r "$MINE/keep/layer" && ln -s "$MINE/host" "$MINE/keep/layer"
	kept 'cat /file; echo owned >/file'
	assert_status 125
	assert_error_has "--keep $MINE/keep: cannot open 'layer' in it: Not a directory"
	rm -r "$MINE/keep"
	kept true
	rm "$MINE/keep/image" && mkfifo "$MINE/keep/image"
	kept true
	assert_status 125
	assert_error_has "--keep $MINE/keep: 'image' in it is no plain file"
	[ "$(digest "$MINE/host")" = "$before" ] || fail "the host's folder was changed"
}
@test "a kept folder whose parts are symlinks or a FIFO reaches nothing of the host" {
	for_each_user refuses_hostile_layers
}
