#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a user of `jailbuild add` gets: images that work, and what is in them.
#
# shellcheck disable=SC2030,SC2031 # every test is a subshell of its own
# shellcheck disable=SC2016 # the shells inside the images expand what is quoted here

load helper
load jailbuild-helper

@test "bash, env, ls, ps and top run in the image they were packed into" {
	need_root
	jailbuild add bash env ls ps top -o jail/
	mount -t proc proc jail/proc
	run env LC_ALL=C chroot jail /usr/bin/bash -c 'echo $((6 * 7)); env -i /bin/ls -d /usr; ps -p $$ -o comm=; exit'
	assert_status 0
	assert_output $'42\n/usr\nbash'
	for term in xterm-256color linux vt100 screen-256color; do
		run chroot jail /usr/bin/env TERM=$term top -b -n1
		assert_status 0
		run script -qec "chroot jail /usr/bin/env TERM=$term top -n1" /dev/null
		assert_output_lacks 'unknown terminal'
		assert_output_lacks 'failed tty'
	done
}

packs_bash() {
	packed bash env ls ps top -o "$MINE/jail.tar"
	[[ $output == *'jail.tar: '*' files, '*' MB' ]] || fail "$output"
	nothing_left "$MINE" jail.tar
	mkdir "$MINE/out"
	tar xpf "$MINE/jail.tar" -C "$MINE/out" --no-same-owner
	packed bash env ls ps top -o "$MINE/dir/"
	[ "$(find "$MINE/out" -printf '%P %y %m %l\n' | sort)" = \
		"$(find "$MINE/dir" -printf '%P %y %m %l\n' | sort)" ]
	diff -r --no-dereference "$MINE/out" "$MINE/dir"
}
@test "a tar and a folder hold the same things" {
	for_each_user packs_bash
}

lists_what_is_there() {
	packed bash -o "$MINE/jail.tar"
	run as_each jailbuild list "$MINE/jail.tar"
	assert_output_has $'/usr/bin/bash\tasked'
	assert_output_has 'interpreter: /usr/bin/bash asks for /lib64/ld-linux'
	assert_output_has 'terminfo: for /usr/lib/'
	[ "$(cut -f1 <<<"$output" | sed 's/ -> .*//')" = \
		"$(entries "$MINE/jail.tar" | sed 's,/$,,; s,^,/,' | LC_ALL=C sort)" ]
	run as_each jailbuild list --json "$MINE/jail.tar"
	python3 - "$output" <<-'END'
		import json, sys
		listing = json.loads(sys.argv[1])
		assert listing["schema"] == 1
		bash = [f for f in listing["files"] if f["path"] == "/usr/bin/bash"][0]
		assert bash["package"] == "bash" and bash["mode"] == "0755", bash
	END
}
@test "list shows every entry with its reason" {
	for_each_user lists_what_is_there
}

@test "the manifest comes first and names source, package, reason and recipe" {
	jailbuild add -q bash /usr/bin/ls:/opt/dir -o jail.tar
	[ "$(entries jail.tar | head -n 2)" = $'.jail/\n.jail/manifest.json' ]
	tar xOf jail.tar .jail/manifest.json >manifest.json
	python3 - <<-'END'
		import json
		m = json.load(open("manifest.json"))
		assert m["schema"] == 1
		assert m["recipe"]["rules"] is True
		assert m["recipe"]["operands"] == [{"path": "/usr/bin/bash"},
		    {"path": "/usr/bin/ls", "dest": "/opt/dir"}], m["recipe"]
		files = {f["path"]: f for f in m["files"]}
		assert files["/opt/dir"]["source"] == "/usr/bin/ls"
		assert files["/opt/dir"]["package"] == "coreutils"
		libc = [f for f in files.values() if f["path"].endswith("/libc.so.6")][0]
		assert libc["package"].startswith("libc6"), libc
		assert libc["reason"] == {"rule": "ld.so.cache", "by": "/opt/dir",
		    "name": "libc.so.6"}, libc
		for f in files.values():     # every chain of reasons ends
		    seen = set()
		    while "by" in f["reason"]:
		        assert f["path"] not in seen
		        seen.add(f["path"])
		        f = files[f["reason"]["by"]]
	END
}

