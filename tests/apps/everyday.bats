#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Programs of every Debian, each packed by its name alone and given a task that its bare ELF closure
# fails at: what the rules bring is enough, as root and as an ordinary user.

# shellcheck disable=SC2016 # the programs in the jail expand them

load ../cli/helper
load apps-helper

# does EXPECTED COMMAND…: it ends well in $name, and that is in what it says.
does() {
	local expected=$1
	shift
	inside "$name" "$@"
	assert_status 0
	assert_output_has "$expected"
}

# each NAME PATH EXPECTED COMMAND…: packs PATH and runs COMMAND as each user.
each() {
	name=$1
	image "$1" "$2"
	shift 2
	for_each_user does "$@"
}

@test "python3 has its standard library, TLS and sqlite" {
	each python.tar /usr/bin/python3 '42 True 2' /usr/bin/python3 -c '
import json, ssl, sqlite3, hashlib, subprocess, zlib, lzma, bz2, ctypes, decimal
db = sqlite3.connect(":memory:")
context = ssl.create_default_context()
print(json.loads("42"), len(context.get_ca_certs()) > 20, db.execute("select 1+1").fetchone()[0])'
}

@test "perl has POSIX and its own modules" {
	each perl.tar /usr/bin/perl '3 a,b' /usr/bin/perl -MPOSIX -MList::Util=sum -we \
		'use strict; open my $f, "<", "/dev/null" or die; print floor(3.7), " ", join(",", sort qw(b a))'
}

@test "git makes a repository, commits, and clones it" {
	each git.tar /usr/bin/git ' one' /usr/bin/git -c alias.x='!set -e
		git init -q /tmp/a && cd /tmp/a && echo 1 >f && git add f
		git -c user.name=n -c user.email=e@x commit -qm one
		git clone -q /tmp/a /tmp/b && git -C /tmp/b log --oneline && :' x
}

@test "file knows a kind of file" {
	each file.tar /usr/bin/file 'ELF 64-bit' /usr/bin/file -L /usr/bin/file
}

@test "id knows names" {
	each id.tar /usr/bin/id 'uid=0(root) gid=0(root)' /usr/bin/id
}

getent_knows() {
	does '/root:/bin/sh' getent passwd root
	does '443/tcp' getent services https
	does localhost getent hosts localhost
}

@test "getent knows accounts, services and hosts" {
	name=getent.tar
	image "$name" /usr/bin/getent
	for_each_user getent_knows
}

@test "iconv knows more than the character sets that glibc has inside" {
	echo 'text' >text
	jailbuild add -q /usr/bin/iconv ./text:/text -o "$IMAGES/iconv.tar"
	each iconv.tar /usr/bin/iconv text /usr/bin/iconv -f KOI8-R -t ISO-8859-5 /text
}

@test "openssl has its configuration and the legacy provider" {
	each openssl.tar /usr/bin/openssl legacy /usr/bin/openssl list -providers -provider legacy
}

teardown() {
	[ -z "${server:-}" ] || kill "$server"
	end_test
}

# 60: the server's certificate is of no authority in the bundle; 77: there is no bundle.
curl_answers() {
	run as_each timeout 20 jailrun --share net "$IMAGES/$1" curl -s "https://127.0.0.1:$port/"
	assert_status "$2"
}

curl_verifies() {
	curl_answers curl.tar 60
	curl_answers bare.tar 77
}

@test "curl has the bundle to verify certificates against, and not without the rules" {
	image curl.tar /usr/bin/curl
	image bare.tar --no-rules /usr/bin/curl
	openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 2 -subj /CN=127.0.0.1 2>log
	port=$((20000 + RANDOM % 20000))
	openssl s_server -accept "127.0.0.1:$port" -key key -cert cert -www >log 2>&1 3>&- &
	server=$!
	until grep -q ACCEPT log; do kill -0 "$server" && sleep 0.1; done
	for_each_user curl_verifies
}

@test "ssh reads its configuration" {
	each ssh.tar /usr/bin/ssh 'hostname example.org' /usr/bin/ssh -G example.org
}

@test "tmux starts a session" {
	each tmux.tar /usr/bin/tmux 'main: 1 windows' /usr/bin/tmux -f /dev/null new-session -d -s main \
		'exec /usr/bin/tmux wait-for x' \; list-sessions
}

@test "vim edits a file" {
	image vim.tar /usr/bin/vim
	each vim.tar /usr/bin/vim changed /usr/bin/vim -es -N -u NONE \
		-c 'call setline(1, "changed")' -c '%print' -c 'q!'
}

@test "a shell has its usual tools" {
	image shell.tar -t shell
	each shell.tar '' '42 hello /usr/bin' bash -c 'cd /tmp && tar cf - -C /usr bin | gzip -c | tar tzf - >list &&
		[ -s list ] && echo $((6 * 7)) $(printf "hello\n" | sed s/x/y/) $(find /usr -maxdepth 1 -name bin)'
}

@test "a static busybox stands under its names" {
	image busybox.tar -t busybox
	each busybox.tar '' 'a b' sh -c 'echo b >/tmp/x; echo a >>/tmp/x; sort /tmp/x | xargs echo'
}
