/* SPDX-License-Identifier: MIT */
/*
 * One resolver goes over all files in the order of their paths. What a closure lacks is said of the
 * file that asks for it, once, however many programs bring it in. Called by checkup.
 */
#include "verifyelf.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/path.h"
#include "placement.h"
#include "verifyorigin.h"

enum { TEXT_SIZE = 5000 };

/* One file on its way. */
struct subject {
	struct checkup *checkup;
	const struct entry *entry;
	struct elfdeps_closure closure;
	bool is_program;
};

enum kind { KIND_OTHER, KIND_ELF, KIND_SCRIPT };

/* ELF files that nothing starts or loads: what a linker reads, a kernel module, a core dump. */
static bool is_started(const unsigned char *head)
{
	unsigned type = head[EI_DATA] == ELFDATA2MSB ? (head[16] << 8u | head[17])
						     : (head[17] << 8u | head[16]);

	return type != ET_REL && type != ET_CORE;
}

static int look(struct checkup *checkup, const struct entry *entry, enum kind *ret,
		struct error *err)
{
	unsigned char head[EI_NIDENT + 2];
	ssize_t size = survey_peek(checkup->survey, entry, head, sizeof(head));
	char text[200];

	*ret = KIND_OTHER;
	if (size == (ssize_t)sizeof(head) && !memcmp(head, ELFMAG, SELFMAG) &&
	    is_started(head))
		*ret = KIND_ELF;
	if (size >= 2 && !memcmp(head, "#!", 2) && entry->mode & 0111)
		*ret = KIND_SCRIPT;
	if (size >= 0)
		return 0;
	snprintf(text, sizeof(text), "cannot be read: %s", error_words((int)-size));
	return checkup_report(
		checkup,
		&(struct finding){SEVERITY_WARNING, entry->path, "unreadable", text,
				  NULL},
		&(struct cure){.words = "check the image as the user who owns it, or as "
					"root"},
		err);
}

/* Whether the failure is of our own process, not of the file. */
static bool is_ours(int code)
{
	return code == -ENOMEM || code == -EMFILE || code == -ENFILE;
}

/* The file cannot be resolved at all. */
static int give_up(struct subject *subject, int code, const struct error *cause,
		   struct error *err)
{
	const char *path = subject->entry->path, *text = cause->text;
	size_t length = strlen(path);

	if (!strncmp(text, path, length) && !strncmp(text + length, ": ", 2))
		text += length + 2;
	bool matters = subject->entry->mode & 0111 || strstr(path, ".so") ||
		       code != -ENOEXEC;
	return checkup_report(
		subject->checkup,
		&(struct finding){matters ? SEVERITY_ERROR : SEVERITY_WARNING, path,
				  code == -ENOEXEC ? "malformed" : "unloadable", text,
				  NULL},
		&(struct cure){.add = path, .replace = true}, err);
}

/* What a plugin needs is often there already when its program loads it, whatever its own path says. */
static bool may_be_loaded(const struct subject *subject, const char *name)
{
	return !subject->is_program && name && !strchr(name, '/') &&
	       strmap_get(&subject->checkup->names, name);
}

static enum severity severity_of(const struct subject *subject,
				 const struct elfdeps_problem *problem)
{
	if (problem->kind != ELFDEPS_PROBLEM_MISSING)
		return SEVERITY_ERROR;
	if (subject->closure.objects[0]->kind == ELFDEPS_SCRIPT &&
	    !strcmp(problem->object, subject->entry->path) &&
	    !placement_is_command(subject->entry->path))
		return SEVERITY_WARNING;
	return may_be_loaded(subject, problem->name) ? SEVERITY_WARNING : SEVERITY_ERROR;
}

