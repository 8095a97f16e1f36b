# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the tests of programs share: packing one as a user would, with its rules and nothing else, and
# running a real task in the image, as root and as an ordinary user.

# image NAME ARG…: `jailbuild add ARG…` to NAME, once for the file; $IMAGES has them.
image() {
	local name=$1
	shift
	[ -e "$IMAGES/$name" ] || jailbuild add -q "$@" -o "$IMAGES/$name" ||
		fail "cannot pack $name" || return
	chmod go+r "$IMAGES/$name"
}

# inside NAME COMMAND…: runs it in the image as whoever's turn it is; $status and $output as of `run`.
inside() {
	local name=$1
	shift
	run as_each timeout 60 jailrun "$IMAGES/$name" "$@" </dev/null
}

begin_apps() {
	begin_file
	# shellcheck disable=SC2119 # a user without subordinate ids
	make_user
	IMAGES=$(make_folder 0755)
	export IMAGES
}

end_apps() {
	[ -z "${IMAGES:-}" ] || rm -rf "$IMAGES"
	drop_user
	end_file
}

setup_file() {
	begin_apps
}

teardown_file() {
	end_apps
}

setup() {
	begin_test
}

teardown() {
	end_test
}
