#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `jailbuild add --package-db`, and roots of apk.

load helper
load jailbuild-helper

scanners_see() {
	local name
	packed -q --package-db bash -o "$MINE/p.tar"
	tar xf "$MINE/p.tar" -C "$MINE" var/lib/dpkg/status.d usr/lib/os-release etc/os-release
	cmp "$MINE/etc/os-release" /etc/os-release
	for name in bash libc6; do
		grep -qx "Package: $name" "$MINE/var/lib/dpkg/status.d/$name"
		grep -qx "Version: $(dpkg-query -Wf '${Version}' "$name:$(dpkg --print-architecture)")" \
			"$MINE/var/lib/dpkg/status.d/$name"
	done
	# dpkg's sums are those of the files in the image.
	tar xf "$MINE/p.tar" -C "$MINE" usr/bin/bash bin
	(cd "$MINE" && md5sum --check --quiet var/lib/dpkg/status.d/bash.md5sums)
	as_each jailbuild check -q "$MINE/p.tar"
	rm -rf "${MINE:?}"/{var,usr,etc,bin}
}

@test "scanners find the packages of an image" {
	for_each_user scanners_see
}

same_bytes() {
	packed -q --package-db bash -o "$MINE/1.tar"
	packed -q ls -o "$MINE/1.tar"
	packed -q ls -o "$MINE/2.tar"
	packed -q --package-db bash -o "$MINE/2.tar"
	packed -q --package-db bash ls -o "$MINE/3.tar"
	cmp "$MINE/1.tar" "$MINE/2.tar"
	cmp "$MINE/1.tar" "$MINE/3.tar"
	[ "$(tar tf "$MINE/1.tar" | grep -c status.d/coreutils)" -eq 2 ]
	as_each jailbuild update -q "$MINE/1.tar" >"$MINE/changes"
	[ ! -s "$MINE/changes" ] || grep -qx '0 added, 0 removed, 0 changed' "$MINE/changes"
}

@test "a package database keeps up with what is added" {
	for_each_user same_bytes
}

@test "files of a root of apk have packages, and the bill of materials says so" {
	mkdir -p root/{bin,etc,lib/apk/db}
	cp /bin/busybox root/bin/busybox
	echo 'ID=alpine' >root/etc/os-release
	printf '%s\n' 'P:busybox' 'V:1.36.1-r5' 'A:x86_64' 'F:bin' 'R:busybox' '' \
		>root/lib/apk/db/installed
	run -0 --separate-stderr jailbuild add -q --package-db --root root /bin/busybox -o x.tar
	# shellcheck disable=SC2154 # run sets it
	[[ $stderr != *error* ]]
	[ "$(jailbuild list --json x.tar | jq -r '.files[] | select(.path == "/bin/busybox") | .package')" = busybox ]
	jailbuild list --sbom=cyclonedx --root root x.tar >bill
	[ "$(jq -r '.components[].purl' bill)" = 'pkg:apk/alpine/busybox@1.36.1-r5?arch=x86_64' ]
	! tar tf x.tar | grep status.d || fail "dpkg's files from a root without dpkg"
}
