/* SPDX-License-Identifier: MIT */
/*
 * The log of a detached jail, as its supervisor writes it. Root of the jail is what fills it, by a
 * pipe: it never has a descriptor of the log. Called by registry and detach; by jails and jailctl's
 * commands for what is left of a jail.
 */
#include "journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "common/path.h"
#include "statefolder.h"
#include "sweep.h"

enum { BOOT_ID = 36, NOTE_MAX = 160 };

static const char prefix[] = "log.", newer[] = "log", older[] = "log.1", fresh[] = "new";

static const int FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/* "@" and the kernel's boot id; false where /proc does not say it. */
static bool read_boot(char ret[BOOT_ID + 2])
{
	_cleanup_fd_ int fd = open("/proc/sys/kernel/random/boot_id",
				   O_RDONLY | O_CLOEXEC);

	ret[0] = '@';
	ret[BOOT_ID + 1] = '\0';
	return fd >= 0 && read(fd, ret + 1, BOOT_ID) == BOOT_ID;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length >= tail && !strcmp(text + length - tail, end);
}

bool journal_is_of_this_boot(const char *path)
{
	char boot[BOOT_ID + 2];

	return read_boot(boot) && ends_with(path, boot);
}

int journal_name(struct journal *journal, const char *name, int64_t init, int64_t start,
		 struct error *err)
{
	char boot[BOOT_ID + 2];

	if (!read_boot(boot))
		return error_set(err, ENOENT, "/proc does not tell the kernel's boot id");
	cleanup_fd(&journal->state_fd);
	journal->state_fd = -1;
	int r = statefolder_open_state(journal->path, &journal->state_fd, err);
	if (r < 0)
		return r;
	size_t used = strlen(journal->path);
	int size = snprintf(journal->path + used, PATH_MAX - used, "/%s%s-%lld-%lld%s",
			    prefix, name, (long long)init, (long long)start, boot);
	if (size < 0 || (size_t)size >= PATH_MAX - used)
		return error_set(err, ENAMETOOLONG, "the log's path is too long");
	return 0;
}

/* Nobody can ask for those of an earlier boot any more: their dossiers are not believed. */
static void remove_outdated(int state_fd)
{
	char boot[BOOT_ID + 2];
	const struct dirent *entry;
	int fd = openat(state_fd, ".", FOLDER);
	_cleanup_dir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir)
		cleanup_fd(&fd);
	while (dir && read_boot(boot) && (entry = readdir(dir)) != NULL) {
		const char *at = strrchr(entry->d_name, '@');

		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 || !at ||
		    strlen(at) != BOOT_ID + 1 || !strcmp(at, boot))
			continue;
		if (sweep_tree(state_fd, entry->d_name, NULL) < 0)
			continue; /* the next one tries again */
	}
}

static int open_log(int folder_fd, const char *name)
{
	int fd = openat(folder_fd, name,
			O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0600);

	return fd < 0 ? -errno : fd;
}

int journal_create(struct journal *journal, struct error *err)
{
	const char *name = path_basename(journal->path);

	remove_outdated(journal->state_fd);
	if (mkdirat(journal->state_fd, name, 0700) < 0)
		return error_errno(err, errno, "cannot make the log's folder %s",
				   journal->path);
	journal->folder_fd = openat(journal->state_fd, name, FOLDER);
	if (journal->folder_fd < 0)
		return error_errno(err, errno, "cannot open the log's folder %s",
				   journal->path);
	int fd = open_log(journal->folder_fd, newer);
	if (fd < 0)
		return error_errno(err, -fd, "cannot make the log in %s", journal->path);
	journal->fd = fd;
	return 0;
}

/* The new log first: if that cannot be made, the old one goes on. */
static int rotate(struct journal *journal)
{
	int folder = journal->folder_fd;

	unlinkat(folder, fresh, 0);
	_cleanup_fd_ int fd = open_log(folder, fresh);
	if (fd < 0)
		return fd;
	if (renameat(folder, newer, folder, older) < 0 ||
	    renameat(folder, fresh, folder, newer) < 0)
		return -errno;
	close(journal->fd);
	journal->fd = steal_fd(&fd);
	journal->size = 0;
	return 0;
}

/* One write; how much was written, 0 for nothing at all. */
static size_t write_some(struct journal *journal, const char *data, size_t size)
{
	ssize_t written;

	do
		written = write(journal->fd, data, size);
	while (written < 0 && errno == EINTR);
	if (written <= 0) {
		journal->cause = written < 0 ? errno : EIO;
		return 0;
	}
	journal->size += (uint64_t)written;
	return (size_t)written;
}

/* False while there is no room even for this. */
static bool say_what_is_missing(struct journal *journal)
{
	char note[NOTE_MAX];
	int size = snprintf(note, sizeof(note),
			    "\n[jailrun: %llu bytes are missing here: %.80s]\n",
			    (unsigned long long)(journal->lost - journal->lost_told),
			    error_words(journal->cause));

	if (write_some(journal, note, (size_t)size) != (size_t)size)
		return false;
	journal->lost_told = journal->lost;
	return true;
}

static bool make_room(struct journal *journal)
{
	bool has_to_tell = journal->lost > journal->lost_told;
	uint64_t needed = has_to_tell ? NOTE_MAX + 1 : 1;

	if (journal->limit / 2 - journal->size < needed) {
		int r = rotate(journal);

		if (r < 0) {
			journal->cause = -r;
			return false;
		}
	}
	return !has_to_tell || say_what_is_missing(journal);
}

void journal_append(struct journal *journal, const char *data, size_t size)
{
	while (size && make_room(journal)) {
		uint64_t room = journal->limit / 2 - journal->size;
		size_t written = write_some(journal, data,
					    size < room ? size : (size_t)room);

		if (!written)
			break;
		data += written;
		size -= written;
	}
	journal->lost += size;
}

void journal_close(struct journal *journal)
{
	cleanup_fd(&journal->fd);
	cleanup_fd(&journal->folder_fd);
	cleanup_fd(&journal->state_fd);
	journal->fd = journal->folder_fd = journal->state_fd = -1;
}

/* The folder above, and that the path is one that journal_name makes. */
static int open_above(const char *path, struct error *err)
{
	const char *name = path_basename(path);
	char above[PATH_MAX];

	if (*path != '/' || strncmp(name, prefix, strlen(prefix)) != 0 ||
	    snprintf(above, sizeof(above), "%.*s", (int)(name - path), path) >= PATH_MAX)
		return error_set(err, EINVAL, "%s is no log's folder", path);
	int fd = open(above, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? error_errno(err, errno, "cannot open %s", above) : fd;
}

int journal_remove(const char *path, struct error *err)
{
	_cleanup_fd_ int above = open_above(path, err);

	if (above == -ENOENT)
		return 0;
	return above < 0 ? above : sweep_tree(above, path_basename(path), err);
}

int journal_open(const char *path, struct error *err)
{
	struct stat st;
	_cleanup_fd_ int above = open_above(path, err);

	if (above < 0)
		return above;
	_cleanup_fd_ int fd = openat(above, path_basename(path), FOLDER);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "cannot open the log's folder %s", path);
	if (st.st_uid != geteuid())
		return error_set(err, EPERM, "the log's folder %s is another user's",
				 path);
	return steal_fd(&fd);
}
