/* SPDX-License-Identifier: MIT */
/*
 * musl's search. A place is a text of folders, taken apart anew each time as the loader does it: empty
 * elements count for nothing, slashes at the end of a folder stay. Called by closure.
 */
#include "musl.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "common/path.h"

enum {
	PATH_FILE_MAX = 1 << 20,
	/* load_library's buffer: longer places are passed over, and a longer real path is no $ORIGIN. */
	PLACE_SIZE = 2 * NAME_MAX + 2,
	/* What one place answers, beside negative errnos: */
	GO_ON = 0,
	FOUND = 1,
	NOWHERE = 2, /* the search ends */
};

static const char usual_path[] = "/lib:/usr/local/lib:/usr/lib";
static const char loader_start[] = "ld-musl-", loader_end[] = ".so.1";

static const struct {
	uint16_t machine;
	unsigned char class, data;
	const char *interp; /* musl's configure, LDSO_PATHNAME; its arch names */
} machines[] = {
	{EM_X86_64, ELFCLASS64, ELFDATA2LSB, "/lib/ld-musl-x86_64.so.1"},
	{EM_X86_64, ELFCLASS32, ELFDATA2LSB, "/lib/ld-musl-x32.so.1"},
	{EM_386, ELFCLASS32, ELFDATA2LSB, "/lib/ld-musl-i386.so.1"},
	{EM_AARCH64, ELFCLASS64, ELFDATA2LSB, "/lib/ld-musl-aarch64.so.1"},
	{EM_ARM, ELFCLASS32, ELFDATA2LSB, "/lib/ld-musl-armhf.so.1"},
	{EM_PPC64, ELFCLASS64, ELFDATA2LSB, "/lib/ld-musl-powerpc64le.so.1"},
	{EM_S390, ELFCLASS64, ELFDATA2MSB, "/lib/ld-musl-s390x.so.1"},
	{EM_RISCV, ELFCLASS64, ELFDATA2LSB, "/lib/ld-musl-riscv64.so.1"},
	{EM_LOONGARCH, ELFCLASS64, ELFDATA2LSB, "/lib/ld-musl-loongarch64.so.1"},
};

/* One search on its way. */
struct search {
	struct link *by;
	const char *name;
	bool saw_relative; /* a place that was not looked at: no current folder below a root */
	struct search_result *found;
	struct error *err;
};

bool musl_is_loader(const char *interp)
{
	const char *name = interp ? path_basename(interp) : "";
	size_t length = strlen(name), start = strlen(loader_start),
	       end = strlen(loader_end);

	return length > start + end && !strncmp(name, loader_start, start) &&
	       !strcmp(name + length - end, loader_end);
}

const char *musl_loader_for(const struct object *object)
{
	bool wants_musl = false;

	for (size_t i = 0; i < object->need_count; i++) {
		const char *name = object->needs[i].name;

		if (!strcmp(name, "libc.so.6"))
			return NULL;
		wants_musl |= !strcmp(name, "libc.so") ||
			      !strncmp(name, "libc.musl-", 10);
	}
	for (size_t i = 0; wants_musl && i < sizeof(machines) / sizeof(machines[0]); i++)
		if (machines[i].machine == object->machine &&
		    machines[i].class == object->class &&
		    machines[i].data == object->data)
			return machines[i].interp;
	return NULL;
}

/*
 * The path file lies below what is left of the loader's path without its last two components: /lib and
 * the name. Names without a slash in front have no such prefix.
 */
static int path_file_of(const char *interp, char *ret, size_t size)
{
	const char *name = path_basename(interp), *last = interp, *before = interp;

	for (const char *at = interp; interp[0] == '/' && *at; at++)
		if (*at == '/') {
			before = last;
			last = at;
		}
	size_t arch = strlen(name) - strlen(loader_start) - strlen(loader_end);
	int used = snprintf(ret, size, "%.*s/etc/%s%.*s.path", (int)(before - interp),
			    interp, loader_start, (int)arch, name + strlen(loader_start));

	return used > 0 && (size_t)used < size ? 0 : -ENAMETOOLONG;
}

