/* SPDX-License-Identifier: MIT */
/*
 * What elfdeps.h promises: one root, one set of options, closures that share every file read.
 * Follows #! lines from file to file, as execve and env do, and strings the closures together.
 * Called by everybody outside this folder.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "closure.h"
#include "common/cleanup.h"
#include "common/fd.h"
#include "common/path.h"
#include "elfdeps.h"
#include "hwcaps.h"
#include "script.h"

enum {
	PRELOAD_FILE_MAX = 1 << 20,
	CHAIN_LEVELS =
		8, /* more than SCRIPT_LEVELS_MAX: the unit in which env's programs count */
	CHAIN_MAX =
		40, /* programs that env starts one from the other: more are a circle */
};

struct bytes {
	char *data;
	size_t size;
};

struct elfdeps {
	struct store store;
	char *library_path;
	struct hwcaps hwcaps;
	struct strlist preloads; /* of the option, then of /etc/ld.so.preload */
	struct bytes cache_file;
	bool cache_known[2]; /* by byte order: big is 1 */
	bool cache_good[2];
	struct ldcache caches[2];
	struct strmap programs; /* path → the link map of its first set of hwcaps */
};

/* One closure being strung together. */
struct gather {
	struct elfdeps *resolver;
	struct strmap paths; /* those in `objects` */
	struct elfdeps_object **objects;
	size_t count, capacity;
};

const char *elfdeps_rule_name(enum elfdeps_rule rule)
{
	static const char *const names[] = {
		[ELFDEPS_RULE_ASKED] = "asked for",
		[ELFDEPS_RULE_SCRIPT] = "#! line",
		[ELFDEPS_RULE_ENV] = "env",
		[ELFDEPS_RULE_INTERP] = "interpreter",
		[ELFDEPS_RULE_PRELOAD] = "preload",
		[ELFDEPS_RULE_LOADED] = "loaded",
		[ELFDEPS_RULE_PATH] = "path",
		[ELFDEPS_RULE_RPATH] = "rpath",
		[ELFDEPS_RULE_LIBRARY_PATH] = "library path",
		[ELFDEPS_RULE_RUNPATH] = "runpath",
		[ELFDEPS_RULE_CACHE] = "ld.so.cache",
		[ELFDEPS_RULE_DEFAULT] = "default folder",
		[ELFDEPS_RULE_MISSING] = "not found",
	};

	return names[rule];
}

/* Adds the words of `text`, NUL-terminated, which is changed. */
static int add_preloads(struct elfdeps *resolver, char *text, const char *separators,
			struct error *err)
{
	char *rest = NULL;

