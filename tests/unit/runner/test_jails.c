/* SPDX-License-Identifier: MIT */
/*
 * Tests of jails: a forged or forgotten registration is refused or removed, and no process that is no
 * jail's init is ever taken for one. What a jail's own looks like, tests/cli/jailctl.bats shows.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "rawtar.h"
#include "runner/jails.h"
#include "runner/journal.h"
#include "runner/procstat.h"

static char folder[256];
static int folder_fd, registry_fd;
static struct jails jails;
static pid_t victim;

static int set_up(void **state)
{
	struct error err = {0};

	(void)state;
	folder_fd = rawtar_folder(folder, sizeof(folder));
	assert_int_equal(setenv("XDG_RUNTIME_DIR", folder, 1), 0);
	assert_int_equal(setenv("XDG_STATE_HOME", folder, 1), 0);
	assert_int_equal(jails_open(&jails, &err), 0);
	registry_fd = jails.folder_fd;
	victim = fork();
	if (victim == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return victim > 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	jails_close(&jails);
	kill(victim, SIGKILL);
	waitpid(victim, NULL, 0);
	rawtar_remove(folder, folder_fd);
	return 0;
}

static char *
	journal; /* of the next forged registration, which is then that of a detached jail */

/* A registration of jail x as jailrun would write it; the descriptor that it was written by. */
static int forge(int64_t init, int64_t start, int64_t supervisor, int64_t started)
{
	char *words[] = {(char[]){"sleep"}, NULL};
	struct dossier record = {
		.name = (char[]){"x"},
		.init = init,
		.init_start = start,
		.supervisor = supervisor,
		.started = started,
		.user = (char[]){""},
		.image = (char[]){"/image"},
		.hostname = (char[]){"x"},
		.workdir = (char[]){"/"},
		.command = {words, 1, 1},
		.exit_status = -1,
		.log = journal,
		.detached = journal != NULL,
	};
	struct error err = {0};
	char *text;
	size_t size;

	assert_int_equal(dossier_format(&record, &text, &size, &err), 0);
	int fd = openat(registry_fd, "jail.x", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
			0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), size);
	free(text);
	return fd;
}

static int64_t start_of(pid_t pid)
{
	struct procstat stat;

	assert_int_equal(procstat_read(pid, &stat), 0);
	return (int64_t)stat.start;
}

static int look(void)
{
	_cleanup_jails_entry_ struct jails_entry entry = JAILS_ENTRY_NONE;
	struct error err = {0};

	return jails_look(&jails, "x", &entry, &err);
}

