/* SPDX-License-Identifier: MIT */
/*
 * What the commands of jailctl have in common: their beginning and their end. Called by each.
 */
#include "control.h"

#include <errno.h>
#include <stdio.h>

#include "common/log.h"

int control_begin(const struct control_usage *usage, int argc, char **argv, void *values,
		  int *ret_first)
{
	struct cli_common *common = values;
	struct error err = {0};
	int r = cli_parse(&usage->program, argc, argv, values, ret_first, &err);

	if (r == 0 && cli_answer(&usage->program, common))
		return CONTROL_DONE;
	log_init("jailctl", cli_log_level(common));
	int count = argc - *ret_first;
	if (r == 0 && (count < usage->least || (usage->most >= 0 && count > usage->most)))
		r = error_set(&err, EINVAL, "%s takes %s", argv[0], usage->what);
	if (r == 0)
		return CONTROL_GO_ON;
	log_error(&err);
	return CONTROL_USAGE;
}

int control_end(int r, const struct error *err)
{
	if (r >= 0)
		return CONTROL_DONE;
	log_error(err);
	return CONTROL_FAILED;
}

int control_flush(struct error *err)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return error_errno(err, errno ? errno : EIO, "cannot print");
	return 0;
}

/* What is done, and where jails are looked for. */
struct round {
	int (*find)(const struct jails *jails, const char *name, struct jails_entry *ret,
		    struct error *err);
	int (*act)(struct jails_entry *entry, void *data, struct error *err);
	void *data;
};

static int go_round(char **names, const struct round *round)
{
	_cleanup_jails_ struct jails jails = {.folder_fd = -1};
	struct error err = {0};
	int status = control_end(jails_open(&jails, &err), &err);

	for (; jails.folder_fd >= 0 && *names; names++) {
		_cleanup_jails_entry_ struct jails_entry entry = JAILS_ENTRY_NONE;
		int r = round->find(&jails, *names, &entry, &err);

		if (r == 0)
			r = round->act(&entry, round->data, &err);
		if (control_end(r, &err) != CONTROL_DONE)
			status = CONTROL_FAILED;
	}
	return status;
}

int control_each(char **names,
		 int (*act)(struct jails_entry *entry, void *data, struct error *err),
		 void *data)
{
	return go_round(names, &(struct round){jails_find, act, data});
}

int control_each_known(char **names,
		       int (*act)(struct jails_entry *entry, void *data,
				  struct error *err),
		       void *data)
{
	return go_round(names, &(struct round){jails_find_known, act, data});
}
