/* SPDX-License-Identifier: MIT */
/*
 * The state of a jail as a word and as members of JSON. Called by the commands list and inspect.
 */
#include "condition.h"

#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>

static const char *const words[] = {
	[JAILS_STARTING] = "starting", [JAILS_RUNNING] = "running",
	[JAILS_PAUSED] = "paused",     [JAILS_ENDED] = "exited",
	[JAILS_LOST] = "lost",
};

/* The signal that an exit status stands for; 0: none. */
static int64_t signal_of(const struct dossier *dossier)
{
	int64_t signal = dossier->exit_status - 128;

	return signal > 0 && signal <= SIGRTMAX && !dossier->timed_out ? signal : 0;
}

const char *condition_print(enum jails_state state, const struct dossier *dossier,
			    char *ret, size_t size)
{
	if (state != JAILS_ENDED)
		snprintf(ret, size, "%s", words[state]);
	else if (dossier->timed_out)
		snprintf(ret, size, "timed out");
	else if (signal_of(dossier))
		snprintf(ret, size, "signal %" PRId64, signal_of(dossier));
	else
		snprintf(ret, size, "exited %" PRId64, dossier->exit_status);
	return ret;
}

static int set_number(json_t *json, const char *key, int64_t number, struct error *err)
{
	return json_object_set_new(json, key, json_integer(number)) < 0 ? error_nomem(err)
									: 0;
}

int condition_describe(enum jails_state state, const struct dossier *dossier,
		       json_t *json, struct error *err)
{
	if (json_object_set_new(json, "status", json_string(words[state])) < 0)
		return error_nomem(err);
	if (state != JAILS_ENDED)
		return 0;
	int r = set_number(json, "exit_status", dossier->exit_status, err);
	if (r == 0)
		r = set_number(json, "ended", dossier->ended, err);
	if (r == 0 && signal_of(dossier))
		r = set_number(json, "signal", signal_of(dossier), err);
	if (r == 0 && dossier->timed_out &&
	    json_object_set_new(json, "timed_out", json_true()) < 0)
		r = error_nomem(err);
	return r;
}
