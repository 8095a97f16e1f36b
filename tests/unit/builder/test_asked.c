/* SPDX-License-Identifier: MIT */
/* Tests of builder/asked: an operand finds its place. */
#include "workshop.h"

#include "builder/asked.h"

static int ask(struct workshop *shop, const char *path, const char *dest,
	       struct error *err)
{
	char source[256], place[256];
	static const struct reason asked = {.rule = RULE_ASKED};
	struct operand operand = {.path = source, .dest = dest ? place : NULL};

	snprintf(source, sizeof(source), "%s", path);
	snprintf(place, sizeof(place), "%s", dest ? dest : "");
	return asked_add(&shop->intake, &operand, &asked, err);
}

static void make_merged_root(void)
{
	workshop_folder("root");
	workshop_folder("root/usr");
	workshop_folder("root/usr/bin");
	assert_int_equal(symlink("usr/bin", "root/bin"), 0);
	scratch_write("root/usr/bin/data", "x");
}

static void its_own_place_is_the_canonical_one(void **state)
{
	struct workshop shop;
	struct error err;

	(void)state;
	make_merged_root();
	workshop_open(&shop, "root");
	assert_int_equal(ask(&shop, "/bin/data", NULL, &err), 0);
	workshop_expect(&shop.manifest, "/usr/bin/data", RULE_ASKED);
	workshop_expect(&shop.manifest, "/bin", RULE_ASKED);
	assert_int_equal(shop.manifest.count, 2);
	workshop_close(&shop);
}

static void every_link_on_the_way_is_there_for_its_end(void **state)
{
	struct workshop shop;
	struct error err;

	(void)state;
	make_merged_root();
	assert_int_equal(symlink("second", "root/usr/bin/first"), 0);
	assert_int_equal(symlink("/bin/data", "root/usr/bin/second"), 0);
	workshop_open(&shop, "root");
	assert_int_equal(ask(&shop, "/usr/bin/first", NULL, &err), 0);
	for (size_t i = 0; i < shop.manifest.count; i++) {
		const struct entry *entry = shop.manifest.entries[i];

		if (entry->type == ENTRY_LINK)
			assert_string_equal(entry->reason.by, "/usr/bin/data");
	}
	assert_int_equal(shop.manifest.count, 4);
	workshop_close(&shop);
}

static void a_destination_follows_the_layout_of_the_root(void **state)
{
	struct workshop shop;
	struct error err;

	(void)state;
	make_merged_root();
	workshop_open(&shop, "root");
	assert_int_equal(ask(&shop, "/bin/data", "/bin/other", &err), 0);
	assert_string_equal(
		workshop_expect(&shop.manifest, "/usr/bin/other", RULE_ASKED)->source,
		"/usr/bin/data");
	assert_non_null(manifest_find(&shop.manifest, "/bin"));
	assert_null(manifest_find(&shop.manifest, "/usr/bin/data"));
	workshop_close(&shop);
}

static void a_folder_as_destination_takes_the_name(void **state)
{
	struct workshop shop;
	struct error err;

	(void)state;
	make_merged_root();
	workshop_open(&shop, "root");
	assert_int_equal(ask(&shop, "/bin/data", "/opt/new/", &err), 0);
	assert_non_null(manifest_find(&shop.manifest, "/opt/new/data"));
	assert_int_equal(ask(&shop, "/bin/data", "/opt", &err), 0);
	assert_non_null(manifest_find(&shop.manifest, "/opt/data"));
	assert_int_equal(ask(&shop, "/usr", "/opt/copy", &err), 0);
	assert_non_null(manifest_find(&shop.manifest, "/opt/copy/bin/data"));
	workshop_close(&shop);
}

static void what_is_not_there_is_named(void **state)
{
	struct workshop shop;
	struct error err;

	(void)state;
	make_merged_root();
	workshop_open(&shop, "root");
	assert_int_equal(ask(&shop, "/bin/gone", NULL, &err), -ENOENT);
	assert_string_equal(err.text,
			    "cannot add /bin/gone: /usr/bin/gone: No such file or "
			    "directory");
	workshop_close(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(its_own_place_is_the_canonical_one),
		scratch_test(every_link_on_the_way_is_there_for_its_end),
		scratch_test(a_destination_follows_the_layout_of_the_root),
		scratch_test(a_folder_as_destination_takes_the_name),
		scratch_test(what_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
