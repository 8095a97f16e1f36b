/* SPDX-License-Identifier: MIT */
/* Tests of builder/verifyorigin: who needs a /proc. */
#include "clinic.h"

#include "builder/verifyelf.h"

static const char interp[] = "/lib64/ld-linux-x86-64.so.2";

static void check(struct clinic *clinic, struct elfmaker program)
{
	struct error err;

	program.interp = interp;
	program.needs[0] = "libx.so";
	clinic_elf("/bin/a", program);
	clinic_elf("/lib64/libx.so", (struct elfmaker){.soname = "libx.so"});
	clinic_elf(interp, (struct elfmaker){.soname = "ld-linux-x86-64.so.2"});
	clinic_open(clinic);
	assert_int_equal(verifyelf_run(&clinic->checkup, &err), 0);
}

static void a_program_that_finds_libraries_by_origin_needs_proc(void **state)
{
	struct clinic clinic;

	(void)state;
	check(&clinic, (struct elfmaker){.runpath = "$ORIGIN/../lib64"});
	const struct finding *finding = clinic_expect(&clinic, "/bin/a", "needs /proc");
	assert_int_equal(finding->severity, SEVERITY_WARNING);
	assert_string_equal(finding->problem, "proc");
	clinic_close(&clinic);
}

static void braces_count_too(void **state)
{
	struct clinic clinic;

	(void)state;
	check(&clinic, (struct elfmaker){.rpath = "${ORIGIN}/../lib64"});
	clinic_expect(&clinic, "/bin/a", "needs /proc");
	clinic_close(&clinic);
}

static void a_path_that_finds_nothing_or_is_fixed_does_not(void **state)
{
	struct clinic clinic;

	(void)state;
	check(&clinic, (struct elfmaker){.runpath = "$ORIGIN/nowhere"});
	assert_int_equal(clinic.findings.count, 0);
	clinic_close(&clinic);
	check(&clinic, (struct elfmaker){.runpath = "/lib64"});
	assert_int_equal(clinic.findings.count, 0);
	clinic_close(&clinic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_program_that_finds_libraries_by_origin_needs_proc),
		scratch_test(braces_count_too),
		scratch_test(a_path_that_finds_nothing_or_is_fixed_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
