/* SPDX-License-Identifier: MIT */
/* Tests of builder/ownership: whose a file of a folder image is, and whose it becomes. */
#include "workshop.h"

#include "builder/ownership.h"

static const struct record_file recorded = {.has_owner = true, .uid = 7, .gid = 8};

static void what_belongs_to_the_maker_is_whose_the_record_says(void **state)
{
	const struct stat top = {.st_uid = 1000, .st_gid = 1000};
	struct entry entry;

	(void)state;
	ownership_read(&top, &top, &recorded, &entry);
	assert_int_equal(entry.uid, 7);
	assert_int_equal(entry.gid, 8);
	ownership_read(&top, &top, NULL, &entry);
	assert_int_equal(entry.uid, 0);
	assert_int_equal(entry.gid, 0);
}

static void what_was_given_away_is_whose_it_is(void **state)
{
	const struct stat top = {.st_uid = 0}, given = {.st_uid = 33, .st_gid = 34};
	struct entry entry;

	(void)state;
	ownership_read(&top, &given, &recorded, &entry);
	assert_int_equal(entry.uid, 33);
	assert_int_equal(entry.gid, 34);
}

static void files_are_given_away_where_that_can_be(void **state)
{
	const struct entry entry = {.path = "/f", .uid = 7, .gid = 8};
	int here = scratch_open(".", O_RDONLY | O_DIRECTORY);
	bool is_root = ownership_can_be_set();
	struct error err = {0};
	struct stat st;

	(void)state;
	scratch_write("f", "text");
	assert_int_equal(ownership_write(here, "f", &entry, &err), 0);
	assert_int_equal(stat("f", &st), 0);
	assert_int_equal(st.st_uid, is_root ? 7 : getuid());
	assert_true(ownership_is_right(&st, &entry));
	close(here);
}

static void the_user_is_told_of_what_stays(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	struct error err = {0};

	(void)state;
	workshop_text(&manifest, "/f", "x", RULE_ASKED);
	assert_int_equal(ownership_tell(&manifest, &err), 0);
	assert_int_equal(manifest.notes.count, 0);
	manifest_find(&manifest, "/f")->gid = 8;
	assert_int_equal(ownership_tell(&manifest, &err), 0);
	assert_int_equal(manifest.notes.count, ownership_can_be_set() ? 0 : 1);
}

static void lists_for_jailrun_what_is_not_roots(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	struct entry entry = {.path = "/a\n\xff",
			      .type = ENTRY_FOLDER,
			      .uid = 7,
			      .gid = 8,
			      .reason = {.rule = RULE_ASKED}};
	struct error err;
	char *list;

	(void)state;
	assert_int_equal(ownership_list(&manifest, &list, &err), 0);
	assert_null(list);
	assert_int_equal(manifest_add(&manifest, &entry, &err), 0);
	entry.path = "/b";
	entry.uid = entry.gid = 0;
	assert_int_equal(manifest_add(&manifest, &entry, &err), 0);
	entry.path = "/c d";
	entry.gid = 9;
	assert_int_equal(manifest_add(&manifest, &entry, &err), 0);
	assert_int_equal(ownership_list(&manifest, &list, &err), 0);
	assert_string_equal(list, "7:8 /a\\x0a\\xff\n0:9 /c d\n");
	free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(what_belongs_to_the_maker_is_whose_the_record_says),
		scratch_test(what_was_given_away_is_whose_it_is),
		scratch_test(files_are_given_away_where_that_can_be),
		scratch_test(the_user_is_told_of_what_stays),
		scratch_test(lists_for_jailrun_what_is_not_roots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
