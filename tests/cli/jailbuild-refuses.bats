#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What jailbuild refuses, with which words, and that nothing is written then.

load helper
load jailbuild-helper

# refused STATUS TEXT ARG…: add fails so, and leaves the folder of the image as it was.
refused() {
	local expected=$1 text=$2

	shift 2
	mkdir -p "$MINE/out"
	! is_root || [ "$WHO" = root ] || chown "$TEST_USER:" "$MINE/out"
	pack "$@" -o "$MINE/out/jail.tar"
	assert_status "$expected"
	assert_output_has "$text"
	nothing_left "$MINE/out"
	pack "$@" -o "$MINE/out/dir/"
	assert_status "$expected"
	nothing_left "$MINE/out"
}

refuses_what_is_missing() {
	refused 1 'cannot add /no/such/file: /no: No such file or directory' /no/such/file
	refused 1 'no-such-program: no such program in PATH' bash no-such-program
	ln -s gone "$MINE/link"
	refused 1 "cannot add $MINE/link: $MINE/gone: No such file or directory" bash "$MINE/link"
	ln -s loop "$MINE/loop"
	refused 1 'Too many levels of symbolic links' "$MINE/loop"
}
@test "what does not exist is an error that names it, and nothing is written" {
	for_each_user refuses_what_is_missing
}

refuses_a_missing_library() {
	make_library libgone.so.7 "$T/libgone.so"
	make_program "$MINE/prog" "$T/libgone.so"
	refused 1 "not found: libgone.so.7, needed by $MINE/prog" bash "$MINE/prog"
	make_program "$MINE/prog2" -Wl,--dynamic-linker=/no/ld.so
	refused 1 "/no/ld.so, needed by $MINE/prog2" "$MINE/prog2"
	printf '#!/no/interpreter\n' >"$MINE/script"
	chmod +x "$MINE/script"
	refused 1 "/no/interpreter, needed by $MINE/script" "$MINE/script"
	mkdir "$MINE/folder"
	cp "$MINE/prog" "$MINE/folder/"
	refused 1 "libgone.so.7, needed by $MINE/folder/prog" "$MINE/folder"
}
@test "a missing library or interpreter is an error that names it and who needs it" {
	for_each_user refuses_a_missing_library
}

refuses_malformed_elf() {
	printf '\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\76\0\1\0\0\0' >"$MINE/bad"
	head -c 100 /dev/zero | tr '\0' '\377' >>"$MINE/bad"
	refused 1 "cannot add: $MINE/bad: " "$MINE/bad"
}
@test "a malformed ELF file is an error that names it" {
	for_each_user refuses_malformed_elf
}

@test "an unreadable file or folder is an error that names it" {
	mkdir -p in/closed
	echo secret >in/file
	chmod 0 in/file in/closed
	! is_root || chown -R "$TEST_USER:" in
	mkdir mine
	! is_root || chown "$TEST_USER:" mine
	run as_user jailbuild add "$T/in/file" -o "$T/mine/jail.tar"
	assert_status 1
	assert_output_has "$T/in/file: Permission denied"
	run as_user jailbuild add "$T/in/closed" -o "$T/mine/jail.tar"
	assert_status 1
	assert_output_has "cannot read the folder $T/in/closed"
	nothing_left mine
}

refuses_wrong_usage() {
	pack bash
	assert_status 2
	assert_output_has 'no image given: -o IMAGE is missing'
	refused 2 'nothing to add: no PATH and no template given'
	pack bash -o "$MINE/jail.iso"
	assert_status 2
	assert_output_has "unknown image format: $MINE/jail.iso"
	assert_output_has 'known are tar, tar.gz (tgz), tar.zst, tar.xz, cpio, cpio.gz, cpio.zst, cpio.xz, dir'
	pack bash -o "$MINE/x.oci.tar"
	assert_status 2
	refused 2 "--env 'A' is not KEY=VALUE" -e A bash
	refused 2 '--workdir srv is not absolute' -w srv bash
	refused 2 'unknown option --bogus' --bogus bash
	refused 2 '--bare leaves no place for settings' --bare -e A=1 bash
	refused 2 'unknown image format: iso' --format iso bash
	run as_each env SOURCE_DATE_EPOCH=soon jailbuild add bash -o "$MINE/x.tar"
	assert_status 2
	assert_output_has 'SOURCE_DATE_EPOCH is no number of seconds: soon'
	run as_each jailbuild
	assert_status 2
	run as_each jailbuild frobnicate
	assert_status 2
	assert_output_has 'unknown command frobnicate'
	run as_each jailbuild list
	assert_status 2
}
@test "wrong usage is status 2 with a hint" {
	for_each_user refuses_wrong_usage
}

