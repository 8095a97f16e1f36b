/* SPDX-License-Identifier: MIT */
/*
 * The command `remove`: forgets detached jails that have ended, with their logs. Called by jailctl's main
 * file.
 */
#include <errno.h>

#include "control.h"

struct values {
	struct cli_common common;
};

static const struct control_usage usage = {
	.program = {.name = "jailctl remove",
		    .usage = "[OPTION…] NAME…",
		    .summary =
			    "Forget detached jails that have ended: their logs and exit "
			    "statuses."},
	.least = 1,
	.most = -1,
	.what = "NAMEs of jails",
};

static int remove_one(const struct jails *jails, const char *name, struct error *err)
{
	_cleanup_jails_entry_ struct jails_entry entry = JAILS_ENTRY_NONE;
	int r = jails_find_known(jails, name, &entry, err);

	if (r < 0)
		return r;
	if (jails_has_ended(entry.state))
		return jails_forget(jails, &entry, err);
	error_set(err, EBUSY, "jail %s is running", name);
	return error_hint(err, "'jailctl stop %s' ends it", name);
}

int control_remove(int argc, char **argv)
{
	_cleanup_jails_ struct jails jails = {.folder_fd = -1};
	struct values values = {0};
	struct error err = {0};
	int first;
	int status = control_begin(&usage, argc, argv, &values, &first);

	if (status != CONTROL_GO_ON)
		return status;
	status = control_end(jails_open(&jails, &err), &err);
	for (char **name = argv + first; jails.folder_fd >= 0 && *name; name++)
		if (control_end(remove_one(&jails, *name, &err), &err) != CONTROL_DONE)
			status = CONTROL_FAILED;
	return status;
}
