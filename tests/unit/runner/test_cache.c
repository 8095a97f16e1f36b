/* SPDX-License-Identifier: MIT */
/*
 * Tests of cache: what is found, made, made again and cleared away, and that kill -9 and races
 * leave whole entries only. The stand-in unpacks for real, without confinement; an archive with a
 * file "slow" takes it a second, so that the tests can come in between.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>

#include "rawtar.h"
#include "runner/cache.h"
#include "standin.h"

static char base[256], archive_path[300], folder[300];
static int base_fd;
static int unpacked; /* how often the helper was heard to have unpacked */

static void listen(const char *format, ...)
{
	unpacked += strstr(format, "unpacked %llu") != NULL;
}

static void be_the_helper(bool owners)
{
	struct unpack_report report = {.kind = UNPACK_PROGRESS};
	const struct extract_options options = {.owners = owners};

	umask(0);
	standin_send(&report);
	int r = extract_archive(UNPACK_ARCHIVE_FD, UNPACK_FOLDER_FD, &options,
				&report.counts, &report.err);
	if (faccessat(UNPACK_FOLDER_FD, "slow", F_OK, 0) == 0)
		nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
	report.kind = r < 0 ? UNPACK_FAILED : UNPACK_DONE;
	standin_send(&report);
	_exit(0);
}

/* Writes an archive with one file; a new one in place of the old, or over it. */
static void write_archive(const char *name, const char *data, bool in_place)
{
	int flags = O_RDWR | O_CREAT | O_CLOEXEC | (in_place ? O_TRUNC : O_EXCL);

	if (!in_place)
		unlink(archive_path);
	int fd = open(archive_path, flags, 0600);
	assert_true(fd >= 0);
	rawtar_add(fd, &(struct rawtar_entry){.name = name, .data = data});
	close(rawtar_end(fd));
}

static int set_up(void **state)
{
	(void)state;
	base_fd = rawtar_folder(base, sizeof(base));
	snprintf(archive_path, sizeof(archive_path), "%s/a.tar", base);
	snprintf(folder, sizeof(folder), "%s/cache", base);
	unpacked = 0;
	write_archive("file", "content", false);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rawtar_remove(base, base_fd);
	return 0;
}

static int open_with(const struct cache_options *options, struct cache_image *image,
		     struct error *err)
{
	int fd = open(archive_path, O_RDONLY | O_CLOEXEC);
	int r = cache_open(fd, "a.tar", options, image, err);

	close(fd);
	return r;
}

static int open_image(struct cache_image *image, struct error *err)
{
	const struct cache_options options = {
		.folder = folder, .helper = standin_path(), .verbose = listen};

	return open_with(&options, image, err);
}

/* How many entries of the cache have a name that starts so. */
static int count_entries(const char *prefix)
{
	DIR *dir = opendir(folder);
	int found = 0;

	for (const struct dirent *entry; dir && (entry = readdir(dir)) != NULL;)
		found += entry->d_name[0] != '.' &&
			 !strncmp(entry->d_name, prefix, strlen(prefix));
	if (dir)
		closedir(dir);
	return found;
}

/* "content" of the image's file; through the path, as a child in a new namespace goes. */
static const char *content_of(const struct cache_image *image, const char *name)
{
	struct stat by_path, by_fd;

	assert_int_equal(stat(image->root_path, &by_path), 0);
	assert_int_equal(fstat(image->root_fd, &by_fd), 0);
	assert_int_equal(by_path.st_ino, by_fd.st_ino);
	assert_int_equal(by_path.st_dev, by_fd.st_dev);
	return rawtar_read(image->root_fd, name);
}

static void unpacks_once_and_finds_it_again(void **state)
{
	const struct cache_options warm = {.folder = folder, .helper = "/nonexistent"};
	struct cache_image image = CACHE_IMAGE_NONE, again = CACHE_IMAGE_NONE;
	struct error err = {0};
	struct stat st;

	(void)state;
	assert_int_equal(open_image(&image, &err), 0);
	assert_string_equal(content_of(&image, "file"), "content");
	assert_int_equal(fstat(image.root_fd, &st), 0);
	assert_int_equal(st.st_uid, geteuid() == 0 ? 524288 : geteuid());
	/* Without a helper it can only be found. */
	assert_int_equal(open_with(&warm, &again, &err), 0);
	assert_string_equal(again.root_path, image.root_path);
	assert_int_equal(count_entries(""), 1);
	cache_image_close(&image);
	cache_image_close(&again);
}

