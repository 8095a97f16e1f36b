/* SPDX-License-Identifier: MIT */
/* Tests of builder/differences: what compare found, in words. */
#include "workshop.h"

#include "builder/differences.h"

static struct entry file = {.path = "/a\n",
			    .type = ENTRY_FILE,
			    .mode = 0644,
			    .size = 3,
			    .origin = ORIGIN_TEXT};
static struct entry link_there = {
	.path = "/l", .type = ENTRY_LINK, .target = "x", .mode = 0777};
static struct entry link_here = {
	.path = "/l", .type = ENTRY_LINK, .target = "y", .mode = 0777};
static struct entry changed = {
	.path = "/l", .type = ENTRY_FILE, .mode = 0600, .uid = 5, .gid = 6};

static struct compare_item items[] = {
	{.b = &file},
	{.a = &file},
	{.a = &link_there, .b = &link_here, .changes = COMPARE_TARGET},
	{.a = &file,
	 .b = &changed,
	 .changes = COMPARE_MODE | COMPARE_OWNER | COMPARE_CONTENT},
};

static const struct compare all = {
	.items = items, .count = 4, .added = 1, .removed = 1, .changed = 2};

static void each_is_a_line(void **state)
{
	char text[1024] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	differences_print(&all, out);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, "+ /a\\x0a\n"
				  "- /a\\x0a\n"
				  "~ /l\ttarget x -> y\n"
				  "~ /a\\x0a\tmode 0644 -> 0600, "
				  "owner 0:0 -> 5:6, content\n"
				  "1 added, 1 removed, 2 changed\n");
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void json_has_both_sides(void **state)
{
	json_t *root = json_object();
	struct error err = {0};

	(void)state;
	assert_int_equal(differences_set(root, &all, &err), 0);
	assert_int_equal(json_integer_value(json_object_get(root, "changed")), 2);
	const json_t *paths = json_object_get(root, "paths");
	assert_int_equal(json_array_size(paths), 4);
	const json_t *item = json_array_get(paths, 0);
	assert_string_equal(text_of(item, "change"), "added");
	assert_null(json_object_get(item, "a"));
	assert_string_equal(text_of(json_object_get(item, "b"), "type"), "file");
	item = json_array_get(paths, 3);
	assert_int_equal(json_array_size(json_object_get(item, "aspects")), 3);
	assert_string_equal(text_of(json_object_get(item, "b"), "mode"), "0600");
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_a_line),
		cmocka_unit_test(json_has_both_sides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
