/* SPDX-License-Identifier: MIT */
/* The probes, by the jail's own functions where there are any. Called by doctor. */
#include "probes.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cachefolder.h"
#include "channel.h"
#include "common/fd.h"
#include "common/kernel.h"
#include "devices.h"
#include "helper.h"
#include "idmap.h"
#include "mount.h"
#include "namespaces.h"
#include "privileges.h"
#include "proc.h"

static void say(struct probes_result *ret, enum probes_verdict verdict, const char *text)
{
	ret->verdict = verdict;
	error_set(&ret->words, EINVAL, "%s", text);
}

static void advise(struct probes_result *ret, const char *hint)
{
	error_hint(&ret->words, "%s", hint);
}

/* What a call answers that the kernel, or the filter of a container, does not let through. */
static bool is_missing(long number, long first)
{
	errno = 0;
	return syscall(number, first, 0L, 0L, 0L, 0L, 0L) < 0 &&
	       (errno == ENOSYS || errno == EPERM);
}

/* Each call with arguments that a kernel which has it refuses with another error. */
static void probe_kernel(struct probes_result *ret)
{
	static const struct {
		const char *name;
		long number, first;
	} calls[] = {
		{"clone3 (5.3)", SYS_clone3, 0},
		{"openat2 (5.6)", SYS_openat2, -1},
		{"close_range (5.9)", SYS_close_range, -1},
		{"mount_setattr (5.12)", SYS_mount_setattr, -1},
		{"pidfd_open (5.3)", SYS_pidfd_open, -1},
	};
	char missing[256] = "";
	struct utsname name;
	size_t used = 0;

	uname(&name);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (is_missing(calls[i].number, calls[i].first))
			used += (size_t)snprintf(missing + used, sizeof(missing) - used,
						 "%s%s", used ? ", " : "", calls[i].name);
	error_set(&ret->words, ENOSYS, used ? "Linux %s lacks %s" : "Linux %s%s",
		  name.release, missing);
	ret->verdict = used ? PROBES_BAD : PROBES_GOOD;
	if (used)
		advise(ret, "Linux 5.12 has all; in a container, its own filter of "
			    "system calls may hide them");
}

/* A part of a probe that needs namespaces of its own; `err` says what failed. */
typedef int part(struct error *err);

_Noreturn static void run_part(part *run, const struct idmap *map, int channel,
			       struct error *err)
{
	struct channel_message go = {.failure = NULL};

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	int r = channel_receive(channel, 0, &go, err);
	if (r >= 0)
		r = privileges_become_root(!map->deny_setgroups, err);
	if (r >= 0 && run)
		r = run(err);
	if (r < 0)
		r = channel_send_failure(channel, 1, STAGE_START, err);
	_exit(r < 0);
}

/* Hears what the part says; a channel that ends without a word means that all went well. */
static int hear(int channel, struct error *err)
{
	struct channel_message message = {.failure = err};
	int r = channel_receive(channel, 0, &message, NULL);

	return r >= 0 && message.kind == CHANNEL_FAILED ? -err->code : 0;
}

static int let_go(const struct idmap *map, pid_t pid, int channel, struct error *err)
{
	int r = idmap_write(map, pid, err);

	if (r == 0)
		r = channel_send(channel, CHANNEL_GO, -1, err);
	return r < 0 ? r : hear(channel, err);
}

/* Runs `run` in new namespaces of these kinds beside a user namespace, as its root. */
static int try_in(uint64_t kinds, part *run, struct error *err)
{
	_cleanup_fd_ int own = -1, other = -1, pidfd = -1;
	struct idmap map;
	int pair[2];
	int r = channel_open(pair, err);

	if (r < 0)
		return r;
	own = pair[0];
	other = pair[1];
	idmap_choose(0, &map);
	pid_t pid = namespaces_clone(kinds | CLONE_NEWUSER, &pidfd, err);
	if (pid < 0)
		return (int)pid;
	if (pid == 0)
		run_part(run, &map, other, err);
	close(steal_fd(&other));
	r = let_go(&map, pid, own, err);
	if (r < 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return r;
}

/* Says that it works, or what `r` and the words, which are there already, say. */
static void judge(struct probes_result *ret, int r, enum probes_verdict if_not,
		  const char *if_good)
{
	if (r >= 0)
		say(ret, PROBES_GOOD, if_good);
	else
		ret->verdict = if_not;
}

static void probe_users(struct probes_result *ret)
{
	int r = try_in(0, NULL, &ret->words);

	judge(ret, r, PROBES_BAD, "new ones can be made");
}

static void probe_namespaces(struct probes_result *ret)
{
	int r = try_in(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
			       CLONE_NEWNET | CLONE_NEWCGROUP,
		       NULL, &ret->words);

	judge(ret, r, PROBES_BAD, "mount, pid, ipc, uts, net and cgroup can be made");
	if (r < 0 && !ret->words.hint[0])
		advise(ret, "a sysctl below user.max_*_namespaces may be used up or 0");
}

static int make_private(struct error *err)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return error_errno(err, errno, "cannot make the mounts private");
	return 0;
}

