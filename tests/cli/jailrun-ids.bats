#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The ids of an ordinary user's jail: one, or with subordinate ids 65536 (--ids).

# shellcheck disable=SC2030,SC2031 # output is run's

load helper
load jailrun-helper

setup_file() {
	begin_jails subids
	make_owned
}

teardown_file() {
	end_jails
}

setup() {
	begin_test
	need_root
}

# make_owned: $PLAIN, an archive of $IMAGE, and $OWNED, one in which some things are not root's.
make_owned() {
	is_root || return 0
	PLAIN=$BIN/plain.tar
	tar --owner=0 --group=0 -C "$IMAGE" -cf "$PLAIN" .
	OWNED=$BIN/owned.tar
	cp -a "$IMAGE" "$BIN/owned"
	mkdir "$BIN/owned/srv/www" "$BIN/owned/home" "$BIN/owned/home/alice"
	echo words >"$BIN/owned/srv/www/secret"
	ln "$BIN/owned/srv/www/secret" "$BIN/owned/srv/twin"
	ln -s secret "$BIN/owned/srv/www/link"
	echo odd >"$BIN/owned/srv/a"$'\nb\\'
	chown -R 0:0 "$BIN/owned"
	chown -hR 33:33 "$BIN/owned/srv/www"
	chown 0:33 "$BIN/owned/srv/www/secret"
	chmod 640 "$BIN/owned/srv/www/secret"
	chown 1000:1000 "$BIN/owned/home/alice" "$BIN/owned/srv/a"$'\nb\\'
	tar -C "$BIN/owned" -cf "$OWNED" .
	rm -r "$BIN/owned"
	export PLAIN OWNED
}

NAMES=(/srv/www /srv/www/secret /srv/twin /srv/www/link /home/alice /bin/busybox)
OWNERS=$'33:33\n0:33\n0:33\n33:33\n1000:1000\n0:0'

# of_user [OPTION…]: the owners of $NAMES in a user's jail.
of_user() {
	run -0 as_user jailrun "$@" "$OWNED" stat -c %u:%g "${NAMES[@]}"
}

@test "an archive's owners are seen in the jail of a user with subordinate ids" {
	local option

	for option in --quiet --quiet --read-only --no-cache --ids=range; do
		of_user "$option"
		[ "$output" = "$OWNERS" ] || fail "$option: $output"
	done
	run -0 as_user jailrun "$OWNED" sh -c 'stat -c %u /srv/a*'
	assert_output 1000
	# They are what they seem: who reads a file is asked.
	run -0 as_user jailrun -u www "$OWNED" cat /srv/www/secret
	assert_output words
	run ! as_user jailrun -u alice "$OWNED" cat /srv/www/secret
	assert_output_has 'Permission denied'
	# And the user's alone on the disk: removed without any privilege.
	[ -z "$(find "$TEST_HOME/.cache/jailrun" ! -user "$TEST_USER")" ]
	run -0 as_user jailctl cache prune --all
	[ -z "$(ls -A "$TEST_HOME/.cache/jailrun")" ]
}

@test "with one id, all of an archive belongs to the jail's root" {
	local option

	for option in --ids=single --keep="$TEST_HOME/kept"; do
		of_user "$option"
		assert_output $'0:0\n0:0\n0:0\n0:0\n0:0\n0:0'
	done
	run -0 as_user jailrun --ids=single "$OWNED" cat /proc/self/uid_map
	[[ $output =~ ^\ *0\ +[0-9]+\ +1$ ]] || fail "$output"
}

@test "an archive of one owner names none" {
	cp -a "$IMAGE" all
	chown -R 1000:1000 all
	tar -C all -cf all.tar .
	run -0 as_user jailrun "$T/all.tar" stat -c %u:%g /bin /srv
	assert_output_has $'0:0\n0:0'
	run -0 as_user jailrun "$T/all.tar" wc -l /proc/self/uid_map
	assert_output_has '1 /proc'
}

@test "--ids=range lets programs of any image change their ids" {
	run -0 as_user jailrun --ids=range "$PLAIN" sh -c 'chown 33:33 /srv; chown 1:65535 /etc/group
		stat -c %u:%g /srv /etc/group'
	assert_output $'33:33\n1:65535'
	run -0 as_user jailrun --ids=range "$PLAIN" busybox start-stop-daemon -S -c www -x /bin/id
	assert_output_has uid=33
	assert_output_has '29(audio)'
	run ! as_user jailrun "$PLAIN" chown 33:33 /srv
	# The user is another one outside, too.
	touch "$TEST_HOME/mine"
	chown "$TEST_USER" "$TEST_HOME/mine"
	chmod 600 "$TEST_HOME/mine"
	run -0 as_user jailrun -u alice -v "$TEST_HOME/mine:/srv/mine" "$PLAIN" cat /srv/mine
	run ! as_user jailrun --ids=range -u alice -v "$TEST_HOME/mine:/srv/mine" "$PLAIN" cat /srv/mine
	assert_output_has 'Permission denied'
	rm "$TEST_HOME/mine"
}

