/* SPDX-License-Identifier: MIT */
/*
 * scratch: a temporary folder per test, which is the current folder while the test runs and is
 * gone afterwards. The tests of common/ that need real files use it as cmocka's setup and teardown.
 */
#ifndef TESTS_UNIT_COMMON_SCRATCH_H
#define TESTS_UNIT_COMMON_SCRATCH_H

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static inline int scratch_setup(void **state)
{
	char *folder = strdup("/tmp/jailbuild-unit.XXXXXX");

	*state = folder;
	return folder && mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static inline int scratch_remove(const char *path, const struct stat *st, int kind,
				 struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static inline int scratch_teardown(void **state)
{
	char *folder = *state;
	int r = chdir("/");

	if (nftw(folder, scratch_remove, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) != 0)
		r = -1;
	free(folder);
	return r;
}

#define scratch_test(function) \
	cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

/* Opens `path` with these open(2) flags; the test fails if that cannot be done. */
static inline int scratch_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	return fd;
}

static inline void scratch_write(const char *path, const char *text)
{
	int fd = scratch_open(path, O_WRONLY | O_CREAT | O_TRUNC);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static inline void scratch_expect(const char *path, const char *text)
{
	char found[4096] = "";
	int fd = scratch_open(path, O_RDONLY);
	ssize_t size = read(fd, found, sizeof(found) - 1);

	close(fd);
	assert_true(size >= 0);
	assert_string_equal(found, text);
}

/* How many entries the folder has. */
static inline int scratch_count(const char *path)
{
	DIR *dir = opendir(path);
	int count = -2; /* "." and ".." */

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* Runs `body` in a child, for what cannot be undone in a process, and gives its exit status. */
static inline int scratch_in_child(int (*body)(void))
{
	int status = 0;

	fflush(NULL);
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(30);
		/* A failed assertion must not run the other tests here (cmocka.h). */
		setenv("CMOCKA_TEST_ABORT", "1", 1);
		exit(body());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#endif
