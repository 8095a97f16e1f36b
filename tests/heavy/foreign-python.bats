#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Programs of another machine, packed from its root on this one and run by an emulator: all that came is
# the root's, and the rules looked at the root, not at this host. Called by `make check-heavy`.

# shellcheck disable=SC2016 # the shell in the jail expands it

load ../cli/helper
load ../cli/jailbuild-helper

# The emulator is static: it lies in the root, so that one `add` takes all, and starts the programs by
# name; nothing is registered with the kernel.
emulator=/qemu-aarch64-static

setup_file() {
	begin_file
	make_user
	need_root
	chmod 0755 "$BATS_FILE_TMPDIR"
	cd "$BATS_FILE_TMPDIR" || return
	"$BATS_TEST_DIRNAME/fetch-root" arm64 root bash python3 python3-minimal ca-certificates
	cp "$(command -v qemu-aarch64-static)" "root$emulator"
	jailbuild add -q --root root /usr/bin/python3 /bin/bash "$emulator" -o x.tar
	chmod 0644 x.tar
	jailbuild list --json x.tar >x.json
}

setup() {
	begin_test
	cp "$BATS_FILE_TMPDIR/x.tar" "$T/" # where the ordinary user can reach it
}

runs_python() {
	run -0 as_each jailrun "$T/x.tar" "$emulator" /usr/bin/python3 -c 'print(6*7)'
	assert_output 42
	run -0 as_each jailrun "$T/x.tar" "$emulator" /usr/bin/python3 -c '
import json, platform, sqlite3, ssl
row = sqlite3.connect(":memory:").execute("select 6*7").fetchone()
ssl.create_default_context()
print(json.dumps([platform.machine(), row[0], ssl.OPENSSL_VERSION.split()[0]]))'
	assert_output '["aarch64", 42, "OpenSSL"]'
}

@test "arm64: python runs, with the libraries that it only opens when asked" {
	for_each_user runs_python
}

runs_bash() {
	run -0 as_each jailrun "$T/x.tar" "$emulator" /bin/bash -c \
		'echo "$((6 * 7)) $MACHTYPE"'
	assert_output '42 aarch64-unknown-linux-gnu'
}

@test "arm64: bash runs" {
	for_each_user runs_bash
}

@test "arm64: every file is the root's, and every program of its machine" {
	cd "$BATS_FILE_TMPDIR"
	mkdir unpacked
	tar xf x.tar -C unpacked --no-same-owner
	python3 - <<-'END'
		import filecmp, json, struct
		files = json.load(open("x.json"))["files"]
		elfs = rules = 0
		for f in files:
		    if f["type"] != "file":
		        continue
		    path = "unpacked" + f["path"]
		    if "source" in f:
		        assert filecmp.cmp(path, "root" + f["source"], shallow=False), f
		    rules += f["reason"]["rule"] == "template"
		    head = open(path, "rb").read(20)
		    if head[:4] == b"\x7fELF" and "qemu" not in path:
		        elfs += 1
		        assert struct.unpack("<H", head[18:20])[0] == 183, f
		paths = [f["path"] for f in files]
		assert elfs > 20 and rules, (elfs, rules)
		assert "/lib/ld-linux-aarch64.so.1" in paths or "/usr/lib/ld-linux-aarch64.so.1" in paths
		assert not [p for p in paths if "x86" in p], paths
	END
	grep -q aarch64-linux-gnu unpacked/etc/ld.so.cache
	run -1 grep -q x86_64 unpacked/etc/ld.so.cache
	run jailbuild check -q x.tar
	assert_status 0
}
