#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# jailrun --detach: jails that go on alone, what they have of the caller, and what is kept of their end.

# Each test is a subshell of its own; capture sets stderr and lines; quoted words are for the jail's shell:
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper
load jailrun-helper
load jailctl-helper
load detach-helper

@test "a detached jail goes on alone; its name is all that is printed" {
	for_each_user goes_on
}
goes_on() {
	detached web 'echo out; echo err >&2; sleep 1000'
	control list
	[[ $output =~ web\ +[0-9]+\ +running ]]
	local supervisor init
	supervisor=$(field web supervisor)
	init=$(field web init)
	# In a session of its own, which it leads, and whose folder is no place of the caller's.
	[ "$(ps -o sid= -p "$supervisor" | tr -d ' ')" = "$supervisor" ]
	[ "$(readlink "/proc/$supervisor/cwd")" = / ]
	[ "$(ps -o tty= -p "$supervisor" | tr -d ' ')" = '?' ]
	[ "$(field web detached)" = 1 ]
	wait_for 5 grep -q err "$(log_of web)/log"
	control logs web
	assert_output $'out\nerr'
	control exec web sh -c 'readlink /proc/self/fd/0; echo also'
	assert_status 0
	control stop web
	assert_status 0
	wait_for 5 is_over "$init"
	wait_for_end web
	assert_status 143
	control remove web
	assert_status 0
	assert_nothing_is_kept
}

@test "without --name the printed name is the one that jailctl knows" {
	for_each_user named
}
named() {
	jail --detach "$IMAGE" sh -c 'exit 4'
	assert_status 0
	[[ $output =~ ^image-[0-9]+$ ]]
	local name=$output
	wait_for_end "$name"
	assert_status 4
	control remove "$name"
	assert_nothing_is_kept
}

# What is named on the command line counts from where jailrun is started, not from the supervisor's folder.
counts_from_here() {
	local options

	as_each cp -R "$IMAGE" "$MINE/image"
	as_each mkdir "$MINE/data"
	tar -C "$IMAGE" --owner=0 --group=0 -cf "$MINE/x.tar" .
	for options in image ./image '--read-only image' '--write image' '--keep kept image' x.tar \
		'-v data:/data image' '--share net image'; do
		# shellcheck disable=SC2086 # several words
		capture limited sh -c 'cd "$0" && exec jailrun -d --name here "$@"' "$MINE" $options sh -c 'exit 6' \
			</dev/null
		[ "$status" -eq 0 ] || fail "$options: $stderr"
		wait_for_end here
		assert_status 6
		control remove here
	done
	[ "$WHO" = user ] || {
		capture limited sh -c 'cd "$0" && exec jailrun -d --rm --name here --share user image true' "$MINE"
		assert_status 0
	}
	wait_for 5 assert_nothing_is_kept
}
@test "relative paths count from the caller's folder" {
	for_each_user counts_from_here
}

@test "a pipe behind it ends, and so does a command substitution" {
	for_each_user pipe_ends
}
pipe_ends() {
	# limited would end it; what it prints comes through cat only if nobody holds the pipe.
	run limited bash -c 'jailrun -d --name web "$0" sleep 1000 2>&1 | cat; echo "$(jailrun -d --name two "$0" sleep 1000 2>&1)"' "$IMAGE"
	assert_status 0
	assert_output $'web\ntwo'
	control kill web two
	assert_status 0
	wait_for_end web
	wait_for_end two
	control remove web two
	assert_nothing_is_kept
}

