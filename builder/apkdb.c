/* SPDX-License-Identifier: MIT */
/*
 * One file tells everything: P, V and A are name, version and architecture, F a folder, R a file in
 * it. Called by owner and by packages.
 */
#include "apkdb.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/fd.h"

enum { MAX_DATABASE = 256 << 20 };

int apkdb_open(const struct sysroot *root)
{
	return sysroot_openat(root, "/lib/apk/db/installed",
			      O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

struct reader {
	apkdb_visit *visit;
	void *data;
	const char *folder;
	struct apkdb_item item;
};

static int end_package(struct reader *reader, struct error *err)
{
	const struct apkdb_item *item = &reader->item;
	int r = item->package && item->version && item->arch
			? reader->visit(reader->data, item, err)
			: 0;

	reader->item = (struct apkdb_item){0};
	reader->folder = NULL;
	return r;
}

static int read_file(struct reader *reader, const char *name, struct error *err)
{
	char path[PATH_MAX];
	struct apkdb_item item = reader->item;

	if (!reader->folder || !item.package || !item.version || !item.arch)
		return 0;
	int used = snprintf(path, sizeof(path), "/%s%s%s", reader->folder,
			    *reader->folder ? "/" : "", name);
	if (used < 0 || (size_t)used >= sizeof(path))
		return 0;
	item.path = path;
	return reader->visit(reader->data, &item, err);
}

static int read_line(struct reader *reader, const char *line, struct error *err)
{
	if (!*line)
		return end_package(reader, err);
	if (line[1] != ':')
		return 0;
	switch (line[0]) {
	case 'P':
		reader->item.package = line + 2;
		break;
	case 'V':
		reader->item.version = line + 2;
		break;
	case 'A':
		reader->item.arch = line + 2;
		break;
	case 'F':
		reader->folder = line + 2;
		break;
	case 'R':
		return read_file(reader, line + 2, err);
	default:
		break;
	}
	return 0;
}

int apkdb_read(int fd, apkdb_visit *visit, void *data, struct error *err)
{
	struct reader reader = {.visit = visit, .data = data};
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r = fd_read_all(fd, MAX_DATABASE, "/lib/apk/db/installed", &text, &size, err);
	char *line = text, *end;

	for (; r == 0 && *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		r = read_line(&reader, line, err);
	}
	return r == 0 ? end_package(&reader, err) : r;
}
