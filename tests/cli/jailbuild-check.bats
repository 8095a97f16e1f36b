#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What `jailbuild check` finds in an image, and that the words it says cure it.
#
# shellcheck disable=SC2030,SC2031 # every test is a subshell of its own
# shellcheck disable=SC2016 # $ORIGIN is for the loader

load helper
load jailbuild-helper

# check [OPTION…] IMAGE: $status, and in $output the lines of stdout, in $stderr the rest.
check() {
	run --separate-stderr as_anybody jailbuild check "$@"
}

# as_anybody COMMAND…: as whose turn it is, or as the one who runs the tests.
as_anybody() {
	[ -z "${WHO:-}" ] || set -- as_each "$@"
	"$@"
}

# checked STATUS IMAGE: the same, which must end with this status.
checked() {
	check "$2"
	assert_status "$1"
}

# cure IMAGE: types what check says, until nothing is left to type; but for cgi.py of Python, whose
# interpreter is nowhere on Debian.
cure() {
	local image=$1 fixes

	for _ in 1 2 3 4; do
		check "$image"
		fixes=$(grep -v /usr/local/bin/python <<<"$output" | grep -o 'fix: jailbuild add .*' | sed 's/^fix: //' | sort -u)
		[ -n "$fixes" ] || return 0
		as_anybody sh -euc "$fixes" || fail "these words do not work:" "$fixes" || return
	done
	fail "still not cured:" "$output"
}

passes_bash() {
	packed bash env ls ps top -o "$MINE/jail.tar.gz"
	local before
	before=$(digest "$MINE/jail.tar.gz")
	checked 0 "$MINE/jail.tar.gz"
	assert_output ''
	[[ $stderr == *'jail.tar.gz: '*' looked at: 0 errors, 0 warnings' ]] || fail "$stderr"
	run --separate-stderr as_each jailbuild check -q "$MINE/jail.tar.gz"
	[ -z "$output$stderr" ]
	[ "$before" = "$(digest "$MINE/jail.tar.gz")" ]
	nothing_left "$MINE" jail.tar.gz
}
@test "an image that add made is complete, and stays as it was" {
	for_each_user passes_bash
}

@test "nothing is run, and no file is made or changed" {
	jailbuild add -q bash ls -o jail.tar
	jailbuild add -q bash ls -o jail/
	for image in jail.tar jail; do
		# LeakSanitizer, where it is built in, cannot be traced.
		ASAN_OPTIONS=detect_leaks=0 strace -f -o trace jailbuild check $image
		[ "$(grep -c 'execve(' trace)" -eq 1 ]
		run grep -E 'O_CREAT|rename|unlink|mkdir|chmod|connect' trace
		assert_output ''
		# The bytes of an archive's files are kept in a file that never has a name.
		run grep -E 'O_WRONLY|O_RDWR' trace
		[[ $image = jail && -z $output || $output == *O_TMPFILE* ]] || fail "$output"
	done
}

# lacks PROGRAM LINE…: packed with its closure alone, PROGRAM gives each line; cured it gives none.
lacks() {
	local program=$1 line

	echo "$program:"
	shift
	rm -f bare.tar
	jailbuild add -q --bare "$program" -o bare.tar
	check bare.tar
	for line; do
		[[ $'\n'$output == *$'\n'$line* ]] || {
			show_answer
			fail "no line begins with: $line" || return
		}
	done
	cure bare.tar
	checked 0 bare.tar
}

@test "a closure is not a bundle: each program says what it lacks, and the words cure it" {
	local folder
	folder=$(dirname "$(realpath "$(ldd /usr/bin/env | awk '$1 == "libc.so.6" { print $3 }')")")
	lacks /usr/bin/python3 "$(realpath /usr/bin/python3): does not start without Python's standard library; fix: jailbuild add /usr/lib/$(basename "$(realpath /usr/bin/python3)") -o bare.tar"
	lacks /usr/bin/perl "/usr/bin/perl: runs hardly any script without Perl's standard library; fix: jailbuild add $folder/perl-base -o bare.tar"
	lacks tclsh "$(realpath "$(command -v tclsh)"): loads libtcl"
	lacks git '/usr/bin/git: has none of its git-core programs' '/usr/bin/git: runs commands by /bin/sh; fix: jailbuild add /bin/sh -o bare.tar'
	lacks ssh '/usr/bin/ssh: asks for accounts, and there is no /etc/passwd; fix: jailbuild add /usr/bin/ssh -o bare.tar'
	lacks id '/usr/bin/id: asks for accounts' '/etc/passwd: warning: is not there' '/etc/nsswitch.conf: warning: is not there'
	lacks getent '/usr/bin/getent: asks for accounts'
	lacks file '/usr/bin/file: loads libmagic.so.1: recognizes no file without its magic.mgc; fix: jailbuild add /usr/share/misc/magic.mgc -o bare.tar'
	lacks tmux '/usr/bin/tmux: does not start without a UTF-8 locale; fix: jailbuild add /usr/lib/locale/C.utf8 -o bare.tar' '/usr/bin/tmux: does not start on a terminal'
	lacks iconv "/usr/bin/iconv: warning: converts only the few charsets that glibc has built in; fix: jailbuild add $folder/gconv -o bare.tar"
	lacks bash '/usr/bin/bash: warning: loads libtinfo.so.6: knows no terminal without a terminfo entry; fix: jailbuild add /usr/bin/bash -o bare.tar'
}

