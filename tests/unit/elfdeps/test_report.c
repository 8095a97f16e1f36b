/* SPDX-License-Identifier: MIT */
/*
 * report: the texts, letter by letter.
 */
#include "tests/unit/unit.h"

#include "elfdeps/report.h"
#include "printed.h"

static void print_tree(const void *data)
{
	assert_int_equal(report_tree(data, NULL), 0);
}

static void the_tree_shows_each_object_once_below_its_finder(void **state)
{
	struct elfdeps_closure closure = printed_closure();
	char *text = printed(print_tree, &closure, NULL);

	(void)state;
	assert_string_equal(
		text, "/bin/prog\n"
		      "    /lib/ld.so [interpreter]\n"
		      "    li\\x1ba.so => /lib/li\\x1ba.so [runpath: /lib]\n"
		      "        lib\"b\\xff.so => /lib/lib\"b\\xff.so [ld.so.cache]\n"
		      "            li\\x1ba.so => /lib/li\\x1ba.so [loaded] *\n"
		      "        ld.so => /lib/ld.so [loaded]\n"
		      "    libgone.so => not found\n");
	free(text);
}

/* Every object needs all others twice, itself and the file at the top too: as paths they would be n!
 * lines, or without an end. */
static void the_tree_of_a_dense_graph_has_as_many_lines_as_edges(void **state)
{
	enum { COUNT = 30 };
	static struct elfdeps_object objects[COUNT];
	static struct elfdeps_edge edges[COUNT][2 * COUNT];
	static char paths[COUNT][8];
	struct elfdeps_object *list[COUNT];
	struct elfdeps_closure closure = {.objects = list, .count = COUNT};
	size_t lines = 0;

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		snprintf(paths[i], sizeof(paths[i]), "/%zu", i);
		list[i] = &objects[i];
		objects[i] = (struct elfdeps_object){
			.path = paths[i], .edges = edges[i], .edge_count = 2 * COUNT};
		for (size_t j = 0; j < 2 * COUNT; j++)
			edges[i][j] = (struct elfdeps_edge){
				.name = paths[j % COUNT],
				.object = &objects[j % COUNT],
				.rule = ELFDEPS_RULE_RPATH,
				.detail = "/",
			};
	}
	char *text = printed(print_tree, &closure, NULL);
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	assert_int_equal(lines, 1 + COUNT * 2 * COUNT);
	free(text);
}

static void print_ldd(const void *data)
{
	assert_int_equal(report_ldd(data, NULL), 0);
}

static void ldds_text_is_in_load_order_with_what_is_missing_in_its_place(void **state)
{
	struct elfdeps_closure closure = printed_closure();
	char *text = printed(print_ldd, &closure, NULL);

	(void)state;
	assert_string_equal(
		text, "\tli\\x1ba.so => /lib/li\\x1ba.so (0x0000000000000000)\n"
		      "\tlibgone.so => not found\n"
		      "\tlib\"b\\xff.so => /lib/lib\"b\\xff.so (0x0000000000000000)\n"
		      "\t/lib/ld.so (0x0000000000000000)\n");
	free(text);
	closure.count = 1;
	closure.missing = 0;
	printed_objects[0].edge_count = 0;
	text = printed(print_ldd, &closure, NULL);
	assert_string_equal(text, "\tstatically linked\n");
	free(text);
}

static void print_list(const void *data)
{
	struct report_list list;
	struct elfdeps_closure closure = printed_closure();

	memcpy(&list, data, sizeof(list));
	assert_int_equal(report_list(&list, &closure, NULL), 0);
	assert_int_equal(report_list(&list, &closure, NULL), 0);
	report_list_free(&list);
}

static void a_list_has_each_path_once_over_all_files(void **state)
{
	struct report_list list = {0};
	char *text = printed(print_list, &list, NULL);

	(void)state;
	assert_string_equal(
		text, "/bin/prog\n/lib/li\\x1ba.so\n/lib/lib\"b\\xff.so\n/lib/ld.so\n");
	free(text);
}

static void only_the_list_with_nul_bytes_is_raw(void **state)
{
	static const char expected[] =
		"/bin/prog\0/lib/li\033a.so\0/lib/lib\"b\377.so\0/lib/ld.so";
	struct report_list list = {.zero = true};
	size_t size;
	char *text = printed(print_list, &list, &size);

	(void)state;
	assert_int_equal(size, sizeof(expected));
	assert_memory_equal(text, expected, size);
	free(text);
}

static void print_links(const void *data)
{
	static struct elfdeps_object object = {.path = "/lib/a.so"};
	static struct elfdeps_object *objects[] = {&object};
	struct elfdeps_closure closure = {.objects = objects, .count = 1};
	_cleanup_report_list_ struct report_list list = {.root = data, .links = true};
	struct error err = {0};

	if (report_list(&list, &closure, &err) < 0)
		fail_msg("%s", err.text);
}

static void links_are_listed_with_all_that_they_pass(void **state)
{
	_cleanup_sysroot_ struct sysroot root;

	(void)state;
	assert_int_equal(mkdir("root", 0755) + mkdir("root/usr", 0755) +
				 mkdir("root/usr/lib", 0755),
			 0);
	assert_int_equal(symlink("usr/lib", "root/lib"), 0);
	assert_int_equal(symlink("/lib/b.so", "root/usr/lib/a.so"), 0);
	assert_int_equal(symlink("c.so", "root/usr/lib/b.so"), 0);
	scratch_write("root/usr/lib/c.so", "x");
	assert_int_equal(sysroot_open("root", &root, NULL), 0);
	char *text = printed(print_links, &root, NULL);
	assert_string_equal(
		text, "/lib/a.so\n/lib\n/usr/lib/a.so\n/usr/lib/b.so\n/usr/lib/c.so\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(the_tree_shows_each_object_once_below_its_finder),
		scratch_test(the_tree_of_a_dense_graph_has_as_many_lines_as_edges),
		scratch_test(
			ldds_text_is_in_load_order_with_what_is_missing_in_its_place),
		scratch_test(a_list_has_each_path_once_over_all_files),
		scratch_test(only_the_list_with_nul_bytes_is_raw),
		scratch_test(links_are_listed_with_all_that_they_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
