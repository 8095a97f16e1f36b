/* SPDX-License-Identifier: MIT */
/*
 * check: whole trees, in which one thing is wrong. tests/fixtures/7* asks the loader the same.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>

#include "resolving.h"
#include "symbolmaker.h"

static void check_path(const char *path, const char *const *expected)
{
	_cleanup_elfdeps_ struct elfdeps *resolver = open_resolver(
		(struct elfdeps_options){0});
	struct elfdeps_closure closure = resolve(resolver, path);
	struct elfdeps_problems problems;
	struct error err = {0};
	size_t count = 0;

	if (elfdeps_check(resolver, &closure, &problems, &err) < 0)
		fail_msg("%s", err.text);
	for (; expected[count]; count++) {
		char line[512];

		assert_true(count < problems.count);
		snprintf(line, sizeof(line), "%s%s: %s: %s",
			 problems.items[count].failure ? "" : "note: ",
			 elfdeps_problem_name(problems.items[count].kind),
			 problems.items[count].object, problems.items[count].text);
		assert_string_equal(line, expected[count]);
	}
	assert_int_equal(problems.count, count);
}

#define expect(path, ...) check_path(path, (const char *const[]){__VA_ARGS__, NULL})
#define expect_nothing(path) check_path(path, (const char *const[]){NULL})

static const char interp[] = "/lib/ld.so";

/* prog wants f of version V1 of liba.so, and data without a version. */
static struct symbolmaker make_prog(void)
{
	return (struct symbolmaker){
		.elf = {.interp = interp, .needs = {"liba.so"}},
		.symbols = {{.name = "f", .versym = 2, .reloc = BY_CALL},
			    {.name = "data", .versym = 1, .reloc = BY_DATA}},
		.needs = {{"V1", "liba.so", 2, 0}},
	};
}

static struct symbolmaker make_lib(void)
{
	return (struct symbolmaker){
		.elf = {.soname = "liba.so"},
		.symbols = {{.name = "f", .defined = true, .versym = 2},
			    {.name = "data", .defined = true, .versym = 1}},
		.definitions = {{"liba.so", NULL, 1, VER_FLG_BASE}, {"V1", NULL, 2, 0}},
	};
}

static void setup(const struct symbolmaker *prog, const struct symbolmaker *lib)
{
	symbolmaker_file("root/lib/ld.so",
			 (struct symbolmaker){.elf = {.soname = "ld.so"}});
	symbolmaker_file("root/bin/prog", *prog);
	symbolmaker_file("root/lib/liba.so", *lib);
}

static void nothing_is_wrong_with_what_fits_in_every_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct symbolmaker prog = make_prog(), lib = make_lib();
		struct elfmaker ld = symbolmaker_kinds[i];

		prog.elf.class = lib.elf.class = ld.class;
		prog.elf.data = lib.elf.data = ld.data;
		setup(&prog, &lib);
		symbolmaker_file("root/lib/ld.so", (struct symbolmaker){.elf = ld});
		expect_nothing("/bin/prog");
	}
}

static void a_missing_version_is_said_once(void **state)
{
	struct symbolmaker prog = make_prog(), lib = make_lib();

	(void)state;
	prog.needs[0].version = "V9";
	setup(&prog, &lib);
	expect("/bin/prog", "version: /bin/prog: version V9 of liba.so is not defined in "
			    "/lib/liba.so");
}

static void a_weak_version_may_be_missing_its_symbol_not(void **state)
{
	struct symbolmaker prog = make_prog(), lib = make_lib();

	(void)state;
	prog.needs[0] = (struct symbolmaker_version){"V9", "liba.so", 2, VER_FLG_WEAK};
	setup(&prog, &lib);
	expect("/bin/prog",
	       "symbol: /bin/prog: undefined symbol f, version V9 of liba.so "
	       "(when called)");
	prog.symbols[0].weak = true;
	setup(&prog, &lib);
	expect_nothing("/bin/prog");
}

