/* SPDX-License-Identifier: MIT */
/* Tests of builder/format: what a name means. */
#include "workshop.h"

#include "builder/format.h"

static void expect(const char *path, const char *name, enum format_kind kind,
		   enum compression compression)
{
	struct format format;
	struct error err = {0};

	assert_int_equal(format_choose(path, name, &format, &err), 0);
	assert_int_equal(format.kind, kind);
	assert_int_equal(format.compression, compression);
}

static void the_ending_tells(void **state)
{
	(void)state;
	expect("a.tar", NULL, FORMAT_TAR, COMPRESS_NONE);
	expect("d/a.b.tar.gz", NULL, FORMAT_TAR, COMPRESS_GZIP);
	expect("a.tgz", NULL, FORMAT_TAR, COMPRESS_GZIP);
	expect("a.tar.zst", NULL, FORMAT_TAR, COMPRESS_ZSTD);
	expect("a.tar.xz", NULL, FORMAT_TAR, COMPRESS_XZ);
	expect("a.cpio", NULL, FORMAT_TAR, COMPRESS_NONE);
	expect("a.cpio.zst", NULL, FORMAT_TAR, COMPRESS_ZSTD);
	expect("new/", NULL, FORMAT_FOLDER, COMPRESS_NONE);
}

static void an_existing_folder_is_one_whatever_its_name(void **state)
{
	(void)state;
	workshop_folder("a.tar");
	expect("a.tar", NULL, FORMAT_FOLDER, COMPRESS_NONE);
	expect("a.tar", "tar.xz", FORMAT_TAR, COMPRESS_XZ);
	expect("new", "dir", FORMAT_FOLDER, COMPRESS_NONE);
}

static void the_unknown_is_refused_with_what_is_known(void **state)
{
	static const char *const unknown[] = {"a",     ".tar", "a.oci.tar",
					      "a.zip", "tar",  ""};
	struct format format;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_int_equal(format_choose(unknown[i], NULL, &format, &err), -EINVAL);
	assert_int_equal(format_choose("a.tar", "iso", &format, &err), -EINVAL);
	assert_non_null(strstr(err.hint, "tar.zst"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(the_ending_tells),
		scratch_test(an_existing_folder_is_one_whatever_its_name),
		scratch_test(the_unknown_is_refused_with_what_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
