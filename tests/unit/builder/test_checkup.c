/* SPDX-License-Identifier: MIT */
/* Tests of builder/checkup: all checks over one image, and what they share. */
#include "clinic.h"

static void all_checks_run_and_sort(void **state)
{
	static const struct format image = {.path = "image", .kind = FORMAT_FOLDER};
	_cleanup_findings_ struct findings findings = {0};
	_cleanup_survey_ struct survey survey = SURVEY_NONE;
	struct error err;
	size_t files;

	(void)state;
	clinic_file("/bin/tool", "#!/gone\n", 0755);
	clinic_link("/z", "gone");
	clinic_file("/a", "", 0666);
	assert_int_equal(survey_open(&survey, &image, &findings, &err), 0);
	assert_int_equal(checkup_run(&survey, &findings, &files, &err), 0);
	assert_int_equal(files, 1);
	assert_int_equal(findings.count, 3);
	assert_string_equal(findings.items[0]->path, "/a");
	assert_string_equal(findings.items[1]->path, "/bin/tool");
	assert_string_equal(findings.items[2]->path, "/z");
}

static void an_image_that_is_too_much_to_follow_is_said_to_be(void **state)
{
	static const struct format image = {.path = "image", .kind = FORMAT_FOLDER};
	_cleanup_findings_ struct findings findings = {0};
	_cleanup_survey_ struct survey survey = SURVEY_NONE;
	struct error err;
	size_t files;

	(void)state;
	clinic_link("/z", "gone");
	assert_int_equal(survey_open(&survey, &image, &findings, &err), 0);
	survey.followed = UINT64_MAX / 2;
	assert_int_equal(checkup_run(&survey, &findings, &files, &err), 0);
	assert_int_equal(findings.count, 1);
	assert_int_equal(findings.counts[SEVERITY_ERROR], 1);
	assert_string_equal(findings.items[0]->problem, "unchecked");
}

static void the_first_of_a_name_stays(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_file("/x", "", 0644);
	clinic_open(&clinic);
	clinic_use(&clinic, "/usr/bin/a", "liba.so.1");
	clinic_use(&clinic, "/usr/local/bin/a", "liba.so.1");
	assert_int_equal(clinic.checkup.programs.count, 1);
	assert_string_equal(checkup_find(&clinic.checkup.programs, "a")->by,
			    "/usr/bin/a");
	assert_string_equal(checkup_find(&clinic.checkup.libraries, "lib@(b|a).so.*")->by,
			    "/usr/bin/a");
	assert_null(checkup_find(&clinic.checkup.libraries, "libb*"));
	clinic_close(&clinic);
}

static void a_cure_names_the_source_that_the_record_knows(void **state)
{
	struct clinic clinic;
	struct error err;

	(void)state;
	clinic_file("/.jail/manifest.json",
		    "{\"schema\":1,\"libraries\":[],\"recipe\":{\"operands\":[],"
		    "\"rules\":true},\"files\":[{\"path\":\"/srv/x\",\"type\":\"file\","
		    "\"source\":\"/home/x\",\"reason\":{\"rule\":\"asked\"}}]}",
		    0644);
	clinic_open(&clinic);
	assert_int_equal(checkup_report(&clinic.checkup,
					&(struct finding){SEVERITY_ERROR, "/srv/x", "w",
							  "t", NULL},
					&(struct cure){.add = "/srv/x"}, &err),
			 0);
	assert_string_equal(clinic_expect(&clinic, "/srv/x", "t")->fix,
			    "jailbuild add /home/x:/srv/x -o image");
	clinic_close(&clinic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(all_checks_run_and_sort),
		scratch_test(an_image_that_is_too_much_to_follow_is_said_to_be),
		scratch_test(the_first_of_a_name_stays),
		scratch_test(a_cure_names_the_source_that_the_record_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
