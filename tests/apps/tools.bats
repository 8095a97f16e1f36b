#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Tools for data and for the network, packed by template or by name, with their rules: each does a task with a known
# answer, or talks by its own protocol to the same program outside.

# shellcheck disable=SC2016 # the shell in the jail expands them

load ../cli/helper
load apps-helper

teardown() {
	[ -z "${server:-}" ] || kill "$server"
	end_test
}

# answers NAME EXPECTED COMMAND…: all that COMMAND says in the image.
answers() {
	local expected=$2
	inside "$1" "${@:3}"
	assert_status 0
	assert_output "$expected"
}

@test "sqlite3 keeps a table" {
	image sqlite.tar -t sqlite3
	for_each_user answers sqlite.tar '3|7.0' /usr/bin/sqlite3 /tmp/x.db \
		'create table t(a); insert into t values(1),(2),(4); select count(*), sum(a)*1.0 from t;'
}

@test "jq computes, with the time and with expressions" {
	image jq.tar -t jq
	for_each_user answers jq.tar '["1970-01-01T00:00:00Z","b-a"]' /usr/bin/jq -nc \
		'[(0 | todate), ("a-b" | sub("(?<x>a)-(?<y>b)"; "\(.y)-\(.x)"))]'
}

@test "tar compresses in every usual way" {
	image tar.tar /usr/bin/tar /bin/sh
	for_each_user answers tar.tar 'gzip bzip2 xz zstd' sh -c 'cd /tmp && echo text >f && for how in gzip bzip2 xz zstd; do
		tar -c --$how -f f.$how f && [ "$(tar -xOf f.$how)" = text ] || exit
		all="$all $how"; done; echo $all'
}

# The remote end of a transfer, as ssh would start it, is the jail.
transfers() {
	local jailrun
	jailrun=$(type -P jailrun)
	printf '#!/bin/sh\nshift\nexec %s -v "%s:/srv" %s "$@"\n' "$jailrun" "$T/given" "$IMAGES/rsync.tar" >shell
	chmod +x shell
	as_each timeout 60 /usr/bin/rsync -a --checksum -e "$T/shell" there:/srv/ "$MINE/got/"
	diff -r given "$MINE/got"
}

@test "rsync answers rsync outside" {
	image rsync.tar -t rsync
	mkdir -p given/below
	seq 5000 >given/numbers
	ln -s ../numbers given/below/link
	for_each_user transfers
}

lists() {
	printf 'cd /srv\nget numbers %s/numbers\nls\n' "$MINE" >commands
	run as_each timeout 60 /usr/bin/sftp -q -b "$T/commands" \
		-D "$(type -P jailrun) -v $T/given:/srv $IMAGES/sftp.tar $server_path"
	assert_status 0
	assert_output_has numbers
	cmp given/numbers "$MINE/numbers"
}

@test "sftp-server answers sftp outside" {
	image sftp.tar -t sftp-server
	server_path=/usr/lib/openssh/sftp-server
	mkdir given
	seq 5000 >given/numbers
	for_each_user lists
}

# fetch OPTION…: what $program in its jail says of the server.
fetch() {
	run as_each timeout 30 jailrun --share net "$@" "$IMAGES/$name.tar" "${program[@]}" "https://127.0.0.1:$port/page"
}

# trusts_the_bundle STATUS: the certificate is of nobody in the bundle, until it is the bundle.
trusts_the_bundle() {
	fetch
	assert_status "$1"
	fetch -v "$T/cert:/etc/ssl/certs/ca-certificates.crt:ro"
	assert_status 0
	assert_output 'the page'
}

serves_a_page() {
	/usr/bin/openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 2 -subj /CN=127.0.0.1 \
		-addext subjectAltName=IP:127.0.0.1 2>log
	chmod go+r cert
	echo 'the page' >page
	port=$((20000 + RANDOM % 20000))
	/usr/bin/openssl s_server -accept "127.0.0.1:$port" -key key -cert cert -WWW >log 2>&1 3>&- &
	server=$!
	until grep -q ACCEPT log; do kill -0 "$server" && sleep 0.1; done
}

@test "wget fetches by https, and only from whom the bundle vouches for" {
	name=wget
	program=(wget -q -t 1 -O -)
	image wget.tar -t wget
	tar -xOf "$IMAGES/wget.tar" etc/ssl/certs/ca-certificates.crt | cmp - /etc/ssl/certs/ca-certificates.crt
	serves_a_page
	for_each_user trusts_the_bundle 5
}

@test "curl fetches by https, and only from whom the bundle vouches for" {
	name=curl
	program=(curl -s)
	image curl.tar -t curl
	serves_a_page
	for_each_user trusts_the_bundle 60
}
