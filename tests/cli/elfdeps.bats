# SPDX-License-Identifier: MIT
#
# elfdeps as a user types it: forms of output, options, exit statuses, hostile names.

# shellcheck disable=SC2154 # bats sets stderr and stderr_lines
load helper

# program NAME FLAG…: a program without libc; FLAG… go to gcc.
program() {
	local name=$1

	shift
	echo 'void _start(void) { for (;;); }' >start.c
	gcc -nostdlib -o "$name" start.c -Wl,--no-as-needed "$@"
}

# library FILE FLAG…: a shared library of that SONAME.
library() {
	local file=$1

	shift
	gcc -shared -nostdlib "-Wl,-soname,${file##*/}" -o "$file" -x c /dev/null -x none \
		-Wl,--no-as-needed "$@"
}

@test "--help and --version answer on stdout with 0" {
	run -0 --separate-stderr elfdeps --help
	[[ ${lines[0]} == "usage: elfdeps "* ]]
	[ -z "$stderr" ]
	run -0 elfdeps --version
	[[ $output == "elfdeps (jailbuild) "* ]]
}

@test "wrong usage is 2, on stderr, with a hint" {
	local words

	for words in "" "--nonsense x" "-l --json x" "--ldd --dot x" "--check -l x" "--check --dot x" "--root" "--hwcaps x99 /bin/sh"; do
		# shellcheck disable=SC2086 # several words
		run -2 --separate-stderr elfdeps $words
		[ -z "$output" ]
		[[ ${stderr_lines[0]} == "elfdeps: error: "* ]]
		[[ ${stderr_lines[1]} == "elfdeps: hint: "* ]]
	done
}

@test "a list begins with the file as it was named and has the interpreter once" {
	run -0 elfdeps -l /usr/bin/env
	[ "${lines[0]}" = /usr/bin/env ]
	[ "$(grep -c /ld-linux <<<"$output")" -eq 1 ]
	cp /usr/bin/env .
	run -0 elfdeps --list ./env
	[ "${lines[0]}" = ./env ]
}

@test "a list of several files has each path once" {
	run -0 elfdeps -l /usr/bin/env /usr/bin/id /usr/bin/env
	[ -z "$(sort <<<"$output" | uniq -d)" ]
	[[ $'\n'$output$'\n' == *$'\n'/usr/bin/id$'\n'* ]]
}

@test "--files-from takes more names than fit a command line, from a file or a pipe" {
	find /usr/bin -type f -perm -100 -print0 | xargs -0 grep -laP '\A\x7fELF' |
		head -n 200 >names
	[ "$(wc -l <names)" -gt 64 ]
	xargs -a names elfdeps -l >one || true
	elfdeps -l --files-from names >two || true
	tr '\n' '\0' <names | elfdeps -l --files-from - >three || true
	elfdeps -l "$(head -n 1 names)" --files-from names >four || true
	cmp one two && cmp one three && cmp one four
	run -2 elfdeps -l --files-from none
	[[ $output == *none* ]]
	run -2 elfdeps -l --files-from /dev/null
	[[ $output == *"no FILE given"* ]]
}

@test "a list with links has every symlink and what it leads to" {
	mkdir -p root/usr/bin
	program root/usr/bin/real -static
	ln -s usr/bin root/bin
	ln -s /usr/bin/real root/usr/bin/prog
	run -0 elfdeps --links --root root /bin/prog
	[ "$output" = "$(printf '%s\n' /bin/prog /bin /usr/bin/prog /usr/bin/real)" ]
}

@test "the same closure comes out of every form" {
	local path

	elfdeps -l /usr/bin/env >list
	for form in --json --dot ''; do
		# shellcheck disable=SC2086 # the tree has no option
		run -0 elfdeps $form /usr/bin/env
		while IFS= read -r path; do
			[[ $output == *"$path"* ]]
		done <list
	done
	elfdeps -0 /usr/bin/env | tr '\0' '\n' | cmp - list
}