static bool is_registered(void)
{
	return faccessat(registry_fd, "jail.x", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool is_victim_alive(void)
{
	return waitpid(victim, NULL, WNOHANG) == 0;
}

static void removes_what_nobody_holds(void **state)
{
	(void)state;
	close(forge(victim, start_of(victim), getpid(), time(NULL)));
	assert_int_equal(look(), -ENOENT);
	assert_false(is_registered());
	assert_true(is_victim_alive()); /* its name is not that of an init */
}

static void removes_garbage_that_nobody_holds(void **state)
{
	char block[4096];

	(void)state;
	memset(block, 0xa5, sizeof(block));
	int fd = openat(registry_fd, "jail.x", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	for (int i = 0; i < 256; i++)
		assert_int_equal(write(fd, block, sizeof(block)), sizeof(block));
	close(fd);
	assert_int_equal(look(), -ENOENT);
	assert_false(is_registered());
}

static void refuses_garbage_that_is_held(void **state)
{
	int fd = openat(registry_fd, "jail.x", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	(void)state;
	assert_int_equal(write(fd, "init=1\n", 7), 7);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(look(), -EBADMSG);
	assert_true(is_registered());
	close(fd);
}

/* Looks at a held registration of these; the victim must not be taken for a jail. */
static int look_held(int64_t init, int64_t start, int64_t supervisor)
{
	int fd = forge(init, start, supervisor, time(NULL));

	assert_int_equal(flock(fd, LOCK_EX), 0);
	int r = look();
	close(fd);
	return r;
}

static void takes_no_other_process_for_an_init(void **state)
{
	_cleanup_jails_entry_ struct jails_entry entry = JAILS_ENTRY_NONE;
	int64_t start = start_of(victim);

	(void)state;
	assert_int_equal(look_held(victim, start + 1, getpid()), -ENOENT);
	assert_int_equal(look_held(victim, start, getpid() + 1), -ESRCH);
	/* All is right but its name: that is what a jail is called while it is made. */
	int fd = forge(victim, start, getpid(), time(NULL));
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(jails_look(&jails, "x", &entry, NULL), 0);
	assert_int_equal(entry.state, JAILS_STARTING);
	close(fd);
}

static void refuses_what_is_no_file_of_this_user(void **state)
{
	(void)state;
	assert_int_equal(symlinkat("/etc/passwd", registry_fd, "jail.x"), 0);
	assert_int_equal(look(), -EPERM);
	assert_int_equal(unlinkat(registry_fd, "jail.x", 0), 0);
	assert_int_equal(mkfifoat(registry_fd, "jail.x", 0600), 0);
	assert_int_equal(look(), -EPERM);
	assert_int_equal(unlinkat(registry_fd, "jail.x", 0), 0);
	assert_int_equal(mkdirat(registry_fd, "jail.x", 0700), 0);
	assert_int_equal(look(), -EPERM);
	assert_int_equal(unlinkat(registry_fd, "jail.x", AT_REMOVEDIR), 0);
}

static void ends_an_init_that_was_left_behind(void **state)
{
	pid_t init = fork();
	int status;

	(void)state;
	if (init == 0) {
		prctl(PR_SET_NAME, "jailrun-init");
		raise(SIGSTOP);
		_exit(0);
	}
	assert_int_equal(waitpid(init, &status, WUNTRACED), init);
	/* Written before the machine was started: the number means another process now. */
	close(forge(init, start_of(init), getpid(), 1));
	assert_int_equal(jails_sweep(registry_fd, "x", NULL), JAILS_FREE);
	assert_int_equal(waitpid(init, &status, WNOHANG), 0);
	close(forge(init, start_of(init), getpid(), time(NULL)));
	assert_int_equal(jails_sweep(registry_fd, "x", NULL), JAILS_FREE);
	assert_int_equal(waitpid(init, &status, 0), init);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_false(is_registered());
}

static void says_which_names_there_are(void **state)
{
	_cleanup_jails_entry_ struct jails_entry entry = JAILS_ENTRY_NONE;
	struct error err = {0};

	(void)state;
	assert_int_equal(jails_find(&jails, "y", &entry, &err), -ENOENT);
	assert_string_equal(err.text, "no jail is called y");
	assert_string_equal(err.hint, "no jail of yours is running");
	close(forge(victim, 1, getpid(), time(NULL)));
	assert_int_equal(jails_find(&jails, "../y", &entry, &err), -ENOENT);
	assert_string_equal(err.hint, "your jails are: x");
}

/* A journal, and the registration of a jail whose supervisor has gone. */
static void forge_detached(struct journal *ret)
{
	struct error err = {0};

	*ret = (struct journal)JOURNAL_NONE;
	assert_int_equal(journal_name(ret, "x", victim, 1, &err), 0);
	assert_int_equal(journal_create(ret, &err), 0);
	journal = ret->path;
	close(forge(victim, 1, getpid(), time(NULL)));
	journal = NULL;
}

static void remembers_what_was_detached(void **state)
{
	_cleanup_jails_entry_ struct jails_entry entry = JAILS_ENTRY_NONE;
	struct journal made;
	struct error err = {0};

	(void)state;
	forge_detached(&made);
	/* Others who look are no supervisor. */
	int other = openat(registry_fd, "jail.x", O_RDWR | O_APPEND | O_CLOEXEC);
	assert_int_equal(flock(other, LOCK_SH), 0);
	assert_int_equal(jails_look(&jails, "x", &entry, &err), 0);
	assert_int_equal(entry.state, JAILS_LOST);
	assert_int_equal(entry.pidfd, -1);
	assert_int_equal(jails_sweep(registry_fd, "x", &err), JAILS_KEPT);
	assert_int_equal(write(other, "exit_status=3\nended=9\n", 22), 22);
	jails_entry_close(&entry);
	assert_int_equal(jails_find(&jails, "x", &entry, &err), -ESRCH);
	jails_entry_close(&entry);
	assert_int_equal(jails_find_known(&jails, "x", &entry, &err), 0);
	assert_int_equal(entry.state, JAILS_ENDED);
	assert_int_equal(entry.dossier.exit_status, 3);
	close(other);
	assert_int_equal(jails_forget(&jails, &entry, &err), 0);
	assert_false(is_registered());
	assert_int_equal(access(made.path, F_OK), -1);
	/* Twice at once is once. */
	assert_int_equal(jails_forget(&jails, &entry, &err), -ENOENT);
	journal_close(&made);
}

static void forgets_what_an_earlier_boot_remembered(void **state)
{
	struct journal made;
	struct error err = {0};

	(void)state;
	forge_detached(&made);
	assert_int_equal(journal_remove(made.path, &err), 0);
	snprintf(strrchr(made.path, '@'), 38, "@%036d", 0);
	assert_int_equal(mkdir(made.path, 0700), 0);
	journal = made.path;
	close(forge(victim, 1, getpid(), time(NULL)));
	journal = NULL;
	assert_int_equal(look(), -ENOENT);
	assert_false(is_registered());
	assert_int_equal(access(made.path, F_OK), -1);
	journal_close(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(remembers_what_was_detached, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(forgets_what_an_earlier_boot_remembered,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(removes_what_nobody_holds, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(removes_garbage_that_nobody_holds, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(refuses_garbage_that_is_held, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(takes_no_other_process_for_an_init,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_what_is_no_file_of_this_user,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(ends_an_init_that_was_left_behind, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(says_which_names_there_are, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
