#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Templates and rules of jailbuild, with the programs of the host: what they bring, that what they bring
# runs, and every mistake by file and line.

load helper
load jailbuild-helper

setup() {
	begin_test
	mkdir own
}

teardown() {
	end_test
}

# mine NAME: a template of the test's own, from stdin.
mine() {
	cat >"own/$1"
}

@test "a template is asked for by name, and a Jailfile by its path" {
	mine tool <<-'END'
		description A tool
		add /usr/bin/env
		dir /srv/data 0750 7:8
		file /etc/tool.conf <<EOF
		level 3
		EOF
		env LEVEL=3
		cmd /usr/bin/env
	END
	mine Jailfile <<-'END'
		include tool
		copy ./hello.txt /srv/hello.txt
		label made=here
	END
	echo hello >own/hello.txt
	jailbuild add --template-path own -t tool -o a.tar
	jailbuild add --template-path own -f own/Jailfile -o b.tar
	[ "$(tar xOf a.tar etc/tool.conf)" = "level 3" ]
	[[ $(tar --numeric-owner -tvf a.tar srv/data/) == drwxr-x---\ 7/8* ]]
	[ "$(tar xOf b.tar srv/hello.txt)" = hello ]
	run -0 jailrun a.tar
	[[ $'\n'$output$'\n' == *$'\nLEVEL=3\n'* ]]
	run -0 jailbuild list b.tar
	[[ $output == *"/usr/bin/env"*"template: tool"* ]]
}

@test "templates lists them and show prints one" {
	mine tool <<<'description A tool'
	mine broken <<<'nonsense'
	run -0 --separate-stderr jailbuild templates --template-path own
	[[ $output == *"tool "*"A tool"* ]]
	[[ $output == *"rule-python3 "*"rule"* ]]
	# shellcheck disable=SC2154 # run sets it
	[[ $stderr == *"template broken, line 1: no such word: nonsense"* ]]
	run -0 --separate-stderr jailbuild templates --template-path own --json
	[ "$(jq -r '.templates[] | select(.name == "tool").description' <<<"$output")" = "A tool" ]
	[ "$(jq '.templates[] | select(.name == "rule-tls").rule' <<<"$output")" = true ]
	run -0 jailbuild show --template-path own tool
	[ "$output" = "description A tool" ]
	run -1 jailbuild show none
	[[ $output == *"no template none"*"hint"* ]]
}

@test "the user's own folder is looked in" {
	mkdir -p config/jailbuild/templates
	echo 'add /usr/bin/env' >config/jailbuild/templates/mine
	XDG_CONFIG_HOME=$PWD/config jailbuild add -t mine -o x.tar
	tar tf x.tar | grep -qx usr/bin/env
}

@test "a mistake is named by template and line, and nothing is written" {
	mine missing <<<$'\nadd /none/here'
	mine loop <<<'include loop'
	mine words <<<'add "/usr/bin/env'
	run -1 jailbuild add --template-path own -t missing -o x.tar
	[[ $output == *"template missing, line 2: /none/here: not found"* ]]
	run -1 jailbuild add --template-path own -t loop -o x.tar
	[[ $output == *"template loop, line 1: template loop includes itself"* ]]
	run -1 jailbuild add --template-path own -t words -o x.tar
	[[ $output == *"template words, line 1: a quote without its end"* ]]
	run -1 jailbuild add -t none -o x.tar
	[[ $output == *"no template none"* ]]
	run -1 jailbuild add -f none -o x.tar
	[[ $output == *none* ]]
	[ ! -e x.tar ]
}

@test "a rule brings what a program needs, with its reason, and --no-rules nothing" {
	mine rule-env <<-'END'
		when program env
		file /etc/env.conf <<EOF
		yes
		EOF
		note "only a test"
	END
	run -0 jailbuild add --template-path own /usr/bin/env -o x.tar
	[[ $output == *"note: rule-env: only a test"* ]]
	run -0 jailbuild list x.tar
	[[ $output == *"/etc/env.conf"*"template: /usr/bin/env asks for rule-env"* ]]
	jailbuild add --template-path own --no-rules /usr/bin/env -o y.tar
	run ! tar xOf y.tar etc/env.conf
}

# same FIRST SECOND: added at once, one after the other, and the other way round.
same() {
	rm -f both.tar steps.tar back.tar
	jailbuild add -q "$1" "$2" -o both.tar
	jailbuild add -q "$1" -o steps.tar
	jailbuild add -q "$2" -o steps.tar
	jailbuild add -q "$2" -o back.tar
	jailbuild add -q "$1" -o back.tar
	cmp both.tar steps.tar && cmp both.tar back.tar
}

@test "adding one after the other, in any order, gives the bytes of adding both" {
	same /usr/bin/python3 /usr/bin/file
	# What only a rule had brought for the first is what the second needs.
	same /usr/bin/perl /usr/bin/openssl
	same /bin/bash /usr/bin/tar
}

@test "accounts of templates are in the image's files, over all times that something is added" {
	mine web <<<$'account web 33 /srv /bin/sh\ndir /srv 0755 web'
	mine db <<<$'account db 26\ndir /var/db 0700 db'
	jailbuild add -q --template-path own -t web -o x.tar
	jailbuild add -q --template-path own -t db -o x.tar
	tar xOf x.tar etc/passwd | grep -qx 'web:x:33:33::/srv:/bin/sh'
	tar xOf x.tar etc/passwd | grep -qx 'db:x:26:26::/nonexistent:/usr/sbin/nologin'
	tar xOf x.tar etc/group | grep -qx 'db:x:26:'
	mine clash <<<'account other 26'
	cp x.tar before.tar
	run -1 jailbuild add -q --template-path own -t clash -o x.tar
	[[ $output == *"template clash, line 1: account other"* ]]
	cmp x.tar before.tar
}

@test "rules of servers leave sites, pools and passwords where they are" {
	local file program secrets=(redis/redis.conf haproxy/haproxy.cfg haproxy/site.pem mysql/debian.cnf mysql/my.cnf
		nginx/conf.d/site.conf nginx/sites-enabled/site nginx/.htpasswd nginx/tls.key apache2/sites-enabled/site.conf
		apache2/conf-enabled/own.conf dnsmasq.conf memcached.conf php/8.2/fpm/pool.d/www.conf ssh/ssh_host_ed25519_key)
	local needed=(nginx/nginx.conf nginx/mime.types apache2/apache2.conf apache2/mods-enabled/dir.load php/8.2/fpm/php.ini
		haproxy/errors/503.http ssh/sshd_config)
	local programs=(redis-server haproxy mariadbd nginx apache2 dnsmasq memcached php-fpm8.2 sshd)
	mkdir -p root/usr/sbin unpacked
	for program in "${programs[@]}"; do
		cp "$(type -P busybox)" "root/usr/sbin/$program"
	done
	for file in "${secrets[@]}" "${needed[@]}"; do
		mkdir -p "$(dirname "root/etc/$file")"
	done
	for file in "${secrets[@]}"; do
		echo secret >"root/etc/$file"
	done
	for file in "${needed[@]}"; do
		echo needed >"root/etc/$file"
	done
	jailbuild add -q --root root "${programs[@]/#//usr/sbin/}" -o x.tar
	tar -C unpacked -xf x.tar
	for file in "${needed[@]}"; do
		grep -qx needed "unpacked/etc/$file"
	done
	run -1 grep -rlx secret unpacked/etc
}
