#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What holds COMMAND in beside the namespaces: the seccomp filter, capabilities, resource limits and
# Landlock; what an attacker would try is in probes.c.

# Each test is a subshell of its own, and many a quoted word is for the shell inside the jail:
# shellcheck disable=SC2016,SC2030,SC2031

load helper
load jailrun-helper
load faults-helper

setup_file() {
	begin_jails
	build_static "$BATS_TEST_DIRNAME/probes.c" "$BIN/probes"
}

probe() {
	own_image
	cp "$BIN/probes" "$MINE/image/bin/"
	jail "$@" "$MINE/image" probes
	assert_status 0
}

all_is_denied() {
	probe "$@"
	[[ $output != *ALLOWED* ]] || fail "$(grep ALLOWED <<<"$output")"
	[ "$(grep -c ': denied$' <<<"$output")" -ge 45 ] || fail "too few probes: $output"
}
@test "what would reach beyond the jail is denied to its root" {
	for_each_user all_is_denied
}

@test "and to another user of the jail" {
	for_each_user all_is_denied -u 33
}

@test "and where all capabilities were given" {
	for_each_user all_is_denied --cap-add ALL --cap-drop sys_chroot
}

@test "and with what can be shared" {
	for_each_user all_is_denied --share net,ipc,uts,cgroup
}

@test "and where root's ids are shared" {
	only_root
	all_is_denied --share user
}

filter_can_be_off() {
	probe --seccomp=off
	[[ $output == *'clone3: ALLOWED'* && $output == *'vsock: ALLOWED'* ]] || fail "$output"
	# What Landlock and the kernel's own rules forbid stays so.
	[[ $output == *"init's program: denied"* && $output == *'a disk: denied'* ]] || fail "$output"
	inside 'grep -E "^Seccomp:" /proc/self/status' --seccomp=off
	assert_output $'Seccomp:\t0'
}
@test "--seccomp=off lets every call through, and only that" {
	for_each_user filter_can_be_off
}

both_are_filtered() {
	local user

	for user in 0 33; do
		inside 'sleep 0.2; grep -hE "^Seccomp:" /proc/self/status /proc/1/status' -u $user
		assert_output $'Seccomp:\t2\nSeccomp:\t2'
	done
}
@test "COMMAND and init are under the filter, whoever COMMAND is" {
	for_each_user both_are_filtered
}

@test "a program that calls by another machine's convention is ended by SIGSYS" {
	[ "$(uname -m)" = x86_64 ] || return 0 # no other machine has two
	only_self
	own_image
	build_static - "$MINE/image/bin/foreign" <<'END'
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	syscall(0x40000000 | SYS_getpid); /* x32 */
	return 0;
}
END
	jail "$MINE/image" foreign
	assert_status 159
	jail --seccomp=off "$MINE/image" foreign
	assert_status 0
}

# caps [OPTION…]: the effective and the bounding set of COMMAND.
caps() {
	inside 'sed -n "s/^Cap\(Eff\|Bnd\|Amb\):.0*/\1 /p" /proc/self/status | tr "\n" " "' "$@"
	assert_status 0
}

# Of capabilities(7): CHOWN 0, KILL 5, NET_BIND_SERVICE 10, NET_RAW 13, SYS_CHROOT 18.
capabilities_by_name() {
	caps --cap-add net_raw
	assert_output 'Eff 424fb Bnd 424fb Amb  '
	caps --cap-drop CAP_CHOWN,kill
	assert_output 'Eff 404da Bnd 404da Amb  '
	caps --cap-drop ALL
	assert_output 'Eff  Bnd  Amb  '
	caps --cap-drop ALL --cap-add NET_RAW
	assert_output 'Eff 2000 Bnd 2000 Amb  '
	caps -u 33 --cap-add net_raw
	assert_output 'Eff 2000 Bnd 424fb Amb 2000 '
	caps -u 33 --cap-add net_raw --cap-drop ALL
	assert_output 'Eff 2000 Bnd 2000 Amb 2000 '
	caps -u 33
	assert_output 'Eff  Bnd 404fb Amb  '
}
@test "--cap-add and --cap-drop change what root has, and give another user what is named" {
	for_each_user capabilities_by_name
}