@test "no descriptor of the caller's goes along" {
	for_each_user no_descriptors
}
no_descriptors() {
	local supervisor link
	exec {extra}<>"$MINE/extra"
	capture limited jailrun -d --name web "$IMAGE" sleep 1000 <"$MINE/extra" {extra}<&"$extra"
	exec {extra}>&-
	assert_status 0
	supervisor=$(field web supervisor)
	[ "$(readlink "/proc/$supervisor/fd/0" "/proc/$supervisor/fd/1" "/proc/$supervisor/fd/2" | sort -u)" = /dev/null ]
	for link in "/proc/$supervisor/fd"/*; do
		link=$(readlink "$link")
		case $link in
		/dev/null | pipe:* | socket:* | anon_inode:* | "$(registry)"* | "$(state)"* | "$IMAGE"*) ;;
		*) fail "$link is still open" ;;
		esac
	done
	# Of pipes and sockets only its own: the log's, and the channel to init.
	[ "$(readlink "/proc/$supervisor/fd"/* | grep -c '^pipe:')" = 1 ]
	[ "$(readlink "/proc/$supervisor/fd"/* | grep -c '^socket:')" = 1 ]
	# Init has none but the channel. It is protected from all but root.
	! is_root || [ "$(readlink "/proc/$(field web init)/fd"/* | grep -vc '^/dev/null$')" = 1 ]
	control kill web
	wait_for_end web
	control remove web
}

@test "COMMAND reads nothing, writes to a pipe, and never has the log itself" {
	for_each_user only_a_pipe
}
only_a_pipe() {
	detached web 'cat; readlink /proc/self/fd/1; readlink /proc/self/fd/2; echo again >/dev/stdout; : >/proc/self/fd/1
		for fd in /proc/self/fd/*; do echo "${fd##*/}"; done'
	wait_for_end web
	assert_status 0
	control logs web
	[[ ${lines[0]} == pipe:* && ${lines[0]} == "${lines[1]}" && ${lines[2]} == again ]] || fail "$output"
	[ "${lines[3]} ${lines[4]} ${lines[5]}" = "0 1 2" ]
	[ "$(stat -c %a "$(log_of web)")" = 700 ]
	[ "$(stat -c %a "$(log_of web)/log")" = 600 ]
	[ "$(stat -c %a "$(state)")" = 700 ]
	control remove web
	assert_nothing_is_kept
}

@test "what fails before the start is told as without --detach, and nothing is left" {
	for_each_user told
}
told() {
	local words plain
	mkdir "$MINE/empty"
	cp /etc/passwd "$MINE/empty/text"
	for words in "$IMAGE nothing-here" "$IMAGE /etc/passwd" "$MINE/none true" "-w /nowhere $IMAGE true" \
		"-u nobody-here $IMAGE true" "--stop-signal=X $IMAGE true" "--init=app $IMAGE nothing-here"; do
		# shellcheck disable=SC2086 # several words
		jail $words
		plain=$status:$output:$stderr
		[ "$status" -ne 0 ]
		# shellcheck disable=SC2086
		jail -d $words
		[ "$status:$output:$stderr" = "$plain" ] || fail "$words: not $plain but $status:$output:$stderr"
	done
	control list --all --quiet
	assert_output ""
	assert_nothing_is_kept
	assert_no_leftovers
}

@test "of two detached jails of one name at once, one runs, and a name is taken until it is removed" {
	for_each_user one_name
}
one_name() {
	local i
	for i in 1 2 3 4; do
		(
			status=0
			limited jailrun -d --name web "$IMAGE" sleep 1000 >"$MINE/out.$i" 2>&1 </dev/null || status=$?
			echo "$status" >"$MINE/status.$i"
		) &
	done
	wait
	[ "$(sort "$MINE"/status.? | tr '\n' ' ')" = "0 125 125 125 " ] || fail "$(cat "$MINE"/out.?)"
	[ "$(grep -lx web "$MINE"/out.? | wc -l)" = 1 ]
	[ "$(grep -c "a jail 'web' is running already" "$MINE"/out.? | grep -c :1)" = 3 ]
	[ "$(find "$(state)" -name 'log.*' | wc -l)" = 1 ]
	control remove web
	assert_status 1
	[[ $stderr == *"jail web is running"*"'jailctl stop web' ends it"* ]]
	control kill web
	wait_for_end web
	for i in '' -d; do
		# shellcheck disable=SC2086 # none or one
		jail $i --name web "$IMAGE" true
		assert_status 125
		assert_error "--name: a jail 'web' has ended, but is still known" \
			"'jailctl remove web' forgets it, and its log"
	done
	control remove web
	jail --name web "$IMAGE" echo again
	assert_output again
	assert_nothing_is_kept
}

