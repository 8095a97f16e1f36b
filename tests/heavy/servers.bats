#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Servers packed by name alone, with a site or a state of one's own: what the rules bring is enough.

# shellcheck disable=SC2016 # the shell in the jail expands them

load ../cli/helper
load ../apps/apps-helper

does() {
	inside "$1" bash -c "$3"
	assert_status 0
	assert_output_has "$2"
}

# The host's configuration lets root give folders to www-data, which takes a second id; as an ordinary user
# it is `-t nginx`, in apps.bats.
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
			redis-server --bind 127.0.0.1 --dir /tmp >/tmp/log & for i in {1..50}; do
				[ "$(redis-cli ping 2>/dev/null)" != PONG ] || return 0
				sleep 0.1
			done
			cat /tmp/log
			exit 1
		}
		begin && redis-cli set answer 42 && redis-cli shutdown save; wait
		begin && echo kept $(redis-cli get answer) && redis-cli shutdown nosave; wait'
}