capability_works() {
	# A raw socket of the jail's own network.
	inside 'echo 1 | nc -w 1 127.0.0.1 9; true'
	assert_status 0
	own_image
	build_static - "$BIN/raw" <<'END'
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

int main(void)
{
	puts(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) < 0 ? "no" : "yes");
	return 0;
}
END
	cp "$BIN/raw" "$MINE/image/bin/"
	jail "$MINE/image" raw
	assert_output no
	jail --cap-add net_raw "$MINE/image" raw
	assert_output yes
	jail -u 33 --cap-add net_raw "$MINE/image" raw
	# An ordinary user's one id is shown as another in a user namespace more: it owns no network.
	if [ "$WHO" = root ]; then assert_output yes; else assert_output no; fi
}
@test "a capability that was added works, in the jail's own namespaces" {
	for_each_user capability_works
}

limits_by_name() {
	inside 'ulimit -n; ulimit -Hn; ulimit -c' --rlimit nofile=64:128 --rlimit core=0
	assert_status 0
	assert_output $'64\n128\n0'
	inside 'ulimit -n' --rlimit nofile=0
	assert_status 0
	assert_output 0
	jail --rlimit fsize=4k "$IMAGE" sh -c 'trap "" XFSZ; dd if=/dev/zero of=/tmp/x bs=1k count=9 2>/dev/null
		wc -c </tmp/x'
	assert_output 4096
}
@test "--rlimit sets limits of COMMAND, not of its making" {
	for_each_user limits_by_name
}

limits_cannot_be_raised() {
	local hard

	hard=$(as_each bash -c 'ulimit -Hn')
	[ "$hard" != unlimited ] || return 0
	capture limited prlimit --core=0:0 jailrun --rlimit core=1k "$IMAGE" true
	[ "$status" -eq 0 ] && is_root && return # whoever has CAP_SYS_RESOURCE may
	assert_status 125
	[[ ${stderr-} == *"cannot raise the limit 'core'"*"hard limit is 0"* ]] || fail "$stderr"
}
@test "a limit above the caller's is an error that says the caller's" {
	for_each_user limits_cannot_be_raised
}

@test "--share user gives no capability that the caller lacks, and names it" {
	only_root
	capture setpriv --bounding-set=-sys_resource,-chown jailrun --share user --cap-add sys_resource "$IMAGE" true
	assert_status 125
	assert_error '--share user: jailrun itself lacks the capabilities chown sys_resource' '--cap-drop leaves them out'
	capture setpriv --bounding-set=-sys_resource,-chown jailrun --plan --share user "$IMAGE" true
	assert_status 125
	capture setpriv --bounding-set=-sys_resource,-chown jailrun --share user --cap-drop chown "$IMAGE" true
	assert_status 0
}

@test "words that are no capability, limit or switch are usage errors" {
	only_self
	jail --cap-add nosuch "$IMAGE" true
	assert_status 2
	[[ ${stderr-} == *"no capability 'nosuch'"*hint:* ]] || fail "$stderr"
	jail --cap-drop '' --cap-drop nosuch "$IMAGE" true
	assert_status 2
	# A variable that is not set must not take a protection away unseen.
	local words
	for words in --cap-drop= --cap-add= --share= '--cap-drop=chown,,' '--share=net,'; do
		jail "$words" "$IMAGE" true
		[ "$status" -eq 2 ] || fail "$words: $status"
	done
	jail --rlimit nofile "$IMAGE" true
	assert_status 2
	jail --rlimit nofile=2:1 "$IMAGE" true
	assert_status 2
	jail --seccomp=on "$IMAGE" true
	assert_status 2
	jail --landlock "$IMAGE" true
	assert_status 2
}

# abstract_socket: a listener of $WHO's outside, whose name is in $SOCKET.
abstract_listener() {
	SOCKET=jailrun-test-$$-$WHO
	as_each "$BIN/listen" "$SOCKET" >"$MINE/listening" 2>&1 3>&- &
	LISTENER=$!
	for _ in $(seq 50); do
		[ ! -s "$MINE/listening" ] || return 0
		sleep 0.1
	done
	fail "nobody listens"
}

