# SPDX-License-Identifier: MIT
#
# `jailbuild check` over images of other machines, made from Debian's packages: they are complete, and
# what is taken out of them is named. Called by `make check-heavy`.

load ../cli/helper

heavy=$BATS_TEST_DIRNAME

# image_of ARCH: a root, an image of two programs of it, and the same without a library.
image_of() {
	need_root
	"$heavy/fetch-root" "$1" root bash coreutils python3-minimal libpython3-stdlib base-files base-passwd ncurses-base
	jailbuild add -q --root root /bin/bash /usr/bin/id -o jail.tar
	run --separate-stderr jailbuild check jail.tar
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	jailbuild add -q --root root /bin/bash /usr/bin/id -o jail/
	find jail -name 'libtinfo.so.6*' -delete
	run --separate-stderr jailbuild check jail
	[ "$status" -eq 1 ]
	[[ $output == *'/bash: needs libtinfo.so.6, which is not found; fix: jailbuild add '* ]]
	# The whole root, as a folder and as a tar, in which nothing has been configured.
	tar cf root.tar -C root .
	jailbuild check -q root >folder || [ $? -eq 1 ]
	jailbuild check -q root.tar | sed 's/ -o root.tar$/ -o root/' | diff folder -
	run grep -E ': needs .*\.so' folder
	[ -z "$output" ]
}

@test "arm64: an image is complete, and a missing library is named" {
	image_of arm64
}

@test "s390x, of the other byte order: the same" {
	image_of s390x
}
