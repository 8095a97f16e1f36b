#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Owners in a folder image: root gives the files away, anybody else's are kept in the manifest.

# shellcheck disable=SC2030,SC2031 # output is run's

load helper
load jailbuild-helper

setup() {
	begin_test
	cat >Jailfile <<-'END'
		account www 33:34
		dir /var/lib/x 0755 www
		dir /srv/data 0750 7:8
		file /srv/data/key 0640 0:8 <<EOT
		secret
		EOT
	END
	chmod a+r Jailfile
}

# owners IMAGE: path, uid and gid of what belongs to others than root, by list.
owners() {
	jailbuild list --json "$1" | python3 -c '
import json, sys
for f in json.load(sys.stdin)["files"]:
    if f["uid"] or f["gid"]:
        print(f["path"], f["uid"], f["gid"])'
}

EXPECTED='/srv/data 7 8
/srv/data/key 0 8
/var/lib/x 33 34'

keeps_owners() {
	packed -f "$T/Jailfile" true -o "$MINE/x/"
	packed -f "$T/Jailfile" true -o "$MINE/x.tar"
	[ "$(owners "$MINE/x.tar")" = "$EXPECTED" ]
	[ "$(owners "$MINE/x/")" = "$EXPECTED" ]
	cp "$MINE/x/.jail/manifest.json" "$T/manifest.$WHO"
	# Only a folder tells of owners, to us and to jailrun.
	run -1 jailbuild diff "$MINE/x/" "$MINE/x.tar"
	[[ $output == '~ /.jail/manifest.json'*$'\n- /.jail/owners'*$'\n0 added, 1 removed, 1 changed' ]]
	run -0 jailbuild check "$MINE/x/"
	# What is added, and an update that has nothing to do, leave them.
	packed ls -o "$MINE/x/"
	run -0 --separate-stderr as_each jailbuild update "$MINE/x/"
	assert_output '0 added, 0 removed, 0 changed'
	[ "$(owners "$MINE/x/")" = "$EXPECTED" ]
	packed -f "$T/Jailfile" true ls -o "$MINE/once/"
	run -0 jailbuild diff "$MINE/x/" "$MINE/once/"
}

@test "list, diff, check, add and update see the owners that a folder is to have" {
	for_each_user keeps_owners
	! is_root || cmp manifest.root manifest.user
}

@test "root's folder has them, a user's has the user's, who is told so" {
	need_root
	jailbuild add -q -f ./Jailfile true -o root/
	[ "$(stat -c %u:%g:%a root/srv/data root/srv/data/key root/var/lib/x root/srv)" = \
		$'7:8:750\n0:8:640\n33:34:755\n0:0:755' ]
	mkdir user
	chown "$TEST_USER:" user
	run -0 as_user jailbuild add -f "$T/Jailfile" true -o "$T/user/x/"
	assert_output_has 'only root can give files to others: the owners of 3 are kept in /.jail/manifest.json'
	[ "$(stat -c %U "$T/user/x/srv/data")" = "$TEST_USER" ]
	run -0 as_user jailbuild add -f "$T/Jailfile" true -o "$T/user/x.tar"
	assert_output_lacks 'only root'
	# Owners are no difference between the two.
	run -0 jailbuild diff root/ user/x/
	[ "$(tar -C root --sort=name --owner=0 --group=0 -cf - . | sha256sum)" = \
		"$(tar -C user/x --sort=name --owner=0 --group=0 -cf - . | sha256sum)" ]
}

changes_owners() {
	cp Jailfile "$MINE/Jailfile"
	packed -f "$MINE/Jailfile" true -o "$MINE/x/"
	sed -i 's/7:8/9:10/; s/0:8/0:0/; s/33:34/35:36/' "$MINE/Jailfile"
	run -0 --separate-stderr as_each jailbuild update "$MINE/x/"
	assert_output_has '~ /srv/data	owner 7:8 -> 9:10'
	assert_output_has '~ /srv/data/key	owner 0:8 -> 0:0'
	[ "$(owners "$MINE/x/")" = $'/srv/data 9 10\n/var/lib/x 35 36' ]
	run -0 --separate-stderr as_each jailbuild update "$MINE/x/"
	assert_output '0 added, 0 removed, 0 changed'
	[ "$WHO" = user ] || [ "$(stat -c %u:%g "$MINE/x/srv/data")" = 9:10 ]
}

