#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `jailbuild why`, `diff` and `cost`: what they say of real images, and of hostile ones.
#
# shellcheck disable=SC2030,SC2031 # every test is a subshell of its own
# shellcheck disable=SC2016 # the shells expand what is quoted here

load helper
load jailbuild-helper

# look COMMAND ARG…: $status and $output, the lines of the error included.
look() {
	run --separate-stderr as_each jailbuild "$@"
	# shellcheck disable=SC2154 # run sets it
	output+=$stderr
}

# make_hostile TAR FILES: an image whose record has FILES (JSON), and the files /a, /b and /c.
make_hostile() {
	mkdir -p hostile/.jail
	touch hostile/a hostile/b hostile/c
	printf '{"schema":1,"recipe":{},"files":%s}\n' "$2" >hostile/.jail/manifest.json
	tar cf "$1" -C hostile .jail a b c
}

tells_the_chain() {
	packed bash -o "$MINE/jail.tar"
	look why "$MINE/jail.tar" /bin/bash
	assert_status 0
	[ "$output" = $'/usr/bin/bash\tasked\nsource\t/usr/bin/bash\npackage\tbash' ] || fail "$output"
	local info
	info=$(entries "$MINE/jail.tar" | grep -m1 terminfo/x/xterm)
	look why "$MINE/jail.tar" "$info" # as tar prints it, without a slash
	assert_status 0
	[[ ${output%%$'\n'*} == "/$info"$'\tterminfo: for /usr/lib/'*/libtinfo.so.* ]] || fail "$output"
	assert_output_has 'asks for libtinfo.so.6'
	assert_output_has $'\n/usr/bin/bash\tasked\nsource\t'
	look why "$MINE/jail.tar" /usr
	assert_output_has $'/usr\tbase'
}
@test "why leads from a file to what was asked for" {
	for_each_user tells_the_chain
}

tells_json() {
	packed /usr/bin/python3 -o "$MINE/dir/"
	local library
	library=$(find "$MINE/dir/usr/lib" -name os.py -printf '/usr/lib/%P\n' -quit)
	run as_each jailbuild why --json "$MINE/dir" "$library"
	assert_status 0
	python3 - "$output" "$library" <<-'END'
		import json, sys
		why = json.loads(sys.argv[1])
		steps = why["chain"]
		assert why["schema"] == 1 and why["whole"] is True, why
		assert why["source"] == sys.argv[2], why
		assert steps[0]["path"] == sys.argv[2] and steps[0]["derived"] is True, steps
		assert [s for s in steps if s["rule"] == "template"][0]["name"].startswith("rule-"), steps
		for one, next in zip(steps, steps[1:]):
		    assert one["by"] == next["path"], steps
		assert steps[-1]["rule"] == "asked" and "by" not in steps[-1], steps
	END
}
@test "why --json gives the same in a folder, with the template that brought it" {
	for_each_user tells_json
}

says_what_is_missing() {
	cd "$MINE" || return
	packed bash --no-rules -o "$MINE/jail.tar"
	look why "$MINE/jail.tar" bash
	assert_status 1
	assert_output_has 'jail.tar: /bash is not in the image'
	assert_output_has 'hint: /usr/bin/bash is'
	look why "$MINE/jail.tar" /nothing
	assert_status 1
	assert_output_has "hint: 'jailbuild list IMAGE'"
	look why "$MINE/jail.tar"
	assert_status 2
}
@test "why says what is not in the image, and what may be meant" {
	for_each_user says_what_is_missing
}

says_that_there_is_no_record() {
	cd "$MINE" || return
	mkdir tree
	touch tree/file
	tar cf foreign.tar -C tree ./file
	for image in foreign.tar tree; do
		look why "$MINE/$image" /file
		assert_status 1
		assert_output_has "$MINE/$image has no record (/.jail/manifest.json)"
	done
	packed bash -o "$MINE/foreign.tar"
	look why "$MINE/foreign.tar" /file
	assert_status 0
	[ "$output" = $'/file\tfound' ] || fail "$output"
}
@test "why says that an image has no record" {
	for_each_user says_that_there_is_no_record
}

