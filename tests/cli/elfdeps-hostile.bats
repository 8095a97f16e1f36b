# SPDX-License-Identifier: MIT
#
# elfdeps and files made to harm it: corrupted, endless, changing, not files at all. Whatever it is
# given, it ends by itself, soon, in little memory, and says why.

# shellcheck disable=SC2154 # bats sets stderr
load helper

# An address sanitizer reserves terabytes.
memory_limit() {
	[[ $BUILD == *asan* ]] || echo 64
}

@test "a thousand corrupted files do no harm" {
	local count=1000

	once
	[[ $BUILD != *asan* ]] || count=300
	# shellcheck disable=SC2046 # an argument or none
	run -0 python3 "$BATS_TEST_DIRNAME/../should-fail/corrupt-elf.py" "$BUILD/elfdeps" $count \
		$(memory_limit)
	[[ ${lines[-1]} == "corrupted files: $count of $count "* ]]
	echo "# ${lines[-1]}" >&3
}

@test "what is no file is refused at once" {
	local path

	mkfifo fifo
	python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
	ln -s loop loop
	mkdir folder
	for path in fifo socket loop folder /dev/null /dev/zero /dev/tty /proc/self/mem none/; do
		run -3 --separate-stderr timeout 5 elfdeps -l "$path"
		[ -z "$output" ]
		[[ $stderr == *"$path"* ]]
	done
}

@test "what is no file is no library either" {
	local kind

	echo 'void _start(void) { for (;;); }' >start.c
	mkdir lib
	gcc -shared -nostdlib -Wl,-soname,libx.so -o lib/libx.so -x c /dev/null
	gcc -nostdlib -o prog start.c -Wl,--no-as-needed lib/libx.so -Wl,-rpath,"$PWD/lib"
	for kind in "mkfifo libx.so" "mkdir libx.so" "ln -s /dev/zero libx.so" "ln -s libx.so libx.so"; do
		rm -rf lib/libx.so
		(cd lib && $kind)
		run -1 --separate-stderr timeout 5 elfdeps -l ./prog
		[[ $stderr == *libx.so* ]]
	done
}

@test "a file that shrinks and grows while it is read does no harm" {
	local i writer status

	cp /usr/bin/env file
	python3 -c '
import os, sys, time
data = open("file", "rb").read()
while os.getppid() == int(sys.argv[1]):
    for size in (len(data), 100, 5000, 0, len(data) // 2):
        with open("file", "r+b") as out:
            out.truncate(size)
            out.write(data[:size])' "$$" 3>&- &
	writer=$!
	for i in $(seq 200); do
		status=0
		timeout 5 elfdeps -l file >out 2>err || status=$?
		if [[ $status != [013] ]]; then
			kill "$writer"
			fail "status $status: $(cat err)"
		fi
	done
	kill "$writer"
	wait "$writer" || true
}

@test "libraries that need each other in every way come to an end" {
	local i all=()

	for i in $(seq 40); do
		all+=("lib$i.so")
		gcc -shared -nostdlib "-Wl,-soname,lib$i.so" -o "lib$i.so" -x c /dev/null
	done
	for i in $(seq 40); do
		gcc -shared -nostdlib "-Wl,-soname,lib$i.so" "-Wl,-rpath,$PWD" -Wl,--no-as-needed \
			-o "new$i" -x c /dev/null -x none "${all[@]/#/./}"
	done
	for i in $(seq 40); do
		mv "new$i" "lib$i.so"
	done
	for form in -l --json --dot --ldd ''; do
		# shellcheck disable=SC2086 # the tree has no option
		run -0 timeout 10 elfdeps $form ./lib1.so
		[ "${#output}" -lt 1000000 ]
	done
	run -0 elfdeps -l ./lib1.so
	[ "$(grep -c '/lib[0-9]*\.so$' <<<"$output")" -eq 40 ]
}
