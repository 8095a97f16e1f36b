/* SPDX-License-Identifier: MIT */
/*
 * The stages of a jail, in their order; each is a file of its own. "Rights" are those the stage
 * still has; what is computed from untrusted input is computed before the clone.
 *
 *   stage           who     rights held          must                            must not yet
 *   prepare         parent  the caller's         open and check everything named  trust the image
 *   namespaces      parent  the caller's         one clone3                       -
 *   idmap           parent  the caller's         write maps, idmap root's image   let the child go
 *   start early     child   all in its userns    bounding set, no_new_privs,      need an id
 *                                                hostname, lo up, user's volumes
 *   become root     child   all in its userns    wait for the maps                make a file
 *   die with parent child   all in its userns    after the ids: they clear it     -
 *   rootfs          child   all in its userns    only descriptors below the root  run image code
 *   devices         child   all in its userns    verify the host's devices        -
 *   enter           child   all in its userns    let go of the old root           -
 *   terminal        child   all in its userns    from the jail's own devpts       -
 *   init, COMMAND   child   documented set       drop, Landlock                   -
 *   supervise       parent  the caller's         forward, relay, wait             -
 *
 * Called by the main file.
 */
#include "jail.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "channel.h"
#include "common/fd.h"
#include "detach.h"
#include "devices.h"
#include "init.h"
#include "network.h"
#include "offspring.h"
#include "privileges.h"
#include "registry.h"
#include "rootfs.h"
#include "supervise.h"
#include "terminal.h"

enum { SETUP_FAILED = 125 };

/* What the child has of the jail's terminal, and how far it has come. */
struct ends {
	int master, slave;
	enum stage stage;
};

/* The caller's signal mask and channel are set; only the steps inside remain. */
static int build(const struct jail *jail, int channel, int image_fd, struct ends *ends,
		 struct error *err)
{
	_cleanup_fd_ int root = -1, dev = -1;
	struct rootfs rootfs = ROOTFS_NONE;

	ends->stage = STAGE_ROOTFS;
	root = rootfs_build(jail, image_fd, &rootfs, err);
	if (root < 0)
		return root;
	dev = rootfs.dev_fd;
	int r = rootfs.lacks_overlay
			? channel_send(channel, CHANNEL_LACKS_OVERLAY, -1, err)
			: 0;
	if (r < 0)
		return r;
	ends->stage = STAGE_ENTER;
	r = rootfs_enter(root, err);
	if (r < 0)
		return r;
	if (!jail->has_terminal)
		return 0;
	ends->stage = STAGE_TERMINAL;
	/* A single id stands for whoever COMMAND is: the terminal is its own already. */
	unsigned owner = jail->map.is_range ? jail->account.uid : 0;
	return devices_open_terminal(dev, owner, &ends->master, &ends->slave, err);
}

/* The slave begins as the caller's terminal is: same keys, same size. */
static int hand_over_terminal(const struct jail *jail, int channel, int master, int slave,
			      struct error *err)
{
	int r = terminal_imitate(slave, &jail->terminal_modes, &jail->terminal_size, err);

	return r < 0 ? r : channel_send(channel, CHANNEL_TERMINAL, master, err);
}

