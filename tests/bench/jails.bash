# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Sourced by run: what is measured of jails beside their start. Uses compare, row, lines and as of it.

# shellcheck disable=SC2154 # run sets them: who, work, median
true

# peers WHO: other ways into the same folder, each as much as it can. A crun that does not run here
# (cgroups v1 beside v2) is left out, and that is said.
show_peers() {
	local commands=(-n jailrun-dir "jailrun $1/root /bin/true"
		-n unshare-chroot "unshare --map-root-user --user --mount --pid --ipc --uts --net
			--cgroup --fork chroot $1/root /bin/true"
		-n proot "proot -r $1/root -w / /bin/true")
	echo "other ways into a folder, as $1 …" >&2
	if [ "$1" = root ] && make_bundle && crun --cgroup-manager=disabled run -b "$work/bundle" try \
		>/dev/null 2>&1; then
		commands+=(-n crun "crun --cgroup-manager=disabled run -b $work/bundle bench")
	fi
	compare "$1" --warmup 10 --runs 200 "${commands[@]}"
	row "jailrun DIR, as $1" jailrun-dir unshare-chroot 2
	row "jailrun DIR, as $1" jailrun-dir proot 1
	if [ -n "${median[crun]-}" ]; then
		row "jailrun DIR, as $1" jailrun-dir crun 0.5
	elif [ "$1" = root ]; then
		lines+=("crun: does not run on this machine||||")
	fi
}

make_bundle() {
	mkdir -p "$work/bundle"
	cp -a "$work/root" "$work/bundle/rootfs"
	(cd "$work/bundle" && crun spec && sed -i 's/"terminal": true/"terminal": false/; s/"sh"/"\/bin\/true"/' config.json) \
		>/dev/null 2>&1
}

# tree FOLDER MEGABYTES FILES: a tree of that size, of bytes that no compression makes smaller.
tree() {
	local i size=$(($2 * 1000000 / $3))
	for ((i = 0; i < $3; i++)); do
		[ $((i % 100)) -ne 0 ] || mkdir -p "$1/data/$((i / 100))"
		head -c "$size" /dev/urandom >"$1/data/$((i / 100))/$i"
	done
}