/* What is only opened at run time is for report_extras to tell. */
static bool is_optional(const struct subject *subject,
			const struct elfdeps_problem *problem)
{
	const struct elfdeps_closure *closure = &subject->closure;

	if (problem->kind != ELFDEPS_PROBLEM_MISSING)
		return false;
	for (size_t i = 0; i < closure->count; i++) {
		const struct elfdeps_object *object = closure->objects[i];

		if (object->path != problem->object)
			continue;
		for (size_t e = 0; e < object->edge_count; e++)
			if (!strcmp(object->edges[e].name, problem->name))
				return object->edges[e].reason != NULL;
	}
	return false;
}

/* A library is one file, whatever the path by which the loader comes to it. */
static const char *canonical(const struct subject *subject, const char *path,
			     char ret[PATH_MAX])
{
	return survey_follow(subject->checkup->survey, path, ret, NULL) < 0 ? path : ret;
}

/* A library comes with whatever needs it; a script's interpreter is only a name to the script. */
static const char *what_cures(const struct subject *subject,
			      const struct elfdeps_problem *problem)
{
	if (subject->closure.objects[0]->kind == ELFDEPS_SCRIPT &&
	    problem->kind == ELFDEPS_PROBLEM_MISSING &&
	    !strcmp(problem->object, subject->entry->path))
		return problem->name;
	return subject->entry->path;
}

static int report_problem(struct subject *subject, const struct elfdeps_problem *problem,
			  struct error *err)
{
	char text[TEXT_SIZE], path[PATH_MAX];
	enum severity severity = severity_of(subject, problem);
	const char *note = "";

	if (may_be_loaded(subject, problem->name) && severity == SEVERITY_WARNING)
		note = " by its own search path; it works where its program has loaded "
		       "that";
	snprintf(text, sizeof(text), "%s%s", problem->text, note);
	return checkup_report(
		subject->checkup,
		&(struct finding){severity, canonical(subject, problem->object, path),
				  elfdeps_problem_name(problem->kind), text, NULL},
		&(struct cure){.add = what_cures(subject, problem),
			       .replace = problem->kind != ELFDEPS_PROBLEM_MISSING},
		err);
}

static int report_problems(struct subject *subject, struct error *err)
{
	struct elfdeps_problems problems;
	struct error cause = {0};

	int r = elfdeps_check(subject->checkup->resolver, &subject->closure, &problems,
			      &cause);
	if (is_ours(r))
		return error_set(err, -r, "%s", cause.text);
	if (r < 0)
		return give_up(subject, r, &cause, err);
	for (size_t i = 0; r == 0 && i < problems.count; i++)
		if (problems.items[i].failure &&
		    !is_optional(subject, &problems.items[i]))
			r = report_problem(subject, &problems.items[i], err);
	return r;
}

/* What is opened at run time only, which elfdeps_check leaves out. */
static int report_extra(struct subject *subject, const struct elfdeps_object *object,
			const struct elfdeps_edge *edge, struct error *err)
{
	char text[TEXT_SIZE], path[PATH_MAX];

	if (edge->object || !edge->reason || object->strength != ELFDEPS_REQUIRED)
		return 0;
	snprintf(text, sizeof(text),
		 "opens %.1000s at run time, which is not found (%.1000s)", edge->name,
		 edge->reason);
	return checkup_report(subject->checkup,
			      &(struct finding){edge->strength == ELFDEPS_REQUIRED
							? SEVERITY_ERROR
							: SEVERITY_WARNING,
						canonical(subject, object->path, path),
						"optional", text, NULL},
			      &(struct cure){.add = subject->entry->path}, err);
}

static int report_extras(struct subject *subject, struct error *err)
{
	const struct elfdeps_closure *closure = &subject->closure;
	int r = 0;

	for (size_t i = 0; r == 0 && i < closure->count; i++) {
		const struct elfdeps_object *object = closure->objects[i];

		for (size_t e = 0; r == 0 && e < object->edge_count; e++)
			r = report_extra(subject, object, &object->edges[e], err);
	}
	return r;
}

