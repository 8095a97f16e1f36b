#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a jail sees of the machine: namespaces of its own, ids that are nobody's outside, no file, no
# mount, no descriptor and no process of the host.

# Each test is a subshell of its own, and many a quoted word is for the shell inside the jail:
# shellcheck disable=SC2016,SC2030,SC2031

load helper
load jailrun-helper

NAMESPACES="cgroup ipc mnt net pid user uts"

# shared_with_host [OPTION…]: the names of the namespaces that a jail has in common with the host.
shared_with_host() {
	local name own

	inside 'for n in '"$NAMESPACES"'; do readlink /proc/self/ns/$n; done' "$@"
	assert_status 0
	[ "$(wc -l <<<"$output")" -eq 7 ] || fail "$output"
	for name in $NAMESPACES; do
		own=$(as_each readlink "/proc/self/ns/$name")
		! grep -qxF "$own" <<<"$output" || echo "$name"
	done
}

has_seven_namespaces() {
	[ -z "$(shared_with_host)" ]
}
@test "all seven namespaces are other ones than the host's" {
	for_each_user has_seven_namespaces
}

shares_by_name() {
	local name

	for name in net pid ipc uts cgroup; do
		[ "$(shared_with_host --share "$name")" = "$name" ] || fail "--share $name"
	done
	[ "$(shared_with_host --share net,uts --share ipc)" = $'ipc\nnet\nuts' ]
	[ "$(shared_with_host --share net,pid,ipc,uts,cgroup)" = $'cgroup\nipc\nnet\npid\nuts' ]
}
@test "--share gives up exactly the namespaces that it names" {
	for_each_user shares_by_name
}

@test "--share user needs root, and is refused to others with a reason" {
	only_user
	inside true --share user
	assert_status 125
	assert_error '--share user needs root'
	is_root || return 0
	only_root
	[ "$(shared_with_host --share user)" = user ]
}

has_its_own_processes() {
	inside 'echo $$; cat /proc/1/comm; echo /proc/[0-9]*'
	assert_status 0
	assert_output $'2\njailrun-init\n/proc/1 /proc/2'
	inside 'ps -o pid,comm'
	[ "$(awk '{ print $1, $2 }' <<<"$output")" = $'PID COMMAND\n1 jailrun-init\n2 ps' ] || fail "$output"
}
@test "the processes are those of the jail, and pid 1 is its init" {
	for_each_user has_its_own_processes
}

has_loopback_only() {
	inside 'sed 1,2d /proc/net/dev | wc -l; ifconfig lo | grep -c "UP LOOPBACK RUNNING"; ifconfig'
	assert_status 0
	[[ $output == $'1\n1\n'* ]] || fail "$output"
	assert_output_lacks eth
	# A listener inside is reached inside; none of the host's is.
	inside 'sleep 9 | nc -l -p 4000 >/tmp/got & for i in 1 2 3 4 5 6 7 8 9; do
		[ -s /tmp/got ] || { sleep 0.1; echo hello | nc -w 1 127.0.0.1 4000 2>/dev/null; }; done
		cat /tmp/got'
	assert_status 0
	assert_output hello
}
@test "the network is lo alone, it is up, and connections on it work" {
	for_each_user has_loopback_only
}

does_not_reach_the_hosts_loopback() {
	local port

	port=$(listen_somewhere)
	inside "nc -w 1 127.0.0.1 $port </dev/null"
	[ "$status" -ne 0 ]
	assert_output ''
	inside "nc -w 2 127.0.0.1 $port </dev/null" --share net
	assert_output 'the host'
	kill "$(cat "$T/listener")"
}
@test "a service on the host's 127.0.0.1 is out of reach, but for --share net" {
	for_each_user does_not_reach_the_hosts_loopback
}

# A listener on the host that says "the host" to everybody; prints its port.
listen_somewhere() {
	local port

	for port in $(shuf -n 5 -i 20000-60000); do
		socat "TCP-LISTEN:$port,bind=127.0.0.1,fork,reuseaddr" SYSTEM:'echo the host' \
			>/dev/null 2>&1 3>&- &
		echo $! >"$T/listener"
		! wait_for 2 is_listened_to "$port" || break
	done
	echo "$port"
}

is_listened_to() {
	[ -n "$(ss -Hltn "sport = :$1")" ]
}

shows_no_host_mounts() {
	local strangers

	inside 'cat /proc/self/mountinfo'
	assert_status 0
	[ "$(awk '{ print $5 }' <<<"$output" | grep -cxE '/|/dev|/dev/pts|/proc|/run|/tmp')" -eq 6 ]
	strangers=$(awk '{ print $5 }' <<<"$output" |
		grep -vE '^/(|dev(/(full|null|pts|random|tty|urandom|zero))?|proc(/[a-z_-]+)?|run|tmp)$' || true)
	[ -z "$strangers" ] || fail "$strangers"
	assert_output_lacks "$IMAGE"
	assert_output_lacks "$HOME"
}
@test "no mount of the host, and no path of it, shows in the jail's mount table" {
	for_each_user shows_no_host_mounts
}

