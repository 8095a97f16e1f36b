/* SPDX-License-Identifier: MIT */
/*
 * The helper's confinement, one step a function, in an order that the kernel forces: mounts need
 * capabilities, Landlock forbids mounts, dropping from the bounding set needs CAP_SETPCAP, and
 * the seccomp filter forbids all that came before. Called by unpack.c.
 */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/kernel.h"
#include "fence.h"
#include "mount.h"
#include "unpack_filter.h"

/* Nobody may trace it or open its memory, and it dies with who started it. */
static int become_private(struct error *err)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return error_errno(err, errno, "cannot set process attributes");
	return 0;
}

static int limit(int resource, rlim_t value, struct error *err)
{
	struct rlimit old, wanted = {value, value};

	/* A hard limit that is lower already can only stay, setrlimit(2). */
	if (getrlimit(resource, &old) == 0 && old.rlim_max < value)
		return 0;
	if (setrlimit(resource, &wanted) < 0)
		return error_errno(err, errno, "cannot set resource limit %d", resource);
	return 0;
}

static int limit_resources(struct error *err)
{
	int r = limit(RLIMIT_CORE, 0, err);

	if (r == 0)
		r = limit(RLIMIT_NPROC, 0, err);
	if (r == 0)
		r = limit(RLIMIT_NOFILE, 64, err);
#if !defined(__SANITIZE_ADDRESS__) /* it reserves terabytes of addresses */
	if (r == 0)
		r = limit(RLIMIT_AS, (rlim_t)CONFINE_MEMORY << 20, err);
#endif
	return r;
}

/*
 * Leaves the mount namespace with one mount, an empty read-only tmpfs. pivot_root(".", ".") puts
 * the old root over the new one, from where it is detached (pivot_root(2), NOTES). Private
 * first: or the detaching would be seen outside.
 */
static int empty_namespace(struct error *err)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return error_errno(err, errno, "cannot make the mounts private");
	_cleanup_fd_ int empty = mount_new("tmpfs", NULL, 0,
					   MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
						   MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
					   err);
	if (empty < 0)
		return empty;
	int r = mount_attach(empty, AT_FDCWD, "/", err);
	if (r < 0)
		return r;
	if (fchdir(empty) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0)
		return error_errno(err, errno, "cannot change to an empty root");
	return 0;
}

/*
 * chroot, because the folder lies on a mount of the caller's namespace: it cannot be copied from
 * there, and looking it up again by name would need search permission for the mapped ids. What
 * makes chroot leaky, CAP_SYS_CHROOT and descriptors outside, goes right after.
 */
static int enter_folder(int folder_fd, struct error *err)
{
	if (fchdir(folder_fd) < 0 || chroot(".") < 0)
		return error_errno(err, errno, "cannot make the output folder the root");
	return 0;
}

static int drop_bounding_set(struct error *err)
{
	for (int capability = 0; capability < 64; capability++) {
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0)
			continue;
		if (errno == EINVAL) /* behind the last one that this kernel knows */
			break;
		return error_errno(err, errno, "cannot drop capability %d", capability);
	}
	return 0;
}

static int drop_capabilities(bool keep_owner, struct error *err)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}};
	int r = drop_bounding_set(err);

	if (r < 0)
		return r;
	if (keep_owner)
		data[0].permitted = data[0].effective = 1u << CAP_CHOWN |
							1u << CAP_FOWNER;
	if (syscall(SYS_capset, &header, data) < 0)
		return error_errno(err, errno, "cannot drop capabilities");
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return error_errno(err, errno, "cannot drop ambient capabilities");
	return 0;
}

static int filter_calls(struct error *err)
{
	/* The kernel copies it; sock_fprog only lacks the const. */
	struct sock_fprog program = {
		.len = sizeof(unpack_filter) / sizeof(unpack_filter[0]),
		.filter = (struct sock_filter *)(uintptr_t)unpack_filter,
	};

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
		return error_errno(err, errno, "cannot filter system calls");
	return 0;
}

int confine_enter(int folder_fd, bool keep_owner, bool *ret_landlock, struct error *err)
{
	bool has_landlock = false;
	int r = become_private(err);

	if (r == 0)
		r = limit_resources(err);
	if (r == 0)
		r = empty_namespace(err);
	if (r == 0)
		r = enter_folder(folder_fd, err);
	if (r == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		r = error_errno(err, errno, "cannot set no_new_privs");
	if (r == 0)
		r = fence_raise(folder_fd, &has_landlock, err);
	if (r == 0)
		r = drop_capabilities(keep_owner, err);
	if (r == 0)
		r = filter_calls(err);
	if (r == 0)
		*ret_landlock = has_landlock;
	return r;
}
