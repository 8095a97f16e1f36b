#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Languages and tools that take long to install, packed by name or by template, doing a real task.

# shellcheck disable=SC2016 # the shell in the jail expands them

load ../cli/helper
load ../apps/apps-helper

# does EXPECTED COMMAND…: it ends well in $name, and that is in what it says.
does() {
	local expected=$1
	shift
	inside "$name" "$@"
	assert_status 0
	assert_output_has "$expected"
}

each() {
	name=$1
	image "$1" "$2"
	shift 2
	for_each_user does "$@"
}

@test "node has its modules" {
	each node.tar /usr/bin/node '0cc175b9c0f1b6a831c399e269772661' /usr/bin/node -e \
		'console.log(require("crypto").createHash("md5").update("a").digest("hex"))'
}

@test "java has its run-time image" {
	local java
	java=$(realpath /usr/bin/java)
	echo 'class A { public static void main(String[] a) { System.out.println(6 * 7); } }' >A.java
	jailbuild add -q "$java" ./A.java:/A.java -o "$IMAGES/java.tar"
	each java.tar '' Runtime "$java" -version
}

@test "tcl has its library" {
	echo 'puts [clock format 0 -gmt 1]' >t.tcl
	jailbuild add -q /usr/bin/tclsh8.6 ./t.tcl:/t.tcl -o "$IMAGES/tcl.tar"
	each tcl.tar '' 'Jan 01 00:00:00 GMT 1970' /usr/bin/tclsh8.6 /t.tcl
}

@test "ruby has its standard library" {
	each ruby.tar /usr/bin/ruby '{"a":1}' /usr/bin/ruby -e \
		'require "json"; require "set"; require "digest"; puts JSON.generate("a" => 1)'
}

@test "php has its extensions and the time zones" {
	each php.tar /usr/bin/php '1970 [1]' /usr/bin/php -r \
		'date_default_timezone_set("Europe/Paris"); echo date("Y", 0), " ", json_encode([1]);'
}

@test "lua runs" {
	each lua.tar /usr/bin/lua5.4 42 /usr/bin/lua5.4 -e 'print(6*7)'
}

@test "gdb has its modules" {
	each gdb.tar /usr/bin/gdb 'is 2' /usr/bin/gdb -batch -ex 'python print("is", 1+1)'
}

@test "cmake has its modules" {
	echo 'include(CMakePackageConfigHelpers)
message(hello)' >x.cmake
	jailbuild add -q /usr/bin/cmake ./x.cmake:/x.cmake -o "$IMAGES/cmake.tar"
	each cmake.tar '' hello /usr/bin/cmake -P /x.cmake
}

@test "ImageMagick has its coders" {
	each magick.tar /usr/bin/convert-im6.q16 '3x2' /usr/bin/convert-im6.q16 -size 3x2 xc:red -write png:/tmp/x.png \
		-format '%wx%h' info:-
}

@test "gcc compiles, links and its program runs" {
	image gcc.tar -t gcc-c -t shell
	each gcc.tar '' 42 bash -c 'cd /tmp && printf "#include <stdio.h>\nint main(void){printf(\"%%d\\\\n\",6*7);}" >a.c &&
		gcc -o a a.c && ./a'
}
