# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the bats files about jailctl load besides `jailrun-helper`: jails that run in the background while the
# user whose turn it is asks about them.

# control [ARG…]: captures jailctl as $WHO; also its lines in ${lines[@]}.
control() {
	capture limited jailctl "$@" </dev/null
	# shellcheck disable=SC2034,SC2154 # the tests read the one, capture writes the other
	mapfile -t lines <<<"$output"
}

# registry: the folder with the registrations of $WHO.
registry() {
	if is_root && [ "$WHO" = root ]; then
		echo "$XDG_RUNTIME_DIR/jailrun"
	else
		echo "$TEST_HOME/.local/state/jailrun/run"
	fi
}

assert_registry_is_empty() {
	[ -z "$(ls -A "$(registry)")" ] || fail "the registry still has: $(ls -A "$(registry)")"
}

# start_jail TAG [OPTION…] [-- COMMAND…]: a jail in the background, and waits until it is listed and its COMMAND
# (sleep 1000) runs.
start_jail() {
	local tag=$1 options=()
	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	[ $# -eq 0 ] || shift
	[ $# -gt 0 ] || set -- sleep 1000
	# shellcheck disable=SC2016 # the inner shell expands it
	as_each sh -c 'echo $$ >"$0"; exec env --default-signal "$@"' "$MINE/$tag.pid" \
		jailrun "${options[@]}" "$IMAGE" "$@" </dev/null >"$MINE/$tag.out" 2>"$MINE/$tag.err" &
	wait_for 10 is_up "$tag" || fail "jail $tag does not start: $(cat "$MINE/$tag.err")"
}

supervisor_of() {
	cat "$MINE/$1.pid"
}

# The registration of jail TAG: the one whose supervisor is the process that start_jail started.
record_of() {
	grep -lsx "supervisor=$(supervisor_of "$1")" "$(registry)"/jail.*
}

init_of() {
	local record

	record=$(record_of "$1") && sed -n 's/^init=//p' "$record"
}

is_up() {
	local init

	[ -s "$MINE/$1.pid" ] && init=$(init_of "$1") &&
		as_each jailctl list | grep -q " $init  *running "
}

has_ended() {
	! kill -0 "$(supervisor_of "$1")" 2>/dev/null
}

# has_grown FILE SIZE
has_grown() {
	[ "$(stat -c %s "$1")" -gt "$2" ]
}

# assert_pauses TAG FILE: what writes to FILE all the time does so no more while jail TAG is paused.
assert_pauses() {
	local before

	control pause "$1"
	assert_status 0
	before=$(stat -c %s "$2")
	sleep 0.5
	[ "$(stat -c %s "$2")" = "$before" ] || fail "$1 is paused, and $2 grows"
	control resume "$1"
	assert_status 0
	wait_for 10 has_grown "$2" "$before"
}

# end_jail TAG: by SIGTERM, and waits for its end.
end_jail() {
	kill -TERM "$(supervisor_of "$1")"
	wait_for 10 has_ended "$1"
}

setup() {
	begin_test
	rm -rf "$TEST_HOME/.local"
}
