/* SPDX-License-Identifier: MIT */
/*
 * Load order. Breadth first decides who is the loader of a library, and so whose RPATH finds it: a
 * walk in another order picks other files. Called by resolver.
 */
#include "closure.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "extras.h"
#include "musl.h"
#include "privilege.h"
#include "search.h"

#define NO_TOKENS \
	"the loader ends a set-id program that needs a name with $ORIGIN and the like"

/* One closure on its way. */
struct work {
	const struct closure_settings *settings;
	struct linkmap *map;
	bool preloads; /* what is asked for comes before all that is needed */
	struct error *err;
};

static int add_edge(struct work *work, struct link *from, const char *name,
		    const struct search_result *found, struct link *to)
{
	struct elfdeps_edge edge = {
		.name = name,
		.object = to ? &to->shown : NULL,
		.rule = found->rule,
		.detail = found->detail,
		.relative = found->relative,
		.again = found->again,
	};

	return linkmap_edge(work->map, from, &edge, work->err);
}

static void name_by_file(struct linkmap *map, struct link *link)
{
	linkmap_name(map, link, link->file);
	if (link->object->known_soname)
		linkmap_name(map, link, link->object->known_soname);
}

/* A link for what was found: the one of the same file if that is loaded, else a new one. */
static int enter(struct work *work, struct link *by, struct store_name *name,
		 struct search_result *found, struct link **ret)
{
	struct linkmap *map = work->map;
	struct link *link = linkmap_of(map, found->file->object);

	found->again = link != NULL;
	if (!link) {
		/* Nobody needs a preload of musl: what it needs inherits no path of the program's. */
		if (map->musl && work->preloads)
			by = NULL;
		link = linkmap_add(map, found->file, by, work->err);
		if (!link)
			return -ENOMEM;
		if (!map->musl)
			name_by_file(map, link);
	}
	*ret = link;
	if (map->musl)
		return musl_name(link, name->text, work->err);
	linkmap_name(map, link, name);
	return 0;
}

/* Finds `name` for `by` and answers what was found and its link (NULL: missing). */
static int load(struct work *work, struct link *by, struct store_name *name,
		struct search_result *found, struct link **ret)
{
	bool musl = work->map->musl;
	int r;

	*ret = musl ? musl_find(work->map, name) : linkmap_find(work->map, name);
	if (*ret) {
		*found = (struct search_result){.rule = ELFDEPS_RULE_LOADED};
		linkmap_trace(by, found->rule, (*ret)->shown.path, ELFDEPS_FOUND, NULL);
		return 0;
	}
	r = musl ? musl_search(by, !work->preloads, name, found, work->err)
		 : search_library(by, name, found, work->err);
	if (r < 0 || !found->file)
		return r;
	if (musl && work->map->interp && musl_is_libc(found->file->object)) {
		*ret = work->map->interp;
		found->rule = ELFDEPS_RULE_LOADED;
		found->detail = NULL;
		found->relative = false;
		return 0;
	}
	return enter(work, by, name, found, ret);
}

/* The name with its tokens replaced; *ret is NULL if one of them has no value. */
static int expand_name(struct work *work, struct link *by, struct store_name *known,
		       struct store_name **ret)
{
	const char *name = known->text;
	char expanded[PATH_MAX];
	struct origin values;
	int r, length;

	*ret = known;
	if (work->map->musl || !origin_is_used(name))
		return 0;
	/* expand_dst of elf/dl-deps.c */
	if (work->map->secure && origin_count(name, strlen(name), NULL)) {
		linkmap_trace(by, ELFDEPS_RULE_PATH, name, ELFDEPS_FATAL, NO_TOKENS);
		error_set(work->err, ELIBBAD, "%s: needs %s", by->shown.path, name);
		return error_hint(work->err, NO_TOKENS);
	}
	r = linkmap_tokens(work->map, by, &values, work->err);
	if (r < 0)
		return r;
	length = origin_expand(&values, name, strlen(name), expanded, sizeof(expanded));
	*ret = NULL;
	if (length <= 0) {
		linkmap_trace(by, ELFDEPS_RULE_MISSING, NULL, ELFDEPS_NOWHERE,
			      "a token in it has no value");
		return 0;
	}
	expanded[length] = '\0';
	return store_name(work->map->store, expanded, ret, work->err);
}

