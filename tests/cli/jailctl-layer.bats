#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# jailctl diff and jailctl commit: what a folder of --keep changes, and the image that becomes of it.

# shellcheck disable=SC2030,SC2031 # each test sets $MINE for itself

load helper
load jailrun-helper

# ours PROGRAM [ARG…]: with a cache of the test's own.
ours() {
	capture limited env XDG_CACHE_HOME="$MINE/cache" "$@" </dev/null
}

# make_base KIND: $BASE, an image of the user's own with things to change: a folder, or a tar of it.
make_base() {
	rm -rf "$MINE/image"
	own_image
	# With the folders that jailrun would make in the layer.
	as_each mkdir -p "$MINE"/image/{dev,proc,run,tmp,opt/old/deep,opt/again/sub}
	# shellcheck disable=SC2016 # the inner shell expands it
	as_each sh -c 'cd "$0" && echo one >opt/change && echo two >opt/delete && echo x >opt/old/deep/x &&
		echo y >opt/again/y && echo z >opt/again/sub/z && ln -s change opt/link' "$MINE/image"
	BASE=$MINE/image
	[ "$1" = folder ] || {
		as_each tar -C "$MINE/image" --owner=0 --group=0 -cf "$MINE/image.tar" .
		BASE=$MINE/image.tar
	}
}

# What the jail does to it, of every kind.
# shellcheck disable=SC2016 # the jail's shell expands it
WRITES='cd /opt; echo more >>change; echo new >new; rm delete; rm -r old; echo file >old
	rm -r again; mkdir again; echo other >again/other; ln -s new again/alias; rm link; ln -s new link
	mkdir -p deep/er team; chmod 1777 deep; chmod 2775 team; chmod 600 new; echo odd >"$(printf "a\nb\\\\c \351")"; touch -- "-x y"'

# keep_writes: $WRITES, into $MINE/keep.
keep_writes() {
	ours jailrun --keep "$MINE/keep" "$BASE" sh -c "$WRITES"
	assert_status 0
	assert_quiet
}

CHANGES='C /opt
A /opt/-x y
A /opt/a\x0ab\x5cc \xe9
C /opt/again
A /opt/again/alias
A /opt/again/other
D /opt/again/sub
D /opt/again/y
C /opt/change
A /opt/deep
A /opt/deep/er
D /opt/delete
C /opt/link
A /opt/new
C /opt/old
A /opt/team'

tells_changes() {
	local kind

	for kind in folder tar; do
		make_base $kind
		keep_writes
		ours jailctl diff "$MINE/keep"
		assert_status 0
		assert_quiet
		assert_output "$CHANGES"
		# An archive that is not unpacked any more.
		rm -rf "$MINE/cache"
		ours jailctl diff --json "$MINE/keep"
		assert_status 0
		python3 -c 'import json, sys
diff = json.load(sys.stdin)
assert diff["schema"] == 1 and diff["image"] == sys.argv[1], diff
letters = {"added": "A", "changed": "C", "deleted": "D"}
lines = [letters[c["kind"]] + " " + c["path"] for c in diff["changes"]]
assert lines == sys.argv[2].split("\n"), lines' "$BASE" "$CHANGES" <<<"$output"
		rm -rf "$MINE/keep"
	done
	make_base folder
	ours jailrun --keep "$MINE/keep" "$BASE" true
	ours jailctl diff "$MINE/keep"
	assert_status 0
	assert_output ''
}
@test "diff tells what is added, changed and deleted, over a folder and over an archive, also as JSON" {
	for_each_user tells_changes
}

diff_refuses() {
	make_base folder
	for words in diff 'diff a b' 'diff --all x'; do
		# shellcheck disable=SC2086 # several words
		ours jailctl $words
		assert_status 2
	done
	ours jailctl diff "$MINE/none"
	assert_status 1
	assert_error_has "jailctl: error: $MINE/none: cannot open the folder: No such file"
	[ ! -e "$MINE/none" ]
	as_each mkdir "$MINE/other"
	as_each chmod 700 "$MINE/other"
	ours jailctl diff "$MINE/other"
	assert_status 1
	assert_error_has "$MINE/other: nothing was kept there by jailrun --keep"
	keep_writes
	start_jail --keep "$MINE/keep" "$BASE" sh -c 'echo ready; sleep 30'
	wait_until_it_says ready
	ours jailctl diff "$MINE/keep"
	assert_status 1
	assert_error_has "$MINE/keep: another jail is using it"
	as_each kill -KILL "$JAIL"
	end_of_jail
	as_each mv "$BASE" "$BASE.away"
	ours jailctl diff "$MINE/keep"
	assert_status 1
	assert_error_has "image $BASE: No such file"
	as_each mkdir "$BASE"
	ours jailctl diff "$MINE/keep"
	assert_status 1
	assert_error_has "$MINE/keep: it was made for image $BASE, which is another one by now"
}
@test "diff refuses what is no kept folder, one that a jail uses, and one whose image is gone or another" {
	for_each_user diff_refuses
}

