/* SPDX-License-Identifier: MIT */
/*
 * The command `inspect`: all that is known about jails, as JSON. Called by jailctl's main file.
 */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/jsontext.h"
#include "condition.h"
#include "control.h"
#include "jail.h"
#include "quantity.h"

struct values {
	struct cli_common common;
};

static const struct control_usage usage = {
	.program = {.name = "jailctl inspect",
		    .usage = "[OPTION…] NAME…",
		    .summary = "Print all that is known about jails, as JSON."},
	.least = 1,
	.most = -1,
	.what = "NAMEs of jails",
};

static int set_namespaces(json_t *json, const struct dossier *dossier, struct error *err)
{
	static const struct {
		const char *name;
		int64_t flag;
	} kinds[] = {
		{"user", CLONE_NEWUSER},     {"mnt", CLONE_NEWNS},  {"pid", CLONE_NEWPID},
		{"net", CLONE_NEWNET},       {"ipc", CLONE_NEWIPC}, {"uts", CLONE_NEWUTS},
		{"cgroup", CLONE_NEWCGROUP},
	};
	_cleanup_strlist_ struct strlist names = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (dossier->namespaces & kinds[i].flag)
			r = strlist_add(&names, kinds[i].name, err);
	return r == 0 ? jsontext_set_list(json, "namespaces", &names, err) : r;
}

/* The map as the kernel shows it: "INSIDE OUTSIDE COUNT" for each range. */
static int set_map(json_t *json, const char *key, int64_t init, struct error *err)
{
	char path[48], line[128];
	unsigned long long range[3];
	json_t *ranges = json_array();

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)init, key);
	_cleanup_file_ FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file) && quantity_list(line, range, 3))
		if (json_array_append_new(ranges,
					  json_pack("{s:I, s:I, s:I}", "inside",
						    (json_int_t)range[0], "outside",
						    (json_int_t)range[1], "count",
						    (json_int_t)range[2])) < 0)
			break;
	return json_object_set_new(json, key, ranges) < 0 ? error_nomem(err) : 0;
}

static const char *root_of(const struct dossier *dossier)
{
	switch (dossier->root) {
	case JAIL_ROOT_READ_ONLY:
		return "read-only";
	case JAIL_ROOT_WRITE:
		return "write";
	default:
		return "overlay";
	}
}

static int set_texts(json_t *json, const struct dossier *dossier, struct error *err)
{
	int r = jsontext_set(json, "image", dossier->image, err);

	if (r == 0)
		r = jsontext_set(json, "hostname", dossier->hostname, err);
	if (r == 0)
		r = jsontext_set(json, "workdir", dossier->workdir, err);
	if (r == 0 && *dossier->user)
		r = jsontext_set(json, "user", dossier->user, err);
	if (r == 0)
		r = jsontext_set_list(json, "groups", &dossier->groups, err);
	if (r == 0)
		r = jsontext_set_list(json, "command", &dossier->command, err);
	if (r == 0)
		r = jsontext_set_list(json, "environment", &dossier->environment, err);
	return r;
}

/* The processes, of what runs: numbers of an ended jail's may be others' by now. */
static int set_processes(json_t *json, const struct dossier *dossier, struct error *err)
{
	bool own_ids = dossier->namespaces & CLONE_NEWUSER;

	if (json_object_set_new(json, "pid", json_integer(dossier->init)) < 0 ||
	    json_object_set_new(json, "supervisor", json_integer(dossier->supervisor)) <
		    0)
		return error_nomem(err);
	int r = own_ids ? set_map(json, "uid_map", dossier->init, err) : 0;
	return r == 0 && own_ids ? set_map(json, "gid_map", dossier->init, err) : r;
}

static int set_log(json_t *json, const struct dossier *dossier, struct error *err)
{
	if (!dossier->log)
		return 0;
	if (json_object_set_new(json, "log_lost", json_integer(dossier->log_lost)) < 0)
		return error_nomem(err);
	return jsontext_set(json, "log", dossier->log, err);
}

static int inspect_one(struct jails_entry *entry, void *data, struct error *err)
{
	const struct dossier *dossier = &entry->dossier;
	json_t *list = data, *json;

	json = json_pack("{s:s, s:I, s:I, s:I, s:s, s:b}", "name", dossier->name,
			 "started", (json_int_t)dossier->started, "uid",
			 (json_int_t)dossier->uid, "gid", (json_int_t)dossier->gid,
			 "root", root_of(dossier), "detached",
			 (int)(dossier->detached != 0));
	if (json_array_append_new(list, json) < 0)
		return error_nomem(err);
	int r = condition_describe(entry->state, dossier, json, err);
	if (r == 0)
		r = set_texts(json, dossier, err);
	if (r == 0)
		r = set_namespaces(json, dossier, err);
	if (r == 0 && !jails_has_ended(entry->state))
		r = set_processes(json, dossier, err);
	return r == 0 ? set_log(json, dossier, err) : r;
}

int control_inspect(int argc, char **argv)
{
	struct values values = {0};
	struct error err = {0};
	int first;
	int status = control_begin(&usage, argc, argv, &values, &first);

	if (status != CONTROL_GO_ON)
		return status;
	json_t *root = json_pack("{s:i, s:[]}", "schema", 1, "jails");
	if (!root)
		return control_end(error_nomem(&err), &err);
	status = control_each_known(argv + first, inspect_one,
				    json_object_get(root, "jails"));
	int r = jsontext_print(root, stdout, &err);
	if (r == 0)
		r = control_flush(&err);
	json_decref(root);
	return r < 0 ? control_end(r, &err) : status;
}