@test "JSON says its schema and the status of each file" {
	run -3 --separate-stderr elfdeps --json /usr/bin/env /none
	[[ $output == *'"schema": 1'* ]]
	[[ $output == *'"status": "complete"'* ]]
	[[ $output == *'"status": "failed"'* ]]
}

@test "what is missing is 1 and named" {
	library liba.so
	program prog liba.so
	rm liba.so
	run -1 --separate-stderr elfdeps ./prog
	[[ $output == *"liba.so => not found"* ]]
	run -1 --separate-stderr elfdeps -l ./prog
	[ "$stderr" = "elfdeps: error: ./prog: needs liba.so, which is not found" ]
	run -1 elfdeps --ldd ./prog
	[[ $output == *$'\tliba.so => not found'* ]]
}

@test "what cannot be resolved is 3 and the worst file decides" {
	echo text >data
	printf '\x7fELF' >short
	mkdir folder
	for file in data short folder none; do
		run -3 --separate-stderr elfdeps "$file"
		[ -z "$output" ]
		[[ $stderr == "elfdeps: error: $file: "* ]]
	done
	library liba.so
	program prog liba.so
	rm liba.so
	run -1 elfdeps -l /usr/bin/env ./prog
	run -3 elfdeps -l data ./prog /usr/bin/env
	[[ $output == *$'\n'/usr/bin/env* ]]
}

@test "a text file in the way is 1, named, and nothing behind it is listed" {
	mkdir first second
	library second/liba.so
	program prog second/liba.so "-Wl,-rpath,$T/first:$T/second"
	seq 100 >first/liba.so
	run -1 --separate-stderr elfdeps ./prog
	[ -z "$output" ]
	[[ ${stderr_lines[0]} == "elfdeps: error: $T/first/liba.so: "* ]]
	[[ ${stderr_lines[1]} == "elfdeps: hint: ./prog needs liba.so"* ]]
}

@test "the caller's variables count only with --env" {
	mkdir other
	library liba.so
	library other/libp.so
	program prog liba.so
	mv liba.so other
	run -1 env LD_LIBRARY_PATH="$T/other" LD_PRELOAD="$T/other/libp.so" elfdeps -l ./prog
	[[ $output != *libp.so* ]]
	run -1 elfdeps --library-path "$T/none" ./prog
	run -0 env LD_LIBRARY_PATH="$T/other" elfdeps --env ./prog
	[[ $output == *"liba.so => $T/other/liba.so [library path: $T/other]"* ]]
	run -0 env LD_LIBRARY_PATH="$T/none" elfdeps --env --library-path "$T/other" ./prog
	# A build with AddressSanitizer does not like to be preloaded for.
	run -0 env ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD="$T/other/libp.so" elfdeps --env --library-path "$T/other" ./prog
	[[ $output == *"$T/other/libp.so [preload]"* ]]
	run -0 elfdeps --library-path "$T/other" --preload libp.so -l ./prog
	[ "${lines[1]}" = "$T/other/libp.so" ]
}

@test "--env takes LD_PRELOAD first and then --preload" {
	library liba.so
	library libp.so
	library libq.so
	program prog ./liba.so
	run -0 env ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD="$T/libp.so" elfdeps --env --preload "$T/libq.so" --library-path "$T" -l ./prog
	[ "${lines[1]} ${lines[2]}" = "$T/libp.so $T/libq.so" ]
}

@test "--why tells every place looked at, and what is missing or not needed is 1" {
	mkdir first second
	library second/liba.so
	program prog second/liba.so "-Wl,-rpath,$T/first:$T/second"
	run -0 --separate-stderr elfdeps --why liba.so ./prog
	[ "${lines[0]}" = "liba.so, needed by ./prog:" ]
	[ "${lines[2]}" = "    [runpath] $T/first/liba.so: not there" ]
	[ "${lines[3]}" = "    [runpath] $T/second/liba.so: found" ]
	run -0 elfdeps --json --why liba.so ./prog
	[[ $output == *'"why": ['*"\"found\": \"$T/second/liba.so\""* ]]
	run -1 --separate-stderr elfdeps --why libnone.so ./prog
	[ -z "$output" ]
	[ "$stderr" = "elfdeps: error: ./prog: nobody needs libnone.so" ]
	seq 100 >first/liba.so
	run -1 --separate-stderr elfdeps --why liba.so ./prog
	[ "${lines[2]}" = "    [runpath] $T/first/liba.so: ends the program: not an ELF file" ]
	[[ $stderr == "elfdeps: error: $T/first/liba.so: "* ]]
	rm -r first second
	run -1 elfdeps --why liba.so ./prog
	[ "${lines[-1]}" = "    not found" ]
	run -2 elfdeps -l --why liba.so ./prog
}

