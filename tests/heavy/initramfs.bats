#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# A kernel boots from each kind of cpio image and runs its /init. Called by `make check-heavy`.

# shellcheck disable=SC2016 # the shell of the initramfs expands them

load ../cli/helper

# Debian's kernel, unpacked and not installed: what linux-image-amd64 depends on.
setup_file() {
	local package
	cd "$BATS_FILE_TMPDIR" || return
	package=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p')
	apt-get -q download "$package" >&2
	dpkg -x ./*.deb kernel
	mv kernel/boot/vmlinuz-* vmlinuz
}

# boots ENDING: the marker is computed, so that it is not found in an echo of the script.
boots() {
	printf '%s\n' '#!/bin/busybox sh' 'echo "marker-$((6 * 7))"' '/bin/busybox poweroff -f' >init
	chmod 755 init
	jailbuild add -q --no-rules ./init:/init /usr/bin/busybox -o "x.$1"
	run -0 timeout 100 qemu-system-x86_64 -accel tcg -m 512 -nodefaults -nographic -no-reboot \
		-serial stdio -kernel "$BATS_FILE_TMPDIR/vmlinuz" -initrd "x.$1" \
		-append 'console=ttyS0 panic=-1 quiet' </dev/null
	[[ $output == *marker-42* ]]
}

@test "a kernel boots from a cpio" {
	boots cpio
}

@test "a kernel boots from a cpio.gz" {
	boots cpio.gz
}

@test "a kernel boots from a cpio.xz" {
	boots cpio.xz
}

@test "a kernel boots from a cpio.zst" {
	boots cpio.zst
}
