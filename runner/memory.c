/* SPDX-License-Identifier: MIT */
/*
 * Making the tmpfs takes CAP_SYS_ADMIN over some mount namespace, which an ordinary user has only in
 * a user namespace: a child makes it there and hands the mount over. With the jail's ids, so that
 * the helper, who has the same, can give files to them.
 */
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "common/alloc.h"
#include "common/fd.h"
#include "common/kernel.h"
#include "helper.h"
#include "idmap.h"
#include "leftout.h"
#include "mount.h"
#include "namespaces.h"
#include "privileges.h"

static int send_mount(const struct idmap *map, int channel, struct error *err)
{
	/* What an archive without an entry for its root gets: any user of the jail may pass. */
	static const struct mount_setting settings[] = {{"mode", "0755"}};
	struct channel_message message = {.failure = NULL};

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	int r = channel_receive(channel, 0, &message, err);
	if (r == 0)
		r = privileges_become_root(!map->deny_setgroups, err);
	if (r < 0)
		return r;
	_cleanup_fd_ int fd = mount_new("tmpfs", settings, 1,
					MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, err);
	return fd < 0 ? fd : channel_send(channel, CHANNEL_GO, fd, err);
}

_Noreturn static void run_child(const struct idmap *map, int channel, struct error *err)
{
	int r = send_mount(map, channel, err);

	if (r < 0)
		r = channel_send_failure(channel, 1, STAGE_PREPARE, err);
	_exit(r < 0);
}

/* Lets the child go and takes what it sends. */
static int take_mount(const struct idmap *map, pid_t pid, int channel, struct error *err)
{
	struct error said = {0};
	struct channel_message message = {.fd = -1, .failure = &said};
	int r = idmap_write(map, pid, err);

	if (r == 0)
		r = channel_send(channel, CHANNEL_GO, -1, err);
	if (r == 0)
		r = channel_receive(channel, 0, &message, err);
	if (r < 0)
		return r;
	if (message.kind == CHANNEL_FAILED) {
		if (err)
			*err = said;
		return -said.code;
	}
	if (message.fd < 0)
		return error_set(err, EPROTO, "no mount came from the child");
	return message.fd;
}

/* A detached, empty tmpfs that belongs to the first id of `map`. Returns its descriptor. */
static int make_folder(const struct idmap *map, struct error *err)
{
	_cleanup_fd_ int pidfd = -1, own = -1, other = -1;
	int pair[2];
	int r = channel_open(pair, err);

	if (r < 0)
		return r;
	own = pair[0];
	other = pair[1];
	pid_t pid = namespaces_clone(CLONE_NEWUSER | CLONE_NEWNS, &pidfd, err);
	if (pid < 0)
		return (int)pid;
	if (pid == 0) {
		close(own);
		run_child(map, other, err);
	}
	close(steal_fd(&other));
	r = take_mount(map, pid, own, err);
	if (r < 0)
		kill(pid, SIGKILL);
	while (waitid(P_PIDFD, (id_t)pidfd, &(siginfo_t){0}, WEXITED) < 0 &&
	       errno == EINTR)
		;
	return r;
}

static int full(struct error *err)
{
	error_wrap(err, "no room in memory");
	return error_hint(err, "without --no-cache images are unpacked to the disk; "
			       "XDG_CACHE_HOME names where");
}

/* What the image's reader gets: the mount's folder, and the mount for the jail. */
static int hand_over(int *mount_fd, const char *name, struct cache_image *ret,
		     struct error *err)
{
	_cleanup_fd_ int root = openat(*mount_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		return error_errno(err, errno, "cannot open the folder in memory");
	ret->root_path = alloc_copy(name, err);
	if (!ret->root_path)
		return -ENOMEM;
	ret->root_fd = steal_fd(&root);
	ret->mount_fd = steal_fd(mount_fd);
	return 0;
}

int memory_unpack(int archive_fd, const char *name, const struct cache_options *options,
		  struct cache_image *ret, struct error *err)
{
	struct helper_job job = {
		.archive_fd = archive_fd, .options = options, .owners_fd = -1};
	struct unpack_report report;

	idmap_choose(options->root_range, &job.map);
	_cleanup_fd_ int mount_fd = make_folder(&job.map, err);
	if (mount_fd < 0)
		return error_wrap(err, "image %s: cannot make a folder in memory", name);
	_cleanup_fd_ int folder = openat(mount_fd, ".",
					 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return error_errno(err, errno,
				   "image %s: cannot open the folder in memory", name);
	job.folder_fd = folder;
	_cleanup_fd_ int list_fd = -1;
	if (!job.map.is_range && geteuid() != 0) {
		list_fd = memfd_create("owners", MFD_CLOEXEC);
		if (list_fd < 0)
			return error_errno(err, errno, "image %s: no memory for a list",
					   name);
	}
	job.owners_fd = list_fd;
	int r = helper_run(&job, &report, err);
	if (r == -ENOSPC)
		full(err);
	if (r < 0)
		return error_wrap(err, "image %s", name);
	leftout_tell(name, options, &report);
	r = hand_over(&mount_fd, name, ret, err);
	if (r == 0 && report.counts.listed)
		ret->owners_fd = steal_fd(&list_fd);
	return r;
}
