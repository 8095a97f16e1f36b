#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Languages and servers that take long to install, packed by name or by template, doing a real task: a
# server starts in its jail, answers a client over a socket, and stops.

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

# serves COMMAND…: `-t TEMPLATE` with a shell and a client in it, COMMAND starts, asks and stops.
serves() {
	name=$1
	shift
	for_each_user does "$@"
}

@test "nginx answers" {
	image nginx.tar -t nginx -t shell -t curl
	serves nginx.tar 'It works' bash -c 'nginx -g "daemon off;" & for i in {1..50}; do
		curl -s http://127.0.0.1:8080/ && break; sleep 0.1; done; kill %1; wait %1'
}

@test "redis answers" {
	image redis.tar -t redis -t shell
	serves redis.tar 'PONG' bash -c 'redis-server --bind 127.0.0.1 --dir /tmp >/dev/null & for i in {1..50}; do
		redis-cli ping 2>/dev/null && break; sleep 0.1; done; redis-cli shutdown nosave; wait'
}

@test "memcached answers" {
	image memcached.tar -t memcached -t shell
	serves memcached.tar 'VERSION' bash -c 'memcached -u root -m 16 -l 127.0.0.1 & for i in {1..50}; do
		{ exec 3<>/dev/tcp/127.0.0.1/11211; } 2>/dev/null && break; sleep 0.1; done
		echo version >&3; read -r line <&3; echo "$line"; kill %1; wait %1 || true'
}

@test "haproxy answers" {
	image haproxy.tar -t haproxy -t shell -t curl
	serves haproxy.tar '503' bash -c 'printf "defaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 5s\nfrontend f\n bind 127.0.0.1:8080\n" >/tmp/c
		haproxy -db -f /tmp/c & for i in {1..50}; do
		curl -s http://127.0.0.1:8080/ && break; sleep 0.1; done; kill %1; wait %1 || true'
}

@test "dnsmasq answers" {
	image dnsmasq.tar -t dnsmasq -t shell /usr/bin/python3
	serves dnsmasq.tar '10.1.2.3' bash -c 'dnsmasq --no-daemon --no-resolv --no-hosts \
		--address=/example.test/10.1.2.3 --port=5353 --listen-address=127.0.0.1 --pid-file= & sleep 0.5
		python3 -c "
import socket, struct
q = struct.pack(\">6H\", 7, 0x100, 1, 0, 0, 0) + b\"\\x07example\\x04test\\x00\\x00\\x01\\x00\\x01\"
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(5)
s.sendto(q, (\"127.0.0.1\", 5353)); print(socket.inet_ntoa(s.recv(512)[-4:]))"; kill %1; wait %1 || true'
}

@test "sshd answers, and its sftp lists a folder" {
	image sshd.tar -t sshd -t ssh -t shell
	# Its privilege separation takes a second id.
	# shellcheck disable=SC2034 # as_each reads it
	WHO=root name=sshd.tar
	does 'usr' bash -c 'ssh-keygen -q -t ed25519 -N "" -f /tmp/host && ssh-keygen -q -t ed25519 -N "" -f /tmp/key
		mkdir -p /run/sshd && mkdir -m 0700 -p /root/.ssh && cp /tmp/key.pub /root/.ssh/authorized_keys
		/usr/sbin/sshd -D -h /tmp/host -p 2222 -o StrictModes=no -o HostKey=/tmp/host & sleep 0.7
		echo "ls /" | sftp -q -i /tmp/key -P 2222 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@127.0.0.1
		kill %1; wait %1 || true'
}

# Whoever has one id only is root in the jail, and postgres will not be root's: it runs as `postgres`.
initialises() {
	run as_each timeout 120 jailrun -u postgres "$IMAGES/postgres.tar" bash -c 'd=/var/lib/postgresql/d
		/usr/lib/postgresql/*/bin/initdb -D $d >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }
		/usr/lib/postgresql/*/bin/postgres -D $d -k /tmp -c listen_addresses= >/tmp/log 2>&1 & for i in {1..100}; do
		/usr/lib/postgresql/*/bin/psql -h /tmp -d postgres -Atc "select 6*7" 2>/dev/null && break; sleep 0.1; done
		kill -INT %1; wait %1 || true'
	assert_status 0
	assert_output_has 42
}

@test "postgres makes a cluster and answers" {
	image postgres.tar -t postgres -t shell
	for_each_user initialises
}
