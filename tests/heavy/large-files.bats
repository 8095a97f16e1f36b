#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# What a large file or many files cost: memory does not grow with a file, and the time of many files is
# told, not judged. Called by `make check-heavy`.

load ../cli/helper
load ../cli/jailbuild-helper

LIMIT=$((128 * 1024)) # KiB

setup() {
	begin_test
	"${CC:-gcc}" -std=gnu17 -D_GNU_SOURCE -O2 -o rss "$BATS_TEST_DIRNAME/../bench/rss.c"
	chmod 0755 rss
}

# measured WHAT COMMAND…: the largest resident set is below the limit.
measured() {
	local what=$1 kib

	shift
	kib=$(./rss "$@")
	echo "# $what: $((kib / 1024)) MiB" >&3
	[ "$kib" -lt "$LIMIT" ] || fail "$what takes $kib KiB"
}

@test "a file of 4 GiB takes no memory of its own" {
	truncate -s 4G large
	printf 'end' | dd of=large bs=1 seek=4294967293 conv=notrunc status=none
	measured "4 GiB to a folder" jailbuild add -q --no-rules ./large:/large -o x/
	[ "$(stat -c %s x/large)" = 4294967296 ]
	[ "$(tail -c 3 x/large)" = end ]
	rm -r x
	measured "4 GiB to a tar.zst" jailbuild add -q --no-rules ./large:/large -o x.tar.zst
	measured "adding to that tar.zst" jailbuild add -q --no-rules true -o x.tar.zst
	rm x.tar.zst
	measured "4 GiB to a tar" jailbuild add -q --no-rules ./large:/large -o x.tar
	[ "$(tar xOf x.tar large | tail -c 3)" = end ]
}

# milliseconds COMMAND…: how long it takes.
milliseconds() {
	local start

	start=$(date +%s%N)
	"$@"
	echo $((($(date +%s%N) - start) / 1000000))
}

# many COUNT: that many files of a few bytes, 100 a folder.
many() {
	python3 - "$1" <<-'END'
		import os, sys
		count = int(sys.argv[1])
		for i in range(count):
		    folder = f"in{count}/{i // 10000}/{i // 100}"
		    if i % 100 == 0:
		        os.makedirs(folder)
		    with open(f"{folder}/file{i}", "w") as out:
		        out.write(f"text {i}\n")
	END
}

@test "many small files: what ten times as many cost" {
	local kind few lots

	many 10000
	many 100000
	for kind in tar cpio folder/; do
		few=$(milliseconds jailbuild add -q --no-rules ./in10000:/in -o "few.$kind")
		lots=$(milliseconds jailbuild add -q --no-rules ./in100000:/in -o "lots.$kind")
		echo "# $kind: 10,000 files $few ms, 100,000 files $lots ms: $((lots * 100 / few)) %" >&3
	done
	for kind in tar folder/; do
		few=$(milliseconds jailbuild add -q --no-rules true -o "few.$kind")
		lots=$(milliseconds jailbuild add -q --no-rules true -o "lots.$kind")
		echo "# adding to that $kind: $few ms, $lots ms: $((lots * 100 / few)) %" >&3
	done
	# Memory grows with the number of files, for the manifest is held whole: told, not judged.
	echo "# adding to a tar of 100,000 files takes" \
		"$(($(./rss jailbuild add -q --no-rules ls -o lots.tar) / 1024)) MiB" >&3
	[ "$(jailbuild list lots.tar | wc -l)" -gt 100000 ]
}