/* *ret is the arena's or static. A file that is there and cannot be read leaves nowhere to look. */
static int read_system_path(struct linkmap *map, const char *interp, const char **ret,
			    struct error *err)
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];
	size_t size;

	*ret = usual_path;
	if (path_file_of(interp, path, sizeof(path)) < 0)
		return 0;
	_cleanup_fd_ int fd = sysroot_openat(&map->store->root, path,
					     O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd == -ENOENT)
		return 0;
	*ret = "";
	if (fd < 0)
		return 0;
	int r = fd_read_all(fd, PATH_FILE_MAX, path, &text, &size, NULL);
	if (r == -ENOMEM)
		return error_nomem(err);
	if (r < 0)
		return 0;
	*ret = arena_copy(map->arena, text, strlen(text), err);
	return *ret ? 0 : -ENOMEM;
}

/* The next element of a list, its length in *ret_length (0: there is none). */
static const char *next_folder(const char *list, size_t *ret_length)
{
	list += strspn(list, ":\n");
	*ret_length = strcspn(list, ":\n");
	return list;
}

/* What the rest of elfdeps takes for the folders that need no cache. */
static void set_folders(struct loader *loader, const char *list)
{
	size_t length;

	loader->folder_count = 0;
	loader->platform = NULL;
	for (list = next_folder(list, &length);
	     length && loader->folder_count < LOADER_FOLDERS_MAX;
	     list = next_folder(list + length, &length)) {
		loader->folders[loader->folder_count].path = list;
		loader->folders[loader->folder_count++].length = length;
	}
}

int musl_begin(struct linkmap *map, const char *interp, struct error *err)
{
	struct musl *musl = arena_alloc(map->arena, sizeof(*musl), err);
	int r;

	if (!musl)
		return -ENOMEM;
	r = read_system_path(map, interp, &musl->system_path, err);
	if (r < 0)
		return r;
	set_folders(&map->loader, musl->system_path);
	map->loader_read = true;
	map->musl = musl;
	return 0;
}

const char *musl_reserved(const char *name)
{
	static const char *const starts[] = {"libc.",  "libpthread.", "librt.",  "libm.",
					     "libdl.", "libutil.",    "libxnet."};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (!strncmp(name, starts[i], strlen(starts[i])))
			return starts[i];
	return NULL;
}

bool musl_is_libc(const struct object *object)
{
	return object->soname && !strncmp(object->soname, "libc.", strlen("libc."));
}

struct link *musl_find(const struct linkmap *map, const struct store_name *name)
{
	if (map->interp &&
	    (musl_reserved(name->text) || !strcmp(name->text, map->interp->shown.path)))
		return map->interp;
	return strchr(name->text, '/') ? NULL : linkmap_find(map, name);
}

int musl_name(struct link *link, const char *name, struct error *err)
{
	struct store_name *known;
	int r;

	if (link->musl_named || strchr(name, '/'))
		return 0;
	r = store_name(link->map->store, path_basename(link->shown.path), &known, err);
	if (r < 0)
		return r;
	link->musl_named = true;
	linkmap_name(link->map, link, known);
	return 0;
}

static int fatal(struct search *search, const char *path, enum elfdeps_rule rule,
		 const char *reason)
{
	linkmap_trace(search->by, rule, path, ELFDEPS_FATAL, reason);
	error_set(search->err, ELIBBAD, "%s: %s", path, reason);
	return error_hint(search->err,
			  "%s needs %s, and musl's loader gives up at this file",
			  search->by->shown.path, search->name);
}

/*
 * What map_library cannot map, and why; NULL if it can. It looks neither at the machine nor at e_ident, but
 * reads headers as if they were of its own class and byte order: in others it finds no dynamic section.
 * Programs that want the same addresses are in each other's way.
 */
static const char *find_fault(const struct object *object, const struct object *main)
{
	if (object->defect && object->stage != OBJECT_BAD_IDENT)
		return object->defect;
	if (object->class != main->class)
		return "of another class";
	if (object->data != main->data)
		return "of the other byte order";
	if (!object->dynamic)
		return "has no dynamic section";
	if (object->type == ET_EXEC && main->type == ET_EXEC)
		return "a program, whose addresses are taken";
	return NULL;
}

