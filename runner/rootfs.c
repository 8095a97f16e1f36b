/* SPDX-License-Identifier: MIT */
/*
 * The tree of a jail. One tmpfs, "scratch", holds all that is thrown away: the overlay's upper
 * layer, /dev, /tmp and /run are folders of it, bound to their places; making one file system is
 * cheaper than five, and one size limits them all. Called by jail's child.
 */
#include "rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/kernel.h"
#include "devices.h"
#include "mount.h"
#include "owners.h"
#include "proc.h"

enum { ROOT_ATTRIBUTES = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };

static int make_folder(const char *name, mode_t mode, struct error *err)
{
	if (mkdir(name, mode) < 0)
		return error_errno(err, errno, "cannot create the jail's folder '%s'",
				   name);
	return 0;
}

/*
 * Mounts the scratch tmpfs and makes it the current folder, so that the overlay's folders have
 * short relative names: fsconfig(2) cuts values at 255 bytes. It covers the host's /proc, which is
 * there on every host and is not needed any more; not "/", or letting go of the old root would
 * take a second umount2, each of which waits for an RCU grace period.
 */
static int make_scratch(struct error *err)
{
	static const struct mount_setting settings[] = {{"mode", "0755"}};
	_cleanup_fd_ int fd = mount_new("tmpfs", settings, 1, ROOT_ATTRIBUTES, err);

	if (fd < 0)
		return fd;
	int r = mount_attach(fd, AT_FDCWD, "/proc", err);
	if (r < 0)
		return r;
	if (fchdir(fd) < 0)
		return error_errno(err, errno, "cannot enter the jail's scratch folder");
	return 0;
}

static int shift_owners(const struct image *image, int mount_fd, pid_t pid,
			struct error *err)
{
	if (idmap_mount(mount_fd, pid, err) == 0)
		return 0;
	error_wrap(err, "image %s", image->path);
	return error_hint(
		err, "its file system may not support idmapped mounts; make a .tar of it "
		     "and run that");
}

int rootfs_copy_image(const struct image *image, bool shift, pid_t pid, struct error *err)
{
	struct mount_attr private = {.propagation = MS_PRIVATE};
	_cleanup_fd_ int fd = mount_copy(image->root_fd, "", false, err);

	if (fd < 0)
		return error_wrap(err, "image %s", image->path);
	if (mount_setattr(fd, "", AT_EMPTY_PATH, &private, sizeof(private)) < 0)
		return error_errno(err, errno, "image %s: cannot make its mount private",
				   image->path);
	int r = shift ? shift_owners(image, fd, pid, err) : 0;
	return r < 0 ? r : steal_fd(&fd);
}

/* A detached mount of the image; the folder must be the one that the parent looked at. */
static int open_image(const struct image *image, bool recursive, struct error *err)
{
	struct stat st;
	_cleanup_fd_ int fd = mount_copy(AT_FDCWD, image->path, recursive, err);

	if (fd == -EINVAL && !recursive) {
		/* The kernel hides nothing and uncovers nothing: mount_namespaces(7), locks. */
		error_set(err, EINVAL, "image %s: something is mounted below it",
			  image->path);
		return error_hint(
			err, "only root can leave such mounts out; make a .tar of the "
			     "folder and run that");
	}
	if (fd < 0)
		return error_wrap(err, "image %s", image->path);
	if (fstat(fd, &st) < 0)
		return error_errno(err, errno, "image %s", image->path);
	if (st.st_dev != image->stat.st_dev || st.st_ino != image->stat.st_ino)
		return error_set(err, ESTALE, "image %s: it was replaced just now",
				 image->path);
	return steal_fd(&fd);
}

/*
 * `userxattr`: overlayfs keeps its marks in user.overlay.*, the only xattrs that it may set in a
 * user namespace. Not `volatile`: on a tmpfs there is nothing to sync, and it costs two folders.
 */
static int make_overlay(const struct keep *keep, struct error *err)
{
	bool is_kept = keep->fd >= 0;
	const struct mount_setting settings[] = {
		{"lowerdir", "lower"},
		{"upperdir", is_kept ? "keep/upper" : "upper"},
		{"workdir", is_kept ? "keep/work" : "work"},
		{"userxattr", NULL},
	};
	int r = mount_new("overlay", settings, sizeof(settings) / sizeof(settings[0]),
			  ROOT_ATTRIBUTES, err);
	if (r < 0 && is_kept)
		return keep_refused(keep, r, err);
	if (r < 0)
		error_hint(err,
			   "unprivileged overlays need Linux 5.11; --write uses a folder "
			   "without");
	return r;
}

