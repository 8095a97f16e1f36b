/* SPDX-License-Identifier: MIT */
/*
 * Writes and reads the record. Called by the command add, by previous and by list.
 */
#include "record.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "digests.h"
#include "common/jsontext.h"

static void cleanup_json(json_t **json)
{
	json_decref(*json);
}
#define _cleanup_json_ __attribute__((cleanup(cleanup_json)))

/* Appends `item`, whose reference is taken, as jansson's *_new functions do. */
static int append(json_t *array, json_t *item, struct error *err)
{
	return json_array_append_new(array, item) < 0 ? error_nomem(err) : 0;
}

static int write_operands(json_t *recipe_json, const struct recipe *recipe,
			  struct error *err)
{
	json_t *array = json_array();

	if (json_object_set_new(recipe_json, "operands", array) < 0)
		return error_nomem(err);
	for (size_t i = 0; i < recipe->count; i++) {
		json_t *item = json_object();
		int r = append(array, item, err);

		if (r == 0)
			r = jsontext_set(item, "path", recipe->operands[i].path, err);
		if (r == 0)
			r = jsontext_set(item, "dest", recipe->operands[i].dest, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int write_settings(json_t *root, const struct runconfig *settings,
			  struct error *err)
{
	if (runconfig_are_empty(settings))
		return 0;
	json_t *json = json_object();
	if (json_object_set_new(root, "settings", json) < 0)
		return error_nomem(err);
	int r = jsontext_set_list(json, "entrypoint", &settings->entrypoint, err);
	if (r == 0)
		r = jsontext_set_list(json, "cmd", &settings->cmd, err);
	if (r == 0)
		r = jsontext_set_list(json, "env", &settings->env, err);
	if (r == 0)
		r = jsontext_set_list(json, "labels", &settings->labels, err);
	if (r == 0)
		r = jsontext_set(json, "workdir", settings->workdir, err);
	return r == 0 ? jsontext_set(json, "user", settings->user, err) : r;
}

/* The words of the directive `account`, for each. */
static int write_accounts(json_t *recipe_json, const struct accounts *accounts,
			  struct error *err)
{
	json_t *array = json_array();

	if (json_object_set_new(recipe_json, "accounts", array) < 0)
		return error_nomem(err);
	for (size_t i = 0; i < accounts->count; i++) {
		const struct account *account = &accounts->items[i];
		json_t *item = json_pack("{s:s, s:I, s:I, s:s, s:s}", "name",
					 account->name, "uid", (json_int_t)account->uid,
					 "gid", (json_int_t)account->gid, "home",
					 account->home, "shell", account->shell);
		int r = append(array, item, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int write_recipe(json_t *root, const struct recipe *recipe, struct error *err)
{
	json_t *json = json_object();

	if (json_object_set_new(root, "recipe", json) < 0 ||
	    json_object_set_new(json, "rules", json_boolean(recipe->rules)) < 0)
		return error_nomem(err);
	/* Not which one: its place is nothing that the image depends on. */
	if (recipe->sysroot && json_object_set_new(json, "sysroot", json_true()) < 0)
		return error_nomem(err);
	if (recipe->package_db && json_object_set_new(json, "packageDb", json_true()) < 0)
		return error_nomem(err);
	if (recipe->digests && json_object_set_new(json, "digests", json_true()) < 0)
		return error_nomem(err);
	int r = write_operands(json, recipe, err);
	if (r == 0)
		r = write_accounts(json, &recipe->accounts, err);
	if (r == 0)
		r = jsontext_set_list(json, "templates", &recipe->templates, err);
	if (r == 0)
		r = jsontext_set_list(json, "terms", &recipe->terms, err);
	return r == 0 ? write_settings(json, &recipe->settings, err) : r;
}

static int write_libraries(json_t *root, const struct libraries *libraries,
			   struct error *err)
{
	json_t *array = json_array();

	if (json_object_set_new(root, "libraries", array) < 0)
		return error_nomem(err);
	for (size_t i = 0; i < libraries->count; i++) {
		const struct library *library = libraries->items[i];
		json_t *item = json_pack("{s:i, s:i, s:i, s:b}", "machine",
					 (int)library->machine, "class",
					 (int)library->class, "data", (int)library->data,
					 "general", (int)library->general);
		int r = append(array, item, err);

		if (r == 0)
			r = jsontext_set(item, "name", library->name, err);
		if (r == 0)
			r = jsontext_set(item, "path", library->path, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int write_reason(json_t *item, const struct reason *reason, struct error *err)
{
	json_t *json = json_object();

	if (json_object_set_new(item, "reason", json) < 0)
		return error_nomem(err);
	int r = jsontext_set(json, "rule", reason->rule, err);
	if (r == 0 && reason->derived &&
	    json_object_set_new(json, "derived", json_true()) < 0)
		r = error_nomem(err);
	if (r == 0)
		r = jsontext_set(json, "by", reason->by, err);
	if (r == 0)
		r = jsontext_set(json, "name", reason->name, err);
	return r == 0 ? jsontext_set(json, "detail", reason->detail, err) : r;
}

static int write_owner(json_t *item, const struct entry *entry, struct error *err)
{
	if (!entry->uid && !entry->gid)
		return 0;
	return json_object_set_new(item, "uid", json_integer(entry->uid)) < 0 ||
			       json_object_set_new(item, "gid",
						   json_integer(entry->gid)) < 0
		       ? error_nomem(err)
		       : 0;
}

static int write_file(json_t *array, const struct entry *entry, struct error *err)
{
	static const char *const types[] = {
		[ENTRY_FILE] = "file", [ENTRY_FOLDER] = "folder", [ENTRY_LINK] = "link",
		[ENTRY_CHAR] = "char", [ENTRY_BLOCK] = "block",   [ENTRY_FIFO] = "fifo",
	};
	json_t *item = json_object();

	int r = append(array, item, err);
	if (r == 0)
		r = jsontext_set(item, "path", entry->path, err);
	if (r == 0)
		r = jsontext_set(item, "type", types[entry->type], err);
	if (r == 0)
		r = jsontext_set(item, "target", entry->target, err);
	if (r == 0)
		r = jsontext_set(item, "source", entry->source, err);
	if (r == 0)
		r = jsontext_set(item, "package", entry->package, err);
	if (r == 0)
		r = jsontext_set(item, "sha256", entry->sha256, err);
	return r == 0 ? write_reason(item, &entry->reason, err) : r;
}

int record_set_files(json_t *root, const struct manifest *manifest, struct error *err)
{
	json_t *array = json_array();

	if (json_object_set_new(root, "files", array) < 0)
		return error_nomem(err);
	for (size_t i = 0; i < manifest->count; i++) {
		int r = write_file(array, manifest->entries[i], err);

		if (r == 0 && manifest->records_owners)
			r = write_owner(json_array_get(array, i), manifest->entries[i],
					err);
		if (r < 0)
			return r;
	}
	return 0;
}

char *record_write(const struct recipe *recipe, const struct libraries *libraries,
		   const struct manifest *manifest, struct error *err)
{
	_cleanup_json_ json_t *root = json_pack("{s:i}", "schema", RECORD_SCHEMA);

	if (!root) {
		error_nomem(err);
		return NULL;
	}
	int r = write_recipe(root, recipe, err);
	if (r == 0)
		r = write_libraries(root, libraries, err);
	if (r == 0)
		r = record_set_files(root, manifest, err);
	if (r < 0)
		return NULL;
	_cleanup_free_ char *text = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
	return text ? alloc_format(err, "%s\n", text) : (error_nomem(err), NULL);
}

static int damaged(const char *what, struct error *err)
{
	return error_set(err, EBADMSG, "%s is missing or of the wrong kind", what);
}

/* object[key], which may be missing, but must be a list. */
static int get_array(const json_t *object, const char *key, const json_t **ret,
		     struct error *err)
{
	*ret = json_object_get(object, key);
	return *ret && !json_is_array(*ret) ? damaged(key, err) : 0;
}

/* A number that is nothing else, and no larger than `most`. */
static int get_number(const json_t *object, const char *key, json_int_t most,
		      json_int_t *ret, struct error *err)
{
	const json_t *value = json_object_get(object, key);

	*ret = json_integer_value(value);
	return json_is_integer(value) && *ret >= 0 && *ret <= most ? 0
								   : damaged(key, err);
}

static int read_operands(const json_t *json, struct record *record, struct error *err)
{
	const json_t *array;
	int r = get_array(json, "operands", &array, err);

	for (size_t i = 0; r == 0 && i < json_array_size(array); i++) {
		const json_t *item = json_array_get(array, i);
		const char *path = NULL, *dest = NULL;

		r = jsontext_get(item, "path", &record->arena, &path, err);
		if (r == 0)
			r = jsontext_get(item, "dest", &record->arena, &dest, err);
		if (r < 0)
			return r;
		if (!path || path[0] != '/' || (dest && dest[0] != '/'))
			return damaged("an operand's path", err);
		_cleanup_operand_ struct operand operand = {
			.path = alloc_copy(path, err)};
		operand.dest = dest ? alloc_copy(dest, err) : NULL;
		if (!operand.path || (dest && !operand.dest))
			return -ENOMEM;
		r = recipe_add(&record->recipe, &operand, err);
	}
	return r;
}

static int read_text(const json_t *json, const char *key, struct record *record,
		     char **ret, struct error *err)
{
	const char *text = NULL;

	int r = jsontext_get(json, key, &record->arena, &text, err);
	if (r < 0 || !text)
		return r;
	*ret = alloc_copy(text, err);
	return *ret ? 0 : -ENOMEM;
}

static int read_settings(const json_t *json, struct record *record, struct error *err)
{
	struct runconfig *settings = &record->recipe.settings;

	int r = jsontext_get_list(json, "entrypoint", &settings->entrypoint, err);
	if (r == 0)
		r = jsontext_get_list(json, "cmd", &settings->cmd, err);
	if (r == 0)
		r = jsontext_get_list(json, "env", &settings->env, err);
	if (r == 0)
		r = jsontext_get_list(json, "labels", &settings->labels, err);
	if (r == 0)
		r = read_text(json, "workdir", record, &settings->workdir, err);
	if (r == 0)
		r = read_text(json, "user", record, &settings->user, err);
	return r == 0 ? runconfig_check(settings, err) : r;
}

static int read_accounts(const json_t *json, struct record *record, struct error *err)
{
	const json_t *array;
	int r = get_array(json, "accounts", &array, err);

	for (size_t i = 0; r == 0 && i < json_array_size(array); i++) {
		const json_t *item = json_array_get(array, i);
		char ids[64];
		const char *words[] = {NULL, ids, NULL, NULL};
		json_int_t uid, gid;

		r = get_number(item, "uid", UINT32_MAX, &uid, err);
		if (r == 0)
			r = get_number(item, "gid", UINT32_MAX, &gid, err);
		if (r < 0)
			return r;
		snprintf(ids, sizeof(ids), "%lld:%lld", (long long)uid, (long long)gid);
		r = jsontext_get(item, "name", &record->arena, &words[0], err);
		if (r == 0)
			r = jsontext_get(item, "home", &record->arena, &words[2], err);
		if (r == 0)
			r = jsontext_get(item, "shell", &record->arena, &words[3], err);
		if (r == 0 && (!words[0] || !words[2] || !words[3]))
			r = damaged("an account", err);
		if (r == 0)
			r = accounts_add(&record->recipe.accounts, words, 4, err);
	}
	return r;
}

static int read_recipe(const json_t *root, struct record *record, struct error *err)
{
	const json_t *json = json_object_get(root, "recipe");

	if (!json_is_object(json))
		return damaged("the recipe", err);
	record->recipe.rules = json_is_true(json_object_get(json, "rules"));
	record->recipe.package_db = json_is_true(json_object_get(json, "packageDb"));
	record->recipe.digests = json_is_true(json_object_get(json, "digests"));
	record->recipe.sysroot = json_is_true(json_object_get(json, "sysroot"));
	int r = read_operands(json, record, err);
	if (r == 0)
		r = read_accounts(json, record, err);
	if (r == 0)
		r = jsontext_get_list(json, "templates", &record->recipe.templates, err);
	if (r == 0)
		r = jsontext_get_list(json, "terms", &record->recipe.terms, err);
	return r == 0 ? read_settings(json_object_get(json, "settings"), record, err) : r;
}

static int read_library(const json_t *item, struct record *record, struct error *err)
{
	struct library library = {
		.general = json_is_true(json_object_get(item, "general"))};
	json_int_t machine = 0, class = 0, data = 0;

	int r = jsontext_get(item, "name", &record->arena, &library.name, err);
	if (r == 0)
		r = jsontext_get(item, "path", &record->arena, &library.path, err);
	if (r == 0 && (!library.name || !library.path))
		r = damaged("a library's name", err);
	if (r == 0)
		r = get_number(item, "machine", UINT16_MAX, &machine, err);
	if (r == 0)
		r = get_number(item, "class", UINT8_MAX, &class, err);
	if (r == 0)
		r = get_number(item, "data", UINT8_MAX, &data, err);
	if (r < 0)
		return r;
	library.machine = (uint16_t)machine;
	library.class = (unsigned char)class;
	library.data = (unsigned char)data;
	return libraries_add(&record->libraries, &library, err);
}

static int read_libraries(const json_t *root, struct record *record, struct error *err)
{
	const json_t *array;
	int r = get_array(root, "libraries", &array, err);

	for (size_t i = 0; r == 0 && i < json_array_size(array); i++)
		r = read_library(json_array_get(array, i), record, err);
	return r;
}

/* Both numbers or none. (uid_t)-1 is nobody: chown(2). */
static int read_owner(const json_t *item, struct record_file *file, struct error *err)
{
	json_int_t uid, gid;

	if (!json_object_get(item, "uid") && !json_object_get(item, "gid"))
		return 0;
	int r = get_number(item, "uid", UINT32_MAX - 1, &uid, err);
	if (r == 0)
		r = get_number(item, "gid", UINT32_MAX - 1, &gid, err);
	if (r < 0)
		return r;
	file->has_owner = true;
	file->uid = (uid_t)uid;
	file->gid = (gid_t)gid;
	return 0;
}

static int read_file(const json_t *item, struct record *record, struct error *err)
{
	struct arena *arena = &record->arena;
	const json_t *reason = json_object_get(item, "reason");
	const char *path = NULL;
	struct record_file *file = arena_alloc(arena, sizeof(*file), err);

	int r = file ? jsontext_get(item, "path", arena, &path, err) : -ENOMEM;
	if (r == 0)
		r = jsontext_get(item, "source", arena, &file->source, err);
	if (r == 0)
		r = jsontext_get(item, "package", arena, &file->package, err);
	if (r == 0)
		r = jsontext_get(item, "sha256", arena, &file->sha256, err);
	if (r == 0)
		r = jsontext_get(reason, "rule", arena, &file->reason.rule, err);
	if (r == 0)
		r = jsontext_get(reason, "by", arena, &file->reason.by, err);
	if (r == 0)
		r = jsontext_get(reason, "name", arena, &file->reason.name, err);
	if (r == 0)
		r = jsontext_get(reason, "detail", arena, &file->reason.detail, err);
	if (r == 0)
		r = read_owner(item, file, err);
	if (r < 0)
		return r;
	record->has_owners |= file->has_owner;
	file->reason.derived = json_is_true(json_object_get(reason, "derived"));
	if (!path || !file->reason.rule)
		return damaged("a file's path or reason", err);
	if (file->sha256 && !digests_is_one(file->sha256))
		return damaged("a file's sha256", err);
	return strmap_put(&record->files, path, file, err);
}

static int read_all(const json_t *root, struct record *record, struct error *err)
{
	const json_t *schema = json_object_get(root, "schema");
	const json_t *files;

	if (!json_is_integer(schema))
		return damaged("the schema", err);
	if (json_integer_value(schema) != RECORD_SCHEMA)
		return error_set(err, ENOTSUP,
				 "it is of schema %lld, this program knows %d",
				 (long long)json_integer_value(schema), RECORD_SCHEMA);
	int r = read_recipe(root, record, err);
	if (r == 0)
		r = read_libraries(root, record, err);
	if (r == 0)
		r = get_array(root, "files", &files, err);
	for (size_t i = 0; r == 0 && i < json_array_size(files); i++)
		r = read_file(json_array_get(files, i), record, err);
	return r;
}

int record_read(const char *text, size_t size, struct record *ret, struct error *err)
{
	_cleanup_record_ struct record record = {0};
	json_error_t why;
	_cleanup_json_ json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES,
						 &why);

	if (!root)
		return error_set(err, EBADMSG, "%s: line %d: %s", RECORD_PATH, why.line,
				 why.text);
	int r = read_all(root, &record, err);
	if (r < 0)
		return error_wrap(err, "%s", RECORD_PATH);
	*ret = record;
	record = (struct record){0};
	return 0;
}

void record_free(struct record *record)
{
	recipe_free(&record->recipe);
	libraries_free(&record->libraries);
	strmap_free(&record->files);
	arena_free(&record->arena);
}