static void a_file_that_defines_no_versions_has_all(void **state)
{
	struct symbolmaker prog = make_prog(), lib = make_lib();

	(void)state;
	lib.definitions[0].version = NULL;
	lib.needs[0] = (struct symbolmaker_version){"V", "ld.so", 5, VER_FLG_WEAK};
	lib.elf.needs[0] = "ld.so";
	lib.symbols[0].versym = 1;
	setup(&prog, &lib);
	expect_nothing("/bin/prog");
	/* Without any version at all, glibc's lookup ends in an assertion. */
	lib.needs[0].version = NULL;
	setup(&prog, &lib);
	expect("/bin/prog",
	       "symbol: /bin/prog: symbol f, version V1 of liba.so, which has "
	       "no versions: the loader aborts (when called)");
}

static void versions_of_a_file_that_nobody_asked_for_abort(void **state)
{
	struct symbolmaker prog = make_prog(), lib = make_lib();

	(void)state;
	prog.needs[0].file = "libold.so";
	setup(&prog, &lib);
	expect("/bin/prog",
	       "provider: /bin/prog: asks for version V1 of libold.so, which "
	       "nothing loads by that name: the loader aborts");
}

static void an_undefined_symbol_fails_at_the_start_or_when_called(void **state)
{
	struct symbolmaker prog = make_prog(), lib = make_lib();

	(void)state;
	lib.symbols[0].name = "g";
	lib.symbols[1].name = "other";
	setup(&prog, &lib);
	expect("/bin/prog",
	       "symbol: /bin/prog: undefined symbol f, version V1 of liba.so (when "
	       "called)",
	       "symbol: /bin/prog: undefined symbol data (at start)");
	prog.bind_now = true;
	setup(&prog, &lib);
	expect("/bin/prog",
	       "symbol: /bin/prog: undefined symbol f, version V1 of liba.so (at start)",
	       "symbol: /bin/prog: undefined symbol data (at start)");
}

static void a_copy_is_not_found_in_the_program_itself(void **state)
{
	struct symbolmaker prog = make_prog(), lib = make_lib();

	(void)state;
	prog.symbols[1].defined = true;
	prog.symbols[1].reloc = BY_COPY;
	setup(&prog, &lib);
	expect_nothing("/bin/prog");
	lib.symbols[1].name = "other";
	setup(&prog, &lib);
	expect("/bin/prog", "symbol: /bin/prog: undefined symbol data (at start)");
}

static void a_library_may_leave_symbols_to_its_program(void **state)
{
	struct symbolmaker prog = make_prog(), lib = make_lib();

	(void)state;
	prog.elf.interp = NULL;
	lib.symbols[0].name = "g";
	lib.symbols[1].name = "other";
	setup(&prog, &lib);
	expect("/bin/prog",
	       "symbol: /bin/prog: undefined symbol f, version V1 of liba.so (when "
	       "called)",
	       "note: symbol: /bin/prog: undefined symbol data (of the program that "
	       "loads "
	       "it)");
}

static void what_a_missing_library_may_have_is_not_undefined(void **state)
{
	struct symbolmaker prog = make_prog(), lib = make_lib();

	(void)state;
	prog.elf.needs[1] = "libgone.so";
	lib.symbols[0].name = "g";
	lib.symbols[1].name = "other";
	setup(&prog, &lib);
	expect("/bin/prog", "missing: /bin/prog: needs libgone.so, which is not found",
	       "symbol: /bin/prog: undefined symbol f, version V1 of liba.so (when "
	       "called)");
}

static void a_missing_library_may_be_there_of_another_class(void **state)
{
	struct symbolmaker prog = make_prog(), lib = make_lib();

	(void)state;
	lib.elf.class = ELFCLASS32;
	setup(&prog, &lib);
	expect("/bin/prog", "missing: /bin/prog: needs liba.so, which is not found "
			    "(/lib/liba.so is of another class or machine)");
}

