#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Directory images made to break out: each place that jailrun looks at or mounts over is something else
# than it should be. A canary folder of the host, which everybody may write to, must stay as it was, and
# the jail either does not start, with an error that names the place, or runs without reaching it. Those
# named after a CVE are what broke other runtimes.

# shellcheck disable=SC2016,SC2030,SC2031 # words of the jail's shell; each test sets $MINE for itself

load ../cli/helper
load ../cli/jailrun-helper

# canary: $MINE/host, with all that a jail's set-up could overwrite or make anew; its digest in $BEFORE.
canary() {
	mkdir -p "$MINE/host/pts" "$MINE/host/shm" "$MINE/host/sub" "$MINE/host/sys/kernel"
	for name in file null zero console passwd group sub/file sys/kernel/core_pattern; do
		echo precious >"$MINE/host/$name"
	done
	chmod -R a+rwX "$MINE/host"
	touch -d @1000000000 "$MINE/host" "$MINE/host"/*
	BEFORE=$(digest "$MINE/host")
}

assert_canary() {
	[ "$(digest "$MINE/host")" = "$BEFORE" ] || fail "${1-}: the host's folder was changed" || return
	[[ $output$stderr != *precious* ]] || fail "${1-}: a file of the host was read"
}

# hostile_image COMMANDS: a fresh $MINE/image, changed by COMMANDS (shell) with $1 the host's folder.
hostile_image() {
	rm -rf "$MINE/image"
	own_image
	as_each sh -c "cd '$MINE/image' && $1" - "$MINE/host"
}

# What a jail does that finds itself in such an image: it reads and overwrites all it can reach.
ATTACK='for d in dev proc sys tmp run etc srv srv/deep dev/pts dev/shm etc/passwd dev/null; do for f in /$d /$d/file; do
	[ -p $f ] || [ -d $f ] || { cat $f; echo owned >$f; }; done; echo owned >/$d/owned; done 2>/dev/null; exit 0'

# ends_well PLACE WHAT: it ran, or was refused by an error that names PLACE.
ends_well() {
	[[ $status =~ ^(0|1|125|126|127)$ ]] || fail "$2: status $status" || return
	# Warnings may stand in front: root's --write in a folder that others reach.
	[ "$status" -ne 125 ] || [[ $'\n'$stderr == *$'\n'"jailrun: error: "*"${1##*/}"* ]] ||
		fail "$2: the error does not name it: $stderr"
}

PLACES='dev proc sys tmp run etc etc/passwd etc/group dev/null dev/pts dev/shm srv srv/deep .jail .jail/config .jail/owners'

# attack PLACE COMMANDS: an image in which COMMANDS put something at PLACE, run in one way after the other.
attack() {
	local place=$1 what=$2

	hostile_image "mkdir -p dev $(dirname "$place"); rm -rf $place; $what"
	WAY=$((WAY + 1))
	case $((WAY % 3)) in
	0) options=() ;;
	1) options=(--write) ;;
	2) options=(--keep "$MINE/keep.$WAY") ;;
	esac
	jail "${options[@]}" -v "$IMAGE/etc:/srv/deep/volume" --tmpfs /srv/deep/memory "$MINE/image" sh -c "$ATTACK"
	ends_well "$place" "/$place, '$what' ${options[*]}"
	assert_canary "/$place, '$what' ${options[*]}"
}

links_everywhere() {
	local place way WAY=0

	canary
	for way in '"$1"' '"../../../../../../../../../..$1"' /proc/self/fd/3; do
		for place in $PLACES; do
			attack "$place" "ln -s $way $place"
		done
	done
}
@test "symlinks in place of what jailrun reads or mounts over reach nothing of the host" {
	for_each_user links_everywhere
}

other_kinds_everywhere() {
	local place WAY=0

	canary
	for place in $PLACES; do
		attack "$place" "ln -s ${place##*/} $place"
		attack "$place" "mkfifo $place"
		attack "$place" "echo file >$place"
		attack "$place" "mkdir $place"
	done
}
@test "loops, FIFOs, files and folders in place of what jailrun reads or mounts over neither hang nor harm" {
	for_each_user other_kinds_everywhere
}

refuses_hostile_settings() {
	local name

	canary
	for name in config owners; do
		hostile_image "mkdir .jail; head -c 20000000 /dev/zero >.jail/$name"
		jail "$MINE/image" true
		[[ $status =~ ^(0|125)$ ]]
		ends_well ".jail/$name" "huge $name"
		hostile_image "mkdir .jail; mkfifo .jail/$name"
		jail "$MINE/image" true
		ends_well ".jail/$name" "FIFO $name"
		hostile_image "mkdir .jail; head -c 5000 /dev/urandom >.jail/$name"
		jail "$MINE/image" true
		ends_well ".jail/$name" "binary $name"
		[[ $stderr != *$'\e'* ]]
	done
	hostile_image 'mkdir .jail; seq -f "0:0 /../../../../../../..$1/file%g" 50000 >.jail/owners
		echo "1:1 /../../../../../../..$1/file" >>.jail/owners; ln -s "$1" out; echo "1:1 /out/file" >>.jail/owners'
	jail "$MINE/image" true
	assert_status 0
	assert_canary 'owners that lead out'
}
@test "/.jail/config and /.jail/owners that are huge, FIFOs or no text are refused or passed over, and named" {
	for_each_user refuses_hostile_settings
}

