#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Servers. Asked for by template, each is started as its image wants it, answers a client over a socket, and
# ends when it is told to; packed by name alone, with a site or a state of one's own, what the rules bring is
# enough.

# shellcheck disable=SC2016 # the shell in the jail expands them

load ../cli/helper
load ../apps/apps-helper
load network-helper

teardown() {
	end_network
}

serves_its_page() {
	start "$1.tar" 8080
	run in_network curl -s http://127.0.0.1:8080/
	assert_status 0
	assert_output "<!doctype html><title>$1</title><p>It works."
	stop
	# As its account, which in the jail of an ordinary user is the one id.
	start "$1.tar" 8080 -v "$T/site:/var/www/html:ro"
	[ "$(in_network curl -s -w '%{content_type}' -o "$MINE/got" http://127.0.0.1:8080/page.css)" = text/css ]
	cmp "$MINE/got" site/page.css
	stop
}

@test "nginx serves a page" {
	begin_network
	mkdir site
	seq 10000 >site/page.css
	image nginx.tar -t nginx
	for_each_user serves_its_page nginx
}

@test "apache2 serves a page" {
	begin_network
	mkdir site
	seq 10000 >site/page.css
	image apache2.tar -t apache2
	for_each_user serves_its_page apache2
}

answers_fastcgi() {
	start fpm.tar 9000 -v "$T/site:/srv:ro"
	run in_network env -i REQUEST_METHOD=GET SCRIPT_FILENAME=/srv/x.php QUERY_STRING=a=42 \
		/usr/bin/cgi-fcgi -bind -connect 127.0.0.1:9000
	assert_status 0
	assert_output_has 'Content-type: text/html'
	assert_output_has '42 1970 33'
	stop
}

@test "php-fpm answers FastCGI" {
	begin_network
	mkdir site
	echo '<?php date_default_timezone_set("Europe/Paris"); echo $_GET["a"], " ", date("Y", 0), " ", posix_geteuid();' >site/x.php
	image fpm.tar -t php-fpm
	for_each_user answers_fastcgi
}

hands_on() {
	start haproxy.tar 8080
	run in_network curl -s -o answer -w '%{http_code}' http://127.0.0.1:8080/
	assert_output 503
	nsenter --net="$T/net" busybox httpd -f -p 127.0.0.1:8000 -h "$T/site" 3>&- &
	behind=$!
	wait_for 10 eval '[ -n "$(in_network ss -Hltn "sport = :8000")" ]'
	run in_network curl -s http://127.0.0.1:8080/page
	assert_status 0
	assert_output behind
	kill "$behind"
	wait "$behind" || [ $? -eq 143 ]
	stop
}

@test "haproxy hands on to a server" {
	begin_network
	mkdir site
	echo behind >site/page
	image haproxy.tar -t haproxy
	for_each_user hands_on
}

keeps_a_value() {
	start redis.tar 6379
	ask OK redis.tar redis-cli set answer 42
	ask 42 redis.tar redis-cli get answer
	stop
}

@test "redis keeps a value" {
	begin_network
	image redis.tar -t redis
	for_each_user keeps_a_value
}

keeps_in_memory() {
	start memcached.tar 11211
	run in_network bash -c 'exec 3<>/dev/tcp/127.0.0.1/11211 && printf "set a 0 0 2\r\n42\r\nget a\r\nquit\r\n" >&3 && cat <&3'
	assert_status 0
	assert_output $'STORED\r\nVALUE a 0 2\r\n42\r\nEND\r'
	stop
}

@test "memcached keeps a value" {
	begin_network
	image memcached.tar -t memcached
	for_each_user keeps_in_memory
}

names_are_known() {
	start dnsmasq.tar 5353 -v "$T/hosts:/etc/hosts:ro"
	ask 10.1.2.3 dig.tar dig +short +tries=1 @127.0.0.1 -p 5353 answer.test
	ask answer.test. dig.tar dig +short +tries=1 @127.0.0.1 -p 5353 -x 10.1.2.3
	stop
}