@test "a path that depends on the current folder is marked" {
	mkdir here
	library here/liba.so
	program prog here/liba.so -Wl,-rpath,:here
	run -0 elfdeps ./prog
	[[ $output == *"liba.so => here/liba.so [runpath: here; depends on the current folder]"* ]]
	run -0 elfdeps --json ./prog
	[[ $output == *'"relative": true'* ]]
	cd /
	run -1 elfdeps "$T/prog"
	[[ $output == *"liba.so => not found"* ]]
	run -1 elfdeps --root "$T" /prog
	[[ $output == *"liba.so => not found [depends on the current folder, and --root has none]"* ]]
}

@test "a script with CR LF is told how to be mended" {
	printf '#!/bin/sh\r\nexit\r\n' >script
	for form in "" -l --ldd --json --dot; do
		# shellcheck disable=SC2086 # no word if empty
		run -1 --separate-stderr elfdeps $form ./script
		[[ ${stderr_lines[0]} == *'./script: needs /bin/sh\x0d, which is not found: the #! line ends in CR LF' ]]
		[ "${stderr_lines[1]}" = "elfdeps: hint: sed -i 's/\r\$//' ./script" ]
	done
	sed -i 's/\r$//' ./script
	run -0 elfdeps ./script
}

@test "what ldconfig would find is said, and not taken" {
	mkdir -p root/etc root/opt
	program root/prog -Wl,-dynamic-linker,/ld.so
	library root/opt/liba.so
	program root/prog root/opt/liba.so
	echo /opt >root/etc/ld.so.conf
	run -1 elfdeps --root root /prog
	[[ $output == *"liba.so => not found [ldconfig would find /opt/liba.so (/etc/ld.so.conf)]"* ]]
}

@test "--secure takes no library path" {
	library liba.so
	program prog ./liba.so
	run -0 elfdeps --library-path "$T" ./prog
	run -1 elfdeps --library-path "$T" --secure ./prog
	chmod u+s prog
	run -1 elfdeps --library-path "$T" ./prog
}

@test "control bytes are escaped everywhere but in the raw list" {
	local name=$'a\e[31m\n\\b'

	program "$name" -static
	run -0 elfdeps "./$name"
	[ "$output" = './a\x1b[31m\x0a\x5cb' ]
	run -0 elfdeps -l "./$name"
	[ "$output" = './a\x1b[31m\x0a\x5cb' ]
	elfdeps -0 "./$name" >raw
	printf './%s\0' "$name" | cmp - raw
	run -3 elfdeps "./$name-none"
	[[ $output != *$'\e'* ]]
	# Names out of a file: needed, its path, and the loader's.
	library liba.so "-Wl,-soname,lib"$'\e'".so"
	program prog liba.so -Wl,-dynamic-linker,$'/none\e'
	for form in -l --ldd --dot --json ''; do
		# shellcheck disable=SC2086 # the tree has no option
		run -1 elfdeps $form ./prog
		[[ $output != *$'\e'* ]]
	done
}

@test "nothing of what is read is run" {
	printf '#!/bin/sh\ntouch %s/was-run\n' "$T" >loader
	chmod +x loader
	library liba.so
	program prog liba.so "-Wl,-dynamic-linker,$T/loader" "-Wl,-rpath,$T"
	run -1 elfdeps ./prog
	[[ $output == *"$T/loader"* ]]
	cp /lib64/ld-linux-x86-64.so.2 loader
	run -0 elfdeps ./prog
	[ ! -e was-run ]
}

