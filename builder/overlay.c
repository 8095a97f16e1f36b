/* SPDX-License-Identifier: MIT */
/*
 * First the layer is read, then the image's entries are taken that it does not hide, then its own: which
 * of two things at one path is seen is known only by then. Called by the command commit.
 */
#include "overlay.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/layer.h"
#include "common/path.h"
#include "common/strmap.h"

enum { ID_COUNT = 65536, NOBODY = 65534 };

/* What the layer has at one path. */
struct written {
	const char *path, *target;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	uint64_t size;
	bool is_whiteout, hides, has_capability;
};

struct composing {
	const struct manifest *base;
	const struct overlay_options *options;
	struct manifest *result;
	struct arena arena;
	struct strmap by_path;
	struct written **items;
	size_t count, capacity;
	bool skips_record; /* said already that /.jail is left out */
};

/* What such an id of the host is inside the jail; what has no place there is nobody's. */
static unsigned inside(unsigned host, unsigned first)
{
	return host >= first && host - first < ID_COUNT ? host - first : NOBODY;
}

static bool has_capability(const struct layer_item *item)
{
	char path[PATH_MAX];

	if (!S_ISREG(item->st.st_mode) || !(item->st.st_mode & 0111))
		return false;
	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", item->folder, item->name);
	return lgetxattr(path, "security.capability", NULL, 0) > 0;
}

static int read_target(struct composing *composing, const struct layer_item *item,
		       const char **ret, struct error *err)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(item->folder, item->name, target, sizeof(target));

	if (length < 0 || length == sizeof(target))
		return error_errno(err, length < 0 ? errno : ENAMETOOLONG,
				   "cannot read %s", item->path);
	*ret = arena_copy(&composing->arena, target, (size_t)length, err);
	return *ret ? 0 : -ENOMEM;
}

/* layer_see */
static int see(void *data, const struct layer_item *item, struct error *err)
{
	struct composing *composing = data;
	const struct overlay_options *options = composing->options;
	struct written *written = NULL;

	if (path_is_below(item->path, "/.jail")) {
		if (composing->skips_record)
			return 0;
		composing->skips_record = true;
		return manifest_note(composing->result, err,
				     "/.jail is not for jails to write: left out");
	}
	int r = alloc_grow(&composing->items, &composing->capacity, composing->count + 1,
			   sizeof(written), err);
	written = r == 0 ? arena_alloc(&composing->arena, sizeof(*written), err) : NULL;
	if (!written)
		return -ENOMEM;
	*written = (struct written){
		.path = arena_copy(&composing->arena, item->path, strlen(item->path),
				   err),
		.mode = item->st.st_mode,
		.uid = inside(item->st.st_uid, options->uid),
		.gid = inside(item->st.st_gid, options->gid),
		.size = (uint64_t)item->st.st_size,
		.is_whiteout = item->is_whiteout,
		.hides = item->hides,
		.has_capability = has_capability(item),
	};
	if (!written->path)
		return -ENOMEM;
	if (S_ISLNK(item->st.st_mode))
		r = read_target(composing, item, &written->target, err);
	composing->items[composing->count++] = written;
	return r == 0 ? strmap_put(&composing->by_path, written->path, written, err) : r;
}

/* Whether nothing of the image is seen at `path`, because of what the layer has above it. */
static bool is_hidden(const struct composing *composing, const char *path)
{
	char folder[PATH_MAX];

	for (const char *slash = strchr(path + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
		const struct written *above = strmap_get(&composing->by_path, folder);
		if (above && (!S_ISDIR(above->mode) || above->hides))
			return true;
	}
	return false;
}

/* A folder's setgid bit gives no privilege: it tells the group of what is made in it (inode(7)). */
static mode_t kept_bits(const struct composing *composing, mode_t mode)
{
	mode_t bits = S_ISDIR(mode) ? 03777 : 01777;

	return mode & (composing->options->keep_setuid ? 07777 : bits);
}

static bool is_same_folder(const struct composing *composing, const struct entry *entry,
			   const struct written *written)
{
	return entry->type == ENTRY_FOLDER && S_ISDIR(written->mode) &&
	       entry->mode == kept_bits(composing, written->mode) &&
	       entry->uid == written->uid && entry->gid == written->gid;
}

static bool is_remade(const struct composing *composing, const char *path)
{
	return !strcmp(path, RECORD_PATH) || !strcmp(path, OWNERS_PATH) ||
	       (composing->options->remakes_settings && !strcmp(path, SETTINGS_PATH));
}

static int take_base(struct composing *composing, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < composing->base->count; i++) {
		const struct entry *entry = composing->base->entries[i];
		const struct written *written = strmap_get(&composing->by_path,
							   entry->path);

		if (is_remade(composing, entry->path) ||
		    is_hidden(composing, entry->path) ||
		    (written && !is_same_folder(composing, entry, written)))
			continue;
		r = manifest_add(composing->result, entry, err);
	}
	return r;
}

static int note_dropped(struct composing *composing, const struct written *written,
			struct error *err)
{
	mode_t bits = S_ISREG(written->mode) ? S_ISUID | S_ISGID : 0;
	int r = 0;

	if ((written->mode & bits) && !composing->options->keep_setuid)
		r = manifest_note(composing->result, err, "%s loses its set%s bit",
				  written->path, written->mode & S_ISUID ? "uid" : "gid");
	if (r == 0 && written->has_capability)
		r = manifest_note(composing->result, err,
				  "%s loses its file capabilities", written->path);
	return r;
}

static int take_written(struct composing *composing, const struct written *written,
			struct error *err)
{
	struct entry entry = {
		.path = written->path,
		.mode = kept_bits(composing, written->mode),
		.uid = written->uid,
		.gid = written->gid,
		.mtime = composing->options->epoch,
		.target = written->target,
		.origin = ORIGIN_LAYER,
		.size = written->size,
		.reason = {.rule = RULE_FOUND, .name = "written in a jail"},
	};

	if (written->is_whiteout)
		return 0;
	switch (written->mode & S_IFMT) {
	case S_IFREG:
		entry.type = ENTRY_FILE;
		break;
	case S_IFDIR:
		entry.type = ENTRY_FOLDER;
		break;
	case S_IFLNK:
		entry.type = ENTRY_LINK;
		entry.mode = 0777;
		break;
	default:
		return manifest_note(composing->result, err, "%s is a %s: left out",
				     written->path,
				     S_ISFIFO(written->mode)   ? "FIFO"
				     : S_ISSOCK(written->mode) ? "socket"
							       : "device");
	}
	int r = note_dropped(composing, written, err);
	/* A folder that only has been written in is the image's own still. */
	if (r < 0 || manifest_find(composing->result, entry.path))
		return r;
	return manifest_add(composing->result, &entry, err);
}

int overlay_compose(const struct manifest *base, const struct overlay_options *options,
		    struct manifest *ret, struct error *err)
{
	struct composing composing = {.base = base, .options = options, .result = ret};
	int r = layer_walk(options->layer_fd, see, &composing, err);

	if (r == 0)
		r = take_base(&composing, err);
	for (size_t i = 0; r == 0 && i < composing.count; i++)
		r = take_written(&composing, composing.items[i], err);
	free(composing.items);
	strmap_free(&composing.by_path);
	arena_free(&composing.arena);
	return r;
}
