#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `jailbuild add --digests`: what is recorded, and who looks at it.
#
# shellcheck disable=SC2030,SC2031 # every test is a subshell of its own

load helper
load jailbuild-helper

# recorded IMAGE: "sha256  path" of each file that has one.
recorded() {
	jailbuild list --json "$1" | jq -r '.files[] | select(.sha256) | .sha256 + "  " + .path'
}

digests_are_right() {
	local name
	for name in d.tar d.tar.gz d.cpio; do
		packed -q --digests bash -o "$MINE/$name"
	done
	packed -q --digests bash -o "$MINE/d/"
	# shellcheck disable=SC2086 # a path a word; they have no blanks
	recorded "$MINE/d.tar" | sed "s|  /|  $MINE/d/|" | sha256sum --check --quiet -
	[ "$(recorded "$MINE/d.tar" | wc -l)" -gt 20 ] || fail "few files have a digest"
	for name in d.tar.gz d.cpio d/; do
		[ "$(recorded "$MINE/$name")" = "$(recorded "$MINE/d.tar")" ] || fail "$name has others"
	done
	[ "$(jailbuild list --json "$MINE/d.tar" | jq -r '.files[] | select(.type == "file" and
		(.sha256 | not)) | .path')" = /.jail/manifest.json ]
}

@test "the sha256 of every file is in the record" {
	for_each_user digests_are_right
}

same_bytes() {
	packed -q --digests bash -o "$MINE/1.tar"
	packed -q cat -o "$MINE/1.tar"
	packed -q --digests bash cat -o "$MINE/2.tar"
	cmp "$MINE/1.tar" "$MINE/2.tar"
}

@test "an image that has digests keeps them, whatever is added" {
	for_each_user same_bytes
}

damage_is_found() {
	rm -rf "$MINE/d"
	packed -q --digests bash -o "$MINE/d/"
	as_each jailbuild check -q "$MINE/d/"
	# As long as before: only the digest can tell.
	as_each sed -i '1s/root/rooT/' "$MINE/d/etc/passwd"
	run as_each jailbuild check -q "$MINE/d/"
	assert_status 1
	assert_output_has '/etc/passwd: has other bytes than those that were recorded'
	run as_each jailbuild check -q --json "$MINE/d/"
	[ "$(jq -r '.problems[].problem' <<<"$output")" = changed ]
	tar cf "$MINE/damaged.tar" -C "$MINE/d" .
	run as_each jailbuild check -q "$MINE/damaged.tar"
	assert_status 1
	assert_output_has /etc/passwd
	as_each jailbuild update -q "$MINE/d/" >"$MINE/updated"
	as_each jailbuild check -q "$MINE/d/"
}

@test "check finds a file that is not what it was, and update mends it" {
	for_each_user damage_is_found
}

@test "digests and a bare image exclude each other" {
	run --separate-stderr jailbuild add --bare --digests bash -o x.tar
	assert_status 2
	# shellcheck disable=SC2154 # run sets it
	[[ $stderr == *'--bare leaves no place for digests'* ]]
	[ ! -e x.tar ]
}

# A hostile image: the record is not believed, and hard links to one file are read once.
@test "many names of a large file are hashed once" {
	mkdir -p big/.jail
	truncate -s 1G big/0
	for i in {1..300}; do ln big/0 "big/$i"; done
	printf '{"schema":1,"recipe":{"digests":true},"files":[%s{"path":"/.jail/config","type":"file",%s}]}' \
		"$(printf '{"path":"/%s","type":"file","reason":{"rule":"asked"},"sha256":"%064d"},' 7 0)" \
		'"reason":{"rule":"record"}' >big/.jail/manifest.json
	run timeout 60 jailbuild check -q big/
	assert_status 1
	assert_output_has '/7: has other bytes'
}
