# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What every bats file loads (`load helper`). It gives each file a copy of the programs ($BIN, first
# on PATH) and each test a folder of its own ($T); it makes and removes an ordinary user, runs
# commands as that user, and judges answers and leftovers. scripts/run-bats names the build to test
# in $BUILD.
#
# The four hooks below suit a file that needs nothing more. A file with a hook of its own calls
# what stands in ours: begin_file, make_user / drop_user, end_file; begin_test / end_test.

bats_require_minimum_version 1.5.0

if [ -z "${BUILD:-}" ] || [ ! -d "$BUILD" ]; then
	echo "helper: error: BUILD must name the folder of the built programs;" \
		"start the tests by 'make check-cli' or 'scripts/run-bats FOLDER'" >&2
	exit 1
fi

setup_file() {
	begin_file
	# shellcheck disable=SC2119 # a user without subordinate ids
	make_user
}

teardown_file() {
	drop_user
	end_file
}

setup() {
	begin_test
}

teardown() {
	end_test
}

# fail TEXT…: ends the test with TEXT.
fail() {
	printf '%s\n' "$*" >&2
	return 1
}

# is_root: whether the tests run as root.
is_root() {
	[ "$(id -u)" -eq 0 ]
}

# need_root: for a test that only root can run. Nothing is proved where it cannot run, so it fails;
# except in the second round of scripts/run-bats, as its user jbtest…, which follows one as root.
need_root() {
	is_root && return
	case $(id -un) in
	jbtest*) skip "as root only" ;;
	*) fail "this test needs root: run the tests as root" ;;
	esac
}

# once: for a long test that says the same whoever runs it: not repeated in the second round.
once() {
	case $(id -un) in
	jbtest*) skip "as root only, once" ;;
	esac
}

# is_searchable FOLDER: whether everybody may pass through FOLDER and all folders above it.
is_searchable() {
	local folder

	folder=$(realpath -e "$1") || return
	while [[ $(stat -c %A "$folder") == *[xt] ]]; do
		[ "$folder" != / ] || return 0
		folder=$(dirname "$folder")
	done
	return 1
}

# make_folder MODE: a new temporary folder, where everybody can reach it if root asks.
make_folder() {
	local base=${TMPDIR:-/tmp} folder

	! is_root || is_searchable "$base" || base=/tmp
	folder=$(mktemp -d "$base/jbt.XXXXXX") || return
	chmod "$1" "$folder" || return
	echo "$folder"
}

# begin_file: $BIN, copies of the programs and of what lies beside them: an ordinary user may not be
# able to reach the checkout.
begin_file() {
	BIN=$(make_folder 0755)
	find "$BUILD" -mindepth 1 -maxdepth 1 ! -name obj ! -name tests ! -name '*.a' \
		-exec cp -R -t "$BIN" {} +
	chmod -R go+rX "$BIN"
	PATH=$BIN:$PATH
	export BIN PATH
}

end_file() {
	end_processes program_processes
	[ -z "${BIN:-}" ] || rm -rf "$BIN"
}

# begin_test: $T, a folder that everybody can pass through; HOME and the XDG folders lie in it, so
# that no test sees the cache or the state of another.
begin_test() {
	T=$(make_folder 0755)
	HOME=$T/home
	XDG_CACHE_HOME=$T/cache
	XDG_STATE_HOME=$T/state
	XDG_RUNTIME_DIR=$T/runtime
	mkdir "$HOME"
	mkdir -m 0700 "$XDG_CACHE_HOME" "$XDG_STATE_HOME" "$XDG_RUNTIME_DIR"
	MOUNTS_BEFORE=$(mount_ids)
	CHILDREN_BEFORE=$(child_processes)
	: "${CHILDREN_BEFORE:=none}"
	export T HOME XDG_CACHE_HOME XDG_STATE_HOME XDG_RUNTIME_DIR
	cd "$T" || return
}

# end_test: ends what the test left running, unmounts what it left mounted, removes $T.
end_test() {
	local place

	[ -n "${T:-}" ] || return 0
	cd / || return
	end_processes test_processes
	mounts_below "$T" | sort -r | while read -r place; do
		umount -l "$place"
	done
	# rm would go on into what is mounted, be it the host's own files.
	[ -z "$(mounts_below "$T")" ] || fail "cannot unmount all of $T" || return
	rm -rf "$T" 2>/dev/null || {
		# A folder without write permission stops an ordinary user's rm.
		find "$T" -type d -exec chmod u+rwx {} +
		rm -rf "$T"
	}
}

