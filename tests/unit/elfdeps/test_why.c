/* SPDX-License-Identifier: MIT */
/*
 * why: what is told of each search, and its two forms.
 */
#include "tests/unit/unit.h"

#include "elfdeps/why.h"
#include "printed.h"
#include "resolving.h"

static void print_why(const void *why)
{
	why_print(why);
}

static void expect_text(const struct why *why, const char *expected)
{
	char *text = printed(print_why, why, NULL);

	assert_string_equal(text, expected);
	free(text);
}

static void make(void)
{
	make_tree();
	elfmaker_file("root/bin/prog",
		      (struct elfmaker){.interp = "/lib/ld.so",
					.needs = {"liba.so", "libb.so", "libgo\033.so"},
					.runpath = "/opt:rel"});
	elfmaker_file("root/lib/liba.so", (struct elfmaker){.needs = {"libb.so"}});
	elfmaker_file("root/opt/libb.so", (struct elfmaker){.class = ELFCLASS32});
}

static void ask(struct why *why)
{
	struct elfdeps *resolver = open_resolver(
		(struct elfdeps_options){.trace = why_trace(why)});

	resolve(resolver, "/bin/prog");
	elfdeps_free(resolver);
	assert_false(why->failed);
}

static void tells_each_place_and_who_asks(void **state)
{
	struct why why = {.name = "libb.so"};

	(void)state;
	make();
	ask(&why);
	assert_true(why_is_needed(&why));
	assert_int_equal(why.places[0].verdict, ELFDEPS_SKIPPED);
	assert_int_equal(why.places[0].rule, ELFDEPS_RULE_RPATH);
	assert_string_equal(why.places[1].path, "/opt/libb.so");
	assert_string_equal(why.places[1].reason, "of another class");
	assert_string_equal(why.places[2].path, "rel/libb.so");
	assert_int_equal(why.places[3].rule, ELFDEPS_RULE_CACHE);
	assert_int_equal(why.places[3].verdict, ELFDEPS_ABSENT);
	assert_string_equal(why.places[why.count - 2].path, "/lib/libb.so");
	assert_int_equal(why.places[why.count - 2].verdict, ELFDEPS_FOUND);
	assert_string_equal(why.places[why.count - 1].by, "/lib/liba.so");
	assert_int_equal(why.places[why.count - 1].rule, ELFDEPS_RULE_LOADED);
	why_free(&why);
}

static void the_text_escapes_what_a_file_says(void **state)
{
	struct why why = {.name = "libgo\033.so"};

	(void)state;
	make();
	ask(&why);
	why.count = 2;
	expect_text(
		&why,
		"libgo\\x1b.so, needed by /bin/prog:\n"
		"    [rpath] passed over: ruled out by DT_RUNPATH of the one that asks\n"
		"    [runpath] /opt/libgo\\x1b.so: not there\n");
	why_free(&why);
}

static void json_has_one_search_for_each_who_needs_it(void **state)
{
	struct why why = {.name = "libb.so"};
	json_t *file = json_object(), *searches;

	(void)state;
	make();
	ask(&why);
	assert_int_equal(why_json_add(&why, file, NULL), 0);
	searches = json_object_get(file, "why");
	assert_int_equal(json_array_size(searches), 2);
	for (size_t i = 0; i < 2; i++)
		assert_string_equal(json_string_value(json_object_get(
					    json_array_get(searches, i), "found")),
				    "/lib/libb.so");
	json_decref(file);
	why_free(&why);
}

static void what_nobody_needs_has_no_places(void **state)
{
	struct why why = {.name = "libnone.so"};

	(void)state;
	make();
	ask(&why);
	assert_false(why_is_needed(&why));
	expect_text(&why, "");
	why_clear(&why);
	why_free(&why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(tells_each_place_and_who_asks),
		scratch_test(the_text_escapes_what_a_file_says),
		scratch_test(json_has_one_search_for_each_who_needs_it),
		scratch_test(what_nobody_needs_has_no_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
