/* SPDX-License-Identifier: MIT */
/* Tests of builder/terminfo: entries where a curses library is. */
#include "workshop.h"

#include "builder/terminfo.h"

/* A library that names its folders as ncurses does. */
static void make_library(const char *compiled)
{
	char data[256] = "junk";
	size_t length = strlen(compiled);

	memcpy(data + 5, compiled, length + 1);
	int fd = scratch_open("root/lib/libtinfo.so.6", O_WRONLY | O_CREAT);
	assert_int_equal(write(fd, data, length + 20), length + 20);
	close(fd);
}

static void make_root(const char *compiled)
{
	workshop_folder("root");
	workshop_folder("root/lib");
	workshop_folder("root/lib/terminfo");
	workshop_folder("root/lib/terminfo/x");
	workshop_folder("root/lib/terminfo/f");
	scratch_write("root/lib/terminfo/x/xterm", "entry");
	scratch_write("root/lib/terminfo/f/foot", "foot");
	make_library(compiled);
}

static void add_library(struct workshop *shop, const char *source)
{
	const struct entry entry = {.path = "/lib/libtinfo.so.6",
				    .type = ENTRY_FILE,
				    .origin = ORIGIN_ROOT,
				    .source = source,
				    .reason = {.rule = RULE_ASKED}};
	struct error err;

	assert_int_equal(manifest_add(&shop->manifest, &entry, &err), 0);
}

static void nothing_without_a_curses_library(void **state)
{
	_cleanup_strlist_ struct strlist terms = {0}, missing = {0};
	struct workshop shop;
	struct error err;
	bool used;

	(void)state;
	make_root("/etc/terminfo:/lib/terminfo");
	workshop_open(&shop, "root");
	assert_int_equal(terminfo_add(&shop.intake, &terms, &missing, &used, &err), 0);
	assert_false(used);
	assert_int_equal(shop.manifest.count, 0);
	workshop_close(&shop);
}

static void system_entries_keep_their_place(void **state)
{
	_cleanup_strlist_ struct strlist terms = {0}, missing = {0};
	struct workshop shop;
	struct error err;
	bool used;

	(void)state;
	make_root("/etc/terminfo:/lib/terminfo");
	workshop_open(&shop, "root");
	add_library(&shop, "/lib/libtinfo.so.6");
	assert_int_equal(strlist_add(&terms, "foot", &err), 0);
	assert_int_equal(strlist_add(&terms, "gone", &err), 0);
	assert_int_equal(terminfo_add(&shop.intake, &terms, &missing, &used, &err), 0);
	assert_true(used);
	assert_string_equal(
		workshop_expect(&shop.manifest, "/lib/terminfo/x/xterm", RULE_TERMINFO)
			->reason.by,
		"/lib/libtinfo.so.6");
	workshop_expect(&shop.manifest, "/lib/terminfo/f/foot", RULE_TERMINFO);
	assert_int_equal(missing.count, 1);
	assert_string_equal(missing.items[0], "gone");
	workshop_close(&shop);
}

static void the_users_own_goes_where_the_library_looks_first(void **state)
{
	_cleanup_strlist_ struct strlist terms = {0}, missing = {0};
	char here[PATH_MAX], own[PATH_MAX + 16], source[PATH_MAX + 32];
	struct workshop shop;
	struct error err;
	bool used;

	(void)state;
	make_root("/opt/terminfo:/lib/terminfo");
	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(own, sizeof(own), "%s/own", here);
	workshop_folder("own");
	workshop_folder("own/m");
	scratch_write("own/m/mine", "entry");
	setenv("TERMINFO", own, 1);
	workshop_open(&shop, NULL);
	snprintf(source, sizeof(source), "%s/root/lib/libtinfo.so.6", here);
	add_library(&shop, source);
	assert_int_equal(strlist_add(&terms, "mine", &err), 0);
	assert_int_equal(terminfo_add(&shop.intake, &terms, &missing, &used, &err), 0);
	assert_int_equal(missing.count, 0);
	workshop_expect(&shop.manifest, "/opt/terminfo/m/mine", RULE_TERMINFO);
	unsetenv("TERMINFO");
	workshop_close(&shop);
}

static void a_name_cannot_be_a_path(void **state)
{
	(void)state;
	assert_true(terminfo_is_name("xterm-256color"));
	assert_true(terminfo_is_name("rxvt+pcfkeys"));
	assert_false(terminfo_is_name("../../etc/passwd"));
	assert_false(terminfo_is_name("x/y"));
	assert_false(terminfo_is_name(".hidden"));
	assert_false(terminfo_is_name(""));
	assert_true(terminfo_is_usual("linux"));
	assert_false(terminfo_is_usual("foot"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(nothing_without_a_curses_library),
		scratch_test(system_entries_keep_their_place),
		scratch_test(the_users_own_goes_where_the_library_looks_first),
		scratch_test(a_name_cannot_be_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