static int take(struct search *search, enum elfdeps_rule rule, struct store_name *file)
{
	struct linkmap *map = search->by->map;
	const struct object *object = file->object;
	const char *path = file->text;
	const char *fault = linkmap_of(map, object)
				    ? NULL
				    : find_fault(object, map->main->object);

	if (fault)
		return fatal(search, path, rule, fault);
	*search->found = (struct search_result){
		.file = file,
		.rule = rule,
		.relative = path[0] != '/',
	};
	linkmap_trace(search->by, rule, path, ELFDEPS_FOUND,
		      path[0] != '/' ? "depends on the current folder" : NULL);
	return FOUND;
}

static int try_file(struct search *search, const char *path, enum elfdeps_rule rule)
{
	struct store *store = search->by->map->store;
	struct store_name *file;
	int r;

	if (path[0] != '/' && !store_has_current(store)) {
		search->saw_relative = true;
		linkmap_trace(search->by, rule, path, ELFDEPS_SKIPPED, SEARCH_NO_CURRENT);
		return GO_ON;
	}
	r = store_look(store, path, &file, search->err);
	if (r < 0)
		return r;
	if (!file->error)
		return take(search, rule, file);
	bool goes_on = file->error == ENOENT || file->error == ENOTDIR ||
		       file->error == EACCES || file->error == ENAMETOOLONG;
	linkmap_trace(search->by, rule, path, goes_on ? ELFDEPS_ABSENT : ELFDEPS_ENDS,
		      file->error == ENOENT ? NULL : strerrordesc_np(file->error));
	return goes_on ? GO_ON : NOWHERE;
}

/* The text is walked anew for each name, so that a hostile one costs without ever missing a new place. */
static int spend(struct search *search, size_t length)
{
	struct store *store = search->by->map->store;

	store->misses += (unsigned)(1 + length / PLACE_SIZE);
	if (store->misses <= STORE_MISSES_MAX)
		return 0;
	return error_set(search->err, E2BIG, "gave up after %u places looked at",
			 store->misses);
}

/* Tries the name in the folder that the first `length` bytes of `list` name. */
static int try_folder(struct search *search, const char *list, size_t length,
		      enum elfdeps_rule rule)
{
	char path[PLACE_SIZE];
	int r = spend(search, length);

	if (r < 0 || length >= sizeof(path))
		return r;
	int used = snprintf(path, sizeof(path), "%.*s/%s", (int)length, list,
			    search->name);
	if (used < 0 || (size_t)used >= sizeof(path))
		return GO_ON;
	r = try_file(search, path, rule);
	if (r != FOUND)
		return r;
	search->found->detail = arena_copy(search->by->map->arena, list, length,
					   search->err);
	return search->found->detail ? FOUND : -ENOMEM;
}

static int try_list(struct search *search, const char *list, enum elfdeps_rule rule)
{
	size_t length;
	int r = GO_ON;

	if (!list)
		return GO_ON;
	for (list = next_folder(list, &length); length && r == GO_ON;
	     list = next_folder(list + length, &length))
		r = try_folder(search, list, length, rule);
	return r;
}

/*
 * The folder that $ORIGIN stands for: that of the main program's real file, of the path by which a library
 * was found. NULL and GO_ON: none, the whole rpath is dropped.
 */
static int origin_of(struct link *link, const char **ret, struct error *err)
{
	struct linkmap *map = link->map;
	struct store *store = map->store;
	const char *path = link->shown.path;

	*ret = NULL;
	if (link == map->main && map->secure && link->shown.interp)
		return GO_ON;
	if (link == map->main && link->shown.interp) {
		path = store_realpath(store, map->arena, path, err);
		if (!path)
			return err ? -err->code : -EIO;
		if (strlen(path) >= PLACE_SIZE)
			return GO_ON;
	}
	if (map->secure && path[0] != '/')
		return GO_ON;
	const char *slash = strrchr(path, '/');
	*ret = slash ? arena_copy(map->arena, path, (size_t)(slash - path), err) : ".";
	return *ret ? GO_ON : -ENOMEM;
}

