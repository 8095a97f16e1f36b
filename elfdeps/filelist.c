/* SPDX-License-Identifier: MIT */
/*
 * The names are cut apart where they were read. Called by main.
 */
#include "filelist.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/fd.h"

enum { TEXT_MAX = 1 << 28 };

static int add(struct filelist *list, const char *name, struct error *err)
{
	int r = alloc_grow(&list->items, &list->capacity, list->count + 2,
			   sizeof(list->items[0]), err);

	if (r < 0)
		return r;
	list->items[list->count++] = name;
	list->items[list->count] = NULL;
	return 0;
}

static int read_text(const char *path, char **ret, size_t *ret_size, struct error *err)
{
	if (!strcmp(path, "-"))
		return fd_read_all(STDIN_FILENO, TEXT_MAX, "standard input", ret,
				   ret_size, err);
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return error_errno(err, errno, "%s", path);
	return fd_read_all(fd, TEXT_MAX, path, ret, ret_size, err);
}

int filelist_read(struct filelist *list, const char *path, const char *const *first,
		  size_t count, struct error *err)
{
	size_t size = 0;
	int r = path ? read_text(path, &list->text, &size, err) : 0;

	for (size_t i = 0; i < count && r == 0; i++)
		r = add(list, first[i], err);
	if (r < 0 || !path)
		return r;
	/* What is read last needs no end: a NUL stands behind it. */
	char end = memchr(list->text, '\0', size) ? '\0' : '\n';
	for (char *at = list->text, *stop; r == 0 && at < list->text + size;
	     at = stop + 1) {
		stop = memchr(at, end, (size_t)(list->text + size - at));
		if (!stop)
			stop = list->text + size;
		*stop = '\0';
		if (*at)
			r = add(list, at, err);
	}
	return r;
}

void filelist_free(struct filelist *list)
{
	free(list->text);
	free(list->items);
	*list = (struct filelist){0};
}
