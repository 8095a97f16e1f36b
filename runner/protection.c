/* SPDX-License-Identifier: MIT */
/* The parts of a jail's protection, in their order. Called by prepare, init and exec. */
#include "protection.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capabilities.h"
#include "landlock.h"
#include "privileges.h"
#include "syscalls.h"

static int read_switch(const char *option, const char *value, bool *ret_off,
		       struct error *err)
{
	*ret_off = value && !strcmp(value, "off");
	if (!value || *ret_off || !strcmp(value, "default"))
		return 0;
	return error_set(err, EINVAL, "%s: '%s' is neither 'default' nor 'off'", option,
			 value);
}

int protection_read(const struct options *options, uint64_t namespaces,
		    struct protection *ret, struct error *err)
{
	int r = read_switch("--seccomp", options->seccomp, &ret->no_filter, err);

	if (r == 0)
		r = read_switch("--landlock", options->landlock, &ret->no_landlock, err);
	if (r == 0)
		r = capabilities_read(&options->cap_add, &options->cap_drop,
				      &ret->capabilities, &ret->added, err);
	if (r == 0)
		r = rlimits_read(&options->rlimits, &ret->limits, err);
	ret->shares_net = !(namespaces & CLONE_NEWNET);
	ret->shares_pid = !(namespaces & CLONE_NEWPID);
	return r;
}

int protection_leave_keyring(const struct protection *protection, struct error *err)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0 ||
	    errno == ENOSYS || errno == EPERM || !protection->no_filter)
		return 0;
	error_errno(err, errno, "cannot make a session keyring");
	return error_hint(err,
			  "/proc/key-users and /proc/sys/kernel/keys/maxkeys tell how "
			  "many keys a user has, and may have");
}

int protection_limit(const struct protection *protection, struct error *err)
{
	return privileges_limit(protection->capabilities, err);
}

int protection_drop(const struct protection *protection, bool is_root, struct error *err)
{
	return is_root ? privileges_drop(protection->capabilities, 0, err)
		       : privileges_drop(protection->added, protection->added, err);
}

int protection_shut_in(const struct protection *protection, bool is_filtered,
		       bool *ret_landlock, struct error *err)
{
	*ret_landlock = false;
	if (!protection->no_landlock) {
		int r = landlock_confine(protection->shares_net, protection->shares_pid,
					 ret_landlock, err);

		if (r < 0)
			return r;
	}
	/* Only now: what came before needs descriptors. */
	int r = rlimits_apply(&protection->limits, err);
	if (r < 0 || protection->no_filter)
		return r;
	if (protection->shares_pid)
		r = syscalls_spare_others(err);
	return r < 0 || is_filtered ? r : syscalls_filter(err);
}
