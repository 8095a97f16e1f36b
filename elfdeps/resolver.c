/* SPDX-License-Identifier: MIT */
/*
 * What elfdeps.h promises: one root, one set of options, closures that share every file read.
 * Called by everybody outside this folder.
 */
#include "resolver.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "gather.h"

enum { PRELOAD_FILE_MAX = 1 << 20 };

const char *elfdeps_strength_name(enum elfdeps_strength strength)
{
	static const char *const names[] = {
		[ELFDEPS_REQUIRED] = "required",
		[ELFDEPS_RECOMMENDED] = "recommended",
		[ELFDEPS_SUGGESTED] = "suggested",
	};

	return names[strength];
}

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

const char *elfdeps_verdict_name(enum elfdeps_verdict verdict)
{
	static const char *const names[] = {
		[ELFDEPS_FOUND] = "found",
		[ELFDEPS_ABSENT] = "not there",
		[ELFDEPS_SKIPPED] = "passed over",
		[ELFDEPS_ENDS] = "ends this path",
		[ELFDEPS_FATAL] = "ends the program",
		[ELFDEPS_NOWHERE] = "not found",
	};

	return names[verdict];
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
		     struct resolver_bytes *ret, struct error *err)
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
	struct resolver_bytes text = {0};
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
	resolver->preloads_named = resolver->preloads.count;
	resolver->trace = options->trace;
	resolver->secure = options->secure;
	resolver->optional = options->optional;
	resolver->strings = options->strings;
	if (r == 0)
		r = read_preload_file(resolver, err);
	return r;
}

static int open_store(struct elfdeps *resolver, const struct elfdeps_options *options,
		      struct error *err)
{
	int r;

	if (!options->files)
		return store_open(options->root, &resolver->store, err);
	if (options->root)
		return error_set(err, EINVAL,
				 "a root folder beside files of another kind");
	r = foreign_init(&resolver->foreign, options->files, options->files_data, err);
	if (r == 0)
		r = store_open_files(&resolver->foreign.files, &resolver->store, err);
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
	r = open_store(resolver, options, err);
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
	strlist_free(&resolver->preloads);
	free(resolver->library_path);
	free(resolver->cache_file.data);
	symbolcache_free(&resolver->symbols);
	prefetch_free(resolver->prefetch);
	arena_free(&resolver->arena);
	store_close(&resolver->store);
	free(resolver);
}

void elfdeps_release(struct elfdeps *resolver)
{
	resolver->round = store_mark(&resolver->store);
	arena_clear(&resolver->arena);
}

int resolver_cache(struct elfdeps *resolver, bool big, const struct ldcache **ret,
		   struct error *err)
{
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

int resolver_open(struct elfdeps *resolver, const char *path, struct store_name **ret,
		  struct error *err)
{
	int r = store_look(&resolver->store, path, ret, err);

	if (r == 0 && (*ret)->error)
		r = error_errno(err, (*ret)->error, "%s", path);
	return r;
}

int elfdeps_classify(struct elfdeps *resolver, const char *path, enum elfdeps_kind *ret,
		     struct error *err)
{
	struct store_name *file;
	int r;

	resolver->store.misses = 0;
	r = resolver_open(resolver, path, &file, err);
	if (r < 0)
		return r;
	*ret = file->object->kind;
	return 0;
}

int resolver_build(struct elfdeps *resolver, struct store_name *file,
		   const char *const *hwcaps, struct linkmap **ret, struct error *err)
{
	static const char *const none[] = {NULL};
	struct strlist *preloads = &resolver->preloads;
	struct closure_settings settings = {
		.store = &resolver->store,
		.arena = &resolver->arena,
		.library_path = resolver->library_path,
		.preloads = preloads->count ? (const char *const *)preloads->items : none,
		.preloads_named = resolver->preloads_named,
		.hwcaps = hwcaps,
		.legacy = resolver->hwcaps.legacy,
		.trace = resolver->trace.look ? &resolver->trace : NULL,
		.secure = resolver->secure,
		.optional = resolver->optional,
		.strings = resolver->strings,
	};
	int r = resolver_cache(resolver, file->object->data == ELFDATA2MSB,
			       &settings.cache, err);

	return r < 0 ? r : closure_build(&settings, file, ret, err);
}

int elfdeps_prefetch(struct elfdeps *resolver, const char *const *paths, size_t count,
		     struct error *err)
{
	if (resolver->prefetch)
		return error_set(err, EBUSY, "files are being read ahead already");
	int r = store_expect(&resolver->store, count, err);
	if (r == 0)
		r = prefetch_start(&resolver->store.root, paths, count,
				   &resolver->store.arena, &resolver->prefetch, err);
	if (resolver->prefetch)
		resolver->store.shared = prefetch_known(resolver->prefetch);
	return r;
}

int elfdeps_resolve(struct elfdeps *resolver, const char *path,
		    struct elfdeps_closure *ret, struct error *err)
{
	struct object *object = resolver->prefetch
					? prefetch_take(resolver->prefetch, path)
					: NULL;
	int r = object ? store_adopt(&resolver->store, path, object, err) : 0;

	resolver->store.misses = 0;
	return r < 0 ? r : gather_closure(resolver, path, ret, err);
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
