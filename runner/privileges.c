/* SPDX-License-Identifier: MIT */
/*
 * Ids, capabilities and no_new_privs, by the kernel's own interface. Called by jail's child and
 * by init, between clone and exec.
 */
#include "privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/fd.h"

#define BIT(capability) (UINT64_C(1) << (capability))

/*
 * The raw calls: libc's setresuid and its kin tell other threads, which a cloned child has not.
 */
static int set_ids(uid_t uid, gid_t gid, struct error *err)
{
	if (syscall(SYS_setresgid, gid, gid, gid) < 0) {
		error_errno(err, errno, "cannot become group %u", gid);
		return error_hint(err,
				  "the jail has only the ids that are mapped into it");
	}
	if (syscall(SYS_setresuid, uid, uid, uid) < 0) {
		error_errno(err, errno, "cannot become user %u", uid);
		return error_hint(err,
				  "the jail has only the ids that are mapped into it");
	}
	return 0;
}

int privileges_become_root(bool may_set_groups, struct error *err)
{
	if (may_set_groups && syscall(SYS_setgroups, 0, NULL) < 0)
		return error_errno(err, errno, "cannot drop the supplementary groups");
	return set_ids(0, 0, err);
}

int privileges_limit(uint64_t kept, struct error *err)
{
	for (int capability = 0; capability < 64; capability++) {
		if (kept & BIT(capability))
			continue;
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0)
			continue;
		if (errno == EINVAL) /* behind the last one that this kernel knows */
			break;
		return error_errno(err, errno, "cannot drop capability %d", capability);
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_errno(err, errno, "cannot set no_new_privs");
	return 0;
}

static int write_file(const char *path, const char *text, struct error *err)
{
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return error_errno(err, errno, "cannot open %s", path);
	return fd_write_all(fd, text, strlen(text), path, err);
}

/* One id can be had under any number: by a user namespace that maps it (user_namespaces(7)). */
static int rename_root(const struct account *account, struct error *err)
{
	char line[64];

	if (unshare(CLONE_NEWUSER) < 0)
		return error_errno(err, errno, "cannot make a user namespace for --user");
	/* A process that cannot be dumped cannot open its own map either (proc(5)). */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		return error_errno(err, errno, "cannot become dumpable");
	snprintf(line, sizeof(line), "%u 0 1\n", account->uid);
	int r = write_file("/proc/self/uid_map", line, err);
	if (r < 0)
		return r;
	snprintf(line, sizeof(line), "%u 0 1\n", account->gid);
	r = write_file("/proc/self/gid_map", line, err);
	if (r < 0)
		return r;
	if (getuid() != account->uid || getgid() != account->gid)
		return error_set(err, EPERM, "cannot become user %u", account->uid);
	return 0;
}

bool privileges_renames_root(const struct account *account, bool only_root)
{
	return only_root && (account->uid || account->gid);
}

int privileges_become_user(const struct account *account, bool only_root,
			   bool may_set_groups, struct error *err)
{
	if (only_root)
		return privileges_renames_root(account, true) ? rename_root(account, err)
							      : 0;
	if (may_set_groups &&
	    syscall(SYS_setgroups, account->group_count, account->groups) < 0)
		return error_errno(err, errno, "cannot set the supplementary groups");
	/* What is kept of them is decided by privileges_drop; an exec ends it (prctl(2)). */
	if (account->uid && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return error_errno(err, errno, "cannot keep capabilities");
	return set_ids(account->uid, account->gid, err);
}

static int set_capabilities(uint64_t set, uint64_t inheritable, struct error *err)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	for (int i = 0; i < 2; i++) {
		data[i].effective = data[i].permitted = (uint32_t)(set >> (32 * i));
		data[i].inheritable = (uint32_t)(inheritable >> (32 * i));
	}
	if (syscall(SYS_capset, &header, data) < 0)
		return error_errno(err, errno, "cannot drop the capabilities");
	return 0;
}

int privileges_drop(uint64_t set, uint64_t ambient, struct error *err)
{
	int r = set_capabilities(set, ambient, err);

	for (int capability = 0; r == 0 && ambient >> capability; capability++)
		if ((ambient & BIT(capability)) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) < 0)
			r = error_errno(err, errno, "cannot keep capability %d",
					capability);
	return r;
}

int privileges_drop_for_init(struct error *err)
{
	int r = set_capabilities(BIT(CAP_KILL), 0, err);

	if (r < 0)
		return r;
	/* After the last change of credentials, each of which sets it anew (prctl(2)). */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return error_errno(err, errno, "cannot protect the jail's init");
	return 0;
}
