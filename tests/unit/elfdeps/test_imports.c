/* SPDX-License-Identifier: MIT */
/*
 * imports: which symbols a file wants; the host's own programs, as the compiler made them.
 */
#include "tests/unit/unit.h"

#include <errno.h>

#include "elfdeps/elfdeps.h"

static int imports(const char *path, const char *first, const char *second)
{
	_cleanup_elfdeps_ struct elfdeps *resolver = NULL;
	const char *names[] = {first, second, NULL};
	struct error err = {0};

	assert_int_equal(elfdeps_new(NULL, &resolver, &err), 0);
	int r = elfdeps_imports(resolver, path, names, &err);
	/* The same when asked again. */
	assert_int_equal(elfdeps_imports(resolver, path, names, &err), r);
	return r;
}

static void finds_what_a_program_calls(void **state)
{
	(void)state;
	assert_int_equal(imports("/usr/bin/env", "setlocale", NULL), 1);
	assert_int_equal(imports("/usr/bin/env", "no_such_call", "setlocale"), 1);
	assert_int_equal(imports("/usr/bin/env", "no_such_call", NULL), 0);
	/* A prefix is another name. */
	assert_int_equal(imports("/usr/bin/env", "setlocal", "setlocale2"), 0);
}

static void what_is_no_elf_file_imports_nothing(void **state)
{
	(void)state;
	assert_int_equal(imports("/etc/passwd", "setlocale", NULL), 0);
	assert_int_equal(imports("/", "setlocale", NULL), 0);
	assert_int_equal(imports("/none", "setlocale", NULL), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_a_program_calls),
		cmocka_unit_test(what_is_no_elf_file_imports_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