ends_in_a_circle() {
	cd "$MINE" || return
	make_hostile circle.tar '[{"path":"/a","reason":{"rule":"x","by":"/b"}},
		{"path":"/b","reason":{"rule":"\\x1b[2J","by":"/a"}},
		{"path":"/c","reason":{"rule":"x","by":"/gone"}}]'
	look why "$MINE/circle.tar" /a
	assert_status 1
	assert_output_has $'/a\tx: for /b\n/b\t\\x1b[2J: for /a'
	assert_output_has 'the record goes in a circle: /b is there for /a'
	look why "$MINE/circle.tar" /c
	assert_status 1
	assert_output_has '/c is there for /gone, which is not in the image'
}
@test "why ends in a record that goes in a circle or drives a terminal" {
	for_each_user ends_in_a_circle
}

finds_formats_equal() {
	packed bash -o "$MINE/a.tar"
	packed bash -o "$MINE/b.tar.zst"
	packed bash -o "$MINE/c/"
	for image in b.tar.zst c; do
		look diff "$MINE/a.tar" "$MINE/$image"
		assert_status 0
		[ "$output" = '0 added, 0 removed, 0 changed' ] || fail "$output"
	done
	nothing_left "$MINE" a.tar b.tar.zst c
}
@test "diff finds the same image equal, whatever its format" {
	for_each_user finds_formats_equal
}

# make_trees: two foreign archives by GNU tar, one with a hard link in it, that differ in every way.
make_trees() {
	mkdir -p "$MINE/one/d" "$MINE/two/d"
	echo text >"$MINE/one/d/same"
	ln "$MINE/one/d/same" "$MINE/one/d/twin"
	cp -a "$MINE/one/d/." "$MINE/two/d"
	echo a >"$MINE/one/content" && echo b >"$MINE/two/content"
	ln -s a "$MINE/one/link" && ln -s $'b\e' "$MINE/two/link"
	touch "$MINE/one/gone" "$MINE/two/d-new" "$MINE/one/mode" "$MINE/two/mode"
	chmod 0644 "$MINE/one/mode" && chmod 0600 "$MINE/two/mode"
	touch "$MINE/one/type" && mkdir -m 0755 "$MINE/two/type"
	chmod 0755 "$MINE/one/type"
	tar cf "$MINE/one.tar" --owner=0 --group=0 -C "$MINE/one" .
	tar cf "$MINE/two.tar" --owner=0 --group=0 -C "$MINE/two" --exclude=./content .
	tar rf "$MINE/two.tar" --owner=7 --group=8 -C "$MINE/two" ./content
}

