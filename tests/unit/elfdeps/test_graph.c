/* SPDX-License-Identifier: MIT */
/*
 * graph: JSON that any reader takes, and the dot language.
 */
#include "tests/unit/unit.h"

#include <errno.h>

#include "elfdeps/graph.h"
#include "printed.h"

static void print_json(const void *data)
{
	assert_int_equal(graph_json_print(data, NULL), 0);
}

static json_t *member(json_t *object, const char *name)
{
	json_t *value = json_object_get(object, name);

	assert_non_null(value);
	return value;
}

/* Prints and reads back: what a reader sees. */
static json_t *make_document(void)
{
	struct elfdeps_closure closure = printed_closure();
	struct error failure = {.code = ENOEXEC, .text = "/x: not an ELF file"};
	json_t *document = graph_json(NULL);

	assert_non_null(document);
	assert_int_equal(graph_json_add(document, "prog\n", &closure, NULL, NULL), 0);
	assert_int_equal(graph_json_add(document, "/x", NULL, &failure, NULL), 0);
	char *text = printed(print_json, document, NULL);
	json_decref(document);
	document = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	free(text);
	assert_non_null(document);
	return document;
}

static void json_has_every_object_and_every_edge(void **state)
{
	json_t *document = make_document();
	json_t *file = json_array_get(member(document, "files"), 0);
	json_t *objects = member(file, "objects");
	json_t *edges = member(json_array_get(objects, 0), "edges");

	(void)state;
	assert_int_equal(json_integer_value(member(document, "schema")), 1);
	assert_string_equal(json_string_value(member(file, "file")), "prog\n");
	assert_string_equal(json_string_value(member(file, "status")), "missing");
	assert_int_equal(json_integer_value(member(file, "missing")), 1);
	assert_true(json_is_null(member(file, "error")));
	assert_int_equal(json_array_size(objects), 4);
	assert_int_equal(json_array_size(edges), 3);
	json_t *edge = json_array_get(edges, 1);
	assert_string_equal(json_string_value(member(edge, "path")), "/lib/li\033a.so");
	assert_string_equal(json_string_value(member(edge, "rule")), "runpath");
	assert_string_equal(json_string_value(member(edge, "detail")), "/lib");
	assert_true(json_is_null(member(json_array_get(edges, 2), "path")));
	/* Not UTF-8: escaped, for JSON has no bytes. */
	assert_string_equal(json_string_value(member(json_array_get(objects, 2), "path")),
			    "/lib/lib\"b\\xff.so");
	json_decref(document);
}

static void json_tells_of_a_file_that_failed(void **state)
{
	json_t *document = make_document();
	json_t *file = json_array_get(member(document, "files"), 1);

	(void)state;
	assert_string_equal(json_string_value(member(file, "status")), "failed");
	assert_string_equal(json_string_value(member(member(file, "error"), "text")),
			    "/x: not an ELF file");
	assert_true(json_is_null(member(member(file, "error"), "hint")));
	assert_int_equal(json_array_size(member(file, "objects")), 0);
	json_decref(document);
}

static void print_dot(const void *data)
{
	struct strmap seen = {0};

	graph_dot_begin();
	assert_int_equal(graph_dot(data, &seen, NULL), 0);
	assert_int_equal(graph_dot(data, &seen, NULL), 0);
	graph_dot_end();
	strmap_free(&seen);
}

static void dot_draws_each_object_once_and_escapes_names(void **state)
{
	struct elfdeps_closure closure = printed_closure();
	char *text = printed(print_dot, &closure, NULL);

	(void)state;
	assert_string_equal(
		text, "digraph elfdeps {\n\trankdir=LR;\n\tnode [shape=box];\n"
		      "\t\"/bin/prog\";\n"
		      "\t\"/bin/prog\" -> \"/lib/ld.so\" [label=\"interpreter\"];\n"
		      "\t\"/bin/prog\" -> \"/lib/li\\\\x1ba.so\" [label=\"runpath\"];\n"
		      "\t\"libgone.so\" [color=red, style=dashed];\n"
		      "\t\"/bin/prog\" -> \"libgone.so\" [label=\"not found\"];\n"
		      "\t\"/lib/li\\\\x1ba.so\";\n"
		      "\t\"/lib/li\\\\x1ba.so\" -> \"/lib/lib\\\"b\\\\xff.so\" "
		      "[label=\"ld.so.cache\"];\n"
		      "\t\"/lib/li\\\\x1ba.so\" -> \"/lib/ld.so\" [label=\"loaded\"];\n"
		      "\t\"/lib/lib\\\"b\\\\xff.so\";\n"
		      "\t\"/lib/lib\\\"b\\\\xff.so\" -> \"/lib/li\\\\x1ba.so\" "
		      "[label=\"loaded\"];\n"
		      "\t\"/lib/ld.so\";\n"
		      "}\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(json_has_every_object_and_every_edge),
		scratch_test(json_tells_of_a_file_that_failed),
		scratch_test(dot_draws_each_object_once_and_escapes_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