@test "what the lines say is true: the program fails before the cure, and runs after it" {
	need_root
	jailbuild add -q --bare /usr/bin/perl id file -o jail/
	mkdir -p jail/dev
	: >jail/dev/null # for perl, in a plain chroot
	run env LC_ALL=C chroot jail /usr/bin/perl -Mstrict -e 'print 6 * 7'
	assert_output_has "Can't locate strict.pm"
	run chroot jail /usr/bin/id -un
	assert_status 1
	run chroot jail /usr/bin/file /usr/bin/id
	assert_output_has 'could not find any valid magic files'
	run --separate-stderr jailbuild check jail
	assert_status 1
	cure jail
	run env LC_ALL=C chroot jail /usr/bin/perl -Mstrict -e 'print 6 * 7'
	assert_output 42
	run chroot jail /usr/bin/id -un
	assert_output root
	run chroot jail /usr/bin/file /usr/bin/id
	assert_output_has 'ELF 64-bit'
}

loses_a_library() {
	local folder=$MINE/jail library expected

	packed -q bash ls -o "$folder/"
	library=$(cd "$folder" && find . -name 'libtinfo.so.6.*' -printf '/%P\n')
	rm "$folder$library"
	(cd "$folder" && tar cf ../a.tar . && tar czf ../a.tar.gz . && tar cJf ../a.tar.xz . &&
		tar --zstd -cf ../a.tar.zst .)
	checked 1 "$folder"
	assert_output_has "/usr/bin/bash: needs libtinfo.so.6, which is not found; fix: jailbuild add /usr/bin/bash -o $folder"
	assert_output_has '/etc/ld.so.cache: the entry of libtinfo.so.6 leads to '
	assert_output_has "${library%.6.*}.6: the symlink to ${library##*/} leads to $library, which is not there"
	expected=${output//$folder/IMAGE}
	for image in a.tar a.tar.gz a.tar.xz a.tar.zst; do
		checked 1 "$MINE/$image"
		[ "${output//$MINE\/$image/IMAGE}" = "$expected" ] || fail "$image: $output"
	done
	cure "$folder"
	checked 0 "$folder"
	assert_output ''
}
@test "a library that is gone is named, from a folder and from a tar of any compression" {
	for_each_user loses_a_library
}

@test "a library of another version lacks the symbols that a program needs" {
	mkdir -p image/bin image/lib image/lib64
	echo 'int answer(void) { return 42; }' | "${CC:-gcc}" -shared -fPIC -Wl,-soname,libx.so -o libx.so -x c -
	echo 'int answer(void); int main(void) { return answer(); }' |
		"${CC:-gcc}" -Wl,-z,now -Wl,-rpath,/lib -o image/bin/tool -x c - -x none ./libx.so
	echo 'int other(void) { return 42; }' | "${CC:-gcc}" -shared -fPIC -Wl,-soname,libx.so -o image/lib/libx.so -x c -
	for file in $(ldd /usr/bin/env | grep -o '/[^ ]*'); do
		cp --parents "$file" image/
	done
	run --separate-stderr jailbuild check image
	assert_status 1
	assert_output_has '/bin/tool: '
	assert_output_has 'answer'
	assert_output_has 'fix: jailbuild add --replace /bin/tool -o image'
	cp libx.so image/lib/
	run --separate-stderr jailbuild check image
	assert_status 0
}

@test "a program that finds its libraries by \$ORIGIN needs /proc, and nothing worse" {
	make_library libx.so libx.so
	mkdir -p opt/bin opt/lib
	cp libx.so opt/lib/
	make_program opt/bin/tool ./libx.so
	patchelf --set-rpath '$ORIGIN/../lib' opt/bin/tool
	jailbuild add -q ./opt/bin/tool -o jail.tar
	run --separate-stderr jailbuild check jail.tar
	assert_status 0
	assert_output_has "$T/opt/bin/tool: warning: needs /proc"
}

@test "scripts, symlinks and modes" {
	mkdir -p image/bin image/lib image/open image/tmp
	chmod 1777 image/tmp
	chmod 777 image/open
	printf '#!/usr/bin/env nothing\n' >image/bin/tool
	printf '#!/bin/gone\n' >image/lib/example
	chmod 755 image/bin/tool image/lib/example
	printf '#!/bin/gone\n' >image/lib/data
	ln -s circle image/circle
	ln -s nowhere image/bin/dangling
	ln -s nowhere image/lib/dangling
	ln -s /proc/mounts image/lib/mtab
	ln -s "it's \$(gone)" image/lib/odd
	printf '' >image/bin/su
	chmod 4755 image/bin/su
	run --separate-stderr jailbuild check image
	assert_status 1
	assert_output "/bin/dangling: the symlink to nowhere leads to /bin/nowhere, which is not there; fix: jailbuild add /bin/nowhere -o image
/bin/su: warning: runs with its owner's rights: it is set-uid; fix: chmod it where it comes from, and add it with --replace
/bin/tool: needs /usr/bin/env, which is not found; fix: jailbuild add /usr/bin/env -o image
/bin/tool: needs nothing, which is not found; fix: jailbuild add nothing -o image
/circle: the symlink to circle runs in a circle; fix: jailbuild add --replace /circle -o image
/lib/dangling: warning: the symlink to nowhere leads to /lib/nowhere, which is not there; fix: jailbuild add /lib/nowhere -o image
/lib/example: warning: needs /bin/gone, which is not found; fix: jailbuild add /bin/gone -o image
/lib/odd: warning: the symlink to it's \$(gone) leads to /lib/it's \$(gone), which is not there; fix: jailbuild add '/lib/it'\\''s \$(gone)' -o image
/open: warning: anybody can replace what is in it: it is world-writable without the sticky bit; fix: chmod it where it comes from, and add it with --replace"
}

@test "how the image wants to be run is looked at too" {
	jailbuild add -q bash --entrypoint gone --workdir /srv/none --user web -o jail.tar
	run --separate-stderr jailbuild check jail.tar
	assert_status 1
	assert_output_has '/.jail/config: starts gone, which is not there; fix: jailbuild add gone -o jail.tar'
	assert_output_has '/.jail/config: starts in the folder /srv/none'
	assert_output_has '/.jail/config: runs as the user web'
	jailbuild add -q --entrypoint bash --workdir / --user 1000 -o jail.tar
	run --separate-stderr jailbuild check jail.tar
	assert_status 0
	assert_output ''
}

@test "--json says the same, for programs" {
	jailbuild add -q --bare id -o bare.tar
	jailbuild check bare.tar >lines || [ $? -eq 1 ]
	run --separate-stderr jailbuild check --json bare.tar
	assert_status 1
	[ "$(jq -r '.schema' <<<"$output")" = 1 ]
	[ "$(jq -r '.problems[] | .path + (if .severity == "warning" then ": warning: " else ": " end)
		+ .text + "; fix: " + .fix' <<<"$output")" = "$(cat lines)" ]
	[ "$(jq -r '.problems[].problem' <<<"$output" | sort -u)" = accounts ]
	jailbuild add -q id -o good.tar
	run --separate-stderr jailbuild check --json good.tar
	assert_status 0
	[ "$(jq '.problems | length' <<<"$output")" = 0 ]
}

@test "what is no image, or damaged, or used wrongly" {
	run jailbuild check
	assert_status 2
	run jailbuild check a b
	assert_status 2
	run jailbuild check gone.tar
	assert_status 1
	assert_output_has 'jailbuild: error: cannot read gone.tar: No such file or directory'
	jailbuild add -q bash -o jail.tar
	head -c 100000 jail.tar >short.tar
	run --separate-stderr jailbuild check short.tar
	assert_status 1
	assert_output ''
	[[ $stderr == *'cannot read short.tar: '* ]]
	mkdir image
	printf '\177ELF\2\1\1 and no more than this at all' >image/tool
	chmod 755 image/tool
	run --separate-stderr jailbuild check image
	assert_status 1
	assert_output_has '/tool: malformed ELF header'
}

@test "a hostile image can neither flood nor fake lines" {
	mkdir image
	for i in $(seq 1 700); do
		ln -s "gone$i" "image/link$i"
	done
	ln -s $'x\n/bin/bash: all is well' image/$'a\e[1mb'
	run --separate-stderr jailbuild check image
	assert_status 0
	[ "${#lines[@]}" -eq 500 ]
	[[ $stderr == *'201 more problems are not shown'* ]]
	assert_output_has '/a\x1b[1mb: warning: the symlink to x\x0a/bin/bash'
}

@test "a folder that may not be looked into is said, not passed over" {
	need_root
	mkdir -p image/secret image/etc
	chmod 700 image/secret
	printf 'x' >image/etc/shadow
	chmod 600 image/etc/shadow
	run --separate-stderr as_user jailbuild check "$T/image"
	assert_status 0
	assert_output_has '/secret: warning: cannot be read: Permission denied; fix: check the image as the user who owns it, or as root'
	assert_output_has '/etc/shadow: warning: cannot be read'
}
