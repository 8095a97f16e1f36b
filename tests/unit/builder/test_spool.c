/* SPDX-License-Identifier: MIT */
/* Tests of builder/spool: the bytes are at hand, and nothing is left lying about. */
#include "workshop.h"

#include <stdlib.h>

#include "builder/spool.h"
#include "builder/tarball.h"

static void make_image(void)
{
	const struct tarball_options options = {0};
	_cleanup_manifest_ struct manifest manifest = {0};
	struct content content = {.image_fd = -1};
	struct error err;

	manifest.content = &content;
	workshop_text(&manifest, "/file", "text", RULE_ASKED);
	assert_int_equal(manifest_finish(&manifest, &err), 0);
	int fd = open("x.tar", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	assert_int_equal(tarball_write(fd, &manifest, &options, &err), 0);
	close(fd);
}

static void expect_bytes(void)
{
	_cleanup_previous_ struct previous previous = PREVIOUS_NONE;
	_cleanup_manifest_ struct manifest manifest = {0};
	struct content content = {.image_fd = -1};
	struct format image;
	struct error err;
	char bytes[5] = "";

	assert_int_equal(format_choose("x.tar", NULL, &image, &err), 0);
	assert_int_equal(spool_load(&image, &previous, &err), 0);
	assert_int_equal(previous_show(&previous, &manifest, &err), 0);
	previous_content(&previous, &content);
	_cleanup_content_ struct content_stream stream = CONTENT_NONE;
	assert_int_equal(
		content_open(&content, manifest_find(&manifest, "/file"), &stream, &err),
		0);
	assert_int_equal(read(stream.fd, bytes, 4), 4);
	assert_string_equal(bytes, "text");
}

static void an_archive_comes_with_its_bytes(void **state)
{
	(void)state;
	make_image();
	workshop_folder("tmp");
	setenv("TMPDIR", "tmp", 1);
	expect_bytes();
	/* It never had a name: the folder can go. */
	assert_int_equal(rmdir("tmp"), 0);
	setenv("TMPDIR", "none", 1);
	expect_bytes();
	unsetenv("TMPDIR");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(an_archive_comes_with_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
