/* SPDX-License-Identifier: MIT */
/* Tests of condition. */
#include "tests/unit/unit.h"

#include <string.h>

#include "runner/condition.h"

static void expect(enum jails_state state, const struct dossier *dossier,
		   const char *text, const char *wanted)
{
	struct error err = {0};
	char word[32];
	json_t *json = json_object();
	json_t *expected = json_loads(wanted, 0, NULL);

	assert_string_equal(condition_print(state, dossier, word, sizeof(word)), text);
	assert_int_equal(condition_describe(state, dossier, json, &err), 0);
	assert_true(json_equal(json, expected));
	json_decref(json);
	json_decref(expected);
}

static void tells_what_runs(void **state)
{
	struct dossier dossier = DOSSIER_NONE;

	(void)state;
	expect(JAILS_STARTING, &dossier, "starting", "{\"status\": \"starting\"}");
	expect(JAILS_RUNNING, &dossier, "running", "{\"status\": \"running\"}");
	expect(JAILS_PAUSED, &dossier, "paused", "{\"status\": \"paused\"}");
}

static void tells_how_it_ended(void **state)
{
	struct dossier dossier = {.exit_status = 3, .ended = 9};

	(void)state;
	expect(JAILS_ENDED, &dossier, "exited 3",
	       "{\"status\": \"exited\", \"exit_status\": 3, \"ended\": 9}");
	dossier.exit_status = 143;
	expect(JAILS_ENDED, &dossier, "signal 15",
	       "{\"status\": \"exited\", \"exit_status\": 143, \"ended\": 9, "
	       "\"signal\": 15}");
	dossier.exit_status = 255;
	expect(JAILS_ENDED, &dossier, "exited 255",
	       "{\"status\": \"exited\", \"exit_status\": 255, \"ended\": 9}");
	dossier.exit_status = 124;
	dossier.timed_out = 1;
	expect(JAILS_ENDED, &dossier, "timed out",
	       "{\"status\": \"exited\", \"exit_status\": 124, \"ended\": 9, "
	       "\"timed_out\": true}");
	expect(JAILS_LOST, &dossier, "lost", "{\"status\": \"lost\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_runs),
		cmocka_unit_test(tells_how_it_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
