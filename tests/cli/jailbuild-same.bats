#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The same inputs give the same bytes, and an image is always the old one or the new one, whole.

load helper
load jailbuild-helper

packs_the_same() {
	packed bash ls perl -o "$MINE/jail.tar"
	digest "$MINE/jail.tar" >>"$T/digests"
	(umask 077; as_each jailbuild add -q bash ls perl -o "$MINE/umask.tar")
	digest "$MINE/umask.tar" >>"$T/digests"
	as_each env LC_ALL=C TZ=Asia/Tokyo LANGUAGE=de jailbuild add -q bash ls perl \
		-o "$MINE/locale.tar"
	digest "$MINE/locale.tar" >>"$T/digests"
	(umask 0; as_each jailbuild add -q bash ls perl -o "$MINE/open/")
	(umask 077; as_each jailbuild add -q bash ls perl -o "$MINE/closed/")
	[ "$(tree_digest "$MINE/open")" = "$(tree_digest "$MINE/closed")" ]
}
@test "user, umask, locale and time zone change no byte" {
	for_each_user packs_the_same
	[ "$(sort -u digests | wc -l)" -eq 1 ]
}

adds_one_by_one() {
	packed bash perl -o "$MINE/both.tar"
	packed bash -o "$MINE/one.tar"
	packed perl -o "$MINE/one.tar"
	cmp "$MINE/one.tar" "$MINE/both.tar"
	packed bash -o "$MINE/one/"
	packed perl -o "$MINE/one"
	packed bash perl -o "$MINE/both/"
	[ "$(tree_digest "$MINE/one")" = "$(tree_digest "$MINE/both")" ]
}
@test "add A and add B give the bytes of add A B" {
	for_each_user adds_one_by_one
}

