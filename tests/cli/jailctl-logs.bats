#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The log of a detached jail: what jailctl logs prints of it, its size, and a disk without room.

# Each test is a subshell of its own; capture sets stderr and lines; quoted words are for the jail's shell:
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper
load jailrun-helper
load jailctl-helper
load detach-helper

@test "logs follows until the jail has ended, through rotations" {
	for_each_user follows
}
follows() {
	mkfifo "$MINE/go"
	chmod 666 "$MINE/go"
	detached web 'cat /go >/dev/null; for i in $(seq 1 5000); do echo "line $i"; done; echo the end' \
		-v "$MINE/go:/go" --log-size 1m
	(as_each jailctl logs -f web >"$MINE/followed" 2>&1 3>&-; echo "$?" >"$MINE/status") &
	wait_for 5 is_waited_for web
	echo go >"$MINE/go"
	wait_for 10 test -s "$MINE/status" || fail 'logs -f does not end'
	[ "$(cat "$MINE/status")" = 0 ]
	cmp "$MINE/followed" <(for i in $(seq 1 5000); do echo "line $i"; done; echo the end)
	control remove web
	assert_nothing_is_kept
}

@test "logs -n prints the last lines, be they in either half" {
	for_each_user last_lines
}
last_lines() {
	local n
	detached web 'for i in $(seq 1000 1700); do echo "$i"; done; printf tail' --log-size 4k
	wait_for_end web
	[ -s "$(log_of web)/log.1" ]
	for n in 1 2 3 292 293 294 500 702; do
		control logs -n "$n" web
		assert_output "$( (seq 1000 1700; echo tail) | tail -n "$n")"
	done
	control logs -n 0 web
	assert_output ""
	control logs --lines=5000 web
	assert_output "$(as_each cat "$(log_of web)/log.1" "$(log_of web)/log")"
	control logs -n x web
	assert_status 2
	control remove web
}

@test "the log keeps to its size, however much comes" {
	for_each_user keeps_to_size
}
keeps_to_size() {
	detached web 'dd if=/dev/zero bs=65536 count=200 2>/dev/null; echo; echo the end' --log-size 100k
	wait_for_end web
	assert_status 0
	local folder size
	folder=$(log_of web)
	[ "$(find "$folder" -type f | wc -l)" = 2 ]
	size=$(($(stat -c %s "$folder/log") + $(stat -c %s "$folder/log.1")))
	[[ $size -le 102400 && $size -ge 51200 ]] || fail "$size"
	control logs -n 1 web
	assert_output 'the end'
	control inspect web
	[ "$(jq '.jails[0].log_lost' <<<"$output")" = 0 ]
	control remove web
	assert_nothing_is_kept
}

@test "hostile bytes do not reach a terminal, but a file gets them as they are" {
	for_each_user hostile
}
hostile() {
	local bytes='a\033[31m\033]0;title\007\tb\\ \303\244 \302\233 \377\r\n\000end\n'
	detached web "printf '$bytes'"
	wait_for_end web
	# shellcheck disable=SC2059 # the bytes as a format
	cmp <(as_each jailctl logs web) <(printf "$bytes")
	run in_terminal jailctl logs web
	assert_output $'a\\x1b[31m\\x1b]0;title\\x07\tb\\ ä \\xc2\\x9b \\xff\\x0d\n\\x00end'
	control remove web
}

@test "a disk without room costs output, and the log says so" {
	need_root
	for_each_user full_disk
}
full_disk() {
	local place lost
	place=$(state)
	as_each mkdir -p -m 700 "$place"
	mount -t tmpfs -o "size=64k,mode=700,uid=$(as_each id -u)" none "$place"
	detached web 'cat /go >/dev/null; dd if=/dev/zero bs=1024 count=512 2>/dev/null; cat /go >/dev/null; echo again; exit 7' \
		-v "$(fifo "$MINE/go"):/go"
	echo go >"$MINE/go"
	wait_for 10 has_lost web
	control list
	[[ $output =~ web\ +[0-9]+\ +running ]]
	# Room comes: what was lost is told where it is missing.
	: >"$(log_of web)/log"
	echo go >"$MINE/go"
	wait_for_end web
	assert_status 7
	control logs web
	[[ $output == *"[jailrun: "*" bytes are missing here: No space left on device]"$'\n'"again" ]] || fail "$output"
	[[ $stderr == *"bytes found no room in its log"* ]]
	control inspect web
	lost=$(jq '.jails[0].log_lost' <<<"$output")
	[[ $lost -gt 400000 && $lost -le 524288 ]] || fail "$lost"
	control remove web
	assert_nothing_is_kept
	umount "$place"
}
fifo() {
	mkfifo "$1"
	chmod 666 "$1"
	echo "$1"
}
has_lost() {
	grep -q '^log_lost=[1-9]' "$(registry)/jail.$1"
}

@test "logs of a jail that was not detached are refused with a hint" {
	for_each_user no_log
}
no_log() {
	start_jail web --name web
	control logs web
	assert_status 1
	[[ $stderr == *"jail web has no log: it was not detached"*"hint: "*"--detach"* ]]
	control remove web
	assert_status 1
	end_jail web
	control logs nobody
	assert_status 1
	assert_registry_is_empty
}
