#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The whole way, as the project's README goes it: programs of this host into jail.tar, and the jail
# used at a terminal.

# Each test is a subshell of its own, and many a quoted word is for the shell inside the jail:
# shellcheck disable=SC2016,SC2030,SC2031

load helper
load jailrun-helper

setup_file() {
	begin_jails
	TAR=$BIN/jail.tar
	jailbuild add /usr/bin/bash /usr/bin/env /usr/bin/ls /usr/bin/ps /usr/bin/top -o "$TAR"
	chmod 644 "$TAR"
	export TAR
}

teardown() {
	[ -z "${SESSION-}" ] || end_session
	end_test
}

builds() {
	capture limited sh -c 'cd "$1" && jailbuild add /usr/bin/bash /usr/bin/env /usr/bin/ls /usr/bin/ps \
		/usr/bin/top -o jail.tar' - "$MINE"
	assert_status 0
	cmp "$MINE/jail.tar" "$TAR"
}
@test "everybody can pack bash, env, ls, ps and top, and gets the same bytes" {
	for_each_user builds
}

runs_without_terminal() {
	capture limited env XDG_CACHE_HOME="$MINE/cache" jailrun -h calculus "$TAR" bash -c \
		'echo $$ $HOSTNAME; ls /; env | /usr/bin/env bash -c "while read -r line; do [[ \$line == USER=* ]] && echo \$line; done; true"' \
		</dev/null
	assert_status 0
	[[ $output == $'2 calculus\n'*$'\nUSER=root' ]] || fail "$output"
	assert_output_has $'\nproc\n'
	assert_quiet
	# Again, from the cache; without the ps of the host's processes.
	capture limited env XDG_CACHE_HOME="$MINE/cache" jailrun "$TAR" ps -e -o pid,user,args </dev/null
	assert_status 0
	[ "$(awk '{ print $1, $2, $3 }' <<<"$output")" = $'PID USER COMMAND\n1 root jailrun-init\n2 root ps' ] ||
		fail "$output"
}
@test "the jail runs its programs from the tar, at once and again" {
	for_each_user runs_without_terminal
}

is_calculus() {
	export XDG_CACHE_HOME=$MINE/cache
	start_session
	SESSION=yes
	enter "export XDG_CACHE_HOME='$MINE/cache' TERM=xterm-256color; clear"
	enter "jailrun -h calculus -e 'PS1=\\h [\\W] ' '$TAR' bash --norc"
	wait_for_screen '^calculus \[/\]$'
	enter 'cd usr/bin; ls'
	wait_for_screen '^calculus \[bin\]$'
	wait_for_screen 'bash +env +ls +ps +top'
	enter 'ps -e'
	wait_for_screen '^ +1 .* jailrun-init$'
	wait_for_screen '^ +2 pts/0 .* bash$'
	enter 'TERM=xterm-256color top'
	wait_for_screen 'top - .* load average'
	wait_for_screen 'PID +USER .* COMMAND'
	wait_for_screen ' 1 root .* jailrun'
	keys q
	enter 'echo "$TERM $container"; exit 5'
	wait_for_screen '^xterm-256color jailrun$'
	enter 'echo status $?'
	wait_for_screen '^status 5$'
	end_session
	SESSION=
}
@test "with hostname calculus the prompt is 'calculus [/] ', ps shows pid 1, and top draws" {
	for_each_user is_calculus
}

runs_static_hello() {
	as_each mkdir "$MINE/root"
	as_each cp "$BIN/hello" "$MINE/root/hello"
	jail "$MINE/root" /hello
	assert_status 0
	assert_output 'Hello from process 2'
	jail "$MINE/root"
	assert_status 125
	assert_error_has 'has no shell'
}
@test "a static hello in a folder of its own is a jail" {
	build_static - "$BIN/hello" <<'END'
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	return printf("Hello from process %d\n", getpid()) < 0;
}
END
	[ "$(stat -c %s "$BIN/hello")" -lt 1500000 ]
	for_each_user runs_static_hello
}

lacks_libraries() {
	as_each mkdir -p "$MINE/root/bin"
	as_each cp "$BIN/dynamic" "$MINE/root/bin/hello"
	jail "$MINE/root" hello
	assert_status 126
	assert_error_has "cannot execute /bin/hello: its interpreter $LOADER is missing in the image"
	[[ ${stderr-} != *'No such file'* ]] || fail "${stderr-}"
	# And with what jailbuild adds it runs.
	capture limited jailbuild add "$BIN/dynamic:/bin/hello" -o "$MINE/packed/"
	assert_status 0
	jail "$MINE/packed" hello
	assert_status 0
	assert_output 'Hello'
}
@test "a dynamic hello misses its interpreter until jailbuild packs it" {
	printf '#include <stdio.h>\nint main(void) { return puts("Hello") < 0; }\n' |
		${CC:-gcc} -x c -o "$BIN/dynamic" -
	LOADER=$(readelf -l "$BIN/dynamic" | sed -n 's/.*program interpreter: \(.*\)\]/\1/p')
	for_each_user lacks_libraries
}

runs_each_compression() {
	local kind

	for kind in gz xz zst; do
		capture limited env XDG_CACHE_HOME="$MINE/cache" jailrun "$BIN/c.tar.$kind" bash -c 'echo $((6 * 7))' </dev/null
		assert_status 0
		assert_output 42
	done
}
@test "the tar works plain and compressed by gzip, xz and zstd" {
	gzip -1 <"$TAR" >"$BIN/c.tar.gz"
	xz -0 <"$TAR" >"$BIN/c.tar.xz"
	zstd -q -1 <"$TAR" >"$BIN/c.tar.zst"
	chmod 644 "$BIN"/c.tar.*
	for_each_user runs_each_compression
}

leaves_nothing() {
	start_jail "$TAR" bash -c 'echo ready; while :; do ps >/dev/null; done'
	wait_until_it_says ready
	kill -KILL "$JAIL"
	end_of_jail
	assert_status 137
	assert_no_leftovers
}
@test "a jail of the tar that is killed leaves no process and no mount" {
	for_each_user leaves_nothing
}
