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

static int give_text(void *data, struct error *err)
{
	const struct reason reason = {.rule = RULE_RECORD};

	/* Everything else is there already, under a name of its own. */
	assert_int_equal(scratch_count("."), 1);
	return manifest_add_text(data, RECORD_PATH, "late", &reason, err);
}

static int refuse_text(void *data, struct error *err)
{
	(void)data;
	return error_set(err, ENOMEM, "no text");
}

static void the_record_gets_its_text_last(void **state)
{
	struct making making;
	struct error err;

	(void)state;
	begin(&making);
	making.options.complete = give_text;
	making.options.data = &making.manifest;
	workshop_text(&making.manifest, RECORD_PATH, "", RULE_RECORD);
	workshop_text(&making.manifest, "/z", "text", RULE_ASKED);
	assert_int_equal(manifest_finish(&making.manifest, &err), 0);
	assert_int_equal(folder_create("new", &making.manifest, &making.options, &err),
			 0);
	scratch_expect("new" RECORD_PATH, "late");
	scratch_expect("new/z", "text");
	end(&making);
}

static void a_record_without_a_text_leaves_nothing(void **state)
{
	struct making making;
	struct error err;

	(void)state;
	begin(&making);
	making.options.complete = refuse_text;
	workshop_text(&making.manifest, RECORD_PATH, "", RULE_RECORD);
	assert_int_equal(manifest_finish(&making.manifest, &err), 0);
	assert_int_equal(folder_create("new", &making.manifest, &making.options, &err),
			 -ENOMEM);
	assert_int_equal(scratch_count("."), 0);
	end(&making);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(it_appears_whole_with_modes_and_times),
		scratch_test(a_source_that_is_gone_leaves_nothing),
		scratch_test(a_folder_that_forbids_writing_is_filled_first),
		scratch_test(the_record_gets_its_text_last),
		scratch_test(a_record_without_a_text_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