sockets_outside() {
	own_image
	cp "$BIN/connect" "$MINE/image/bin/"
	abstract_listener
	jail "$MINE/image" connect "$SOCKET"
	assert_output refused
	jail --share net "$MINE/image" connect "$SOCKET"
	assert_output refused
	jail --share net --landlock=off "$MINE/image" connect "$SOCKET"
	assert_output connected
	kill "$LISTENER"
	wait "$LISTENER" || true
}
@test "no abstract socket outside can be reached, also with --share net" {
	build_static - "$BIN/listen" <<'END'
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)argc;
	strcpy(address.sun_path + 1, argv[1]);
	if (bind(fd, (void *)&address, offsetof(struct sockaddr_un, sun_path) + 1 +
					       strlen(argv[1])) < 0 || listen(fd, 5) < 0)
		return 1;
	puts("listening");
	fflush(stdout);
	alarm(60);
	pause();
	return 0;
}
END
	build_static - "$BIN/connect" <<'END'
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)argc;
	strcpy(address.sun_path + 1, argv[1]);
	puts(connect(fd, (void *)&address, offsetof(struct sockaddr_un, sun_path) + 1 +
						   strlen(argv[1])) < 0
		     ? "refused"
		     : "connected");
	return 0;
}
END
	for_each_user sockets_outside
}

signals_outside() {
	as_each sleep 60 3>&- &
	local sleeper=$! target
	# as_each may have put a process in between.
	for _ in $(seq 50); do
		target=$(pgrep -x sleep -P "$sleeper" || pgrep -x sleep | grep -x "$sleeper") && break
		sleep 0.1
	done
	jail --share pid "$IMAGE" sh -c "kill -0 $target && echo reached"
	assert_output ''
	jail --share pid "$IMAGE" sh -c 'sleep 9 & kill $! && wait $!; echo $?'
	assert_output 143
	# Nor does a limit or a priority reach it: a CPU limit of 0 kills.
	own_image
	build_static - "$MINE/image/bin/outside" <<-'END'
		#include <stdio.h>
		#include <stdlib.h>
		#include <sys/resource.h>
		int main(int argc, char **argv)
		{
			struct rlimit none = {0, 0};
			int pid = argc > 1 ? atoi(argv[1]) : 0;
			printf("limits %s\n", prlimit(pid, RLIMIT_CORE, &none, NULL) ? "denied" : "ALLOWED");
			printf("priority %s\n", setpriority(PRIO_PROCESS, pid, 5) ? "denied" : "ALLOWED");
			return 0;
		}
	END
	jail --share pid "$MINE/image" outside "$target"
	assert_output $'limits denied\npriority denied'
	jail --share pid "$MINE/image" outside
	assert_output $'limits ALLOWED\npriority ALLOWED'
	jail --share pid --seccomp=off "$MINE/image" outside "$target"
	[ "$WHO" = root ] || assert_output $'limits ALLOWED\npriority ALLOWED'
	[ "$WHO" = root ] || {
		jail --share pid --landlock=off "$IMAGE" sh -c "kill -0 $target && echo reached"
		assert_output reached
	}
	kill "$target"
	wait "$sleeper" || true
}
@test "no process outside can be signalled, also with --share pid; those inside can" {
	for_each_user signals_outside
}

# over_quota OPTION…: a jail of a user with as many keys as a user may have (keyrings(7), maxkeys).
over_quota() {
	capture traced -f -qq -o /dev/null -e trace=keyctl -e inject=keyctl:error=EDQUOT -- \
		jailrun "$@" "$IMAGE" echo it runs
}

needs_a_keyring_of_its_own() {
	over_quota --seccomp=off
	assert_status 125
	assert_output ''
	assert_error_has 'cannot make a session keyring'
	# The filter lets it come to none.
	over_quota --quiet
	assert_status 0
	assert_output 'it runs'
}
@test "without the filter a keyring of its own is needed" {
	for_each_user needs_a_keyring_of_its_own
}

joins_a_keyring_of_its_own() {
	own_image
	cp "$BIN/keyring" "$MINE/image/bin/"
	capture limited "$BIN/keyring" jailrun --seccomp=off "$MINE/image" keyring
	assert_status 0
	# Outside a key was put into the session's keyring; inside it is not found.
	assert_output $'added\nnone'
}
@test "the caller's session keyring is not the jail's" {
	build_static - "$BIN/keyring" <<'END'
#include <linux/keyctl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long key;

	if (argc < 2) {
		key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user",
			      "jailrun-test", 0);
		puts(key < 0 ? "none" : "found");
		return 0;
	}
	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	key = syscall(SYS_add_key, "user", "jailrun-test", "x", 1L,
		      KEY_SPEC_SESSION_KEYRING);
	puts(key < 0 ? "not added" : "added");
	fflush(stdout);
	execvp(argv[1], argv + 1);
	return 1;
}
END
	for_each_user joins_a_keyring_of_its_own
}
