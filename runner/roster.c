/* SPDX-License-Identifier: MIT */
/*
 * The command `list`: the jails of the caller, one a line; with --all also what is known of ended ones.
 * Called by jailctl's main file.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/jsontext.h"
#include "common/log.h"
#include "common/path.h"
#include "condition.h"
#include "control.h"

struct values {
	struct cli_common common;
	bool json, all;
};

#define AT(member) offsetof(struct values, member)

static const struct cli_option options[] = {
	{"all", 'a', CLI_FLAG, AT(all), NULL, "also detached jails that have ended"},
	{"json", 0, CLI_FLAG, AT(json), NULL, "print JSON"},
};

static const struct control_usage usage = {
	.program = {.name = "jailctl list",
		    .usage = "[OPTION…]",
		    .summary = "Show the running jails. With --quiet only their names.",
		    .options = options,
		    .option_count = sizeof(options) / sizeof(options[0])},
	.what = "no operands",
};

/* One jail of the list; nothing of it is open any more: there may be more of them than descriptors. */
struct row {
	enum jails_state state;
	struct dossier record;
};

struct roster {
	struct row *rows;
	size_t count, capacity;
};

static void free_roster(struct roster *roster)
{
	for (size_t i = 0; i < roster->count; i++)
		dossier_free(&roster->rows[i].record);
	free(roster->rows);
}

static int take(struct jails_entry *entry, struct roster *roster, struct error *err)
{
	int r = alloc_grow(&roster->rows, &roster->capacity, roster->count + 1,
			   sizeof(*roster->rows), err);

	if (r < 0)
		return r;
	roster->rows[roster->count++] = (struct row){entry->state, entry->dossier};
	entry->dossier = (struct dossier)DOSSIER_NONE;
	return 0;
}

/* What is no jail is said, and the others are shown all the same. */
static int collect(struct roster *roster, bool all, struct error *err)
{
	_cleanup_jails_ struct jails jails = {.folder_fd = -1};
	_cleanup_strlist_ struct strlist names = {0};
	int r = jails_open(&jails, err);

	if (r == 0)
		r = jails_names(&jails, &names, err);
	for (size_t i = 0; r == 0 && i < names.count; i++) {
		_cleanup_jails_entry_ struct jails_entry entry = JAILS_ENTRY_NONE;
		struct error why = {0};

		int seen = jails_look(&jails, names.items[i], &entry, &why);
		if (seen == 0 && (all || !jails_has_ended(entry.state)))
			r = take(&entry, roster, err);
		else if (seen < 0 && seen != -ENOENT)
			log_warning("%s", why.text);
	}
	return r;
}

/* How long it runs, or ran: "3s", "5m", "2h", "4d": the largest unit, rounded down. */
static void print_age(const struct row *row)
{
	int64_t end = jails_has_ended(row->state) ? row->record.ended : time(NULL);
	int64_t age = end - row->record.started;
	char text[32];

	if (row->state == JAILS_LOST) {
		printf("-    ");
		return;
	}
	if (age < 0)
		age = 0;
	if (age < 60)
		snprintf(text, sizeof(text), "%" PRId64 "s", age);
	else if (age < 60 * 60)
		snprintf(text, sizeof(text), "%" PRId64 "m", age / 60);
	else if (age < 24 * 60 * 60)
		snprintf(text, sizeof(text), "%" PRId64 "h", age / 60 / 60);
	else
		snprintf(text, sizeof(text), "%" PRId64 "d", age / 24 / 60 / 60);
	printf("%-5s", text);
}

static void print_command(const struct strlist *command)
{
	char word[256];

	for (size_t i = 0; i < command->count; i++)
		printf(" %s", path_escape(command->items[i], word, sizeof(word)));
}

static int width_of(const struct roster *roster, bool image)
{
	size_t width = image ? strlen("IMAGE") : strlen("NAME");

	for (size_t i = 0; i < roster->count; i++) {
		const struct dossier *record = &roster->rows[i].record;
		size_t length = strlen(image ? record->image : record->name);

		if (length > width)
			width = length;
	}
	return width > 64 ? 64 : (int)width;
}

static void print_text(const struct roster *roster)
{
	int name_width = width_of(roster, false), image_width = width_of(roster, true);
	char image[PATH_MAX], text[32], pid[24];

	printf("%-*s  %-7s  %-10s  %-5s  %-*s  COMMAND\n", name_width, "NAME", "PID",
	       "STATUS", "UP", image_width, "IMAGE");
	for (size_t i = 0; i < roster->count; i++) {
		const struct row *row = &roster->rows[i];
		const struct dossier *record = &row->record;

		if (jails_has_ended(row->state))
			snprintf(pid, sizeof(pid), "-");
		else
			snprintf(pid, sizeof(pid), "%" PRId64, record->init);
		printf("%-*s  %-7s  %-10s  ", name_width, record->name, pid,
		       condition_print(row->state, record, text, sizeof(text)));
		print_age(row);
		printf("  %-*s ", image_width,
		       path_escape(record->image, image, sizeof(image)));
		print_command(&record->command);
		printf("\n");
	}
}

static int add_row(json_t *list, const struct row *row, struct error *err)
{
	const struct dossier *record = &row->record;
	json_t *json = json_pack("{s:s, s:I, s:b}", "name", record->name, "started",
				 (json_int_t)record->started, "detached",
				 (int)(record->detached != 0));

	if (json_array_append_new(list, json) < 0)
		return error_nomem(err);
	if (!jails_has_ended(row->state) &&
	    json_object_set_new(json, "pid", json_integer(record->init)) < 0)
		return error_nomem(err);
	int r = condition_describe(row->state, record, json, err);
	if (r == 0)
		r = jsontext_set(json, "image", record->image, err);
	return r == 0 ? jsontext_set_list(json, "command", &record->command, err) : r;
}

static int print_json(const struct roster *roster, struct error *err)
{
	json_t *root = json_pack("{s:i, s:[]}", "schema", 1, "jails");
	int r = root ? 0 : error_nomem(err);

	for (size_t i = 0; r == 0 && i < roster->count; i++)
		r = add_row(json_object_get(root, "jails"), &roster->rows[i], err);
	if (r == 0)
		r = jsontext_print(root, stdout, err);
	json_decref(root);
	return r;
}

static int print(const struct roster *roster, const struct values *values,
		 struct error *err)
{
	int r = 0;

	if (values->json)
		r = print_json(roster, err);
	else if (!values->common.quiet)
		print_text(roster);
	else
		for (size_t i = 0; i < roster->count; i++)
			printf("%s\n", roster->rows[i].record.name);
	return r == 0 ? control_flush(err) : r;
}

int control_list(int argc, char **argv)
{
	struct values values = {0};
	struct roster roster = {0};
	struct error err = {0};
	int first;
	int status = control_begin(&usage, argc, argv, &values, &first);

	if (status != CONTROL_GO_ON)
		return status;
	int r = collect(&roster, values.all, &err);
	if (r == 0)
		r = print(&roster, &values, &err);
	free_roster(&roster);
	return control_end(r, &err);
}
