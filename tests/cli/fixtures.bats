# SPDX-License-Identifier: MIT
#
# elfdeps beside the loader itself: the tiny roots of tests/fixtures, and every program of the host.

load helper

@test "elfdeps answers as the loader does, rule by rule" {
	once
	TMPDIR=$T run "$BATS_TEST_DIRNAME/../fixtures/run"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ ${lines[-1]} =~ ^([0-9]+)\ of\ ([0-9]+)\ fixtures\ equal$ ]]
	[ "${BASH_REMATCH[1]}" -eq "${BASH_REMATCH[2]}" ]
	[ "${BASH_REMATCH[1]}" -ge 91 ]
}

@test "elfdeps --ldd is the loader's trace for every program and library of the host" {
	need_root
	run "$BATS_TEST_DIRNAME/../fixtures/compare-host" /usr /opt
	echo "$output"
	[ "$status" -eq 0 ]
	echo "# ${lines[-1]}" >&3
}

@test "elfdeps is glibc's trace over roots made at random" {
	need_root
	run "$BATS_TEST_DIRNAME/../fixtures/compare-glibc" 200
	echo "$output"
	[ "$status" -eq 0 ]
	echo "# glibc: ${lines[-1]}" >&3
}

@test "elfdeps is musl's loader --list over roots made at random" {
	need_root
	run "$BATS_TEST_DIRNAME/../fixtures/compare-musl" 200
	echo "$output"
	[ "$status" -eq 0 ]
	echo "# musl: ${lines[-1]}" >&3
}

@test "elfdeps --ldd is the text of musl's loader over trees with loops, folders and text in the way" {
	once
	mkdir trees
	run "$BATS_TEST_DIRNAME/../fixtures/compare-musl-list" trees 200
	echo "$output"
	[ "$status" -eq 0 ]
	echo "# musl --list: ${lines[-1]}" >&3
}

@test "elfdeps --check finds the undefined symbols of ldd -r in every program of the host" {
	need_root
	run "$BATS_TEST_DIRNAME/../fixtures/compare-check" /usr/bin /usr/sbin
	echo "$output"
	[ "$status" -eq 0 ]
	echo "# ${lines[-1]}" >&3
}
