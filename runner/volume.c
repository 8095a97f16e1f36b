/* SPDX-License-Identifier: MIT */
/*
 * Volumes: parsed and copied by the parent, attached by the child; see volume.h for who may do
 * what. Called by jail.
 */
#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/fd.h"
#include "common/kernel.h"
#include "common/path.h"
#include "idmap.h"
#include "mount.h"

/* An empty one at the end of the list, which owns it; valid until the next. */
static int add(struct volume_list *list, struct volume **ret, struct error *err)
{
	int r = alloc_grow(&list->items, &list->capacity, list->count + 1,
			   sizeof(*list->items), err);

	if (r < 0)
		return r;
	*ret = &list->items[list->count++];
	**ret = (struct volume){.mount_fd = -1};
	return 0;
}

static int set_target(struct volume *volume, const char *target, const char *option,
		      const char *word, struct error *err)
{
	if (target[0] != '/')
		return error_set(err, EINVAL,
				 "%s %s: the place in the jail must be absolute", option,
				 word);
	int r = path_normalize(target, volume->target, sizeof(volume->target), err);
	if (r < 0)
		return r;
	if (!strcmp(volume->target, "/"))
		return error_set(err, EINVAL, "%s %s: the jail's root cannot be replaced",
				 option, word);
	return 0;
}

/* What stands behind the second colon; false if it is not known. */
static bool read_bind_options(char *rest, struct volume *volume)
{
	char *word;

	while ((word = strsep(&rest, ","))) {
		if (!strcmp(word, "idmap"))
			volume->is_idmapped = true;
		else if (!strcmp(word, "ro"))
			volume->read_only = true;
		else if (strcmp(word, "rw") != 0)
			return false;
	}
	return true;
}

static int find_source(const char *option, const char *word, const char *source,
		       struct volume *volume, struct error *err)
{
	_cleanup_free_ char *absolute = realpath(source, NULL);

	if (!absolute || stat(absolute, &volume->stat) < 0)
		return error_errno(err, errno, "%s %s: %s", option, word, source);
	snprintf(volume->source, sizeof(volume->source), "%s", absolute);
	return 0;
}

static int read_bind(const char *word, struct volume *volume, struct error *err)
{
	_cleanup_free_ char *copy = alloc_copy(word, err);

	if (!copy)
		return -ENOMEM;
	char *rest = copy, *source = strsep(&rest, ":"), *target = strsep(&rest, ":");
	if (!*source || !target || !*target ||
	    (rest && !read_bind_options(rest, volume))) {
		error_set(err, EINVAL, "--volume: '%s' is not SRC:DST[:ro|rw,idmap]",
			  word);
		return error_hint(err, "for example --volume /srv/data:/data:ro");
	}
	int r = find_source("--volume", word, source, volume, err);
	return r < 0 ? r : set_target(volume, target, "--volume", word, err);
}

static int read_device(const char *word, struct volume *volume, struct error *err)
{
	_cleanup_free_ char *copy = alloc_copy(word, err);

	if (!copy)
		return -ENOMEM;
	char *rest = copy, *source = strsep(&rest, ":"), *target = strsep(&rest, ":");
	if (rest && strcmp(rest, "rwm") != 0 && strcmp(rest, "rw") != 0) {
		error_set(err, EINVAL, "--device: '%s' is not SRC[:DST]", word);
		return error_hint(err,
				  "who may read and write it is said by the device's "
				  "own permissions");
	}
	volume->is_device = true;
	int r = find_source("--device", word, source, volume, err);
	if (r < 0)
		return r;
	if (!S_ISCHR(volume->stat.st_mode) && !S_ISBLK(volume->stat.st_mode)) {
		error_set(err, EINVAL, "--device: %s is no device", source);
		return error_hint(err, "--volume shows files and folders");
	}
	return set_target(volume, target && *target ? target : source, "--device", word,
			  err);
}

/* Copies the value of a tmpfs option that is made of `allowed` bytes only. */
static bool take_value(const char *value, const char *allowed, char *ret, size_t size)
{
	if (!*value || strspn(value, allowed) != strlen(value) || strlen(value) >= size)
		return false;
	snprintf(ret, size, "%s", value);
	return true;
}

static int read_tmpfs(const char *word, struct volume *volume, struct error *err)
{
	_cleanup_free_ char *copy = alloc_copy(word, err);
	char *option;

	if (!copy)
		return -ENOMEM;
	char *rest = copy, *target = strsep(&rest, ":");
	while ((option = strsep(&rest, ","))) {
		bool good = false;

		if (!strncmp(option, "size=", 5))
			good = take_value(option + 5, "0123456789kKmMgG%", volume->size,
					  sizeof(volume->size));
		else if (!strncmp(option, "mode=", 5))
			good = take_value(option + 5, "01234567", volume->mode,
					  sizeof(volume->mode)) &&
			       strtoul(volume->mode, NULL, 8) <= 07777;
		if (!good) {
			error_set(err, EINVAL, "--tmpfs %s: bad option '%s'", word,
				  option);
			return error_hint(err,
					  "known are size=N[k|m|g|%%] and mode=OCTAL");
		}
	}
	return set_target(volume, target, "--tmpfs", word, err);
}

