/* SPDX-License-Identifier: MIT */
/*
 * The reader of ld.so.conf, fed with anything: the first line is a file that the rest may include.
 * The property: each folder is absolute, comes once, and is named by one of the two files; and a
 * second reading gives the same.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/sysroot.h"
#include "elfdeps/ldconf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sysroot root = {.fd = -1};

static void require(int holds)
{
	if (!holds)
		abort();
}

/* The root lies in memory, is open, and has no name any more once the process is gone. */
static void make_root(void)
{
	char name[] = "/dev/shm/fuzz_ldconf.XXXXXX";

	require(mkdtemp(name) && sysroot_open(name, &root, NULL) == 0);
	require(mkdirat(root.fd, "etc", 0755) == 0);
	require(mkdirat(root.fd, "etc/d", 0755) == 0);
}

static void remove_root(void)
{
	unlinkat(root.fd, "etc/d/a.conf", 0);
	unlinkat(root.fd, "etc/ld.so.conf", 0);
	unlinkat(root.fd, "etc/d", AT_REMOVEDIR);
	unlinkat(root.fd, "etc", AT_REMOVEDIR);
	rmdir(root.path);
	sysroot_close(&root);
}

static void save(const char *path, const uint8_t *data, size_t size)
{
	int fd = openat(root.fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
}

static void check(const struct ldconf *conf)
{
	require(conf->count <= LDCONF_FOLDERS_MAX);
	for (size_t i = 0; i < conf->count; i++) {
		const struct ldconf_folder *folder = &conf->folders[i];

		require(folder->path[0] == '/' && !strchr(folder->path, '\n'));
		require(strstr(folder->source, "ld.so.conf") ||
			strstr(folder->source, "a.conf"));
		for (size_t j = 0; j < i && j < 64; j++)
			require(strcmp(folder->path, conf->folders[j].path) != 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	size_t first = end ? (size_t)(end - data) : size;
	struct ldconf conf[2];
	struct arena arena = {0};

	if (root.fd < 0) {
		make_root();
		atexit(remove_root);
	}
	save("etc/d/a.conf", data, first);
	save("etc/ld.so.conf", data + first, size - first);
	for (int i = 0; i < 2; i++) {
		require(ldconf_read(&root, &arena, &conf[i], NULL) == 0);
		check(&conf[i]);
	}
	require(conf[0].count == conf[1].count);
	for (size_t i = 0; i < conf[0].count; i++)
		require(!strcmp(conf[0].folders[i].path, conf[1].folders[i].path));
	arena_free(&arena);
	return 0;
}
