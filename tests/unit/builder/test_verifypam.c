/* SPDX-License-Identifier: MIT */
/* Tests of builder/verifypam: services and their modules. */
#include "clinic.h"

#include "builder/verifypam.h"

static void check(struct clinic *clinic, const char *library)
{
	struct error err;

	clinic_open(clinic);
	clinic_use(clinic, "/usr/bin/login", library);
	assert_int_equal(verifypam_run(&clinic->checkup, &err), 0);
}

static void modules_and_included_services_must_be_there(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_file("/etc/pam.d/login",
		    "# auth required pam_comment.so\n"
		    "auth [success=1 default=ignore] pam_here.so nullok\n"
		    "auth required pam_gone.so\n"
		    "-session optional pam_optional.so\n"
		    "account required /opt/pam_far.so\n"
		    "@include common-auth\n"
		    "session include other\n"
		    "session substack login\n"
		    "session required ../pam_here.so\n"
		    "broken\n",
		    0644);
	clinic_file("/lib/security/pam_here.so", "", 0644);
	check(&clinic, "libpam.so.0");
	assert_int_equal(clinic.findings.counts[SEVERITY_ERROR], 4);
	const struct finding *finding = clinic_expect(&clinic, "/etc/pam.d/login",
						      "module pam_gone.so");
	assert_string_equal(finding->problem, "pam");
	assert_string_equal(finding->fix,
			    "jailbuild add /lib/x86_64-linux-gnu/security/pam_gone.so "
			    "-o image");
	clinic_expect(&clinic, "/etc/pam.d/login", "/opt/pam_far.so");
	clinic_expect(&clinic, "/etc/pam.d/login", "/etc/pam.d/common-auth");
	clinic_expect(&clinic, "/etc/pam.d/login", "/etc/pam.d/other");
	clinic_close(&clinic);
}

static void without_services_nobody_gets_in(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_file("/x", "", 0644);
	check(&clinic, "libpam.so.0");
	assert_string_equal(clinic_expect(&clinic, "/usr/bin/login", "/etc/pam.d")->fix,
			    "jailbuild add /etc/pam.d -o image");
	clinic_close(&clinic);
}

static void without_pam_nothing_is_asked(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_file("/etc/pam.d/login", "auth required pam_gone.so\n", 0644);
	check(&clinic, "libc.so.6");
	assert_int_equal(clinic.findings.count, 0);
	clinic_close(&clinic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(modules_and_included_services_must_be_there),
		scratch_test(without_services_nobody_gets_in),
		scratch_test(without_pam_nothing_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