static bool comes_after(const struct link *link, const struct link *other)
{
	for (link = link->next; link; link = link->next)
		if (link == other)
			return true;
	return false;
}

/* A filtee stands in front of the object that names it; *resume is where the walk goes on. */
static void put_in_front(struct linkmap *map, struct link *link, struct link *filtee,
			 struct link **resume)
{
	if (filtee->listed) {
		if (!comes_after(link, filtee))
			return;
		linkmap_remove(map, filtee);
	}
	linkmap_insert(map, filtee, link);
	if (*resume == link)
		*resume = filtee;
}

/* What dlopen would give up at fails the dlopen, not the program. */
static int refuse(struct work *work, struct search_result *ret)
{
	const char *text = work->err ? work->err->text : "cannot be loaded";

	*ret = (struct search_result){.rule = ELFDEPS_RULE_MISSING};
	ret->detail = arena_copy(work->map->arena, text, strlen(text), NULL);
	return ret->detail ? 0 : error_nomem(work->err);
}

/* What something opened at run time brings is there no sooner than that. */
static void join(const struct link *by, struct link *link)
{
	link->extra = by->extra;
	link->shown.strength = by->shown.strength;
}

static int load_need(struct work *work, struct link *link, const struct object_need *need,
		     struct link **resume)
{
	struct search_result found = {.rule = ELFDEPS_RULE_MISSING};
	struct link *dependency = NULL;
	struct store_name *name;
	int r;

	if (work->map->musl && need->tag != OBJECT_NEEDED)
		return 0; /* musl knows no filters */
	work->map->asked_for = need->name;
	r = expand_name(work, link, need->known, &name);
	if (r == 0 && name)
		r = load(work, link, name, &found, &dependency);
	if (r == -ELIBBAD && link->extra) {
		r = refuse(work, &found);
		dependency = NULL;
	}
	/* An auxiliary library is taken only if nothing is wrong with it. */
	if (need->tag == OBJECT_AUXILIARY && (r == -ELIBBAD || (r == 0 && !dependency)))
		return 0;
	if (r < 0)
		return r;
	if (dependency && !dependency->listed)
		join(link, dependency);
	if (dependency && need->tag != OBJECT_NEEDED)
		put_in_front(work->map, link, dependency, resume);
	else if (dependency && !dependency->listed)
		linkmap_insert(work->map, dependency, NULL);
	return add_edge(work, link, need->name, &found, dependency);
}

/* Loads what `link` needs, and those behind it that are not done. */
static int load_all(struct work *work, struct link *link)
{
	while (link) {
		struct link *resume = link;

		link->done = true;
		for (size_t i = 0; i < link->object->need_count; i++) {
			int r = load_need(work, link, &link->object->needs[i], &resume);

			if (r < 0)
				return r;
		}
		for (link = resume; link && link->done;)
			link = link->next;
	}
	return 0;
}

/* A preload that cannot be loaded is warned about, the program starts; here it counts as missing:
 * somebody asked for it (do_preload of elf/rtld.c). */
static int load_preload(struct work *work, const char *name, bool named)
{
	struct search_result found = {0};
	struct link *main = work->map->main, *link = NULL;
	struct store_name *known;
	int r;

	work->map->asked_for = name;
	if (work->map->musl && (!named || work->map->secure))
		return 0; /* musl has no file of preloads, and takes none for a set-id program */
	if (work->map->secure && named && strchr(name, '/')) {
		linkmap_trace(main, ELFDEPS_RULE_PRELOAD, name, ELFDEPS_SKIPPED,
			      "a path, of which a set-id program's loader takes none");
		linkmap_trace(main, ELFDEPS_RULE_MISSING, NULL, ELFDEPS_NOWHERE, NULL);
		return 0;
	}
	r = store_name(work->map->store, name, &known, work->err);
	/* _dl_map_object of elf/dl-load.c: in names with a slash alone. */
	if (r == 0 && strchr(name, '/') && !work->map->secure)
		r = expand_name(work, main, known, &known);
	if (r < 0)
		return r;
	work->map->must_be_setuid = work->map->secure;
	if (known)
		r = load(work, main, known, &found, &link);
	work->map->must_be_setuid = false;
	if (r < 0 && r != -ELIBBAD)
		return r;
	if (r < 0)
		link = NULL;
	found.rule = link ? ELFDEPS_RULE_PRELOAD : ELFDEPS_RULE_MISSING;
	/* A program's own loader is there already, and stands where it is needed, or last. */
	if (link && !link->listed && !(link == work->map->interp && main->object->interp))
		linkmap_insert(work->map, link, NULL);
	return add_edge(work, main, name, &found, link);
}

