/* SPDX-License-Identifier: MIT */
/* Tests of builder/manifest: which of two things stays, the order, and where a path lies. */
#include "workshop.h"

static void what_is_asked_for_wins_over_a_rule(void **state)
{
	struct manifest manifest = {0};

	(void)state;
	workshop_text(&manifest, "/etc/passwd", "rule\n", RULE_BASE);
	workshop_text(&manifest, "/etc/passwd", "mine\n", RULE_ASKED);
	assert_string_equal(workshop_expect(&manifest, "/etc/passwd", RULE_ASKED)->text,
			    "mine\n");
	workshop_text(&manifest, "/etc/passwd", "rule\n", RULE_BASE);
	assert_string_equal(workshop_expect(&manifest, "/etc/passwd", RULE_ASKED)->text,
			    "mine\n");
	assert_int_equal(manifest.count, 1);
	manifest_free(&manifest);
}

static void a_rule_makes_its_text_anew(void **state)
{
	struct manifest manifest = {0};

	(void)state;
	workshop_text(&manifest, "/etc/x", "old", RULE_BASE);
	workshop_text(&manifest, "/etc/x", "new", RULE_BASE);
	assert_string_equal(manifest_find(&manifest, "/etc/x")->text, "new");
	manifest_free(&manifest);
}

static void equal_content_is_no_conflict_and_other_content_is(void **state)
{
	const struct reason reason = {.rule = RULE_ASKED};
	struct manifest manifest = {0};
	struct error err;

	(void)state;
	workshop_text(&manifest, "/a", "one", RULE_ASKED);
	workshop_text(&manifest, "/a", "one", RULE_ASKED);
	assert_int_equal(manifest_add_text(&manifest, "/a", "two", &reason, &err),
			 -EEXIST);
	assert_non_null(
		strstr(err.text, "/a is in the image already, with other content"));
	assert_non_null(strstr(err.hint, "--replace"));
	manifest.replace = true;
	assert_int_equal(manifest_add_text(&manifest, "/a", "two", &reason, &err), 0);
	assert_string_equal(manifest_find(&manifest, "/a")->text, "two");
	manifest_free(&manifest);
}

static void a_folder_is_never_replaced_by_a_file(void **state)
{
	struct manifest manifest = {.replace = true};
	struct error err;

	(void)state;
	assert_int_equal(workshop_add(&manifest, "/a", ENTRY_FOLDER, NULL, &err), 0);
	assert_int_equal(workshop_add(&manifest, "/a", ENTRY_FOLDER, NULL, &err), 0);
	assert_int_equal(workshop_add(&manifest, "/a", ENTRY_FILE, NULL, &err), -EEXIST);
	assert_non_null(strstr(err.text, "as a folder, and would become a file"));
	manifest_free(&manifest);
}

static void links_are_the_same_by_their_target(void **state)
{
	struct manifest manifest = {0};
	struct error err;

	(void)state;
	assert_int_equal(workshop_add(&manifest, "/l", ENTRY_LINK, "a", &err), 0);
	assert_int_equal(workshop_add(&manifest, "/l", ENTRY_LINK, "a", &err), 0);
	assert_int_equal(workshop_add(&manifest, "/l", ENTRY_LINK, "b", &err), -EEXIST);
	manifest_free(&manifest);
}

