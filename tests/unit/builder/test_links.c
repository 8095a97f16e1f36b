/* SPDX-License-Identifier: MIT */
/* Tests of builder/links: whole chains under canonical names, each folder walked once. */
#include "workshop.h"

static const struct reason asked = {.rule = RULE_ASKED};

/* /bin -> usr/bin, /usr/bin/tool -> /etc/alt/tool -> ../../bin/tool-2, a file */
static void make_chain(void)
{
	workshop_folder("root");
	workshop_folder("root/usr");
	workshop_folder("root/usr/bin");
	workshop_folder("root/etc");
	workshop_folder("root/etc/alt");
	scratch_write("root/usr/bin/tool-2", "x");
	assert_int_equal(symlink("usr/bin", "root/bin"), 0);
	assert_int_equal(symlink("/etc/alt/tool", "root/usr/bin/tool"), 0);
	assert_int_equal(symlink("../../bin/tool-2", "root/etc/alt/tool"), 0);
}

static void adds_every_symlink_under_its_canonical_path(void **state)
{
	struct workshop shop;
	struct links_end end;
	struct error err;

	(void)state;
	make_chain();
	workshop_open(&shop, "root");
	assert_int_equal(
		links_follow(&shop.intake.links, "/bin/tool", &asked, &end, &err), 0);
	assert_string_equal(end.path, "/usr/bin/tool-2");
	assert_true(S_ISREG(end.st.st_mode));
	assert_int_equal(shop.manifest.count, 3);
	assert_string_equal(workshop_expect(&shop.manifest, "/bin", RULE_ASKED)->target,
			    "usr/bin");
	assert_string_equal(
		workshop_expect(&shop.manifest, "/usr/bin/tool", RULE_ASKED)->target,
		"/etc/alt/tool");
	assert_string_equal(
		workshop_expect(&shop.manifest, "/etc/alt/tool", RULE_ASKED)->target,
		"../../bin/tool-2");
	workshop_close(&shop);
}

static void adds_nothing_without_a_reason(void **state)
{
	struct workshop shop;
	struct links_end end;
	struct error err;

	(void)state;
	make_chain();
	workshop_open(&shop, "root");
	assert_int_equal(links_follow(&shop.intake.links, "/bin/tool", NULL, &end, &err),
			 0);
	assert_string_equal(end.path, "/usr/bin/tool-2");
	assert_int_equal(shop.manifest.count, 0);
	/* and a walk that added nothing does not stop a later one from adding */
	assert_int_equal(
		links_follow(&shop.intake.links, "/bin/tool", &asked, &end, &err), 0);
	assert_int_equal(shop.manifest.count, 3);
	workshop_close(&shop);
}

static void parent_looks_at_the_last_component_itself(void **state)
{
	struct workshop shop;
	struct links_end end;
	struct error err;

	(void)state;
	make_chain();
	workshop_open(&shop, "root");
	assert_int_equal(links_parent(&shop.intake.links, "/bin/tool", NULL, &end, &err),
			 0);
	assert_string_equal(end.path, "/usr/bin/tool");
	assert_string_equal(end.target, "/etc/alt/tool");
	workshop_close(&shop);
}

static void dots_at_the_end_mean_the_folder(void **state)
{
	struct workshop shop;
	struct links_end end;
	struct error err;

	(void)state;
	make_chain();
	workshop_open(&shop, "root");
	assert_int_equal(links_follow(&shop.intake.links, "/bin/..", NULL, &end, &err),
			 0);
	assert_string_equal(end.path, "/usr");
	assert_int_equal(links_follow(&shop.intake.links, "/", NULL, &end, &err), 0);
	assert_string_equal(end.path, "/");
	assert_int_equal(links_follow(&shop.intake.links, "/bin/", NULL, &end, &err), 0);
	assert_string_equal(end.path, "/usr/bin");
	workshop_close(&shop);
}

static void a_loop_and_a_gap_are_errors_that_name_the_place(void **state)
{
	struct workshop shop;
	struct links_end end;
	struct error err;

	(void)state;
	workshop_folder("root");
	assert_int_equal(symlink("b", "root/a"), 0);
	assert_int_equal(symlink("a", "root/b"), 0);
	assert_int_equal(symlink("gone", "root/c"), 0);
	workshop_open(&shop, "root");
	assert_int_equal(links_follow(&shop.intake.links, "/a", NULL, &end, &err),
			 -ELOOP);
	assert_int_equal(links_follow(&shop.intake.links, "/c", NULL, &end, &err),
			 -ENOENT);
	assert_non_null(strstr(err.text, "/gone"));
	workshop_close(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(adds_every_symlink_under_its_canonical_path),
		scratch_test(adds_nothing_without_a_reason),
		scratch_test(parent_looks_at_the_last_component_itself),
		scratch_test(dots_at_the_end_mean_the_folder),
		scratch_test(a_loop_and_a_gap_are_errors_that_name_the_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