@test "an update brings the owners that the template now says" {
	for_each_user changes_owners
}

starts() {
	packed -f "$T/Jailfile" stat cat -o "$MINE/x/"
	run -0 as_each jailrun "$MINE/x" stat -c %u:%g /srv/data
	if [ "$WHO" = root ]; then
		assert_output 7:8
	else
		assert_output 0:0
	fi
	run -0 as_each jailrun "$MINE/x" cat /srv/data/key
	assert_output secret
}

@test "a jail shows root's owners, and to a user with one id all as root's" {
	for_each_user starts
}

# with_subids COMMAND…: while $TEST_USER has subordinate ids.
with_subids() {
	local status=0
	usermod --add-subuids 700000-765535 --add-subgids 800000-865535 "$TEST_USER"
	"$@" || status=$?
	usermod --del-subuids 700000-765535 --del-subgids 800000-865535 "$TEST_USER"
	return "$status"
}

shows_owners() {
	local flags=(stat -c '%u:%g %n' /srv/data /srv/data/key /var/lib/x /usr/bin/stat) option
	for option in --read-only --hostname=x; do
		run -0 as_user jailrun "$option" "$T/mine/x" "${flags[@]}"
		[ "$output" = $'7:8 /srv/data\n0:8 /srv/data/key\n33:34 /var/lib/x\n0:0 /usr/bin/stat' ] || fail "$output"
	done
	run -0 as_user jailrun -u www "$T/mine/x" sh -c 'echo a >/var/lib/x/a; stat -c %u:%g /var/lib/x/a; ! cat /srv/data/key'
	assert_output_has 33:34
	assert_output_has 'Permission denied'
	# Another id than the user's own on the host, and nothing of it in the image.
	run -0 as_user jailrun -u 7:8 "$T/mine/x" cat /proc/self/uid_map
	[[ $output =~ ^\ +0\ +[0-9]+\ +1$'\n'\ +1\ +700000\ +65535$ ]] || fail "$output"
	[ "$(find mine/x -user "$TEST_USER" -o -printf '%p ')" = '' ] || fail "the image has other owners"
	run -0 as_user jailrun --write "$T/mine/x" stat -c %u:%g /srv/data
	assert_output 0:0
}

@test "a jail of a user with subordinate ids has the owners that the image names" {
	need_root
	mkdir mine
	chown "$TEST_USER:" mine
	run -0 as_user jailbuild add -q -f "$T/Jailfile" stat cat sh -o "$T/mine/x/"
	with_subids shows_owners
	# root's jail shows them, too, from the user's folder.
	run -0 jailrun mine/x stat -c %u:%g /srv/data
	assert_output 7:8
}

hostile_list() {
	packed -f "$T/Jailfile" stat ls -o "$MINE/x/"
	ln -s /srv/data "$MINE/x/link"
	chmod u+w "$MINE/x/.jail/owners"
	printf '%s\n' '1:1 /../../../etc/passwd' '1:1 /link/key' '99999:1 /srv' '1:99999 /srv' '-1:1 /srv' \
		'1 /srv' ':1 /srv' '1:1' '1:1 relative' '1:1 /none' '4294967295:1 /srv' '1:1 /proc/1' '' \
		>"$MINE/x/.jail/owners"
	run -0 as_each jailrun "$MINE/x" stat -c %u:%g /srv/data/key /srv
	assert_output_has 0:
	rm "$MINE/x/.jail/owners"
	mkfifo "$MINE/x/.jail/owners"
	run -125 as_each timeout 10 jailrun "$MINE/x" ls
	assert_output_has owners
}

@test "a hostile list of owners changes nothing outside the jail" {
	local before
	before=$(stat -c %u:%g /etc/passwd)
	for_each_user hostile_list
	[ "$(stat -c %u:%g /etc/passwd)" = "$before" ]
}
