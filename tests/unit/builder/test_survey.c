/* SPDX-License-Identifier: MIT */
/* Tests of builder/survey: a tar and a folder, looked at in the same way. */
#include "workshop.h"

#include "builder/survey.h"
#include "builder/tarball.h"

static void make_folder(void)
{
	workshop_folder("image");
	workshop_folder("image/d");
	workshop_script("image/d/run", "#!/bin/sh\n");
	assert_int_equal(symlink("d/run", "image/link"), 0);
	assert_int_equal(symlink("nowhere", "image/dead"), 0);
}

static void make_tar(const char *name, enum compression compression)
{
	const struct tarball_options options = {.compression = compression};
	struct content content = {.image_fd = -1};
	struct manifest manifest = {.content = &content};
	struct error err;

	workshop_text(&manifest, "/d/run", "#!/bin/sh\n", RULE_ASKED);
	assert_int_equal(workshop_add(&manifest, "/link", ENTRY_LINK, "d/run", &err), 0);
	assert_int_equal(workshop_add(&manifest, "/dead", ENTRY_LINK, "nowhere", &err),
			 0);
	assert_int_equal(manifest_finish(&manifest, &err), 0);
	int fd = scratch_open(name, O_RDWR | O_CREAT | O_TRUNC);
	assert_int_equal(tarball_write(fd, &manifest, &options, &err), 0);
	close(fd);
	manifest_free(&manifest);
}

static void look(const struct format *image)
{
	_cleanup_findings_ struct findings findings = {0};
	_cleanup_survey_ struct survey survey = SURVEY_NONE;
	char head[4] = "", *text = NULL;
	struct error err;

	assert_int_equal(survey_open(&survey, image, &findings, &err), 0);
	assert_int_equal(survey.manifest.count, 4);
	assert_true(survey_has(&survey, "/link"));
	assert_false(survey_has(&survey, "/dead"));
	assert_int_equal(
		survey_peek(&survey, manifest_find(&survey.manifest, "/d/run"), head, 3),
		3);
	assert_string_equal(head, "#!/");
	assert_int_equal(survey_text(&survey, "/link", 100, &text, &err), 0);
	assert_string_equal(text, "#!/bin/sh\n");
	free(text);
	assert_int_equal(survey_text(&survey, "/link", 5, &text, &err), 0);
	assert_null(text);
	assert_int_equal(survey_text(&survey, "/d", 100, &text, &err), 0);
	assert_null(text);
	assert_int_equal(findings.count, 0);
}

static void a_folder_and_a_tar_look_alike(void **state)
{
	(void)state;
	make_folder();
	make_tar("a.tar", COMPRESS_NONE);
	make_tar("a.tar.gz", COMPRESS_GZIP);
	look(&(struct format){.path = "image", .kind = FORMAT_FOLDER});
	look(&(struct format){.path = "a.tar", .kind = FORMAT_TAR});
	look(&(struct format){.path = "a.tar.gz", .kind = FORMAT_TAR});
}

static void memory_serves_where_nothing_can_be_written(void **state)
{
	(void)state;
	make_tar("a.tar", COMPRESS_NONE);
	assert_int_equal(setenv("TMPDIR", "/nowhere", 1), 0);
	look(&(struct format){.path = "a.tar", .kind = FORMAT_TAR});
	assert_int_equal(unsetenv("TMPDIR"), 0);
}

static void what_is_no_image_is_an_error(void **state)
{
	_cleanup_findings_ struct findings findings = {0};
	_cleanup_survey_ struct survey survey = SURVEY_NONE;
	struct error err = {0};

	(void)state;
	scratch_write("a.tar", "no archive at all");
	assert_int_equal(
		survey_open(&survey,
			    &(struct format){.path = "a.tar", .kind = FORMAT_TAR},
			    &findings, &err),
		-EBADMSG);
	assert_non_null(strstr(err.text, "a.tar"));
}

static void a_file_below_a_symlink_is_an_error(void **state)
{
	_cleanup_findings_ struct findings findings = {0};
	_cleanup_survey_ struct survey survey = SURVEY_NONE;
	const struct tarball_options options = {0};
	struct content content = {.image_fd = -1};
	_cleanup_manifest_ struct manifest manifest = {.content = &content};
	struct error err = {0};

	(void)state;
	assert_int_equal(workshop_add(&manifest, "/b", ENTRY_LINK, "usr", &err), 0);
	workshop_text(&manifest, "/b/x", "", RULE_ASKED);
	int fd = scratch_open("a.tar", O_RDWR | O_CREAT | O_TRUNC);
	assert_int_equal(tarball_write(fd, &manifest, &options, &err), 0);
	close(fd);
	assert_int_equal(
		survey_open(&survey,
			    &(struct format){.path = "a.tar", .kind = FORMAT_TAR},
			    &findings, &err),
		-ENOTDIR);
	assert_non_null(strstr(err.text, "/b/x would lie below /b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_folder_and_a_tar_look_alike),
		scratch_test(memory_serves_where_nothing_can_be_written),
		scratch_test(what_is_no_image_is_an_error),
		scratch_test(a_file_below_a_symlink_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
