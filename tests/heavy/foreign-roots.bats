# SPDX-License-Identifier: MIT
#
# elfdeps over roots of other machines, unpacked from Debian's packages: what it says is what each
# root's own loader says, chrooted there under an emulator. Called by `make check-heavy`.

load ../cli/helper

heavy=$BATS_TEST_DIRNAME

# every_file_of ARCH EMULATOR: also programs with many libraries and a language's extensions.
every_file_of() {
	need_root
	"$heavy/fetch-root" "$1" root bash coreutils python3-minimal python3 libstdc++6
	TMPDIR=$T run "$heavy/compare-root" root "$2"
	echo "$output"
	[ "$status" -eq 0 ]
	echo "# $1: ${lines[-1]}" >&3
}

@test "arm64: every program and library, as its loader resolves it" {
	every_file_of arm64 qemu-aarch64-static
}

@test "i386: every program and library, as its loader resolves it" {
	every_file_of i386 qemu-i386-static
}

@test "s390x, of the other byte order: every program and library, as its loader resolves it" {
	every_file_of s390x qemu-s390x-static
}