static void musl_knows_no_versions_and_binds_at_the_start(void **state)
{
	struct symbolmaker prog = make_prog(), lib = make_lib();

	(void)state;
	prog.elf.interp = "/lib/ld-musl-x86_64.so.1";
	prog.needs[0].version = "V9";
	lib.symbols[1].name = "other";
	setup(&prog, &lib);
	symbolmaker_file("root/lib/ld-musl-x86_64.so.1", (struct symbolmaker){0});
	expect("/bin/prog", "symbol: /bin/prog: undefined symbol data (at start)");
	lib.symbols[0].name = "g";
	setup(&prog, &lib);
	expect("/bin/prog", "symbol: /bin/prog: undefined symbol f (at start)",
	       "symbol: /bin/prog: undefined symbol data (at start)");
}

static void a_damaged_table_is_a_problem(void **state)
{
	struct symbolmaker prog = make_prog(), lib = make_lib();
	unsigned char bytes[SYMBOLMAKER_SIZE];

	(void)state;
	setup(&prog, &lib);
	symbolmaker_make(&lib, bytes);
	elfmaker_put(bytes + SYMBOLMAKER_HASH, 4, false, UINT32_MAX);
	elfmaker_save("root/lib/liba.so", bytes, sizeof(bytes));
	expect("/bin/prog", "malformed: /lib/liba.so: its hash table is cut",
	       "symbol: /bin/prog: undefined symbol f, version V1 of liba.so (when "
	       "called)",
	       "symbol: /bin/prog: undefined symbol data (at start)");
}

static void scripts_and_what_has_no_symbols_are_checked_too(void **state)
{
	struct symbolmaker prog = make_prog(), lib = make_lib();

	(void)state;
	lib.symbols[1].name = "other";
	setup(&prog, &lib);
	elfmaker_save("root/bin/script", "#!/bin/prog\n", 12);
	expect("/bin/script", "symbol: /bin/prog: undefined symbol data (at start)");
	elfmaker_save("root/bin/lost", "#!/bin/gone\n", 12);
	expect("/bin/lost", "missing: /bin/lost: needs /bin/gone, which is not found");
	elfmaker_file("root/bin/static", (struct elfmaker){.is_static = true});
	expect_nothing("/bin/static");
	prog.elf.interp = "/lib/none.so";
	symbolmaker_file("root/bin/prog", prog);
	expect("/bin/prog", "missing: /bin/prog: needs /lib/none.so, which is not found");
}

static void an_entry_of_the_cache_that_was_passed_over_is_told(void **state)
{
	const struct elfdeps_cache_entry entries[] = {
		{"liba.so", "/opt/small.so", EM_X86_64, ELFCLASS64, ELFDATA2LSB}};
	struct symbolmaker prog = make_prog(), lib = make_lib();
	char *bytes = NULL;
	size_t size = 0;

	(void)state;
	setup(&prog, &lib);
	elfmaker_file("root/opt/small.so", (struct elfmaker){.class = ELFCLASS32});
	assert_int_equal(elfdeps_cache_write(entries, 1, &bytes, &size, NULL), 0);
	elfmaker_save("root/etc/ld.so.cache", bytes, size);
	free(bytes);
	expect("/bin/prog",
	       "note: cache: /bin/prog: ld.so.cache leads liba.so to /opt/small.so (of "
	       "another class or machine), and the loader goes on");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(nothing_is_wrong_with_what_fits_in_every_kind),
		scratch_test(a_missing_version_is_said_once),
		scratch_test(a_weak_version_may_be_missing_its_symbol_not),
		scratch_test(a_file_that_defines_no_versions_has_all),
		scratch_test(versions_of_a_file_that_nobody_asked_for_abort),
		scratch_test(an_undefined_symbol_fails_at_the_start_or_when_called),
		scratch_test(a_copy_is_not_found_in_the_program_itself),
		scratch_test(a_library_may_leave_symbols_to_its_program),
		scratch_test(what_a_missing_library_may_have_is_not_undefined),
		scratch_test(a_missing_library_may_be_there_of_another_class),
		scratch_test(musl_knows_no_versions_and_binds_at_the_start),
		scratch_test(a_damaged_table_is_a_problem),
		scratch_test(scripts_and_what_has_no_symbols_are_checked_too),
		scratch_test(an_entry_of_the_cache_that_was_passed_over_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
