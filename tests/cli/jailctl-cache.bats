#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# jailctl cache: what it shows of the unpacked images, and what it removes.

# shellcheck disable=SC2030,SC2031 # each test sets $MINE for itself

load helper
load jailrun-helper

setup_file() {
	begin_jails
	TAR=$BIN/image.tar
	tar -C "$IMAGE" --owner=0 --group=0 -cf "$TAR" .
	export TAR
}

# ours PROGRAM [ARG…]: with a cache of the test's own.
ours() {
	capture limited env XDG_CACHE_HOME="$MINE/cache" "$@" </dev/null
}

# unpack NAME: a jail of a copy of the archive, so that it is in the cache.
unpack() {
	cp "$TAR" "$MINE/$1"
	ours jailrun "$MINE/$1" true
	assert_status 0
}

shows_images() {
	ours jailctl cache list
	assert_status 0
	unpack one.tar
	unpack two.tar
	ours jailrun "$MINE/one.tar" true
	ours jailctl cache list
	assert_status 0
	assert_quiet
	[[ ${output%%$'\n'*} == SIZE*STATE*'LAST USED'*ARCHIVE ]] || fail "$output"
	# The last used one first.
	[[ $output == *'MiB'*unused*"$MINE/one.tar"$'\n'*unused*"$MINE/two.tar" ]] || fail "$output"
	ours jailctl cache list --json
	assert_status 0
	python3 -c 'import json, sys
cache = json.load(sys.stdin)
assert cache["schema"] == 1
assert [i["archive"] for i in cache["images"]] == sys.argv[1:], cache
assert all(i["size"] > 100000 and i["entries"] > 10 and not i["in_use"] and not i["left_over"]
	   and i["used"] > 1600000000 and "@" in i["key"] for i in cache["images"]), cache' \
		"$MINE/one.tar" "$MINE/two.tar" <<<"$output"
}
@test "cache list shows each image's size, state, last use and archive, the last used one first" {
	for_each_user shows_images
}

removes_the_oldest() {
	local size

	unpack one.tar
	unpack two.tar
	unpack three.tar
	ours jailrun "$MINE/one.tar" true
	ours jailctl cache prune
	assert_status 0
	assert_output 'removed 0, 0 B'
	size=$(du -sb --apparent-size "$MINE/cache/jailrun" | cut -f1)
	ours jailctl cache prune --max-size $((size * 9 / 10))
	assert_status 0
	[[ $output == 'removed 1, '*MiB ]] || fail "$output"
	ours jailctl cache list
	assert_output_has "$MINE/one.tar"
	assert_output_has "$MINE/three.tar"
	[[ $output != *two.tar* ]] || fail "$output"
	ours jailctl cache prune --all
	[[ $output == 'removed 2, '* ]] || fail "$output"
	[ -z "$(ls -A "$MINE/cache/jailrun")" ]
	ours jailrun "$MINE/one.tar" echo again
	assert_output again
}
@test "cache prune removes the longest unused until the rest fits, and with --all everything" {
	for_each_user removes_the_oldest
}

spares_what_is_used() {
	unpack one.tar
	unpack two.tar
	mkfifo "$MINE/end"
	chmod 666 "$MINE/end"
	as_each env XDG_CACHE_HOME="$MINE/cache" jailrun "$MINE/one.tar" cat <"$MINE/end" >/dev/null 2>&1 3>&- &
	STARTED=$!
	exec 8>"$MINE/end"
	wait_for 10 is_in_use || fail 'it is never in use'
	as_each mkdir -p "$MINE/cache/jailrun/tmp.1-2-3@boot/root/bin"
	as_each touch "$MINE/cache/jailrun/notes"
	ours jailctl cache prune --all
	assert_status 0
	[[ $output == 'removed 2, '* ]] || fail "$output"
	ours jailctl cache list
	[[ $output == *'in use'*"$MINE/one.tar" && $output != *two.tar* && $output != *tmp.1-2-3@boot* ]] || fail "$output"
	[ -e "$MINE/cache/jailrun/notes" ]
	exec 8>&-
	wait "$STARTED"
	ours jailctl cache prune --all
	[[ $output == 'removed 1, '* ]] || fail "$output"
}
is_in_use() {
	ours jailctl cache list
	[[ $output == *'in use'*one.tar* ]]
}
@test "cache prune spares what a jail uses, removes left-overs, and leaves other files alone" {
	for_each_user spares_what_is_used
}

refuses_mistakes() {
	local words

	for words in cache 'cache none' 'cache list x' 'cache list --all' 'cache prune --json' \
		'cache prune --all --max-size 1' 'cache prune --max-size=0' 'cache prune --max-size=1x'; do
		# shellcheck disable=SC2086 # several words
		ours jailctl $words
		assert_status 2
		[[ ${stderr-} == 'jailctl: error: '* ]] || fail "$words: $stderr"
	done
	[ ! -e "$MINE/cache/jailrun" ]
	as_each mkdir -p "$MINE/cache"
	as_each ln -s "$MINE" "$MINE/cache/jailrun"
	for words in list 'prune --all'; do
		# shellcheck disable=SC2086 # several words
		ours jailctl cache $words
		assert_status 1
		assert_error_has 'is a symlink'
	done
}
@test "cache refuses what it does not know, and a folder that cannot be trusted" {
	for_each_user refuses_mistakes
}
