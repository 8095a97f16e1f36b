#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# jailctl exec: one more command in a running jail has the namespaces and all the limits of its COMMAND.

# Each test is a subshell of its own; capture sets stderr and lines; quoted words are for the jail's shell:
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper
load jailrun-helper
load jailctl-helper

teardown() {
	end_test
	leave_groups
}

# in_jail TAG SCRIPT [OPTION…]: captures a line of shell in the jail.
in_jail() {
	local tag=$1 script=$2

	shift 2
	control exec "$@" "$tag" sh -c "$script"
}

@test "exec runs in every namespace of the jail, beside its init" {
	for_each_user same_namespaces
}
same_namespaces() {
	local kind links='for n in user mnt pid net ipc uts cgroup; do readlink /proc/self/ns/$n; done'

	start_jail web --name web -- sh -c "($links) >/tmp/links; sleep 1000"
	in_jail web 'while ! [ -s /tmp/links ]; do sleep 0.1; done; cat /tmp/links'
	local theirs=$output
	[ "${#lines[@]}" -eq 7 ]
	in_jail web "$links"
	assert_status 0
	assert_output "$theirs"
	for kind in user mnt pid net ipc uts cgroup; do
		[[ $output != *"$(readlink "/proc/self/ns/$kind")"* ]] || fail "$kind is the host's"
	done
	in_jail web 'cat /proc/1/comm; hostname; pwd'
	assert_output $'jailrun-init\nimage\n/'
}

@test "exec has the capabilities, no_new_privs and descriptors of COMMAND, and its user" {
	for_each_user same_limits
}
same_limits() {
	local limits='grep -E "^(Cap|NoNewPrivs|Seccomp|Uid|Gid|Groups)" /proc/self/status; umask'
	local user

	for user in 0 33 1000:29; do
		start_jail web --name web -u "$user" -- sh -c "($limits) >/tmp/limits; sleep 1000"
		in_jail web 'while ! [ -s /tmp/limits ]; do sleep 0.1; done; cat /tmp/limits'
		local theirs=$output
		[ "${#lines[@]}" -ge 10 ]
		in_jail web "$limits"
		assert_output "$theirs"
		[[ $output == *"NoNewPrivs:"?1* ]]
		end_jail web
	done
	start_jail web --name web
	in_jail web 'echo /proc/self/fd/*' 9</etc/passwd
	[[ $output =~ ^/proc/self/fd/0\ /proc/self/fd/1\ /proc/self/fd/2(\ /proc/self/fd/[0-9]+)?$ ]]
	in_jail web 'ls /proc/self/fd/9'
	[ "$status" -ne 0 ]
}

@test "exec has the filter, the limits and the capabilities that the jail was given" {
	for_each_user given_limits
}
given_limits() {
	local limits='grep -E "^(Cap|NoNewPrivs|Seccomp)" /proc/self/status; ulimit -n; ulimit -Hn; ulimit -c'

	start_jail web --name web --cap-drop all --cap-add chown --rlimit nofile=100:200 --rlimit core=0 -- \
		sh -c "($limits) >/tmp/limits; sleep 1000"
	in_jail web 'while ! [ -s /tmp/limits ]; do sleep 0.1; done; cat /tmp/limits'
	local theirs=$output
	in_jail web "$limits"
	assert_output "$theirs"
	[[ $output == *"Seccomp:"?2* && $output == *100$'\n'200$'\n'0 ]]
	end_jail web
	start_jail web --name web --init=app
	in_jail web 'grep Seccomp: /proc/self/status; cat /proc/1/comm'
	assert_output $'Seccomp:\t2\nsleep'
	control stop -t 0 web
	assert_status 0
}

