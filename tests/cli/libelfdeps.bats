# SPDX-License-Identifier: MIT
#
# libelfdeps as other programs use it: what the library shows and asks for, what its resolvers
# promise, and what `make install` puts where. The programs here see only the installed header.

# shellcheck disable=SC2154 # bats sets stderr and stderr_lines
load helper

top=$BATS_TEST_DIRNAME/../..

# is_sanitized: whether the library was built for AddressSanitizer, which brings its own symbols.
is_sanitized() {
	nm -D "$BUILD/libelfdeps.so" | grep -q __asan_
}

# compile OUT FLAG…: a program of the test, by C as its users may have it.
compile() {
	local out=$1

	shift
	! is_sanitized || set -- "$@" -fsanitize=address,undefined
	cc -std=gnu11 -Wall -Wextra -Werror -o "$out" "$@"
}

# closures ARG…: runs libelfdeps/closures.c.
closures() {
	local source=$BATS_TEST_DIRNAME/libelfdeps

	[ -e closures ] || compile closures "-I$BUILD/include" "$source/closures.c" "$source/archive.c" \
		"-L$BUILD" -lelfdeps -larchive -pthread "-Wl,-rpath,$BUILD"
	./closures "$@"
}

# programs: many programs and scripts of this machine.
programs() {
	find /usr/bin /usr/sbin -maxdepth 1 -type f -perm -005 -size -4M | LC_ALL=C sort | head -n 400
}

@test "the shared library shows its functions, all of one version, and nothing else" {
	nm -D --defined-only "$BUILD/libelfdeps.so" | awk '$2 == "T" { print $3 }' | sort >shown
	diff - shown <<-END
		elfdeps_cache_write@@LIBELFDEPS_0.1
		elfdeps_check@@LIBELFDEPS_0.1
		elfdeps_check_cache@@LIBELFDEPS_0.1
		elfdeps_classify@@LIBELFDEPS_0.1
		elfdeps_free@@LIBELFDEPS_0.1
		elfdeps_imports@@LIBELFDEPS_0.1
		elfdeps_is_default_path@@LIBELFDEPS_0.1
		elfdeps_new@@LIBELFDEPS_0.1
		elfdeps_prefetch@@LIBELFDEPS_0.1
		elfdeps_problem_name@@LIBELFDEPS_0.1
		elfdeps_release@@LIBELFDEPS_0.1
		elfdeps_resolve@@LIBELFDEPS_0.1
		elfdeps_rule_name@@LIBELFDEPS_0.1
		elfdeps_strength_name@@LIBELFDEPS_0.1
		elfdeps_verdict_name@@LIBELFDEPS_0.1
	END
	[ "$(nm -D --defined-only "$BUILD/libelfdeps.so" | grep -cv ' T ')" -eq 1 ] || is_sanitized
	readelf -d "$BUILD/libelfdeps.so" | grep -F '[libelfdeps.so.0]'
}

@test "the archive keeps the names of its parts to itself" {
	nm --defined-only -g "$BUILD/libelfdeps.a" | awk 'NF == 3 { print $3 }' | sort >kept
	nm -D --defined-only "$BUILD/libelfdeps.so" | awk '$2 == "T" { sub(/@.*/, "", $3); print $3 }' |
		sort | diff - kept
}

@test "the library neither prints nor ends the process" {
	nm -D --undefined-only "$BUILD/libelfdeps.so" | awk '{ sub(/@.*/, "", $2); print $2 }' >asked
	grep -qx pread asked || grep -qx __pread_chk asked || grep -q asan asked
	run ! grep -xE '_*(v?f?printf|v?dprintf|perror|puts|putc|putchar|fput[cs]|fwrite|write|syslog|err|warn|errx)(_chk)?' \
		asked
	run ! grep -xE '_*(exit|_exit|Exit|quick_exit|abort|assert_fail|raise|kill|std(err|out|in)|signal|sigaction)' asked
	run ! grep -xE 'strtok|setlocale|setenv|putenv|chdir|umask|strerror|readdir64_r|rand' asked
	[ "$(readelf -d "$BUILD/libelfdeps.so" | sed -n 's/.*(NEEDED).*\[\(lib[a-z]*\)\..*/\1/p' |
		grep -vE '^lib(asan|ubsan)$' | sort | paste -sd ' ')" = "libc libelf libjansson" ]
}

