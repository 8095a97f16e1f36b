#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Archives made to break out, or to fill the machine: nothing outside the cache changes, the error names the
# entry, and nothing of a refused one stays in the cache. hostile-archives.py writes them; those that
# other programs can make are in unpack.bats.

# shellcheck disable=SC2030,SC2031 # each test sets $MINE for itself

load ../cli/helper
load ../cli/jailrun-helper

# unpacking [ARG…]: jailrun with a cache of its own in $MINE.
unpacking() {
	capture limited env XDG_CACHE_HOME="$MINE/cache" jailrun "$@" </dev/null
}

# entries: the names in the cache.
entries() {
	[ ! -e "$MINE/cache/jailrun" ] || ls -A "$MINE/cache/jailrun"
}

# judge ARCHIVE WANTED: 125 and an error that matches WANTED, or with "-" in it a jail that may run: what
# COMMAND is not there then.
judge() {
	if [ "$status" -eq 127 ] && [[ "|$2|" == *'|-|'* ]]; then
		return
	fi
	assert_status 125 || fail "$1: not refused" || return
	[[ ${stderr-} == "jailrun: error: "* && $stderr =~ ($2) ]] || fail "$1: $stderr, not $2" || return
	[[ $stderr != *$'\e'* ]] || fail "$1: control bytes" || return
}

survives_all() {
	local before name wanted count=0

	mkdir "$MINE/host" "$MINE/tars"
	echo precious >"$MINE/host/file"
	chmod -R a+rwX "$MINE/host"
	before=$(digest "$MINE/host")
	python3 "$BATS_TEST_DIRNAME/hostile-archives.py" "$MINE/tars" "$MINE/host" >"$MINE/list"
	chmod -R a+rX "$MINE/tars"
	while IFS=$'\t' read -r name wanted; do
		unpacking "$MINE/tars/$name" /none
		judge "$name" "$wanted"
		[ "$(digest "$MINE/host")" = "$before" ] || fail "$name: the host's folder was changed"
		[[ $output$stderr != *precious* ]] || fail "$name: the host's file was read"
		# What was unpacked stays, also when the jail then refuses its settings.
		[[ $(entries) != *tmp.* && $(entries) != *dead.* ]] || fail "$name: left $(entries)"
		[[ $stderr != *"image $MINE"* ]] || [ -z "$(entries)" ] || fail "$name: left $(entries)"
		as_each chmod -R u+rwx "$MINE/cache"
		as_each rm -rf "$MINE/cache"
		count=$((count + 1))
	done <"$MINE/list"
	[ "$count" -gt 50 ] || fail "only $count archives were tried"
}
@test "no hostile archive changes anything outside the cache, and each refusal names the entry" {
	for_each_user survives_all
}

stops_bombs() {
	truncate -s 300000000 "$MINE/zeros"
	tar -C "$MINE" --owner=0 --group=0 -c zeros | gzip -1 >"$MINE/bomb.tar.gz"
	rm "$MINE/zeros"
	[ "$(stat -c %s "$MINE/bomb.tar.gz")" -lt 3000000 ]
	for option in '' --no-cache; do
		# shellcheck disable=SC2086 # none or one word
		unpacking $option --max-unpacked 50m "$MINE/bomb.tar.gz" /none
		assert_status 125
		assert_error "image $MINE/bomb.tar.gz: zeros: the archive unpacks to more than 52428800 bytes" \
			'if it can be trusted: --max-unpacked'
		[ -z "$(entries)" ]
	done
	unpacking --max-unpacked 400m "$MINE/bomb.tar.gz" /none
	assert_status 127
}
@test "a bomb is stopped by --max-unpacked before it is written, and passes with a higher one" {
	for_each_user stops_bombs
}

@test "what grows to 200 times its size is stopped after a gigabyte, and passes with --max-unpacked" {
	only_self
	truncate -s 1200M "$MINE/zeros"
	tar -C "$MINE" --owner=0 --group=0 -c zeros | zstd -q >"$MINE/bomb.tar.zst"
	rm "$MINE/zeros"
	unpacking "$MINE/bomb.tar.zst" /none
	assert_status 125
	assert_error "image $MINE/bomb.tar.zst: zeros: the archive unpacks to more than 200 times its size" \
		'if it can be trusted: --max-unpacked'
	[ -z "$(entries)" ]
	unpacking --max-unpacked 2g "$MINE/bomb.tar.zst" /none
	assert_status 127
}

raises_entries() {
	mkdir "$MINE/many"
	(cd "$MINE/many" && seq 3000 | xargs touch)
	tar -C "$MINE" --owner=0 --group=0 -cf "$MINE/many.tar" many
	unpacking --max-entries 3000 "$MINE/many.tar" /none
	assert_status 125
	assert_error "image $MINE/many.tar: the archive has more than 3000 entries" \
		'if it can be trusted: --max-entries'
	[ -z "$(entries)" ]
	unpacking --max-entries 3001 "$MINE/many.tar" /none
	assert_status 127
}
@test "--max-entries stops an archive with more entries and lets through one with as many" {
	for_each_user raises_entries
}