@test "jailctl exec has the ids of a range" {
	mkfifo end
	chmod 666 end
	exec 8<>end
	as_user jailrun --ids=range --name=ranged "$PLAIN" sh -c 'chown 33 /srv; echo; cat' <end 3>&- >out 2>&1 &
	STARTED=$!
	wait_for 10 test -s out
	run -0 as_user jailctl exec ranged stat -c %u /srv
	assert_output 33
	run -0 as_user jailctl exec --user www ranged sh -c 'id; touch /srv/x; stat -c %u:%g /srv/x'
	assert_output_has uid=33
	assert_output_has 33:33
	run -0 as_user jailctl kill ranged
	exec 8>&-
	wait "$STARTED" || true
}

@test "a layer that is kept has the owners of a range" {
	run -0 as_user jailrun --ids=range --keep="$TEST_HOME/ids" "$OWNED" sh -c 'echo >/srv/www/new; chown 33 /srv/www/new; chown 7 /srv/twin'
	run -0 as_user jailrun --ids=range --keep="$TEST_HOME/ids" "$OWNED" stat -c %u:%g /srv/www/new /srv/twin /srv/www/secret
	assert_output $'33:0\n7:33\n0:33'
}

@test "--ids says what is wrong, and how it is mended" {
	run -2 as_user jailrun --ids=many "$IMAGE" true
	assert_output_has "--ids: 'many' is neither 'auto' nor 'range' nor 'single'"
	run -2 jailrun --ids=single "$IMAGE" true
	assert_output_has 'not for root'
	run -2 jailrun --ids=range --share user "$IMAGE" true
	assert_output_has '--share user'
	run -0 jailrun --ids=range "$IMAGE" true
	run -125 as_user setpriv --no-new-privs env PATH="$PATH" jailrun --ids=range "$IMAGE" true
	assert_output_has no_new_privs
	# Nobody asked: the single id.
	run -0 as_user setpriv --no-new-privs env PATH="$PATH" jailrun "$OWNED" stat -c %u /srv/www
	assert_output_has 0
	run -0 as_user jailrun --plan --ids=range "$IMAGE" true
	assert_output_has 'by newuidmap'
}

# without KIND COMMAND…: while $TEST_USER has no subordinate ids of that kind, subuids or subgids.
without() {
	local kind=$1 first status=0
	shift
	first=$(awk -F: -v user="$TEST_USER" '$1 == user { print $2 }' "/etc/${kind%s}")
	usermod "--del-$kind" "$first-$((first + 65535))" "$TEST_USER"
	"$@" || status=$?
	usermod "--add-$kind" "$first-$((first + 65535))" "$TEST_USER"
	return "$status"
}

lacks() {
	run -125 as_user jailrun --ids=range "$IMAGE" true
	assert_output_has "/etc/$1 gives $TEST_USER no range of 65535 subordinate ids"
	assert_output_has 'usermod --add-subuids 100000-165534'
	run -0 as_user jailrun "$OWNED" stat -c %u /srv/www
	[[ $output == *0 && $output != *33* ]] || fail "$output"
	run as_user jailctl doctor
	assert_output_has "/etc/$1 gives"
}

@test "without a range --ids=range names the file and the fix, and auto goes without" {
	without subuids lacks subuid
	without subgids lacks subgid
	run -0 as_user jailctl cache prune --all
	without subuids as_user jailrun "$OWNED" true 2>said
	grep -q 'the owners of 6 files were not kept' said || fail "$(cat said)"
	run -0 as_user jailrun "$OWNED" stat -c %u /srv/www
	assert_output 33
}

@test "a hostile archive's owners lead nowhere, and the last one counts" {
	local before

	before=$(stat -c %u:%g /etc/passwd)
	python3 - "$OWNED" hostile.tar <<'END'
import io, shutil, sys, tarfile

shutil.copy(sys.argv[1], sys.argv[2])
with tarfile.open(sys.argv[2], "a", format=tarfile.PAX_FORMAT) as tar:
    def add(name, uid, gid, kind=tarfile.REGTYPE, link=""):
        entry = tarfile.TarInfo(name)
        entry.uid, entry.gid, entry.type, entry.linkname, entry.mode = uid, gid, kind, link, 0o755
        tar.addfile(entry, io.BytesIO() if kind == tarfile.REGTYPE else None)
    add("srv/www/secret", 0, 0)             # was 0:33
    add("out", 33, 33, tarfile.SYMTYPE, "/../../../../etc")
    add("out/passwd", 34, 34)               # the image's own
    add("up", 33, 33, tarfile.SYMTYPE, "srv/www")
    add("up/below", 35, 35)
    add("huge", 4294967294, 7)
    add("larger", 7, 70000)
    add("same", 36, 36)
    add("same", 37, 37)
    add("33:33 /bin/busybox\n33:33 /bin", 38, 38)
END
	run -0 as_user jailrun -q "$T/hostile.tar" stat -c %u:%g /srv/www/secret /out /etc/passwd /srv/www/below /huge /larger \
		/same /bin /bin/busybox
	assert_output $'0:0\n33:33\n34:34\n35:35\n0:0\n0:0\n37:37\n0:0\n0:0'
	[ "$(stat -c %u:%g /etc/passwd)" = "$before" ]
}