has_no_way_up() {
	inside 'stat -Lc %d:%i / /.. /../.. . /proc/self/root /proc/1/../.. /dev/.. | sort -u | wc -l; ls /..; pwd'
	assert_status 0
	assert_output $'1\nbin\ndev\netc\nproc\nroot\nrun\nsrv\ntmp\n/'
}
@test "above the root is the root, by every way" {
	for_each_user has_no_way_up
}

cannot_break_out_by_chroot() {
	# The classic: a working folder above a root made deeper. COMMAND keeps CAP_SYS_CHROOT.
	jail "$IMAGE" /bin/true
	assert_status 0
	own_image
	cp "$BIN/chroot-out" "$MINE/image/bin/"
	jail "$MINE/image" chroot-out
	assert_output 'etc/passwd of the jail'
}
@test "chroot and a hundred times .. end at the jail's root" {
	build_static - "$BIN/chroot-out" <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
	char line[100] = "";

	if (mkdir("/tmp/deeper", 0755) || chdir("/") || chroot("/tmp/deeper"))
		return 1;
	for (int i = 0; i < 100; i++)
		if (chdir(".."))
			return 2;
	if (chroot("."))
		return 3;
	FILE *file = fopen("/etc/passwd", "r");
	int lines = 0;
	while (file && fgets(line, sizeof(line), file))
		lines++;
	/* The image's has three accounts. */
	puts(lines == 3 ? "etc/passwd of the jail" : "etc/passwd of somebody else");
	return 0;
}
END
	for_each_user cannot_break_out_by_chroot
}

holds_no_descriptors() {
	capture limited bash -c 'exec 3</etc/passwd 4</ 7</proc 9>/dev/null 11<"$0" 200<"$HOME"
		exec jailrun "$0" ls /proc/self/fd' "$IMAGE"
	assert_status 0
	# 3 is that of ls, on the folder that it lists.
	assert_output $'0\n1\n2\n3'
}
@test "the descriptors inside are 0, 1 and 2, whatever the caller left open" {
	for_each_user holds_no_descriptors
}

@test "init holds no file of the caller open" {
	only_root
	exec 77</etc/passwd
	start_jail "$IMAGE" sh -c 'echo ready; exec sleep 100'
	exec 77<&-
	wait_until_it_says ready
	wait_for 3 init_has_let_go
	kill -KILL "$JAIL"
}

init_has_let_go() {
	local fd target

	for fd in "/proc/$(init_pid)/fd/"*; do
		target=$(readlink "$fd") || return
		[[ $target == /dev/null || $target == socket:* || $target == /dev/pts/* ]] || return
	done
}

does_not_follow_magic_links() {
	local fd

	own_image
	for fd in {0..15}; do
		ln -s "/proc/self/fd/$fd" "$MINE/image/to$fd"
	done
	ln -s /proc/self/cwd "$MINE/image/cwd"
	ln -s /proc/1/root "$MINE/image/root1"
	for fd in cwd root1 to{0..15}; do
		capture limited bash -c 'exec 9</ 10</etc 11<"$HOME"; exec jailrun -w "/$1" "$0" \
			ls -a . .. ../..' "$MINE/image" "$fd"
		[ "$status" -eq 125 ] || fail "-w /$fd: $status" "$output"
		assert_output ''
	done
	for fd in 9 11; do
		capture limited bash -c 'exec 9</ 11<"$HOME"; exec jailrun -w "/proc/self/fd/$1" "$0" ls' \
			"$MINE/image" "$fd"
		assert_status 125
		assert_output ''
	done
}
@test "a working folder that is a link to a descriptor does not lead out" {
	for_each_user does_not_follow_magic_links
}

does_not_run_itself() {
	own_image
	ln -s /proc/self/exe "$MINE/image/bin/me"
	printf '#!/proc/self/exe\n' >"$MINE/image/bin/script"
	chmod 755 "$MINE/image/bin/script"
	jail "$MINE/image" me --version
	[ "$status" -eq 126 ] || fail "me: $status" "$output"
	assert_output ''
	jail "$MINE/image" script --version
	[ "$status" -eq 126 ] || fail "script: $status" "$output"
	assert_output ''
	jail "$MINE/image" /proc/self/exe --version
	[ "$status" -eq 126 ] || fail "/proc/self/exe: $status" "$output"
	assert_output ''
}
@test "a COMMAND that is a link to /proc/self/exe does not run the host's jailrun" {
	for_each_user does_not_run_itself
}

works_nested() {
	capture limited unshare -rm jailrun "$IMAGE" sh -c 'id -u; echo $$'
	assert_status 0
	assert_output $'0\n2'
}
@test "a root that has only its own id (unshare -r) can run jails" {
	for_each_user works_nested
}

@test "what cannot be had is said: without user namespaces it is 125 with a hint" {
	only_root
	capture limited unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces; exec jailrun "$0" true' \
		"$IMAGE"
	assert_status 125
	assert_error_has "cannot create the jail's namespaces"
	assert_error_has 'hint: '
}
