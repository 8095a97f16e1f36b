#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a user of jailrun sees of it from outside: exit statuses, messages, the environment and the
# place that COMMAND starts with.

# Each test is a subshell of its own, and many a quoted word is for the shell inside the jail:
# shellcheck disable=SC2016,SC2030,SC2031

load helper
load jailrun-helper

exits_as_command() {
	local n

	for n in 0 1 2 42 124 125 126 127 128 255; do
		inside "exit $n"
		assert_status "$n"
		assert_output ''
		assert_quiet
	done
}
@test "the exit status is COMMAND's, whatever it is" {
	for_each_user exits_as_command
}

exits_by_signal() {
	local n

	for n in 1 2 4 6 8 9 11 13 15 31 34 64; do
		inside "kill -$n \$\$; sleep 5"
		assert_status $((128 + n))
		assert_quiet
	done
}
@test "a COMMAND that signal N ended gives 128+N" {
	for_each_user exits_by_signal
}

lacks_image() {
	jail "$MINE/none" true
	assert_status 125
	assert_error "image $MINE/none: No such file or directory"
	assert_output ''
	as_each mkfifo "$MINE/fifo"
	jail "$MINE/fifo" true
	assert_status 125
	assert_error "image $MINE/fifo: neither a directory nor an archive"
	jail /dev/zero true
	assert_status 125
	assert_error 'image /dev/zero: neither a directory nor an archive'
}
@test "an image that is missing, a pipe or a device is 125 and named" {
	for_each_user lacks_image
}

cannot_execute() {
	own_image
	as_each sh -c 'cd "$1" && echo text >plain && echo text >format && chmod 755 format &&
		chmod 644 plain && mkdir folder && cp plain srv/' - "$MINE/image"
	jail "$MINE/image" /plain
	assert_status 126
	assert_error 'cannot execute /plain: Permission denied' \
		'it must be a file with the execute permission, and its interpreter too'
	jail "$MINE/image" /folder
	assert_status 126
	assert_error_has 'cannot execute /folder: Permission denied'
	jail "$MINE/image" /format
	assert_status 126
	assert_error 'cannot execute /format: Exec format error' \
		'it is neither a program for this CPU nor a script that begins with #!'
	jail -e PATH=/srv "$MINE/image" plain
	assert_status 126
	assert_error_has 'cannot execute /srv/plain: Permission denied'
}
@test "a COMMAND without the permission, a folder and a file of no known format are 126" {
	for_each_user cannot_execute
}

other_cpu() {
	own_image
	# e_machine of the ELF header (elf(5)) becomes 0xfffe, which is nobody's.
	as_each sh -c 'cp "$1/bin/busybox" "$1/other" &&
		printf "\376\377" | dd of="$1/other" bs=1 seek=18 conv=notrunc status=none' - "$MINE/image"
	jail "$MINE/image" /other
	assert_status 126
	assert_error 'cannot execute /other: Exec format error' \
		'it is neither a program for this CPU nor a script that begins with #!'
}
@test "a program for another CPU is 126 and said to be one" {
	for_each_user other_cpu
}

lacks_elf_interpreter() {
	own_image
	cp "$BIN/dynamic" "$MINE/image/bin/hello"
	jail "$MINE/image" hello
	assert_status 126
	assert_error "cannot execute /bin/hello: its interpreter $(loader_of "$BIN/dynamic") is missing in the image" \
		"'jailbuild add' copies a program with its interpreter and libraries"
	assert_output ''
}
@test "a dynamic program without its loader is 126, and the loader is what is missing" {
	build_dynamic
	for_each_user lacks_elf_interpreter
}

loader_of() {
	readelf -l "$1" | sed -n 's/.*program interpreter: \(.*\)\]/\1/p'
}

build_dynamic() {
	echo 'int main(void) { return 0; }' | ${CC:-gcc} -x c -o "$BIN/dynamic" -
}

lacks_script_interpreter() {
	own_image
	cp "$BIN/dynamic" "$MINE/image/bin/dynamic"
	as_each sh -c 'cd "$1/bin" && printf "#!/usr/bin/nothing -x\n" >script &&
		printf "#! \t/no/such\ttab\n" >blanks && printf "#!/bin/sh\r\n" >dos &&
		printf "#!/bin/dynamic\n" >chain && chmod 755 script blanks dos chain' - "$MINE/image"
	jail "$MINE/image" script
	assert_status 126
	assert_error 'cannot execute /bin/script: its interpreter /usr/bin/nothing is missing in the image' \
		"'jailbuild add' copies a program with its interpreter and libraries"
	jail "$MINE/image" blanks
	assert_error_has 'its interpreter /no/such is missing'
	jail "$MINE/image" dos
	assert_error_has 'its interpreter /bin/sh\x0d is missing'
	jail "$MINE/image" chain
	assert_status 126
	assert_error_has "$(loader_of "$BIN/dynamic") is missing in the image"
}
@test "a script without its interpreter, or its interpreter's loader, is 126 and names what is missing" {
	build_dynamic
	for_each_user lacks_script_interpreter
}

