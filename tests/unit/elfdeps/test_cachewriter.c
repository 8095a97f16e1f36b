/* SPDX-License-Identifier: MIT */
/*
 * cachewriter: the bytes of an ld.so.cache, proved against ldconfig's file for the same tree and
 * against the loader itself.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sched.h>

#include "common/cleanup.h"
#include "elfdeps/elfdeps.h"
#include "elfdeps/ldcache.h"
#include "elfmaker.h"
#include "tests/unit/common/scratch.h"

static void run(const char *command)
{
	int status = system(
		command); /* NOLINT(cert-env33-c): a fixed text of this file */

	if (status != 0)
		fail_msg("%s: status %d", command, status);
}

static void write_cache(const struct elfdeps_cache_entry *entries, size_t count,
			const char *path)
{
	_cleanup_free_ char *data = NULL;
	struct error err = {0};
	size_t size;

	if (elfdeps_cache_write(entries, count, &data, &size, &err) < 0)
		fail_msg("%s", err.text);
	elfmaker_save(path, data, size);
}

static char *read_all(const char *path, size_t *ret_size)
{
	char *data = malloc(65536);
	int fd = scratch_open(path, O_RDONLY);

	assert_non_null(data);
	ssize_t size = read(fd, data, 65536);
	close(fd);
	assert_true(size > 0);
	*ret_size = (size_t)size;
	return data;
}

