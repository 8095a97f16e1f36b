/* SPDX-License-Identifier: MIT */
/* Tests of builder/shares: what of an image is there for what. */
#include "workshop.h"

#include "builder/shares.h"

static void add(struct manifest *manifest, const char *path, size_t size,
		const struct reason *reason)
{
	char text[64];
	struct error err;

	memset(text, 'x', size);
	text[size] = '\0';
	assert_int_equal(manifest_add_text(manifest, path, text, reason, &err), 0);
}

static const struct uses no_uses;

static struct shares divide(struct manifest *manifest)
{
	struct shares shares;
	struct error err;

	assert_int_equal(manifest_finish(manifest, &err), 0);
	assert_int_equal(shares_of(manifest, &no_uses, &shares, &err), 0);
	return shares;
}

/* `what` is the rule, a blank, and the name, which may be empty. */
static void expect(const struct shares *shares, size_t at, const char *what, size_t files,
		   uint64_t bytes)
{
	char text[64];

	assert_true(at < shares->count);
	const struct share *share = shares->items[at];
	snprintf(text, sizeof(text), "%s %s", share->rule,
		 share->name ? share->name : "");
	assert_string_equal(text, what);
	assert_int_equal(share->files, files);
	assert_int_equal(share->bytes, bytes);
}

static void everything_counts_for_what_its_chain_leads_to(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};

	(void)state;
	add(&manifest, "/bin/a", 1, &(struct reason){.rule = RULE_ASKED});
	add(&manifest, "/lib/l", 2, &(struct reason){.rule = "runpath", .by = "/bin/a"});
	add(&manifest, "/lib/m", 4, &(struct reason){.rule = "runpath", .by = "/lib/l"});
	add(&manifest, "/t/t", 8,
	    &(struct reason){.rule = RULE_TEMPLATE, .by = "/lib/m", .name = "temp"});
	add(&manifest, "/t/u", 16, &(struct reason){.rule = "runpath", .by = "/t/t"});
	add(&manifest, "/term", 3,
	    &(struct reason){.rule = RULE_TERMINFO, .by = "/lib/l"});
	_cleanup_shares_ struct shares shares = divide(&manifest);
	assert_int_equal(shares.count, 3);
	expect(&shares, 0, RULE_TEMPLATE " temp", 2, 24);
	expect(&shares, 1, RULE_ASKED " /bin/a", 3, 7);
	expect(&shares, 2, RULE_TERMINFO " ", 1, 3);
	assert_int_equal(shares.files, 6);
	assert_int_equal(shares.bytes, 34);
}

static void circles_and_gaps_are_unknown(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};

	(void)state;
	add(&manifest, "/a", 1, &(struct reason){.rule = "x", .by = "/b"});
	add(&manifest, "/b", 2, &(struct reason){.rule = "x", .by = "/a"});
	add(&manifest, "/c", 4, &(struct reason){.rule = "x", .by = "/gone"});
	add(&manifest, "/d", 8, &(struct reason){.rule = "x", .by = "/a"});
	add(&manifest, "/e", 16, &(struct reason){.rule = "x"});
	_cleanup_shares_ struct shares shares = divide(&manifest);
	assert_int_equal(shares.count, 1);
	expect(&shares, 0, SHARES_UNKNOWN " ", 5, 31);
}

static void what_lies_in_the_root_folder_was_asked_for_with_it(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};

	(void)state;
	add(&manifest, "/d/f", 1, &(struct reason){.rule = RULE_FOLDER, .by = "/"});
	_cleanup_shares_ struct shares shares = divide(&manifest);
	assert_int_equal(shares.count, 1);
	expect(&shares, 0, RULE_ASKED " /", 1, 1);
}

static void hard_links_count_at_the_first_path(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	const char *const paths[] = {"/b", "/a"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		add(&manifest, paths[i], 5, &(struct reason){.rule = RULE_ASKED});
		manifest_find(&manifest, paths[i])->inode = 7;
	}
	_cleanup_shares_ struct shares shares = divide(&manifest);
	assert_int_equal(shares.count, 2);
	expect(&shares, 0, RULE_ASKED " /a", 1, 5);
	expect(&shares, 1, RULE_ASKED " /b", 1, 0);
	assert_int_equal(shares.bytes, 5);
}

static void an_empty_image_has_none(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};

	(void)state;
	_cleanup_shares_ struct shares shares = divide(&manifest);
	assert_int_equal(shares.count, 0);
}

static void expect_alone(const struct shares *shares, const char *name, size_t files,
			 uint64_t bytes)
{
	for (size_t i = 0; i < shares->count; i++) {
		const struct share *share = shares->items[i];

		if (strcmp(share->name ? share->name : "", name) != 0)
			continue;
		assert_int_equal(share->alone_files, files);
		assert_int_equal(share->alone_bytes, bytes);
		return;
	}
	fail_msg("no share of %s", name);
}

static void what_others_need_too_does_not_go(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	_cleanup_shares_ struct shares shares = {0};
	struct error err;

	(void)state;
	add(&manifest, "/a", 1, &(struct reason){.rule = RULE_ASKED});
	add(&manifest, "/b", 2, &(struct reason){.rule = RULE_ASKED});
	add(&manifest, "/l", 4, &(struct reason){.rule = "runpath", .by = "/a"});
	add(&manifest, "/m", 8, &(struct reason){.rule = "runpath", .by = "/l"});
	add(&manifest, "/n", 16, &(struct reason){.rule = "runpath", .by = "/a"});
	assert_int_equal(manifest_finish(&manifest, &err), 0);
	struct use items[] = {
		{manifest_find(&manifest, "/b"), manifest_find(&manifest, "/l")},
		{manifest_find(&manifest, "/m"), manifest_find(&manifest, "/l")},
		{manifest_find(&manifest, "/l"), manifest_find(&manifest, "/m")},
	};
	const struct uses uses = {.items = items, .count = 3};
	assert_int_equal(shares_of(&manifest, &uses, &shares, &err), 0);
	expect_alone(&shares, "/a", 2, 17);
	expect_alone(&shares, "/b", 1, 2);
	expect(&shares, 0, RULE_ASKED " /a", 4, 29);
}

static void a_hard_link_to_what_another_has_does_not_go(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};

	(void)state;
	add(&manifest, "/a", 5, &(struct reason){.rule = RULE_ASKED});
	add(&manifest, "/b", 5, &(struct reason){.rule = RULE_ASKED});
	manifest_find(&manifest, "/a")->inode = 7;
	manifest_find(&manifest, "/b")->inode = 7;
	_cleanup_shares_ struct shares shares = divide(&manifest);
	expect_alone(&shares, "/a", 0, 0);
	expect_alone(&shares, "/b", 1, 0);
}

static void circles_have_nothing_but_themselves(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};

	(void)state;
	add(&manifest, "/a", 1, &(struct reason){.rule = "x", .by = "/b"});
	add(&manifest, "/b", 2, &(struct reason){.rule = "x", .by = "/a"});
	_cleanup_shares_ struct shares shares = divide(&manifest);
	expect_alone(&shares, "", 2, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_others_need_too_does_not_go),
		cmocka_unit_test(a_hard_link_to_what_another_has_does_not_go),
		cmocka_unit_test(circles_have_nothing_but_themselves),
		cmocka_unit_test(everything_counts_for_what_its_chain_leads_to),
		cmocka_unit_test(circles_and_gaps_are_unknown),
		cmocka_unit_test(what_lies_in_the_root_folder_was_asked_for_with_it),
		cmocka_unit_test(hard_links_count_at_the_first_path),
		cmocka_unit_test(an_empty_image_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