/* The loader is there before anything is searched for, under its path and its SONAME (dl_main of
 * elf/rtld.c), so that a DT_NEEDED of it never looks for another file. */
static int enter_interp(struct work *work, struct store_name *file)
{
	struct search_result found = {.file = file, .rule = ELFDEPS_RULE_INTERP};

	return enter(work, work->map->main, file, &found, &work->map->interp);
}

static int miss_interp(struct work *work, const char *path, const char *reason)
{
	struct search_result found = {.rule = ELFDEPS_RULE_MISSING, .detail = reason};
	struct link *main = work->map->main;

	linkmap_trace(main, ELFDEPS_RULE_INTERP, path, ELFDEPS_ABSENT, reason);
	linkmap_trace(main, ELFDEPS_RULE_MISSING, NULL, ELFDEPS_NOWHERE, NULL);
	return add_edge(work, main, path, &found, NULL);
}

/* Why the kernel does not take `object` as the loader of `main`; NULL: it does. */
static const char *why_refused(const struct object *object, const struct object *main)
{
	if (object->fault)
		return object->fault;
	if (object->machine != main->machine)
		return "made for another machine";
	return object->mode & 0111 ? NULL : OBJECT_NO_EXECUTE;
}

/* load_elf_binary of the kernel's fs/binfmt_elf.c: ELIBBAD for what is no ELF file of its kind, EACCES
 * without the permission to execute it (execve(2)). */
static int load_interp(struct work *work, const char *path)
{
	struct search_result found = {.rule = ELFDEPS_RULE_INTERP};
	struct link *main = work->map->main;
	struct store_name *file;
	int r;

	work->map->asked_for = path;
	if (path[0] != '/' && !store_has_current(work->map->store))
		return miss_interp(work, path, SEARCH_NO_CURRENT);
	found.relative = path[0] != '/';
	r = store_look(work->map->store, path, &file, work->err);
	if (r < 0)
		return r;
	if (file->error)
		return miss_interp(work, path, NULL);
	const char *refused = why_refused(file->object, main->object);
	if (refused) {
		error_set(work->err, ELIBBAD, "%s: %s", path, refused);
		linkmap_trace(main, found.rule, path, ELFDEPS_FATAL, refused);
		error_hint(work->err,
			   "%s names it as its loader, so the kernel refuses to start",
			   main->shown.path);
		return -ELIBBAD;
	}
	linkmap_trace(main, found.rule, path, ELFDEPS_FOUND, NULL);
	r = enter_interp(work, file);
	return r < 0 ? r : add_edge(work, main, path, &found, work->map->interp);
}

/* A library has no PT_INTERP; whichever program loads it has its machine's usual loader. */
static int assume_interp(struct work *work)
{
	const char *path = work->map->musl ? musl_loader_for(work->map->main->object)
					   : work->map->loader.interp;
	struct store_name *file;
	const char *reason;
	int r;

	if (!path || !work->map->main->object->dynamic)
		return 0;
	r = store_look(work->map->store, path, &file, work->err);
	if (r < 0 || file->error || linkmap_of(work->map, file->object))
		return r;
	if (object_judge(file->object, work->map->main->object, &reason) != OBJECT_FITS)
		return 0;
	return enter_interp(work, file);
}

/* A library is taken for one of musl only where musl's loader is. */
static int begin_musl(struct work *work, const struct object *object)
{
	const char *interp = object->interp;
	struct store_name *file;

	if (!interp) {
		interp = musl_loader_for(object);
		if (!interp)
			return 0;
		int r = store_look(work->map->store, interp, &file, work->err);
		if (r < 0 || file->error)
			return r;
	}
	return musl_is_loader(interp) ? musl_begin(work->map, interp, work->err) : 0;
}

