/* SPDX-License-Identifier: MIT */
/* Tests of builder/owner: packages by dpkg's lists. */
#include "workshop.h"

#include "builder/owner.h"

static void make_lists(void)
{
	workshop_folder("root");
	workshop_folder("root/var");
	workshop_folder("root/var/lib");
	workshop_folder("root/var/lib/dpkg");
	workshop_folder("root/var/lib/dpkg/info");
	scratch_write("root/var/lib/dpkg/info/shell.list",
		      "/.\n/bin\n/bin/sh\n/usr/share/x\n");
	scratch_write("root/var/lib/dpkg/info/libc6:amd64.list",
		      "/lib\n/usr/lib/libc.so.6\n/z\n");
	scratch_write("root/var/lib/dpkg/info/other.list", "/lib\n/usr/share/x\n");
	scratch_write("root/var/lib/dpkg/info/shell.md5sums", "/usr/lib/none\n");
}

static void add(struct manifest *manifest, const char *path, enum entry_type type)
{
	struct error err;
	const struct entry entry = {.path = path,
				    .type = type,
				    .target = type == ENTRY_LINK ? "x" : NULL,
				    .source = path,
				    .reason = {.rule = RULE_ASKED}};

	assert_int_equal(manifest_add(manifest, &entry, &err), 0);
}

static void expect(const struct manifest *manifest, const char *path, const char *package)
{
	const struct entry *entry = manifest_find(manifest, path);

	if (package)
		assert_string_equal(entry->package, package);
	else
		assert_null(entry->package);
}

static void find(struct workshop *shop)
{
	_cleanup_owner_ struct owner_search *search = NULL;
	struct error err;

	assert_int_equal(owner_start(&shop->root, &shop->manifest, &search, &err), 0);
	assert_int_equal(owner_finish(search, &shop->manifest, &err), 0);
}

static void files_are_found_in_both_spellings(void **state)
{
	struct workshop shop;

	(void)state;
	make_lists();
	workshop_open(&shop, "root");
	add(&shop.manifest, "/usr/bin/sh", ENTRY_FILE);
	add(&shop.manifest, "/usr/lib/libc.so.6", ENTRY_FILE);
	add(&shop.manifest, "/usr/share/x", ENTRY_FILE);
	add(&shop.manifest, "/usr/lib/none", ENTRY_FILE);
	add(&shop.manifest, "/z", ENTRY_LINK);
	add(&shop.manifest, "/lib", ENTRY_LINK);
	find(&shop);
	expect(&shop.manifest, "/usr/bin/sh", "shell");
	expect(&shop.manifest, "/usr/lib/libc.so.6", "libc6:amd64");
	expect(&shop.manifest, "/usr/share/x", "other"); /* the first by name */
	expect(&shop.manifest, "/usr/lib/none", NULL);
	expect(&shop.manifest, "/z", "libc6:amd64");
	expect(&shop.manifest, "/lib", NULL); /* in many lists: a folder to dpkg */
	workshop_close(&shop);
}

static void a_list_larger_than_any_buffer_is_read_to_its_end(void **state)
{
	struct workshop shop;

	(void)state;
	make_lists();
	FILE *list = fopen("root/var/lib/dpkg/info/large.list", "w");
	assert_non_null(list);
	for (int i = 0; i < 20000; i++)
		fprintf(list, "/usr/share/large/file-%d\n", i);
	assert_int_equal(fclose(list), 0);
	workshop_open(&shop, "root");
	add(&shop.manifest, "/usr/share/large/file-0", ENTRY_FILE);
	add(&shop.manifest, "/usr/share/large/file-3333", ENTRY_FILE);
	add(&shop.manifest, "/usr/share/large/file-19999", ENTRY_FILE);
	find(&shop);
	expect(&shop.manifest, "/usr/share/large/file-0", "large");
	expect(&shop.manifest, "/usr/share/large/file-3333", "large");
	expect(&shop.manifest, "/usr/share/large/file-19999", "large");
	workshop_close(&shop);
}

static void a_search_that_nobody_waits_for_ends(void **state)
{
	struct owner_search *search;
	struct workshop shop;
	struct error err;

	(void)state;
	make_lists();
	workshop_open(&shop, "root");
	add(&shop.manifest, "/usr/bin/sh", ENTRY_FILE);
	assert_int_equal(owner_start(&shop.root, &shop.manifest, &search, &err), 0);
	assert_non_null(search);
	owner_free(search);
	expect(&shop.manifest, "/usr/bin/sh", NULL);
	workshop_close(&shop);
}

static void a_root_without_dpkg_has_no_owners(void **state)
{
	struct workshop shop;

	(void)state;
	workshop_folder("root");
	workshop_open(&shop, "root");
	add(&shop.manifest, "/usr/bin/sh", ENTRY_FILE);
	find(&shop);
	expect(&shop.manifest, "/usr/bin/sh", NULL);
	workshop_close(&shop);
}

static void apk_has_all_in_one_file(void **state)
{
	struct workshop shop;

	(void)state;
	assert_int_equal(system("mkdir -p root/lib/apk/db"), 0);
	scratch_write("root/lib/apk/db/installed",
		      "P:busybox\nV:1\nA:x86_64\nF:\nF:bin\nR:busybox\nR:sh\n\n"
		      "P:musl\nV:1\nA:x86_64\nF:lib\nR:libc.so\n");
	workshop_open(&shop, "root");
	add(&shop.manifest, "/bin/busybox", ENTRY_FILE);
	add(&shop.manifest, "/bin/sh", ENTRY_LINK);
	add(&shop.manifest, "/lib/libc.so", ENTRY_FILE);
	add(&shop.manifest, "/bin/mine", ENTRY_FILE);
	find(&shop);
	expect(&shop.manifest, "/bin/busybox", "busybox");
	expect(&shop.manifest, "/bin/sh", "busybox");
	expect(&shop.manifest, "/lib/libc.so", "musl");
	expect(&shop.manifest, "/bin/mine", NULL);
	workshop_close(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(files_are_found_in_both_spellings),
		scratch_test(a_list_larger_than_any_buffer_is_read_to_its_end),
		scratch_test(a_search_that_nobody_waits_for_ends),
		scratch_test(a_root_without_dpkg_has_no_owners),
		scratch_test(apk_has_all_in_one_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
