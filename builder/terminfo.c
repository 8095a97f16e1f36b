/* SPDX-License-Identifier: MIT */
/*
 * Where entries are looked for: terminfo(5), "Fetching Compiled Descriptions". An entry from a
 * folder of the system keeps its place; one from the user's own goes to the first folder that is
 * compiled into the image's curses library. Called by the command add.
 */
#include "terminfo.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "common/path.h"
#include "content.h"

enum { MAX_LIBRARY = 16 << 20 };

static const char *const usual[] = {
	"ansi",
	"dumb",
	"linux",
	"rxvt-unicode-256color",
	"screen-256color",
	"tmux-256color",
	"vt100",
	"vt220",
	"xterm",
	"xterm-256color",
};

static const char *const system_folders[] = {"/etc/terminfo", "/lib/terminfo",
					     "/usr/share/terminfo"};

struct search {
	struct intake *intake;
	struct reason reason;
	struct strlist own; /* the user's folders: host only */
	const struct entry *library;
	char compiled
		[PATH_MAX]; /* the library's first folder; "" until it is asked for */
};

bool terminfo_is_usual(const char *term)
{
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (!strcmp(usual[i], term))
			return true;
	return false;
}

bool terminfo_is_name(const char *term)
{
	size_t length = strlen(term);

	if (length == 0 || length > 64 || !isalnum((unsigned char)term[0]))
		return false;
	for (const char *at = term; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("+-._", *at))
			return false;
	return true;
}

static const struct entry *find_curses(const struct manifest *manifest)
{
	const struct entry *found = NULL;

	for (size_t i = 0; i < manifest->count; i++) {
		const struct entry *entry = manifest->entries[i];
		const char *name = path_basename(entry->path);

		if (entry->type != ENTRY_FILE || (strncmp(name, "libtinfo", 8) != 0 &&
						  strncmp(name, "libncurses", 10) != 0))
			continue;
		/* The first by path, in whatever order things were added. */
		if (!found || strcmp(entry->path, found->path) < 0)
			found = entry;
	}
	return found;
}

/* The folder list stands in the library as one string: "/etc/terminfo:/lib/terminfo:…". */
static void find_compiled(const char *data, size_t size, char *ret, size_t ret_size)
{
	static const char name[] = "/terminfo";
	const char *at = memmem(data, size, name, sizeof(name) - 1);

	while (at) {
		const char *start = at, *end = at + sizeof(name) - 1;

		while (start > data && start[-1] > ' ' && start[-1] < 0x7f)
			start--;
		if (*start == '/' && end < data + size && (*end == ':' || *end == '\0') &&
		    (size_t)(end - start) < ret_size &&
		    !memchr(start, ':', (size_t)(end - start))) {
			snprintf(ret, ret_size, "%.*s", (int)(end - start), start);
			return;
		}
		at = memmem(end, (size_t)(data + size - end), name, sizeof(name) - 1);
	}
}

/* Reads the whole library: only a user's own entry is worth that. */
static int read_compiled(struct search *search, struct error *err)
{
	_cleanup_content_ struct content_stream stream = CONTENT_NONE;
	_cleanup_free_ char *data = NULL;
	size_t size = 0;

	if (search->compiled[0])
		return 0;
	snprintf(search->compiled, sizeof(search->compiled), "/usr/share/terminfo");
	int r = content_open(search->intake->manifest->content, search->library, &stream,
			     err);
	if (r < 0 || stream.fd < 0 || stream.size > MAX_LIBRARY)
		return r;
	data = malloc(stream.size + 1);
	if (!data)
		return error_nomem(err);
	while (size < stream.size) {
		ssize_t done = read(stream.fd, data + size, stream.size - size);

		if (done <= 0)
			break;
		size += (size_t)done;
	}
	find_compiled(data, size, search->compiled, sizeof(search->compiled));
	return 0;
}

static int add_own_folder(struct search *search, const char *folder, const char *below,
			  struct error *err)
{
	char path[PATH_MAX];

	if (!folder || folder[0] != '/')
		return 0;
	int r = path_join(folder, below, path, sizeof(path), err);
	return r < 0 ? r : strlist_add(&search->own, path, err);
}

