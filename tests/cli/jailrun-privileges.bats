#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Who COMMAND is, inside and outside, and what it may do.

# Each test is a subshell of its own, and many a quoted word is for the shell inside the jail:
# shellcheck disable=SC2016,SC2030,SC2031

load helper
load jailrun-helper

# Of capabilities(7): CHOWN 0 DAC_OVERRIDE 1 FOWNER 3 FSETID 4 KILL 5 SETGID 6 SETUID 7
# NET_BIND_SERVICE 10 SYS_CHROOT 18; documented in runner/privileges.h.
KEPT=00000000000404fb
NONE=0000000000000000

has_documented_capabilities() {
	inside 'grep -E "^(Cap|NoNewPrivs)" /proc/self/status | tr -s "\t" " "'
	assert_output "CapInh: $NONE
CapPrm: $KEPT
CapEff: $KEPT
CapBnd: $KEPT
CapAmb: $NONE
NoNewPrivs: 1"
	inside 'grep -E "^(Cap|NoNewPrivs)" /proc/self/status | tr -s "\t" " "' -u 33
	assert_output "CapInh: $NONE
CapPrm: $NONE
CapEff: $NONE
CapBnd: $KEPT
CapAmb: $NONE
NoNewPrivs: 1"
}
@test "root inside has the documented capabilities, any other user none" {
	for_each_user has_documented_capabilities
}

@test "inheritable and ambient capabilities of the caller do not come along" {
	only_root
	capture limited setpriv --inh-caps +chown,+net_admin --ambient-caps +chown,+net_admin jailrun "$IMAGE" \
		grep -E '^Cap(Inh|Amb|Eff)' /proc/self/status
	assert_status 0
	assert_output "CapInh:	$NONE
CapEff:	$KEPT
CapAmb:	$NONE"
}

init_is_weak() {
	# It drops them when COMMAND has come into being, so COMMAND may have to wait a moment.
	inside 'for i in 1 2 3 4 5 6 7 8 9; do grep -q "CapEff.*20$" /proc/1/status && break; sleep 0.1; done
		grep -E "^(Cap|NoNewPrivs)" /proc/1/status | tr -s "\t" " "'
	# Only CAP_KILL (5): for a COMMAND with another uid.
	assert_output "CapInh: $NONE
CapPrm: 0000000000000020
CapEff: 0000000000000020
CapBnd: $KEPT
CapAmb: $NONE
NoNewPrivs: 1"
}
@test "init keeps CAP_KILL alone" {
	for_each_user init_is_weak
}

cannot_open_init() {
	local name user

	for user in 0 33; do
		for name in exe mem environ fd maps root cwd map_files auxv io; do
			inside "cat /proc/1/$name || ls /proc/1/$name/ || readlink /proc/1/$name" -u $user
			[ "$status" -ne 0 ] || fail "-u $user: /proc/1/$name: $output"
			assert_output ''
		done
	done
}
@test "memory, executable, environment and descriptors of init cannot be opened" {
	for_each_user cannot_open_init
}

cannot_trace_init() {
	own_image
	cp "$BIN/tracer" "$MINE/image/bin/"
	jail "$MINE/image" tracer
	assert_status 0
	assert_output 'refused'
}
@test "init can never be traced, not even at once after COMMAND has started" {
	build_static - "$BIN/tracer" <<'END'
#include <errno.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <time.h>

int main(void)
{
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		if (ptrace(PTRACE_ATTACH, 1, 0, 0) == 0) {
			puts("attached");
			return 1;
		}
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec * 10 + now.tv_nsec / 100000000 <
		 start.tv_sec * 10 + start.tv_nsec / 100000000 + 5);
	puts("refused");
	return 0;
}
END
	for_each_user cannot_trace_init
}

# outside FIELD: of the running COMMAND's status, as the host sees it.
outside() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$(command_pid)/status"
}

@test "root of root's jail is 524288 outside, and so is init" {
	only_root
	start_jail "$IMAGE" sh -c 'echo ready; exec sleep 100'
	wait_until_it_says ready
	[ "$(outside Uid)" = $'524288\t524288\t524288\t524288' ]
	[ "$(outside Gid)" = $'524288\t524288\t524288\t524288' ]
	[ -z "$(outside Groups | tr -d ' ')" ]
	grep -qP '^Uid:\t524288\t524288\t524288\t524288$' "/proc/$(init_pid)/status"
	kill "$JAIL"
	end_of_jail
	assert_status 143
}

@test "an ordinary user's jail runs as that user outside, whatever it is inside" {
	local own

	only_user
	own=$(id -u "$TEST_USER")
	start_jail -u 33 "$IMAGE" sh -c 'id -u; echo ready; exec sleep 100'
	wait_until_it_says ready
	says 33
	[ "$(outside Uid)" = "$own	$own	$own	$own" ]
	kill "$JAIL"
	end_of_jail
	assert_status 143
}

