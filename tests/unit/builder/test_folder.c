/* SPDX-License-Identifier: MIT */
/* Tests of builder/folder: a manifest as a new tree. */
#include "workshop.h"

#include "builder/folder.h"

struct making {
	struct strlist notes;
	struct strmap known;
	struct folder_options options;
	struct content content;
	struct manifest manifest;
};

static void begin(struct making *making)
{
	*making = (struct making){.content = {.image_fd = -1}};
	making->options = (struct folder_options){
		.epoch = 5, .known = &making->known, .notes = &making->notes};
	making->manifest.content = &making->content;
}

static void end(struct making *making)
{
	strlist_free(&making->notes);
	manifest_free(&making->manifest);
}

static void it_appears_whole_with_modes_and_times(void **state)
{
	struct making making;
	struct stat st;
	struct error err;

	(void)state;
	begin(&making);
	workshop_text(&making.manifest, "/d/f", "text", RULE_ASKED);
	assert_int_equal(workshop_add(&making.manifest, "/d/l", ENTRY_LINK, "f", &err),
			 0);
	assert_int_equal(manifest_finish(&making.manifest, &err), 0);
	assert_int_equal(folder_create("new//", &making.manifest, &making.options, &err),
			 0);
	scratch_expect("new/d/l", "text");
	assert_int_equal(stat("new/d", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(st.st_mtim.tv_sec, 5);
	assert_int_equal(stat("new", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(st.st_mtim.tv_sec, 5);
	assert_int_equal(scratch_count("."), 1);
	assert_int_equal(folder_create("new", &making.manifest, &making.options, &err),
			 -EEXIST);
	assert_int_equal(scratch_count("."), 1);
	end(&making);
}

static void a_source_that_is_gone_leaves_nothing(void **state)
{
	struct sysroot host = {.fd = -1};
	struct making making;
	struct error err;
	const struct entry gone = {.path = "/z",
				   .type = ENTRY_FILE,
				   .origin = ORIGIN_ROOT,
				   .source = "/no/such/file",
				   .reason = {.rule = RULE_ASKED}};

	(void)state;
	begin(&making);
	making.content.root = &host;
	workshop_text(&making.manifest, "/d/f", "text", RULE_ASKED);
	assert_int_equal(manifest_add(&making.manifest, &gone, &err), 0);
	assert_int_equal(manifest_finish(&making.manifest, &err), 0);
	assert_int_equal(folder_create("new", &making.manifest, &making.options, &err),
			 -ENOENT);
	assert_int_equal(scratch_count("."), 0);
	end(&making);
}

static void a_folder_that_forbids_writing_is_filled_first(void **state)
{
	struct making making;
	struct error err;
	const struct entry closed = {.path = "/d",
				     .type = ENTRY_FOLDER,
				     .mode = 0555,
				     .origin = ORIGIN_TEXT,
				     .reason = {.rule = RULE_ASKED}};

	(void)state;
	begin(&making);
	assert_int_equal(manifest_add(&making.manifest, &closed, &err), 0);
	workshop_text(&making.manifest, "/d/f", "text", RULE_ASKED);
	assert_int_equal(manifest_finish(&making.manifest, &err), 0);
	assert_int_equal(folder_create("new", &making.manifest, &making.options, &err),
			 0);
	scratch_expect("new/d/f", "text");
	assert_int_equal(chmod("new/d", 0755), 0); /* so that it can be removed */
	end(&making);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(it_appears_whole_with_modes_and_times),
		scratch_test(a_source_that_is_gone_leaves_nothing),
		scratch_test(a_folder_that_forbids_writing_is_filled_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
