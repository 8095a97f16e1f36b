#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Every format is the same bytes, made twice: by another user, with another umask, locale and time
# zone, in another folder and into another one, with the epoch named and not, and from files that
# were made in another order.

load ../cli/helper
load ../cli/jailbuild-helper

# fill NAME…: the folder of files, made in this order, so that readdir and inode numbers differ. The
# names sort differently from locale to locale.
fill() {
	local name

	rm -rf in
	mkdir -m 0755 in
	for name; do
		mkdir -m 0750 "in/$name.d"
		echo "text of $name" >"in/$name"
		ln "in/$name" "in/$name.d/twin"
		ln -s "../$name" "in/$name.d/link"
	done
	find in -type f -exec chmod 0644 {} +
	chmod 0755 in/*.d
	chmod 1777 in/B.d
}

# A locale with rules of its own, if the machine has one.
other_locale() {
	locale -a | grep -vixE 'C|POSIX|C\.utf-?8' | head -n 1
}

# make PLACE FORMAT VARIABLE=VALUE…: packs as $WHO into PLACE.FORMAT.
make() {
	local place=$1 format=$2

	shift 2
	as_each env "$@" TERM=dumb jailbuild add -q ls "$T/in:/data" -o "$place.$format"
}

first_time() {
	local format

	for format in "${FORMATS[@]}"; do
		(umask 022 && make "$MINE/one" "$format" -u SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC)
	done
}

second_time() {
	local format

	mkdir -p "$MINE/other"
	! is_root || [ "$WHO" = root ] || chown "$TEST_USER:" "$MINE/other"
	for format in "${FORMATS[@]}"; do
		(umask 077 && make ./two "$format" -C "$MINE/other" SOURCE_DATE_EPOCH=0 \
			LC_ALL="${OTHER:-C.UTF-8}" LANGUAGE=de TZ=Asia/Tokyo)
	done
}

# sums: of all that was made, archives by their bytes, folders by names, modes, times and contents.
sums() {
	local image name

	for image in "$T"/*/one.* "$T"/*/other/two.*; do
		if [ -d "$image" ]; then # owners are its maker's
			echo "folder $(tar --sort=name --owner=0 --group=0 -cf - -C "$image" . | sha256sum)"
		else
			name=${image##*/}
			echo "${name#*.} $(sha256sum <"$image")"
		fi
	done
}

@test "user, umask, locale, zone, folders, order of files and the epoch's default change no byte" {
	FORMATS=(tar tar.gz tar.zst tar.xz cpio cpio.gz cpio.zst cpio.xz folder/)
	OTHER=$(other_locale)
	fill a B ä Z _x 10 9
	for_each_user first_time
	fill 9 10 _x Z ä B a
	for WHO in root user; do
		MINE=$T/$WHO
		[ ! -d "$MINE" ] || second_time
	done
	unset WHO MINE
	sums | sort >all
	! is_root || [ "$(wc -l <all)" -eq 36 ]
	sort -u all >once
	[ "$(wc -l <once)" -eq 9 ] || fail "$(cat all)"
	! is_root || [ -z "$(find root/*.folder -not -user 0)" ]
}