static int mount_proc(struct error *err)
{
	int r = make_private(err);

	return r < 0 ? r : proc_open(CLONE_NEWPID, err);
}

static void probe_proc(struct probes_result *ret)
{
	int r = try_in(CLONE_NEWNS | CLONE_NEWPID, mount_proc, &ret->words);

	judge(ret, r, PROBES_BAD, "a jail can have one of its own");
}

static int mount_overlay(struct error *err)
{
	static const struct mount_setting settings[] = {{"lowerdir", "lower"},
							{"upperdir", "upper"},
							{"workdir", "work"},
							{"userxattr", NULL}};
	int r = make_private(err);

	if (r < 0)
		return r;
	_cleanup_fd_ int scratch = mount_new("tmpfs", NULL, 0, 0, err);
	if (scratch < 0)
		return scratch;
	r = mount_attach(scratch, AT_FDCWD, "/proc", err);
	if (r < 0)
		return r;
	if (fchdir(scratch) < 0 || mkdir("lower", 0700) < 0 || mkdir("upper", 0700) < 0 ||
	    mkdir("work", 0700) < 0)
		return error_errno(err, errno, "cannot make folders in memory");
	return mount_new("overlay", settings, sizeof(settings) / sizeof(settings[0]), 0,
			 err);
}

/* What cannot be tried says nothing of what it is about. */
static bool lacks_namespaces(struct probes_result *ret)
{
	struct error err;

	if (try_in(CLONE_NEWNS, NULL, &err) >= 0)
		return false;
	say(ret, PROBES_LIMITED, "cannot be tried without namespaces, see there");
	return true;
}

static void probe_overlay(struct probes_result *ret)
{
	if (lacks_namespaces(ret))
		return;
	int r = try_in(CLONE_NEWNS, mount_overlay, &ret->words);

	judge(ret, r, PROBES_LIMITED, "what a jail writes can be thrown away, or kept");
	if (r < 0)
		advise(ret, "images are shown read-only; as root: modprobe overlay. For "
			    "ordinary users it needs Linux 5.11");
}

static void probe_ids(struct probes_result *ret)
{
	struct error err = {0};
	struct idmap map;

	idmap_choose(0, &map);
	if (idmap_widen(&map, &err) == 0) {
		say(ret, PROBES_GOOD, "a jail can have 65536 ids of its own");
		return;
	}
	say(ret, PROBES_LIMITED, "a jail has one id, which is the caller's");
	error_hint(&ret->words,
		   "for other owners, and programs that change their id: %s%s%s",
		   err.text, *err.hint ? "; " : "", err.hint);
}

static void probe_seccomp(struct probes_result *ret)
{
	uint32_t action = SECCOMP_RET_KILL_PROCESS;

	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0) {
		say(ret, PROBES_GOOD, "system calls can be filtered");
		return;
	}
	say(ret, PROBES_BAD, "system calls cannot be filtered");
	advise(ret, "the kernel needs CONFIG_SECCOMP_FILTER; --seccomp=off goes "
		    "without, which is weaker");
}

static void probe_landlock(struct probes_result *ret)
{
	enum { QUERY_VERSION = 1, OLDEST = 2, WITH_SCOPES = 6 };
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, QUERY_VERSION);

	if (version >= WITH_SCOPES) {
		error_set(&ret->words, EINVAL, "version %ld", version);
	} else if (version >= OLDEST) {
		ret->verdict = PROBES_LIMITED;
		error_set(&ret->words, EINVAL,
			  "version %ld: with --share net or pid it does not stop signals "
			  "and abstract sockets",
			  version);
		advise(ret, "Linux 6.12 has version 6");
	} else {
		say(ret, PROBES_LIMITED,
		    "none: the namespaces alone keep files outside away");
		advise(ret, "Linux 5.19 with CONFIG_SECURITY_LANDLOCK, and 'landlock' in "
			    "the kernel's lsm= list");
	}
}

