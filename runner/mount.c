/* SPDX-License-Identifier: MIT */
/*
 * Mounts by descriptor (fsopen(2), open_tree(2), move_mount(2), mount_setattr(2)). Called by
 * rootfs, devices and volume, mostly in the child.
 */
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/kernel.h"

/* The kernel's own words, read from the file system context: "e overlay: …" (fsopen(2)). */
static int fail_with_log(int context, const char *type, int code, struct error *err)
{
	char message[256];
	ssize_t length = read(context, message, sizeof(message) - 1);

	if (length <= 2)
		return error_errno(err, code, "cannot mount %s", type);
	message[length] = '\0';
	message[strcspn(message, "\n")] = '\0';
	return error_errno(err, code, "cannot mount %s: %s", type, message + 2);
}

int mount_new(const char *type, const struct mount_setting *settings, size_t count,
	      uint64_t attributes, struct error *err)
{
	_cleanup_fd_ int context = fsopen(type, FSOPEN_CLOEXEC);

	if (context < 0)
		return error_errno(err, errno, "cannot mount %s", type);
	for (size_t i = 0; i < count; i++) {
		unsigned command = settings[i].value ? FSCONFIG_SET_STRING
						     : FSCONFIG_SET_FLAG;

		if (fsconfig(context, command, settings[i].key, settings[i].value, 0) < 0)
			return fail_with_log(context, type, errno, err);
	}
	if (fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return fail_with_log(context, type, errno, err);
	int fd = fsmount(context, FSMOUNT_CLOEXEC, (unsigned)attributes);
	if (fd < 0)
		return fail_with_log(context, type, errno, err);
	return fd;
}

int mount_copy(int folder_fd, const char *path, bool recursive, struct error *err)
{
	unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH;
	int fd = open_tree(folder_fd, path, flags | (recursive ? AT_RECURSIVE : 0));

	if (fd < 0)
		return error_errno(err, errno, "cannot copy the mount of '%s'", path);
	return fd;
}

int mount_restrict(int mount_fd, uint64_t attributes, bool recursive, struct error *err)
{
	struct mount_attr change = {.attr_set = attributes};
	unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);

	if (mount_setattr(mount_fd, "", flags, &change, sizeof(change)) < 0)
		return error_errno(err, errno, "cannot restrict a mount");
	return 0;
}

int mount_attach(int mount_fd, int folder_fd, const char *path, struct error *err)
{
	unsigned flags = MOVE_MOUNT_F_EMPTY_PATH | (*path ? 0 : MOVE_MOUNT_T_EMPTY_PATH);

	if (move_mount(mount_fd, "", folder_fd, path, flags) < 0)
		return error_errno(err, errno, "cannot attach a mount at '%s'", path);
	return 0;
}

static int open_inside(int root_fd, const char *path, uint64_t flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

/* Creates `name` in the folder; a folder or an empty file. Somebody being first is fine. */
static int create_entry(int folder_fd, const char *name, bool is_folder)
{
	int r = is_folder ? mkdirat(folder_fd, name, 0755)
			  : mknodat(folder_fd, name, S_IFREG | 0644, 0);

	return r < 0 && errno != EEXIST ? -errno : 0;
}

/*
 * Opens `path`, creating its missing components one by one. Each parent is resolved afresh inside
 * the root, so that a symlink in the image leads to where it would lead a process of the jail.
 */
static int create_inside(int root_fd, const char *path, bool is_folder)
{
	char part[PATH_MAX];
	size_t length = strlen(path);

	if (length >= sizeof(part))
		return -ENAMETOOLONG;
	for (size_t end = 1; end <= length; end++) {
		if (end < length && path[end] != '/')
			continue;
		size_t start = end;
		while (start && path[start - 1] != '/')
			start--;
		if (start == end)
			continue;
		memcpy(part, path, start);
		snprintf(part + start, sizeof(part) - start, "/");
		_cleanup_fd_ int folder = open_inside(root_fd, part,
						      O_PATH | O_DIRECTORY);
		if (folder < 0)
			return folder;
		snprintf(part, sizeof(part), "%.*s", (int)(end - start), path + start);
		int r = create_entry(folder, part, is_folder || end < length);
		if (r < 0)
			return r;
	}
	return open_inside(root_fd, path, O_PATH | (is_folder ? O_DIRECTORY : 0));
}

/* O_DIRECTORY answers the question of the kind for a folder without a look of our own. */
static int open_target(int root_fd, const char *path, bool is_folder)
{
	uint64_t flags = O_PATH | (is_folder ? O_DIRECTORY : 0);
	int fd = open_inside(root_fd, path, flags);

	return fd == -ENOENT ? create_inside(root_fd, path, is_folder) : fd;
}

int mount_target(int root_fd, const char *path, bool is_folder, struct error *err)
{
	struct stat st;
	_cleanup_fd_ int fd = open_target(root_fd, path, is_folder);

	if (fd < 0)
		error_errno(err, -fd, "cannot mount at %s in the image", path);
	if (fd == -EACCES)
		return error_hint(
			err,
			"folders of the image that belong to another user cannot be "
			"changed, not even in the copy: mount at a place that is there");
	if (fd == -ENOENT) /* all else that is missing was made */
		return error_hint(err, "a symlink of the image leads to a place that is "
				       "not there");
	if (fd == -EROFS)
		return error_hint(err, "what cannot be written to must have this place "
				       "already");
	if (fd < 0)
		return fd;
	if (!is_folder && (fstat(fd, &st) < 0 || S_ISDIR(st.st_mode)))
		return error_errno(err, EISDIR, "cannot mount at %s in the image", path);
	return steal_fd(&fd);
}

int mount_attach_inside(int mount_fd, int root_fd, const char *path, bool is_folder,
			struct error *err)
{
	_cleanup_fd_ int target = mount_target(root_fd, path, is_folder, err);

	if (target < 0)
		return target;
	int r = mount_attach(mount_fd, target, "", err);
	return r < 0 ? error_wrap(err, "%s", path) : 0;
}
