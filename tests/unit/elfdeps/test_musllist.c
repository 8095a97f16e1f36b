/* SPDX-License-Identifier: MIT */
/*
 * musllist: the text of musl's ldd, letter by letter.
 */
#include "tests/unit/unit.h"

#include "elfdeps/musllist.h"
#include "printed.h"

#define LOADER "/lib/ld-musl-x86_64.so.1"

static void print_list(const void *data)
{
	const struct elfdeps_closure *closure = data;

	assert_int_equal(musllist_print(closure, musllist_find_loader(closure), NULL), 0);
}

static void each_object_stands_at_its_first_need(void **state)
{
	static struct elfdeps_object loader = {.path = LOADER},
				     library = {.path = "/lib/li\033a.so"},
				     program = {.path = "/bin/prog"};
	static struct elfdeps_edge edges[] = {
		{.name = LOADER, .rule = ELFDEPS_RULE_INTERP, .object = &loader},
		{.name = "li\033a.so", .rule = ELFDEPS_RULE_RUNPATH, .object = &library},
		{.name = "libgone.so", .rule = ELFDEPS_RULE_MISSING},
		{.name = "libm.so.6", .rule = ELFDEPS_RULE_LOADED, .object = &loader},
		{.name = "libm.so", .rule = ELFDEPS_RULE_LOADED, .object = &loader},
		{.name = "/opt/x.so", .rule = ELFDEPS_RULE_LOADED, .object = &loader},
		{.name = LOADER, .rule = ELFDEPS_RULE_LOADED, .object = &loader},
		{.name = "li\033a.so", .rule = ELFDEPS_RULE_LOADED, .object = &library},
	};
	struct elfdeps_object *objects[] = {&program, &library, &loader};
	struct elfdeps_closure closure = {.objects = objects, .count = 3, .missing = 1};

	(void)state;
	program.edges = edges;
	program.edge_count = 4;
	library.edges = edges + 4;
	library.edge_count = 4;
	char *text = printed(print_list, &closure, NULL);
	assert_string_equal(text,
			    "\t" LOADER " (0x0000000000000000)\n"
			    "\tli\\x1ba.so => /lib/li\\x1ba.so (0x0000000000000000)\n"
			    "\tlibgone.so => not found\n"
			    "\tlibm.so.6 => " LOADER " (0x0000000000000000)\n"
			    "\tlibc.so => " LOADER " (0x0000000000000000)\n");
	free(text);
}

static void a_closure_of_glibc_has_no_loader_of_musl(void **state)
{
	struct elfdeps_closure closure = printed_closure();

	(void)state;
	assert_null(musllist_find_loader(&closure));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_object_stands_at_its_first_need),
		cmocka_unit_test(a_closure_of_glibc_has_no_loader_of_musl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