is_not_found() {
	local name

	jail "$IMAGE" nosuch
	assert_status 127
	assert_error 'command not found in the image: nosuch'
	for name in /bin/nosuch /none/sh ./nosuch /bin/sh/x; do
		jail "$IMAGE" "$name"
		assert_status 127
		assert_error "command not found in the image: $name"
	done
	jail "$IMAGE" ''
	assert_status 127
	jail "$IMAGE" $'a\nb\e[2J'
	assert_status 127
	assert_error 'command not found in the image: a\x0ab\x1b[2J'
}
@test "a COMMAND that is not there is 127, and its name cannot drive the terminal" {
	for_each_user is_not_found
}

does_not_use_the_hosts() {
	# The host has it, at a place that the jail's PATH names too.
	[ -x /usr/bin/gcc ]
	jail "$IMAGE" gcc
	assert_status 127
	jail "$IMAGE" /usr/bin/gcc
	assert_status 127
}
@test "COMMAND is looked for in the image only" {
	for_each_user does_not_use_the_hosts
}

looks_in_path() {
	own_image
	as_each sh -c 'cd "$1" && mkdir one two && printf "#!/bin/sh\necho one\n" >one/tool &&
		printf "#!/bin/sh\necho two\n" >two/tool && chmod 644 one/tool && chmod 755 two/tool' - \
		"$MINE/image"
	jail -e PATH=/one:/bin "$MINE/image" tool
	assert_status 126
	# As execvp(3): one that may not be executed does not end the search.
	jail -e PATH=/one:/none:/two:/bin "$MINE/image" tool
	assert_status 0
	assert_output two
	jail -e PATH= "$MINE/image" sh
	assert_status 127
}
@test "the PATH of the jail finds COMMAND, and skips what cannot be executed" {
	for_each_user looks_in_path
}

@test "wrong usage is 2, says so on one line, and hints" {
	only_self
	jail
	assert_status 2
	assert_error 'no IMAGE given' "jailrun IMAGE [COMMAND…]; 'jailrun --help' lists the options"
	jail --nonsense "$IMAGE" true
	assert_status 2
	assert_error 'unknown option --nonsense' "'jailrun --help' lists the options"
	jail --env
	assert_status 2
	assert_error 'option --env needs a value' "'jailrun --help' lists the options"
	jail --write=yes "$IMAGE" true
	assert_status 2
	jail --read-only --write "$IMAGE" true
	assert_status 2
	assert_error '--read-only and --write exclude each other'
}

@test "a malformed option value is wrong usage" {
	local words

	only_self
	while read -r words; do
		# shellcheck disable=SC2086 # each word is one
		jail $words "$IMAGE" true
		[ "$status" -eq 2 ] || fail "$words: status $status" "${stderr-}"
		assert_error_has "${words%% *}"
	done <<'END'
--share nonsense
--share net,,pid
--volume x
--volume :/x
--volume /tmp:
--volume /tmp:relative
--volume /tmp:/x:rx
--volume /tmp:/
--tmpfs relative
--tmpfs /x:size=
--tmpfs /x:mode=9
--tmpfs /x:nosuch=1
--env =value
--hostname -x
--hostname a/b
--workdir relative
--user :
--user 0:
--user 4294967295
--user 12x
END
}

@test "--help and --version answer on stdout with 0, without an image" {
	only_self
	jail --help
	assert_status 0
	assert_output_has 'usage: jailrun [OPTION…] IMAGE [COMMAND [ARG…]]'
	assert_output_has '--volume SRC:DST[:ro|rw,idmap]'
	assert_quiet
	jail --version
	assert_status 0
	[[ $output =~ ^jailrun\ \(jailbuild\)\ [0-9]+\.[0-9]+ ]]
}

passes_words() {
	jail "$IMAGE" echo --help -e X --write "two  words" ''
	assert_status 0
	assert_output "--help -e X --write two  words "
	jail -- "$IMAGE" echo one
	assert_output one
}
@test "what stands behind IMAGE belongs to COMMAND, word by word" {
	for_each_user passes_words
}

