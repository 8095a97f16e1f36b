#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# cpio images: what cpio(1) makes of them, that adding in steps changes no byte, and that a jail starts.

# shellcheck disable=SC2030,SC2031 # output is run's

load helper
load jailbuild-helper

@test "cpio unpacks what was packed: modes, links, devices, hard links with their content" {
	echo text >first
	ln first second
	ln first third
	cat >Jailfile <<-'END'
		device /dev/null c 1 3
		dir /srv/data 0750 7:8
		link /srv/link data
	END
	jailbuild add -q --no-rules -f ./Jailfile ./first:/srv/first ./second:/srv/second ./third:/srv/third -o x.cpio
	run -0 cpio --quiet -itvn -I x.cpio
	[[ $output =~ crw-rw-rw-[^$'\n']*'1,   3'[^$'\n']*dev/null ]]
	[[ $output =~ drwxr-x---[^$'\n']*7[^$'\n']*8[^$'\n']*srv/data ]]
	[[ $output == *"srv/link -> data"* ]]
	mkdir out
	(cd out && cpio --quiet -idm 'srv/*' <../x.cpio)
	[ "$(cat out/srv/third)" = text ]
	[ out/srv/first -ef out/srv/second ] && [ out/srv/first -ef out/srv/third ]
}

@test "adding in steps, as another user, in another order gives the same cpio" {
	jailbuild add -q /usr/bin/env /usr/bin/id -o both.cpio
	jailbuild add -q /usr/bin/id -o steps.cpio
	jailbuild add -q /usr/bin/env -o steps.cpio
	cmp both.cpio steps.cpio
	for end in gz zst xz; do
		jailbuild add -q /usr/bin/env /usr/bin/id -o "a.cpio.$end"
		(umask 077 && TZ=Asia/Tokyo LC_ALL=C jailbuild add -q /usr/bin/id /usr/bin/env -o "b.cpio.$end")
		cmp "a.cpio.$end" "b.cpio.$end"
	done
	jailbuild list both.cpio >cpio.list
	jailbuild add -q /usr/bin/env /usr/bin/id -o both.tar
	jailbuild list both.tar | cmp - cpio.list
}

starts() {
	run -0 as_each jailrun "$T/x.cpio.gz" env
	[[ $output == *container=jailrun* ]]
}

@test "a jail starts from a compressed cpio" {
	jailbuild add -q /usr/bin/env -o x.cpio.gz
	chmod go+r x.cpio.gz
	for_each_user starts
}

@test "a file that is too large for the format is named, and nothing is written" {
	truncate -s 4G large
	run -1 jailbuild add -q --no-rules ./large:/srv/large -o x.cpio
	[[ $output == *srv/large* ]]
	[ ! -e x.cpio ]
}
