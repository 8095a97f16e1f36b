/* SPDX-License-Identifier: MIT */
/*
 * The command `exec`: one more command in a running jail. Outside stays what jailrun is to a jail, its
 * supervisor; inside goes a process that is to the command what the jail's init is to COMMAND, by the
 * same code, so that the command has all limits that COMMAND has. It is a child of this process and
 * dies with it. Called by jailctl's main file.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "cgroups.h"
#include "channel.h"
#include "common/fd.h"
#include "common/log.h"
#include "common/path.h"
#include "control.h"
#include "devices.h"
#include "environment.h"
#include "init.h"
#include "jail.h"
#include "join.h"
#include "offspring.h"
#include "privileges.h"
#include "quantity.h"
#include "terminal.h"

enum { SETUP_FAILED = 125 };

struct values {
	struct cli_common common;
	const char *workdir, *user;
	struct strlist env;
};

#define AT(member) offsetof(struct values, member)

static const struct cli_option options[] = {
	{"env", 'e', CLI_LIST, AT(env), "NAME[=VALUE]",
	 "set a variable, or pass on the caller's"},
	{"workdir", 'w', CLI_STRING, AT(workdir), "DIR",
	 "start in this folder of the jail"},
	{"user", 'u', CLI_STRING, AT(user), "USER[:GROUP]",
	 "run as this user of the image"},
};

static const struct control_usage usage = {
	.program = {.name = "jailctl exec",
		    .usage = "[OPTION…] NAME COMMAND [ARG…]",
		    .summary = "Run one more command in a running jail.",
		    .options = options,
		    .option_count = sizeof(options) / sizeof(options[0]),
		    .stop_at_operand = true},
	.least = 2,
	.most = -1,
	.what = "NAME and COMMAND",
};

/* What is to be run, and where; all of it outlives the child's exec. */
struct visit {
	const struct values *values;
	struct jails_entry entry;
	struct jail jail; /* as far as init looks at it */
};

static int check_values(const struct values *values, struct error *err)
{
	int r = values->user ? account_check(values->user, err) : 0;

	if (r == 0 && values->workdir && values->workdir[0] != '/')
		r = error_set(err, EINVAL, "--workdir: '%s' is not absolute",
			      values->workdir);
	return r == 0 ? environment_check(&values->env, err) : r;
}

/* Who COMMAND is, or by the files of the jail, which is entered already, the one who was asked for. */
static int choose_account(struct visit *visit, struct error *err)
{
	const struct dossier *dossier = &visit->entry.dossier;
	struct account *account = &visit->jail.account;

	if (visit->values->user) {
		_cleanup_fd_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (root < 0)
			return error_errno(err, errno, "cannot open the jail's root");
		return account_find(root, visit->values->user, account, err);
	}
	*account = (struct account){.uid = (uid_t)dossier->uid,
				    .gid = (gid_t)dossier->gid,
				    .home = "/",
				    .shell = ""};
	for (size_t i = 0; i < dossier->groups.count && i < ACCOUNT_GROUPS_MAX; i++)
		account->groups[account->group_count++] = (gid_t)strtoul(
			dossier->groups.items[i], NULL, 10);
	return 0;
}

static bool has_name(const char *line, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(line, name, length) && line[length] == '=';
}

/* COMMAND's variables, but the caller's kind of terminal, and another user's own name and home. */
static int choose_environment(struct visit *visit, struct error *err)
{
	const struct strlist *theirs = &visit->entry.dossier.environment;
	_cleanup_strlist_ struct strlist kept = {0};
	bool is_other = visit->values->user;
	int r = 0;

	for (size_t i = 0; r == 0 && i < theirs->count; i++) {
		const char *line = theirs->items[i];

		if (has_name(line, "TERM") ||
		    (is_other && (has_name(line, "HOME") || has_name(line, "USER"))))
			continue;
		r = strlist_add(&kept, line, err);
	}
	return r < 0 ? r
		     : environment_build(&visit->jail.account, &kept, &visit->values->env,
					 &visit->jail.environment, err);
}

