/* SPDX-License-Identifier: MIT */
/*
 * Collects, sorts and prints. Filled by checkup and the verify modules, printed by the command check.
 */
#include "findings.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/path.h"
#include "common/jsontext.h"

/* The room that a text takes escaped: each byte may become four. */
enum { TEXT_MAX = 4 * PATH_MAX, SHOWN_MAX = 4 * TEXT_MAX };

static const char *severity_name(enum severity severity)
{
	return severity == SEVERITY_ERROR ? "error" : "warning";
}

/* A second one of the same kind: nothing new, but it may be worse. */
static void merge(struct findings *findings, struct finding *old,
		  const struct finding *finding)
{
	if (finding->severity >= old->severity)
		return;
	findings->counts[old->severity]--;
	findings->counts[finding->severity]++;
	old->severity = finding->severity;
}

static const char *keep(struct findings *findings, const char *text, struct error *err)
{
	return arena_copy(&findings->arena, text, strnlen(text, TEXT_MAX), err);
}

static int append(struct findings *findings, const char *key,
		  const struct finding *finding, struct error *err)
{
	struct finding *copy = arena_alloc(&findings->arena, sizeof(*copy), err);

	if (!copy)
		return -ENOMEM;
	*copy = *finding;
	copy->path = keep(findings, finding->path, err);
	copy->text = copy->path ? keep(findings, finding->text, err) : NULL;
	if (!copy->text)
		return -ENOMEM;
	if (finding->fix) {
		copy->fix = keep(findings, finding->fix, err);
		if (!copy->fix)
			return -ENOMEM;
	}
	int r = alloc_grow(&findings->items, &findings->capacity, findings->count + 1,
			   sizeof(*findings->items), err);
	if (r < 0)
		return r;
	findings->items[findings->count++] = copy;
	findings->counts[finding->severity]++;
	return strmap_put(&findings->known, key, copy, err);
}

int findings_add(struct findings *findings, const struct finding *finding,
		 struct error *err)
{
	char *key = alloc_format(err, "%s\n%s", finding->path, finding->text);

	if (!key)
		return -ENOMEM;
	struct finding *old = strmap_get(&findings->known, key);
	if (old) {
		free(key);
		merge(findings, old, finding);
		return 0;
	}
	if (findings->counts[finding->severity] >= FINDINGS_MAX) {
		free(key);
		findings->dropped++;
		return 0;
	}
	const char *kept = arena_copy(&findings->arena, key, strlen(key), err);
	free(key);
	return kept ? append(findings, kept, finding, err) : -ENOMEM;
}

static int compare(const void *a, const void *b)
{
	const struct finding *const *first = a, *const *second = b;
	int r = strcmp((*first)->path, (*second)->path);

	return r != 0 ? r : strcmp((*first)->text, (*second)->text);
}

void findings_sort(struct findings *findings)
{
	if (findings->count)
		qsort(findings->items, findings->count, sizeof(*findings->items),
		      compare);
}

void findings_print(const struct findings *findings, FILE *out)
{
	static char shown[SHOWN_MAX]; /* too large for the stack */

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = findings->items[i];

		fputs(path_escape(finding->path, shown, sizeof(shown)), out);
		fputs(finding->severity == SEVERITY_WARNING ? ": warning: " : ": ", out);
		fputs(path_escape_controls(finding->text, shown, sizeof(shown)), out);
		if (finding->fix)
			fprintf(out, "; fix: %s",
				path_escape_controls(finding->fix, shown, sizeof(shown)));
		fputc('\n', out);
	}
}

static json_t *object_of(const struct finding *finding, struct error *err)
{
	json_t *object = json_object();
	int r = object ? 0 : error_nomem(err);

	if (r == 0)
		r = jsontext_set(object, "severity", severity_name(finding->severity),
				 err);
	if (r == 0)
		r = jsontext_set(object, "path", finding->path, err);
	if (r == 0)
		r = jsontext_set(object, "problem", finding->problem, err);
	if (r == 0)
		r = jsontext_set(object, "text", finding->text, err);
	if (r == 0)
		r = jsontext_set(object, "fix", finding->fix, err);
	if (r == 0)
		return object;
	json_decref(object);
	return NULL;
}

static int fill(json_t *root, const struct findings *findings, struct error *err)
{
	json_t *problems = json_array();

	if (json_object_set_new(root, "problems", problems) < 0)
		return error_nomem(err);
	for (size_t i = 0; i < findings->count; i++) {
		json_t *object = object_of(findings->items[i], err);

		if (!object)
			return -ENOMEM;
		if (json_array_append_new(problems, object) < 0)
			return error_nomem(err);
	}
	return 0;
}

int findings_print_json(const struct findings *findings, FILE *out, struct error *err)
{
	json_t *root = json_pack("{s:i,s:I}", "schema", FINDINGS_SCHEMA, "dropped",
				 (json_int_t)findings->dropped);

	if (!root)
		return error_nomem(err);
	int r = fill(root, findings, err);
	if (r == 0 && (json_dumpf(root, out, JSON_INDENT(1) | JSON_SORT_KEYS) < 0 ||
		       fputc('\n', out) == EOF))
		r = error_set(err, EIO, "cannot print");
	json_decref(root);
	return r;
}

void findings_free(struct findings *findings)
{
	free(findings->items);
	strmap_free(&findings->known);
	arena_free(&findings->arena);
	*findings = (struct findings){0};
}
