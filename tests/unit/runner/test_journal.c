/* SPDX-License-Identifier: MIT */
/* Tests of journal: where it is, how it is kept small, and what becomes of what finds no room. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fd.h"
#include "jailchild.h"
#include "rawtar.h"
#include "runner/journal.h"

static char folder[256];
static int folder_fd;

static int set_up(void **state)
{
	(void)state;
	folder_fd = rawtar_folder(folder, sizeof(folder));
	return setenv("XDG_STATE_HOME", folder, 1);
}

static int tear_down(void **state)
{
	(void)state;
	rawtar_remove(folder, folder_fd);
	return 0;
}

static void begin(struct journal *journal, uint64_t limit)
{
	struct error err = {0};

	*journal = (struct journal)JOURNAL_NONE;
	journal->limit = limit;
	if (journal_name(journal, "web", 4711, 815, &err) < 0 ||
	    journal_create(journal, &err) < 0)
		fail_msg("%s", err.text);
}

/* What one of the files holds, with a NUL behind; empty if it is not there. The caller frees it. */
static char *read_half(const struct journal *journal, const char *name)
{
	struct error err = {0};
	char *data;
	size_t size;
	int fd = openat(journal->folder_fd, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return strdup("");
	assert_int_equal(fd_read_all(fd, 1 << 20, name, &data, &size, &err), 0);
	assert_int_equal(strlen(data), size);
	close(fd);
	return data;
}

static void expect_half(const struct journal *journal, const char *name, const char *text)
{
	char *data = read_half(journal, name);

	assert_string_equal(data, text);
	free(data);
}

static void is_closed_to_others_and_never_shared(void **state)
{
	struct journal journal, second = JOURNAL_NONE;
	struct error err = {0};
	struct stat st;

	(void)state;
	begin(&journal, JOURNAL_LIMIT);
	assert_true(journal_is_of_this_boot(journal.path));
	assert_int_equal(stat(journal.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(fstat(journal.fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(journal_name(&second, "web", 4711, 815, &err), 0);
	assert_int_equal(journal_create(&second, &err), -EEXIST);
	assert_int_equal(journal_name(&second, "web", 4711, 816, &err), 0);
	assert_int_equal(journal_create(&second, &err), 0);
	assert_int_equal(journal_remove(second.path, &err), 0);
	journal_close(&second);
	assert_int_equal(journal_remove(journal.path, &err), 0);
	assert_int_equal(stat(journal.path, &st), -1);
	assert_int_equal(journal_remove(journal.path, &err), 0);
	journal_close(&journal);
}

static void follows_no_link_that_lies_in_its_place(void **state)
{
	struct journal journal = JOURNAL_NONE;
	struct error err = {0};

	(void)state;
	assert_int_equal(journal_name(&journal, "web", 1, 2, &err), 0);
	assert_int_equal(symlink("/tmp", journal.path), 0);
	assert_int_equal(journal_create(&journal, &err), -EEXIST);
	assert_true(journal_open(journal.path, &err) < 0);
	assert_int_equal(journal_remove(journal.path, &err), 0);
	assert_int_equal(access("/tmp", F_OK), 0);
	journal_close(&journal);
}

static void removes_nothing_that_is_no_journal(void **state)
{
	static const char *const bad[] = {"", "x", "/", "/tmp", "log.x", "/tmp/x/log"};
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(journal_remove(bad[i], &err), -EINVAL);
}

static void keeps_the_newer_half(void **state)
{
	struct journal journal;
	char text[2049], line[16];

	(void)state;
	begin(&journal, JOURNAL_LEAST);
	memset(text, 'a', 2048);
	text[2048] = '\0';
	journal_append(&journal, text, 2048);
	expect_half(&journal, "log", text);
	expect_half(&journal, "log.1", "");
	journal_append(&journal, "b", 1);
	expect_half(&journal, "log.1", text);
	expect_half(&journal, "log", "b");
	/* More at once than both halves hold: the end of it is what stays. */
	char *much = malloc(10001);
	for (int i = 0; i < 10000; i += 5) {
		snprintf(line, sizeof(line), "%04d\n", i / 5);
		memcpy(much + i, line, 5);
	}
	much[10000] = '\0';
	journal_append(&journal, much, 10000);
	char *older = read_half(&journal, "log.1"), *newest = read_half(&journal, "log");
	assert_int_equal(strlen(older), 2048);
	assert_true(strlen(newest) <= 2048);
	assert_string_equal(newest, much + 10000 - strlen(newest));
	assert_memory_equal(older, much + 10000 - strlen(newest) - 2048, 2048);
	assert_int_equal(journal.lost, 0);
	free(older);
	free(newest);
	free(much);
	journal_close(&journal);
}

/* A limit on files is what a full disk is: nothing more can be written, until it can again. */
static void fill_and_go_on(void *data)
{
	struct journal *journal = data;
	struct rlimit before, limit;
	char block[1500];

	signal(SIGXFSZ, SIG_IGN);
	memset(block, 'x', sizeof(block));
	jailchild_expect(getrlimit(RLIMIT_FSIZE, &before) == 0);
	limit = (struct rlimit){1000, before.rlim_max};
	jailchild_expect(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	journal_append(journal, block, sizeof(block));
	jailchild_expect(journal->lost == 500);
	journal_append(journal, block, 7);
	jailchild_expect(journal->lost == 507 && journal->size == 1000);
	jailchild_expect(setrlimit(RLIMIT_FSIZE, &before) == 0);
	journal_append(journal, "again\n", 6);
	jailchild_expect(journal->lost == 507);
	journal_append(journal, "more\n", 5);
}

static void says_how_much_found_no_room(void **state)
{
	static const char said[] = "\n[jailrun: 507 bytes are missing here: File too "
				   "large]\nagain\nmore\n";
	struct journal journal;

	(void)state;
	begin(&journal, JOURNAL_LIMIT);
	jailchild_fork(fill_and_go_on, &journal);
	char *text = read_half(&journal, "log");
	assert_int_equal(strspn(text, "x"), 1000);
	assert_string_equal(text + 1000, said);
	free(text);
	journal_close(&journal);
}

static void removes_those_of_earlier_boots_only(void **state)
{
	static const char *const names[] = {
		"log.old-1-2@00000000-0000-0000-0000-000000000000", "log.x", "log.y@z",
		"other@00000000-0000-0000-0000-000000000000"};
	struct journal journal = JOURNAL_NONE;
	struct error err = {0};

	(void)state;
	assert_int_equal(journal_name(&journal, "web", 1, 2, &err), 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(mkdirat(journal.state_fd, names[i], 0700), 0);
	assert_false(journal_is_of_this_boot(names[0]));
	assert_int_equal(journal_create(&journal, &err), 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(faccessat(journal.state_fd, names[i], F_OK, 0) == 0,
				 i > 0);
	journal_close(&journal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_closed_to_others_and_never_shared,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(follows_no_link_that_lies_in_its_place,
						set_up, tear_down),
		cmocka_unit_test(removes_nothing_that_is_no_journal),
		cmocka_unit_test_setup_teardown(keeps_the_newer_half, set_up, tear_down),
		cmocka_unit_test_setup_teardown(says_how_much_found_no_room, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(removes_those_of_earlier_boots_only,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
