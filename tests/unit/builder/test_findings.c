/* SPDX-License-Identifier: MIT */
/* Tests of builder/findings: each thing once, in order, never too many. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <jansson.h>

#include "builder/findings.h"
#include "tests/unit/common/scratch.h"

static void add(struct findings *findings, enum severity severity, const char *path,
		const char *text, const char *fix)
{
	struct error err;

	assert_int_equal(
		findings_add(findings,
			     &(struct finding){severity, path, "word", text, fix}, &err),
		0);
}

static void lines_are_sorted_escaped_and_said_once(void **state)
{
	_cleanup_findings_ struct findings findings = {0};
	FILE *out = fopen("out", "w");

	(void)state;
	add(&findings, SEVERITY_WARNING, "/z", "old", NULL);
	add(&findings, SEVERITY_ERROR, "/a\nb", "needs \033x", "do it");
	add(&findings, SEVERITY_ERROR, "/a\nb", "needs \033x", "do it");
	add(&findings, SEVERITY_WARNING, "/a", "b", NULL);
	add(&findings, SEVERITY_WARNING, "/a", "a", NULL);
	findings_sort(&findings);
	findings_print(&findings, out);
	assert_int_equal(fclose(out), 0);
	scratch_expect("out", "/a: warning: a\n/a: warning: b\n"
			      "/a\\x0ab: needs \\x1bx; fix: do it\n/z: warning: old\n");
	assert_int_equal(findings.counts[SEVERITY_ERROR], 1);
	assert_int_equal(findings.counts[SEVERITY_WARNING], 3);
}

static void the_worse_severity_stays(void **state)
{
	_cleanup_findings_ struct findings findings = {0};

	(void)state;
	add(&findings, SEVERITY_WARNING, "/a", "x", NULL);
	add(&findings, SEVERITY_ERROR, "/a", "x", NULL);
	add(&findings, SEVERITY_WARNING, "/a", "x", NULL);
	assert_int_equal(findings.count, 1);
	assert_int_equal(findings.counts[SEVERITY_ERROR], 1);
	assert_int_equal(findings.counts[SEVERITY_WARNING], 0);
	assert_int_equal(findings.items[0]->severity, SEVERITY_ERROR);
}

static void too_many_of_one_severity_leave_room_for_the_other(void **state)
{
	_cleanup_findings_ struct findings findings = {0};
	char text[20];

	(void)state;
	for (int i = 0; i < FINDINGS_MAX + 7; i++) {
		snprintf(text, sizeof(text), "%d", i);
		add(&findings, SEVERITY_WARNING, "/a", text, NULL);
	}
	add(&findings, SEVERITY_ERROR, "/a", "x", NULL);
	assert_int_equal(findings.count, FINDINGS_MAX + 1);
	assert_int_equal(findings.dropped, 7);
}

static void programs_see_json(void **state)
{
	_cleanup_findings_ struct findings findings = {0};
	struct error err;
	FILE *out = fopen("out", "w");

	(void)state;
	add(&findings, SEVERITY_ERROR, "/a\xff", "x", "do it");
	add(&findings, SEVERITY_WARNING, "/b", "y", NULL);
	assert_int_equal(findings_print_json(&findings, out, &err), 0);
	assert_int_equal(fclose(out), 0);
	json_t *root = json_load_file("out", 0, NULL);
	const json_t *first = json_array_get(json_object_get(root, "problems"), 0);
	assert_int_equal(json_integer_value(json_object_get(root, "schema")), 1);
	assert_string_equal(json_string_value(json_object_get(first, "path")), "/a\\xff");
	assert_string_equal(json_string_value(json_object_get(first, "severity")),
			    "error");
	assert_string_equal(json_string_value(json_object_get(first, "problem")), "word");
	assert_string_equal(json_string_value(json_object_get(first, "fix")), "do it");
	json_decref(root);
}

static void a_full_device_is_an_error(void **state)
{
	_cleanup_findings_ struct findings findings = {0};
	struct error err;
	FILE *out = fopen("/dev/full", "w");

	(void)state;
	setvbuf(out, NULL, _IONBF, 0);
	assert_int_equal(findings_print_json(&findings, out, &err), -EIO);
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(lines_are_sorted_escaped_and_said_once),
		scratch_test(the_worse_severity_stays),
		scratch_test(too_many_of_one_severity_leave_room_for_the_other),
		scratch_test(programs_see_json),
		scratch_test(a_full_device_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
