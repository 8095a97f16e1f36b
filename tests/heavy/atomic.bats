#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Adding to an image of any kind: killed at any moment, on a full disk and by several at once it is
# the old one or the new one, and nothing is lost. tests/cli/jailbuild-same.bats has the short form, for
# tar. Called by `make check-heavy`.

load ../cli/helper
load ../cli/jailbuild-helper

ROUNDS=20

# moments COMMAND…: ROUNDS delays in seconds, from nothing to a little more than COMMAND takes here.
moments() {
	local start end

	start=$(date +%s%N)
	"$@"
	end=$(date +%s%N)
	awk -v all=$(((end - start) / 1000)) -v n=$ROUNDS 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "%.4f\n", all * 1.15 * i / n / 1e6 }'
}

# killed_archive ENDING
killed_archive() {
	local old new now delay olds=0 news=0

	mkdir -p place
	jailbuild add -q true -o "old.$1"
	cp "old.$1" "new.$1"
	moments jailbuild add -q bash perl -o "new.$1" >delays
	old=$(digest "old.$1") new=$(digest "new.$1")
	while read -r delay; do
		cp "old.$1" "place/x.$1"
		timeout -s KILL "$delay" jailbuild add -q bash perl -o "place/x.$1" || true
		now=$(digest "place/x.$1")
		[ "$now" = "$old" ] || [ "$now" = "$new" ] || fail "$1 is damaged after $delay s"
		[ "$now" != "$old" ] || olds=$((olds + 1))
		[ "$now" != "$new" ] || news=$((news + 1))
		nothing_left place "x.$1"
	done <delays
	echo "# $1: killed $ROUNDS times, $olds times the old one, $news times the new one" >&3
	[ "$olds" -gt 0 ] # else nothing was hit
	# Of an image that was not there before, there is nothing or all.
	while read -r delay; do
		rm "place/x.$1"
		timeout -s KILL "$delay" jailbuild add -q true bash perl -o "place/x.$1" || true
		[ ! -e "place/x.$1" ] || jailbuild list "place/x.$1" | grep -q '^/usr/bin/perl	'
		[ -z "$(find place -name '.*')" ]
		: >>"place/x.$1"
	done <delays
	rm -r place
}

@test "killed while it is added to, a tar.zst is the old or the new one" {
	killed_archive tar.zst
}

@test "killed while it is added to, a cpio is the old or the new one" {
	killed_archive cpio
}

@test "killed while it is added to, a cpio.gz is the old or the new one" {
	killed_archive cpio.gz
}

# What had been written aside may stay, until the image is next added to; nothing of the image is lost
# or half, and adding again completes it.
@test "killed while it is added to, a folder has whole files only, and adding again completes it" {
	local delay file left=0

	jailbuild add -q true -o old/
	cp -a old new
	moments jailbuild add -q bash perl -o new/ >delays
	while read -r delay; do
		rm -rf x
		cp -a old x
		timeout -s KILL "$delay" jailbuild add -q bash perl -o x/ || true
		jailbuild list x/ | grep -q '^/usr/bin/true	' || fail "lost after $delay s"
		while read -r file; do
			cmp "x/$file" "new/$file" || cmp "x/$file" "old/$file" ||
				fail "half of $file after $delay s"
		done < <(cd x && find . -type f ! -path './.jailbuild.*')
		[ -z "$(find x -maxdepth 1 -name '.jailbuild.*')" ] || left=$((left + 1))
		jailbuild add -q bash perl -o x/
		[ "$(tree_digest x)" = "$(tree_digest new)" ] || fail "not completed after $delay s"
	done <delays
	echo "# folder: killed $ROUNDS times, what was written aside stayed $left times" >&3
}

full_disk() {
	local image

	mount -t tmpfs -o size=8m tmpfs small
	jailbuild add -q true -o "small/x.$1"
	image=$(digest "small/x.$1")
	run jailbuild add gdb -o "small/x.$1"
	assert_status 1
	assert_output_has 'No space left on device'
	[ "$(digest "small/x.$1")" = "$image" ]
	nothing_left small "x.$1"
	# With room again nothing stands in the way.
	jailbuild add -q cat -o "small/x.$1"
	umount small
}

@test "a full disk leaves each kind of image as it was" {
	need_root
	mkdir small
	for kind in tar tar.gz tar.zst tar.xz cpio cpio.gz cpio.zst cpio.xz; do
		full_disk $kind
	done
}

adds_at_once() {
	local kind n pids

	for n in 1 2 3 4; do
		echo "$n" >"$MINE/file$n"
	done
	for kind in tar.gz tar.zst tar.xz cpio cpio.gz cpio.zst cpio.xz folder/; do
		pids=()
		for n in 1 2 3 4; do
			as_each jailbuild add -q "$MINE/file$n:/data/file$n" -o "$MINE/x.$kind" &
			pids+=($!)
		done
		for n in "${pids[@]}"; do
			wait "$n"
		done
		for n in 1 2 3 4; do
			as_each jailbuild list "$MINE/x.$kind" | grep -q "^/data/file$n	asked$" ||
				fail "x.$kind lost file$n"
		done
		rm -r "$MINE/x.${kind%/}"
		nothing_left "$MINE" file1 file2 file3 file4
	done
}

@test "four adds at the same time lose nothing, whatever the kind of image" {
	for_each_user adds_at_once
}

# Here, and not in tests/cli: LeakSanitizer cannot do without /proc.
@test "without /proc, as in a bare chroot, the image is the same" {
	jailbuild add -q bash -o with.tar
	unshare --mount --propagation private sh -c \
		'mount -t tmpfs none /proc && exec jailbuild add -q bash -o without.tar'
	cmp with.tar without.tar
	[ "$(find . -name '.*tar*')" = "" ]
}