# --- one test each for what broke others ---

mounts_below_links() {
	canary
	for way in '"$1"' '"../../../../../../../../..$1"' '"/proc/1/root$1"'; do
		hostile_image "ln -s $way data; mkdir a; ln -s $way a/b"
		for option in '' --write; do
			for target in /data/new /data/sub /data/file /a/b/new/deep /data; do
				# shellcheck disable=SC2086 # none or one word
				jail $option -v "$IMAGE/etc:$target" "$MINE/image" sh -c "echo owned >$target/file"
				ends_well "$target" "$target $way"
				assert_canary "a volume at $target $way"
			done
		done
	done
}
@test "CVE-2026-87766 (bwrap): a mount target whose parent is a symlink makes nothing on the host" {
	for_each_user mounts_below_links
}

dev_is_a_link() {
	canary
	for way in '"$1"' '"../../../../../../../../..$1"' '"/proc/self/root$1"' /proc/self/cwd; do
		hostile_image "ln -s $way dev"
		for option in '' --write; do
			# shellcheck disable=SC2086 # none or one word
			jail $option "$MINE/image" sh -c 'echo owned >/dev/null; echo owned >/dev/file; rm -rf /dev/*'
			ends_well dev "/dev $way $option"
			assert_canary "/dev $way $option"
		done
	done
}
@test "CVE-2026-47766 (crun): devices are not made where the image's /dev leads" {
	for_each_user dev_is_a_link
}

dev_is_swapped() {
	local i swapper

	canary
	hostile_image 'mkdir dev; ln -s "$1" link'
	swap_in "$MINE/image" dev link &
	swapper=$!
	for i in $(seq 8); do
		jail --write "$MINE/image" sh -c 'echo owned >/dev/null; echo owned >/dev/file'
		[[ $status =~ ^(0|1|125)$ ]]
		assert_canary "/dev was exchanged, try $i"
	done
	kill "$swapper"
	wait "$swapper" || true
}
# swap_in FOLDER DIRECTORY LINK: puts one in the place of the other, over and over.
swap_in() {
	cd "$1" || return
	# coreutils' mv does not go into a folder with -T
	while :; do
		mv -T "$2" "$2.away" && mv -T "$3" "$2" && mv -T "$2" "$3" && mv -T "$2.away" "$2"
	done 2>/dev/null 3>&-
}
@test "CVE-2026-41579 (runc): a /dev that is exchanged for a symlink meanwhile leads nowhere" {
	for_each_user dev_is_swapped
}

masks_with_the_real_null() {
	canary
	for way in '"$1/null"' /proc/sys/kernel/core_pattern /proc/sysrq-trigger /proc/self/root; do
		hostile_image "mkdir dev; ln -s $way dev/null"
		jail "$MINE/image" sh -c 'stat -L -c "%F %t:%T" /dev/null; wc -c </proc/keys; echo x >/proc/keys
			echo owned >/proc/sys/kernel/core_pattern; echo owned >/proc/sysrq-trigger'
		assert_output_has 'character special file 1:3'
		assert_output_has $'\n0'
		assert_canary "/dev/null -> $way"
	done
}
@test "CVE-2025-31133 (runc): /proc is masked with the host's /dev/null, whatever the image's is" {
	for_each_user masks_with_the_real_null
}

has_its_own_terminal() {
	canary
	for what in 'ln -s "$1/file" dev/console' 'ln -s "$1" dev/pts' 'ln -s /proc/sys/kernel/core_pattern dev/ptmx' \
		'mkdir dev/pts; ln -s "$1/file" dev/pts/0' 'ln -s "$1/file" dev/tty'; do
		hostile_image "mkdir dev; $what"
		output=$(in_terminal jailrun --write "$MINE/image" sh -c 'tty; echo owned >/dev/console; echo >/dev/pts/0')
		stderr=
		assert_output_has /dev/pts/0
		assert_canary "$what"
	done
}
@test "CVE-2025-52565 (runc): the terminal is the jail's own, whatever the image has at /dev/console and /dev/pts" {
	for_each_user has_its_own_terminal
}