static int list_own_folders(struct search *search, struct error *err)
{
	const char *folders = getenv("TERMINFO_DIRS");

	if (search->intake->root->fd >= 0)
		return 0; /* another root's entries come from there alone */
	int r = add_own_folder(search, getenv("TERMINFO"), "", err);
	if (r == 0)
		r = add_own_folder(search, getenv("HOME"), ".terminfo", err);
	while (r == 0 && folders && *folders) {
		size_t length = strcspn(folders, ":");
		_cleanup_free_ char *one = alloc_format(err, "%.*s", (int)length,
							folders);

		if (!one)
			return -ENOMEM;
		r = add_own_folder(search, one, "", err);
		folders += length + (folders[length] == ':');
	}
	return r;
}

/* Entries lie in a folder named by their first character. */
static int entry_path(const char *folder, const char *term, char *ret, struct error *err)
{
	char name[80];

	snprintf(name, sizeof(name), "%c/%s", term[0], term);
	return path_join(folder, name, ret, PATH_MAX, err);
}

static int add_system(struct search *search, const char *term, bool *ret_found,
		      struct error *err)
{
	struct intake *intake = search->intake;
	char path[PATH_MAX];
	struct links_end end;
	struct error ignored;

	*ret_found = false;
	for (size_t i = 0; i < sizeof(system_folders) / sizeof(system_folders[0]); i++) {
		int r = entry_path(system_folders[i], term, path, err);
		if (r < 0)
			return r;
		r = links_follow(&intake->links, path, NULL, &end, &ignored);
		if (r < 0 || !S_ISREG(end.st.st_mode))
			continue;
		*ret_found = true;
		r = links_follow(&intake->links, path, &search->reason, &end, err);
		const struct taken taken = {.source = end.path,
					    .path = end.path,
					    .st = &end.st,
					    .reason = search->reason};
		return r < 0 ? r : intake_file(intake, &taken, err);
	}
	return 0;
}

static int add_own(struct search *search, const char *term, bool *ret_found,
		   struct error *err)
{
	struct intake *intake = search->intake;
	char path[PATH_MAX], wanted[PATH_MAX], place[PATH_MAX];
	struct links_end end;
	struct error ignored;

	*ret_found = false;
	for (size_t i = 0; i < search->own.count; i++) {
		int r = entry_path(search->own.items[i], term, path, err);
		if (r < 0)
			return r;
		r = links_follow(&intake->links, path, NULL, &end, &ignored);
		if (r < 0 || !S_ISREG(end.st.st_mode))
			continue;
		*ret_found = true;
		r = read_compiled(search, err);
		if (r == 0)
			r = entry_path(search->compiled, term, wanted, err);
		if (r == 0)
			r = manifest_place(intake->manifest, wanted, place, err);
		const struct taken taken = {.source = end.path,
					    .path = place,
					    .st = &end.st,
					    .reason = search->reason};
		return r < 0 ? r : intake_file(intake, &taken, err);
	}
	return 0;
}

static int add_terms(struct search *search, const struct strlist *terms,
		     struct strlist *ret_missing, struct error *err)
{
	bool found = false;
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(usual) / sizeof(usual[0]); i++)
		r = add_system(search, usual[i], &found, err);
	for (size_t i = 0; r == 0 && i < terms->count; i++) {
		r = add_own(search, terms->items[i], &found, err);
		if (r == 0 && !found)
			r = add_system(search, terms->items[i], &found, err);
		if (r == 0 && !found)
			r = strlist_add(ret_missing, terms->items[i], err);
	}
	return r;
}

int terminfo_add(struct intake *intake, const struct strlist *terms,
		 struct strlist *ret_missing, bool *ret_used, struct error *err)
{
	const struct entry *library = find_curses(intake->manifest);
	struct search search = {.intake = intake, .library = library};

	*ret_used = library != NULL;
	if (!library)
		return 0;
	search.reason = (struct reason){.rule = RULE_TERMINFO, .by = library->path};
	int r = list_own_folders(&search, err);
	if (r == 0)
		r = add_terms(&search, terms, ret_missing, err);
	strlist_free(&search.own);
	return r;
}