# mounts_below FOLDER: the mount points in it, in the order of mounting, by their raw names.
mounts_below() {
	local place

	while read -r _ _ _ _ place _; do
		place=$(printf '%b' "${place//\\/\\0}")
		[[ $place != "$1"/* ]] || echo "$place"
	done </proc/self/mountinfo
}

# make_user [subids]: an ordinary user for as_user: $TEST_USER with a home of its own, $TEST_HOME;
# with an entry in /etc/subuid and /etc/subgid only if asked for. Run by an ordinary user it makes
# nobody: that user is the one. Belongs into setup_file, drop_user into teardown_file.
# shellcheck disable=SC2120 # the files that load this pass the argument
make_user() {
	local no_subids=(-K SUB_UID_COUNT=0 -K SUB_GID_COUNT=0) try

	TEST_USER=$(id -un)
	TEST_HOME=$(make_folder 0700)
	export TEST_USER TEST_HOME
	is_root || return 0
	drop_stale_users
	[ "${1:-}" != subids ] || no_subids=()
	TEST_USER=jbt$$
	# Two test runs at once find the lock of /etc/passwd taken.
	for try in 1 2 3 4 5; do
		! useradd -M -U -d "$TEST_HOME" -s /bin/sh "${no_subids[@]}" "$TEST_USER" || break
		[ "$try" -lt 5 ] || fail "cannot make the user $TEST_USER" || return
		sleep 1
	done
	chown "$TEST_USER:" "$TEST_HOME"
}

# drop_user: ends every process of the user, removes the user and its home.
drop_user() {
	if is_root && [[ ${TEST_USER:-} =~ ^jbt[0-9]+$ ]]; then
		remove_user "$TEST_USER" || return
	fi
	[ -z "${TEST_HOME:-}" ] || rm -rf "$TEST_HOME"
	unset TEST_USER TEST_HOME
}

remove_user() {
	local user=$1 try

	end_processes user_processes "$user" || return
	for try in 1 2 3 4 5; do
		userdel "$user" && return
		sleep 1
	done
	fail "cannot remove the user $user after $try tries"
}

# A run that was killed could not remove its user. The number in the name is the run's process id.
drop_stale_users() {
	local user uid home

	while IFS=: read -r user _ uid _ _ home _; do
		[[ $user =~ ^jbt([0-9]+)$ ]] || continue
		[ "$uid" -ne 0 ] || continue
		[ ! -e "/proc/${user#jbt}" ] || continue
		remove_user "$user" || return
		[[ $home != */jbt.* ]] || rm -rf "$home"
	done < <(getent passwd)
}

# as_user COMMAND [ARG…]: runs a program as $TEST_USER, as after a fresh login without a session:
# nothing in the environment but PATH, HOME, USER, LOGNAME, SHELL, TERM and LC_ALL (and T, by which
# leftovers are found), no XDG folders, no groups but the user's own; in the user's home. Descriptors
# pass through untouched.
as_user() (
	cd "$TEST_HOME" || exit 1
	clean=(env -i PATH="$PATH" HOME="$TEST_HOME" USER="$TEST_USER" LOGNAME="$TEST_USER"
		SHELL=/bin/sh TERM="${TERM:-dumb}" LC_ALL=C.UTF-8 T="${T:-}")
	[ -z "${ASAN_OPTIONS:-}" ] || clean+=(ASAN_OPTIONS="$ASAN_OPTIONS")
	[ -z "${UBSAN_OPTIONS:-}" ] || clean+=(UBSAN_OPTIONS="$UBSAN_OPTIONS")
	if is_root; then
		exec setpriv --reuid "$TEST_USER" --regid "$TEST_USER" --init-groups \
			--inh-caps=-all -- "${clean[@]}" "$@"
	fi
	exec "${clean[@]}" "$@"
)

# as_each COMMAND [ARG…]: inside for_each_user: runs a program as the user whose turn it is.
as_each() {
	if [ "${WHO:?as_each belongs into a function that for_each_user calls}" = user ]; then
		as_user "$@"
	else
		"$@"
	fi
}

# for_each_user FUNCTION [ARG…]: calls FUNCTION as a test's body, first for root ($WHO is root), then
# for the ordinary user ($WHO is user); run by an ordinary user, only for that one. Programs that it
# starts by as_each run as $WHO; $MINE is a fresh folder that belongs to $WHO. The function itself
# always runs as the one who runs the tests.
for_each_user() {
	local turns=(user)

	! is_root || turns=(root user)
	for WHO in "${turns[@]}"; do
		echo "as $WHO:"
		MINE=${T:?}/$WHO
		mkdir "$MINE"
		! is_root || [ "$WHO" = root ] || chown "$TEST_USER:" "$MINE"
		# Neither `if` nor `||` here: they would switch off errexit inside.
		"$@"
	done
	unset WHO MINE
}

# build_static SOURCE OUT: compiles a C file (- for standard input) to a static program.
build_static() {
	"${CC:-gcc}" -std=gnu17 -D_GNU_SOURCE -O1 -static -o "$2" -x c "$1" ||
		fail "cannot build $2: a C compiler and libc.a are needed (scripts/install-deps)"
}

# The assertions judge what `run` left in $status and $output.