/* Parents before what lies below them, whatever order the user named them in, as docker does. */
static int compare_targets(const void *a, const void *b)
{
	const struct volume *first = a, *second = b;

	return strcmp(first->target, second->target);
}

static int refuse_twins(const struct volume_list *list, struct error *err)
{
	for (size_t i = 1; i < list->count; i++)
		if (!strcmp(list->items[i].target, list->items[i - 1].target))
			return error_set(err, EINVAL, "two volumes at %s in the jail",
					 list->items[i].target);
	return 0;
}

static int read_list(const struct strlist *words,
		     int (*read)(const char *, struct volume *, struct error *),
		     struct volume_list *ret, struct error *err)
{
	struct volume *volume;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < words->count; i++) {
		r = add(ret, &volume, err);
		if (r >= 0)
			r = read(words->items[i], volume, err);
	}
	return r;
}

int volume_read(const struct volume_words *words, struct volume_list *ret,
		struct error *err)
{
	int r = read_list(words->tmpfs, read_tmpfs, ret, err);

	if (r >= 0)
		r = read_list(words->volumes, read_bind, ret, err);
	if (r >= 0)
		r = read_list(words->devices, read_device, ret, err);
	if (ret->count)
		qsort(ret->items, ret->count, sizeof(*ret->items), compare_targets);
	return r < 0 ? r : refuse_twins(ret, err);
}

static uint64_t attributes_of(const struct volume *volume)
{
	if (volume->is_device) /* what is written to it passes a read-only mount */
		return MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY;
	return MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
	       (volume->read_only ? (uint64_t)MOUNT_ATTR_RDONLY : 0);
}

/* A recursive copy: a plain one could uncover what the host hid below a mount (locked, EINVAL). */
static int copy_source(const struct volume *volume, struct error *err)
{
	struct stat st;
	_cleanup_fd_ int fd = mount_copy(AT_FDCWD, volume->source, true, err);

	if (fd < 0)
		return error_wrap(err, "volume %s", volume->source);
	if (fstat(fd, &st) < 0)
		return error_errno(err, errno, "volume %s", volume->source);
	if (st.st_dev != volume->stat.st_dev || st.st_ino != volume->stat.st_ino)
		return error_set(err, ESTALE, "volume %s: it was replaced just now",
				 volume->source);
	/* Before it is attached: there is no moment in which it can be written to. */
	int r = mount_restrict(fd, attributes_of(volume), true, err);
	if (r < 0)
		return error_wrap(err, "volume %s", volume->source);
	return steal_fd(&fd);
}

int volume_copy_mounts(const struct volume_list *list, struct error *err)
{
	/* Private: a copy of a shared mount would pass the jail's unmounts on to the host. */
	struct mount_attr private = {.propagation = MS_PRIVATE};

	for (size_t i = 0; i < list->count; i++) {
		struct volume *volume = &list->items[i];

		if (!volume->source[0])
			continue;
		volume->mount_fd = copy_source(volume, err);
		if (volume->mount_fd < 0)
			return volume->mount_fd;
		if (mount_setattr(volume->mount_fd, "", AT_EMPTY_PATH | AT_RECURSIVE,
				  &private, sizeof(private)) < 0)
			return error_errno(err, errno, "volume %s", volume->source);
	}
	return 0;
}

int volume_shift_owners(const struct volume_list *list, pid_t pid, struct error *err)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct volume *volume = &list->items[i];

		if (!volume->is_idmapped)
			continue;
		int r = idmap_mount(volume->mount_fd, pid, err);
		if (r < 0) {
			error_wrap(err, "volume %s", volume->source);
			return error_hint(err,
					  "its file system, or one mounted below it, may "
					  "not support idmapped mounts");
		}
	}
	return 0;
}

static int new_tmpfs(const struct volume *volume, struct error *err)
{
	struct mount_setting settings[2] = {
		{"mode", volume->mode[0] ? volume->mode : "1777"},
	};
	size_t count = 1;

	if (volume->size[0])
		settings[count++] = (struct mount_setting){"size", volume->size};
	return mount_new("tmpfs", settings, count, attributes_of(volume), err);
}

static int attach_one(const struct volume *volume, int root_fd, struct error *err)
{
	_cleanup_fd_ int own = -1;
	bool is_folder = !volume->source[0] || S_ISDIR(volume->stat.st_mode);
	int fd = volume->mount_fd;

	if (fd < 0) {
		own = volume->source[0] ? copy_source(volume, err)
					: new_tmpfs(volume, err);
		if (own < 0)
			return own;
		fd = own;
	}
	return mount_attach_inside(fd, root_fd, volume->target, is_folder, err);
}

int volume_attach(const struct volume_list *list, int root_fd, struct error *err)
{
	for (size_t i = 0; i < list->count; i++) {
		int r = attach_one(&list->items[i], root_fd, err);

		if (r < 0)
			return r;
	}
	return 0;
}

void volume_list_free(struct volume_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		cleanup_fd(&list->items[i].mount_fd);
	free(list->items);
	*list = (struct volume_list){0};
}
