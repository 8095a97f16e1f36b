# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the bats files about jailrun load besides `helper`: images of a static busybox, jails as the
# user whose turn it is, looks at a running jail from outside, and sessions in a terminal. Nothing
# here waits without a limit: a jail that hangs is a failed test, not a stopped run.

# The names under which busybox does different things.
APPLETS="cat chmod chown cmp cut date dd echo env false find grep head hostname id ifconfig kill ln ls
	md5sum mkdir mkfifo mknod mount mv nc ps pwd readlink rm sed seq setsid sh sleep sort stat stty
	sync tail tee test touch tr true tty umount uname wc"

# make_image FOLDER: a root filesystem with a shell, accounts, and a folder that is not root's.
make_image() {
	local busybox applet

	busybox=$(type -P busybox) && ! readelf -l "$busybox" | grep -q INTERP ||
		fail "a static busybox is needed (scripts/install-deps --test)" || return
	mkdir -p "$1/bin" "$1/etc" "$1/root" "$1/srv"
	cp "$busybox" "$1/bin/busybox"
	for applet in $APPLETS; do
		ln -s busybox "$1/bin/$applet"
	done
	cat >"$1/etc/passwd" <<'END'
root:x:0:0:root:/root:/bin/sh
www:x:33:33:web:/srv:/bin/sh
alice:x:1000:1000:Alice:/home/alice:/bin/sh
END
	cat >"$1/etc/group" <<'END'
root:x:0:
www:x:33:
alice:x:1000:
audio:x:29:alice,www
video:x:44:alice
END
	chmod -R go+rX "$1"
}

# begin_jails: what setup_file of each file does: the programs, the user, and $IMAGE, which nobody
# may change: tests that write use a copy. With "subids", as make_user.
# shellcheck disable=SC2120 # tests/cli/jailrun-ids.bats passes the argument
begin_jails() {
	begin_file
	make_user "$@"
	IMAGE=$BIN/image
	make_image "$IMAGE"
	export IMAGE
}

end_jails() {
	drop_user
	end_file
}

setup_file() {
	# shellcheck disable=SC2119
	begin_jails
}

teardown_file() {
	end_jails
}

# only_root, only_user: what for_each_user does, for a test that makes sense with one of the two.
only_root() {
	need_root
	WHO=root
	MINE=$T/root
	mkdir "$MINE"
}

only_user() {
	# shellcheck disable=SC2034 # as_each looks at it
	WHO=user
	MINE=$T/user
	mkdir "$MINE"
	! is_root || chown "$TEST_USER:" "$MINE"
}

# only_self: whoever runs the tests.
only_self() {
	if is_root; then only_root; else only_user; fi
}

# limited COMMAND [ARG…]: as $WHO, ended after 20 seconds, or $LIMIT (then the status is 124 or 137). Signals do
# what they do in a user's shell: whoever started the tests may have them ignored.
limited() {
	as_each env --default-signal timeout -k 2 "${LIMIT:-20}" "$@"
}

# capture COMMAND [ARG…]: as `run --separate-stderr` of bats, which warns of each status 127: what
# COMMAND writes in $output and $stderr, and its $status.
capture() {
	status=0
	"$@" >"$T/stdout" 2>"$T/stderr" || status=$?
	output=$(tr -d '\0' <"$T/stdout")
	stderr=$(tr -d '\0' <"$T/stderr")
}

# jail [ARG…]: captures jailrun as $WHO.
jail() {
	capture limited jailrun "$@" </dev/null
}

# inside SCRIPT [OPTION…]: as jail, in $IMAGE, a line of shell.
inside() {
	local script=$1

	shift
	jail "$@" "$IMAGE" sh -c "$script"
}

# own_image: a copy of $IMAGE that belongs to $WHO: $MINE/image.
own_image() {
	as_each cp -R "$IMAGE" "$MINE/image"
}

# What the assertions of `helper` print; here with stderr.
show_answer() {
	printf -- '-- status: %s\n-- output:\n%s\n-- stderr:\n%s\n--\n' "${status-}" "${output-}" \
		"${stderr-}" >&2
}