@test "exec takes another user, folder and variables" {
	for_each_user as_another
}
as_another() {
	start_jail web --name web -w /srv -e KEPT=1 -- sh -c 'echo x >/tmp/x; sleep 1000'
	in_jail web 'id -u; id -g; pwd; echo $HOME $USER $KEPT $NEW' -u www -e NEW=2
	assert_status 0
	assert_output $'33\n33\n/srv\n/srv www 1 2'
	in_jail web 'id -u; pwd; cat /tmp/x' -u 1000 -w /bin
	assert_output $'1000\n/bin\nx'
	in_jail web 'cat /proc/self/status | grep CapEff' -u www
	assert_output $'CapEff:\t0000000000000000'
	in_jail web true -u nobody-here
	assert_status 125
	[[ $stderr == *"has no user 'nobody-here'"* ]]
	in_jail web true -w nowhere
	assert_status 2
	in_jail web true -w /nowhere
	assert_status 125
	end_jail web
	# The other way round: root in a jail whose COMMAND is not.
	start_jail web --name web -u 33
	in_jail web 'id -u; id -g; echo $HOME' -u 0
	assert_output $'0\n0\n/root'
	in_jail web 'id -u'
	assert_output 33
}

@test "exec gives the exit status of its command" {
	for_each_user statuses
}
statuses() {
	local n

	start_jail web --name web
	for n in 0 1 42 255; do
		in_jail web "exit $n"
		assert_status "$n"
	done
	in_jail web 'kill -TERM $$'
	assert_status 143
	control exec web no-such-program
	assert_status 127
	[[ $stderr == "jailctl: error: command not found in the image: no-such-program" ]]
	control exec web /etc/passwd
	assert_status 126
	control exec nobody true
	assert_status 125
	[[ $stderr == *"no jail is called nobody"*"your jails are: web"* ]]
	control exec web
	assert_status 2
	control pause web
	in_jail web true
	assert_status 125
	[[ $stderr == *"jail web is paused"*"jailctl resume web"* ]]
	control resume web
}

@test "exec passes its input, its output and signals" {
	for_each_user passes
}
passes() {
	start_jail web --name web
	output=$(seq 100000 | as_each jailctl exec web cat | md5sum)
	assert_output "$(seq 100000 | md5sum)"
	as_each sh -c 'echo $$ >"$0"; exec env --default-signal "$@"' "$MINE/exec.pid" \
		jailctl exec web sh -c 'trap "echo got TERM; exit 7" TERM; echo ready; while :; do sleep 0.05; done' \
		</dev/null >"$MINE/exec.out" &
	local job=$! status=0
	wait_for 10 grep -q ready "$MINE/exec.out"
	kill -TERM "$(cat "$MINE/exec.pid")"
	wait "$job" || status=$?
	assert_status 7
	grep -q 'got TERM' "$MINE/exec.out"
}

@test "what exec runs is killed with jailctl, and with the jail" {
	for_each_user killed_with
}
killed_with() {
	start_jail web --name web
	exec_in_background 'sleep 2000 & echo ready; sleep 2001'
	kill -KILL "$(cat "$MINE/exec.pid")"
	wait_for 10 lacks_process 'sleep 2001'
	exec_in_background 'echo ready; sleep 2002'
	end_jail web
	wait_for 10 lacks_process 'sleep 2002'
	wait_for 10 test -s "$MINE/exec.status"
	# By SIGTERM, which a jail's leftovers get first, or by SIGKILL.
	[[ $(cat "$MINE/exec.status") =~ ^(143|137)$ ]]
}
exec_in_background() {
	rm -f "$MINE"/exec.*
	(
		status=0
		as_each sh -c 'echo $$ >"$0"; exec env --default-signal "$@"' "$MINE/exec.pid" \
			jailctl exec web sh -c "$1" </dev/null >"$MINE/exec.out" || status=$?
		echo "$status" >"$MINE/exec.status"
	) &
	wait_for 10 grep -qs ready "$MINE/exec.out"
}
lacks_process() {
	! pgrep -fx "$1" >/dev/null
}

@test "a jail gets hold of neither jailctl's program nor its terminal" {
	for_each_user sealed
}
sealed() {
	own_image
	printf '#!/proc/self/exe\n' >"$MINE/image/bin/trap"
	chmod 755 "$MINE/image/bin/trap"
	IMAGE=$MINE/image start_jail web --name web
	control exec web /bin/trap
	assert_status 126
	in_jail web 'cat /proc/self/exe | cmp - /bin/busybox'
	assert_status 0
	# Whatever of jailctl can be seen from inside cannot be opened.
	in_jail web 'for p in /proc/[0-9]*; do [ -e $p/exe ] && readlink $p/exe; done | grep jail'
	assert_output ""
}

