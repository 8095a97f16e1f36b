# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# A network of the test's own, with nothing but a loopback, in which a server's image is started as it wants
# to be started, and asked by clients in it: no port of the host is taken, and no port is ever in use.

# begin_network: makes it; goes with $T.
begin_network() {
	need_root || return
	touch net
	unshare --net="$T/net" sh -c 'ip link set lo up && echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range'
}

end_network() {
	[ -z "${server:-}" ] || kill "$server" 2>/dev/null || true
	end_test
}

# in_network COMMAND…: as root, with the loopback of the network.
in_network() {
	nsenter --net="$T/net" "$@"
}

# jail NAME ARG…: jailrun of that image in the network, as whoever's turn it is; by execs alone, so that
# started with & its process id is jailrun's.
jail() {
	local name=$1 who=()
	shift
	if [ "$WHO" = user ]; then
		cd "$TEST_HOME" || return
		who=(setpriv --reuid "$TEST_USER" --regid "$TEST_USER" --init-groups --inh-caps=-all --
			env -i PATH="$PATH" HOME="$TEST_HOME" LC_ALL=C.UTF-8 T="$T")
	fi
	exec nsenter --net="$T/net" "${who[@]}" jailrun --share net "${options[@]}" "$IMAGES/$name" "$@"
}

# start NAME PORT [OPTION…]: the image's own command; ends when something listens on PORT. `jailbuild check`
# has nothing to say against the image.
start() {
	local name=$1 port=$2
	shift 2
	run -0 jailbuild check "$IMAGES/$name"
	options=("$@")
	jail "$name" >"log.$WHO" 2>&1 3>&- &
	server=$!
	wait_for 60 listens "$port" || fail "nothing listens on port $port: $(cat "log.$WHO")"
}

listens() {
	kill -0 "$server" || return
	[ -n "$(in_network ss -Hltun "sport = :$1")" ]
}

# ask EXPECTED NAME COMMAND…: all that COMMAND says in the image beside the server.
ask() {
	local expected=$1
	shift
	run jail "$@" </dev/null
	assert_status 0
	assert_output "$expected"
}

# stop [STATUS]: a SIGTERM ends the server in ten seconds, with STATUS or 0, and nothing listens any more.
stop() {
	local ended=0
	kill -TERM "$server"
	wait_for 10 gone || fail "the server does not end" || return
	wait "$server" || ended=$?
	server=
	[ "$ended" -eq "${1:-0}" ] || fail "the server ended with $ended: $(cat "log.$WHO")" || return
	wait_for 5 nothing_listens
}

nothing_listens() {
	[ -z "$(in_network ss -Hltun)" ]
}

gone() {
	! kill -0 "$server" 2>/dev/null || grep -qs '^State:.*Z' "/proc/$server/status"
}

# folder PATH: one that everybody may write to, for what a server and its client share.
folder() {
	mkdir -p "$1" && chmod 1777 "$1"
}
