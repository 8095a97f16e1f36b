/* SPDX-License-Identifier: MIT */
/*
 * Tests of common/sysroot over files that are no folder of the machine: a tree in a table.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/sysroot.h"

/* One file, and a link to it through a folder that is a link; no path with a link in it comes here. */
static const struct {
	const char *path, *target;
	mode_t mode;
} own[] = {
	{"/usr", NULL, S_IFDIR | 0755},
	{"/usr/lib", NULL, S_IFDIR | 0755},
	{"/usr/lib/file", NULL, S_IFREG | 0644},
	{"/lib", "usr/lib", S_IFLNK | 0777},
	{"/link", "/../lib/./file", S_IFLNK | 0777},
	{"/loop", "loop", S_IFLNK | 0777},
	{"/long", "", S_IFLNK | 0777},
};

static int own_index(const char *path)
{
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (!strcmp(own[i].path, path))
			return (int)i;
	return -ENOENT;
}

static int own_stat(void *data, const char *path, struct stat *ret)
{
	int i = own_index(path);

	++*(int *)data;
	if (i < 0)
		return i;
	*ret = (struct stat){.st_mode = own[i].mode, .st_ino = (ino_t)i, .st_size = 999};
	return 0;
}

static int own_readlink(void *data, const char *path, char *ret, size_t size)
{
	int i = own_index(path);

	(void)data;
	assert_true(i >= 0 && own[i].target);
	if (!strcmp(path, "/long"))
		return (int)size;
	memcpy(ret, own[i].target, strlen(own[i].target));
	return (int)strlen(own[i].target);
}

static int own_open(void *data, const char *path)
{
	int fd = memfd_create("own", MFD_CLOEXEC);

	(void)data;
	assert_string_equal(path, "/usr/lib/file");
	assert_int_equal(write(fd, "text", 4), 4);
	return fd;
}

static void walks_through_files_that_are_no_folder_of_the_machine(void **state)
{
	int asked = 0;
	const struct sysroot_files files = {own_stat, own_readlink, own_open, &asked};
	_cleanup_sysroot_ struct sysroot root;
	char canonical[PATH_MAX], text[8];
	struct stat st;

	(void)state;
	assert_int_equal(sysroot_open_files(&files, &root, NULL), 0);
	assert_int_equal(sysroot_resolve(&root, "link", NULL, canonical, NULL), 0);
	assert_string_equal(canonical, "/usr/lib/file");
	_cleanup_fd_ int fd = sysroot_openat(&root, "/link", O_RDONLY);
	assert_int_equal(read(fd, text, sizeof(text)), 4);
	assert_int_equal(sysroot_fstat(&root, fd, "/link", &st), 0);
	assert_int_equal(st.st_size, 4);
	assert_int_equal(st.st_ino, 2);
	assert_int_equal(sysroot_stat(&root, "/lib", &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	asked = 0;
	assert_int_equal(sysroot_stat(&root, "/..", &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(asked, 0);
	assert_int_equal(sysroot_openat(&root, "/lib", O_RDONLY), -EISDIR);
	assert_int_equal(sysroot_openat(&root, "/link", O_RDWR), -EISDIR);
	assert_int_equal(sysroot_openat(&root, "/none", O_RDONLY), -ENOENT);
	assert_int_equal(sysroot_openat(&root, "/link/x", O_RDONLY), -ENOTDIR);
	assert_int_equal(sysroot_openat(&root, "/loop", O_RDONLY), -ELOOP);
	assert_int_equal(sysroot_openat(&root, "/long", O_RDONLY), -ENAMETOOLONG);
	assert_int_equal(sysroot_open_link(&root, "/link"), -EOPNOTSUPP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_through_files_that_are_no_folder_of_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
