/* SPDX-License-Identifier: MIT */
/* Tests of reach: one closed folder on the way is enough. */
#include "tests/unit/unit.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/reach.h"
#include "tests/unit/common/scratch.h"

/* Everything between here and / is open for the time of the test, or the test lies below a closed one. */
static bool is_below_closed(void)
{
	return !reach_is_open(".");
}

static void a_closed_folder_closes_all_below(void **state)
{
	(void)state;
	assert_int_equal(chmod(".", 0755), 0);
	assert_int_equal(mkdir("a", 0755), 0);
	assert_int_equal(mkdir("a/b", 0755), 0);
	assert_int_equal(mkdir("a/b/c", 0755), 0);
	bool closed = is_below_closed();
	assert_int_equal(reach_is_open("a/b/c"), !closed);
	assert_int_equal(chmod("a", 0700), 0);
	assert_false(reach_is_open("a/b/c"));
	assert_false(reach_is_open("a"));
	assert_int_equal(chmod("a", 0711), 0);
	assert_int_equal(reach_is_open("a/b/c"), !closed);
	assert_int_equal(chmod("a/b/c", 0750), 0);
	assert_false(reach_is_open("a/b/c"));
}

static void a_link_is_as_open_as_what_it_leads_to(void **state)
{
	(void)state;
	assert_int_equal(chmod(".", 0755), 0);
	assert_int_equal(mkdir("closed", 0700), 0);
	assert_int_equal(mkdir("closed/inner", 0755), 0);
	assert_int_equal(symlink("closed/inner", "link"), 0);
	assert_false(reach_is_open("link"));
}

static void the_root_folder_is_open(void **state)
{
	(void)state;
	assert_true(reach_is_open("/"));
	assert_true(reach_is_open("/usr"));
}

static void what_cannot_be_told_counts_as_open(void **state)
{
	(void)state;
	assert_true(reach_is_open("no/such/folder"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_closed_folder_closes_all_below),
		scratch_test(a_link_is_as_open_as_what_it_leads_to),
		scratch_test(the_root_folder_is_open),
		scratch_test(what_cannot_be_told_counts_as_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
