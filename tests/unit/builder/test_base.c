/* SPDX-License-Identifier: MIT */
/* Tests of builder/base: the folders, accounts and name service files of every image. */
#include "workshop.h"

#include "builder/base.h"

static void add(struct workshop *shop)
{
	struct error err;

	assert_int_equal(base_add(&shop->manifest, &shop->intake.links, &err), 0);
}

static void folders_have_their_modes(void **state)
{
	struct workshop shop;

	(void)state;
	workshop_folder("root");
	workshop_open(&shop, "root");
	add(&shop);
	assert_int_equal(workshop_expect(&shop.manifest, "/tmp", RULE_BASE)->mode, 01777);
	assert_int_equal(workshop_expect(&shop.manifest, "/root", RULE_BASE)->mode, 0700);
	assert_int_equal(workshop_expect(&shop.manifest, "/proc", RULE_BASE)->mode, 0755);
	assert_non_null(strstr(manifest_find(&shop.manifest, "/etc/nsswitch.conf")->text,
			       "hosts: files dns"));
	assert_null(manifest_find(&shop.manifest, "/bin"));
	workshop_close(&shop);
}

static void a_merged_root_gives_a_merged_image(void **state)
{
	struct workshop shop;

	(void)state;
	workshop_folder("root");
	workshop_folder("root/usr");
	workshop_folder("root/usr/bin");
	assert_int_equal(symlink("usr/bin", "root/bin"), 0);
	assert_int_equal(symlink("usr/gone", "root/sbin"), 0);
	workshop_open(&shop, "root");
	add(&shop);
	assert_string_equal(workshop_expect(&shop.manifest, "/bin", RULE_BASE)->target,
			    "usr/bin");
	assert_null(manifest_find(&shop.manifest, "/sbin"));
	workshop_close(&shop);
}

static void what_is_there_stays(void **state)
{
	struct workshop shop;
	struct error err;

	(void)state;
	workshop_folder("root");
	workshop_open(&shop, "root");
	workshop_text(&shop.manifest, "/etc/hosts", "mine", RULE_ASKED);
	assert_int_equal(workshop_add(&shop.manifest, "/var", ENTRY_LINK, "/data", &err),
			 0);
	add(&shop);
	assert_string_equal(
		workshop_expect(&shop.manifest, "/etc/hosts", RULE_ASKED)->text, "mine");
	/* through the image's own link, never below it */
	assert_non_null(manifest_find(&shop.manifest, "/data/tmp"));
	assert_int_equal(manifest_finish(&shop.manifest, &err), 0);
	workshop_close(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(folders_have_their_modes),
		scratch_test(a_merged_root_gives_a_merged_image),
		scratch_test(what_is_there_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