static int begin(struct work *work, struct store_name *file)
{
	const struct object *object = file->object;
	struct linkmap *map = work->map;
	int r;

	map->main = linkmap_add(map, file, NULL, work->err);
	if (!map->main)
		return -ENOMEM;
	linkmap_insert(map, map->main, NULL);
	r = begin_musl(work, object);
	if (r < 0)
		return r;
	/* The name of a program that the kernel starts is empty; a library has the one given. */
	if (object->interp)
		r = load_interp(work, object->interp);
	else if (!map->musl)
		linkmap_name(map, map->main, file);
	if (object->known_soname && !map->musl)
		linkmap_name(map, map->main, object->known_soname);
	if (r == 0 && !object->interp)
		r = assume_interp(work);
	return r;
}

/* Whether the kernel starts it with more rights than its caller has. Capabilities are asked for only
 * where it matters to something. */
static bool is_raised(const struct closure_settings *settings, const char *path,
		      const struct object *object)
{
	if (!object->interp)
		return false;
	if (privilege_by_mode(object->mode))
		return true;
	return (settings->library_path || settings->preloads[0]) &&
	       privilege_by_capabilities(&settings->store->root, path);
}

static int build(struct work *work, struct store_name *file)
{
	const struct object *object = file->object;
	const struct closure_settings *settings = work->settings;
	struct linkmap *map = work->map;
	int r = begin(work, file);

	if (r < 0 || (!object->interp && !object->dynamic))
		return r;
	map->secure = settings->secure || is_raised(settings, file->text, object);
	map->path_ignored = map->secure && settings->library_path;
	if (map->musl)
		map->musl->library_path = map->secure ? NULL : settings->library_path;
	else
		r = search_split(map->main, map->secure ? NULL : settings->library_path,
				 ":;", &map->library_path, work->err);
	work->preloads = true;
	for (size_t i = 0; r == 0 && settings->preloads[i]; i++)
		r = load_preload(work, settings->preloads[i],
				 i < settings->preloads_named);
	work->preloads = false;
	if (r == 0)
		r = load_all(work, map->first);
	if (r == 0 && object->interp && map->interp && !map->interp->listed)
		linkmap_insert(map, map->interp, NULL);
	if (r == 0 && settings->optional != ELFDEPS_OPTIONAL_NONE)
		r = extras_add(settings, map, work->err);
	return r;
}

int closure_open(const struct closure_settings *settings,
		 const struct closure_request *request, struct search_result *found,
		 struct link **ret, struct error *err)
{
	struct linkmap *map = request->by->map;
	struct work work = {.settings = settings, .map = map, .err = err};
	struct store_name *name;
	int r;

	*found = (struct search_result){.rule = ELFDEPS_RULE_MISSING};
	*ret = NULL;
	map->asked_for = request->name;
	r = store_name(map->store, request->name, &name, err);
	if (r == 0)
		r = expand_name(&work, request->by, name, &name);
	if (r == 0 && name)
		r = load(&work, request->by, name, found, ret);
	if (r == -ELIBBAD) {
		*ret = NULL;
		return refuse(&work, found);
	}
	if (r < 0 || !*ret || (*ret)->listed)
		return r;
	(*ret)->extra = true;
	(*ret)->shown.strength = request->strength;
	linkmap_insert(map, *ret, NULL);
	return load_all(&work, *ret);
}

int closure_build(const struct closure_settings *settings, struct store_name *file,
		  struct linkmap **ret, struct error *err)
{
	struct linkmap *map = linkmap_new(settings->store, settings->arena, err);
	const struct object *object = file->object;
	struct work work = {.settings = settings, .map = map, .err = err};

	if (!map)
		return -ENOMEM;
	if (object->fault)
		return error_set(err, ENOEXEC, "%s: %s", file->text, object->fault);
	map->loader = loader_of(object);
	map->hwcaps = settings->hwcaps;
	map->cache = settings->cache;
	map->trace = settings->trace;
	if (object->machine == EM_X86_64 && object->class == ELFCLASS64)
		map->legacy = settings->legacy;
	int r = build(&work, file);
	if (r == 0)
		*ret = map;
	return r;
}