static void notices_that_the_archive_changed(void **state)
{
	struct cache_image image = CACHE_IMAGE_NONE;
	struct error err = {0};

	(void)state;
	assert_int_equal(open_image(&image, &err), 0);
	cache_image_close(&image);
	write_archive("file", "CONTENT", true); /* same inode, size and name */
	assert_int_equal(open_image(&image, &err), 0);
	assert_string_equal(content_of(&image, "file"), "CONTENT");
	assert_int_equal(count_entries(""), 1); /* nothing leads to the old one */
	cache_image_close(&image);
	write_archive("file", "Content", false); /* replaced, as jailbuild does it */
	assert_int_equal(open_image(&image, &err), 0);
	assert_string_equal(content_of(&image, "file"), "Content");
	cache_image_close(&image);
}

static void keeps_to_its_size_and_remembers_the_last_use(void **state)
{
	const struct cache_options options = {
		.folder = folder, .helper = standin_path(), .max_cache = 1};
	struct cache_image image = CACHE_IMAGE_NONE;
	const struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	struct error err = {0};
	char entry[1024];
	struct stat st;

	(void)state;
	assert_int_equal(open_with(&options, &image, &err), 0);
	snprintf(entry, sizeof(entry), "%s", image.root_path);
	*strrchr(entry, '/') = '\0';
	cache_image_close(&image);
	assert_int_equal(utimensat(AT_FDCWD, entry, old, 0), 0);
	assert_int_equal(open_with(&options, &image, &err), 0);
	assert_int_equal(stat(entry, &st), 0);
	assert_true(st.st_mtim.tv_sec > 1);
	cache_image_close(&image);
	snprintf(archive_path, sizeof(archive_path), "%s/b.tar", base);
	write_archive("file", "another", false);
	assert_int_equal(open_with(&options, &image, &err), 0);
	assert_string_equal(content_of(&image, "file"), "another");
	assert_int_equal(count_entries(""), 1);
	assert_int_equal(stat(entry, &st), -1);
	cache_image_close(&image);
}

static void keeps_what_a_jail_still_uses(void **state)
{
	struct cache_image old = CACHE_IMAGE_NONE, image = CACHE_IMAGE_NONE;
	struct error err = {0};

	(void)state;
	assert_int_equal(open_image(&old, &err), 0);
	write_archive("file", "CONTENT", true);
	assert_int_equal(open_image(&image, &err), 0);
	assert_string_equal(content_of(&old, "file"), "content");
	assert_int_equal(count_entries(""), 2);
	cache_image_close(&old);
	cache_image_close(&image);
}

static int changes;

static void change_the_archive(uint64_t entries, uint64_t bytes)
{
	(void)entries;
	(void)bytes;
	if (changes-- > 0)
		write_archive("file", "CHANGED", true);
}

static void unpacks_again_what_changed_meanwhile(void **state)
{
	const struct cache_options options = {.folder = folder,
					      .helper = standin_path(),
					      .progress = change_the_archive};
	struct cache_image image = CACHE_IMAGE_NONE;
	struct error err = {0};

	(void)state;
	changes = 1;
	assert_int_equal(open_with(&options, &image, &err), 0);
	assert_string_equal(content_of(&image, "file"), "CHANGED");
	assert_int_equal(count_entries(""), 1);
	cache_image_close(&image);
	write_archive("file", "content", false);
	changes = 99;
	assert_int_equal(open_with(&options, &image, &err), -ESTALE);
	assert_int_equal(count_entries("tmp."), 0);
}

static void leaves_nothing_of_a_bad_archive(void **state)
{
	struct cache_image image = CACHE_IMAGE_NONE;
	struct error err = {0};

	(void)state;
	write_archive("../out", "x", false);
	assert_int_equal(open_image(&image, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "image a.tar: ../out: "));
	assert_int_equal(count_entries(""), 0);
	write_archive("file", "content", false);
	assert_int_equal(truncate(archive_path, 1024), 0); /* the end mark is gone */
	assert_int_equal(open_image(&image, &err), -EBADMSG);
	assert_int_equal(truncate(archive_path, 0), 0);
	assert_int_equal(open_image(&image, &err), -ENOEXEC);
	assert_int_equal(count_entries(""), 0);
	assert_int_equal(image.root_fd, -1);
}

