/* SPDX-License-Identifier: MIT */
/*
 * jailchild: runs a part of a test in a child, in namespaces of its own where it needs them. In
 * there cmocka's assertions would return into the parent's tests, so the child has its own, which
 * says what was not so and exits. The id map has the caller's one id, as uid 0: so it is the same
 * whether root runs the tests or anybody else.
 */
#ifndef TESTS_UNIT_JAILCHILD_H
#define TESTS_UNIT_JAILCHILD_H

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/idmap.h"
#include "runner/namespaces.h"

static inline void jailchild_check(bool is_so, const char *what, const char *file,
				   int line)
{
	if (is_so)
		return;
	fprintf(stderr, "%s:%d: not so in the child: %s (errno %d, %s)\n", file, line,
		what, errno, strerror(errno));
	_exit(1);
}

#define jailchild_expect(what) jailchild_check((what), #what, __FILE__, __LINE__)

/* As jailchild_expect(r >= 0), and shows the error's text. */
static inline void jailchild_succeed(int r, const struct error *err)
{
	if (r >= 0)
		return;
	fprintf(stderr, "failed in the child: %s\n", err->text);
	_exit(1);
}

static inline void jailchild_wait(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	if (WIFSTOPPED(status))
		kill(pid, SIGKILL); /* nobody else would end it */
	assert_int_equal(status, 0);
}

/* Leaves nothing behind when the test itself is ended; called first in a child. */
static inline void jailchild_end_with_parent(void)
{
	jailchild_expect(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0);
}

/* Runs `part` in a forked child; it is over when that returns. */
static inline void jailchild_fork(void (*part)(void *data), void *data)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		jailchild_end_with_parent();
		part(data);
		_exit(0);
	}
	jailchild_wait(pid);
}

static inline void jailchild_enter(int go, void (*part)(void *data), void *data)
{
	char byte;

	jailchild_end_with_parent();
	jailchild_expect(read(go, &byte, 1) == 1);
	part(data);
	_exit(0);
}

/*
 * Runs `part` in a child with new namespaces of the kinds `flags` (CLONE_NEW*) and a new user
 * namespace with `map`.
 */
static inline void jailchild_run_mapped(uint64_t flags, const struct idmap *map,
					void (*part)(void *data), void *data)
{
	struct error err = {0};
	int go[2], pidfd;

	assert_int_equal(pipe(go), 0);
	pid_t pid = namespaces_clone(flags | CLONE_NEWUSER, &pidfd, &err);
	if (pid == 0)
		jailchild_enter(go[0], part, data);
	if (pid < 0 || idmap_write(map, pid, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(write(go[1], "g", 1), 1);
	jailchild_wait(pid);
	close(pidfd);
	close(go[0]);
	close(go[1]);
}

static inline void jailchild_run(uint64_t flags, void (*part)(void *data), void *data)
{
	const struct idmap map = {
		.host = geteuid(),
		.host_gid = getegid(),
		.count = 1,
		.deny_setgroups = true,
	};

	jailchild_run_mapped(flags, &map, part, data);
}

#endif
