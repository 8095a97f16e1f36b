/* SPDX-License-Identifier: MIT */
/*
 * From a closure of elfdeps to entries, libraries and needs that are not met. Called by asked and
 * by tree.
 */
#include "needs.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "common/path.h"

/* One closure on its way into the manifest. */
struct pass {
	struct intake *intake;
	const struct elfdeps_closure *closure;
	const char **paths; /* of each object in the image; NULL while it is not there */
	bool is_member;     /* of a folder: a script may lack its interpreter */
};

/* The objects, and behind them what is only opened at run time. */
static size_t count_of(const struct elfdeps_closure *closure)
{
	return closure->count + closure->extra_count;
}

static const struct elfdeps_object *object_at(const struct elfdeps_closure *closure,
					      size_t i)
{
	return i < closure->count ? closure->objects[i]
				  : closure->extras[i - closure->count];
}

static size_t index_of(const struct elfdeps_closure *closure,
		       const struct elfdeps_object *object)
{
	size_t i = 0;

	while (i < count_of(closure) && object_at(closure, i) != object)
		i++;
	return i;
}

static int add_object(struct pass *pass, size_t at, const struct reason *reason,
		      struct error *err)
{
	struct intake *intake = pass->intake;
	struct links_end end;

	int r = links_follow(&intake->links, object_at(pass->closure, at)->path, reason,
			     &end, err);
	if (r < 0)
		return r;
	const struct taken taken = {
		.source = end.path, .path = end.path, .st = &end.st, .reason = *reason};
	r = intake_file(intake, &taken, err);
	if (r < 0)
		return r;
	pass->paths[at] = arena_copy(&intake->arena, end.path, strlen(end.path), err);
	return pass->paths[at] ? 0 : -ENOMEM;
}

static int add_need(struct pass *pass, const struct elfdeps_edge *edge, size_t by,
		    struct error *err)
{
	struct intake *intake = pass->intake;
	const struct elfdeps_object *object = object_at(pass->closure, by);
	const char *path = pass->paths[by];

	if (pass->is_member && object->kind == ELFDEPS_SCRIPT)
		return manifest_note(intake->manifest, err,
				     "%s asks for %s, which is not found", path,
				     edge->name);
	const char *name = arena_copy(&intake->arena, edge->name, strlen(edge->name),
				      err);
	if (!name)
		return -ENOMEM;
	int r = alloc_grow(&intake->needs, &intake->need_capacity, intake->need_count + 1,
			   sizeof(*intake->needs), err);
	if (r < 0)
		return r;
	intake->needs[intake->need_count++] = (struct need){
		.by = path,
		.is_member = pass->is_member,
		.library = {.name = name,
			    .machine = object->machine,
			    .class = object->elf_class,
			    .data = object->data},
	};
	return 0;
}

/* What is only recommended, and what that needs, may be missing. */
static int miss_extra(struct pass *pass, const struct elfdeps_edge *edge, size_t by,
		      struct error *err)
{
	if (!edge->reason || object_at(pass->closure, by)->strength != ELFDEPS_REQUIRED)
		return 0;
	return manifest_note(pass->intake->manifest, err,
			     "%s may ask for %s, which is not found (%s)",
			     pass->paths[by], edge->name, edge->reason);
}

/* "recommended: …"; NULL without memory. */
static const char *describe(struct pass *pass, const struct elfdeps_edge *edge,
			    struct error *err)
{
	return arena_format(&pass->intake->arena, err, "%s: %s",
			    elfdeps_strength_name(edge->strength), edge->reason);
}

/* Whether a program asked for the object by a name that ld.so.cache answers; ld.so(8). */
static bool is_searched(const struct elfdeps_edge *edge)
{
	switch (edge->rule) {
	case ELFDEPS_RULE_RPATH:
	case ELFDEPS_RULE_RUNPATH:
	case ELFDEPS_RULE_LIBRARY_PATH:
	case ELFDEPS_RULE_PRELOAD:
	case ELFDEPS_RULE_CACHE:
	case ELFDEPS_RULE_DEFAULT:
		return !strchr(edge->name, '/');
	case ELFDEPS_RULE_ASKED:
	case ELFDEPS_RULE_SCRIPT:
	case ELFDEPS_RULE_ENV:
	case ELFDEPS_RULE_INTERP:
	case ELFDEPS_RULE_LOADED:
	case ELFDEPS_RULE_PATH:
	case ELFDEPS_RULE_MISSING:
		break;
	}
	return false;
}

static int add_library(struct pass *pass, const struct elfdeps_edge *edge,
		       struct error *err)
{
	const struct elfdeps_object *object = edge->object;
	const struct library library = {
		.name = edge->name,
		.path = object->path,
		.machine = object->machine,
		.class = object->elf_class,
		.data = object->data,
		.general = edge->rule == ELFDEPS_RULE_CACHE ||
			   edge->rule == ELFDEPS_RULE_DEFAULT,
	};

	return libraries_add(pass->intake->libraries, &library, err);
}

static int add_edge(struct pass *pass, size_t by, const struct elfdeps_edge *edge,
		    struct error *err)
{
	struct reason reason = {
		.rule = elfdeps_rule_name(edge->rule),
		.by = pass->paths[by],
		.name = edge->name,
	};
	int r = 0;

	if (!edge->object)
		return elfdeps_is_missing(object_at(pass->closure, by), edge)
			       ? add_need(pass, edge, by, err)
			       : miss_extra(pass, edge, by, err);
	if (edge->reason) {
		reason.detail = describe(pass, edge, err);
		if (!reason.detail)
			return -ENOMEM;
	}
	size_t at = index_of(pass->closure, edge->object);
	if (at == count_of(pass->closure))
		return 0; /* the main program's own alias: nothing new */
	if (!pass->paths[at] && edge->rule != ELFDEPS_RULE_LOADED)
		r = add_object(pass, at, &reason, err);
	if (r == 0 && is_searched(edge))
		r = add_library(pass, edge, err);
	return r;
}

