/* SPDX-License-Identifier: MIT */
/*
 * A jail's record to text and back, by one table. Called by registry, in every start of a jail, and
 * by whoever looks for one.
 */
#include "dossier.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/path.h"

enum kind { NUMBER, TEXT, LIST };

#define AT(member) offsetof(struct dossier, member)

static const struct field {
	const char *key;
	enum kind kind;
	bool is_needed;
	size_t offset;
} fields[] = {
	{"name", TEXT, true, AT(name)},
	{"init", NUMBER, true, AT(init)},
	{"init_start", NUMBER, true, AT(init_start)},
	{"supervisor", NUMBER, true, AT(supervisor)},
	{"started", NUMBER, true, AT(started)},
	{"detached", NUMBER, true, AT(detached)},
	{"namespaces", NUMBER, true, AT(namespaces)},
	{"has_range", NUMBER, true, AT(has_range)},
	{"denies_groups", NUMBER, true, AT(denies_groups)},
	{"root", NUMBER, true, AT(root)},
	{"init_is_app", NUMBER, true, AT(init_is_app)},
	{"capabilities", NUMBER, true, AT(capabilities)},
	{"added", NUMBER, true, AT(added)},
	{"no_filter", NUMBER, true, AT(no_filter)},
	{"no_landlock", NUMBER, true, AT(no_landlock)},
	{"shares_net", NUMBER, true, AT(shares_net)},
	{"shares_pid", NUMBER, true, AT(shares_pid)},
	{"limit", LIST, false, AT(limits)},
	{"uid", NUMBER, true, AT(uid)},
	{"gid", NUMBER, true, AT(gid)},
	{"group", LIST, false, AT(groups)},
	{"user", TEXT, true, AT(user)},
	{"image", TEXT, true, AT(image)},
	{"hostname", TEXT, true, AT(hostname)},
	{"workdir", TEXT, true, AT(workdir)},
	{"forgets", NUMBER, false, AT(forgets)},
	{"log", TEXT, false, AT(log)},
	{"command", LIST, true, AT(command)},
	{"env", LIST, false, AT(environment)},
	/* Written behind the others when the jail has ended. */
	{"exit_status", NUMBER, false, AT(exit_status)},
	{"ended", NUMBER, false, AT(ended)},
	{"timed_out", NUMBER, false, AT(timed_out)},
	{"log_lost", NUMBER, false, AT(log_lost)},
};

enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

static int64_t *number_at(struct dossier *record, const struct field *field)
{
	return (int64_t *)(void *)((char *)record + field->offset);
}

static char **text_at(struct dossier *record, const struct field *field)
{
	return (char **)(void *)((char *)record + field->offset);
}

static struct strlist *list_at(struct dossier *record, const struct field *field)
{
	return (struct strlist *)(void *)((char *)record + field->offset);
}

bool dossier_is_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX"
				      "YZ0123456789_.-";
	size_t length = strlen(name);

	return length && length <= DOSSIER_NAME_MAX && !strchr("_.-", name[0]) &&
	       strspn(name, allowed) == length;
}

int dossier_check_name(const char *name, const char *what, struct error *err)
{
	if (dossier_is_name(name))
		return 0;
	error_set(err, EINVAL, "%s: '%s' cannot be a jail's name", what, name);
	return error_hint(err,
			  "a name has at most %d letters, digits, dots, dashes and "
			  "underlines, and begins with a letter or digit",
			  DOSSIER_NAME_MAX);
}

/* The text as it grows. */
struct writer {
	char *data;
	size_t used, room;
};

static int add_line(struct writer *writer, const char *key, const char *value,
		    struct error *err)
{
	size_t most = strlen(key) + 4 * strlen(value) + 3;
	int r = alloc_grow(&writer->data, &writer->room, writer->used + most, 1, err);

	if (r < 0)
		return r;
	char *at = stpcpy(writer->data + writer->used, key);
	*at++ = '=';
	path_escape(value, at, most - (size_t)(at - (writer->data + writer->used)));
	at += strlen(at);
	*at++ = '\n';
	writer->used = (size_t)(at - writer->data);
	return 0;
}