@test "dnsmasq answers dig in another jail" {
	begin_network
	echo '10.1.2.3 answer.test' >hosts
	image dnsmasq.tar -t dnsmasq
	image dig.tar -t dig
	for_each_user names_are_known
}

# Server and client share the folder of the socket, by which mysql's root knows the account.
selects() {
	folder "$MINE/tmp"
	start mariadb.tar 3306 -v "$MINE/tmp:/tmp"
	ask 42 mariadb.tar mariadb -Ne 'create database d; create table d.t (a int); insert into d.t values (6), (7);
		select round(exp(sum(log(a)))) from d.t'
	run in_network bash -c 'exec 3<>/dev/tcp/127.0.0.1/3306 && head -c 40 <&3'
	assert_output_has MariaDB
	stop
}

@test "mariadb makes its data and answers" {
	begin_network
	image mariadb.tar -t mariadb
	for_each_user selects
}

selects_by_peer() {
	folder "$MINE/tmp"
	start postgres.tar 5432 -v "$MINE/tmp:/tmp"
	ask 42 postgres.tar "$psql" -Atqc \
		"create table t (a int); insert into t values (6), (7); select round(exp(sum(ln(a)))) from t"
	stop
}

@test "postgres makes its data and answers" {
	begin_network
	image postgres.tar -t postgres
	psql=$(compgen -G '/usr/lib/postgresql/*/bin/psql')
	for_each_user selects_by_peer
}

syncs() {
	start rsyncd.tar 8730
	run in_network /usr/bin/rsync -r rsync://127.0.0.1:8730/files/ "$MINE/got/"
	assert_status 0
	diff -r given "$MINE/got"
	stop
}

@test "rsync is a daemon" {
	begin_network
	mkdir given
	seq 5000 >given/numbers
	printf '%s\n' 'use chroot = no' '[files]' 'path = /srv' >conf
	image rsyncd.tar -t rsync ./conf:/etc/rsyncd.conf ./given:/srv -u nobody --cmd rsync --cmd --daemon --cmd --no-detach \
		--cmd --port=8730 --cmd --address=127.0.0.1
	for_each_user syncs
}

does() {
	inside "$1" bash -c "$3"
	assert_status 0
	assert_output_has "$2"
}

# The host's configuration lets root give folders to www-data, which takes a second id; as an ordinary user
# it is `-t nginx`, above.
@test "nginx serves a site by the host's configuration" {
	need_root
	printf 'server {\n listen 127.0.0.1:8081;\n root /srv/www;\n}\n' >site
	seq 1000 >page.css
	image site.tar -t shell -t curl /usr/sbin/nginx ./site:/etc/nginx/conf.d/site.conf ./page.css:/srv/www/page.css
	# shellcheck disable=SC2034 # as_each reads it
	WHO=root
	does site.tar "text/css $(sha256sum <page.css)" 'nginx -g "daemon off;" >/tmp/log 2>&1 &
		for i in {1..50}; do
			kind=$(curl -sf -o /tmp/got -w "%{content_type}" http://127.0.0.1:8081/page.css) && break
			sleep 0.1
		done
		kill %1; wait %1 || { cat /tmp/log; exit 1; }
		echo $kind "$(sha256sum </tmp/got)"'
}

@test "redis keeps its data over a restart" {
	image store.tar -t shell /usr/bin/redis-server /usr/bin/redis-cli
	for_each_user does store.tar 'kept 42' 'cd /tmp
		begin() {
			redis-server --bind 127.0.0.1 --dir /tmp >/tmp/log & server=$!; for i in {1..50}; do
				[ "$(redis-cli ping 2>/dev/null)" != PONG ] || return 0
				sleep 0.1
			done
			cat /tmp/log
			exit 1
		}
		begin && redis-cli set answer 42 && redis-cli shutdown save && wait $server &&
		begin && echo kept $(redis-cli get answer) && redis-cli shutdown nosave && wait $server'
}