@test "no path leads out of --root" {
	mkdir -p root/bin root/lib64 outside
	library outside/liba.so
	ln -s "$T/outside" root/absolute
	ln -s ../../../../../../../../../"$T/outside" root/relative
	cp /lib64/ld-linux-x86-64.so.2 root/lib64
	program root/bin/prog outside/liba.so \
		'-Wl,-rpath,/absolute:/relative:/../outside:/bin/../../outside'
	run -1 elfdeps --root root /bin/prog
	[[ $output == *"liba.so => not found"* ]]
	mkdir -p "root$T"
	cp -R outside "root$T"
	run -0 elfdeps --root root /bin/prog
	[[ $output == *"liba.so => /absolute/liba.so"* ]]
}

@test "a library that is needed by its own needs has a tree with an end" {
	library libb.so
	library liba.so libb.so -Wl,-rpath,"$T"
	library libb.so liba.so -Wl,-rpath,"$T"
	run -0 timeout 10 elfdeps ./liba.so
	[ "${#lines[@]}" -eq 3 ]
}

@test "a full disk is an error" {
	run -1 --separate-stderr bash -c 'elfdeps -l /usr/bin/env >/dev/full'
	[[ $stderr == "elfdeps: error: cannot write"* ]]
}

# noted FILE JSON: an assembler file with a dlopen note.
noted() {
	cat >"$1" <<EOF
	.section .note.dlopen, "a"
	.align 4
	.long 4, 2f - 1f, 0x407c0c0a
	.asciz "FDO"
1:	.asciz "${2//\"/\\\"}"
2:	.align 4
EOF
}

# optional: a program that recommends libr.so, suggests libs.so and libnone.so, and has the word libw.so.
optional() {
	mkdir -p lib
	for name in r s w needed; do library "lib/lib$name.so"; done
	noted note.s '[{"soname":["libr.so"],"feature":"r"},{"soname":["libs.so"],"priority":"suggested"},{"soname":["libnone.so"],"priority":"suggested"}]'
	echo 'const char *const word = "libw.so";' >word.c
	program prog note.s word.c -no-pie "-Wl,-rpath,$T/lib" lib/libneeded.so
}

@test "the tree, JSON and dot show what is opened at run time, with strength and reason" {
	optional
	run -0 elfdeps ./prog
	[[ $output == *"libr.so => $T/lib/libr.so [runpath: $T/lib] (recommended: dlopen note: r)"* ]]
	[[ $output == *"libnone.so => not found (suggested: dlopen note)"* ]]
	[[ $output != *libw.so* ]]
	elfdeps --json ./prog >json
	jq -e '.files[0] | .status == "complete" and (.extras | map(.strength) == ["recommended", "suggested"])
		and (.objects[0].edges | any(.name == "libr.so" and .reason == "dlopen note: r"))
		and all(.objects[].edges[]; .reason or .strength == "required")' json
	run -0 --separate-stderr elfdeps --dot ./prog
	[[ $output == *'/libr.so" [label="runpath, recommended"'* ]]
	[ -z "$stderr" ]
}

@test "lists have what is opened at run time only when asked, down to the strength" {
	local form level count

	optional
	for form in -l --ldd --links -0; do
		elfdeps "$form" ./prog >plain
		elfdeps --optional none "$form" ./prog | cmp - plain
		! grep -a 'lib[rsw].so' plain || false
		count=0
		for level in required recommended suggested "suggested --strings"; do
			# shellcheck disable=SC2086 # two words
			run -0 --separate-stderr elfdeps --optional $level "$form" ./prog
			[ "$(tr '\0' '\n' <<<"$output" | grep -ao 'lib/lib[rsw].so' | sort -u | wc -l)" -eq "$count" ]
			[ -z "${stderr//*NUL*/}" ]
			count=$((count + 1))
		done
	done
	run -2 elfdeps --optional much ./prog
}

