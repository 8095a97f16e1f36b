#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `jailbuild update`: images made anew by their own recipe.
#
# shellcheck disable=SC2030,SC2031 # every test is a subshell of its own

load helper
load jailbuild-helper

# update ARG…: $status and $output, the lines of the error included.
update() {
	run --separate-stderr as_each jailbuild update "$@"
	# shellcheck disable=SC2154 # run sets it
	output+=$stderr
}

# make_sources: a script and a folder, below $MINE.
make_sources() {
	rm -rf "$MINE/tool" "$MINE/data"
	mkdir "$MINE/data"
	printf '#!/bin/bash\necho one\n' >"$MINE/tool"
	chmod 755 "$MINE/tool"
	echo one >"$MINE/data/one"
	echo two >"$MINE/data/two"
	ln -s one "$MINE/data/link"
	chmod -R go+rX "$MINE/tool" "$MINE/data"
}

# change_sources: something of each kind is another.
change_sources() {
	echo 'echo two' >>"$MINE/tool"
	rm "$MINE/data/two"
	echo three >"$MINE/data/three"
	chmod 600 "$MINE/data/one"
	ln -sfn three "$MINE/data/link"
	! is_root || chown "$(stat -c %u:%g "$MINE")" "$MINE/data/"*
}

changes='~ /.jail/manifest.json	content
~ /data/link	target one -> three
~ /data/one	mode 0644 -> 0600
+ /data/three
- /data/two
~ /opt/tool	content
1 added, 1 removed, 4 changed'

tells_and_writes() {
	local image before
	make_sources
	for image in a.tar b.tar.gz c.tar.zst d.cpio; do
		make_sources
		packed "$MINE/data:/data" "$MINE/tool:/opt/tool" -e KEY=value -o "$MINE/$image"
		before=$(digest "$MINE/$image")
		change_sources
		update --dry-run "$MINE/$image"
		assert_status 0
		[ "$output" = "$changes" ] || fail "$output"
		[ "$(digest "$MINE/$image")" = "$before" ] || fail "a dry run wrote"
		update -q "$MINE/$image"
		assert_status 0
		[ "$output" = "$changes" ] || fail "$output"
		# It is the image that add would make now.
		packed "$MINE/data:/data" "$MINE/tool:/opt/tool" -e KEY=value -o "$MINE/new-$image"
		cmp "$MINE/$image" "$MINE/new-$image"
	done
}
@test "update makes the image that add would make now, and tells what changed" {
	for_each_user tells_and_writes
}

named_by_a_path() {
	mkdir "$MINE/there"
	echo 'dir /srv/data' >"$MINE/there/Jailfile"
	(cd "$MINE/there" && jailbuild add -q -f Jailfile true -o one.tar)
	(cd "$MINE" && jailbuild add -q -f ./there/Jailfile true -o two.tar)
	cmp "$MINE/there/one.tar" "$MINE/two.tar"
	run -0 --separate-stderr jailbuild update "$MINE/two.tar"
	assert_output '0 added, 0 removed, 0 changed'
}
@test "a Jailfile is the same by whatever path it was named" {
	for_each_user named_by_a_path
}

changes_a_folder() {
	make_sources
	packed "$MINE/data:/data" "$MINE/tool:/opt/tool" -o "$MINE/dir/"
	echo mine >"$MINE/dir/data/mine"
	chmod 711 "$MINE/dir/data"
	change_sources
	update -q "$MINE/dir"
	assert_status 0
	[ "$output" = "$changes" ] || fail "$output"
	[ "$(cat "$MINE/dir/data/mine")" = mine ] || fail "another's file"
	[ "$(stat -c %a "$MINE/dir/data" "$MINE/dir/data/one" | xargs)" = '711 600' ] || fail modes
	[ ! -e "$MINE/dir/data/two" ] || fail "two is still there"
	rm "$MINE/dir/data/mine"
	chmod 755 "$MINE/dir/data"
	packed "$MINE/data:/data" "$MINE/tool:/opt/tool" -o "$MINE/new/"
	touch -d @0 "$MINE/dir/data"
	[ "$(tree_digest "$MINE/dir")" = "$(tree_digest "$MINE/new")" ] || fail "not as new"
}
@test "in a folder, what is gone goes, and what is another's stays" {
	for_each_user changes_a_folder
}

