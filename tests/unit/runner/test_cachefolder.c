/* SPDX-License-Identifier: MIT */
/* Tests of cachefolder: where the cache is, and when that place is not to be trusted. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <limits.h>

#include "rawtar.h"
#include "runner/cachefolder.h"

static char folder[256];
static int folder_fd;

static int set_up(void **state)
{
	(void)state;
	folder_fd = rawtar_folder(folder, sizeof(folder));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rawtar_remove(folder, folder_fd);
	return 0;
}

static int try(const char *asked, char *path, struct error *err)
{
	int fd = -1;
	int r = cachefolder_open(asked, path, &fd, err);

	if (r == 0)
		close(fd);
	return r;
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(fstatat(folder_fd, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st.st_mode & 07777;
}

static const char *below(const char *name)
{
	static char path[300];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void makes_it_for_its_owner_alone(void **state)
{
	char path[PATH_MAX];
	struct error err = {0};

	(void)state;
	umask(0);
	assert_int_equal(try(below("a/b/cache"), path, &err), 0);
	assert_string_equal(path, below("a/b/cache"));
	assert_int_equal(mode_of("a/b/cache"), 0700);
	assert_int_equal(try(below("a/b/cache"), path, &err), 0);
}

static void goes_where_the_environment_says(void **state)
{
	char path[PATH_MAX];
	struct error err = {0};

	(void)state;
	setenv("XDG_CACHE_HOME", below("xdg"), 1);
	setenv("HOME", below("home"), 1);
	assert_int_equal(try(NULL, path, &err), 0);
	assert_string_equal(path, below("xdg/jailrun"));
	/* A relative path is to be ignored, says the XDG base directory specification. */
	setenv("XDG_CACHE_HOME", "relative", 1);
	if (geteuid() == 0)
		return; /* /var/cache/jailrun is the machine's */
	assert_int_equal(try(NULL, path, &err), 0);
	assert_string_equal(path, below("home/.cache/jailrun"));
	unsetenv("HOME");
	assert_int_equal(try(NULL, path, &err), -ENOENT);
	assert_non_null(strstr(err.hint, "XDG_CACHE_HOME"));
}

static void refuses_a_symlink_and_a_file(void **state)
{
	char path[PATH_MAX];
	struct error err = {0};

	(void)state;
	assert_int_equal(mkdirat(folder_fd, "real", 0700), 0);
	assert_int_equal(symlinkat("real", folder_fd, "link"), 0);
	assert_int_equal(try(below("link"), path, &err), -EPERM);
	assert_non_null(strstr(err.text, "symlink"));
	assert_true(err.hint[0] != '\0');
	assert_int_equal(mknodat(folder_fd, "file", S_IFREG | 0600, 0), 0);
	assert_int_equal(try(below("file"), path, &err), -EPERM);
}

static void refuses_what_others_own_or_may_write(void **state)
{
	char path[PATH_MAX];
	struct error err = {0};

	(void)state;
	assert_int_equal(mkdirat(folder_fd, "open", 0700), 0);
	assert_int_equal(fchmodat(folder_fd, "open", 0770, 0), 0);
	assert_int_equal(try(below("open"), path, &err), -EPERM);
	assert_non_null(strstr(err.text, "770"));
	if (geteuid() == 0) {
		assert_int_equal(mkdirat(folder_fd, "theirs", 0700), 0);
		assert_int_equal(fchownat(folder_fd, "theirs", 65534, 65534, 0), 0);
		assert_int_equal(try(below("theirs"), path, &err), -EPERM);
	} else {
		assert_int_equal(try("/usr", path, &err), -EPERM);
	}
	assert_non_null(strstr(err.text, "belongs to user"));
}

static void closes_what_others_could_only_read(void **state)
{
	char path[PATH_MAX];
	struct error err = {0};

	(void)state;
	assert_int_equal(mkdirat(folder_fd, "shown", 0700), 0);
	assert_int_equal(fchmodat(folder_fd, "shown", 0755, 0), 0);
	assert_int_equal(try(below("shown"), path, &err), 0);
	assert_int_equal(mode_of("shown"), 0700);
}

static void says_that_it_cannot_be_made(void **state)
{
	char path[PATH_MAX];
	struct error err = {0};

	(void)state;
	assert_true(try("/proc/none/cache", path, &err) < 0);
	assert_non_null(strstr(err.text, "/proc/none/cache"));
	assert_int_equal(try("relative", path, &err), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(makes_it_for_its_owner_alone),
		TEST(goes_where_the_environment_says),
		TEST(refuses_a_symlink_and_a_file),
		TEST(refuses_what_others_own_or_may_write),
		TEST(closes_what_others_could_only_read),
		TEST(says_that_it_cannot_be_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
