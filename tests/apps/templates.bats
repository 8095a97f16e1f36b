#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Templates to ask for with -t whose programs every Debian has or gets by `install-deps --test`: each does a
# task with a known answer. What a template brings of its own is compared with an image that lacks it.

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

fails() {
	inside "$@"
	[ "$status" -ne 0 ]
}

@test "python3 has zones, certificates and its library" {
	image python3.tar -t python3
	for_each_user answers python3.tar 'True CET [1]' /usr/bin/python3 -c '
import datetime, json, ssl, zoneinfo
zone = datetime.datetime.fromtimestamp(0, zoneinfo.ZoneInfo("Europe/Paris")).tzname()
print(len(ssl.create_default_context().get_ca_certs()) > 20, zone, json.dumps([1]))'
}

all_of_perl() {
	answers perl-full.tar '{"a":1} 1970' perl -MJSON::PP -MTime::Piece -e \
		'print encode_json({a => 1}), " ", gmtime(0)->year'
	fails perl.tar perl -MJSON::PP -e 1
}

@test "perl-full has the modules that perl's base lacks" {
	image perl-full.tar -t perl-full
	image perl.tar /usr/bin/perl
	for_each_user all_of_perl
}

@test "openssl vouches for an authority, and has the old algorithms" {
	/usr/bin/openssl x509 -in /etc/ssl/certs/ca-certificates.crt -out authority.pem
	image openssl.tar -t openssl -t shell ./authority.pem:/authority.pem
	for_each_user answers openssl.tar $'/authority.pem: OK\nMD4(stdin)= a448017aaf21d8525fc10ae87aa6729d' \
		sh -c 'openssl verify -no_check_time /authority.pem && printf abc | openssl md4 -provider legacy'
}

@test "tcl has its library" {
	echo 'package require msgcat; package require http; puts [clock format 0 -gmt 1]' >t.tcl
	image tcl.tar -t tcl ./t.tcl:/t.tcl
	for_each_user answers tcl.tar 'Thu Jan 01 00:00:00 GMT 1970' tclsh /t.tcl
}

known_by_locale() {
	answers locale-c.tar UTF-8 locale charmap
	answers locale-c.tar '4 /word' wc -m /word
	answers nolocale.tar '5 /word' wc -m /word
}

@test "locale-c makes programs read UTF-8" {
	printf 'zwölf' | head -c 5 >word
	image locale-c.tar --no-rules -t locale-c /usr/bin/locale /usr/bin/wc ./word:/word
	image nolocale.tar --no-rules /usr/bin/wc ./word:/word
	for_each_user known_by_locale
}

converts() {
	answers gconv.tar "$(printf 'зима' | /usr/bin/iconv -f UTF-8 -t ISO-8859-5)" iconv -f KOI8-R -t ISO-8859-5 /word
	fails nogconv.tar iconv -f KOI8-R -t ISO-8859-5 /word
}

@test "gconv has the character sets that glibc has not inside" {
	printf 'зима' | /usr/bin/iconv -f UTF-8 -t KOI8-R >word
	image gconv.tar --no-rules -t gconv /usr/bin/iconv ./word:/word
	image nogconv.tar --no-rules /usr/bin/iconv ./word:/word
	for_each_user converts
}

# A server of plain files will do: git has all that it needs to fetch from one.
clones() {
	# Jails of root have their root's id from 524288 on.
	! is_root || [ "$WHO" = user ] || chown 524288 "$MINE"
	run as_each timeout 60 jailrun --share net -v "$MINE:/mine" "$IMAGES/git.tar" git clone -q "http://127.0.0.1:$port/" /mine/got
	assert_status 0
	[ "$(git -c safe.directory='*' -C "$MINE/got" log --format=%s)" = one ]
}

@test "git clones by http" {
	git init -q made
	git -C made -c user.name=n -c user.email=e@x commit -q --allow-empty -m one
	git -C made update-server-info
	port=$((20000 + RANDOM % 20000))
	/usr/bin/python3 -m http.server --bind 127.0.0.1 -d made/.git "$port" >log 2>&1 3>&- &
	server=$!
	wait_for 10 curl -s -o page "http://127.0.0.1:$port/HEAD"
	image git.tar -t git
	for_each_user clones
}

network_is_there() {
	answers netutils.tar '127.0.0.1/8' bash -c 'ip -4 -o address show lo | { read -r _ _ _ address _; echo $address; }'
	answers netutils.tar $'127.0.0.1:2000\nhello' bash -c 'socat TCP-LISTEN:2000,bind=127.0.0.1 EXEC:cat & server=$!
		for i in {1..50}; do listens=$(ss -Hltn); [ -z "$listens" ] || break; sleep 0.1; done
		set -- $listens; echo $4
		echo hello | socat - TCP:127.0.0.1:2000 && wait $server'
}

@test "ip, ss and socat find the network of the jail" {
	image netutils.tar -t netutils -t shell
	for_each_user network_is_there
}

# Jails have no right to raw sockets; the network has to let everybody ping.
pings() {
	export WHO
	run nsenter --net="$T/net" bash -c 'as_each "$@"' - timeout 60 jailrun --share net "$IMAGES/ping.tar" ping -c 1 127.0.0.1
	assert_status 0
	assert_output_has '1 packets transmitted, 1 received'
}

@test "ping hears from the loopback of a network where all groups may ping" {
	need_root
	touch net
	unshare --net="$T/net" sh -c 'ip link set lo up && echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range'
	image ping.tar -t netutils
	export -f as_each as_user is_root
	for_each_user pings
}

lists() {
	answers sftp.tar '/srv/numbers' bash -c 'echo "ls -1 /srv" | sftp -q -b - -D "$1" | grep -v "^sftp>"' - "$server_path"
}

@test "sftp of one jail lists by the sftp-server in it" {
	server_path=$(compgen -G '/usr/lib*/*ssh/sftp-server')
	seq 5 >numbers
	image sftp.tar -t ssh -t sftp-server -t shell ./numbers:/srv/numbers
	for_each_user lists
}

# By name alone: PAM is the rules'. In the jail of an ordinary user nobody can become another.
@test "su has what PAM asks for, and root becomes whom it wants" {
	need_root
	image su.tar -t shell /usr/bin/su /usr/sbin/runuser
	run -0 jailbuild check "$IMAGES/su.tar"
	# shellcheck disable=SC2034 # as_each reads it
	WHO=root
	answers su.tar 65534 su -s /bin/sh -c 'id -u' nobody
	answers su.tar 65534 runuser -u nobody -- id -u
	inside su.tar runuser -u nobody -- su -c 'id -u'
	[ "$status" -ne 0 ]
}