stays_as_it_is() {
	local image before
	for image in a.tar b.tar.zst; do
		packed bash -o "$MINE/$image"
		packed -t git -e A=b /usr/bin/python3 --entrypoint /bin/bash -o "$MINE/$image"
		before=$(stat -c '%i %y %z' "$MINE/$image")$(digest "$MINE/$image")
		update "$MINE/$image"
		assert_status 0
		assert_output_has '0 added, 0 removed, 0 changed'
		assert_output_has 'nothing has changed'
		[ "$(stat -c '%i %y %z' "$MINE/$image")$(digest "$MINE/$image")" = "$before" ] ||
			fail "it was touched"
	done
	packed bash -o "$MINE/dir/"
	before=$(tree_digest "$MINE/dir")
	update "$MINE/dir/"
	assert_status 0
	assert_output_has 'nothing has changed'
	[ "$(tree_digest "$MINE/dir")" = "$before" ] || fail "it was touched"
}
@test "an image of which nothing changed is not touched" {
	for_each_user stays_as_it_is
}

keeps_foreign_files() {
	make_sources
	mkdir -p foreign/srv
	echo page >foreign/srv/page
	tar cf "$MINE/jail.tar" --owner=7 --group=8 -C foreign srv
	chmod 666 "$MINE/jail.tar"
	packed "$MINE/data:/data" -o "$MINE/jail.tar"
	echo more >>"$MINE/data/one"
	update -q "$MINE/jail.tar"
	assert_status 0
	assert_output_has $'~ /data/one\tcontent'
	[ "$(tar xOf "$MINE/jail.tar" srv/page)" = page ] || fail "the page is gone"
	run tar tvf "$MINE/jail.tar" --numeric-owner srv/page
	assert_output_has '7/8'
}
@test "what was in the image before add stays" {
	for_each_user keeps_foreign_files
}

follows_a_jailfile() {
	make_sources
	printf '%s\n' "copy tool /opt/tool" 'file /etc/motd <<END' one END >"$MINE/Jailfile"
	as_each sh -c "cd '$MINE' && jailbuild add -q -f ./Jailfile -o jail.tar"
	printf '%s\n' "copy tool /opt/other" 'file /etc/motd <<END' two END >"$MINE/Jailfile"
	update -q "$MINE/jail.tar" # from another folder
	assert_status 0
	assert_output_has $'~ /etc/motd\tcontent'
	assert_output_has '+ /opt/other'
	assert_output_has '- /opt/tool'
	rm "$MINE/Jailfile"
	update "$MINE/jail.tar"
	assert_status 1
	assert_output_has 'Jailfile'
}
@test "a Jailfile is read again" {
	for_each_user follows_a_jailfile
}

prints_json() {
	make_sources
	packed "$MINE/data:/data" "$MINE/tool:/opt/tool" -o "$MINE/jail.tar"
	change_sources
	run as_each jailbuild update -q --dry-run --json "$MINE/jail.tar"
	assert_status 0
	python3 - "$output" <<-'END'
		import json, sys
		update = json.loads(sys.argv[1])
		assert update["schema"] == 1 and update["written"] is False, update
		assert [update[k] for k in ("added", "removed", "changed")] == [1, 1, 4], update
		one = [p for p in update["paths"] if p["path"] == "/data/three"][0]
		assert one["change"] == "added" and one["b"]["size"] == 6 and "a" not in one, one
	END
	run as_each jailbuild update -q --json "$MINE/jail.tar"
	assert_output_has '"written": true'
}
@test "update prints JSON" {
	for_each_user prints_json
}

