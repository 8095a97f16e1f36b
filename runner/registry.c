/* SPDX-License-Identifier: MIT */
/*
 * A jail's file in the runtime folder. Called by jail in the parent, while the child sets itself up: a
 * handful of system calls, and no more.
 */
#include "registry.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/fd.h"
#include "detach.h"
#include "jails.h"
#include "procstat.h"
#include "dossier.h"
#include "statefolder.h"

enum { NAME_TRIES = 16 };

void registry_file_name(const char *name, char *ret)
{
	snprintf(ret, NAME_MAX + 1, REGISTRY_PREFIX "%s", name);
}

/* Room for numbers as text; they are borrowed by a record. */
struct texts {
	char *groups[ACCOUNT_GROUPS_MAX + 1], *limits[RLIM_NLIMITS + 1];
	char digits[ACCOUNT_GROUPS_MAX][12], triples[RLIM_NLIMITS][64];
};

/* Nobody writes to a dossier's texts; this one is never freed. */
static void borrow(char **place, const char *text)
{
	memcpy(place, &text, sizeof(text));
}

static void describe_protection(const struct protection *protection, struct texts *texts,
				struct dossier *record)
{
	size_t count = 0;

	record->capabilities = (int64_t)protection->capabilities;
	record->added = (int64_t)protection->added;
	record->no_filter = protection->no_filter;
	record->no_landlock = protection->no_landlock;
	record->shares_net = protection->shares_net;
	record->shares_pid = protection->shares_pid;
	for (unsigned i = 0; i < RLIM_NLIMITS; i++) {
		const struct rlimit *limit = &protection->limits.values[i];

		if (!(protection->limits.asked & 1U << i))
			continue;
		snprintf(texts->triples[i], sizeof(texts->triples[i]), "%u %llu %llu", i,
			 (unsigned long long)limit->rlim_cur,
			 (unsigned long long)limit->rlim_max);
		texts->limits[count++] = texts->triples[i];
	}
	record->limits = (struct strlist){texts->limits, count, 0};
}

static void describe(const struct jail *jail, struct texts *texts, struct dossier *record)
{
	const struct account *account = &jail->account;

	for (size_t i = 0; i < account->group_count; i++) {
		snprintf(texts->digits[i], sizeof(texts->digits[i]), "%u",
			 account->groups[i]);
		texts->groups[i] = texts->digits[i];
	}
	record->groups = (struct strlist){texts->groups, account->group_count, 0};
	describe_protection(&jail->protection, texts, record);
	record->init_is_app = jail->init_is_app;
	record->supervisor = getpid();
	record->started = time(NULL);
	record->namespaces = (int64_t)jail->namespaces;
	record->has_range = jail->map.is_range;
	record->denies_groups = jail->map.deny_setgroups &&
				(jail->namespaces & CLONE_NEWUSER);
	record->root = jail->root;
	record->uid = account->uid;
	record->gid = account->gid;
	borrow(&record->user, account->name);
	borrow(&record->image, jail->image_name);
	borrow(&record->hostname, jail->hostname);
	borrow(&record->workdir, jail->workdir);
	record->command = jail->command;
	record->environment = jail->environment;
}

static int describe_journal(struct detach *detach, struct dossier *record,
			    struct error *err)
{
	int r = journal_name(&detach->journal, record->name, record->init,
			     record->init_start, err);

	record->detached = 1;
	record->forgets = detach->forgets;
	borrow(&record->log, detach->journal.path);
	return r;
}

static int write_record(const struct jail *jail, pid_t init,
			const struct registration *registration, struct error *err)
{
	struct texts texts;
	struct procstat stat;
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r = procstat_read(init, &stat);

	if (r < 0)
		return error_errno(err, -r, "cannot look at /proc/%d/stat", (int)init);
	struct dossier record = {
		.exit_status = -1, .init = init, .init_start = (int64_t)stat.start};
	borrow(&record.name, registration->name);
	describe(jail, &texts, &record);
	if (jail->detach) {
		r = describe_journal(jail->detach, &record, err);
		if (r < 0)
			return r;
	}
	r = dossier_format(&record, &text, &size, err);
	return r < 0 ? r : fd_write_all(registration->fd, text, size, "the record", err);
}

/*
 * Without a name: if this process is killed now, nothing is left. Some file systems cannot do that;
 * there a name that nobody looks at has to do.
 */