@test "any user and group inside can be had by root's jail: chown, other owners, two ids at once" {
	only_root
	own_image
	inside 'cd /srv; touch a b; chown 33:33 a && chown 1000:29 b && stat -c "%u:%g" a b'
	assert_status 0
	assert_output $'33:33\n1000:29'
	chown 33:33 "$MINE/image/srv"
	jail "$MINE/image" sh -c 'stat -c %u:%g /srv /etc'
	assert_output $'33:33\n0:0'
	jail -u www "$MINE/image" sh -c 'touch /srv/x && stat -c %u:%g /srv/x'
	assert_output 33:33
	jail -u alice "$MINE/image" sh -c 'touch /srv/x || touch /etc/x || touch /x'
	assert_status 1
}

is_somebody() {
	inside 'echo $(id -u) $(id -g)' -u www
	assert_output '33 33'
	inside 'echo $(id -u) $(id -g)' -u alice:video
	assert_output '1000 44'
	inside 'echo $(id -u) $(id -g)' -u 1000
	assert_output '1000 1000'
	inside 'echo $(id -u) $(id -g)' -u 4321
	assert_output '4321 0'
	inside 'echo $(id -u) $(id -g)' -u 4321:8765
	assert_output '4321 8765'
	inside 'echo $(id -u) $(id -g)' -u root:audio
	assert_output '0 29'
	inside 'echo $(id -u) $(id -g)' -u 0:0
	assert_output '0 0'
}
@test "-u takes names of the image, numbers, and a group behind a colon" {
	for_each_user is_somebody
}

@test "the supplementary groups are the image's, for root's jails" {
	only_root
	inside 'grep ^Groups: /proc/self/status' -u alice
	assert_output $'Groups:\t29 44 '
	inside 'grep ^Groups: /proc/self/status' -u 1000
	assert_output $'Groups:\t29 44 '
	inside 'grep ^Groups: /proc/self/status'
	assert_output $'Groups:\t '
	# And none of the caller's.
	capture limited setpriv --groups 4,27,1000 jailrun --share user "$IMAGE" grep -E '^(Groups|Gid):' /proc/self/status
	assert_output $'Gid:\t0\t0\t0\t0\nGroups:\t '
	capture limited setpriv --regid 4 --clear-groups jailrun --share user "$IMAGE" grep -E '^Gid:' /proc/self/status
	assert_output $'Gid:\t0\t0\t0\t0'
}

misses_accounts() {
	inside true -u nobody
	assert_status 125
	assert_error "--user: the image has no user 'nobody' in /etc/passwd" \
		'a number needs no account: --user 1000:1000'
	inside true -u root:nogroup
	assert_status 125
	assert_error "--user: the image has no group 'nogroup' in /etc/group"
}
@test "names are looked up in the image, not on the host" {
	for_each_user misses_accounts
}

@test "an id that the jail does not have is refused with a reason" {
	only_root
	inside true -u 65536
	assert_status 125
	assert_error 'cannot become group 0: Invalid argument' 'the jail has only the ids that are mapped into it' ||
		assert_error 'cannot become user 65536: Invalid argument' \
			'the jail has only the ids that are mapped into it'
}

survives_hostile_passwd() {
	own_image
	as_each sh -c 'cd "$1/etc" && seq 100000 | sed "s,.*,u&:x:&:&::/h:," >passwd &&
		printf "last:x:7:7::/h:/bin/sh" >>passwd' - "$MINE/image"
	jail -u u65000 "$MINE/image" id -u
	assert_output 65000
	jail -u last "$MINE/image" id -u
	assert_status 0
	assert_output 7
	as_each sh -c 'cd "$1/etc" && head -c 5000000 /dev/zero | tr "\0" a >passwd' - "$MINE/image"
	jail -u last "$MINE/image" id -u
	assert_status 125
	assert_error_has /etc/passwd
	as_each sh -c 'cd "$1/etc" && rm passwd && mkfifo passwd' - "$MINE/image"
	jail -u last "$MINE/image" id -u
	assert_status 125
	assert_error "the image's /etc/passwd is no plain file"
	as_each sh -c 'cd "$1/etc" && rm passwd && ln -s ../../../../../../../../etc/passwd passwd' - "$MINE/image"
	jail -u root "$MINE/image" id -u
	[ "$status" -eq 125 ] || fail "the host's passwd was read" "$output"
	as_each sh -c 'cd "$1/etc" && rm passwd && printf "bad\n:::\n\nx:x:-1:0::/:\nx:x:1e3:0::/:\nx:x:99999999999:0::/:\nx:x:9:9:::\n" >passwd' - "$MINE/image"
	jail -u x "$MINE/image" sh -c 'id -u; echo $HOME'
	assert_output $'9\n/'
	as_each sh -c 'cd "$1/etc" && printf "x\001\377:x:9:9::/\033[2J:/none\n" >passwd' - "$MINE/image"
	jail -u 9 "$MINE/image" id -u
	assert_status 0
	as_each sh -c 'rm -r "$1/etc"' - "$MINE/image"
	jail -u 9 "$MINE/image" id -u
	assert_status 0
	assert_output 9
}
@test "a hostile passwd file is read or refused, never believed outside and never waited for" {
	for_each_user survives_hostile_passwd
}

