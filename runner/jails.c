/* SPDX-License-Identifier: MIT */
/*
 * From a file in the registry to a process that certainly is the jail's init: signals go by its pidfd
 * only. Called by every command of jailctl, and by registry when a name is taken.
 */
#include "jails.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "common/path.h"
#include "journal.h"
#include "procstat.h"
#include "registry.h"
#include "statefolder.h"

enum {
	NAP = 10,       /* ms */
	PATIENCE = 500, /* naps: a jail that starts takes a few milliseconds */
};

static const char init_name[] = "jailrun-init";

static void nap(void)
{
	nanosleep(&(struct timespec){.tv_nsec = NAP * 1000000L}, NULL);
}

int jails_open(struct jails *ret, struct error *err)
{
	ret->folder_fd = -1;
	return statefolder_open_runtime(ret->path, &ret->folder_fd, err);
}

void jails_close(struct jails *jails)
{
	cleanup_fd(&jails->folder_fd);
	jails->folder_fd = -1;
}

int jails_names(const struct jails *jails, struct strlist *ret, struct error *err)
{
	size_t prefix = strlen(REGISTRY_PREFIX);
	struct dirent *entry;
	int fd = openat(jails->folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_dir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		int code = errno;

		cleanup_fd(&fd);
		return error_errno(err, code, "cannot read %s", jails->path);
	}
	while ((entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (strncmp(name, REGISTRY_PREFIX, prefix) != 0 ||
		    !dossier_is_name(name + prefix))
			continue;
		int r = strlist_add(ret, name + prefix, err);
		if (r < 0)
			return r;
	}
	strlist_sort(ret);
	return 0;
}

static int refuse(const char *name, const char *what, struct error *err)
{
	error_set(err, EPERM, "the registration of jail %s is %s", name, what);
	return error_hint(err, "jailrun did not make it: remove it");
}

/* Opens a file that nobody but this user can have made, and no other kind of file. */
static int open_registration(int folder_fd, const char *name, struct error *err)
{
	char file[NAME_MAX + 1];
	struct stat st;

	registry_file_name(name, file);
	_cleanup_fd_ int fd = openat(folder_fd, file,
				     O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
					     O_CLOEXEC);
	if (fd < 0 && errno == ELOOP)
		return refuse(name, "a symlink", err);
	if (fd < 0)
		return error_errno(err, errno, "the registration of jail %s", name);
	if (fstat(fd, &st) < 0)
		return error_errno(err, errno, "the registration of jail %s", name);
	if (!S_ISREG(st.st_mode))
		return refuse(name, "no plain file", err);
	if (st.st_uid != geteuid())
		return refuse(name, "another user's", err);
	return steal_fd(&fd);
}

int jails_read(int fd, const char *name, struct dossier *ret, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r = fd_read_all(fd, DOSSIER_LIMIT, "the registration", &text, &size, err);

	if (r == 0)
		r = dossier_parse(text, size, ret, err);
	if (r == 0 && strcmp(ret->name, name) != 0)
		r = error_set(err, EBADMSG, "it is for another name");
	return r < 0 ? error_wrap(err, "the registration of jail %s is damaged", name)
		     : 0;
}

/* Whether it was written since the machine was started: before, process ids meant others. */
static bool is_of_this_boot(const struct dossier *record)
{
	struct timespec up;

	return clock_gettime(CLOCK_BOOTTIME, &up) == 0 &&
	       record->started >= time(NULL) - up.tv_sec - 1;
}

/*
 * A pidfd of the recorded init; -ESRCH if that is gone or another process. The pidfd comes first: a
 * process that then still has the recorded number and start time is the one that the pidfd is for.
 */
static int open_init(const struct dossier *record, struct procstat *stat)
{
	_cleanup_fd_ int pidfd = (int)syscall(SYS_pidfd_open, (pid_t)record->init, 0);

	if (pidfd < 0 || procstat_read((pid_t)record->init, stat) < 0 ||
	    stat->start != (uint64_t)record->init_start || strchr("ZX", stat->state))
		return -ESRCH;
	return steal_fd(&pidfd);
}

/* Nothing of a jail should outlive its supervisor; if its init does, nobody else will end it. */
static void end_leftover(const struct dossier *record)
{
	struct procstat stat;

	if (!is_of_this_boot(record))
		return;
	_cleanup_fd_ int pidfd = open_init(record, &stat);
	if (pidfd >= 0 && !strcmp(stat.name, init_name))
		syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
}

/* A registration whose lock was tried. */
enum finding {
	HELD, /* by its supervisor, or by somebody who is about to remove it */
	GONE, /* it was nobody's, and is not there any more */
	OTHERS, /* it is nobody's, but somebody else looks at it, so it cannot be removed now */
	KEPT, /* its jail has ended, and is to be remembered */
};

/* A boot later nothing is left of it but, where the folder is on a disk, this. */
static bool is_kept(const struct dossier *record)
{
	return record->detached && !record->forgets && record->log &&
	       journal_is_of_this_boot(record->log);
}

static bool is_linked(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_nlink;
}

/*
 * If nobody holds the registration, removes it, unless it is to be kept; then *ret is its dossier. Names
 * are given to files that are held and taken from files that are held, so under the exclusive lock the
 * name is this file's, or gone. Whoever only looks shares the lock, so that nobody who looks is taken
 * for a supervisor.
 */
static enum finding sweep(int folder_fd, int fd, const char *name, struct dossier *ret)
{
	_cleanup_dossier_ struct dossier record = DOSSIER_NONE;
	struct error ignored = {0};
	char file[NAME_MAX + 1];

	if (flock(fd, LOCK_SH | LOCK_NB) < 0)
		return HELD;
	if (!is_linked(fd))
		return GONE;
	bool is_whole = jails_read(fd, name, &record, &ignored) == 0;
	if (is_whole)
		end_leftover(&record);
	if (is_whole && is_kept(&record)) {
		flock(fd, LOCK_UN);
		*ret = record;
		record = (struct dossier)DOSSIER_NONE;
		return KEPT;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return OTHERS;
	if (!is_linked(fd))
		return GONE;
	if (is_whole && record.log && journal_remove(record.log, &ignored) < 0)
		return OTHERS;
	registry_file_name(name, file);
	unlinkat(folder_fd, file, 0);
	return GONE;
}

static int no_such_jail(const char *name, struct error *err)
{
	return error_set(err, ENOENT, "no jail is called %s", name);
}

/* Whether the process is pid 1 of a pid namespace below this one: "NSpid: 4711 1" (proc(5)). */
static bool is_pid_one(int64_t pid)
{
	char path[32], text[4096];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	text[size > 0 ? size : 0] = '\0';
	char *line = strstr(text, "\nNSpid:");
	if (!line)
		return false;
	line++;
	line[strcspn(line, "\n")] = '\0';
	char *last = strrchr(line, '\t');
	return last && !strcmp(last, "\t1") && strchr(line, '\t') != last;
}

/* Compares the process with what is recorded of it. */
static int verify(const char *name, struct jails_entry *entry, struct error *err)
{
	struct procstat stat;

	entry->pidfd = open_init(&entry->dossier, &stat);
	if (entry->pidfd < 0) {
		entry->pidfd = -1;
		return no_such_jail(name, err); /* it ends just now */
	}
	if (stat.parent != entry->dossier.supervisor) {
		error_set(
			err, ESRCH,
			"the registration of jail %s names process %d, which is no jail",
			name, (int)entry->dossier.init);
		return error_hint(err, "jailrun did not make it: remove it");
	}
	bool is_up = entry->dossier.init_is_app ? is_pid_one(entry->dossier.init)
						: !strcmp(stat.name, init_name);
	entry->state = !is_up              ? JAILS_STARTING
		       : stat.state == 'T' ? JAILS_PAUSED
					   : JAILS_RUNNING;
	return 0;
}

bool jails_has_ended(enum jails_state state)
{
	return state == JAILS_ENDED || state == JAILS_LOST;
}

/* One look at what stands behind the open file. */
static int look_once(const struct jails *jails, const char *name,
		     struct jails_entry *entry, struct error *err)
{
	int r = 0;

	dossier_free(&entry->dossier);
	if (lseek(entry->fd, 0, SEEK_SET) < 0)
		return error_errno(err, errno, "the registration of jail %s", name);
	switch (sweep(jails->folder_fd, entry->fd, name, &entry->dossier)) {
	case GONE:
	case OTHERS:
		return no_such_jail(name, err);
	case KEPT:
		entry->state = entry->dossier.ended ? JAILS_ENDED : JAILS_LOST;
		return 0;
	case HELD:
		r = jails_read(entry->fd, name, &entry->dossier, err);
		break;
	}
	return r < 0 ? r : verify(name, entry, err);
}

int jails_look(const struct jails *jails, const char *name, struct jails_entry *ret,
	       struct error *err)
{
	int fd = open_registration(jails->folder_fd, name, err);

	if (fd == -ENOENT)
		return no_such_jail(name, err);
	if (fd < 0)
		return fd;
	ret->fd = fd;
	for (int tries = 0; tries < PATIENCE; tries++) {
		int r = look_once(jails, name, ret, err);

		/* Of a detached jail the supervisor has the end still to note. */
		if (r != -ENOENT || !ret->dossier.detached)
			return r;
		nap();
	}
	return error_set(err, ETIMEDOUT, "jail %s does not come to its end", name);
}

/* Which there are: who mistypes a name wants to see them. */
static int hint_names(const struct jails *jails, struct error *err)
{
	_cleanup_strlist_ struct strlist names = {0};
	char text[200] = "";
	size_t used = 0;

	if (jails_names(jails, &names, NULL) < 0)
		return -err->code;
	for (size_t i = 0; i < names.count; i++) {
		int size = snprintf(text + used, sizeof(text) - used, "%s%s",
				    i ? ", " : "", names.items[i]);

		if (size < 0 || (size_t)size >= sizeof(text) - used)
			return error_hint(err, "'jailctl list' shows your jails");
		used += (size_t)size;
	}
	if (!names.count)
		return error_hint(err, "no jail of yours is running");
	return error_hint(err, "your jails are: %s", text);
}

int jails_find_known(const struct jails *jails, const char *name, struct jails_entry *ret,
		     struct error *err)
{
	int r = dossier_is_name(name) ? 0 : no_such_jail(name, err);

	for (int tries = 0; r == 0; tries++) {
		r = jails_look(jails, name, ret, err);
		if (r < 0 || ret->state != JAILS_STARTING)
			break;
		if (tries == PATIENCE)
			return error_set(err, ETIMEDOUT, "jail %s does not start", name);
		jails_entry_close(ret);
		nap();
	}
	return r == -ENOENT ? hint_names(jails, err) : r;
}

int jails_find(const struct jails *jails, const char *name, struct jails_entry *ret,
	       struct error *err)
{
	int r = jails_find_known(jails, name, ret, err);

	if (r < 0 || !jails_has_ended(ret->state))
		return r;
	error_set(err, ESRCH, "jail %s has ended", name);
	return error_hint(err,
			  "'jailctl logs %s' shows what it wrote, 'jailctl remove %s' "
			  "forgets it",
			  name, name);
}

int jails_forget(const struct jails *jails, const struct jails_entry *entry,
		 struct error *err)
{
	const char *name = entry->dossier.name;
	char file[NAME_MAX + 1];
	int r;

	/* For as long as somebody else looks at it. */
	do
		r = flock(entry->fd, LOCK_EX);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return error_errno(err, errno, "cannot lock the registration of jail %s",
				   name);
	if (!is_linked(entry->fd))
		return no_such_jail(name, err);
	r = journal_remove(entry->dossier.log, err);
	if (r < 0)
		return error_wrap(err, "cannot forget jail %s", name);
	registry_file_name(name, file);
	if (unlinkat(jails->folder_fd, file, 0) < 0)
		return error_errno(err, errno, "cannot forget jail %s", name);
	return 0;
}

void jails_entry_close(struct jails_entry *entry)
{
	cleanup_fd(&entry->fd);
	cleanup_fd(&entry->pidfd);
	dossier_free(&entry->dossier);
	*entry = (struct jails_entry)JAILS_ENTRY_NONE;
}

int jails_sweep(int folder_fd, const char *name, struct error *err)
{
	_cleanup_dossier_ struct dossier record = DOSSIER_NONE;
	struct procstat stat;

	for (int tries = 0; tries < PATIENCE; tries++) {
		_cleanup_fd_ int fd = open_registration(folder_fd, name, err);

		if (fd == -ENOENT)
			return JAILS_FREE;
		if (fd < 0)
			return fd;
		dossier_free(&record);
		enum finding finding = sweep(folder_fd, fd, name, &record);
		if (finding == GONE)
			return JAILS_FREE;
		if (finding == KEPT)
			return JAILS_KEPT;
		if (lseek(fd, 0, SEEK_SET) < 0 || jails_read(fd, name, &record, err) < 0)
			return JAILS_ALIVE; /* somebody holds it, whatever it is */
		_cleanup_fd_ int pidfd = open_init(&record, &stat);
		if (pidfd >= 0)
			return JAILS_ALIVE;
		nap(); /* the supervisor has the end of its jail still to note */
	}
	return JAILS_ALIVE;
}