@test "exec has a terminal of the jail's own" {
	for_each_user terminal
}
terminal() {
	start_jail web --name web
	output=$(as_each script -qec "jailctl exec web sh -c 'tty; ls -l /proc/self/fd/0'" /dev/null \
		</dev/null | tr -d '\r')
	assert_output_has /dev/pts/0
	assert_output_has '/proc/self/fd/0 -> /dev/pts/0'
}

@test "pause stops what exec has started as well, and resume lets it go on" {
	for_each_user exec_paused
}
exec_paused() {
	local exec

	start_jail web --name web
	as_each sh -c 'echo $$ >"$0"; exec jailctl exec web sh -c "$1"' "$MINE/exec.pid" \
		'sh -c "while :; do echo x; sleep 0.05; done" & wait' \
		</dev/null >"$MINE/exec.out" 2>&1 &
	wait_for 10 test -s "$MINE/exec.out"
	exec=$(cat "$MINE/exec.pid")
	assert_pauses web "$MINE/exec.out"
	[[ $(ps -o state= -p "$exec") != T* ]]
	end_jail web
	wait_for 10 is_gone "$exec"
	assert_registry_is_empty
}
is_gone() {
	! kill -0 "$1" 2>/dev/null
}

@test "pause stops what exec has started beside a COMMAND that is pid 1 and has no child" {
	for_each_user exec_paused_beside_app
}
exec_paused_beside_app() {
	start_jail web --name web --init=app -- sleep 1000
	exec_in_background 'echo ready; while :; do echo x; sleep 0.05; done'
	assert_pauses web "$MINE/exec.out"
	control kill web
	wait_for 10 has_ended web
	assert_registry_is_empty
}

@test "exec joins the control groups that the jail was started in" {
	is_root || skip "as root only"
	for_each_user joined_groups
}
joined_groups() {
	local mount theirs own pid

	leave_groups
	for mount in $(hierarchies); do
		mkdir -p "$mount/jbt.$$/jail" "$mount/jbt.$$/caller"
		[ "$WHO" = root ] || chown -R "$TEST_USER:" "$mount/jbt.$$"
	done
	move_to jail
	start_jail web --name web
	move_to caller
	exec_in_background 'echo ready; sleep 1000'
	theirs=$(cat "/proc/$(init_of web)/cgroup")
	[[ $theirs == *"/jbt.$$/jail"* ]]
	own=$(cat "/proc/$(cat "$MINE/exec.pid")/cgroup")
	[[ $own == *"/jbt.$$/caller"* ]]
	for pid in $(below "$(cat "$MINE/exec.pid")"); do
		[ "$(cat "/proc/$pid/cgroup")" = "$theirs" ] || fail "$pid: $(cat "/proc/$pid/cgroup")"
	done
	# To where the caller may not move anybody it is told, if asked.
	if [ "$WHO" = user ]; then
		for mount in $(hierarchies); do
			chown -R root: "$mount/jbt.$$"
		done
		control exec web true
		assert_status 0
		[ -z "$stderr" ]
		control exec -v web true
		assert_status 0
		[[ $stderr == *"cannot join the control group"*"/jbt.$$/jail"*"Permission denied"* ]]
	fi
	end_jail web
}

# Where version 2 is mounted, and version 1's "pids", if they are.
hierarchies() {
	awk '$(NF-2) == "cgroup2" || ($(NF-2) == "cgroup" && $NF ~ /(^|,)pids(,|$)/) { print $5 }' \
		/proc/self/mountinfo
}

# move_to GROUP: this shell.
move_to() {
	local mount
	for mount in $(hierarchies); do
		echo $BASHPID >"$mount/jbt.$$/$1/cgroup.procs"
	done
}

# What is inside goes to the group above them, which for a test is nobody's limit.
leave_groups() {
	local mount group pid

	for mount in $(hierarchies); do
		for group in "$mount/jbt.$$/jail" "$mount/jbt.$$/caller" "$mount/jbt.$$"; do
			[ -d "$group" ] || continue
			while read -r pid; do
				echo "$pid" >"$mount/cgroup.procs" || true
			done <"$group/cgroup.procs"
			rmdir "$group"
		done
	done
}