@test "a passwd file that is a device is not opened" {
	only_root
	own_image
	rm "$MINE/image/etc/passwd"
	mknod "$MINE/image/etc/passwd" c 1 5
	jail -u root "$MINE/image" true
	assert_status 125
	assert_error "the image's /etc/passwd is no plain file"
	! strace -f -e trace=open,openat,openat2 -o "$T/trace" jailrun -u root "$MINE/image" true ||
		fail "it ran"
	! grep -E '/etc/passwd"' "$T/trace" | grep -v O_PATH | grep -E '\) = [0-9]' ||
		fail "the device was opened"
}

build_ids() {
	build_static - "$BIN/ids" <<'END'
#include <stdio.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return 1;
	printf("%d %d %d %d %d\n", getuid(), geteuid(), getgid(), getegid(),
	       (data[0].effective | data[1].effective) != 0);
	return 0;
}
END
}

setuid_has_no_effect() {
	own_image
	as_each sh -c 'cp "$1" "$2/bin/whoami" && chmod 6755 "$2/bin/whoami"' - "$BIN/ids" "$MINE/image"
	jail -u 1000:1000 "$MINE/image" whoami
	assert_status 0
	assert_output '1000 1000 1000 1000 0'
	jail "$MINE/image" whoami
	assert_output '0 0 0 0 1'
}
@test "a setuid program of the image gives nothing" {
	build_ids
	for_each_user setuid_has_no_effect
}
@test "a file with capabilities in the image gives none" {
	only_root
	build_ids
	own_image
	cp "$BIN/ids" "$MINE/image/bin/whoami"
	setcap cap_chown,cap_sys_admin+ep "$MINE/image/bin/whoami"
	jail -u 1000:1000 "$MINE/image" whoami
	assert_output '1000 1000 1000 1000 0'
}

cannot_do_what_needs_rights() {
	local line

	while read -r line; do
		inside "$line"
		[ "$status" -ne 0 ] || fail "it worked: $line"
	done <<'END'
mount -t tmpfs none /tmp
mount -t proc none /srv
mount -o remount,rw /
umount /proc
umount /dev/null
mknod /tmp/null c 1 3
mknod /tmp/disk b 8 0
hostname other
ifconfig lo 10.0.0.1
chown 70000 /srv
echo 1 >/proc/sys/kernel/panic
echo x >/proc/sys/kernel/core_pattern
echo -1000 >/proc/self/oom_score_adj
END
}
@test "mounting, devices, hostname, network and kernel settings are refused to root inside" {
	for_each_user cannot_do_what_needs_rights
}

cannot_push_characters() {
	own_image
	cp "$BIN/tiocsti" "$MINE/image/bin/"
	# The jail's stdout is no terminal here, so it has the caller's as its stdin.
	output=$(in_terminal bash -c 'jailrun "$0" tiocsti | cat; sleep 0.1; read -r -t 0.3 line; echo "got:$line:"' \
		"$MINE/image")
	assert_output_has 'refused 0'
	assert_output_lacks 'pushed 0'
	assert_output_has 'got::'
	# With a terminal of its own it reaches that one, which ends with the jail.
	output=$(in_terminal bash -c 'jailrun "$0" tiocsti; sleep 0.1; read -r -t 0.3 line; echo "got:$line:"' \
		"$MINE/image")
	assert_output_has 'got::'
}
@test "characters cannot be pushed into the caller's terminal" {
	# The proof needs a kernel on which it could be done.
	build_static "$BATS_TEST_DIRNAME/tiocsti.c" "$BIN/tiocsti"
	for_each_user cannot_push_characters
}

# --- with --share user: real root inside, so what is not root's alone must hold ---

@test "with --share user the kernel's settings and the host's devices stay closed to real root" {
	local file

	only_root
	# The modes and owners that they have already: a jail that can set them does no harm here.
	inside 'chmod 666 /dev/null; chmod 666 /dev/zero; chown 0 /dev/null; chown 0 /dev/tty' --share user
	assert_status 1
	[ "$(grep -c 'Read-only file system' <<<"${stderr-}")" -eq 4 ] || fail "${stderr-}"
	for file in sys/kernel/core_pattern sys/kernel/modprobe sys/vm/drop_caches sysrq-trigger kcore; do
		inside "[ ! -e /proc/$file ] || : 2>/dev/null >>/proc/$file" --share user
		[ "$status" -ne 0 ] || [ "$file" = kcore ] || [ ! -e "/proc/$file" ] ||
			fail "/proc/$file can be written"
	done
	inside 'echo works >/dev/null && head -c 3 /dev/zero | wc -c' --share user
	assert_output 3
}
