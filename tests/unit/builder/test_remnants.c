/* SPDX-License-Identifier: MIT */
/* Tests of builder/remnants: what goes when an image in a folder is made anew. */
#include "workshop.h"

#include "builder/remnants.h"

static struct strlist find(int root, const char *const *paths,
			   const struct manifest *manifest)
{
	struct strmap known = {0};
	struct strlist found = {0};
	struct error err = {0};

	for (; *paths; paths++)
		assert_int_equal(strmap_put(&known, *paths, "", &err), 0);
	assert_int_equal(remnants_find(root, &known, manifest, &found, &err), 0);
	strmap_free(&known);
	return found;
}

static void what_was_known_and_is_no_more_goes(void **state)
{
	static const char *const known[] = {"/d/e/f", "/d",    "/d/e", "/kept",
					    "/other", "/gone", NULL};
	_cleanup_manifest_ struct manifest manifest = {0};
	struct error err = {0};

	(void)state;
	workshop_folder("tree");
	workshop_folder("tree/d");
	workshop_folder("tree/d/e");
	workshop_folder("tree/other");
	scratch_write("tree/d/e/f", "");
	scratch_write("tree/kept", "");
	scratch_write("tree/other/mine", "");
	workshop_text(&manifest, "/kept", "", RULE_ASKED);
	int root = scratch_open("tree", O_RDONLY | O_DIRECTORY);
	_cleanup_strlist_ struct strlist found = find(root, known, &manifest);
	assert_int_equal(found.count, 4);
	assert_string_equal(found.items[0], "/d");
	assert_string_equal(found.items[3], "/other");
	assert_int_equal(scratch_count("tree/d/e"), 1); /* nothing is removed yet */
	assert_int_equal(remnants_remove(root, &found, &err), 0);
	assert_int_equal(scratch_count("tree"), 2);
	assert_int_equal(scratch_count("tree/other"), 1);
	close(root);
}

static void a_record_cannot_lead_out_of_the_folder(void **state)
{
	static const char *const known[] = {"/../out",  "/link/file", "/", "",
					    "/file/no", "/loop/x",    NULL};
	const struct manifest manifest = {0};

	(void)state;
	workshop_folder("tree");
	workshop_folder("elsewhere");
	scratch_write("out", "");
	scratch_write("elsewhere/file", "");
	scratch_write("tree/file", "");
	assert_int_equal(symlink("../elsewhere", "tree/link"), 0);
	assert_int_equal(symlink("loop", "tree/loop"), 0);
	int root = scratch_open("tree", O_RDONLY | O_DIRECTORY);
	_cleanup_strlist_ struct strlist found = find(root, known, &manifest);
	assert_int_equal(found.count, 0);
	close(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(what_was_known_and_is_no_more_goes),
		scratch_test(a_record_cannot_lead_out_of_the_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