@test "other content at the same path is an error unless --replace" {
	echo one >one
	echo two >two
	for image in jail.tar jail/; do
		jailbuild add -q ./one:/data/file -o $image
		run jailbuild add ./two:/data/file -o $image
		assert_status 1
		assert_output_has '/data/file is in the image already, with other content'
		assert_output_has 'hint: --replace lets the new one win'
		jailbuild add -q --replace ./two:/data/file -o $image
		run jailbuild add ./two:/data -o $image # into the folder, under its own name
		assert_status 0
	done
	run tar xOf jail.tar data/file
	assert_output two
	[ "$(cat jail/data/file jail/data/two)" = $'two\ntwo' ]
}

@test "a file below a file, or a file in a folder's place, is an error" {
	echo one >one
	run jailbuild add ./one:/a ./one:/a/b -o jail.tar
	assert_status 1
	assert_output_has '/a/b would lie below /a, which is a file'
	mkdir folder
	run jailbuild add ./one:/a ./folder:/a -o jail.tar
	assert_status 1
	assert_output_has '/a is in the image already, as a file, and would become a folder'
	[ ! -e jail.tar ]
}

@test "what jailbuild did not put into a folder is not overwritten" {
	mkdir -p jail/etc
	echo mine >jail/etc/passwd
	echo keep >jail/other
	run jailbuild add true -o jail
	assert_status 1
	assert_output_has '/etc/passwd is in the folder already, and is not the same'
	nothing_left jail etc other
	nothing_left jail/etc passwd
	jailbuild add -q --no-rules true -o jail
	[ "$(cat jail/etc/passwd jail/other)" = $'mine\nkeep' ]
	jailbuild add -q --replace true -o jail
	[[ $(cat jail/etc/passwd) == root:* ]]
}

@test "a symlink in the folder does not lead the image's files outside" {
	mkdir jail outside
	ln -s ../outside jail/usr
	run jailbuild add true -o jail
	assert_status 1
	nothing_left outside
	ln -s "$T/outside" jail2
	jailbuild add -q --no-rules true -o jail2/
	[ -e outside/usr/bin/true ] # the image itself may be named by a link
}

@test "damaged and hostile archives are refused, and stay as they are" {
	python3 - <<-'END'
		import io, tarfile
		def make(name, *entries):
		    with tarfile.open(name, "w") as tar:
		        for path, kind, link in entries:
		            info = tarfile.TarInfo(path)
		            info.type, info.linkname = kind, link
		            info.size = 4 if kind == tarfile.REGTYPE else 0
		            tar.addfile(info, io.BytesIO(b"text"))
		reg, sym, hard = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE
		make("dotdot.tar", ("a/../../etc/x", reg, ""))
		make("twice.tar", ("a", reg, ""), ("a", reg, ""))
		make("hard.tar", ("a", hard, "../../etc/passwd"))
		make("nothing.tar", ("a", hard, "b"))
		make("below.tar", ("a", sym, "/etc"), ("a/x", reg, ""))
		open("noise.tar", "wb").write(b"not an archive at all" * 100)
		open("empty.tar", "wb")
	END
	jailbuild add -q true -o cut.tar.gz
	truncate -s 100000 cut.tar.gz
	for image in dotdot twice hard nothing below noise empty cut; do
		image=$(echo $image.tar*)
		cp "$image" before
		run jailbuild add bash -o "$image"
		assert_status 1
		cmp "$image" before
	done
	run jailbuild add bash -o dotdot.tar
	assert_output_has 'the name a/../../etc/x leaves the archive'
	run jailbuild add bash -o twice.tar
	assert_output_has '/a is in the archive twice'
	rm before
	[ -z "$(find . -name '.*' -type f)" ]
}

@test "a tar of another maker keeps all that it has" {
	mkdir -p in/d
	echo one >in/d/file
	ln in/d/file in/hard
	ln -s d/file in/soft
	touch -d @1000 in/d/file
	tar --owner=7 --group=8 --numeric-owner -C in -cf foreign.tar ./d ./hard ./soft
	jailbuild add -q bash -o foreign.tar
	run tar tvf foreign.tar --numeric-owner --utc
	assert_output_has 'usr/bin/bash'
	[[ $output =~ -rw-r--r--\ 7/8\ +4\ 1970-01-01\ 00:16\ d/file ]]
	[[ $output =~ hrw-r--r--\ 7/8\ .*\ hard\ link\ to\ d/file ]]
	[[ $output =~ soft\ -\>\ d/file ]]
	run jailbuild list foreign.tar
	assert_output_has $'/d/file\tfound'
}
