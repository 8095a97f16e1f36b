/* SPDX-License-Identifier: MIT */
/* Tests of builder/merge: a manifest into a tree that is there. */
#include "workshop.h"

#include "builder/folder.h"

struct making {
	struct strlist notes;
	struct strmap known;
	struct folder_options options;
	struct content content;
	struct manifest manifest;
	int fd;
};

static void begin(struct making *making)
{
	workshop_folder("tree");
	*making = (struct making){.content = {.image_fd = -1}};
	making->options = (struct folder_options){
		.epoch = 5, .known = &making->known, .notes = &making->notes};
	making->manifest.content = &making->content;
	making->fd = scratch_open("tree", O_RDONLY | O_DIRECTORY);
}

static int merge(struct making *making, struct error *err)
{
	assert_int_equal(manifest_finish(&making->manifest, err), 0);
	return folder_merge(making->fd, &making->manifest, &making->options, err);
}

static void end(struct making *making)
{
	strmap_free(&making->known);
	strlist_free(&making->notes);
	manifest_free(&making->manifest);
	close(making->fd);
}

static void what_is_new_is_added_and_what_is_equal_stays(void **state)
{
	struct making making;
	struct error err;
	struct stat before, after;

	(void)state;
	begin(&making);
	workshop_folder("tree/d");
	scratch_write("tree/d/same", "text");
	assert_int_equal(chmod("tree/d", 0750), 0);
	assert_int_equal(stat("tree/d/same", &before), 0);
	workshop_text(&making.manifest, "/d/same", "text", RULE_ASKED);
	workshop_text(&making.manifest, "/d/e/new", "new", RULE_ASKED);
	assert_int_equal(merge(&making, &err), 0);
	scratch_expect("tree/d/e/new", "new");
	assert_int_equal(stat("tree/d/same", &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(stat("tree/d", &after), 0);
	assert_int_equal(after.st_mode & 07777, 0750); /* somebody else's */
	assert_int_equal(stat("tree/d/e", &after), 0);
	assert_int_equal(after.st_mode & 07777, 0755);
	assert_int_equal(after.st_mtim.tv_sec, 5);
	assert_int_equal(scratch_count("tree"), 1);
	end(&making);
}

static void a_conflict_changes_nothing(void **state)
{
	struct making making;
	struct error err;

	(void)state;
	begin(&making);
	scratch_write("tree/z", "theirs");
	workshop_text(&making.manifest, "/a", "new", RULE_ASKED);
	workshop_text(&making.manifest, "/z", "ours", RULE_ASKED);
	assert_int_equal(merge(&making, &err), -EEXIST);
	assert_non_null(
		strstr(err.text, "/z is in the folder already, and is not the same"));
	scratch_expect("tree/z", "theirs");
	assert_int_equal(scratch_count("tree"), 1);
	making.options.replace = true;
	assert_int_equal(merge(&making, &err), 0);
	scratch_expect("tree/z", "ours");
	end(&making);
}

static void what_was_ours_may_be_replaced(void **state)
{
	struct making making;
	struct error err;

	(void)state;
	begin(&making);
	scratch_write("tree/z", "old");
	assert_int_equal(strmap_put(&making.known, "/z", &making, &err), 0);
	workshop_text(&making.manifest, "/z", "new", RULE_BASE);
	assert_int_equal(merge(&making, &err), 0);
	scratch_expect("tree/z", "new");
	end(&making);
}

static void a_symlink_in_the_tree_leads_nowhere(void **state)
{
	struct making making;
	struct error err;

	(void)state;
	begin(&making);
	workshop_folder("outside");
	assert_int_equal(symlink("../outside", "tree/d"), 0);
	workshop_text(&making.manifest, "/d/f", "text", RULE_ASKED);
	assert_true(merge(&making, &err) < 0);
	making.options.replace = true;
	assert_true(merge(&making, &err) < 0);
	assert_int_equal(scratch_count("outside"), 0);
	assert_int_equal(scratch_count("tree"), 1);
	end(&making);
}

static void hard_links_are_made_with_what_is_there(void **state)
{
	struct making making;
	struct error err;
	struct stat a, b;
	struct entry file = {.path = "/a",
			     .type = ENTRY_FILE,
			     .mode = 0644,
			     .origin = ORIGIN_TEXT,
			     .text = "text",
			     .size = 4,
			     .device = 1,
			     .inode = 1,
			     .reason = {.rule = RULE_ASKED}};

	(void)state;
	begin(&making);
	scratch_write("tree/a", "text");
	assert_int_equal(manifest_add(&making.manifest, &file, &err), 0);
	file.path = "/b";
	assert_int_equal(manifest_add(&making.manifest, &file, &err), 0);
	assert_int_equal(merge(&making, &err), 0);
	assert_int_equal(stat("tree/a", &a), 0);
	assert_int_equal(stat("tree/b", &b), 0);
	assert_int_equal(a.st_ino, b.st_ino);
	end(&making);
}

static void a_renewed_tree_loses_what_it_had_and_gets_modes(void **state)
{
	struct making making;
	struct error err;
	struct stat st;

	(void)state;
	begin(&making);
	making.options.renew = true;
	workshop_folder("tree/d");
	scratch_write("tree/d/old", "text");
	scratch_write("tree/d/mine", "text");
	scratch_write("tree/d/same", "text");
	assert_int_equal(chmod("tree/d/same", 0600), 0);
	assert_int_equal(chmod("tree/d", 0750), 0);
	assert_int_equal(strmap_put(&making.known, "/d/old", "", &err), 0);
	assert_int_equal(strmap_put(&making.known, "/d/same", "", &err), 0);
	workshop_text(&making.manifest, "/d/same", "text", RULE_ASKED);
	assert_int_equal(merge(&making, &err), 0);
	assert_int_equal(scratch_count("tree/d"), 2);
	scratch_expect("tree/d/mine", "text");
	assert_int_equal(stat("tree/d/same", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(stat("tree/d", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
	assert_int_equal(st.st_mtim.tv_sec, 5);
	end(&making);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_renewed_tree_loses_what_it_had_and_gets_modes),
		scratch_test(what_is_new_is_added_and_what_is_equal_stays),
		scratch_test(a_conflict_changes_nothing),
		scratch_test(what_was_ours_may_be_replaced),
		scratch_test(a_symlink_in_the_tree_leads_nowhere),
		scratch_test(hard_links_are_made_with_what_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