tells_each_difference() {
	make_trees
	look diff "$MINE/one.tar" "$MINE/two.tar"
	assert_status 1
	[ "$output" = $'~ /content\towner 0:0 -> 7:8, content
+ /d-new
- /gone
~ /link\ttarget a -> b\\x1b
~ /mode\tmode 0644 -> 0600
~ /type\ttype file -> folder
1 added, 1 removed, 4 changed' ] || fail "$output"
	run as_each jailbuild diff --json "$MINE/one.tar" "$MINE/two.tar"
	assert_status 1
	python3 - "$output" <<-'END'
		import json, sys
		diff = json.loads(sys.argv[1])
		assert (diff["schema"], diff["added"], diff["removed"], diff["changed"]) == (1, 1, 1, 4), diff
		paths = {p["path"]: p for p in diff["paths"]}
		assert paths["/content"]["aspects"] == ["owner", "content"], paths
		assert paths["/content"]["b"] == {"type": "file", "mode": "0644", "uid": 7, "gid": 8,
		    "size": 2}, paths
		assert paths["/gone"]["change"] == "removed" and "b" not in paths["/gone"], paths
		assert paths["/link"]["b"]["target"] == "b\\x1b", paths
	END
}
@test "diff tells each difference of archives made by GNU tar" {
	for_each_user tells_each_difference
}

sees_what_was_put_into_a_folder() {
	packed bash -o "$MINE/jail.tar"
	packed bash -o "$MINE/dir/"
	as_each sh -c 'mkdir "$1/srv"; echo x >"$1/srv/new"; echo x >>"$1/etc/hosts"' - "$MINE/dir"
	look diff "$MINE/jail.tar" "$MINE/dir"
	assert_status 1
	[ "$output" = $'~ /etc/hosts\tcontent\n+ /srv\n+ /srv/new\n2 added, 0 removed, 1 changed' ] ||
		fail "$output"
}
@test "diff sees what somebody put into a folder" {
	for_each_user sees_what_was_put_into_a_folder
}

refuses_what_it_cannot_read() {
	packed bash --no-rules -o "$MINE/jail.tar"
	head -c 100000 "$MINE/jail.tar" >"$MINE/short.tar"
	look diff "$MINE/jail.tar" "$MINE/short.tar"
	assert_status 1
	assert_output_has "cannot read $MINE/short.tar"
	look diff "$MINE/jail.tar" "$MINE/missing.tar"
	assert_status 1
	assert_output_has "cannot read $MINE/missing.tar"
	look diff "$MINE/jail.tar"
	assert_status 2
}
@test "diff names an image that it cannot read" {
	for_each_user refuses_what_it_cannot_read
}

adds_up() {
	packed bash /usr/bin/python3 -o "$MINE/jail.tar"
	packed bash /usr/bin/python3 -o "$MINE/dir/"
	run as_each jailbuild cost "$MINE/jail.tar"
	assert_status 0
	local text=$output
	[[ $text =~ [0-9]+\ +[0-9]+\ \ asked\ /usr/bin/bash ]] || fail "$text"
	[[ $text == *'  template rule-python'* ]] || fail "$text"
	run as_each jailbuild cost "$MINE/dir"
	assert_output "$text"
	run as_each jailbuild cost --json "$MINE/jail.tar"
	python3 - "$output" "$MINE/jail.tar" <<-'END'
		import json, sys, tarfile
		cost = json.loads(sys.argv[1])
		members = [m for m in tarfile.open(sys.argv[2]) if not m.isdir()]
		shares = cost["shares"]
		assert cost["schema"] == 1
		assert cost["files"] == len(members) == sum(s["files"] for s in shares), cost
		assert cost["bytes"] == sum(m.size for m in members if m.isreg()), cost
		assert cost["bytes"] == sum(s["bytes"] for s in shares), cost
		assert [s["bytes"] for s in shares] == sorted((s["bytes"] for s in shares), reverse=True)
		assert not [s for s in shares if s["rule"] == "unknown"], shares
	END
}
@test "cost adds up to the image, the same for a tar and a folder" {
	for_each_user adds_up
}

tells_what_would_go() {
	local image
	packed --no-rules bash -o "$MINE/one.tar"
	packed --no-rules bash ls -o "$MINE/two.tar"
	packed --no-rules bash ls -o "$MINE/two/"
	for image in two.tar two; do
		as_each jailbuild cost --json "$MINE/one.tar" >one.json
		as_each jailbuild cost --json "$MINE/$image" >two.json
		python3 - <<-'END'
			import json
			one, two = json.load(open("one.json")), json.load(open("two.json"))
			ls = [s for s in two["shares"] if s.get("name", "").endswith("/ls")][0]
			bash = [s for s in two["shares"] if s.get("name", "").endswith("/bash")][0]
			record = [[s for s in c["shares"] if s["rule"] == "record"][0]["bytes"] for c in (one, two)]
			# An image without ls is smaller by what ls adds alone.
			assert two["bytes"] - record[1] - ls["alone_bytes"] == one["bytes"] - record[0], (one, two)
			assert two["files"] - ls["alone_files"] == one["files"], (one, two)
			assert 0 < bash["alone_bytes"] < bash["bytes"], bash # libc stays for ls
		END
	done
}
@test "cost tells what an image would be smaller by" {
	for_each_user tells_what_would_go
}

judges_hostile_costs() {
	make_hostile "$MINE/circle.tar" '[{"path":"/a","reason":{"rule":"x","by":"/b"}},
		{"path":"/b","reason":{"rule":"x","by":"/a"}},
		{"path":"/c","reason":{"rule":"template","name":"\\x1b[2J"}}]'
	look cost "$MINE/circle.tar"
	assert_status 0
	assert_output_has '0        2            0  unknown'
	assert_output_has 'template \x1b[2J'
	mkdir "$MINE/tree"
	touch "$MINE/tree/file"
	tar cf "$MINE/foreign.tar" -C "$MINE/tree" file
	look cost "$MINE/foreign.tar"
	assert_status 1
	assert_output_has 'foreign.tar has no record'
	look cost
	assert_status 2
}
@test "cost ends in circles, and says that an image has no record" {
	for_each_user judges_hostile_costs
}
