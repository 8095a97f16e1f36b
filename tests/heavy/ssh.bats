#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# A jail with sshd and jails with its clients: a session, a copy, and rsync by ssh, over a socket of the
# loopback. The server is root's, as its privilege separation takes a second id; or that of a user who has such.

load ../cli/helper
load ../apps/apps-helper

teardown() {
	[ -z "${server:-}" ] || kill "$server"
	end_test
}

stop_server() {
	kill "$server"
	wait "$server" || [ $? -eq 255 ]
	server=
}

answers_on_port() {
	(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
}

# The image's own command, with a port that is free; jails of root have their root's id from 524288 on.
start_server() {
	ssh-keygen -q -t ed25519 -N '' -f key
	install -m 0600 -o 524288 -g 524288 key.pub authorized
	port=$((20000 + RANDOM % 20000))
	printf '%s\n' "Port $port" 'ListenAddress 127.0.0.1' 'HostKey /etc/ssh/ssh_host_ed25519_key' \
		'AuthorizedKeysFile /authorized' 'UsePAM no' 'Subsystem sftp internal-sftp' \
		'StrictModes no' >config
	jailrun --share net -v "$T/config:/etc/ssh/sshd_config:ro" -v "$T/authorized:/authorized:ro" "$@" \
		"$IMAGES/sshd.tar" >log 2>&1 3>&- &
	server=$!
	wait_for 10 answers_on_port || fail "$(cat log)"
}

# client COMMAND…: in the client's image; its key lies in /mine.
client() {
	run as_each timeout 60 jailrun --share net -v "$MINE:/mine" "$IMAGES/client.tar" "$@"
	assert_status 0
}

works_by_ssh() {
	local owner options="-i /mine/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"

	# The client's root: of a user's jail the user, of root's the first id of its own.
	owner=524288
	[ "$WHO" = root ] || owner=$TEST_USER
	chown "$owner" "$MINE"
	install -m 0600 -o "$owner" key "$MINE/key"
	seq 5000 >"$MINE/numbers"
	# shellcheck disable=SC2086,SC2016 # it is several words; the shell in the jail expands the others
	client /usr/bin/ssh $options -p "$port" root@127.0.0.1 'cat /etc/passwd; echo $((6 * 7))'
	assert_output_has sshd:x:607
	assert_output_has 42
	echo "get /etc/passwd /mine/passwd" >"$MINE/batch"
	# shellcheck disable=SC2086 # it is several words
	client /usr/bin/sftp -q $options -P "$port" -b /mine/batch root@127.0.0.1
	grep -q ^sshd:x:607 "$MINE/passwd"
	# shellcheck disable=SC2086 # it is several words
	client /usr/bin/scp -q $options -P "$port" /mine/numbers "root@127.0.0.1:/tmp/$WHO"
	client /usr/bin/rsync -a -e "/usr/bin/ssh $options -p $port" "root@127.0.0.1:/tmp/$WHO" /mine/back
	cmp "$MINE/numbers" "$MINE/back"
}

@test "ssh, scp and rsync in a jail work with sshd in another" {
	need_root
	image sshd.tar -t shell -t rsync -t sshd
	image client.tar -t ssh -t rsync
	run -0 jailbuild check "$IMAGES/sshd.tar"
	start_server
	for_each_user works_by_ssh
	stop_server
}

@test "sshd shows the host key that it is given" {
	need_root
	image sshd.tar -t shell -t rsync -t sshd
	ssh-keygen -q -t ed25519 -N '' -f host
	chown 524288:524288 host
	start_server -v "$T/host:/etc/ssh/ssh_host_ed25519_key:ro"
	run -0 ssh-keyscan -t ed25519 -p "$port" 127.0.0.1
	assert_output_has "$(cut -d' ' -f1,2 host.pub)"
}

# A folder: only there jailrun takes more ids than one for a user. The loopback is the jail's own.
@test "sshd of an ordinary user with subordinate ids lets its root in" {
	need_root
	usermod --add-subuids 700000-765535 --add-subgids 700000-765535 "$TEST_USER" # drop_user removes them
	mkdir mine
	chown "$TEST_USER:" mine
	run -0 as_user jailbuild add -q -t shell -t ssh -t sshd -o "$T/mine/x/"
	cat >script <<-'END'
		mkdir -p /run/sshd /root/.ssh
		ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
		ssh-keygen -q -t ed25519 -N '' -f /tmp/key
		cat /tmp/key.pub >/root/.ssh/authorized_keys
		/usr/sbin/sshd -D -e -p 2222 &
		for i in {1..50}; do (exec 3<>/dev/tcp/127.0.0.1/2222) 2>/dev/null && break; sleep 0.1; done
		ssh -p 2222 -i /tmp/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/tmp/known \
			root@127.0.0.1 'echo $((6 * 7))' </dev/null || exit 1
		kill %1
		wait %1
		echo ended $?
	END
	run -0 as_user timeout 60 jailrun -v "$T/script:/script:ro" "$T/mine/x" bash /script
	assert_output_has 42
	assert_output_has 'ended 0'
	run -0 as_user jailbuild check -q "$T/mine/x"
}