writes_nothing_through_proc() {
	local hostname

	canary
	hostname=$(cat /proc/sys/kernel/hostname)
	for what in 'ln -s "$1" proc' 'mkdir -p proc/self; ln -s "$1/file" proc/self/uid_map' \
		'mkdir -p proc/thread-self/attr; ln -s "$1/file" proc/thread-self/attr/exec' \
		'mkdir proc; ln -s "$1/sys" proc/sys' 'ln -s tmp proc' 'mkdir tmp; ln -s ../tmp proc' \
		'ln -s /proc/self/fd tmp' 'ln -s dev/shm proc'; do
		hostile_image "rm -rf proc tmp; $what"
		for option in '' --write; do
			# shellcheck disable=SC2086 # none or one word
			jail $option -h other "$MINE/image" sh -c 'echo owned >/proc/sys/kernel/core_pattern
				echo owned >/proc/self/attr/exec; echo owned >/proc/sys/kernel/hostname; exit 0'
			ends_well proc "$what $option"
			assert_canary "$what $option"
		done
	done
	[ "$(cat /proc/sys/kernel/hostname)" = "$hostname" ]
}
@test "CVE-2025-52881 (runc): nothing that is written to /proc can be led elsewhere by the image" {
	for_each_user writes_nothing_through_proc
}

volume_is_swapped() {
	local i swapper

	canary
	hostile_image 'mkdir -p data; ln -s "$1" link'
	swap_in "$MINE/image" data link &
	swapper=$!
	for i in $(seq 8); do
		jail --write -v "$IMAGE/etc:/data/sub" -v "$IMAGE/etc:/data/new$i" "$MINE/image" true
		[[ $status =~ ^(0|125)$ ]]
		assert_canary "the volume's parent was exchanged, try $i"
	done
	kill "$swapper" 2>/dev/null || true
	wait "$swapper" || true
}
@test "CVE-2021-30465 (runc): a volume's place that is exchanged for a symlink meanwhile leads nowhere" {
	for_each_user volume_is_swapped
}

keeps_its_own_file() {
	local before

	canary
	mkdir "$MINE/p"
	cp "$BIN/jailrun" "$BIN/jailrun-unpack" "$MINE/p/"
	[ "$WHO" = root ] || ! is_root || chown -R "$TEST_USER:" "$MINE/p"
	before=$(sha256sum <"$MINE/p/jailrun")
	hostile_image 'printf "#!/proc/self/exe\n" >evil; chmod 755 evil; ln -s /proc/self/exe self
		cp bin/busybox lib.so; printf "#!/self\n" >evil2; chmod 755 evil2'
	for command in /evil /evil2 /self /proc/self/exe /proc/1/exe; do
		capture limited "$MINE/p/jailrun" "$MINE/image" "$command" </dev/null
		[ "$status" -ne 0 ] || fail "$command ran"
		[ "$(sha256sum <"$MINE/p/jailrun")" = "$before" ]
	done
	capture limited "$MINE/p/jailrun" "$MINE/image" sh -c 'for f in /proc/1/exe /proc/self/exe /proc/*/exe; do
		(exec 5<$f && echo owned >/proc/self/fd/5); echo owned >$f; done; true' </dev/null
	[ "$(sha256sum <"$MINE/p/jailrun")" = "$before" ] || fail 'jailrun was overwritten'
}
@test "CVE-2019-5736 (runc): the image can neither run nor overwrite jailrun itself by /proc/self/exe" {
	for_each_user keeps_its_own_file
}

starts_in_no_descriptor() {
	local n

	canary
	for n in 3 5 8; do
		hostile_image "mkdir .jail; echo workdir=/proc/self/fd/$n >.jail/config; ln -s /proc/self/fd/$n w"
		for option in '' '-w /w' "-w /proc/self/fd/$n" "-w /proc/1/fd/$n" "-w /proc/self/fd/$n/.."; do
			# The caller has left a folder of the host open under many numbers.
			# shellcheck disable=SC2086 # two words
			capture limited bash -c 'for n in 3 4 5 6 7 8 9 10 11 12; do eval "exec $n<$0"; done; exec "$@"' \
				"$MINE/host" jailrun $option "$MINE/image" sh -c 'cat file ../host/file sub/file; pwd; ls -l /proc/self/cwd' \
				</dev/null
			ends_well "" "$option $n"
			assert_canary "workdir $n $option"
			[[ $output != *"$MINE"* ]] || fail "$option: $output"
		done
	done
}
@test "CVE-2024-21626 (runc): a workdir that names a descriptor, or a link to one, leads nowhere" {
	for_each_user starts_in_no_descriptor
}

makes_mount_points_inside() {
	canary
	for way in '"$1"' '"../../../../../../../../..$1"'; do
		hostile_image "ln -s $way d; ln -s $way/file f; ln -s $way/none n"
		for target in /d /d/sub /d/none /f /n /n/x; do
			jail --write --tmpfs "$target" "$MINE/image" sh -c "echo owned >$target/file"
			ends_well "$target" "--tmpfs $target"
			assert_canary "--tmpfs $target $way"
			jail --write -v "$IMAGE/etc/passwd:$target" "$MINE/image" true
			ends_well "$target" "a file at $target"
			assert_canary "a file at $target $way"
		done
	done
}
@test "nsjail 292 and 325: mount points are made in the image only, files and folders" {
	for_each_user makes_mount_points_inside
}
