/* SPDX-License-Identifier: MIT */
/*
 * ldconf: the syntax of ld.so.conf, and that a hostile one costs little. tests/fixtures/65_conf_syntax
 * has what it is for.
 */
#include "tests/unit/unit.h"

#include <sys/stat.h>

#include "elfdeps/ldconf.h"
#include "elfmaker.h"
#include "tests/unit/common/scratch.h"

struct conf {
	struct sysroot root;
	struct arena arena;
	struct ldconf read;
};

static void save(const char *path, const char *text)
{
	elfmaker_save(path, text, strlen(text));
}

static struct conf read_conf(const char *text)
{
	struct conf conf = {0};

	save("root/etc/ld.so.conf", text);
	assert_int_equal(sysroot_open("root", &conf.root, NULL), 0);
	assert_int_equal(ldconf_read(&conf.root, &conf.arena, &conf.read, NULL), 0);
	return conf;
}

static void expect(struct conf conf, const char *const *folders)
{
	size_t count = 0;

	for (; folders[count]; count++) {
		assert_true(count < conf.read.count);
		assert_string_equal(conf.read.folders[count].path, folders[count]);
	}
	assert_int_equal(conf.read.count, count);
	arena_free(&conf.arena);
	sysroot_close(&conf.root);
}

static void takes_folders_and_leaves_the_rest(void **state)
{
	static const char text[] = "# a comment\n\n  /a/  \n/b # of it\n/c=libc6\n"
				   "hwcap 1 x\nrelative\n/a//\n\t/d e\r\n///\n/last";

	(void)state;
	expect(read_conf(text), (const char *[]){"/a", "/b", "/d e", "/", "/last", NULL});
}

static void several_patterns_follow_one_include_in_the_order_of_bytes(void **state)
{
	(void)state;
	save("root/etc/d/b.conf", "/b");
	save("root/etc/d/B.conf", "/B");
	save("root/etc/d/a.conf", "/a");
	save("root/etc/d/.a.conf", "/hidden");
	save("root/etc/d/a.txt", "/txt");
	save("root/x/1/f", "/one");
	expect(read_conf("include d/*.conf\t/x/[0-9]/f  /none/*\ninclude\nincludes\n"),
	       (const char *[]){"/B", "/a", "/b", "/one", NULL});
}

static void a_file_is_read_once_however_it_is_included(void **state)
{
	(void)state;
	save("root/etc/d/a.conf", "include /etc/ld.so.conf a.conf ../d/*.conf\n/a");
	expect(read_conf("include d/a.conf d/a.conf\ninclude ld.so.conf\n/z"),
	       (const char *[]){"/a", "/z", NULL});
}

static void a_folder_tells_which_file_names_it(void **state)
{
	(void)state;
	save("root/etc/d/a.conf", "/a");
	struct conf conf = read_conf("include d/a.conf\n");
	assert_string_equal(conf.read.folders[0].source, "/etc/d/a.conf");
	expect(conf, (const char *[]){"/a", NULL});
}

static void nothing_outside_the_root_is_read(void **state)
{
	(void)state;
	save("outside.conf", "/outside");
	mkdir("root", 0755);
	mkdir("root/etc", 0755);
	assert_int_equal(symlink("../../outside.conf", "root/etc/link.conf"), 0);
	expect(read_conf("include link.conf ../../outside.conf\n/in"),
	       (const char *[]){"/in", NULL});
}

static void stars_without_end_are_given_up(void **state)
{
	char folder[64];

	(void)state;
	for (unsigned i = 0; i < 64; i++) {
		snprintf(folder, sizeof(folder), "root/d%u/x", i);
		save(folder, "");
	}
	assert_int_equal(symlink("..", "root/d1/up"), 0);
	assert_int_equal(symlink("..", "root/d2/up"), 0);
	expect(read_conf("include /*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*\n/end"),
	       (const char *[]){"/end", NULL});
}

static void no_file_is_no_folder(void **state)
{
	struct conf conf = {0};

	(void)state;
	mkdir("root", 0755);
	assert_int_equal(sysroot_open("root", &conf.root, NULL), 0);
	assert_int_equal(ldconf_read(&conf.root, &conf.arena, &conf.read, NULL), 0);
	expect(conf, (const char *[]){NULL});
}

static const char *advise(const char *name)
{
	static struct store store;
	struct store_name *file = NULL;
	const char *advice = NULL;

	store_close(&store);
	assert_int_equal(store_open("root", &store, NULL), 0);
	assert_int_equal(store_look(&store, "/bin/prog", &file, NULL), 0);
	assert_int_equal(ldconf_advise(&store, name, file->object, &advice, NULL), 0);
	return advice;
}

static void advises_what_ldconfig_would_list(void **state)
{
	(void)state;
	save("root/etc/ld.so.conf", "/opt/a\n/opt/b");
	elfmaker_file("root/bin/prog", (struct elfmaker){.interp = "/ld.so"});
	elfmaker_file("root/opt/a/libx.so", (struct elfmaker){.class = ELFCLASS32});
	elfmaker_file("root/opt/b/libx.so", (struct elfmaker){0});
	elfmaker_file("root/opt/b/liby.so.1.2", (struct elfmaker){.soname = "liby.so.1"});
	elfmaker_file("root/opt/b/plugin.so", (struct elfmaker){0});
	assert_int_equal(symlink("liby.so.1.2", "root/opt/b/liblink.so"), 0);
	assert_string_equal(advise("libx.so"),
			    "ldconfig would find /opt/b/libx.so (/etc/ld.so.conf)");
	assert_string_equal(advise("liby.so.1"),
			    "ldconfig would find /opt/b/liby.so.1.2 (/etc/ld.so.conf)");
	assert_non_null(advise("liblink.so"));
	assert_null(advise("liby.so.1.2"));
	assert_null(advise("plugin.so"));
	assert_null(advise("libnone.so"));
	assert_null(advise("lib*.so"));
}

/* A folder under two names is listed once and found under the first. */
static void a_linked_folder_is_the_same_one(void **state)
{
	(void)state;
	save("root/etc/ld.so.conf", "/opt/a\n/opt/link\n/opt/b");
	elfmaker_file("root/bin/prog", (struct elfmaker){.interp = "/ld.so"});
	elfmaker_file("root/opt/a/libx.so.1.0", (struct elfmaker){.soname = "libx.so.1"});
	elfmaker_file("root/opt/b/liby.so.1.0", (struct elfmaker){.soname = "liby.so.1"});
	assert_int_equal(symlink("a", "root/opt/link"), 0);
	assert_string_equal(advise("libx.so.1"),
			    "ldconfig would find /opt/a/libx.so.1.0 (/etc/ld.so.conf)");
	assert_string_equal(advise("liby.so.1"),
			    "ldconfig would find /opt/b/liby.so.1.0 (/etc/ld.so.conf)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(takes_folders_and_leaves_the_rest),
		scratch_test(several_patterns_follow_one_include_in_the_order_of_bytes),
		scratch_test(a_file_is_read_once_however_it_is_included),
		scratch_test(a_folder_tells_which_file_names_it),
		scratch_test(nothing_outside_the_root_is_read),
		scratch_test(stars_without_end_are_given_up),
		scratch_test(no_file_is_no_folder),
		scratch_test(advises_what_ldconfig_would_list),
		scratch_test(a_linked_folder_is_the_same_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