@test "what is opened at run time defines no symbol for --check" {
	mkdir -p lib
	echo 'int thing(void) { return 1; }' >thing.c
	gcc -shared -nostdlib -Wl,-soname,libthing.so -o lib/libthing.so thing.c
	noted note.s '[{"soname":["libthing.so"],"priority":"recommended"}]'
	echo 'int thing(void); void _start(void) { thing(); for (;;); }' >start.c
	# Linked with a library that had it, and has it no more.
	gcc -shared -nostdlib -Wl,-soname,libneeded.so -o lib/libneeded.so thing.c
	gcc -nostdlib -o prog start.c note.s lib/libneeded.so -Wl,-rpath,"$PWD/lib"
	library lib/libneeded.so
	run -1 elfdeps --check ./prog
	[[ $output == *thing* ]]
	run -1 elfdeps --check --optional suggested ./prog
	[[ $output == *thing* ]]
}

@test "what a note requires counts as missing, in every form" {
	local form

	library libneeded.so
	noted note.s '[{"soname":["libnone.so"],"priority":"required"}]'
	program prog note.s "-Wl,-rpath,$T" ./libneeded.so
	for form in --json --dot "-l --optional required" "--ldd --optional required"; do
		# shellcheck disable=SC2086 # two words
		run -1 elfdeps $form ./prog
		[[ $output == *libnone.so* ]]
	done
	run -0 elfdeps -l ./prog
	run -0 elfdeps --optional none ./prog
}

@test "words of a dlopen note are escaped" {
	library libneeded.so
	# shellcheck disable=SC1003 # a backslash for the assembler
	noted note.s '[{"soname":["a\\u001b[31mb"],"feature":"\\u0007\\n"}]'
	program prog note.s "-Wl,-rpath,$T" ./libneeded.so
	for form in "" --dot "--ldd --optional suggested" --json; do
		# shellcheck disable=SC2086 # several words
		run -0 elfdeps $form ./prog
		[[ $output != *$'\e'* && $output != *$'\a'* ]]
	done
	run -0 elfdeps ./prog
	[[ $output == *'a\x1b[31mb => not found (recommended: dlopen note: \x07\x0a)'* ]]
}

@test "a library costs at most eight system calls" {
	local objects calls

	# LeakSanitizer, where it is built in, cannot be traced.
	ASAN_OPTIONS=detect_leaks=0 strace -e 'trace=%file,%desc' -o trace \
		elfdeps -l /usr/bin/gdb >list
	objects=$(wc -l <list)
	# From the first look at the file on: what starts the process itself differs by build.
	calls=$(sed '1,/^openat.*gdb"/d' trace | wc -l)
	[ "$calls" -gt "$objects" ]
	[ "$objects" -gt 20 ]
	[ "$calls" -le $((8 * objects + 20)) ]
}

@test "--check is 0 where all fits and 1 where it does not, and names what" {
	run -0 elfdeps --check /usr/bin/env
	[[ ${lines[-1]} =~ ^/usr/bin/env:\ no\ problem\ in\ [0-9]+\ files$ ]]
	echo 'void gone(void) {}' >lib.c
	gcc -shared -nostdlib -Wl,-soname,liba.so -o liba.so lib.c
	echo 'void gone(void); void _start(void) { gone(); }' >main.c
	gcc -nostdlib -o prog main.c liba.so -Wl,-rpath,"$PWD"
	run -0 elfdeps --check ./prog
	library liba.so
	run -1 elfdeps --check ./prog
	[[ ${lines[0]} == "./prog: undefined symbol gone (when called)" ||
		${lines[0]} == "./prog: undefined symbol gone (at start)" ]]
	[[ ${lines[1]} == "./prog: 1 problem in "* ]]
	run -1 elfdeps --check --json ./prog /usr/bin/env
	[ "$(jq -r '.files[0].problems[0] | "\(.kind) \(.name) \(.object)"' <<<"$output")" = \
		"symbol gone ./prog" ]
	[ "$(jq -c '.files[1].problems' <<<"$output")" = "[]" ]
	[ "$(jq -c '.problems | length' <<<"$output")" = 0 ]
	# Without it nobody looks.
	run -0 elfdeps ./prog
}
