/* SPDX-License-Identifier: MIT */
/* Tests of builder/content: which bytes an entry has, and whether two have the same. */
#include "workshop.h"

static const struct entry one = {
	.path = "/one", .type = ENTRY_FILE, .origin = ORIGIN_ROOT, .source = "/one"};

static void opens_the_bytes_of_each_origin(void **state)
{
	struct workshop shop;
	struct content_stream stream;
	struct entry inside = {
		.path = "/in", .origin = ORIGIN_IMAGE, .offset = 3, .size = 4};
	char found[8] = "";
	struct error err;

	(void)state;
	workshop_folder("root");
	scratch_write("root/one", "one");
	scratch_write("image", "abcdefgh");
	workshop_open(&shop, "root");
	shop.content.image_fd = scratch_open("image", O_RDONLY);
	assert_int_equal(content_open(&shop.content, &one, &stream, &err), 0);
	assert_int_equal(stream.size, 3);
	content_close(&stream);
	assert_int_equal(content_open(&shop.content, &inside, &stream, &err), 0);
	assert_int_equal(read(stream.fd, found, stream.size), 4);
	assert_string_equal(found, "defg");
	content_close(&stream);
	close(shop.content.image_fd);
	workshop_close(&shop);
}

static void compares_by_bytes_whatever_the_origin(void **state)
{
	struct workshop shop;
	struct entry text = {
		.path = "/t", .origin = ORIGIN_TEXT, .text = "one", .size = 3};
	struct error err;

	(void)state;
	workshop_folder("root");
	scratch_write("root/one", "one");
	workshop_open(&shop, "root");
	assert_int_equal(content_equal(&shop.content, &one, &text, &err), 1);
	text.text = "two";
	assert_int_equal(content_equal(&shop.content, &one, &text, &err), 0);
	text.size = 2;
	assert_int_equal(content_equal(&shop.content, &one, &text, &err), 0);
	workshop_close(&shop);
}

static void refuses_what_is_no_file_any_more(void **state)
{
	struct workshop shop;
	struct content_stream stream;
	struct error err;

	(void)state;
	workshop_folder("root");
	assert_int_equal(mkfifo("root/one", 0600), 0);
	workshop_open(&shop, "root");
	assert_int_equal(content_open(&shop.content, &one, &stream, &err), -EINVAL);
	assert_non_null(strstr(err.text, "/one is no regular file any more"));
	assert_int_equal(unlink("root/one"), 0);
	assert_int_equal(content_open(&shop.content, &one, &stream, &err), -ENOENT);
	workshop_close(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(opens_the_bytes_of_each_origin),
		scratch_test(compares_by_bytes_whatever_the_origin),
		scratch_test(refuses_what_is_no_file_any_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