@test "how it ended is kept, and only list --all shows it" {
	for_each_user end_is_kept
}
end_is_kept() {
	detached status 'exit 3'
	detached signal 'kill -KILL $$'
	detached time 'sleep 1000' --timeout 0.2
	wait_for_end status
	assert_status 3
	wait_for_end signal
	assert_status 137
	wait_for_end time
	assert_status 124
	control list --quiet
	assert_output ""
	control list --all
	[[ $output =~ status\ +-\ +exited\ 3\ .*sh ]]
	[[ $output =~ signal\ +-\ +signal\ 9\  ]]
	[[ $output =~ time\ +-\ +timed\ out\  ]]
	control list --all --json
	jq -e --arg now "$(date +%s)" '[.jails[] | select(.detached and .status == "exited" and
		(.ended | . >= ($now | tonumber) - 60) and (has("pid") | not))] | length == 3' <<<"$output"
	[ "$(jq -c '.jails[] | [.name, .exit_status, .signal, .timed_out]' <<<"$output" | tr '\n' ' ')" = \
		'["signal",137,9,null] ["status",3,null,null] ["time",124,null,true] ' ]
	control inspect status
	jq -e '.jails[0] | .exit_status == 3 and .status == "exited" and .log_lost == 0 and
		(has("pid") | not) and (has("uid_map") | not)' <<<"$output"
	local command
	for command in stop kill pause resume exec; do
		# shellcheck disable=SC2046 # none or one
		control "$command" status $([ "$command" != exec ] || echo true)
		[ "$status" -ne 0 ]
		[[ $stderr == *"jail status has ended"*"'jailctl remove status' forgets it"* ]] || fail "$stderr"
	done
	control remove status signal time
	assert_status 0
	control remove status
	assert_status 1
	[[ $stderr == *"no jail is called status"* ]]
	assert_nothing_is_kept
}

@test "of a jail with --rm nothing is left" {
	for_each_user removed_at_end
}
removed_at_end() {
	detached web 'echo x; sleep 1000' --rm
	# As in a user's shell, before the end and until then.
	(as_each jailctl wait web >"$MINE/waited" 2>&1 || true) &
	wait_for 10 is_waited_for web
	control kill web
	wait_for 10 grep -qx 137 "$MINE/waited"
	wait_for 10 nothing_is_known
	assert_nothing_is_kept
	detached web 'sleep 1000' --rm
	kill -KILL "$(field web supervisor)"
	wait_for 10 nothing_is_known
	assert_nothing_is_kept
	jail --rm "$IMAGE" echo plain
	assert_output plain
}
nothing_is_known() {
	[ -z "$(as_each jailctl list --all --quiet)" ]
}

@test "a jail whose supervisor was killed is lost: its log is still there, until it is removed" {
	for_each_user lost
}
lost() {
	local init
	detached web 'echo before; sleep 1000'
	init=$(field web init)
	wait_for 5 grep -q before "$(log_of web)/log"
	kill -KILL "$(field web supervisor)"
	wait_for 5 is_over "$init"
	control list --quiet
	assert_output ""
	control list --all
	[[ $output =~ web\ +-\ +lost\  ]]
	control wait web
	assert_status 1
	[[ $stderr == *"could not note how"* ]]
	control logs -f web
	assert_output before
	control remove web
	assert_status 0
	assert_nothing_is_kept
}

@test "the caller's end, its SIGHUP and its terminal's do not reach it" {
	for_each_user survives
}
survives() {
	# The shell's whole group is sent SIGHUP while it is still there, and then it ends.
	run limited setsid --wait bash -c 'trap "" HUP; jailrun -d --name web "$0" sleep 1000; kill -HUP 0' "$IMAGE"
	assert_output web
	in_terminal bash -c 'jailrun -d --name two "$0" sh -c "test -t 0 || test -t 1 || echo none; sleep 1000"' "$IMAGE"
	control list --quiet
	assert_output $'two\nweb'
	wait_for 5 grep -qx none "$(log_of two)/log"
	[ "$(ps -o tty= -p "$(field two supervisor)" | tr -d ' ')" = '?' ]
	control kill web two
	wait_for_end web
	wait_for_end two
	control remove web two
	assert_nothing_is_kept
}

