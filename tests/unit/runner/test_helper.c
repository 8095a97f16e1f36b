/* SPDX-License-Identifier: MIT */
/* Tests of helper: how it starts one, and what it makes of a helper that lies or dies. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "rawtar.h"
#include "runner/helper.h"
#include "standin.h"

static char folder[256];
static int folder_fd;
static uint64_t progress_seen;

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

static void take_progress(uint64_t entries, uint64_t bytes)
{
	(void)bytes;
	progress_seen += entries;
}

/* The archive's first byte tells the stand-in what to do. */
static int run(const char *what, struct unpack_report *report, struct error *err)
{
	const struct cache_options options = {
		.helper = standin_path(), .progress = take_progress, .max_bytes = 123};
	struct helper_job job = {
		.folder_fd = folder_fd, .owners_fd = -1, .options = &options};
	int archive = rawtar_new();

	idmap_choose(0, &job.map);
	assert_int_equal(fchown(folder_fd, job.map.host, job.map.host_gid), 0);
	rawtar_write(archive, what, 1);
	job.archive_fd = archive;
	int r = helper_run(&job, report, err);
	close(archive);
	return r;
}

/* What is wrong with the surroundings of the stand-in; 0 nothing. */
static int look_around(int argc, char **argv)
{
	extern char **environ;
	DIR *dir = opendir("/proc/self/fd");
	int fds = 0;

	if (getpid() != 1 || geteuid() != 0 || getegid() != 0)
		return 1;
	if (*environ)
		return 2;
	if (argc < 3 || strcmp(argv[1], "--max-bytes=123") != 0)
		return 3;
	while (dir && readdir(dir))
		fds++;
	/* ".", "..", the six, and the folder's own. */
	if (dir && fds != 9)
		return 4;
	int fd = openat(UNPACK_FOLDER_FD, "made", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC,
			0600);
	return fd < 0 ? 5 : 0;
}

static void be_the_helper(int argc, char **argv)
{
	struct unpack_report report = {.kind = UNPACK_DONE, .counts.entries = 7};
	char what = 0;

	if (read(UNPACK_ARCHIVE_FD, &what, 1) != 1)
		_exit(1);
	switch (what) {
	case 'l':
		report.counts.entries = 100 + (uint64_t)look_around(argc, argv);
		break;
	case 'f':
		report.kind = UNPACK_FAILED;
		error_set(&report.err, EBADMSG, "bad\033[2J\n");
		break;
	case 'h': /* hostile: no code, no end of text */
		report.kind = UNPACK_FAILED;
		report.err.code = -5;
		memset(report.err.text, 'x', sizeof(report.err.text));
		memset(report.err.hint, '\a', sizeof(report.err.hint));
		break;
	case 'p':
		report.kind = UNPACK_PROGRESS;
		standin_send(&report);
		standin_send(&report);
		report.kind = UNPACK_DONE;
		break;
	case 't':
		__builtin_trap();
	default:
		_exit(3);
	}
	standin_send(&report);
	_exit(0);
}

static void starts_it_with_what_it_needs_and_no_more(void **state)
{
	struct unpack_report report;
	struct error err = {0};
	struct stat st;

	(void)state;
	assert_int_equal(run("l", &report, &err), 0);
	assert_int_equal(report.counts.entries, 100);
	assert_int_equal(fstatat(folder_fd, "made", &st, 0), 0);
	assert_int_equal(st.st_uid, geteuid() == 0 ? IDMAP_RANGE : geteuid());
}

static void passes_on_the_error_without_control_bytes(void **state)
{
	struct unpack_report report;
	struct error err = {0};

	(void)state;
	assert_int_equal(run("f", &report, &err), -EBADMSG);
	assert_string_equal(err.text, "bad?[2J?");
}

static void trusts_no_report(void **state)
{
	struct unpack_report report;
	struct error err = {0};

	(void)state;
	assert_int_equal(run("h", &report, &err), -EIO);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_null(strchr(err.hint, '\a'));
}

static void hears_progress_until_the_end(void **state)
{
	struct unpack_report report;
	struct error err = {0};

	(void)state;
	progress_seen = 0;
	assert_int_equal(run("p", &report, &err), 0);
	assert_int_equal(progress_seen, 14);
	assert_int_equal(report.counts.entries, 7);
}

static void says_how_it_died(void **state)
{
	struct unpack_report report;
	struct error err = {0};

	(void)state;
	assert_int_equal(run("t", &report, &err), -ECHILD);
	assert_non_null(strstr(err.text, "signal"));
	assert_int_equal(run("q", &report, &err), -ECHILD);
	assert_non_null(strstr(err.text, "status 3"));
}

static void says_where_it_belongs(void **state)
{
	struct cache_options options = {.helper = NULL};
	struct helper_job job = {
		.folder_fd = folder_fd, .owners_fd = -1, .options = &options};
	struct unpack_report report;
	struct error err = {0};

	(void)state;
	idmap_choose(0, &job.map);
	/* There is none next to the test program. */
	assert_int_equal(helper_run(&job, &report, &err), -ENOENT);
	assert_non_null(strstr(err.hint, "libexec"));
	options.helper = "/nonexistent/helper";
	assert_int_equal(helper_run(&job, &report, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nonexistent/helper"));
}

static void says_that_it_cannot_be_executed(void **state)
{
	const struct cache_options options = {.helper = "/etc/passwd"};
	struct helper_job job = {
		.folder_fd = folder_fd, .owners_fd = -1, .options = &options};
	struct unpack_report report;
	struct error err = {0};

	(void)state;
	idmap_choose(0, &job.map);
	job.archive_fd = rawtar_new();
	assert_int_equal(helper_run(&job, &report, &err), -EACCES);
	assert_non_null(strstr(err.text, "cannot execute"));
	close(job.archive_fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(starts_it_with_what_it_needs_and_no_more),
		TEST(passes_on_the_error_without_control_bytes),
		TEST(trusts_no_report),
		TEST(hears_progress_until_the_end),
		TEST(says_how_it_died),
		TEST(says_where_it_belongs),
		TEST(says_that_it_cannot_be_executed),
	};

	if (standin_is_called(argv))
		be_the_helper(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
