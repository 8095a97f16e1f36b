# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the tests of jailbuild share: packing, tiny programs made on the spot, looking into images.

# pack ARG…: `jailbuild add`; $status is its status, $output what it said, error lines included.
pack() {
	run --separate-stderr as_each jailbuild add "$@"
	# shellcheck disable=SC2154 # run sets it
	output+=$stderr
}

# packed ARG…: the same, which must succeed.
packed() {
	pack "$@"
	assert_status 0
}

# entries TAR: its names, in its order.
entries() {
	tar tf "$1" --quoting-style=literal
}

digest() {
	sha256sum <"$1" | cut -d' ' -f1
}

# tree_digest FOLDER: of everything in it: names, types, modes, times, targets, contents.
tree_digest() {
	tar --sort=name --numeric-owner -cf - -C "$1" . | sha256sum | cut -d' ' -f1
}

# make_library SONAME OUT and make_program OUT [LIBRARY…]: dynamic, of a line each.
make_library() {
	echo 'int answer(void) { return 42; }' |
		"${CC:-gcc}" -shared -fPIC -Wl,-soname,"$1" -o "$2" -x c -
}

make_program() {
	local out=$1

	shift
	printf '%s\n' '#include <stdio.h>
	int answer(void) __attribute__((weak));
	int main(void) { return !(printf("answer %d\n", answer ? answer() : 0) > 0); }' |
		"${CC:-gcc}" -Wl,--no-as-needed -o "$out" -x c - -x none "$@"
}

# nothing_left FOLDER [NAME…]: FOLDER holds these names and nothing else, hidden or not.
nothing_left() {
	local folder=$1 found expected=

	shift
	[ $# -eq 0 ] || expected=$(printf '%s\n' "$@" | sort)
	found=$(find "$folder" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort)
	[ "$found" = "$expected" ] || fail "$folder holds: $found"
}