	for (char *word = strtok_r(text, separators, &rest); word;
	     word = strtok_r(NULL, separators, &rest)) {
		int r = strlist_add(&resolver->preloads, word, err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Reads a whole file inside the root; *ret stays empty if it is not there or no regular file. */
static int read_file(struct elfdeps *resolver, const char *path, size_t limit,
		     struct bytes *ret, struct error *err)
{
	_cleanup_fd_ int fd = sysroot_openat(&resolver->store.root, path,
					     O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	return fd_read_all(fd, limit, path, &ret->data, &ret->size, err);
}

/* /etc/ld.so.preload: names between blanks and colons, # starts a comment (elf/rtld.c). */
static int read_preload_file(struct elfdeps *resolver, struct error *err)
{
	struct bytes text = {0};
	int r = read_file(resolver, "/etc/ld.so.preload", PRELOAD_FILE_MAX, &text, err);
	char *comment = r == 0 && text.data ? strchr(text.data, '#') : NULL;

	for (; comment; comment = strchr(comment, '#'))
		while (*comment && *comment != '\n')
			*comment++ = ' ';
	if (r == 0 && text.data)
		r = add_preloads(resolver, text.data, ": \t\n", err);
	free(text.data);
	return r;
}

static int set_options(struct elfdeps *resolver, const struct elfdeps_options *options,
		       struct error *err)
{
	_cleanup_free_ char *preload = NULL;
	int r = hwcaps_parse(options->hwcaps, &resolver->hwcaps, err);

	if (r < 0)
		return r;
	if (options->library_path) {
		resolver->library_path = alloc_copy(options->library_path, err);
		if (!resolver->library_path)
			return -ENOMEM;
	}
	if (options->preload) {
		preload = alloc_copy(options->preload, err);
		r = preload ? add_preloads(resolver, preload, " :", err) : -ENOMEM;
	}
	if (r == 0)
		r = read_preload_file(resolver, err);
	return r;
}

int elfdeps_new(const struct elfdeps_options *options, struct elfdeps **ret,
		struct error *err)
{
	static const struct elfdeps_options defaults = {0};
	_cleanup_elfdeps_ struct elfdeps *resolver = calloc(1, sizeof(*resolver));
	int r;

	if (!resolver)
		return error_nomem(err);
	if (!options)
		options = &defaults;
	resolver->store.root.fd = -1;
	r = store_open(options->root, &resolver->store, err);
	if (r == 0)
		r = set_options(resolver, options, err);
	if (r == 0)
		*ret = steal_pointer(&resolver);
	return r;
}

void elfdeps_free(struct elfdeps *resolver)
{
	if (!resolver)
		return;
	strmap_free(&resolver->programs);
	strlist_free(&resolver->preloads);
	free(resolver->library_path);
	free(resolver->cache_file.data);
	store_close(&resolver->store);
	free(resolver);
}

/* The cache for programs of `object`'s byte order; *ret is NULL if there is no good one. */
static int get_cache(struct elfdeps *resolver, const struct object *object,
		     const struct ldcache **ret, struct error *err)
{
	bool big = object->data == ELFDATA2MSB;
	int r = 0;

	if (!resolver->cache_known[0] && !resolver->cache_known[1])
		r = read_file(resolver, "/etc/ld.so.cache", LDCACHE_FILE_MAX,
			      &resolver->cache_file, err);
	if (r < 0)
		return r;
	if (!resolver->cache_known[big] && resolver->cache_file.data)
		resolver->cache_good[big] =
			ldcache_open(resolver->cache_file.data, resolver->cache_file.size,
				     big, &resolver->caches[big], NULL) == 0;
	resolver->cache_known[big] = true;
	*ret = resolver->cache_good[big] ? &resolver->caches[big] : NULL;
	return 0;
}

static int open_object(struct elfdeps *resolver, const char *path, struct object **ret,
		       struct error *err)
{
	const struct store_file *file;
	int r = store_look(&resolver->store, path, &file, err);

	if (r < 0)
		return r;
	if (file->error)
		return error_errno(err, file->error, "%s", path);
	*ret = file->object;
	return 0;
}

int elfdeps_classify(struct elfdeps *resolver, const char *path, enum elfdeps_kind *ret,
		     struct error *err)
{
	struct object *object = NULL;
	int r;

	resolver->store.misses = 0;
	r = open_object(resolver, path, &object, err);
	if (r < 0)
		return r;
	*ret = object->kind;
	return 0;
}

/* A file to start. `depth` counts scripts that interpret each other below CHAIN_LEVELS, and programs
 * that env started in steps of it. */
struct source {
	const char *path;
	struct object *object;
	unsigned depth;
};

/* Adds an object that is not there yet: two programs of a chain share most libraries. */
static int gather_object(struct gather *gather, struct elfdeps_object *object,
			 struct error *err)
{
	int r;

	if (strmap_get(&gather->paths, object->path))
		return 0;
	r = alloc_grow(&gather->objects, &gather->capacity, gather->count + 1,
		       sizeof(gather->objects[0]), err);
	if (r < 0)
		return r;
	gather->objects[gather->count++] = object;
	return strmap_put(&gather->paths, object->path, object, err);
}

static int build_map(struct elfdeps *resolver, const struct source *source,
		     const char *const *hwcaps, struct linkmap **ret, struct error *err)
{
	static const char *const none[] = {NULL};
	struct strlist *preloads = &resolver->preloads;
	struct closure_settings settings = {
		.store = &resolver->store,
		.library_path = resolver->library_path,
		.preloads = preloads->count ? (const char *const *)preloads->items : none,
		.hwcaps = hwcaps,
	};
	int r = get_cache(resolver, source->object, &settings.cache, err);

	return r < 0 ? r
		     : closure_build(&settings, source->path, source->object, ret, err);
}

/* Adds a program's closure, and with --hwcaps all those of its variants; *ret is its first object. */
static int gather_program(struct gather *gather, const struct source *source,
			  struct elfdeps_object **ret, struct error *err)
{
	struct elfdeps *resolver = gather->resolver;
	struct linkmap *map = strmap_get(&resolver->programs, source->path);
	int r = 0;

	for (size_t i = 0; i < resolver->hwcaps.count && r == 0; i++) {
		if (i || !map)
			r = build_map(resolver, source, resolver->hwcaps.sets[i], &map,
				      err);
		if (r == 0 && i == 0) {
			*ret = &map->main->shown;
			r = strmap_put(&resolver->programs, map->main->shown.path, map,
				       err);
		}
		for (struct link *link = map ? map->first : NULL; link && r == 0;
		     link = link->next)
			r = gather_object(gather, &link->shown, err);
	}
	return r;
}

static int gather_file(struct gather *gather, const char *path, unsigned depth,
		       struct elfdeps_object **ret, struct error *err);

/* What an edge of a script leads to, and what it will say. */
struct target {
	const char *name, *path, *detail; /* path NULL: not found */
	enum elfdeps_rule rule;
};

static int gather_target(struct gather *gather, struct link *script,
			 const struct target *target, unsigned depth, struct error *err)
{
	struct elfdeps_edge edge = {.rule = target->rule, .detail = target->detail};
	struct store *store = &gather->resolver->store;
	const struct store_file *file = NULL;
	int r = 0;

	edge.name = arena_copy(&store->arena, target->name, strlen(target->name), err);
	if (!edge.name)
		return -ENOMEM;
	if (target->path)
		r = store_look(store, target->path, &file, err);
	if (r == 0 && file && !file->error) {
		r = gather_file(gather, target->path, depth, &edge.object, err);
		if (r < 0)
			error_wrap(err, "%s", script->shown.path);
	} else {
		edge.rule = ELFDEPS_RULE_MISSING;
		edge.detail = NULL;
	}
	return r < 0 ? r : linkmap_edge(script->map, script, &edge, err);
}

/* Looks `program` up in `path` as execvp(3) does; an empty element is the current folder. */
static int find_program(struct store *store, const char *program, const char *path,
			struct target *ret, struct error *err)
{
	char candidate[PATH_MAX];

	for (const char *at = path;; at++) {
		size_t length = strcspn(at, ":");
		int used = snprintf(candidate, sizeof(candidate), "%.*s%s%s", (int)length,
				    at, length ? "/" : "", program);

		if (used > 0 && (size_t)used < sizeof(candidate) &&
		    store_is_executable(store, candidate)) {
			ret->path = arena_copy(&store->arena, candidate, (size_t)used,
					       err);
			ret->detail = arena_copy(&store->arena, at, length, err);
			return ret->path && ret->detail ? 0 : -ENOMEM;
		}
		at += length;
		if (!*at)
			return 0;
	}
}

/* env runs what its argument names: the script's true interpreter. */
static int gather_env(struct gather *gather, struct link *script, const char *argument,
		      unsigned depth, struct error *err)
{
	_cleanup_script_env_ struct script_env env = {0};
	struct target target = {.rule = ELFDEPS_RULE_ENV};
	int r = script_parse_env(argument, &env, err);

	if (r < 0)
		return error_set(err, ENOEXEC, "%s: env would refuse the #! line: %s",
				 script->shown.path, err ? err->text : "");
	if (!env.program)
		return 0;
	target.name = env.program;
	if (strchr(env.program, '/'))
		target.path = env.program;
	else
		r = find_program(&gather->resolver->store, env.program,
				 env.path ? env.path : SCRIPT_PATH, &target, err);
	return r < 0 ? r : gather_target(gather, script, &target, depth, err);
}

/* A script has a link map of its own, with nothing but itself in it. */
static struct link *new_script(struct store *store, const char *path,
			       struct object *object, struct error *err)
{
	struct linkmap *map = arena_alloc(&store->arena, sizeof(*map), err);

	if (!map)
		return NULL;
	map->store = store;
	map->loader = loader_of(object);
	map->loader_read = true;
	return linkmap_add(map, object, path, NULL, err);
}

static int gather_script(struct gather *gather, const struct source *source,
			 struct elfdeps_object **ret, struct error *err)
{
	struct target target = {.rule = ELFDEPS_RULE_SCRIPT};
	struct script_line line;
	struct link *script;
	int r = script_parse(source->object->shebang, &line, err);

	if (r < 0) {
		error_wrap(err, "%s", source->path);
		return r;
	}
	script = new_script(&gather->resolver->store, source->path, source->object, err);
	if (!script)
		return -ENOMEM;
	r = gather_object(gather, &script->shown, err);
	target.name = target.path = line.interp;
	if (r == 0)
		r = gather_target(gather, script, &target, source->depth + 1, err);
	/* env starts a program of its own: the kernel counts its scripts anew. */
	if (r == 0 && line.argument[0] && !strcmp(path_basename(line.interp), "env"))
		r = gather_env(gather, script, line.argument,
			       (source->depth / CHAIN_LEVELS + 1) * CHAIN_LEVELS, err);
	*ret = &script->shown;
	return r;
}

static int gather_file(struct gather *gather, const char *path, unsigned depth,
		       struct elfdeps_object **ret, struct error *err)
{
	struct source source = {.path = path, .depth = depth};
	int r = open_object(gather->resolver, path, &source.object, err);

	if (r < 0)
		return r;
	if (source.object->kind == ELFDEPS_ELF)
		return gather_program(gather, &source, ret, err);
	if (source.object->kind == ELFDEPS_OTHER)
		return error_set(err, ENOEXEC, "%s: %s", path, source.object->defect);
	if (depth % CHAIN_LEVELS >= SCRIPT_LEVELS_MAX ||
	    depth / CHAIN_LEVELS >= CHAIN_MAX)
		return error_set(
			err, ELOOP,
			"%s: scripts that interpret each other, more than %d deep", path,
			SCRIPT_LEVELS_MAX);
	return gather_script(gather, &source, ret, err);
}

static size_t count_missing(const struct gather *gather)
{
	size_t missing = 0;

	for (size_t i = 0; i < gather->count; i++)
		for (size_t j = 0; j < gather->objects[i]->edge_count; j++)
			missing += !gather->objects[i]->edges[j].object;
	return missing;
}

static int finish(const struct gather *gather, struct elfdeps_closure *ret,
		  struct error *err)
{
	size_t size = gather->count * sizeof(gather->objects[0]);
	struct elfdeps_object **objects = arena_alloc(&gather->resolver->store.arena,
						      size, err);

	if (!objects)
		return -ENOMEM;
	if (size)
		memcpy(objects, gather->objects, size);
	*ret = (struct elfdeps_closure){
		.objects = objects,
		.count = gather->count,
		.missing = count_missing(gather),
	};
	return 0;
}

int elfdeps_resolve(struct elfdeps *resolver, const char *path,
		    struct elfdeps_closure *ret, struct error *err)
{
	struct gather gather = {.resolver = resolver};
	struct elfdeps_object *first;
	int r;

	resolver->store.misses = 0;
	r = gather_file(&gather, path, 0, &first, err);
	if (r == 0)
		r = finish(&gather, ret, err);
	strmap_free(&gather.paths);
	free(gather.objects);
	return r;
}

/* Every object is the first member of a link: linkmap makes them all. */
static struct link *link_of(const struct elfdeps_object *object)
{
	struct link *link;

	memcpy(&link, &object, sizeof(link));
	return link;
}

bool elfdeps_is_default_path(const char *path, const struct elfdeps_object *object)
{
	const char *slash = strrchr(path, '/');
	const struct loader *loader;

	if (!slash || linkmap_loader(link_of(object)->map, &loader, NULL) < 0)
		return false;
	for (size_t i = 0; i < loader->folder_count; i++)
		if ((size_t)(slash - path) == loader->folders[i].length &&
		    !memcmp(path, loader->folders[i].path, loader->folders[i].length))
			return true;
	return false;
}