@test "the library has no variables of its own" {
	local data

	! is_sanitized || return 0
	data=$(readelf -SW "$BUILD/libelfdeps.so" |
		sed -nE 's/^ *\[ *([0-9]+)\] \.(data|bss|tdata|tbss) .*/\1/p' | paste -sd '|')
	# What gcc and its library put into every shared object, and the bits of __builtin_cpu_supports.
	readelf -sW "$BUILD/libelfdeps.so" | awk -v data="^($data)\$" '$7 ~ data && $3 > 0 { print $8 }' |
		grep -vxE 'completed\.[0-9]+|__cpu_model|__cpu_features2?' >variables || true
	diff /dev/null variables
}

@test "the header stands alone in C and in C++" {
	local standard

	echo '#include <elfdeps.h>' >alone.c
	for standard in c99 c11 gnu17; do
		gcc -std=$standard -Wall -Wextra -Wpedantic -Werror -fsyntax-only "-I$BUILD/include" alone.c
	done
	g++ -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c++ "-I$BUILD/include" alone.c
	# Every name in it says whose it is.
	gcc -E -dM "-I$BUILD/include" alone.c | grep -o '#define [A-Za-z_]*' | sort -u >with
	printf '#include <std%s.h>\n' bool def int | gcc -E -dM -x c - | grep -o '#define [A-Za-z_]*' |
		sort -u | comm -13 - with | grep -viE '#define (lib)?elfdeps_' >foreign || true
	diff /dev/null foreign
	run ! grep -E '^(struct|enum|union) [^e][a-z_]* \{' "$BUILD/include/elfdeps.h"
}

@test "a resolver reads each library once, however many programs need it" {
	local files

	mapfile -t files < <(programs)
	closures threads 1 "${files[@]}" >expected
	[ "$(grep -c ': kind 1, ' expected)" -gt 100 ]
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=open,openat,openat2,pread64 \
		./closures threads 1 "${files[@]}" | diff expected -
	awk -F'"' '/^[0-9]+ +open.*\/lib.*\.so/ && / = [0-9]+$/ { print $2 }' trace | sort >opened
	[ "$(sort -u opened | wc -l)" -gt 20 ]
	# What this program itself was loaded from is opened by its loader too, and the loader's own file
	# once more for its folders.
	ldd closures | grep -o '/[^ ]*' >own
	uniq -d opened | grep -vxFf own | diff /dev/null -
	uniq -c opened | awk '$1 > 2' | diff /dev/null -
}

@test "two threads with a resolver each say the same as one" {
	local files

	mapfile -t files < <(programs)
	closures threads 1 "${files[@]}" >one
	[ "$(grep -c '^/[^ ]*: kind [12], ' one)" -gt 200 ]
	for _ in 1 2 3; do
		closures threads 2 "${files[@]}" | diff one -
	done
}

@test "a tree inside a tar gives the answers of the unpacked tree, and nothing on disk is opened" {
	local bash

	bash=$(command -v bash)
	jailbuild add "$bash" /usr/bin/env -o bash.tar
	mkdir root
	tar -xf bash.tar -C root
	ln -s "$bash" root/link
	ln -s loop root/loop
	echo '#!/link' >root/script
	printf '#!/usr/bin/env bash\n' >root/enved
	mkdir root/folder
	ln "root/$(realpath "$bash")" root/other
	# As it is in the archive: folders first, hard links as such.
	tar -C root -cf again.tar .
	set -- "$bash" /link /script /enved /loop /folder /other /none "${bash#/}" ../link/../link /etc/passwd
	closures root root "$@" >expected
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=%file ./closures tar again.tar "$@" | diff expected -
	sed '1,/"\/begin"/d; /"\/end"/,$d; /, "", .*AT_EMPTY_PATH/d' trace | diff /dev/null -
	grep -q '"/end"' trace
	# Only so much does it prove: libraries were found, by the image's own cache, and scripts followed.
	grep -q 'ld.so.cache' expected
	grep -q '^/script: kind 2, 0 missing' expected
	elfdeps -l --root root "$bash" >list
	awk -v want="$bash:" '$1 == want { on = 1; next } /: kind/ { on = 0 } on && /^\// { print $1 }' \
		expected | diff list -
}

