/* SPDX-License-Identifier: MIT */
/* Tests of builder/verifymodes: mode bits. */
#include "clinic.h"

#include "builder/verifymodes.h"

static void warns_of_what_anybody_may_change_and_of_set_ids(void **state)
{
	struct clinic clinic;
	struct error err;

	(void)state;
	clinic_file("/open", "", 0666);
	clinic_file("/su", "", 04755);
	clinic_file("/wall", "", 02755);
	clinic_file("/locked", "", 02644); /* a lock, not a right */
	clinic_file("/fine", "", 0755);
	clinic_file("/tmp/x", "", 0644);
	clinic_file("/w/x", "", 0644);
	clinic_file("/dev/x", "", 0666);
	assert_int_equal(chmod("image/tmp", 01777), 0);
	assert_int_equal(chmod("image/w", 0777), 0);
	clinic_open(&clinic);
	assert_int_equal(verifymodes_run(&clinic.checkup, &err), 0);
	assert_int_equal(clinic.findings.count, 4);
	assert_int_equal(clinic.findings.counts[SEVERITY_WARNING], 4);
	assert_string_equal(clinic_expect(&clinic, "/open", "world-writable")->problem,
			    "world-writable");
	clinic_expect(&clinic, "/w", "without the sticky bit");
	assert_string_equal(clinic_expect(&clinic, "/su", "set-uid")->problem, "setuid");
	assert_string_equal(clinic_expect(&clinic, "/wall", "set-gid")->problem,
			    "setgid");
	clinic_close(&clinic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(warns_of_what_anybody_may_change_and_of_set_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