@test "no entry passes through a symlink, so that a careful unpacker takes the image" {
	jailbuild add -q bash /bin/ls /lib64/ld-linux-x86-64.so.2 ls:/bin/list -o jail.tar
	tar tvf jail.tar >listing
	python3 - <<-'END'
		links, names = set(), []
		for line in open("listing"):
		    name = line.split(None, 5)[5].rstrip("\n")
		    if line.startswith("l"):
		        name = name.split(" -> ")[0]
		        links.add(name + "/")
		    names.append(name)
		for name in names:
		    assert not any(name.startswith(link) for link in links), name
		assert {"bin/", "lib/", "lib64/"} <= links
		assert "usr/bin/list" in names
	END
}

@test "a chain through alternatives comes whole" {
	mkdir -p root/usr/bin root/etc/alternatives root/usr/lib/impl
	printf '#!/usr/bin/sh\n' >root/usr/lib/impl/tool-2
	chmod +x root/usr/lib/impl/tool-2
	ln -s usr/bin root/bin
	ln -s /etc/alternatives/tool root/usr/bin/tool
	ln -s ../../bin/tool.real root/etc/alternatives/tool
	ln -s ../lib/impl/tool-2 root/usr/bin/tool.real
	build_static - root/usr/bin/sh <<<'int main(void) { return 0; }'
	jailbuild add -q --root root --no-rules /bin/tool -o jail.tar
	[ "$(tar tvf jail.tar | awk '/^[l-]/ { $1 = $2 = $3 = $4 = $5 = ""; print substr($0, 6) }')" = \
'.jail/manifest.json
bin -> usr/bin
etc/alternatives/tool -> ../../bin/tool.real
usr/bin/sh
usr/bin/tool -> /etc/alternatives/tool
usr/bin/tool.real -> ../lib/impl/tool-2
usr/lib/impl/tool-2' ]
}

@test "a sysroot's symlinks cannot reach outside" {
	mkdir -p root/usr/bin
	ln -s ../../../../../../etc/passwd root/usr/bin/out
	run jailbuild add --root root /usr/bin/out -o jail.tar
	assert_status 1
	assert_output_has 'No such file or directory'
	[ ! -e jail.tar ]
}

@test "a library placed elsewhere is found by the image's own cache" {
	need_root
	make_library libanswer.so.1 libanswer.so
	make_program asker ./libanswer.so
	jailbuild add -q ./asker:/usr/bin/ ./libanswer.so:/opt/answer/lib/libanswer.so.1 -o jail/
	run chroot jail /usr/bin/asker
	assert_output 'answer 42'
	# The cache is what does it:
	rm jail/etc/ld.so.cache
	run chroot jail /usr/bin/asker
	assert_output_has 'libanswer.so.1: cannot open shared object file'
}

@test "the cache lists exactly the libraries of the image" {
	jailbuild add -q bash ls -o jail/
	mkdir -p empty
	/sbin/ldconfig -p -C jail/etc/ld.so.cache >listing
	sed -n 's/.* => //p' listing | sort >cached
	[ -s cached ]
	while read -r path; do
		[ -e "jail/$(readlink -m "jail$path" | sed "s,^$PWD/jail/,,")" ] || fail "$path"
	done <cached
	run cat cached
	assert_output_has /libtinfo.so.6
	assert_output_has /libselinux.so.1
	assert_output_lacks /libm.so.6
}

@test "a static program brings neither cache nor terminal entries" {
	build_static - hello <<<'#include <stdio.h>
int main(void) { return puts("hello") < 0; }'
	jailbuild add -q ./hello:/hello -o jail/
	[ ! -e jail/etc/ld.so.cache ]
	[ ! -e jail/usr/lib/terminfo ] && [ ! -e jail/usr/share/terminfo ]
	[ -e jail/etc/passwd ]
	run ./jail/hello
	assert_output hello
}

@test "the base has its folders with their modes, and accounts that are ours" {
	jailbuild add -q true -o jail.tar
	tar tvf jail.tar >listing
	for expected in 'drwxrwxrwt 0/0 .* tmp/$' 'drwxrwxrwt 0/0 .* var/tmp/$' \
		'drwx------ 0/0 .* root/$' 'drwxr-xr-x 0/0 .* proc/$' 'drwxr-xr-x 0/0 .* dev/$'; do
		grep -Eq "$expected" listing || fail "$expected"
	done
	run tar xOf jail.tar etc/passwd
	assert_output 'root:x:0:0:root:/root:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin'
	run tar xOf jail.tar etc/nsswitch.conf
	assert_output_has 'hosts: files dns'
}

cancels() {
	packed "$T/cancel:/bin/cancel" -o "$MINE/with.tar"
	run as_each jailrun "$MINE/with.tar" /bin/cancel
	assert_status 0
	run as_each jailbuild list "$MINE/with.tar"
	[[ $output == *"libgcc_s.so.1"*"asks for libgcc_s.so.1 (recommended: glibc opens it for pthread_cancel"* ]]
	as_each jailbuild list --json "$MINE/with.tar" >"$MINE/list"
	jq -e '.files[] | select(.reason.detail) | .path | test("libgcc_s")' "$MINE/list"
	# What was recorded is the same when the image is added to.
	packed "$T/cancel:/bin/cancel" -o "$MINE/with.tar"
	as_each jailbuild list --json "$MINE/with.tar" | cmp - "$MINE/list"
	packed --no-rules "$T/cancel:/bin/cancel" -o "$MINE/without.tar"
	run as_each jailrun "$MINE/without.tar" /bin/cancel
	assert_status 134
	[[ $output == *"libgcc_s.so.1 must be installed for pthread_cancel to work"* ]]
}

@test "a program that cancels a thread works in the image, and aborts in one without rules" {
	cat >cancel.c <<'EOF'
#include <pthread.h>
#include <unistd.h>
static void *wait_forever(void *data) { for (;;) pause(); return data; }
int main(void)
{
	pthread_t thread;
	void *result;
	return pthread_create(&thread, 0, wait_forever, 0) || pthread_cancel(thread) ||
	       pthread_join(thread, &result) || result != PTHREAD_CANCELED;
}
EOF
	gcc -o cancel cancel.c -pthread
	for_each_user cancels
}

@test "--no-rules leaves the rules out, --bare the manifest too" {
	jailbuild add -q --no-rules bash -o rules.tar
	run entries rules.tar
	assert_output_has .jail/manifest.json
	assert_output_lacks etc/
	assert_output_lacks terminfo
	jailbuild add -q --bare bash -o bare.tar
	run entries bare.tar
	assert_output_lacks .jail
	assert_output_has usr/bin/bash
	jailbuild add -q --bare bash -o twice.tar
	jailbuild add -q --bare ls -o twice.tar
	jailbuild add -q --bare bash ls -o once.tar
	cmp twice.tar once.tar
}

@test "settings stand in the image's config, a line each, escaped" {
	jailbuild add -q true -o jail.tar --entrypoint /bin/true --entrypoint 'two words' \
		--cmd $'new\nline' --cmd 'back\slash' -e B=2 --env A=1 -w /srv -u nobody:nogroup \
		--label org.example.x=y
	run tar xOf jail.tar .jail/config
	assert_output 'entrypoint=/bin/true
entrypoint=two words
cmd=new\nline
cmd=back\\slash
env=A=1
env=B=2
label=org.example.x=y
workdir=/srv
user=nobody:nogroup'
	# A later add keeps them, changes what it names, and gives what one add would.
	jailbuild add -q -e A=3 --cmd other -o jail.tar
	jailbuild add -q true -o once.tar --entrypoint /bin/true --entrypoint 'two words' \
		--cmd other -e B=2 --env A=3 -w /srv -u nobody:nogroup --label org.example.x=y
	cmp jail.tar once.tar
	jailbuild add -q true -o plain.tar
	run entries plain.tar
	assert_output_lacks .jail/config
}

@test "a folder comes with all in it: closures, links, hard links, odd names; sockets are noted" {
	mkdir -p in/sub
	make_program in/sub/prog
	echo text >in/a
	ln in/a in/b
	ln -s a in/link
	ln -s /etc/os-release in/outside
	ln -s /usr/share in/far
	ln -s nowhere in/dangling
	mkfifo in/fifo
	touch in/$'odd\xff\nname' in/ünïcode
	python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("in/socket")'
	printf '#!/no/such/interpreter\n' >in/script
	chmod +x in/script
	printf '#!/usr/bin/perl\n' >in/module.pm
	cp "$(type -P true)" in/setuid
	chmod 4755 in/setuid
	chmod 1770 in/sub
	run jailbuild add ./in:/data -o jail.tar
	assert_status 0
	assert_output_has 'socket is a socket: left out'
	assert_output_has '/data/setuid loses its setuid bit'
	assert_output_has '/data/script asks for /no/such/interpreter, which is not found'
	assert_output_has '/data/far points at the folder /usr/share, which is left out'
	run tar tvf jail.tar --quoting-style=escape
	assert_output_has 'data/b link to data/a'
	assert_output_has 'data/link -> a'
	assert_output_has 'data/dangling -> nowhere'
	assert_output_has 'etc/os-release'
	assert_output_has 'data/odd\377\nname'
	assert_output_has 'data/ünïcode'
	assert_output_has libc.so.6
	assert_output_lacks perl
	[[ $output =~ drwxrwx--T\ 0/0[^$'\n']*data/sub/ ]]
	[[ $output =~ -rwxr-xr-x\ 0/0[^$'\n']*data/setuid ]]
	[[ $output =~ prw-r--r--\ 0/0[^$'\n']*data/fifo ]]
	jailbuild add -q ./in:/data -o dir/
	mkdir out
	tar xf jail.tar -C out --no-same-owner
	diff -r --no-dereference -x fifo out dir
	[ "$(stat -c %i dir/data/a)" = "$(stat -c %i dir/data/b)" ]
	[ -p dir/data/fifo ]
	# What was packed once is the same when packed again on top.
	cp jail.tar before.tar
	jailbuild add -q ./in:/data -o jail.tar
	cmp jail.tar before.tar
}

@test "an image in the folder that is packed is left out of itself" {
	mkdir in
	echo x >in/file
	cd in
	jailbuild add -q . -o image.tar
	run jailbuild add . -o image.tar
	assert_status 0
	assert_output_has 'image.tar is the image itself: left out'
	run entries image.tar
	assert_output_lacks image.tar
}

@test "a device in a folder is recorded in an archive" {
	need_root
	mkdir in
	mknod in/null c 1 3
	jailbuild add -q ./in:/dev -o jail.tar
	run tar tvf jail.tar
	[[ $output =~ crw-r--r--\ 0/0\ +1,3\ [^$'\n']*dev/null ]]
	jailbuild add -q ./in:/dev -o dir/
	[ -c dir/dev/null ]
}

@test "compressed archives are read and written, and hold what the plain one holds" {
	jailbuild add -q bash ls -o plain.tar
	for kind in tar.gz tgz tar.zst tar.xz; do
		jailbuild add -q bash -o one.$kind
		jailbuild add -q ls -o one.$kind
		jailbuild add -q bash ls -o both.$kind
		cmp one.$kind both.$kind
		case $kind in
		tar.zst) zstd -dc one.$kind ;;
		tar.xz) xz -dc one.$kind ;;
		*) gzip -dc one.$kind ;;
		esac | cmp - plain.tar
	done
	jailbuild add -q --format tar.gz bash ls -o odd.name
	cmp odd.name both.tgz
}