# fresh_layer: a layer to be spoilt, in $UPPER.
fresh_layer() {
	rm -rf "$MINE/keep"
	keep_writes
	UPPER=$MINE/keep/layer/upper
}

meets_hostile_layers() {
	local before deep=''

	mkdir "$MINE/host" && echo precious >"$MINE/host/file"
	chmod -R a+rX "$MINE/host"
	before=$(digest "$MINE/host")
	make_base folder
	fresh_layer
	mv "$UPPER" "$MINE/was"
	ln -s "$MINE/host" "$UPPER"
	ours jailctl diff "$MINE/keep"
	assert_status 1
	assert_error_has "$MINE/keep: cannot open layer/upper: Not a directory"
	fresh_layer
	as_each mkfifo "$UPPER/opt/fifo"
	as_each ln -s / "$UPPER/etc"
	as_each ln -s / "$UPPER/opt/out"
	ours jailctl diff "$MINE/keep"
	assert_status 0
	[[ $output == $'C /etc\nC /opt\n'*$'\nA /opt/fifo\n'*$'\nA /opt/out\n'* ]] || fail "$output"
	deep=$(printf 'd/%.0s' {1..300})
	fresh_layer
	as_each mkdir -p "$UPPER/$deep"
	ours jailctl diff "$MINE/keep"
	assert_status 0
	assert_output_has "A /${deep%/}"
	# What is somebody else's stays closed.
	! is_root || [ "$WHO" = root ] || {
		fresh_layer
		mkdir -m 000 "$UPPER/opt/closed"
		ours jailctl diff "$MINE/keep"
		assert_status 1
		rmdir "$UPPER/opt/closed"
		assert_error_has "$MINE/keep/layer/upper: cannot read the folder /opt/closed: Permission denied"
	}
	[ "$(digest "$MINE/host")" = "$before" ] || fail "the host's folder was changed"
}
@test "diff of a hostile layer touches nothing outside, opens no FIFO, and names what it cannot read" {
	for_each_user meets_hostile_layers
}

# shellcheck disable=SC2016 # the jail's shell expands it
LOOK='cd / && find . -xdev ! -path "./.jail*" ! -path . -exec stat -c "%n %a %u:%g %F %N" {} + | sort &&
	find . -xdev -type f ! -path "./.jail*" -exec md5sum {} + | sort'

# seen IMAGE [OPTION…]: what a jail of IMAGE sees: names, modes, owners, targets and bytes.
seen() {
	local image=$1

	shift
	ours jailrun "$@" "$image" sh -c "$LOOK"
	assert_status 0
	assert_quiet
	[ "$(wc -l <<<"$output")" -gt 70 ] || fail "$output"
}

# commits NEW: from $MINE/keep; says nothing but how much there is.
commits() {
	ours jailctl commit "$MINE/keep" "$1"
	assert_status 0
	[[ ${stderr-} == "jailbuild: note: $1: "*' files, '* && $stderr != *$'\n'* ]] || fail "$stderr"
}

