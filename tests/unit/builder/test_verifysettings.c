/* SPDX-License-Identifier: MIT */
/* Tests of builder/verifysettings: how an image wants to be run. */
#include "clinic.h"

#include "builder/verifysettings.h"

static void check(struct clinic *clinic, const char *settings)
{
	char record[2000];
	struct error err;

	snprintf(
		record, sizeof(record),
		"{\"schema\":1,\"files\":[],\"libraries\":[],\"recipe\":{\"operands\":[],"
		"\"rules\":true,\"settings\":{%s}}}",
		settings);
	clinic_file("/.jail/manifest.json", record, 0644);
	clinic_file("/usr/bin/tool", "", 0755);
	clinic_file("/srv/tool2", "", 0755);
	clinic_file("/etc/passwd", "root:x:0:0::/:\nweb:x:1:1::/:\n", 0644);
	clinic_open(clinic);
	assert_int_equal(verifysettings_run(&clinic->checkup, &err), 0);
}

static void what_is_there_is_fine(void **state)
{
	static const char *const good[] = {
		"",
		"\"entrypoint\":[\"tool\"],\"cmd\":[\"nothing\"],\"user\":\"web:gone\"",
		"\"cmd\":[\"/usr/bin/tool\"],\"user\":\"1234\"",
		"\"cmd\":[\"./tool2\"],\"workdir\":\"/srv\",\"user\":\"root\"",
		"\"cmd\":[\"tool2\"],\"env\":[\"PATH=/none:/srv\"]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct clinic clinic;

		check(&clinic, good[i]);
		assert_int_equal(clinic.findings.count, 0);
		clinic_close(&clinic);
	}
}

static void what_is_not_there_is_an_error(void **state)
{
	struct clinic clinic;

	(void)state;
	check(&clinic, "\"entrypoint\":[\"gone\"],\"workdir\":\"/no\",\"user\":\"we\"");
	assert_int_equal(clinic.findings.counts[SEVERITY_ERROR], 3);
	const struct finding *finding = clinic_expect(&clinic, "/.jail/config",
						      "starts gone");
	assert_string_equal(finding->problem, "settings");
	assert_string_equal(finding->fix, "jailbuild add gone -o image");
	clinic_expect(&clinic, "/.jail/config", "folder /no");
	clinic_expect(&clinic, "/.jail/config", "user we,");
	clinic_close(&clinic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(what_is_there_is_fine),
		scratch_test(what_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