static void finish_adds_parents_and_sorts_bytewise(void **state)
{
	static const char *const expected[] = {"/a", "/a-b", "/a/b", "/a/b/c", "/a/b/d"};
	struct manifest manifest = {0};
	struct error err;

	(void)state;
	workshop_text(&manifest, "/a/b/d", "", RULE_ASKED);
	workshop_text(&manifest, "/a-b", "", RULE_ASKED);
	workshop_text(&manifest, "/a/b/c", "", RULE_ASKED);
	assert_int_equal(manifest_finish(&manifest, &err), 0);
	assert_int_equal(manifest.count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(manifest.entries[i]->path, expected[i]);
	assert_string_equal(workshop_expect(&manifest, "/a", RULE_PARENT)->reason.by,
			    "/a/b/c");
	assert_int_equal(manifest_find(&manifest, "/a")->mode, 0755);
	manifest_free(&manifest);
}

static void nothing_lies_below_a_file_or_a_link(void **state)
{
	struct manifest manifest = {0};
	struct error err;

	(void)state;
	assert_int_equal(workshop_add(&manifest, "/l", ENTRY_LINK, "etc", &err), 0);
	workshop_text(&manifest, "/l/x", "", RULE_ASKED);
	assert_int_equal(manifest_finish(&manifest, &err), -ENOTDIR);
	assert_non_null(strstr(err.text, "/l/x would lie below /l, which is a link"));
	manifest_free(&manifest);
}

static void place_follows_links_of_the_image(void **state)
{
	struct manifest manifest = {0};
	char place[PATH_MAX];
	struct error err;

	(void)state;
	assert_int_equal(workshop_add(&manifest, "/bin", ENTRY_LINK, "usr/bin", &err), 0);
	assert_int_equal(
		workshop_add(&manifest, "/usr/bin", ENTRY_LINK, "/opt/../all", &err), 0);
	assert_int_equal(workshop_add(&manifest, "/loop", ENTRY_LINK, "/loop/x", &err),
			 0);
	assert_int_equal(manifest_place(&manifest, "/bin//ls", place, &err), 0);
	assert_string_equal(place, "/all/ls");
	assert_int_equal(manifest_place(&manifest, "/bin", place, &err), 0);
	assert_string_equal(place, "/bin"); /* the last component is not followed */
	assert_true(manifest_place(&manifest, "/loop/y", place, &err) < 0);
	manifest_free(&manifest);
}

static void a_folder_is_known_by_what_is_in_it(void **state)
{
	struct manifest manifest = {0};

	(void)state;
	workshop_text(&manifest, "/data/file", "", RULE_ASKED);
	assert_true(manifest_has_folder(&manifest, "/data"));
	assert_false(manifest_has_folder(&manifest, "/data/file"));
	assert_false(manifest_has_folder(&manifest, "/dat"));
	manifest_free(&manifest);
}

static void a_reason_reads_as_words_with_names_escaped(void **state)
{
	char text[256];
	const struct reason needed = {.rule = "runpath", .by = "/a\n", .name = "lib.so"};
	const struct reason parent = {.rule = RULE_PARENT, .by = "/a/b"};

	(void)state;
	assert_string_equal(manifest_describe(&needed, text, sizeof(text)),
			    "runpath: /a\\x0a asks for lib.so");
	assert_string_equal(manifest_describe(&parent, text, sizeof(text)),
			    "parent: for /a/b");
	const struct reason hostile = {.rule = "\x1b[2J"}; /* a record may say so */
	assert_string_equal(manifest_describe(&hostile, text, sizeof(text)), "\\x1b[2J");
}

static void the_root_folder_is_no_entry(void **state)
{
	struct manifest manifest = {0};
	struct error err;

	(void)state;
	assert_int_equal(workshop_add(&manifest, "/", ENTRY_FOLDER, NULL, &err), 0);
	assert_int_equal(manifest.count, 0);
	manifest_free(&manifest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_asked_for_wins_over_a_rule),
		cmocka_unit_test(a_rule_makes_its_text_anew),
		cmocka_unit_test(equal_content_is_no_conflict_and_other_content_is),
		cmocka_unit_test(a_folder_is_never_replaced_by_a_file),
		cmocka_unit_test(links_are_the_same_by_their_target),
		cmocka_unit_test(finish_adds_parents_and_sorts_bytewise),
		cmocka_unit_test(nothing_lies_below_a_file_or_a_link),
		cmocka_unit_test(place_follows_links_of_the_image),
		cmocka_unit_test(a_folder_is_known_by_what_is_in_it),
		cmocka_unit_test(a_reason_reads_as_words_with_names_escaped),
		cmocka_unit_test(the_root_folder_is_no_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
