/* SPDX-License-Identifier: MIT */
/*
 * The map of ids for new user namespaces, and the words for their refusal: distributions and
 * container engines forbid user namespaces in several ways that look alike. Called by the jail
 * and by helper.c between clone and the first step of the child.
 */
#include "idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/kernel.h"

/* Reads a small file of /proc into `ret`, with a NUL; false if it is not there. */
static bool read_small(const char *path, char *ret, size_t size)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, ret, size - 1);

	ret[length > 0 ? length : 0] = '\0';
	return length > 0;
}

/* Whether the caller's own user namespace has the ids `first` to `first + count - 1`. */
static bool has_range(const char *map_file, unsigned first, unsigned count)
{
	char text[2048], *line, *rest = text; /* the usual map is one line */

	if (!read_small(map_file, text, sizeof(text)))
		return true; /* no /proc: let the kernel say it */
	while ((line = strsep(&rest, "\n")) != NULL) {
		unsigned long inside, length;
		char *end;

		inside = strtoul(line, &end, 10);
		strtoul(end, &end, 10);
		length = strtoul(end, NULL, 10);
		if (first >= inside && (unsigned long)first + count <= inside + length)
			return true;
	}
	return false;
}

void idmap_choose(unsigned root_range, struct idmap *ret)
{
	unsigned first = root_range ? root_range : IDMAP_RANGE;

	if (geteuid() == 0 && has_range("/proc/self/uid_map", first, IDMAP_COUNT) &&
	    has_range("/proc/self/gid_map", first, IDMAP_COUNT))
		*ret = (struct idmap){.is_range = true,
				      .host = first,
				      .host_gid = first,
				      .count = IDMAP_COUNT};
	else
		*ret = (struct idmap){.host = geteuid(),
				      .host_gid = getegid(),
				      .count = 1,
				      .deny_setgroups = true};
}

int idmap_widen(struct idmap *map, struct error *err)
{
	if (map->is_range)
		return 0;
	if (geteuid() == 0)
		return error_set(err, EPERM,
				 "the ids %d-%d are not mapped into the user namespace "
				 "that this is",
				 IDMAP_RANGE, IDMAP_RANGE + IDMAP_COUNT - 1);
	int r = subids_find(IDMAP_COUNT - 1, &map->subids, err);
	if (r < 0)
		return r;
	map->is_range = true;
	map->count = IDMAP_COUNT;
	map->deny_setgroups = false;
	return 0;
}

static bool setting_is(const char *path, char wanted)
{
	char text[32];

	return read_small(path, text, sizeof(text)) && text[0] == wanted;
}

/* A hint for the ways in which a machine forbids user namespaces to ordinary users. */
static int hint_settings(struct error *err)
{
	if (setting_is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", '1'))
		return error_hint(
			err,
			"AppArmor forbids user namespaces here; as root: sysctl "
			"kernel.apparmor_restrict_unprivileged_userns=0, or give this "
			"program an AppArmor profile with the rule `userns,`");
	if (setting_is("/proc/sys/kernel/unprivileged_userns_clone", '0'))
		return error_hint(err,
				  "this kernel keeps user namespaces for root; as root: "
				  "sysctl kernel.unprivileged_userns_clone=1");
	if (setting_is("/proc/sys/user/max_user_namespaces", '0'))
		return error_hint(err, "user namespaces are switched off; as root: "
				       "sysctl user.max_user_namespaces=10000");
	return -err->code;
}

static int map_failed(int code, const struct idmap *map, const char *file,
		      struct error *err)
{
	error_errno(err, code, "cannot map ids into the user namespace (%s)", file);
	if (!err)
		return -code;
	if (code == EPERM && map->is_range)
		return error_hint(
			err,
			"the ids %u-%u must belong to this user namespace and the caller "
			"needs CAP_SETUID and CAP_SETGID",
			map->host, map->host + map->count - 1);
	if (code == EPERM && !map->is_range && map->host == 0)
		return error_hint(err,
				  "to give root's id on needs CAP_SETFCAP (since Linux "
				  "5.12): a container, or a jail around this one, must "
				  "have it (--cap-add setfcap)");
	if (code == ENOENT)
		return error_hint(err, "/proc must be mounted, and the kernel built with "
				       "CONFIG_USER_NS");
	return hint_settings(err);
}

/* One write(2): the kernel takes a map whole or not at all, user_namespaces(7). */
static int write_file(pid_t pid, const char *file, const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return -errno;
	return 0;
}

int idmap_write(const struct idmap *map, pid_t pid, struct error *err)
{
	char text[64];
	int r = 0;

	if (map->subids.count)
		return subids_write(&map->subids, pid, err);
	/* Before gid_map, and only then: the kernel wants it so since CVE-2014-8989. */
	if (map->deny_setgroups)
		r = write_file(pid, "setgroups", "deny");
	if (r < 0)
		return map_failed(-r, map, "setgroups", err);
	snprintf(text, sizeof(text), "%u %u %u\n", map->inside, map->host, map->count);
	r = write_file(pid, "uid_map", text);
	if (r < 0)
		return map_failed(-r, map, "uid_map", err);
	snprintf(text, sizeof(text), "%u %u %u\n", map->inside, map->host_gid,
		 map->count);
	r = write_file(pid, "gid_map", text);
	if (r < 0)
		return map_failed(-r, map, "gid_map", err);
	return 0;
}

int idmap_refused(int code, struct error *err)
{
	error_errno(err, code, "cannot make the namespaces");
	if (!err)
		return -code;
	switch (code) {
	case EPERM:
		error_hint(
			err,
			"user namespaces are forbidden here: by the container engine, by "
			"an earlier chroot, or by the kernel's settings");
		break;
	case ENOSPC:
	case EUSERS:
		error_hint(
			err,
			"the limit of a /proc/sys/user/max_*_namespaces is reached, or "
			"namespaces are nested 32 deep");
		break;
	case EINVAL:
		error_hint(err,
			   "the kernel lacks one of user, mount, pid, ipc, uts, net and "
			   "cgroup namespaces");
		break;
	case ENOSYS:
		error_hint(err,
			   "Linux 5.6 or later is needed, and a container engine whose "
			   "seccomp filter knows clone3; a jail around this one needs "
			   "--seccomp=off");
		break;
	default:
		break;
	}
	return hint_settings(err);
}

int idmap_mount(int mount_fd, pid_t pid, struct error *err)
{
	char path[64];
	struct mount_attr change = {.attr_set = MOUNT_ATTR_IDMAP};

	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	_cleanup_fd_ int namespace = open(path, O_RDONLY | O_CLOEXEC);
	if (namespace < 0)
		return error_errno(err, errno, "cannot open the jail's user namespace");
	change.userns_fd = (unsigned)namespace;
	if (mount_setattr(mount_fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &change,
			  sizeof(change)) < 0)
		return error_errno(err, errno, "cannot shift its owners");
	return 0;
}