static int attach_layer(int fd, const char *name, struct error *err)
{
	int r = make_folder(name, 0700, err);

	return r < 0 ? r : mount_attach(fd, AT_FDCWD, name, err);
}

/* Where writes go: two folders of scratch, which are gone with it, or the layer of --keep. */
static int make_upper(const struct jail *jail, int keep_fd, struct error *err)
{
	if (keep_fd >= 0)
		return attach_layer(keep_fd, "keep", err);
	/* The root's own mode comes from the upper layer. */
	int r = make_folder("upper", jail->image.stat.st_mode & 07777, err);

	return r < 0 ? r : make_folder("work", 0700, err);
}

/* Attaches the mount that will be the root; working on detached trees fails on some kernels. */
static int attach_root(int fd, struct error *err)
{
	int r = make_folder("root", 0700, err);

	return r < 0 ? r : mount_attach(fd, AT_FDCWD, "root", err);
}

/* The image itself as the root. */
static int make_plain(int image_fd, uint64_t attributes, struct error *err)
{
	_cleanup_fd_ int root = fcntl(image_fd, F_DUPFD_CLOEXEC, 0);

	if (root < 0)
		return error_errno(err, errno, "cannot copy a descriptor");
	int r = mount_restrict(root, attributes, true, err);
	return r < 0 ? r : steal_fd(&root);
}

/*
 * A kernel without overlayfs (ENODEV): the image is shown read-only, which protects it as well. Whoever
 * keeps the writes cannot do without.
 */
static bool can_do_without_overlay(const struct jail *jail, int code)
{
	return jail->keep.fd < 0 && code == -ENODEV;
}

static int make_root(const struct jail *jail, int image_fd, int keep_fd,
		     bool *ret_lacks_overlay, struct error *err)
{
	_cleanup_fd_ int root = -1;

	if (jail->root == JAIL_ROOT_WRITE)
		return make_plain(image_fd, ROOT_ATTRIBUTES, err);
	/* An idmapped lower layer must be attached: detached, overlayfs answers EPERM. */
	int r = attach_layer(image_fd, "lower", err);
	if (r >= 0)
		r = make_upper(jail, keep_fd, err);
	if (r < 0)
		return r;
	root = make_overlay(&jail->keep, err);
	*ret_lacks_overlay = root < 0 && can_do_without_overlay(jail, root);
	if (!*ret_lacks_overlay)
		return steal_fd(&root);
	/* The one of the layer is attached there already. */
	_cleanup_fd_ int copy = mount_copy(image_fd, "", false, err);
	return copy < 0 ? copy
			: make_plain(copy, ROOT_ATTRIBUTES | MOUNT_ATTR_RDONLY, err);
}

/* Binds the folder `name` of scratch to /`name` of the jail. Returns the mount's descriptor. */
static int bind_scratch(int root_fd, const char *name, mode_t mode, uint64_t attributes,
			struct error *err)
{
	int r = make_folder(name, mode, err);

	if (r < 0)
		return r;
	_cleanup_fd_ int fd = mount_copy(AT_FDCWD, name, false, err);
	if (fd < 0)
		return fd;
	if (attributes != ROOT_ATTRIBUTES) { /* scratch itself has those */
		r = mount_restrict(fd, attributes, false, err);
		if (r < 0)
			return r;
	}
	r = mount_attach_inside(fd, root_fd, name, true, err);
	return r < 0 ? r : steal_fd(&fd);
}

static int mount_parts(const struct jail *jail, int root_fd, int proc_fd, int *ret_dev,
		       struct error *err)
{
	_cleanup_fd_ int tmp = -1, run = -1, dev = -1;
	int r = proc_attach(proc_fd, root_fd, jail->namespaces, err);