/* Ends with the parent, also if that ended before this was called. */
static int die_with_parent(int channel, struct error *err)
{
	char byte;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return error_errno(err, errno, "cannot tie the command to jailctl");
	if (recv(channel, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0)
		return error_set(err, EPIPE, "jailctl is gone");
	return 0;
}

/* In the jail's /dev, of which nothing is believed: a terminal that is no devpts' is none. */
static int open_terminal(const struct jail *jail, int channel, int *ret_slave,
			 struct error *err)
{
	unsigned owner = jail->map.is_range ? jail->account.uid : 0;
	_cleanup_fd_ int dev = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_fd_ int master = -1, slave = -1;
	struct statfs st;

	if (dev < 0)
		return error_errno(err, errno, "cannot open the jail's /dev");
	int r = devices_open_terminal(dev, owner, &master, &slave, err);
	if (r < 0)
		return r;
	if (fstatfs(slave, &st) < 0 || st.f_type != DEVPTS_SUPER_MAGIC)
		return error_set(err, ENOTTY, "the jail's /dev/pts has no terminals");
	r = terminal_imitate(slave, &jail->terminal_modes, &jail->terminal_size, err);
	if (r == 0)
		r = channel_send(channel, CHANNEL_TERMINAL, master, err);
	*ret_slave = steal_fd(&slave);
	return r;
}

/* The limits that the jail was started under, by systemd say, are for all in it. */
static void join_groups(const struct visit *visit)
{
	struct error why = {0};
	int r = cgroups_join((pid_t)visit->entry.dossier.init, &why);

	/* An ordinary user may move nobody out of one session into another. */
	if (r == -EACCES || r == -EPERM)
		visit->jail.tell("%s", why.text);
	else if (r < 0)
		visit->jail.warn("%s", why.text);
}

/* From outside to the point at which a jail's init starts its COMMAND. */
static int get_inside(struct visit *visit, int channel, int *ret_slave, struct error *err)
{
	struct jail *jail = &visit->jail;

	/* Before there is anybody to look (CVE-2016-9962). */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return error_errno(err, errno, "cannot protect jailctl");
	join_groups(visit);
	int r = join_jail(&visit->entry, visit->values->user != NULL, err);
	if (r < 0)
		return r;
	if (chdir("/") < 0)
		return error_errno(err, errno, "cannot enter the jail's root");
	r = protection_leave_keyring(&jail->protection, err);
	if (r == 0)
		r = protection_limit(&jail->protection, err);
	if (r < 0)
		return r;
	if ((jail->namespaces & CLONE_NEWUSER) && jail->map.is_range) {
		r = privileges_become_root(true, err);
		if (r < 0)
			return r;
	}
	r = die_with_parent(channel, err);
	if (r == 0)
		r = choose_account(visit, err);
	/* In COMMAND's own user namespace, where the one id has COMMAND's number already. */
	if (r == 0 && getuid() == jail->account.uid && getgid() == jail->account.gid)
		jail->map.is_range = true;
	if (r == 0)
		r = choose_environment(visit, err);
	if (r == 0 && jail->has_terminal)
		r = open_terminal(jail, channel, ret_slave, err);
	return r;
}

_Noreturn static void run_inside(void *data, int channel, struct error *err)
{
	struct visit *visit = data;
	int slave = -1;

	if (get_inside(visit, channel, &slave, err) < 0)
		init_fail(channel, SETUP_FAILED, STAGE_START, err);
	init_run(&visit->jail, channel, slave, err);
}

static int supervise(void *data, const struct supervise_ends *ends, struct outcome *ret,
		     struct error *err)
{
	const struct visit *visit = data;

	return supervise_jail(&visit->jail, ends, ret, err);
}

/* What holds the jail's COMMAND in holds this one in too. */
static int take_protection(const struct dossier *dossier, struct protection *ret,
			   struct error *err)
{
	unsigned long long limit[3]; /* number, soft, hard */

	*ret = (struct protection){.capabilities = (uint64_t)dossier->capabilities,
				   .added = (uint64_t)dossier->added,
				   .no_filter = dossier->no_filter,
				   .no_landlock = dossier->no_landlock,
				   .shares_net = dossier->shares_net,
				   .shares_pid = dossier->shares_pid};
	for (size_t i = 0; i < dossier->limits.count; i++) {
		if (!quantity_list(dossier->limits.items[i], limit, 3) ||
		    limit[0] >= RLIM_NLIMITS)
			return error_set(err, EBADMSG,
					 "the registration of jail %s has a bad limit",
					 dossier->name);
		ret->limits.values[limit[0]] = (struct rlimit){limit[1], limit[2]};
		ret->limits.asked |= 1U << limit[0];
	}
	return 0;
}

static int prepare(struct visit *visit, char **operands, struct error *err)
{
	static char no_arguments[1];
	const struct values *values = visit->values;
	_cleanup_jails_ struct jails jails = {.folder_fd = -1};
	struct jail *jail = &visit->jail;
	int r = jails_open(&jails, err);

	if (r == 0)
		r = jails_find(&jails, operands[0], &visit->entry, err);
	for (char **word = operands + 1; r == 0 && *word; word++)
		r = strlist_add(&jail->command, *word, err);
	if (r < 0)
		return r;
	const struct dossier *dossier = &visit->entry.dossier;
	if (visit->entry.state == JAILS_PAUSED) {
		error_set(err, EBUSY, "jail %s is paused", dossier->name);
		return error_hint(err, "jailctl resume %s", dossier->name);
	}
	/* No pid namespace of its own: it is ended with jailctl, not with its namespace. */
	jail->namespaces = (uint64_t)dossier->namespaces & ~(uint64_t)CLONE_NEWPID;
	jail->map.is_range = dossier->has_range;
	jail->map.deny_setgroups = dossier->denies_groups;
	jail->arguments = no_arguments;
	jail->warn = log_warning;
	jail->tell = log_verbose;
	jail_look_at_terminal(jail);
	r = take_protection(dossier, &jail->protection, err);
	if (r < 0)
		return r;
	const char *workdir = values->workdir ? values->workdir : dossier->workdir;
	jail->workdir = malloc(strlen(workdir) + 2);
	if (!jail->workdir)
		return error_nomem(err);
	return path_normalize(workdir, jail->workdir, strlen(workdir) + 2, err);
}

int control_exec(int argc, char **argv)
{
	struct values values = {0};
	struct visit visit = {
		.values = &values, .entry = JAILS_ENTRY_NONE, .jail = JAIL_NONE};
	struct error err = {0};
	struct outcome outcome = {SETUP_FAILED, STAGE_OPTIONS};
	int first;
	int status = control_begin(&usage, argc, argv, &values, &first);

	if (status != CONTROL_GO_ON)
		return status;
	int r = check_values(&values, &err);
	if (r < 0) {
		log_error(&err);
		return CONTROL_USAGE;
	}
	r = prepare(&visit, argv + first, &err);
	if (r == 0)
		r = offspring_run(&(struct offspring){0, run_inside, supervise, &visit},
				  &outcome, &err);
	if (r < 0)
		log_error(&err);
	jails_entry_close(&visit.entry);
	jail_free(&visit.jail);
	strlist_free(&values.env);
	return outcome.status;
}