@test "--dry-run prints what would be there, and why, and writes nothing" {
	run --separate-stderr jailbuild add --dry-run bash -o jail.tar
	assert_status 0
	assert_output_has $'/usr/bin/bash\tasked'
	[ ! -e jail.tar ]
	nothing_left . home cache state runtime
	jailbuild add -q bash -o jail.tar
	run jailbuild list jail.tar
	[ "$output" = "$(jailbuild add --dry-run bash -o other.tar)" ]
}

@test "--verbose tells each addition with its reason, --quiet nothing" {
	run jailbuild add --verbose true -o jail.tar
	assert_output_has '/usr/bin/true (asked)'
	assert_output_has '/etc/passwd (base)'
	run jailbuild add --quiet true -o other.tar
	assert_output ''
}

@test "an entry for the user's own TERM comes from ~/.terminfo, and is in the recipe" {
	mkdir -p "$HOME/.terminfo/o"
	cp /lib/terminfo/x/xterm "$HOME/.terminfo/o/own-term" 2>/dev/null ||
		cp /usr/share/terminfo/x/xterm "$HOME/.terminfo/o/own-term"
	TERM=own-term jailbuild add -q bash -o jail.tar
	run entries jail.tar
	assert_output_has terminfo/o/own-term
	run tar xOf jail.tar .jail/manifest.json
	assert_output_has '"terms":["own-term"]'
	TERM=xterm jailbuild add -q bash -o usual.tar
	TERM=dumb jailbuild add -q bash -o dumb.tar
	cmp usual.tar dumb.tar
	TERM=no-such-terminal run jailbuild add bash -o note.tar
	assert_status 0
	assert_output_has 'TERM is no-such-terminal, of which there is no terminfo entry here'
	cmp note.tar dumb.tar
}

@test "an object file is data" {
	echo 'int x;' | "${CC:-gcc}" -c -x c -o x.o -
	jailbuild add -q --no-rules ./x.o:/srv/x.o -o x.tar
	tar xOf x.tar srv/x.o | cmp - x.o
}