static int add_closure(struct pass *pass, struct error *err)
{
	const struct reason asked = {.rule = RULE_ASKED};

	for (size_t i = 0; i < count_of(pass->closure); i++) {
		const struct elfdeps_object *object = object_at(pass->closure, i);
		int r = pass->paths[i] ? 0 : add_object(pass, i, &asked, err);

		for (size_t e = 0; r == 0 && e < object->edge_count; e++)
			r = add_edge(pass, i, &object->edges[e], err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A library that was asked for itself is one that programs of the image may ask for by name. */
static int add_asked_library(struct intake *intake, const struct elfdeps_object *object,
			     const char *loader_path, struct error *err)
{
	const struct library library = {
		.name = object->soname,
		.path = loader_path,
		.machine = object->machine,
		.class = object->elf_class,
		.data = object->data,
	};

	if (!object->soname || strchr(object->soname, '/') || object->kind != ELFDEPS_ELF)
		return 0;
	return libraries_add(intake->libraries, &library, err);
}

static int resolve(struct intake *intake, const struct taken *taken, bool is_member,
		   struct elfdeps_closure *ret, struct error *err)
{
	int r = elfdeps_resolve(intake->resolver, taken->source, ret, err);

	if (r != -ENOEXEC || !is_member)
		return r;
	*ret = (struct elfdeps_closure){0};
	return manifest_note(intake->manifest, err, "taken as data: %s", err->text);
}

/* What a linker works on: no program, no library, and nothing wrong with it. elf(5), e_type. */
static bool is_object_file(const struct intake *intake, const char *source)
{
	unsigned char head[EI_NIDENT + 2];
	_cleanup_fd_ int fd = sysroot_openat(intake->root, source, O_RDONLY | O_NONBLOCK);

	if (fd < 0 || pread(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head))
		return false;
	bool big = head[EI_DATA] == ELFDATA2MSB;
	return head[EI_NIDENT + big] == ET_REL && head[EI_NIDENT + !big] == 0;
}

static int add(struct intake *intake, const struct taken *taken, bool is_member,
	       struct elfdeps_closure *ret, struct error *err)
{
	enum elfdeps_kind kind;

	*ret = (struct elfdeps_closure){0};
	int r = elfdeps_classify(intake->resolver, taken->source, &kind, err);
	if (r < 0 || kind == ELFDEPS_OTHER)
		return r;
	if (is_member && kind == ELFDEPS_SCRIPT && !(taken->st->st_mode & 0111))
		return 0;
	if (kind == ELFDEPS_ELF && is_object_file(intake, taken->source))
		return 0;
	r = resolve(intake, taken, is_member, ret, err);
	if (r < 0 || !ret->count)
		return r;
	_cleanup_free_ const char **paths = calloc(count_of(ret), sizeof(*paths));
	if (!paths)
		return error_nomem(err);
	struct pass pass = {
		.intake = intake, .closure = ret, .paths = paths, .is_member = is_member};
	paths[0] = arena_copy(&intake->arena, taken->path, strlen(taken->path), err);
	return paths[0] ? add_closure(&pass, err) : -ENOMEM;
}

/* elfdeps begins with the file's name where the file itself is at fault. */
static int name_file(const struct taken *taken, struct error *err)
{
	if (!strncmp(err->text, taken->source, strlen(taken->source)))
		return error_wrap(err, "cannot add");
	return error_wrap(err, "cannot add %s", taken->source);
}

int needs_add(struct intake *intake, const struct taken *taken, const char *loader_path,
	      struct error *err)
{
	struct elfdeps_closure closure;

	int r = add(intake, taken, false, &closure, err);
	if (r < 0)
		return name_file(taken, err);
	if (!closure.count)
		return 0;
	return add_asked_library(intake, closure.objects[0], loader_path, err);
}

int needs_add_member(struct intake *intake, const struct taken *taken, struct error *err)
{
	struct elfdeps_closure closure;

	int r = add(intake, taken, true, &closure, err);
	return r < 0 ? name_file(taken, err) : 0;
}

/* Whether a file of this name is in the image, wherever. */
static bool is_somewhere(const struct manifest *manifest, const char *name)
{
	for (size_t i = 0; i < manifest->count; i++)
		if (!strcmp(path_basename(manifest->entries[i]->path), name))
			return true;
	return false;
}

bool needs_met(const struct intake *intake, const struct need *need)
{
	char place[PATH_MAX];
	struct error ignored;

	if (need->library.name[0] != '/')
		return libraries_have(intake->libraries, &need->library) ||
		       (need->is_member &&
			is_somewhere(intake->manifest, need->library.name));
	return manifest_place(intake->manifest, need->library.name, place, &ignored) ==
		       0 &&
	       manifest_find(intake->manifest, place);
}

int needs_check(const struct intake *intake, struct error *err)
{
	char text[1200] = "";
	size_t used = 0;
	int missing = 0;

	for (size_t i = 0; i < intake->need_count; i++) {
		const struct need *need = &intake->needs[i];

		if (needs_met(intake, need))
			continue;
		int more = snprintf(text + used, sizeof(text) - used,
				    "%s%s, needed by %s", missing ? "; " : "",
				    need->library.name, need->by);
		used += more > 0 ? (size_t)more : 0;
		if (used >= sizeof(text))
			used = sizeof(text) - 1;
		missing++;
	}
	if (!missing)
		return 0;
	error_set(err, ENOENT, "not found: %s", text);
	return error_hint(err, "install the package that has it, or add it as PATH:DEST");
}
