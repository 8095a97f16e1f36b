/* SPDX-License-Identifier: MIT */
/*
 * Resolves every ELF file and script of the image inside it. Called by the command cost.
 */
#include "uses.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/ptrset.h"
#include "common/sysroot.h"
#include "content.h"
#include "elfdeps/elfdeps.h"
#include "imagefiles.h"

struct pass {
	const struct view *view;
	struct uses *uses;
	struct content content;
	struct imagefiles files; /* of an archive */
	struct sysroot_files hooks;
	struct sysroot root;
	struct elfdeps *resolver;
	struct ptrset done; /* paths of objects whose needs are known */
};

/* One need on the way to what meets it. */
struct walk {
	struct pass *pass;
	const struct entry *by;
};

static int add(struct pass *pass, const struct entry *by, const char *path,
	       struct error *err)
{
	const struct entry *used = manifest_find(&pass->view->manifest, path);
	struct uses *uses = pass->uses;

	if (!used || used == by)
		return 0;
	int r = alloc_grow(&uses->items, &uses->capacity, uses->count + 1,
			   sizeof(*uses->items), err);
	if (r == 0)
		uses->items[uses->count++] = (struct use){.by = by, .used = used};
	return r;
}

static int pass_link(void *data, const char *path, const char *target, struct error *err)
{
	const struct walk *walk = data;

	(void)target;
	return add(walk->pass, walk->by, path, err);
}

/* The object at `path` is needed, and each symlink that leads to it. */
static int add_path(struct pass *pass, const struct entry *by, const char *path,
		    struct error *err)
{
	struct walk walk = {.pass = pass, .by = by};
	const struct sysroot_visitor visitor = {.link = pass_link, .data = &walk};
	char end[PATH_MAX];
	int r = sysroot_resolve(&pass->root, path, &visitor, end, err);

	if (r == -ENOMEM)
		return r;
	return r < 0 ? 0 : add(pass, by, end, err);
}

static int add_object(struct pass *pass, const struct elfdeps_object *object,
		      struct error *err)
{
	char end[PATH_MAX];
	struct error ignored;
	int r = ptrset_add(&pass->done, object->path, err);

	if (r <= 0)
		return r;
	if (sysroot_resolve(&pass->root, object->path, NULL, end, &ignored) < 0)
		return 0;
	const struct entry *by = manifest_find(&pass->view->manifest, end);
	r = 0;
	for (size_t i = 0; r == 0 && by && i < object->edge_count; i++)
		if (object->edges[i].object)
			r = add_path(pass, by, object->edges[i].object->path, err);
	return r;
}

/* Only these are resolved: of an archive, resolving means to copy. */
static bool may_need(struct pass *pass, const struct entry *entry)
{
	_cleanup_content_ struct content_stream stream = CONTENT_NONE;
	struct error ignored;
	char head[SELFMAG];

	if (entry->type != ENTRY_FILE || entry->size < sizeof(head) ||
	    content_open(&pass->content, entry, &stream, &ignored) < 0 ||
	    read(stream.fd, head, sizeof(head)) != sizeof(head))
		return false;
	return !memcmp(head, ELFMAG, SELFMAG) || !memcmp(head, "#!", 2);
}

static int resolve(struct pass *pass, const struct entry *entry, struct error *err)
{
	struct elfdeps_closure closure;

	if (!may_need(pass, entry))
		return 0;
	int r = elfdeps_resolve(pass->resolver, entry->path, &closure, err);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; r == 0 && i < closure.count; i++)
		r = add_object(pass, closure.objects[i], err);
	for (size_t i = 0; r == 0 && i < closure.extra_count; i++)
		r = add_object(pass, closure.extras[i], err);
	elfdeps_release(pass->resolver);
	return r;
}

static int open_root(struct pass *pass, struct error *err)
{
	struct elfdeps_options options = {.optional = ELFDEPS_OPTIONAL_RECOMMENDED};
	int r;

	if (pass->content.image_folder) {
		options.root = pass->view->path;
		r = sysroot_open(pass->view->path, &pass->root, err);
	} else {
		pass->files = (struct imagefiles){.manifest = &pass->view->manifest,
						  .content = &pass->content};
		pass->hooks = imagefiles_sysroot(&pass->files);
		options.files = &imagefiles_hooks;
		options.files_data = &pass->files;
		r = sysroot_open_files(&pass->hooks, &pass->root, err);
	}
	return r == 0 ? elfdeps_new(&options, &pass->resolver, err) : r;
}

int uses_find(const struct view *view, struct uses *ret, struct error *err)
{
	struct pass pass = {.view = view,
			    .uses = ret,
			    .content = view_content(view),
			    .root = {.fd = -1}};

	*ret = (struct uses){0};
	int r = open_root(&pass, err);
	for (size_t i = 0; r == 0 && i < view->manifest.count; i++)
		r = resolve(&pass, view->manifest.entries[i], err);
	elfdeps_free(pass.resolver);
	sysroot_close(&pass.root);
	ptrset_free(&pass.done);
	if (r < 0)
		uses_free(ret);
	return r;
}

void uses_free(struct uses *uses)
{
	free(uses->items);
	*uses = (struct uses){0};
}
