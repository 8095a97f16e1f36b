/* SPDX-License-Identifier: MIT */
/* Tests of builder/verifylinks: where symlinks lead. */
#include "clinic.h"

#include "builder/verifylinks.h"

static void check(struct clinic *clinic)
{
	struct error err;

	clinic_open(clinic);
	assert_int_equal(verifylinks_run(&clinic->checkup, &err), 0);
}

static void what_leads_nowhere_is_worse_among_commands_and_libraries(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_link("/usr/bin/tool", "../lib/tool");
	clinic_link("/usr/lib/libx.so.1", "libx.so.1.2");
	clinic_link("/usr/share/doc", "/nowhere");
	clinic_link("/usr/share/chain", "doc");
	check(&clinic);
	assert_int_equal(clinic.findings.count, 4);
	const struct finding *finding = clinic_expect(&clinic, "/usr/bin/tool",
						      "leads to /usr/lib/tool, which");
	assert_int_equal(finding->severity, SEVERITY_ERROR);
	assert_string_equal(finding->problem, "dangling");
	assert_string_equal(finding->fix, "jailbuild add /usr/lib/tool -o image");
	finding = clinic_expect(&clinic, "/usr/lib/libx.so.1", "libx.so.1.2");
	assert_int_equal(finding->severity, SEVERITY_ERROR);
	finding = clinic_expect(&clinic, "/usr/share/doc", "points at /nowhere");
	assert_int_equal(finding->severity, SEVERITY_WARNING);
	clinic_expect(&clinic, "/usr/share/chain", "to doc leads to /nowhere");
	clinic_close(&clinic);
}

static void circles_are_errors(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_link("/a", "b");
	clinic_link("/b", "a");
	clinic_link("/self", "self/x");
	check(&clinic);
	assert_int_equal(clinic.findings.counts[SEVERITY_ERROR], 3);
	assert_string_equal(clinic_expect(&clinic, "/a", "circle")->problem, "loop");
	clinic_close(&clinic);
}

static void what_a_running_jail_has_is_fine(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_link("/etc/mtab", "../proc/self/mounts");
	clinic_link("/etc/resolv.conf", "/run/resolv.conf");
	clinic_link("/etc/again", "resolv.conf");
	clinic_link("/dev/stdin", "nothing");
	clinic_file("/file", "", 0644);
	clinic_link("/good", "/../file");
	check(&clinic);
	assert_int_equal(clinic.findings.count, 0);
	clinic_close(&clinic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(what_leads_nowhere_is_worse_among_commands_and_libraries),
		scratch_test(circles_are_errors),
		scratch_test(what_a_running_jail_has_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