show_answer() {
	printf -- '-- status: %s\n-- output:\n%s\n--\n' "${status-}" "${output-}" >&2
}

assert_status() {
	[ "${status-}" = "$1" ] && return
	show_answer
	fail "the status is ${status-unset}, not $1"
}

assert_output() {
	[ "${output-}" = "$1" ] && return
	show_answer
	fail "the output is not: $1"
}

# assert_output_has TEXT: TEXT stands somewhere in the output, literally.
assert_output_has() {
	[[ ${output-} == *"$1"* ]] && return
	show_answer
	fail "the output does not contain: $1"
}

assert_output_lacks() {
	[[ ${output-} != *"$1"* ]] && return
	show_answer
	fail "the output contains: $1"
}

# wait_for SECONDS COMMAND…: tries COMMAND, ten times a second, until it succeeds.
wait_for() {
	local tries=$(($1 * 10))

	shift
	until "$@"; do
		[ $((tries -= 1)) -gt 0 ] || return 1
		sleep 0.1
	done
}

mount_ids() {
	awk '{ print $1 }' /proc/self/mountinfo
}

new_mounts() {
	awk -v known="$MOUNTS_BEFORE" '
		BEGIN { n = split(known, id, "\n"); for (i = 1; i <= n; i++) old[id[i]] = 1 }
		!($1 in old) { print $5 }' /proc/self/mountinfo
}

# The status files of all processes; those that end meanwhile are left out.
all_status() {
	cat /proc/[0-9]*/status 2>/dev/null || true
}

# user_processes USER: the ids of all processes that run as USER, by any of their four user ids.
user_processes() {
	local uid

	uid=$(id -u "$1" 2>/dev/null) || return 0
	all_status | awk -v uid="$uid" '
		$1 == "Pid:" { pid = $2 }
		$1 == "Uid:" && ($2 == uid || $3 == uid || $4 == uid || $5 == uid) { print pid }'
}

# program_processes: the ids of all processes that execute a program of $BIN; a jail's first
# process does so too, wherever its parent has gone.
program_processes() {
	[ -n "${BIN:-}" ] || return 0
	{ find /proc/[0-9]*/exe -maxdepth 0 -lname "$BIN/*" 2>/dev/null || true; } | cut -d/ -f3
}

# child_processes: what the test's shell started, and their children, all the way down; also those
# whose parent has gone, known by the $T in their environment. Without the one who asks, what stands
# above it, and what it starts to find out.
child_processes() {
	local marked

	marked=$({ grep -lzxF "T=${T:-}" /proc/[0-9]*/environ 2>/dev/null || true; } | cut -d/ -f3)
	all_status | awk -v shell="$$" -v self="$BASHPID" -v marked="$marked" '
		$1 == "Pid:" { pid = $2 }
		$1 == "PPid:" { parent[pid] = $2 }
		END {
			for (n = split(marked, list, "\n"); n > 0; n--)
				orphan[list[n]] = 1
			for (pid = self; pid > 1 && pid != shell; pid = parent[pid])
				asking[pid] = 1
			for (pid in parent) {
				above = pid
				while (above > 1 && above != shell && !(above in asking))
					above = parent[above]
				if (pid != shell && (above == shell || (pid in orphan && above <= 1)))
					print pid
			}
		}'
}

# test_processes: all that a test must not leave: its children, and every process of the programs
# or of the user that it made.
test_processes() {
	{
		child_processes | grep -vxF "$CHILDREN_BEFORE" || true
		program_processes
		! is_root || [ -z "${TEST_USER:-}" ] || user_processes "$TEST_USER"
	} | sort -nu
}

# end_processes LISTER [ARG…]: kills what LISTER prints, one by one, until it prints nothing.
end_processes() {
	local pid pids try

	for ((try = 0; try < 50; try++)); do
		pids=$("$@")
		[ -n "$pids" ] || return 0
		for pid in $pids; do
			kill -KILL "$pid" 2>/dev/null || true
		done
		sleep 0.1
	done
	fail "processes that cannot be ended:" "$pids"
}

no_processes() {
	[ -z "$(test_processes)" ]
}

no_mounts() {
	[ -z "$(new_mounts)" ]
}

# assert_no_leftovers [FOLDER…]: since begin_test no mount has come that is still there, no process
# of the test is left, and no FOLDER (missing is fine) has a folder in it. Waits three seconds at
# most: a process that was killed may still be on its way out.
assert_no_leftovers() {
	local folder found pid

	wait_for 3 no_mounts || fail "mounts are left:" "$(new_mounts)" || return
	wait_for 3 no_processes || {
		for pid in $(test_processes); do
			ps -o pid=,user=,args= -p "$pid" || true
		done
		fail "processes are left" || return
	} >&2
	for folder; do
		[ -d "$folder" ] || continue
		found=$(find "$folder" -mindepth 1 -type d)
		[ -z "$found" ] || fail "folders are left:" "$found" || return
	done
}