# install_tree [VARIABLE=VALUE…]: what `make install DESTDIR=` gives, in ./tree.
install_tree() {
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$top" "FLAVOUR=${BUILD##*/}" "DESTDIR=$PWD/tree" \
		"${@:2}" "$1"
}

# configured FLAG…: pkg-config, as for the tree.
configured() {
	PKG_CONFIG_SYSROOT_DIR=$PWD/tree PKG_CONFIG_PATH=$PWD/tree/usr/lib/pkgconfig pkg-config "$@" elfdeps
}

# example NAME: the program in the man page.
example() {
	awk '/^# / { on = /^# EXAMPLE/ } on && /^```/ { code = !code; next } on && code' \
		"$top/elfdeps/elfdeps.3.scd" | sed 's/\\\\/\\/g' >"$1"
	grep -q elfdeps_resolve "$1"
}

@test "the example of the man page does what elfdeps -l does, linked both ways" {
	need_root
	install_tree install PREFIX=/usr
	example example.c
	# shellcheck disable=SC2046 # several words
	compile example example.c $(configured --cflags --libs)
	elfdeps -l /usr/bin/env >expected
	LD_LIBRARY_PATH=$PWD/tree/usr/lib ./example /usr/bin/env | diff expected -
	readelf -d example | grep -F '[libelfdeps.so.0]'
	rm tree/usr/lib/libelfdeps.so*
	# shellcheck disable=SC2046
	compile static example.c $(configured --static --cflags --libs)
	./static /usr/bin/env | diff expected -
	run ! grep -F libelfdeps.so <(readelf -d static)
	run -1 ./static /nowhere
	[[ $output == "/nowhere: "* ]]
}

@test "the man page has every function" {
	local name

	[ -e "$top/elfdeps/elfdeps.3.scd" ] || need_root
	for name in $(nm -D --defined-only "$BUILD/libelfdeps.so" | sed -n 's/.* T \(.*\)@@.*/\1/p'); do
		grep -qF "*$name*(" "$top/elfdeps/elfdeps.3.scd" || fail "$name is not described"
		sed -n '/^# NAME/,/^# SYN/p' "$top/elfdeps/elfdeps.3.scd" | grep -qw "$name"
		sed -n '/^# SYN/,/^# DES/p' "$top/elfdeps/elfdeps.3.scd" | grep -qF "$name("
	done
}

@test "install puts the library where it is told, and uninstall leaves nothing of it" {
	local kinds

	need_root
	install_tree install PREFIX=/opt/j LIBDIR=/opt/j/lib/x86_64 INCLUDEDIR=/opt/j/include/elf
	(cd tree/opt/j && find . -name '*elfdeps*' ! -path '*bin*' ! -path '*bash*' | sort) >installed
	diff - installed <<-END
		./include/elf/elfdeps.h
		./lib/x86_64/libelfdeps.a
		./lib/x86_64/libelfdeps.so
		./lib/x86_64/libelfdeps.so.0
		./lib/x86_64/libelfdeps.so.0.1.0
		./lib/x86_64/pkgconfig/elfdeps.pc
		./share/man/man1/elfdeps.1
		./share/man/man3/elfdeps.3
	END
	kinds=$(readlink tree/opt/j/lib/x86_64/libelfdeps.so tree/opt/j/lib/x86_64/libelfdeps.so.0)
	[ "$kinds" = "$(printf '%s\n' libelfdeps.so.0 libelfdeps.so.0.1.0)" ]
	PKG_CONFIG_PATH=tree/opt/j/lib/x86_64/pkgconfig pkg-config --cflags --libs elfdeps |
		grep -F -e '-I/opt/j/include/elf' | grep -F -e '-L/opt/j/lib/x86_64'
	install_tree uninstall PREFIX=/opt/j LIBDIR=/opt/j/lib/x86_64 INCLUDEDIR=/opt/j/include/elf
	[ -z "$(find tree ! -type d)" ]
}