# assert_error TEXT [HINT]: jailrun has written exactly this to stderr.
assert_error() {
	local wanted="jailrun: error: $1"

	[ $# -eq 1 ] || wanted+=$'\n'"jailrun: hint: $2"
	[ "${stderr-}" = "$wanted" ] && return
	show_answer
	fail "stderr is not: $wanted"
}

assert_error_has() {
	[[ ${stderr-} == *"$1"* ]] && return
	show_answer
	fail "stderr is without: $1"
}

# assert_quiet: nothing on stderr.
assert_quiet() {
	[ -z "${stderr-}" ] && return
	show_answer
	fail "stderr is not empty"
}

# start_jail [ARG…]: jailrun in the background as $WHO, its output in $MINE/out; sets $JAIL to its
# pid. A shell's background jobs ignore SIGINT and SIGQUIT, a user's jail does not.
start_jail() {
	rm -f "$MINE/pid"
	# shellcheck disable=SC2016 # the inner shell's words
	as_each env --default-signal sh -c 'echo $$ >"$0.new" && mv "$0.new" "$0" && exec "$@"' \
		"$MINE/pid" jailrun "$@" </dev/null >"$MINE/out" 2>&1 3>&- &
	STARTED=$!
	wait_for 5 test -s "$MINE/pid" || fail "jailrun did not start" || return
	JAIL=$(cat "$MINE/pid")
}

# says TEXT: the jail in the background has written it.
says() {
	grep -qF -- "$1" "$MINE/out"
}

wait_until_it_says() {
	wait_for 10 says "$1" && return
	cat "$MINE/out" >&2
	fail "the jail never said: $1"
}

# end_of_jail: waits for the jail of start_jail; its exit status in $status.
end_of_jail() {
	wait_for 10 is_over "$STARTED" || fail "the jail does not end" || return
	status=0
	wait "$STARTED" || status=$?
	output=$(cat "$MINE/out")
}

# is_over PID: the process is gone or a zombie.
is_over() {
	! grep -q '^State:[[:space:]]*[^ZX]' "/proc/$1/status" 2>/dev/null
}

# first_child PID
first_child() {
	local children

	read -r -a children <"/proc/$1/task/$1/children" || true
	[ ${#children[@]} -gt 0 ] && echo "${children[0]}"
}

# below PID: the ids of all processes that descend from it.
below() {
	local children child

	read -r -a children <"/proc/$1/task/$1/children" || true
	for child in "${children[@]}"; do
		echo "$child"
		below "$child"
	done
} 2>/dev/null

# init_pid, command_pid: the host's ids of the running jail's pid 1 and of COMMAND.
init_pid() {
	first_child "$JAIL"
}

command_pid() {
	first_child "$(init_pid)"
}

# digest FOLDER: every name, kind, mode, owner, time, target and byte in it.
digest() {
	(
		cd "$1" || exit
		find . -printf '%p %y %m %U %G %T@ %s %l\n' | sort
		find . -type f -exec sha256sum {} + | sort
	) | sha256sum
}

# in_terminal COMMAND [ARG…]: runs COMMAND as $WHO on a terminal of its own (script(1)); carriage
# returns removed. Nothing is typed; at the end of its input script would type an end of file.
in_terminal() {
	local words

	printf -v words ' %q' "$@"
	limited env SHELL=/bin/bash script -qec "exec$words" /dev/null < <(exec sleep 20) | tr -d '\r'
}

# A session of $WHO in tmux: a bash with job control whose prompt is "outer> ".

mux() {
	as_each timeout -k 2 10 tmux -S "$MINE/tmux" "$@"
}

start_session() {
	mux -f /dev/null new-session -d -x 80 -y 24 \
		"cd '$MINE' && exec env PS1='outer> ' PATH='$PATH' bash --norc --noprofile"
	wait_for_screen '^outer>$'
}

end_session() {
	mux kill-server || true
}

screen() {
	mux capture-pane -p
}

keys() {
	mux send-keys "$@"
}

# enter LINE: types it and Enter.
enter() {
	mux send-keys -l -- "$1"
	mux send-keys Enter
}

# shows REGEX: a line of the screen matches, blanks at its end left out.
shows() {
	screen | sed 's/ *$//' | grep -qE -- "$1"
}

wait_for_screen() {
	wait_for 8 shows "$1" && return
	screen >&2
	fail "the screen never showed: $1"
}

# What belongs into teardown of a file that uses `session`.
end_own_session() {
	[ -z "${SESSION-}" ] || end_session
}

# session FUNCTION: calls FUNCTION as each user, in a session of that user's, where the image is `i`.
session() {
	for_each_user in_session "$@"
}

in_session() {
	ln -s "$IMAGE" "$MINE/i"
	start_session
	SESSION=yes
	"$@"
	end_session
	SESSION=
}

# runs NAME: a process of that name is there below the session's shell.
runs() {
	local pid

	for pid in $(below "$(mux display-message -p '#{pane_pid}')"); do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != "$1" ] || return 0
	done
	return 1
}

# wait_until_running NAME: until COMMAND, of that name, is there, and the terminal set up before it.
wait_until_running() {
	wait_for 30 runs "$1" || fail "$1 does not run"
	sleep 0.2
}

# modes NAME: notes all of the outer terminal's in the file NAME.
modes() {
	enter "stty -a >$1; echo no''ted $1"
	wait_for_screen "^noted $1\$"
}