static void probe_cache(struct probes_result *ret)
{
	char path[PATH_MAX];
	struct statvfs st;
	_cleanup_fd_ int fd = -1;
	int r = cachefolder_open(NULL, path, &fd, &ret->words);

	if (r < 0) {
		ret->verdict = r == -EPERM ? PROBES_BAD : PROBES_LIMITED;
		if (r != -EPERM)
			advise(ret,
			       "archives are unpacked into memory at each start; set "
			       "XDG_CACHE_HOME to a folder that can be written to");
		return;
	}
	if (fstatvfs(fd, &st) < 0) {
		error_errno(&ret->words, errno, "%s", path);
		ret->verdict = PROBES_LIMITED;
		return;
	}
	unsigned long long free_mib = (unsigned long long)st.f_bavail * st.f_frsize >> 20;
	error_set(&ret->words, EINVAL, "%s, %llu MiB free%s", path, free_mib,
		  st.f_flag & ST_NOEXEC ? ", noexec, which an overlay does not mind"
					: "");
	if (st.f_flag & ST_RDONLY) {
		ret->verdict = PROBES_LIMITED;
		advise(ret, "it is read-only: set XDG_CACHE_HOME to another folder");
	} else if (free_mib < 256) {
		ret->verdict = PROBES_LIMITED;
		advise(ret, "'jailctl cache prune' makes room");
	}
}

static void probe_helper(struct probes_result *ret)
{
	int fd = helper_find(NULL, &ret->words);

	judge(ret, fd, PROBES_BAD, "archives can be unpacked");
	if (fd >= 0)
		close(fd);
}

static int make_devices(struct error *err)
{
	int r = make_private(err);

	if (r < 0)
		return r;
	_cleanup_fd_ int dev = mount_new("tmpfs", NULL, 0, 0, err);
	if (dev < 0)
		return dev;
	r = mount_attach(dev, AT_FDCWD, "/proc", err);
	if (r == 0)
		r = devices_build(dev, false, err);
	if (r < 0)
		return r;
	_cleanup_fd_ int null = openat(dev, "null", O_RDWR | O_CLOEXEC);
	if (null >= 0)
		return 0;
	error_errno(err, errno, "the host's /dev/null cannot be opened in a jail");
	return error_hint(err, "/dev must not be mounted nodev");
}

static void probe_devices(struct probes_result *ret)
{
	int r = try_in(CLONE_NEWNS, make_devices, &ret->words);

	judge(ret, r, PROBES_BAD, "a jail can have the usual ones and terminals");
}

/* Root's directory images; the file system of the current folder is the likeliest of one. */
static void probe_shifting(struct probes_result *ret)
{
	struct error *err = &ret->words;
	_cleanup_fd_ int pidfd = -1, tree = -1;
	struct idmap map;
	int r;

	idmap_choose(0, &map);
	if (geteuid() != 0 || !map.is_range) {
		say(ret, PROBES_GOOD,
		    "not needed: the files of whoever starts a jail are the jail's");
		return;
	}
	if (lacks_namespaces(ret))
		return;
	tree = mount_copy(AT_FDCWD, ".", false, err);
	pid_t pid = tree < 0 ? tree : namespaces_clone(CLONE_NEWUSER, &pidfd, err);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		pause();
		_exit(0);
	}
	r = pid < 0 ? (int)pid : idmap_write(&map, pid, err);
	if (r == 0)
		r = idmap_mount(tree, pid, err);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	judge(ret, r, PROBES_LIMITED,
	      "the current folder's file system can show owners shifted");
	if (r < 0)
		advise(ret, "images that are directories on such a file system cannot be "
			    "used; archives can, and --share user");
}

static const struct {
	const char *name;
	void (*run)(struct probes_result *ret);
} probes[] = {
	{"kernel", probe_kernel},         {"users", probe_users},
	{"namespaces", probe_namespaces}, {"ids", probe_ids},
	{"shifting", probe_shifting},     {"proc", probe_proc},
	{"devices", probe_devices},       {"overlay", probe_overlay},
	{"seccomp", probe_seccomp},       {"landlock", probe_landlock},
	{"cache", probe_cache},           {"helper", probe_helper},
};

size_t probes_count(void)
{
	return sizeof(probes) / sizeof(probes[0]);
}

const char *probes_name(size_t index)
{
	return probes[index].name;
}

void probes_run(size_t index, struct probes_result *ret)
{
	*ret = (struct probes_result){.verdict = PROBES_GOOD};
	probes[index].run(ret);
}