# What a jail from an archive costs, by the archive's size: warm it must not matter; cold it is
# unpacking, against tar(1) and bwrap(1) into the same file system.
show_archives() {
	local name turns=()
	echo "archives of 3, 97 and 300 MB, as $1 …" >&2
	for name in small large middle; do
		cp -a "$work/root.ready" "$work/$name"
	done
	tree "$work/small" 3 40
	tree "$work/large" 300 3000
	tree "$work/middle" 97 4000
	for name in small large middle; do
		tar -C "$work/$name" --owner=0 --group=0 -cf "$work/$1/$name.tar" .
		rm -rf "${work:?}/$name"
	done
	[ "$1" != user ] || [ -z "$user" ] || chown "$user:" "$work/$1"/*.tar
	compare "$1" --warmup 10 --runs 200 \
		-n warm-3MB "jailrun $1/small.tar /bin/true" \
		-n warm-300MB "jailrun $1/large.tar /bin/true"
	row "jailrun 300MB.tar, warm, as $1" warm-300MB warm-3MB 1.1
	cat >"$work/cold" <<-END
		#!/bin/sh
		$work/put-away $1/cache $1/unpacked
		mkdir $1/unpacked
	END
	cat >"$work/tar-and-bwrap" <<-'END'
		#!/bin/sh
		tar -C "$1/unpacked" -xf "$1/middle.tar" && exec bwrap --unshare-all \
			--bind "$1/unpacked" / --proc /proc --dev /dev --tmpfs /tmp --tmpfs /run /bin/true
	END
	chmod 755 "$work/cold" "$work/tar-and-bwrap"
	for _ in 1 2 3 4 5; do
		turns+=(-n cold "jailrun $1/middle.tar /bin/true" -n tar-and-bwrap "$work/tar-and-bwrap $1")
	done
	sleep 10 # the trees above were just removed
	compare "$1" --runs 3 --prepare "$work/cold" "${turns[@]}"
	row "jailrun 97MB.tar, cold, as $1" cold tar-and-bwrap 0.9
	rm -rf "$work"/past.* "$1/unpacked" "$work/$1"/{small,large,middle}.tar
}

# show_crowd WHO: 200 jails started and ended at once, and what 500 idle ones cost. They are in $crowd, for
# clean_up to end whatever happens.
show_crowd() {
	local failed=0 pid pss
	echo "many jails, as $1 …" >&2
	for _ in $(seq 200); do
		become "$1" jailrun "$1/root" /bin/true &
		crowd+=($!)
	done
	for pid in "${crowd[@]}"; do
		wait "$pid" || failed=$((failed + 1))
	done
	crowd=()
	lines+=("200 jails at once, as $1: $failed failed|||0|$([ $failed -eq 0 ] && echo met || echo missed)")
	gcc -O2 -static -x c -o "$work/idle/bin/idle" - <<<'#include <unistd.h>
		int main(void) { return pause(); }'
	for _ in $(seq 500); do
		become "$1" jailrun "$work/idle" /bin/idle &
		crowd+=($!)
	done
	# Until each has its COMMAND.
	for _ in $(seq 300); do
		[ "$(pgrep -cx idle)" -lt 500 ] || break
		sleep 0.1
	done
	pss=$(for pid in "${crowd[@]}"; do
		awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup"
	done | awk '{ sum += $1 } END { printf "%d", sum / NR }')
	kill "${crowd[@]}"
	wait "${crowd[@]}" 2>/dev/null || true
	crowd=()
	lines+=("$(awk -v who="$1" -v kib="$pss" 'BEGIN {
		printf "PSS of the supervisor of one of 500 idle jails, as %s|%.2f MiB||<= 1 MiB|%s", who,
			kib / 1024, (kib <= 1024) ? "met" : "missed" }')")
}

# terminal_rate WHO COMMAND…: MB/s that COMMAND prints on a terminal.
terminal_rate() {
	as "$1" /usr/bin/python3 "$top/tests/bench/terminal_rate.py" "${@:2}"
}

# Bytes through a jail's descriptors, against the same without a jail; and through its terminal.
show_throughput() {
	local rate bare second turns=()
	echo "bytes through a jail, as $1 …" >&2
	cp "$(command -v busybox)" "$work/idle/bin/cat"
	for _ in 1 2 3 4; do
		turns+=(-n outside "sh -c 'head -c 2G /dev/zero | $work/idle/bin/cat >/dev/null'"
			-n inside "sh -c 'head -c 2G /dev/zero | jailrun $work/idle /bin/cat >/dev/null'")
	done
	compare "$1" --warmup 1 --runs 2 "${turns[@]}"
	row "2 GiB through cat in a jail, as $1" inside outside 1.05
	# What this machine's kernel gives, alone and with a second terminal in between as a jail has it.
	bare=$(terminal_rate "$1" "$work/idle/bin/cat" "$work/idle/data")
	second=$(terminal_rate "$1" script -qec "$work/idle/bin/cat $work/idle/data" /dev/null)
	rate=$(terminal_rate "$1" jailrun "$work/idle" /bin/cat /data)
	lines+=("$(awk -v who="$1" -v rate="$rate" -v bare="$bare" -v second="$second" 'BEGIN {
		printf "terminal of a jail, as %s (bare %d, script(1) %d)|%d MB/s|%.2f x script|>= 200 MB/s|%s", who,
			bare, second, rate, rate / second, (rate >= 200) ? "met" : "missed" }')")
}

# The image for these: a folder that everybody may read, with 256 MB to print.
make_idle() {
	cp -a "$work/root.ready" "$work/idle"
	head -c 256000000 /dev/zero | tr '\0' 'x' >"$work/idle/data"
	chmod -R a+rX "$work/idle"
}

show_jails() {
	make_idle
	show_peers "$1"
	show_archives "$1"
	show_crowd "$1"
	show_throughput "$1"
	rm -rf "${work:?}/idle" "${work:?}/bundle"
}
