/* SPDX-License-Identifier: MIT */
/* Tests of builder/view: images opened to be looked at. */
#include "workshop.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "builder/tarball.h"
#include "builder/view.h"

static const char record[] = "{\"schema\":1,\"recipe\":{},\"files\":["
			     "{\"path\":\"/d/f\",\"reason\":{\"rule\":\"asked\"}}]}";

static void make_tar(const char *path, const char *text)
{
	const struct tarball_options options = {0};
	struct content content = {.image_fd = -1};
	_cleanup_manifest_ struct manifest manifest = {.content = &content};
	struct error err;

	workshop_text(&manifest, "/d/f", text, RULE_ASKED);
	workshop_text(&manifest, RECORD_PATH, record, RULE_RECORD);
	assert_int_equal(manifest_finish(&manifest, &err), 0);
	int fd = scratch_open(path, O_RDWR | O_CREAT);
	assert_int_equal(tarball_write(fd, &manifest, &options, &err), 0);
	close(fd);
}

static void an_archive_shows_names_reasons_and_bytes(void **state)
{
	const struct entry same = {
		.path = "/x", .origin = ORIGIN_TEXT, .text = "text", .size = 4};
	_cleanup_view_ struct view view = VIEW_NONE;
	struct error err = {0};

	(void)state;
	make_tar("a.tar", "text");
	assert_int_equal(setenv("TMPDIR", ".", 1), 0);
	assert_int_equal(view_open("a.tar", NULL, VIEW_BYTES, &view, &err), 0);
	assert_int_equal(scratch_count("."), 1); /* the spool has no name */
	struct content content = view_content(&view);
	const struct entry *file = workshop_expect(&view.manifest, "/d/f", RULE_ASKED);
	assert_int_equal(content_equal(&content, &same, file, &err), 1);
	assert_int_equal(manifest_find(&view.manifest, RECORD_PATH)->size,
			 strlen(record));
	assert_int_equal(view_need_record(&view, &err), 0);
	assert_true(view.has_owners);
}

static void a_folder_shows_what_its_record_does_not_tell(void **state)
{
	_cleanup_view_ struct view view = VIEW_NONE;
	struct error err = {0};

	(void)state;
	workshop_folder("top");
	scratch_write("top/file", "text");
	assert_int_equal(view_open("top", NULL, VIEW_NAMES, &view, &err), 0);
	workshop_expect(&view.manifest, "/file", RULE_FOUND);
	assert_int_equal(view_need_record(&view, &err), -ENODATA);
	assert_non_null(strstr(err.text, "top has no record"));
	assert_int_equal(view.has_owners, getuid() == 0);
}

static void errors_name_the_image(void **state)
{
	struct view view;
	struct error err = {0};

	(void)state;
	assert_int_equal(view_open("no.tar", NULL, VIEW_NAMES, &view, &err), -ENOENT);
	assert_non_null(strstr(err.text, "no.tar"));
	scratch_write("bad.tar", "text, long enough to be no archive at all");
	assert_int_equal(view_open("bad.tar", NULL, VIEW_BYTES, &view, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "bad.tar"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(an_archive_shows_names_reasons_and_bytes),
		scratch_test(a_folder_shows_what_its_record_does_not_tell),
		scratch_test(errors_name_the_image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