@test "a caller that is ended before the start takes the jail along" {
	for_each_user caller_ends
}
caller_ends() {
	local caller child
	# The one in the background is stopped before it makes its pipe; then the one in front is killed.
	# shellcheck disable=SC2016 # the inner shell's words
	limited sh -c 'echo $$ >"$0.new" && mv "$0.new" "$0" && exec "$@"' "$MINE/strace" \
		strace -f -qq -o /dev/null -e trace=pipe2 -e inject=pipe2:signal=STOP \
		jailrun -d --name web "$IMAGE" sleep 1000 </dev/null >"$MINE/out" 2>&1 3>&- &
	wait_for 10 is_stopped_below "$MINE/strace" || fail "nobody is stopped: $(cat "$MINE/out")"
	caller=$(first_child "$(cat "$MINE/strace")")
	child=$(first_child "$caller")
	kill -KILL "$caller"
	wait_for 5 is_over "$caller"
	kill -CONT "$child"
	wait_for 10 is_over "$child" || fail 'it goes on'
	control list --all --quiet
	assert_output ""
	assert_nothing_is_kept
	assert_no_leftovers
}
# is_stopped_below FILE: the child of the one child of the process whose id is in FILE.
is_stopped_below() {
	[ -s "$1" ] &&
		grep -q '^State:[[:space:]]*[tT]' "/proc/$(first_child "$(first_child "$(cat "$1")")")/status" 2>/dev/null
}

@test "a disk without any room lets no detached jail start" {
	need_root
	for_each_user no_room_at_all
}
no_room_at_all() {
	local place
	place=$(state)
	as_each mkdir -p -m 700 "$place"
	mount -t tmpfs -o "nr_inodes=1,mode=700,uid=$(as_each id -u)" none "$place"
	jail -d --name web "$IMAGE" true
	umount "$place"
	assert_status 125
	[[ $stderr == *"No space left on device"* ]] || fail "$stderr"
	assert_output ""
	assert_no_leftovers
}

@test "what was detached before the last boot is forgotten" {
	for_each_user forgotten
}
forgotten() {
	detached old 'echo x'
	wait_for_end old
	local folder
	folder=$(log_of old)
	# As if the machine had been started anew, with both folders on a disk.
	as_each mv "$folder" "${folder%@*}@11111111-2222-3333-4444-555555555555"
	as_each sed -i 's/@[0-9a-f-]*$/@11111111-2222-3333-4444-555555555555/' "$(registry)/jail.old"
	control list --all --quiet
	assert_output ""
	assert_nothing_is_kept
	as_each mkdir "$(state)/log.x-1-2@11111111-2222-3333-4444-555555555555" "$(state)/log.mine"
	detached web true --rm
	wait_for 10 nothing_is_known
	[ "$(find "$(state)" -name 'log.*')" = "$(state)/log.mine" ]
	as_each rmdir "$(state)/log.mine"
}

@test "--status-fd goes on telling" {
	for_each_user status_goes_on
}
status_goes_on() {
	as_each sh -c 'jailrun -d --name web --status-fd 9 "$0" sh -c "exit 5" 9>"$1"' "$IMAGE" "$MINE/status" </dev/null
	wait_for_end web
	wait_for 5 grep -q exited "$MINE/status"
	[ "$(sed 's/[0-9][0-9]*}/N}/' "$MINE/status")" = $'{"event":"started","pid":N}\n{"event":"exited","status":N}' ]
	control remove web
	jail -d --status-fd 2 "$IMAGE" true
	assert_status 2
}

@test "wrong usage of --detach is told" {
	only_self
	jail --log-size 1m "$IMAGE" true
	assert_status 2
	assert_error '--log-size: without --detach there is no log'
	local size
	for size in 0 x 100 -1; do
		jail -d --log-size="$size" "$IMAGE" true
		assert_status 2
	done
	control remove
	assert_status 2
	control logs
	assert_status 2
	control logs one two
	assert_status 2
}

@test "--init=app and --keep go with --detach" {
	for_each_user together
}
together() {
	detached web 'echo $$; exit 6' --init=app
	wait_for_end web
	assert_status 6
	control logs web
	assert_output 1
	control remove web
	detached web 'echo kept >/kept' --keep "$MINE/keep"
	wait_for_end web
	control remove web
	jail --keep "$MINE/keep" "$IMAGE" cat /kept
	assert_output kept
	assert_nothing_is_kept
}