/*
 * The folder of glibc's libc.so.6 (or .6.1), which on Debian is the one of all libraries of that
 * machine. It becomes part of words to type, so one of a strange name is as none.
 */
static const char *libc_folder(const struct subject *subject, char *ret, size_t size)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-";

	*ret = '\0';
	for (size_t i = 0; i < subject->closure.count; i++) {
		const char *path = subject->closure.objects[i]->path;
		const char *name = path_basename(path);

		if (!strncmp(name, "libc.so.6", 9) && name - path > 1 &&
		    strspn(path, plain) == strlen(path))
			snprintf(ret, size, "%.*s", (int)(name - path - 1), path);
	}
	return ret;
}

static int note_usages(struct subject *subject, struct error *err)
{
	struct checkup *checkup = subject->checkup;
	char folder[PATH_MAX];
	struct usage usage = {
		.name = path_basename(subject->entry->path),
		.by = subject->entry->path,
		.folder = libc_folder(subject, folder, sizeof(folder)),
	};
	int r = checkup_use(checkup, &checkup->programs, &usage, err);

	for (size_t i = 1; r == 0 && i < subject->closure.count; i++) {
		const struct elfdeps_object *object = subject->closure.objects[i];

		usage.name = object->soname ? object->soname
					    : path_basename(object->path);
		r = checkup_use(checkup, &checkup->libraries, &usage, err);
	}
	return r;
}

/* A library, too, may have a PT_INTERP and an executable bit: libc.so.6 has both. */
static bool is_program(const struct subject *subject)
{
	const struct elfdeps_object *object = subject->closure.objects[0];

	return object->kind == ELFDEPS_ELF && subject->entry->mode & 0111 &&
	       !object->soname && !strstr(path_basename(object->path), ".so");
}

static int check_file(struct subject *subject, struct error *err)
{
	struct checkup *checkup = subject->checkup;
	struct error cause = {0};

	int r = elfdeps_resolve(checkup->resolver, subject->entry->path,
				&subject->closure, &cause);
	if (is_ours(r))
		return error_set(err, -r, "%s", cause.text);
	if (r < 0)
		return give_up(subject, r, &cause, err);
	subject->is_program = is_program(subject);
	if (subject->is_program) {
		r = note_usages(subject, err);
		if (r == 0)
			r = verifyorigin_run(checkup, &subject->closure, err);
	}
	if (r == 0)
		r = report_problems(subject, err);
	return r == 0 ? report_extras(subject, err) : r;
}

static int check_entry(struct checkup *checkup, const struct entry *entry,
		       struct error *err)
{
	struct subject subject = {.checkup = checkup, .entry = entry};
	enum kind kind;

	if (entry->type != ENTRY_FILE)
		return 0;
	int r = look(checkup, entry, &kind, err);
	if (r < 0 || kind == KIND_OTHER)
		return r;
	checkup->files++;
	r = check_file(&subject, err);
	elfdeps_release(checkup->resolver);
	return r;
}

static int check_cache(struct checkup *checkup, struct error *err)
{
	struct elfdeps_problems problems;
	struct error cause = {0};

	int r = elfdeps_check_cache(checkup->resolver, &problems, &cause);
	if (r < 0)
		return is_ours(r) ? error_set(err, -r, "%s", cause.text) : 0;
	for (size_t i = 0; r == 0 && i < problems.count; i++) {
		const struct elfdeps_problem *problem = &problems.items[i];

		r = checkup_report(checkup,
				   &(struct finding){SEVERITY_ERROR, problem->object,
						     "cache", problem->text, NULL},
				   &(struct cure){.add = problem->provider}, err);
	}
	return r;
}

int verifyelf_run(struct checkup *checkup, struct error *err)
{
	const struct manifest *manifest = &checkup->survey->manifest;
	int r = 0;

	for (size_t i = 0; r == 0 && i < manifest->count; i++)
		r = check_entry(checkup, manifest->entries[i], err);
	return r == 0 ? check_cache(checkup, err) : r;
}
