/* SPDX-License-Identifier: MIT */
/*
 * Joins previous, which reads an image, with foldertree and imagefiles. Called by the command check.
 */
#include "survey.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/path.h"
#include "foldertree.h"
#include "spool.h"

/* Bytes of symlinks that are followed: a large system has a few million. */
#define MAX_FOLLOWED (UINT64_C(1) << 28)

static int fill(struct survey *survey, struct findings *findings, struct error *err)
{
	struct previous *previous = &survey->previous;

	if (previous->folder.fd >= 0)
		return foldertree_read(previous->fd, &survey->manifest, findings, err);
	return previous_show(previous, &survey->manifest, err);
}

static int open_root(struct survey *survey, struct error *err)
{
	if (survey->previous.folder.fd >= 0) {
		survey->root = &survey->previous.folder;
		return 0;
	}
	survey->files = (struct imagefiles){.manifest = &survey->manifest,
					    .content = &survey->content};
	survey->hooks = imagefiles_sysroot(&survey->files);
	survey->root = &survey->own;
	return sysroot_open_files(&survey->hooks, &survey->own, err);
}

int survey_open(struct survey *survey, const struct format *image,
		struct findings *findings, struct error *err)
{
	*survey = (struct survey)SURVEY_NONE;
	survey->image = image->path;
	survey->content.image_fd = -1;
	survey->manifest.content = &survey->content;
	int r = spool_load(image, &survey->previous, err);
	if (r < 0)
		return r;
	previous_content(&survey->previous, &survey->content);
	r = fill(survey, findings, err);
	if (r == 0)
		r = manifest_finish(&survey->manifest, err);
	if (r < 0)
		return error_wrap(err, "cannot read %s", image->path);
	return open_root(survey, err);
}

struct elfdeps_options survey_elfdeps(struct survey *survey)
{
	struct elfdeps_options options = {0};

	if (survey->root != &survey->own) {
		options.root = survey->image;
		return options;
	}
	options.files = &imagefiles_hooks;
	options.files_data = &survey->files;
	return options;
}

static ssize_t peek_fd(int fd, uint64_t offset, void *ret, size_t size)
{
	ssize_t done;

	do
		done = pread(fd, ret, size, (off_t)offset);
	while (done < 0 && errno == EINTR);
	return done < 0 ? -errno : done;
}

ssize_t survey_peek(const struct survey *survey, const struct entry *entry, void *ret,
		    size_t size)
{
	_cleanup_content_ struct content_stream stream = CONTENT_NONE;
	struct error ignored;

	if (entry->origin != ORIGIN_IMAGE)
		return 0;
	if (survey->root == &survey->own)
		return peek_fd(survey->content.image_fd, entry->offset, ret,
			       entry->size < size ? (size_t)entry->size : size);
	int r = content_open(&survey->content, entry, &stream, &ignored);
	return r < 0 ? r : peek_fd(stream.fd, 0, ret, size);
}

bool survey_is_exhausted(const struct survey *survey)
{
	return survey->followed > MAX_FOLLOWED || survey->files.spent > IMAGEFILES_MAX;
}

struct trail {
	struct survey *survey;
	char *last;
};

static int remember(void *data, const char *path, const char *target, struct error *err)
{
	const struct trail *trail = data;
	char joined[2 * PATH_MAX];

	trail->survey->followed += strlen(target);
	if (survey_is_exhausted(trail->survey))
		return error_set(err, ELOOP, "too many symlinks");
	if (!trail->last)
		return 0;
	snprintf(joined, sizeof(joined), "%.*s/%s",
		 target[0] == '/' ? 0 : (int)(path_basename(path) - path), path, target);
	return path_normalize(joined, trail->last, PATH_MAX, err);
}

int survey_follow(struct survey *survey, const char *path, char *ret, char *ret_last)
{
	struct trail trail = {.survey = survey, .last = ret_last};
	const struct sysroot_visitor visitor = {.link = remember, .data = &trail};
	struct error ignored;

	if (ret_last)
		*ret_last = '\0';
	if (survey_is_exhausted(survey))
		return -ELOOP;
	return sysroot_resolve(survey->root, path, &visitor, ret, &ignored);
}

bool survey_has(struct survey *survey, const char *path)
{
	char end[PATH_MAX];
	int r = survey_follow(survey, path, end, NULL);

	return r >= 0 || r == -EACCES;
}

int survey_text(struct survey *survey, const char *path, size_t limit, char **ret,
		struct error *err)
{
	char end[PATH_MAX];
	struct error ignored;
	size_t size;
	struct stat st;

	*ret = NULL;
	/* Looked at first: to open a device may do something. */
	if (survey_follow(survey, path, end, NULL) < 0 ||
	    sysroot_stat(survey->root, end, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	_cleanup_fd_ int fd = sysroot_openat(survey->root, end,
					     O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return 0;
	int r = fd_read_all(fd, limit, path, ret, &size, &ignored);
	return r == -ENOMEM ? error_nomem(err) : 0;
}

void survey_close(struct survey *survey)
{
	manifest_free(&survey->manifest);
	sysroot_close(&survey->own);
	previous_close(&survey->previous);
}