	if (r < 0)
		return r;
	dev = bind_scratch(root_fd, "dev", 0755, ROOT_ATTRIBUTES | MOUNT_ATTR_NOEXEC,
			   err);
	if (dev < 0)
		return dev;
	r = devices_build(dev, jail->map.is_range || !(jail->namespaces & CLONE_NEWUSER),
			  err);
	if (r < 0)
		return r;
	tmp = bind_scratch(root_fd, "tmp", 01777, ROOT_ATTRIBUTES, err);
	if (tmp < 0)
		return tmp;
	run = bind_scratch(root_fd, "run", 0755, ROOT_ATTRIBUTES, err);
	if (run < 0)
		return run;
	*ret_dev = steal_fd(&dev);
	return 0;
}

/* Once for a layer that is kept: what the jail has changed since is its own. */
static int apply_owners(const struct jail *jail, int root_fd, struct error *err)
{
	static const char done[] = "keep/owned";
	bool is_kept = jail->keep.fd >= 0;

	if (is_kept && faccessat(AT_FDCWD, done, F_OK, 0) == 0)
		return 0;
	int r = owners_apply(jail->owners, root_fd, &jail->map, err);
	if (r == 0 && is_kept && mknod(done, S_IFREG | 0600, 0) < 0)
		return error_errno(err, errno, "--keep %s: cannot write to it",
				   jail->keep.path);
	return r;
}

int rootfs_build(const struct jail *jail, int image_fd, struct rootfs *ret,
		 struct error *err)
{
	_cleanup_fd_ int root = -1, dev = -1, proc = -1, own = -1, kept = -1;

	/* Else unmounting the old root would be passed on to a host that shares its mounts. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
		error_errno(err, errno, "cannot make the mounts private");
		return error_hint(err,
				  "Landlock may forbid it: a jail around this one needs "
				  "--landlock=off");
	}
	umask(0);
	if (jail->image.mount_fd >= 0)
		image_fd = jail->image.mount_fd;
	if (image_fd <
	    0) { /* now: its path may be relative, and scratch changes the folder */
		own = open_image(&jail->image, jail->root == JAIL_ROOT_WRITE, err);
		if (own < 0)
			return own;
		image_fd = own;
	}
	if (jail->keep.fd >= 0) {
		kept = keep_mount(&jail->keep, err);
		if (kept < 0)
			return kept;
	}
	proc = proc_open(jail->namespaces, err);
	if (proc < 0)
		return proc;
	int r = make_scratch(err);
	if (r < 0)
		return r;
	root = make_root(jail, image_fd, kept, &ret->lacks_overlay, err);
	if (root < 0)
		return root;
	r = attach_root(root, err);
	if (r < 0)
		return r;
	r = jail->owners && !ret->lacks_overlay ? apply_owners(jail, root, err) : 0;
	if (r < 0)
		return r;
	r = mount_parts(jail, root, proc, &dev, err);
	if (r < 0)
		return r;
	r = volume_attach(&jail->volumes, root, err);
	if (r < 0)
		return r;
	/* Only now: the places of the mounts above may have had to be made. */
	if (jail->root == JAIL_ROOT_READ_ONLY && !ret->lacks_overlay) {
		r = mount_restrict(root, MOUNT_ATTR_RDONLY, false, err);
		if (r < 0)
			return r;
	}
	ret->dev_fd = steal_fd(&dev);
	return steal_fd(&root);
}

/* Whether "..", as seen from the root, still is the root: else something of the host shows. */
static bool is_sealed(void)
{
	struct stat root, parent;

	return stat("/", &root) == 0 && stat("/..", &parent) == 0 &&
	       root.st_dev == parent.st_dev && root.st_ino == parent.st_ino;
}

/*
 * pivot_root(".", ".") puts the old root on top of the new one, where umount2 finds it
 * (pivot_root(2), NOTES); scratch, mounted below it, goes with it.
 */
int rootfs_enter(int root_fd, struct error *err)
{
	if (fchdir(root_fd) < 0)
		return error_errno(err, errno, "cannot enter the new root");
	if (syscall(SYS_pivot_root, ".", ".") < 0) {
		error_errno(err, errno, "cannot change the root");
		if (err->code == EINVAL)
			error_hint(err, "the root of an initramfs cannot be changed: "
					"switch_root first");
		return -err->code;
	}
	if (umount2(".", MNT_DETACH) < 0)
		return error_errno(err, errno, "cannot let go of the old root");
	if (chdir("/") < 0)
		return error_errno(err, errno, "cannot enter the new root");
	if (!is_sealed())
		return error_set(err, EXDEV, "the old root is still there");
	return 0;
}