is_refused() {
	local before
	make_sources
	packed "$MINE/data:/data" "$MINE/tool:/opt/tool" -o "$MINE/jail.tar"
	before=$(digest "$MINE/jail.tar")
	rm "$MINE/tool"
	update "$MINE/jail.tar"
	assert_status 1
	assert_output_has "$MINE/tool"
	[ "$(digest "$MINE/jail.tar")" = "$before" ] || fail "the image is another"
	update "$MINE/none.tar"
	assert_status 1
	assert_output_has 'none.tar'
	packed --bare "$MINE/data:/data" -o "$MINE/bare.tar"
	update "$MINE/bare.tar"
	assert_status 1
	assert_output_has 'bare.tar has no record'
	assert_output_has 'hint: '
	update
	assert_status 2
	update "$MINE/jail.tar" "$MINE/bare.tar"
	assert_status 2
	run as_each env SOURCE_DATE_EPOCH=x jailbuild update "$MINE/jail.tar"
	assert_status 2
}
@test "what cannot be made anew is an error, and the image stays" {
	for_each_user is_refused
}

needs_the_root_again() {
	make_sources
	mkdir -p "$MINE/root/usr/share"
	mv "$MINE/data" "$MINE/root/usr/share/data"
	packed --root "$MINE/root" /usr/share/data -o "$MINE/jail.tar"
	update "$MINE/jail.tar"
	assert_status 1
	assert_output_has 'made from another root'
	assert_output_has 'hint: --root'
	update --root "$MINE/root" "$MINE/jail.tar"
	assert_status 0
	assert_output_has 'nothing has changed'
	update --root / "$MINE/jail.tar" # which has no such folder
	assert_status 1
	assert_output_has '/usr/share/data'
}
@test "an image of a sysroot needs its --root again" {
	for_each_user needs_the_root_again
}

waits_for_an_add() {
	local pids=() n
	make_sources
	packed "$MINE/data:/data" -o "$MINE/jail.tar"
	for n in 1 2 3; do
		echo "$n" >"$MINE/data/one"
		chmod 644 "$MINE/data/one"
		as_each jailbuild update -q "$MINE/jail.tar" >/dev/null &
		pids+=($!)
		as_each jailbuild add -q "$MINE/tool:/opt/tool$n" -o "$MINE/jail.tar" &
		pids+=($!)
	done
	for n in "${pids[@]}"; do
		wait "$n" || fail "one of them failed"
	done
	update -q "$MINE/jail.tar"
	assert_status 0
	[ "$(entries "$MINE/jail.tar" | grep -c opt/tool)" -eq 3 ] || fail "an add was lost"
	[ "$(tar xOf "$MINE/jail.tar" data/one)" = 3 ] || fail "old content"
}
@test "updates and adds at one time lose nothing" {
	for_each_user waits_for_an_add
}

survives_a_hostile_record() {
	mkdir -p "$MINE/dir/.jail" "$MINE/out"
	echo precious >"$MINE/out/file"
	ln -s ../out "$MINE/dir/link"
	cat >"$MINE/dir/.jail/manifest.json" <<-'END'
		{"schema":1,"recipe":{"operands":[]},"files":[
		{"path":"/../out/file","reason":{"rule":"asked"}},
		{"path":"/link/file","reason":{"rule":"asked"}},
		{"path":"/link/../out/file","reason":{"rule":"asked"}},
		{"path":"/","reason":{"rule":"asked"}}]}
	END
	! is_root || chown -R "$(stat -c %u:%g "$MINE")" "$MINE/dir"
	update "$MINE/dir"
	assert_status 0
	assert_output_has 'added'
	[ "$(cat "$MINE/out/file")" = precious ] || fail "it reached out"
	[ -L "$MINE/dir/link" ] || fail "the link is gone"
}
@test "a hostile record reaches nothing outside the folder" {
	for_each_user survives_a_hostile_record
}