/* What the same entries give on any machine, byte for byte. */
static void the_bytes_are_those_of_the_golden_file(void **state)
{
	static const struct elfdeps_cache_entry entries[] = {
		{"libz.so.1", "/opt/lib/libz.so.1", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
		{"libc.so.6", "/lib/libc.so.6", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
		{"libssl.so", "/lib/glibc-hwcaps/x86-64-v3/libssl.so.3.1", EM_X86_64,
		 ELFCLASS64, ELFDATA2LSB},
	};
	_cleanup_free_ char *data = NULL, *golden = NULL;
	size_t size, golden_size;

	(void)state;
	assert_int_equal(elfdeps_cache_write(entries, 3, &data, &size, NULL), 0);
	golden = read_all("tests/golden/three-libraries.ld.so.cache", &golden_size);
	assert_int_equal(size, golden_size);
	assert_memory_equal(data, golden, size);
}

/* Names that sort by numbers, by bytes and by being another's beginning, in the order in which
 * ldconfig meets them: by folder of its configuration; inside a folder they all differ. */
static const struct elfdeps_cache_entry tree[] = {
	{"libn.so.10", "/opt/one/libn.so.10", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
	{"libn.so.9", "/opt/one/libn.so.9", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
	{"libn.so", "/opt/one/libn.so", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
	{"libN.so", "/opt/one/libN.so", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
	{"libn-1.so", "/opt/one/libn-1.so", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
	{"libn+.so", "/opt/one/libn+.so", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
	{"lib1.so", "/opt/one/lib1.so", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
	{"liba.so", "/opt/two/liba.so", EM_386, ELFCLASS32, ELFDATA2LSB},
	{"liba.so", "/opt/three/liba.so", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
	{"libn.so", "/opt/three/libn.so", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
	{"liba.so", "/opt/three/glibc-hwcaps/x86-64-v3/liba.so", EM_X86_64, ELFCLASS64,
	 ELFDATA2LSB},
	{"liba.so", "/opt/three/glibc-hwcaps/x86-64-v2/liba.so", EM_X86_64, ELFCLASS64,
	 ELFDATA2LSB},
};
enum { TREE = sizeof(tree) / sizeof(tree[0]) };

static void entries_and_order_are_those_of_ldconfig(void **state)
{
	_cleanup_free_ char *ours = NULL, *theirs = NULL;
	struct ldcache our_cache, their_cache;
	size_t size;

	(void)state;
	for (size_t i = 0; i < TREE; i++) {
		char path[128];

		snprintf(path, sizeof(path), "root%s", tree[i].path);
		elfmaker_file(path, (struct elfmaker){.class = tree[i].elf_class,
						      .machine = tree[i].machine,
						      .soname = tree[i].name,
						      .needs = {"libc.so.6"}});
	}
	run("mkdir root/etc && printf '/opt/%s\\n' one two three >root/etc/ld.so.conf &&"
	    " PATH=$PATH:/sbin:/usr/sbin ldconfig -X -r root");
	write_cache(tree, TREE, "ours");
	theirs = read_all("root/etc/ld.so.cache", &size);
	assert_int_equal(ldcache_open(theirs, size, false, &their_cache, NULL), 0);
	ours = read_all("ours", &size);
	assert_int_equal(ldcache_open(ours, size, false, &our_cache, NULL), 0);

	assert_int_equal(our_cache.count, their_cache.count);
	for (size_t i = 0; i < our_cache.count; i++) {
		struct ldcache_entry our, their;

		assert_true(ldcache_entry_at(&our_cache, i, &our));
		assert_true(ldcache_entry_at(&their_cache, i, &their));
		assert_string_equal(our.name, their.name);
		assert_string_equal(our.path, their.path);
		assert_int_equal(our.flags, their.flags);
		assert_true(our.hwcap == their.hwcap);
		assert_int_equal(our.hwcap_name == NULL, their.hwcap_name == NULL);
	}
}

/* A root with a program, its library far from any default folder, and the host's loader. */
static void make_root(void)
{
	run("mkdir -p root/bin root/lib64 root/etc root/opt/foo/lib"
	    " && cp /lib64/ld-linux-x86-64.so.2 root/lib64/"
	    " && echo 'int answer(void) { return 42; }' >lib.c"
	    " && echo 'int answer(void); void _start(void)"
	    " { __asm__(\"syscall\" :: \"a\"(60), \"D\"(answer())); }' >prog.c"
	    " && gcc -shared -nostdlib -Wl,-soname,libanswer.so.1"
	    " -o root/opt/foo/lib/libanswer.so.1 lib.c"
	    " && gcc -nostdlib -o root/bin/prog prog.c root/opt/foo/lib/libanswer.so.1");
}

/* Enters the root, as root or in a user namespace, and becomes the program. */
static int start_in_root(void)
{
	if ((geteuid() != 0 && unshare(CLONE_NEWUSER) < 0) || chroot("root") < 0 ||
	    chdir("/") < 0)
		return 125;
	execl("/bin/prog", "/bin/prog", (char *)NULL);
	return 126;
}

static void the_loader_finds_a_library_that_only_our_cache_names(void **state)
{
	static const struct elfdeps_cache_entry entries[] = {
		{"libother.so.3", "/opt/foo/lib/libother.so.3", EM_X86_64, ELFCLASS64,
		 ELFDATA2LSB},
		{"libanswer.so.1", "/opt/foo/lib/libanswer.so.1", EM_X86_64, ELFCLASS64,
		 ELFDATA2LSB},
		{"libzzz.so.3", "/opt/foo/lib/libzzz.so.3", EM_X86_64, ELFCLASS64,
		 ELFDATA2LSB},
	};

	(void)state;
	make_root();
	assert_int_equal(scratch_in_child(start_in_root),
			 127); /* the loader's own: not found */
	write_cache(entries, 3, "root/etc/ld.so.cache");
	assert_int_equal(scratch_in_child(start_in_root), 42);
}

static void the_host_lists_what_was_written(void **state)
{
	(void)state;
	write_cache(tree, TREE, "cache");
	run("PATH=$PATH:/sbin:/usr/sbin ldconfig -p -C cache | grep -q '^12 libs found'");
}

static void big_endian_machines_get_big_endian_files(void **state)
{
	static const struct elfdeps_cache_entry entries[] = {
		{"libc.so.6", "/lib/s390x-linux-gnu/libc.so.6", EM_S390, ELFCLASS64,
		 ELFDATA2MSB},
		{"libtinfo.so.6", "/lib/s390x-linux-gnu/libtinfo.so.6", EM_S390,
		 ELFCLASS64, ELFDATA2MSB},
	};
	const struct ldcache_query query = {
		.name = "libc.so.6", .flags = 0x0403, .other = -1};
	_cleanup_free_ char *data = NULL;
	struct ldcache cache;
	size_t size;

	(void)state;
	assert_int_equal(elfdeps_cache_write(entries, 2, &data, &size, NULL), 0);
	assert_memory_equal(data + 20, "\0\0\0\2", 4);
	assert_int_equal(data[28], LDCACHE_BIG_ENDIAN);
	assert_memory_equal(data + LDCACHE_HEADER_SIZE, "\0\0\4\3", 4);
	assert_int_equal(ldcache_open(data, size, true, &cache, NULL), 0);
	assert_string_equal(ldcache_find(&cache, &query), entries[0].path);
}

static void the_order_of_the_entries_matters_only_between_equals(void **state)
{
	struct elfdeps_cache_entry turned[TREE];
	_cleanup_free_ char *first = NULL, *second = NULL;
	size_t size, second_size;

	(void)state;
	for (size_t i = 0; i < TREE; i++)
		turned[i] = tree[TREE - 1 - i];
	/* The two libn.so are equals: their order stays. */
	assert_string_equal(turned[2].path, "/opt/three/libn.so");
	turned[2] = tree[2];
	turned[TREE - 3] = tree[9];
	assert_int_equal(elfdeps_cache_write(tree, TREE, &first, &size, NULL), 0);
	assert_int_equal(elfdeps_cache_write(turned, TREE, &second, &second_size, NULL),
			 0);
	assert_int_equal(size, second_size);
	assert_memory_equal(first, second, size);
}

static void refuses_unknown_machines_mixed_byte_orders_and_relative_paths(void **state)
{
	static const struct elfdeps_cache_entry bad[][2] = {
		{{"a", "/a", 9999, ELFCLASS64, ELFDATA2LSB},
		 {"b", "/b", 9999, ELFCLASS64, 1}},
		{{"a", "/a", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
		 {"b", "/b", EM_S390, ELFCLASS64, ELFDATA2MSB}},
		{{"a", "/a", EM_X86_64, ELFCLASS64, ELFDATA2LSB},
		 {"b", "b", EM_X86_64, ELFCLASS64, ELFDATA2LSB}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error err = {0};
		char *data = NULL;
		size_t size;

		assert_int_equal(elfdeps_cache_write(bad[i], 2, &data, &size, &err),
				 -EINVAL);
		assert_true(err.text[0] != '\0');
		assert_null(data);
	}
}

static void an_image_without_libraries_gets_an_empty_cache(void **state)
{
	_cleanup_free_ char *data = NULL;
	struct ldcache cache;
	size_t size;

	(void)state;
	assert_int_equal(elfdeps_cache_write(NULL, 0, &data, &size, NULL), 0);
	assert_int_equal(size, LDCACHE_HEADER_SIZE);
	assert_int_equal(ldcache_open(data, size, false, &cache, NULL), 0);
	assert_int_equal(cache.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_are_those_of_the_golden_file),
		scratch_test(entries_and_order_are_those_of_ldconfig),
		scratch_test(the_loader_finds_a_library_that_only_our_cache_names),
		scratch_test(the_host_lists_what_was_written),
		cmocka_unit_test(big_endian_machines_get_big_endian_files),
		cmocka_unit_test(the_order_of_the_entries_matters_only_between_equals),
		cmocka_unit_test(
			refuses_unknown_machines_mixed_byte_orders_and_relative_paths),
		cmocka_unit_test(an_image_without_libraries_gets_an_empty_cache),
	};

	/* scratch leaves the current folder: the golden file, below it, is read first. */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
