/* SPDX-License-Identifier: MIT */
/*
 * rawtar: writes tar headers byte by byte, so that a test can say what no tar program would, and
 * makes the folders that tests unpack into. For the tests of runner's unpacking modules.
 */
#ifndef TESTS_UNIT_RAWTAR_H
#define TESTS_UNIT_RAWTAR_H

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/error.h"
#include "runner/sweep.h"

/* One member; zero means: a regular file, mode 0644, of root, without content. */
struct rawtar_entry {
	const char *name;
	char type; /* '0' file, '1' hard link, '2' symlink, '3' device, '5' folder, '6' FIFO, 'x' pax */
	mode_t mode;
	unsigned uid, gid;
	long mtime;
	const char *link;
	const char *data;
	uint64_t size; /* declared; 0: that of data */
};

/* An empty archive in memory. */
static inline int rawtar_new(void)
{
	return memfd_create("archive", MFD_CLOEXEC);
}

static inline void rawtar_write(int fd, const void *data, size_t size)
{
	assert_int_equal(write(fd, data, size), (ssize_t)size);
}

/* An octal number of `width` digits; what is higher is cut, as in no honest header. */
static inline void rawtar_octal(char *at, int width, uint64_t value)
{
	while (width-- > 0) {
		at[width] = (char)('0' + (value & 7));
		value >>= 3;
	}
}

static inline void rawtar_add(int fd, const struct rawtar_entry *entry)
{
	char header[512] = {0}, padding[512] = {0};
	size_t length = entry->data ? strlen(entry->data) : 0;
	unsigned sum = 0;

	strncpy(header, entry->name, 100);
	rawtar_octal(header + 100, 7, entry->mode ? entry->mode : 0644);
	rawtar_octal(header + 108, 7, entry->uid);
	rawtar_octal(header + 116, 7, entry->gid);
	rawtar_octal(header + 124, 11, entry->size ? entry->size : length);
	rawtar_octal(header + 136, 11, (uint64_t)entry->mtime);
	header[156] = entry->type ? entry->type : '0';
	if (entry->link)
		strncpy(header + 157, entry->link, 100);
	memcpy(header + 257, "ustar\00000", 8);
	memset(header + 148, ' ', 8);
	for (int i = 0; i < 512; i++)
		sum += (unsigned char)header[i];
	rawtar_octal(header + 148, 6, sum);
	header[154] = '\0';
	rawtar_write(fd, header, 512);
	if (length == 0)
		return;
	rawtar_write(fd, entry->data, length);
	rawtar_write(fd, padding, (512 - length % 512) % 512);
}

/* Appends the pax record "key=value" to the text `ret`. */
static inline void rawtar_record(char *ret, size_t size, const char *key,
				 const char *value)
{
	size_t used = strlen(ret), length = strlen(key) + strlen(value) + 3, digits = 1;

	while (snprintf(ret + used, size - used, "%zu", length + digits) > (int)digits)
		digits++;
	snprintf(ret + used, size - used, "%zu %s=%s\n", length + digits, key, value);
}

/* A pax header with one record, for the next member. */
static inline void rawtar_pax(int fd, const char *key, const char *value)
{
	char record[1024] = "";

	rawtar_record(record, sizeof(record), key, value);
	rawtar_add(fd,
		   &(struct rawtar_entry){.name = "pax", .type = 'x', .data = record});
}

/* Writes the end mark and goes back to the start. */
static inline int rawtar_end(int fd)
{
	char zeros[1024] = {0};

	rawtar_write(fd, zeros, sizeof(zeros));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* An archive of one entry. */
static inline int rawtar_of(const struct rawtar_entry *entry)
{
	int fd = rawtar_new();

	rawtar_add(fd, entry);
	return rawtar_end(fd);
}

/* Makes a temporary folder; writes its path to `ret` and returns a descriptor for reading. */
static inline int rawtar_folder(char *ret, size_t size)
{
	const char *base = getenv("TMPDIR");

	snprintf(ret, size, "%s/rawtar.XXXXXX", base ? base : "/tmp");
	assert_non_null(mkdtemp(ret));
	return open(ret, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static inline void rawtar_remove(const char *folder, int fd)
{
	struct error err = {0};

	close(fd);
	if (sweep_tree(AT_FDCWD, folder, &err) < 0)
		fail_msg("%s", err.text);
}

/* Reads a file of the folder as text. */
static inline const char *rawtar_read(int folder, const char *name)
{
	static char text[4096];
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[length > 0 ? length : 0] = '\0';
	return length < 0 ? NULL : text;
}

#endif