/* A child that opens the image, and ends with how often it was unpacked, or 99. */
static pid_t start_child(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct cache_image image = CACHE_IMAGE_NONE;
		struct error err = {0};
		int r = open_image(&image, &err);

		_exit(r < 0 ? 99 : unpacked);
	}
	return pid;
}

static int end_of(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void wait_until_unpacking(void)
{
	for (int i = 0; i < 500 && count_entries("tmp.") == 0; i++)
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	assert_int_equal(count_entries("tmp."), 1);
}

static void survives_being_killed_while_unpacking(void **state)
{
	struct cache_image image = CACHE_IMAGE_NONE;
	struct error err = {0};

	(void)state;
	write_archive("slow", "content", false);
	pid_t pid = start_child();
	wait_until_unpacking();
	nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(end_of(pid), -SIGKILL);
	assert_int_equal(count_entries("tmp."), 1);
	assert_int_equal(count_entries(""), 1);
	assert_int_equal(open_image(&image, &err), 0);
	assert_string_equal(content_of(&image, "slow"), "content");
	assert_int_equal(count_entries("tmp."), 0);
	cache_image_close(&image);
}

/* The helper dies a moment after who started it; until then its folder is locked. */
static void wait_until_unlocked(void)
{
	DIR *dir = opendir(folder);

	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		if (strncmp(entry->d_name, "tmp.", 4) != 0)
			continue;
		int fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		assert_int_equal(flock(fd, LOCK_EX), 0);
		close(fd);
	}
	closedir(dir);
}

static void clears_away_what_the_killed_left_of_other_archives(void **state)
{
	struct cache_image image = CACHE_IMAGE_NONE;
	struct error err = {0};

	(void)state;
	write_archive("slow", "content", false);
	pid_t pid = start_child();
	wait_until_unpacking();
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(end_of(pid), -SIGKILL);
	wait_until_unlocked();
	write_archive("file", "content", false);
	assert_int_equal(open_image(&image, &err), 0);
	assert_int_equal(count_entries("tmp."), 0);
	assert_int_equal(count_entries(""), 1);
	cache_image_close(&image);
}

static void unpacks_once_for_many_at_a_time(void **state)
{
	pid_t pids[5];
	int total = 0;

	(void)state;
	write_archive("slow", "content", false);
	for (int i = 0; i < 5; i++)
		pids[i] = start_child();
	for (int i = 0; i < 5; i++)
		total += end_of(pids[i]);
	assert_int_equal(total, 1);
	assert_int_equal(count_entries(""), 1);
}

static void replaces_a_wreck_and_forgets_other_boots(void **state)
{
	struct cache_image image = CACHE_IMAGE_NONE;
	struct error err = {0};
	char old[400];

	(void)state;
	assert_int_equal(open_image(&image, &err), 0);
	assert_int_equal(sweep_tree(AT_FDCWD, image.root_path, &err), 0);
	cache_image_close(&image);
	snprintf(old, sizeof(old), "%s/1-2-3@00000000-0000-0000-0000-000000000000",
		 folder);
	assert_int_equal(mkdir(old, 0700), 0);
	assert_int_equal(open_image(&image, &err), 0);
	assert_string_equal(content_of(&image, "file"), "content");
	assert_int_equal(count_entries(""), 1);
	cache_image_close(&image);
}

static void refuses_what_is_no_regular_file(void **state)
{
	const struct cache_options options = {.folder = folder};
	struct cache_image image = CACHE_IMAGE_NONE;
	struct error err = {0};

	(void)state;
	assert_int_equal(cache_open(base_fd, "folder", &options, &image, &err), -EINVAL);
	assert_string_equal(err.text, "image folder: it is not a regular file");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(unpacks_once_and_finds_it_again),
		TEST(notices_that_the_archive_changed),
		TEST(keeps_what_a_jail_still_uses),
		TEST(keeps_to_its_size_and_remembers_the_last_use),
		TEST(unpacks_again_what_changed_meanwhile),
		TEST(leaves_nothing_of_a_bad_archive),
		TEST(survives_being_killed_while_unpacking),
		TEST(clears_away_what_the_killed_left_of_other_archives),
		TEST(unpacks_once_for_many_at_a_time),
		TEST(replaces_a_wreck_and_forgets_other_boots),
		TEST(refuses_what_is_no_regular_file),
	};

	if (standin_is_called(argv))
		be_the_helper(!strcmp(argv[argc - 1], "--owners"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
