/* SPDX-License-Identifier: MIT */
/* Tests of builder/verifydigests: files that are not what was recorded. */
#include "clinic.h"

#include "builder/verifydigests.h"

#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define FILE_ABC(path) \
	"{\"path\":\"" path "\",\"reason\":{\"rule\":\"asked\"},\"sha256\":\"" ABC "\"}"
#define RECORD(recipe)                     \
	"{\"schema\":1,\"recipe\":" recipe \
	",\"files\":[" FILE_ABC("/same") "," FILE_ABC("/other") "]}"

static void names_what_has_other_bytes(void **state)
{
	struct clinic clinic;
	struct error err;

	(void)state;
	clinic_file("/.jail/manifest.json", RECORD("{\"digests\":true}"), 0644);
	clinic_file("/same", "abc", 0644);
	clinic_file("/other", "abd", 0644);
	clinic_file("/unrecorded", "abd", 0644);
	clinic_open(&clinic);
	assert_int_equal(verifydigests_run(&clinic.checkup, &err), 0);
	assert_int_equal(clinic.findings.count, 1);
	assert_int_equal(clinic.findings.counts[SEVERITY_ERROR], 1);
	assert_string_equal(clinic_expect(&clinic, "/other", "sha256 differs")->problem,
			    "changed");
	clinic_close(&clinic);
}

static void leaves_images_without_digests_alone(void **state)
{
	struct clinic clinic;
	struct error err;

	(void)state;
	clinic_file("/.jail/manifest.json", RECORD("{}"), 0644);
	clinic_file("/other", "abd", 0644);
	clinic_open(&clinic);
	assert_int_equal(verifydigests_run(&clinic.checkup, &err), 0);
	assert_int_equal(clinic.findings.count, 0);
	clinic_close(&clinic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(names_what_has_other_bytes),
		scratch_test(leaves_images_without_digests_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