static int open_file(int folder_fd, char *ret_temporary)
{
	int fd = openat(folder_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	ret_temporary[0] = '\0';
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
		return fd;
	snprintf(ret_temporary, NAME_MAX + 1, ".new.%d", (int)getpid());
	unlinkat(folder_fd, ret_temporary, 0);
	return openat(folder_fd, ret_temporary, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC,
		      0600);
}

static int publish(const struct registration *registration, const char *temporary)
{
	char from[64], file[NAME_MAX + 1];
	int r;

	registry_file_name(registration->name, file);
	if (*temporary) {
		r = linkat(registration->folder_fd, temporary, registration->folder_fd,
			   file, 0);
		return r < 0 ? -errno : 0;
	}
	snprintf(from, sizeof(from), "/proc/self/fd/%d", registration->fd);
	r = linkat(AT_FDCWD, from, registration->folder_fd, file, AT_SYMLINK_FOLLOW);
	return r < 0 ? -errno : 0;
}

static int in_use(const char *name, bool has_ended, struct error *err)
{
	if (has_ended) {
		error_set(err, EEXIST,
			  "--name: a jail '%s' has ended, but is still known", name);
		return error_hint(err, "'jailctl remove %s' forgets it, and its log",
				  name);
	}
	error_set(err, EEXIST, "--name: a jail '%s' is running already", name);
	return error_hint(err, "'jailctl list' shows it, 'jailctl stop %s' ends it",
			  name);
}

/* `attempt` counts from 0. A name that the user chose is the only one; others get a number. */
static void choose_name(const struct jail *jail, pid_t init, int attempt, char *ret,
			size_t size)
{
	enum { ROOM = DOSSIER_NAME_MAX - 20 }; /* for two numbers */

	if (jail->name)
		snprintf(ret, size, "%s", jail->name);
	else if (attempt)
		snprintf(ret, size, "%.*s-%d-%d", ROOM, jail->image.name, (int)init,
			 attempt);
	else
		snprintf(ret, size, "%.*s-%d", ROOM, jail->image.name, (int)init);
}

/* Tries one name. -EEXIST: it is taken. */
static int try_name(const struct jail *jail, pid_t init, const char *temporary,
		    struct registration *registration, struct error *err)
{
	int r = write_record(jail, init, registration, err);

	if (r < 0)
		return r;
	r = publish(registration, temporary);
	return r < 0 ? error_errno(err, -r, "cannot register the jail") : 0;
}

static int enter(const struct jail *jail, pid_t init, const char *temporary,
		 struct registration *registration, struct error *err)
{
	int r = 0;

	for (int attempt = 0; attempt < NAME_TRIES; attempt++) {
		choose_name(jail, init, attempt, registration->name,
			    sizeof(registration->name));
		if (attempt && (ftruncate(registration->fd, 0) < 0 ||
				lseek(registration->fd, 0, SEEK_SET) < 0))
			return error_errno(err, errno, "cannot register the jail");
		r = try_name(jail, init, temporary, registration, err);
		if (r != -EEXIST)
			return r;
		r = jails_sweep(registration->folder_fd, registration->name, err);
		if (r < 0)
			return r;
		if (r != JAILS_FREE && jail->name)
			break;
	}
	return in_use(registration->name, r == JAILS_KEPT, err);
}

int registry_enter(const struct jail *jail, pid_t init, struct registration *ret,
		   struct error *err)
{
	char path[PATH_MAX], temporary[NAME_MAX + 1];
	struct registration registration = REGISTRATION_NONE;
	int r = statefolder_open_runtime(path, &registration.folder_fd, err);

	if (r < 0)
		return r;
	registration.fd = open_file(registration.folder_fd, temporary);
	if (registration.fd < 0 || flock(registration.fd, LOCK_EX | LOCK_NB) < 0)
		r = error_errno(err, errno, "cannot register the jail in %s", path);
	else
		r = enter(jail, init, temporary, &registration, err);
	if (r == -ENOSPC || r == -EDQUOT) {
		error_wrap(err, "%s", path);
		error_hint(err, "make room there, or set XDG_RUNTIME_DIR to a folder of "
				"yours that has some");
	}
	if (*temporary)
		unlinkat(registration.folder_fd, temporary, 0);
	if (r == 0) {
		*ret = registration;
		return 0;
	}
	cleanup_fd(&registration.fd);
	cleanup_fd(&registration.folder_fd);
	return r;
}

void registry_leave(struct registration *registration, const struct registry_end *end)
{
	char text[128], file[NAME_MAX + 1];

	if (registration->fd < 0)
		return;
	/* For those who have it open and wait for the lock. If it fails they say that nobody knows. */
	int size = snprintf(text, sizeof(text),
			    "exit_status=%d\nended=%lld\ntimed_out=%d\nlog_lost=%llu\n",
			    end->exit_status, (long long)time(NULL), end->timed_out,
			    (unsigned long long)end->lost);
	ssize_t written = write(registration->fd, text, (size_t)size);
	(void)written;
	registry_file_name(registration->name, file);
	if (!end->keeps)
		unlinkat(registration->folder_fd, file, 0);
	cleanup_fd(&registration->fd);
	cleanup_fd(&registration->folder_fd);
	*registration = (struct registration)REGISTRATION_NONE;
}
