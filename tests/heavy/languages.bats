#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The templates of languages that take long to install: each fetches a page by https, and refuses the same
# server while its certificate is not in the bundle; and knows the zones that its template says.

# shellcheck disable=SC2016 # the programs in the jail expand them

load ../cli/helper
load ../apps/apps-helper

setup() {
	begin_test
	/usr/bin/openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 2 -subj /CN=127.0.0.1 \
		-addext subjectAltName=IP:127.0.0.1 2>log
	chmod go+r cert
	printf 'HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nthe page\n' >page
	port=$((20000 + RANDOM % 20000))
	/usr/bin/openssl s_server -accept "127.0.0.1:$port" -key key -cert cert -HTTP >log 2>&1 3>&- &
	server=$!
	until grep -q ACCEPT log; do kill -0 "$server" && sleep 0.1; done
}

teardown() {
	kill "$server"
	end_test
}

# fetch OPTION…: what $program says in its image.
fetch() {
	run as_each timeout 60 jailrun --share net "$@" "$IMAGES/$name.tar" "${program[@]}"
}

trusts_the_bundle() {
	fetch
	assert_output_lacks 'the page'
	assert_output_has "$1"
	fetch -v "$T/cert:/etc/ssl/certs/ca-certificates.crt:ro"
	assert_status 0
	assert_output_has 'the page'
}

# answers EXPECTED COMMAND…: all that COMMAND says in the image.
answers() {
	inside "$name.tar" "${@:2}"
	assert_status 0
	assert_output "$1"
}

@test "ruby" {
	name=ruby
	program=(ruby -rnet/http -e "puts Net::HTTP.get(URI('https://127.0.0.1:$port/page'))")
	image ruby.tar -t ruby
	for_each_user trusts_the_bundle 'certificate verify failed'
	rm -rf root user
	for_each_user answers CET ruby -e 'ENV["TZ"] = "Europe/Paris"; puts Time.at(0).zone'
}

@test "php-cli" {
	name=php-cli
	program=(php -r "echo file_get_contents('https://127.0.0.1:$port/page');")
	image php-cli.tar -t php-cli
	for_each_user trusts_the_bundle 'certificate verify failed'
	rm -rf root user
	for_each_user answers 'CET 3' php -r \
		'date_default_timezone_set("Europe/Paris"); echo date("T", 0), " ", preg_match_all("/a/", "banana");'
}

@test "node" {
	name=node
	program=(node -e "require('https').get('https://127.0.0.1:$port/page', answer =>
		answer.on('data', data => process.stdout.write(data)))")
	image node.tar -t node
	for_each_user trusts_the_bundle 'self-signed certificate'
	rm -rf root user
	for_each_user answers '0 UTC' node -p \
		'`${new Date(0).getHours()} ${Intl.DateTimeFormat().resolvedOptions().timeZone}`'
}