/* The length of $ORIGIN at `text`, 0 if it is another token. No letter behind it is looked at. */
static size_t token_size(const char *text)
{
	return !strncmp(text, "$ORIGIN", 7) ? 7 : !strncmp(text, "${ORIGIN}", 9) ? 9 : 0;
}

/* Whether every `$` begins $ORIGIN; counts them. */
static bool has_known_tokens(const char *text, size_t *ret_count)
{
	*ret_count = 0;
	for (const char *at = text; (at = strchr(at, '$')); at++, ++*ret_count)
		if (!token_size(at))
			return false;
	return true;
}

/* fixup_rpath. *ret is NULL if the link has no path, or one that the loader drops. */
static int rpath_of(struct link *link, const char **ret, struct error *err)
{
	const char *text = link->object->runpath ? link->object->runpath
						 : link->object->rpath;
	const char *origin;
	size_t count, used = 0;

	*ret = NULL;
	if (!text || !has_known_tokens(text, &count))
		return 0;
	*ret = text;
	if (!count)
		return 0;
	int r = origin_of(link, &origin, err);
	*ret = NULL;
	if (r < 0 || !origin)
		return r;
	size_t size = strlen(text) + count * strlen(origin) + 1;
	if (size > OBJECT_STRING_MAX) /* thousands of tokens: a hostile file */
		return error_set(err, E2BIG, "%s: its search path is too long",
				 link->shown.path);
	char *whole = arena_alloc(link->map->arena, size, err);
	if (!whole)
		return -ENOMEM;
	for (const char *at = text; *at;) {
		size_t token = *at == '$' ? token_size(at) : 0;

		if (token) {
			used = (size_t)(stpcpy(whole + used, origin) - whole);
			at += token;
		} else {
			whole[used++] = *at++;
		}
	}
	*ret = whole;
	return 0;
}

static int try_rpath(struct search *search, struct link *link)
{
	enum elfdeps_rule rule = link->object->runpath ? ELFDEPS_RULE_RUNPATH
						       : ELFDEPS_RULE_RPATH;
	const char *list;

	if (!link->musl_path_known) {
		int r = rpath_of(link, &link->musl_path, search->err);

		if (r < 0)
			return r;
		link->musl_path_known = true;
	}
	list = link->musl_path;
	int r = try_list(search, list, rule);
	if (r == FOUND && link != search->by) {
		search->found->detail = arena_format(search->by->map->arena, search->err,
						     "%s, of %s", search->found->detail,
						     link->shown.path);
		if (!search->found->detail)
			return -ENOMEM;
	}
	return r;
}

static int try_places(struct search *search, bool inherits)
{
	const struct musl *musl = search->by->map->musl;
	int r = try_list(search, musl->library_path, ELFDEPS_RULE_LIBRARY_PATH);

	for (struct link *link = inherits ? search->by : NULL; link && r == GO_ON;
	     link = link->loaded_by)
		r = try_rpath(search, link);
	if (r == GO_ON)
		r = try_list(search, musl->system_path, ELFDEPS_RULE_DEFAULT);
	return r;
}

int musl_search(struct link *by, bool inherits, const struct store_name *name,
		struct search_result *ret, struct error *err)
{
	struct search search = {.by = by, .name = name->text, .found = ret, .err = err};
	int r = NOWHERE;

	*ret = (struct search_result){.rule = ELFDEPS_RULE_MISSING};
	if (strchr(name->text, '/'))
		r = try_file(&search, name->text, ELFDEPS_RULE_PATH);
	else if (strlen(name->text) <= NAME_MAX)
		r = try_places(&search, inherits);
	if (r == FOUND || r < 0)
		return r < 0 ? r : 0;
	if (search.saw_relative)
		ret->detail = SEARCH_NO_CURRENT;
	linkmap_trace(by, ELFDEPS_RULE_MISSING, NULL, ELFDEPS_NOWHERE, ret->detail);
	return 0;
}
