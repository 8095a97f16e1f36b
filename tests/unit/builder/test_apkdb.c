/* SPDX-License-Identifier: MIT */
/* Tests of builder/apkdb: apk's list of what is installed. */
#include "workshop.h"

#include "builder/apkdb.h"

static char heard[4096];

static int hear(void *data, const struct apkdb_item *item, struct error *err)
{
	size_t used = strlen(heard);

	(void)err;
	snprintf(heard + used, sizeof(heard) - used, "%s %s %s %s\n", item->package,
		 item->version, item->arch, item->path ? item->path : "-");
	return data && item->path && !strcmp(item->path, data) ? -EINTR : 0;
}

static int read_text(const char *text, const char *stop)
{
	struct error err;
	union {
		const char *text;
		void *data;
	} last = {.text = stop};

	heard[0] = '\0';
	scratch_write("installed", text);
	int fd = scratch_open("installed", O_RDONLY);
	int r = apkdb_read(fd, hear, last.data, &err);
	close(fd);
	return r;
}

static const char *const two =
	"C:Q1=\nP:a\nV:1-r0\nA:x86_64\nF:\nR:top\nF:usr/bin\nM:0:0:1777\n"
	"R:x\nZ:Q1=\n\n\nP:b\nV:2\nA:noarch\n";

static void says_each_file_and_each_package(void **state)
{
	(void)state;
	assert_int_equal(read_text(two, NULL), 0);
	assert_string_equal(heard, "a 1-r0 x86_64 /top\na 1-r0 x86_64 /usr/bin/x\n"
				   "a 1-r0 x86_64 -\nb 2 noarch -\n");
}

static void ends_when_it_is_told_to(void **state)
{
	(void)state;
	assert_int_equal(read_text(two, "/top"), -EINTR);
	assert_string_equal(heard, "a 1-r0 x86_64 /top\n");
}

static void skips_what_it_does_not_understand(void **state)
{
	(void)state;
	assert_int_equal(read_text("", NULL), 0);
	assert_int_equal(
		read_text("R:x\nF:y\nR:z\n\nP:a\nR:q\nV:1\n\nP\n:\nP:\n\n\x80\n", NULL),
		0);
	assert_string_equal(heard, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(says_each_file_and_each_package),
		scratch_test(ends_when_it_is_told_to),
		scratch_test(skips_what_it_does_not_understand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
