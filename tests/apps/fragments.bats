#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Templates without a program, that others include: what each gives is compared with an image that lacks
# it. --no-rules, where a rule would bring the same.

# shellcheck disable=SC2016 # the shell in the jail expands them

load ../cli/helper
load apps-helper

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

@test "base alone is a root with folders and accounts" {
	image base.tar -t base
	run -0 tar -tvf "$IMAGES/base.tar"
	[[ $output == *drwxrwxrwt*\ tmp/* ]]
	assert_output_lacks usr/bin/busybox
	run -0 tar -xOf "$IMAGES/base.tar" etc/passwd
	assert_output_has root:x:0:0:
	image withbase.tar -t base -t busybox
	for_each_user answers withbase.tar 'root 1777' sh -c 'echo $(whoami) $(stat -c %a /tmp)'
}

@test "dev is what a chroot needs" {
	image dev.tar -t dev -t busybox
	run -0 tar --numeric-owner -tvf "$IMAGES/dev.tar"
	[[ $output == *crw-rw-rw-*1,3*dev/null* ]]
	[[ $output == *'dev/fd -> /proc/self/fd'* ]]
	need_root
	mkdir root
	tar -C root -xf "$IMAGES/dev.tar"
	run -0 chroot root /bin/sh -c 'echo lost >/dev/null && head -c 5 /dev/urandom | wc -c && ls /dev/pts /dev/shm'
	[ "${lines[0]}" -eq 5 ]
	run -1 chroot root /bin/sh -c 'echo x >/dev/full'
}

services_are_named() {
	answers net.tar "$(/usr/bin/getent services https)" getent services https
	answers net.tar "$(/usr/bin/getent protocols udp)" getent protocols udp
	fails nonet.tar getent services https
}

@test "net names services and protocols" {
	image net.tar --no-rules -t net /usr/bin/getent
	image nonet.tar --no-rules /usr/bin/getent
	for_each_user services_are_named
}

authority_is_known() {
	answers tls.tar '/authority.pem: OK' openssl verify -no_check_time /authority.pem
	fails notls.tar openssl verify -no_check_time /authority.pem
}

# Any authority of the host's bundle will do: it is self-signed, so that only the bundle vouches for it.
@test "tls has the authorities where OpenSSL looks, each once" {
	/usr/bin/openssl x509 -in /etc/ssl/certs/ca-certificates.crt -out authority.pem
	image tls.tar --no-rules -t tls /usr/bin/openssl ./authority.pem:/authority.pem
	image notls.tar --no-rules /usr/bin/openssl ./authority.pem:/authority.pem
	for_each_user authority_is_known
	tar -xOf "$IMAGES/tls.tar" etc/ssl/certs/ca-certificates.crt | cmp - /etc/ssl/certs/ca-certificates.crt
	run -0 tar -tf "$IMAGES/tls.tar"
	[ "$(grep -c ssl/certs/. <<<"$output")" -eq 1 ]
}

zones_are_known() {
	answers tz.tar '01:00 CET' env TZ=Europe/Paris date -d @0 '+%H:%M %Z'
	answers utc.tar '00:00 UTC' date -d @0 '+%H:%M %Z'
	answers utc.tar '00:00 Europe' env TZ=Europe/Paris date -d @0 '+%H:%M %Z'
}

@test "tz has all zones, tz-utc the one" {
	image tz.tar -t tz /usr/bin/date /usr/bin/env
	image utc.tar -t tz-utc /usr/bin/date /usr/bin/env
	for_each_user zones_are_known
	run -0 tar -tvf "$IMAGES/utc.tar"
	[ "$(grep -c '^-.*zoneinfo/' <<<"$output")" -eq 1 ]
}

terminals_are_described() {
	local term

	for term in xterm-256color tmux-256color linux vt100; do
		answers terminfo.tar "$(/usr/bin/tput -T "$term" colors)" tput -T "$term" colors
	done
	fails noterminfo.tar tput -T xterm-256color colors
}

@test "terminfo describes the usual terminals" {
	image terminfo.tar --no-rules -t terminfo /usr/bin/tput
	image noterminfo.tar --no-rules /usr/bin/tput
	for_each_user terminals_are_described
}