/* Ends with the parent, also if that ended before this was called. */
static int die_with_parent(int channel, struct error *err)
{
	char byte;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return error_errno(err, errno, "cannot tie the jail to its supervisor");
	if (recv(channel, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0)
		return error_set(err, EPIPE, "the supervisor is gone");
	return 0;
}

/*
 * What the new namespaces allow before any id is mapped: done while the parent writes the maps, on
 * the other processor. Loopback alone takes as long as that.
 */
static int start_early(const struct jail *jail, struct error *err)
{
	/* What is held now stays; what an exec could give is limited, and needs no id either. */
	int r = protection_limit(&jail->protection, err);

	if (r < 0)
		return r;
	r = protection_leave_keyring(&jail->protection, err);
	if (r < 0)
		return r;
	if ((jail->namespaces & CLONE_NEWUTS) &&
	    sethostname(jail->hostname, strlen(jail->hostname)) < 0)
		return error_errno(err, errno, "cannot set the hostname '%s'",
				   jail->hostname);
	if (jail->namespaces & CLONE_NEWNET) {
		r = network_bring_up_loopback(err);
		if (r < 0)
			return r;
	}
	/* Root's were copied by the parent. Before anything of the host's tree is covered. */
	return jail->by_root ? 0 : volume_copy_mounts(&jail->volumes, err);
}

static int set_up(const struct jail *jail, int channel, struct ends *ends,
		  struct error *err)
{
	_cleanup_fd_ int image_fd = -1;
	struct channel_message message = {.failure = NULL};
	bool own_ids = jail->namespaces & CLONE_NEWUSER;

	int r = start_early(jail, err);
	if (r < 0)
		return r;
	r = channel_receive(channel, 0, &message, err);
	if (r < 0)
		return r;
	image_fd = message.fd;
	if (own_ids) {
		r = privileges_become_root(!jail->map.deny_setgroups, err);
		if (r < 0)
			return r;
	}
	r = die_with_parent(channel, err);
	if (r < 0)
		return r;
	r = build(jail, channel, image_fd, ends, err);
	if (r < 0 || !jail->has_terminal)
		return r;
	r = hand_over_terminal(jail, channel, ends->master, ends->slave, err);
	close(ends->master);
	return r;
}

/* What both sides of the clone are handed. */
struct making {
	const struct jail *jail;
	struct registration registration; /* the parent's */
};

/* `err` is the child's copy of the caller's. */
_Noreturn static void run_child(void *data, int channel, struct error *err)
{
	const struct making *making = data;
	const struct jail *jail = making->jail;
	struct ends ends = {.master = -1, .slave = -1, .stage = STAGE_START};

	if (set_up(jail, channel, &ends, err) < 0)
		init_fail(channel, SETUP_FAILED, ends.stage, err);
	init_run(jail, channel, ends.slave, err);
}

/* The parent's part while the child waits. */
static int let_go(const struct jail *jail, pid_t pid, int channel, struct error *err)
{
	_cleanup_fd_ int image_fd = -1;
	bool has_own_ids = jail->namespaces & CLONE_NEWUSER;

	if (has_own_ids) {
		int r = idmap_write(&jail->map, pid, err);

		if (r < 0)
			return r;
	}
	int r = rlimits_raise(&jail->protection.limits, pid, err);
	if (r < 0)
		return r;
	if (has_own_ids && jail->by_root) {
		r = volume_shift_owners(&jail->volumes, pid, err);
		if (r < 0)
			return r;
	}
	if (has_own_ids && jail->map.is_range && jail->by_root &&
	    jail->image.mount_fd < 0) {
		/* What was unpacked for these ids belongs to them already. */
		image_fd = rootfs_copy_image(&jail->image, !jail->image.is_unpacked, pid,
					     err);
		if (image_fd < 0)
			return image_fd;
	}
	return channel_send(channel, CHANNEL_GO, image_fd, err);
}

/* A child that failed early has said why; that its end broke the channel is no news then. */
static _noinline_ int ask_child(int channel, struct outcome *outcome, struct error *err)
{
	struct error said = {0};
	struct channel_message message = {.failure = &said};
	int r;

	do
		r = channel_receive(channel, MSG_DONTWAIT, &message, NULL);
	while (r == -ECONNRESET);
	if (r >= 0 && message.kind == CHANNEL_FAILED) {
		*err = said;
		outcome->stage = message.stage;
	}
	return -err->code;
}

/*
 * Lets the child go and registers the jail: first, if its name was asked for, since that may be taken, or
 * is what is left of it; else while the child goes on, and a jail that cannot be registered is one that
 * jailctl does not see.
 */
static int start(const struct jail *jail, pid_t pid, int channel,
		 struct registration *registration, struct error *err)
{
	struct error ignored = {0};
	bool is_first = jail->name || jail->detach;
	int r = is_first ? registry_enter(jail, pid, registration, err) : 0;

	if (r == 0 && jail->detach)
		r = detach_begin(jail, registration->name, registration->fd, err);
	if (r == 0)
		r = let_go(jail, pid, channel, err);
	if (r == 0 && !is_first && registry_enter(jail, pid, registration, &ignored) < 0)
		jail->tell("jailctl will not see this jail: %s", ignored.text);
	return r;
}

/* From the clone to the end of the jail. */
static int attend(void *data, const struct supervise_ends *ends, struct outcome *ret,
		  struct error *err)
{
	struct making *making = data;
	int r = start(making->jail, ends->pid, ends->channel, &making->registration, err);

	if (r >= 0)
		return supervise_jail(making->jail, ends, ret, err);
	r = ask_child(ends->channel, ret, err);
	kill(ends->pid, SIGKILL);
	return r;
}

int jail_run(const struct jail *jail, struct outcome *ret, struct error *err)
{
	struct making making = {jail, REGISTRATION_NONE};
	struct offspring offspring = {jail->namespaces, run_child, attend, &making};

	*ret = (struct outcome){SETUP_FAILED, STAGE_NAMESPACES};
	int r = offspring_run(&offspring, ret, err);
	if (jail->keep.fd >= 0)
		keep_finish(&jail->keep);
	struct registry_end end = {.exit_status = ret->status, .timed_out = r == -ETIME};
	if (jail->detach) {
		end.lost = jail->detach->journal.lost;
		end.keeps = detach_end(jail->detach);
	}
	registry_leave(&making.registration, &end);
	return r;
}

void jail_free(struct jail *jail)
{
	image_close(&jail->image);
	keep_close(&jail->keep);
	volume_list_free(&jail->volumes);
	strlist_free(&jail->environment);
	strlist_free(&jail->command);
	account_free(&jail->account);
	free(jail->workdir);
	free(jail->owners);
}