static int add_field(struct writer *writer, const struct field *field,
		     const struct dossier *record, struct error *err)
{
	const char *place = (const char *)record + field->offset;
	struct strlist list;
	int64_t number;
	char text[32], *value;
	int r = 0;

	switch (field->kind) {
	case NUMBER:
		memcpy(&number, place, sizeof(number));
		snprintf(text, sizeof(text), "%" PRId64, number);
		return add_line(writer, field->key, text, err);
	case TEXT:
		memcpy(&value, place, sizeof(value));
		return value ? add_line(writer, field->key, value, err) : 0;
	case LIST:
		break;
	}
	memcpy(&list, place, sizeof(list));
	for (size_t i = 0; r == 0 && i < list.count; i++)
		r = add_line(writer, field->key, list.items[i], err);
	return r;
}

int dossier_format(const struct dossier *record, char **ret_text, size_t *ret_size,
		   struct error *err)
{
	struct writer writer = {0};
	int r = alloc_grow(&writer.data, &writer.room, 2048, 1, err);

	for (size_t i = 0; r == 0 && i < FIELD_COUNT; i++)
		r = add_field(&writer, &fields[i], record, err);
	if (r < 0) {
		free(writer.data);
		return r;
	}
	*ret_text = writer.data;
	*ret_size = writer.used;
	return 0;
}

/* Strictly decimal, with a minus sign at most. */
static bool parse_number(const char *text, int64_t *ret)
{
	const char *digits = text + (*text == '-');
	char *end;

	if (!*digits || strspn(digits, "0123456789") != strlen(digits))
		return false;
	errno = 0;
	*ret = strtoll(text, &end, 10);
	return !errno && !*end;
}

static int set_field(struct dossier *record, const struct field *field, char *value,
		     struct error *err)
{
	char **text;

	switch (field->kind) {
	case NUMBER:
		if (parse_number(value, number_at(record, field)))
			return 0;
		return error_set(err, EBADMSG, "%s is no number", field->key);
	case TEXT:
		path_unescape(value);
		text = text_at(record, field);
		*text = alloc_copy(value, err);
		return *text ? 0 : -ENOMEM;
	case LIST:
		break;
	}
	path_unescape(value);
	return strlist_add(list_at(record, field), value, err);
}

static int parse_line(char *line, bool seen[FIELD_COUNT], struct dossier *record,
		      struct error *err)
{
	char *value = line, *key = strsep(&value, "=");

	if (!value)
		return error_set(err, EBADMSG, "a line without '='");
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (strcmp(fields[i].key, key) != 0)
			continue;
		/* The end is told again, behind what was so at the start. */
		bool may_repeat = fields[i].kind == LIST ||
				  (fields[i].kind == NUMBER && !fields[i].is_needed);
		if (seen[i] && !may_repeat)
			return error_set(err, EBADMSG, "%s is there twice", key);
		seen[i] = true;
		return set_field(record, &fields[i], value, err);
	}
	return 0;
}

static int check(const struct dossier *record, const bool seen[FIELD_COUNT],
		 struct error *err)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (fields[i].is_needed && !seen[i])
			return error_set(err, EBADMSG, "%s is missing", fields[i].key);
	if (!dossier_is_name(record->name))
		return error_set(err, EBADMSG, "the name is none");
	/* Where a kill(2) would mean a group, or all, and 1 is never a jail's. */
	if (record->init <= 1 || record->init > INT32_MAX || record->supervisor <= 1 ||
	    record->supervisor > INT32_MAX)
		return error_set(err, EBADMSG, "a process id is none");
	if (record->uid < 0 || record->uid >= UINT32_MAX || record->gid < 0 ||
	    record->gid >= UINT32_MAX)
		return error_set(err, EBADMSG, "a user's id is none");
	return 0;
}

int dossier_parse(char *text, size_t size, struct dossier *ret, struct error *err)
{
	bool seen[FIELD_COUNT] = {false};
	char *rest = text, *line;

	if (!size || strlen(text) != size || text[size - 1] != '\n')
		return error_set(err, EBADMSG, "it is no text of whole lines");
	text[size - 1] = '\0';
	while ((line = strsep(&rest, "\n"))) {
		int r = parse_line(line, seen, ret, err);

		if (r < 0)
			return r;
	}
	return check(ret, seen, err);
}

void dossier_free(struct dossier *record)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (fields[i].kind == TEXT)
			free(*text_at(record, &fields[i]));
		else if (fields[i].kind == LIST)
			strlist_free(list_at(record, &fields[i]));
	}
	*record = (struct dossier)DOSSIER_NONE;
}