runs_a_shell() {
	own_image
	capture limited jailrun "$MINE/image" < <(echo 'echo "$0 is a shell"; exit 9')
	assert_status 9
	assert_output '/bin/sh is a shell'
	as_each sh -c 'cd "$1" && ln -s busybox bin/ash && sed -i "s,:/bin/sh,:/bin/ash," etc/passwd' - \
		"$MINE/image"
	capture limited jailrun "$MINE/image" < <(echo 'echo "$0"')
	assert_output /bin/ash
	as_each rm "$MINE/image/bin/sh" "$MINE/image/bin/ash"
	jail "$MINE/image"
	assert_status 125
	assert_error "no COMMAND given, and $MINE/image has no shell" 'jailrun IMAGE COMMAND [ARG…]'
}
@test "without COMMAND the account's shell runs, else /bin/sh, and without both it says so" {
	for_each_user runs_a_shell
}

has_clean_environment() {
	capture limited env LD_PRELOAD= LD_LIBRARY_PATH=/evil SECRET=hunter2 GCONV_PATH=/evil \
		TMPDIR=/evil LANG=de_DE TERM=vt100 jailrun "$IMAGE" env
	assert_status 0
	[ "$(sort <<<"$output")" = "HOME=/root
LANG=C.UTF-8
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
TERM=vt100
USER=root
container=jailrun" ] || fail "$output"
}
@test "the environment is PATH HOME TERM USER LANG container and nothing of the caller's" {
	for_each_user has_clean_environment
}

sets_variables() {
	capture limited env FROM=outside OTHER=no jailrun -e A=1 -e FROM -e ABSENT \
		--env 'B=two words=x' -e A=2 -e EMPTY= -e LANG=C "$IMAGE" env
	assert_status 0
	[ "$(grep -vE '^(PATH|HOME|TERM|USER|container)=' <<<"$output" | sort)" = "A=2
B=two words=x
EMPTY=
FROM=outside
LANG=C" ] || fail "$output"
}
@test "-e sets a variable or passes on the caller's, and the last setting wins" {
	for_each_user sets_variables
}

knows_accounts() {
	inside 'echo $USER $HOME'
	assert_output 'root /root'
	inside 'echo $USER $HOME' -u alice
	assert_output 'alice /home/alice'
	inside 'echo $USER $HOME' -u 4321
	assert_output '4321 /'
}
@test "USER and HOME are those of the account in the image" {
	for_each_user knows_accounts
}

starts_in_workdir() {
	inside pwd
	assert_output /
	inside pwd -w /srv
	assert_output /srv
	inside pwd -w //srv/./../etc/
	assert_output /etc
	inside pwd -w /none
	assert_status 125
	assert_error 'cannot start in /none: No such file or directory' '--workdir names a folder of the jail'
	inside pwd -w /etc/passwd
	assert_status 125
	assert_error_has 'cannot start in /etc/passwd: Not a directory'
}
@test "COMMAND starts in / or in --workdir, which must be a folder" {
	for_each_user starts_in_workdir
}

names_the_host() {
	inside hostname
	assert_output image
	inside hostname -h calculus
	assert_output calculus
	inside hostname -h "$(printf '%064d' 7)"
	assert_output "$(printf '%064d' 7)"
	inside hostname -h "$(printf '%065d' 7)"
	assert_error_has '--hostname'
	[ "$status" -ne 0 ]
}
@test "the hostname is the image's name or --hostname, up to 64 bytes" {
	local before

	before=$(uname -n)
	for_each_user names_the_host
	[ "$(uname -n)" = "$before" ]
}

sets_umask() {
	capture limited sh -c "umask 077; exec jailrun '$IMAGE' sh -c umask"
	assert_output 0022
}
@test "the umask inside is 022, whatever the caller's" {
	for_each_user sets_umask
}

says_nothing_to_itself() {
	capture limited jailrun "$IMAGE" cat /proc/1/cmdline
	[[ $output != *"$IMAGE"* ]] || fail "$output"
	[[ $output == jailrun-init* ]] || fail "$output"
}
@test "the command line of jailrun, which names files of the host, cannot be read inside" {
	for_each_user says_nothing_to_itself
}

cannot_drive_terminal() {
	local line

	while read -r line; do
		rm -rf "$MINE/image"
		own_image
		as_each mkdir "$MINE/image/.jail"
		printf '%b\n' "$line" >"$MINE/config"
		as_each cp "$MINE/config" "$MINE/image/.jail/config"
		jail "$MINE/image"
		[ "$status" -ne 0 ] || fail "it ran: $line"
		[ -n "${stderr-}" ] || fail "no words: $line"
		[[ ${stderr-} != *[$'\e\r\a']* ]] || fail "control bytes come through: $(cat -v <<<"${stderr-}")"
	done <<'END'
workdir=re\033[2Jlative
workdir=/no\033[2J\007such
user=\033[2Jnobody
user=root:\033[2J\rgroup
user=1\033[2J
cmd=/no\033[2J\rsuch
entrypoint=/etc/pass\033[2Jwd
no\033[2Jsense
END
}
@test "control bytes in an image's settings do not reach the caller's terminal" {
	for_each_user cannot_drive_terminal
}