@test "hard links are the same however they were added" {
	echo text >a
	ln a b
	echo other >c
	jailbuild add -q ./b ./c ./a -o all.tar
	jailbuild add -q ./b -o one.tar
	jailbuild add -q ./c -o one.tar
	jailbuild add -q ./a -o one.tar
	cmp one.tar all.tar
	run tar tvf all.tar
	[[ $output =~ ${T#/}/b\ link\ to\ ${T#/}/a ]]
	jailbuild add -q ./b -o one/
	jailbuild add -q ./a -o one
	[ "one$T/a" -ef "one$T/b" ]
}

@test "SOURCE_DATE_EPOCH is the time of every entry, and 0 stands for none" {
	SOURCE_DATE_EPOCH=86400 jailbuild add -q true -o day.tar
	[ "$(tar tvf day.tar --utc | awk '{ print $4 }' | sort -u)" = 1970-01-02 ]
	jailbuild add -q true -o none.tar
	SOURCE_DATE_EPOCH=0 jailbuild add -q true -o zero.tar
	cmp none.tar zero.tar
	SOURCE_DATE_EPOCH=86400 jailbuild add -q true -o day/
	[ "$(find day -printf '%Ts\n' | sort -u)" = 86400 ]
}

# make_golden: the tree behind the first digest: nothing in it depends on this machine.
make_golden() {
	local long

	long=$(printf 'x%.0s' {1..120})
	mkdir -p root/usr/bin "root/data/$long/$long" root/data/sub
	ln -s usr/bin root/bin
	printf 'plain\n' >root/data/file
	ln root/data/file root/data/hard
	ln -s file root/data/soft
	ln -s "$long/$long" root/data/far
	printf 'long\n' >"root/data/$long/$long/file"
	printf 'unicode\n' >root/data/ünïcödé-名前
	printf 'bytes\n' >root/data/$'not-utf8-\xff\xfe'
	: >root/data/empty
	head -c 1536 /dev/zero >root/data/blocks
	head -c 513 /dev/zero >root/data/over
	mkfifo root/data/fifo
	find root/data -type d -exec chmod 0755 {} + -o ! -type l -exec chmod 0644 {} +
	chmod 1777 root/data/sub
}

@test "a tree of files gives the golden digest" {
	make_golden
	TERM=dumb jailbuild add -q --root root /data -e KEY=value -o jail.tar
	run digest jail.tar
	assert_output "$(cat "$BATS_TEST_DIRNAME/../golden/jailbuild-files.sha256")"
}

@test "a tree of ELF files gives the golden digest" {
	python3 "$BATS_TEST_DIRNAME/../golden/jailbuild-elf.py" root
	TERM=dumb jailbuild add -q --root root prog -o jail.tar
	run entries jail.tar
	assert_output_has etc/ld.so.cache
	assert_output_has usr/lib/x86_64-linux-gnu/libone.so.1.2
	assert_output_has opt/own/libtwo.so
	run digest jail.tar
	assert_output "$(cat "$BATS_TEST_DIRNAME/../golden/jailbuild-elf.sha256")"
}

adds_at_once() {
	local n pids=()

	for n in 1 2 3 4 5 6; do
		echo "$n" >"$MINE/file$n"
	done
	for image in jail.tar dir/; do
		for n in 1 2 3 4 5 6; do
			as_each jailbuild add -q "$MINE/file$n:/data/file$n" -o "$MINE/$image" &
			pids+=($!)
		done
		for n in "${pids[@]}"; do
			wait "$n"
		done
		pids=()
		for n in 1 2 3 4 5 6; do
			as_each jailbuild list "$MINE/$image" | grep -q "^/data/file$n	asked$" ||
				fail "$image lost file$n"
		done
	done
	nothing_left "$MINE" jail.tar dir file1 file2 file3 file4 file5 file6
}
@test "adds at the same time lose nothing" {
	for_each_user adds_at_once
}

@test "killed in the middle, an archive is the old one or the new one" {
	local old new now delay

	jailbuild add -q bash -o jail.tar
	cp jail.tar old.tar
	jailbuild add -q gdb -o jail.tar
	cp jail.tar new.tar
	old=$(digest old.tar) new=$(digest new.tar)
	mkdir place
	for delay in 0.002 0.01 0.02 0.03 0.04 0.06 0.08 0.1 0.15; do
		cp old.tar place/jail.tar
		timeout -s KILL $delay jailbuild add -q gdb -o place/jail.tar || true
		now=$(digest place/jail.tar)
		[ "$now" = "$old" ] || [ "$now" = "$new" ] || fail "after $delay s: $now"
		nothing_left place jail.tar
	done
	rm place/jail.tar
	for delay in 0.01 0.03 0.05; do
		timeout -s KILL $delay jailbuild add -q gdb -o place/jail.tar || true
		[ ! -e place/jail.tar ] || jailbuild list place/jail.tar | grep -q ^/usr/bin/gdb
		[ -z "$(find place -name '.*')" ]
		rm -f place/jail.tar
	done
}

@test "Ctrl-C in the middle leaves no half of a folder" {
	local delay

	mkdir place
	for delay in 0.01 0.02 0.03 0.04 0.06; do
		timeout -s INT $delay jailbuild add -q gdb -o place/jail/ || true
		[ -z "$(find place -mindepth 1 -maxdepth 1 -name '.*')" ] || fail "left after $delay s"
		[ ! -e place/jail ] || [ -e place/jail/.jail/manifest.json ]
		rm -rf place/jail
	done
}

@test "a full disk leaves what was there" {
	need_root
	mkdir small
	mount -t tmpfs -o size=6m tmpfs small
	jailbuild add -q bash -o small/jail.tar
	cp small/jail.tar before.tar
	run jailbuild add gdb -o small/jail.tar
	assert_status 1
	assert_output_has 'No space left on device'
	cmp small/jail.tar before.tar
	nothing_left small jail.tar
	for image in other.tar other.tar.gz dir/; do
		run jailbuild add gdb -o small/$image
		assert_status 1
		assert_output_has 'No space left on device'
		nothing_left small jail.tar
	done
	rm small/jail.tar
	jailbuild add -q true -o small/dir/
	before=$(tree_digest small/dir)
	run jailbuild add gdb -o small/dir
	assert_status 1
	assert_output_has 'No space left on device'
	[ "$(tree_digest small/dir)" = "$before" ]
	umount small
}