makes_the_same_tree() {
	local kind expected new

	for kind in folder tar; do
		make_base $kind
		keep_writes
		[ "$WHO" = user ] || {
			ours jailrun --keep "$MINE/keep" "$BASE" chown 33:44 /opt/new /opt/deep
			assert_status 0
		}
		seen "$BASE" --keep "$MINE/keep"
		expected=$output
		for new in "$MINE/new.tar" "$MINE/again.tar" "$MINE/new/"; do
			commits "$new"
			seen "$new"
			[ "$output" = "$expected" ] || fail "$new: $(diff <(echo "$expected") <(echo "$output"))"
		done
		cmp "$MINE/new.tar" "$MINE/again.tar"
		ours jailbuild why "$MINE/new.tar" /opt/new
		assert_output_has 'written in a jail'
		ours jailctl commit "$MINE/keep" "$BASE" "$MINE/named.tar"
		assert_status 0
		cmp "$MINE/new.tar" "$MINE/named.tar"
		rm -rf "$MINE/keep" "$MINE/new" "$MINE"/*.tar
	done
}
@test "commit makes the tree that the jail saw, of a folder and of an archive, into either, twice the same" {
	for_each_user makes_the_same_tree
}

commit_refuses() {
	make_base folder
	keep_writes
	as_each touch "$MINE/there.tar"
	as_each mkdir "$MINE/there"
	for new in there.tar there; do
		ours jailctl commit "$MINE/keep" "$MINE/$new"
		assert_status 1
		[ "$stderr" = "jailbuild: error: $MINE/$new is there already
jailbuild: hint: commit makes a new image: choose another name" ] || fail "$stderr"
	done
	[ ! -s "$MINE/there.tar" ] && [ -z "$(ls -A "$MINE/there")" ]
	start_jail --keep "$MINE/keep" "$BASE" sh -c 'echo ready; sleep 30'
	wait_until_it_says ready
	ours jailctl commit "$MINE/keep" "$MINE/new.tar"
	assert_status 1
	assert_error_has "$MINE/keep: another jail is using it"
	as_each kill -KILL "$JAIL"
	end_of_jail
	as_each mv "$BASE" "$MINE/moved"
	ours jailctl commit "$MINE/keep" "$MINE/new.tar"
	assert_status 1
	assert_error_has 'hint: name the image: jailctl commit DIR IMAGE NEWIMAGE'
	for words in commit 'commit a' 'commit a b c d'; do
		# shellcheck disable=SC2086 # several words
		ours jailctl $words
		assert_status 2
	done
	ours jailbuild commit a b
	assert_status 2
	ours jailbuild commit --id-base=1x a b -o c.tar
	assert_status 2
	[ ! -e "$MINE/new.tar" ]
}
# Root of a jail passes over modes, so what it closes its user must still see.
shows_what_is_closed() {
	make_base tar
	ours jailrun --keep "$MINE/keep" "$BASE" sh -c '
		echo secret >/opt/shadow; chmod 0 /opt/shadow; mkdir /opt/shut; echo in >/opt/shut/in; chmod 0 /opt/shut'
	assert_status 0
	ours jailctl diff "$MINE/keep"
	assert_status 0
	assert_output $'C /opt\nA /opt/shadow\nA /opt/shut\nA /opt/shut/in'
	ours jailctl commit "$MINE/keep" "$MINE/new.tar"
	assert_status 0
	[ "$(tar -xOf "$MINE/new.tar" opt/shut/in)" = in ]
	[ "$(tar -xOf "$MINE/new.tar" opt/shadow)" = secret ]
	[ "$(tar --numeric-owner -tvf "$MINE/new.tar" opt/shadow | cut -d' ' -f1,2)" = '---------- 0/0' ]
	[ "$(stat -c %U "$MINE/new.tar")" = "$(as_each id -un)" ]
	as_each chmod -R u+rwx "$MINE/keep"
}
@test "diff and commit show what the jail has closed" {
	for_each_user shows_what_is_closed
}

@test "commit refuses an image that is there, a folder in use, and one whose image is gone" {
	for_each_user commit_refuses
}

commits_hostile_layers() {
	local before

	mkdir "$MINE/host" && echo precious >"$MINE/host/file"
	chmod -R a+rX "$MINE/host"
	before=$(digest "$MINE/host")
	make_base folder
	fresh_layer
	as_each mkfifo "$UPPER/opt/fifo"
	as_each rm "$UPPER/opt/change"
	as_each ln -s "$MINE/host/file" "$UPPER/opt/change"
	as_each ln -s "$MINE/host" "$UPPER/srv"
	as_each mkdir "$UPPER/.jail"
	as_each cp /etc/hostname "$UPPER/.jail/manifest.json"
	as_each touch "$UPPER/opt/suid"
	as_each chmod 4755 "$UPPER/opt/suid"
	[ "$WHO" = user ] || mknod "$UPPER/opt/null" c 1 3
	ours jailctl commit "$MINE/keep" "$MINE/new.tar"
	assert_status 0
	assert_error_has 'jailbuild: note: /.jail is not for jails to write: left out'
	assert_error_has 'jailbuild: note: /opt/fifo is a FIFO: left out'
	assert_error_has 'jailbuild: note: /opt/suid loses its setuid bit'
	[ "$WHO" = user ] || assert_error_has 'jailbuild: note: /opt/null is a device: left out'
	[ "$(tar -xOf "$MINE/new.tar" .jail/manifest.json | head -c 1)" = '{' ]
	tar -tvf "$MINE/new.tar" >"$MINE/list"
	grep -q "^lrwx.* opt/change -> $MINE/host/file\$" "$MINE/list"
	grep -q '^-rwxr-xr-x .* opt/suid$' "$MINE/list"
	! grep -E 'opt/(fifo|null)|precious|srv/' "$MINE/list" || fail "$(cat "$MINE/list")"
	ours jailctl commit --keep-setuid "$MINE/keep" "$MINE/suid.tar"
	assert_status 0
	tar -tvf "$MINE/suid.tar" | grep -q '^-rwsr-xr-x .* opt/suid$'
	[ "$WHO" = root ] || {
		as_each touch "$UPPER/opt/closed"
		as_each chmod 000 "$UPPER/opt/closed"
		ours jailctl commit "$MINE/keep" "$MINE/closed.tar"
		assert_status 1
		assert_error_has '/opt/closed: Permission denied'
		[ ! -e "$MINE/closed.tar" ]
	}
	rm -rf "$UPPER"
	ln -s "$MINE/host" "$UPPER"
	ours jailctl commit "$MINE/keep" "$MINE/linked.tar"
	assert_status 1
	assert_error_has "$MINE/keep: cannot open layer/upper: Not a directory"
	[ ! -e "$MINE/linked.tar" ]
	[ "$(digest "$MINE/host")" = "$before" ] || fail "the host's folder was changed"
}
@test "commit of a hostile layer takes nothing from outside, no set-id bit, no device and no record" {
	for_each_user commits_hostile_layers
}
