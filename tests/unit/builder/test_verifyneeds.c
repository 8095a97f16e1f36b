/* SPDX-License-Identifier: MIT */
/* Tests of builder/verifyneeds: the table held against an image. */
#include "clinic.h"

#include "builder/verifyneeds.h"

static void check(struct clinic *clinic)
{
	struct error err;

	assert_int_equal(verifyneeds_run(&clinic->checkup, &err), 0);
}

static void each_python_needs_its_own_library(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_file("/usr/lib/python3.9/os.py", "", 0644);
	clinic_open(&clinic);
	clinic_use(&clinic, "/usr/bin/python3.11", "libc.so.6");
	clinic_use(&clinic, "/usr/bin/python3.9", "libc.so.6");
	check(&clinic);
	assert_int_equal(clinic.findings.count, 1);
	const struct finding *finding = clinic_expect(&clinic, "/usr/bin/python3.11",
						      "standard library");
	assert_int_equal(finding->severity, SEVERITY_ERROR);
	assert_string_equal(finding->problem, "stdlib");
	assert_string_equal(finding->fix, "jailbuild add /usr/lib/python3.11 -o image");
	clinic_close(&clinic);
}

static void a_library_s_need_names_the_first_program(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_file("/x", "", 0644);
	clinic_open(&clinic);
	clinic_use(&clinic, "/usr/bin/curl", "libssl.so.3");
	clinic_use(&clinic, "/usr/bin/wget", "libgnutls.so.30");
	clinic_use(&clinic, "/usr/bin/convert", "libMagickCore-6.Q16.so.6");
	check(&clinic);
	assert_int_equal(clinic.findings.count, 2);
	const struct finding *finding = clinic_expect(&clinic, "/usr/bin/curl",
						      "loads libssl.so.3: ");
	assert_int_equal(finding->severity, SEVERITY_WARNING);
	finding = clinic_expect(&clinic, "/usr/bin/convert", "coders");
	assert_string_equal(finding->fix,
			    "jailbuild add /usr/lib/x86_64-linux-gnu/ImageMagick-* "
			    "-o image");
	clinic_close(&clinic);
}

static void what_is_there_is_found_behind_symlinks_too(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_file("/usr/lib/file/magic.mgc", "", 0644);
	clinic_file("/usr/share/terminfo/d/dumb", "", 0644);
	clinic_link("/etc/ssl/certs/ca-certificates.crt", "../../../pem");
	clinic_file("/pem", "", 0644);
	clinic_open(&clinic);
	clinic_use(&clinic, "/usr/bin/file", "libmagic.so.1");
	clinic_use(&clinic, "/usr/bin/curl", "libssl.so.3");
	clinic_use(&clinic, "/usr/bin/nano", "libncursesw.so.6");
	check(&clinic);
	assert_int_equal(clinic.findings.count, 0);
	clinic_close(&clinic);
}

static void a_dangling_link_is_not_there(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_link("/usr/share/misc/magic.mgc", "../../lib/file/magic.mgc");
	clinic_open(&clinic);
	clinic_use(&clinic, "/usr/bin/file", "libmagic.so.1");
	check(&clinic);
	clinic_expect(&clinic, "/usr/bin/file", "magic.mgc");
	clinic_close(&clinic);
}

static void the_stricter_of_two_needs_is_said_alone(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_file("/x", "", 0644);
	clinic_open(&clinic);
	clinic_use(&clinic, "/usr/bin/bash", "libtinfo.so.6");
	clinic_use(&clinic, "/usr/bin/mc", "libncursesw.so.6");
	check(&clinic);
	assert_int_equal(clinic.findings.count, 1);
	const struct finding *finding = clinic_expect(&clinic, "/usr/bin/mc", "terminfo");
	assert_int_equal(finding->severity, SEVERITY_ERROR);
	assert_string_equal(finding->fix, "jailbuild add /usr/bin/mc -o image");
	clinic_close(&clinic);
}

static void a_hostile_name_is_no_pattern(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_file("/y", "", 0644);
	clinic_open(&clinic);
	clinic_use(&clinic, "/*(*(*(*(*(*(*(*(a))))))))/bin/java", "libz.so.1");
	check(&clinic);
	assert_int_equal(clinic.findings.count, 1);
	clinic_close(&clinic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(each_python_needs_its_own_library),
		scratch_test(a_library_s_need_names_the_first_program),
		scratch_test(what_is_there_is_found_behind_symlinks_too),
		scratch_test(a_dangling_link_is_not_there),
		scratch_test(the_stricter_of_two_needs_is_said_alone),
		scratch_test(a_hostile_name_is_no_pattern),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
