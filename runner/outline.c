/* SPDX-License-Identifier: MIT */
/* A jail's making in words, a line a step, in the order of the stages in jail.c. Called by jailrun. */
#include "outline.h"

#include <sched.h>
#include <stdarg.h>
#include <string.h>

#include "capabilities.h"
#include "common/path.h"
#include "namespaces.h"
#include "proc.h"
#include "signals.h"

/* One step; `format` makes what is done. */
_printf_(4, 5) static void step(FILE *out, const char *who, const char *about,
				const char *format, ...)
{
	char text[2 * PATH_MAX], safe[4 * sizeof(text)];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof(text), format, values);
	va_end(values);
	fprintf(out, "%-8s %-12s %s\n", who, about,
		path_escape(text, safe, sizeof(safe)));
}

static void print_image(const struct jail *jail, const struct options *options, FILE *out)
{
	if (jail->image.root_fd < 0)
		step(out, "parent", "image", "%s: unpack it %s", options->image,
		     options->no_cache ? "into memory" : "into the cache");
	else if (jail->image.is_unpacked)
		step(out, "parent", "image", "%s: unpacked already, at %s",
		     options->image, jail->image.path);
	else
		step(out, "parent", "image", "%s: a directory", options->image);
}

static void print_namespaces(const struct jail *jail, FILE *out)
{
	char fresh[128], shared[128];

	namespaces_print(jail->namespaces, fresh, sizeof(fresh));
	namespaces_print(~jail->namespaces, shared, sizeof(shared));
	step(out, "parent", "namespaces", "new: mount %s; the caller's: %s", fresh,
	     *shared ? shared : "none");
}

static void print_idmap(const struct jail *jail, FILE *out)
{
	const struct idmap *map = &jail->map;

	if (!(jail->namespaces & CLONE_NEWUSER))
		step(out, "parent", "idmap", "none: the jail's root is root");
	else if (!map->is_range)
		step(out, "parent", "idmap", "0 is %u:%u outside; there is no other id",
		     map->host, map->host_gid);
	else if (map->subids.count)
		step(out, "parent", "idmap",
		     "0 is %u:%u outside, 1-%u are %u-%u and %u-%u, by newuidmap and "
		     "newgidmap",
		     map->host, map->host_gid, map->subids.count, map->subids.uid,
		     map->subids.uid + map->subids.count - 1, map->subids.gid,
		     map->subids.gid + map->subids.count - 1);
	else
		step(out, "parent", "idmap", "0-%u are %u-%u outside", map->count - 1,
		     map->host, map->host + map->count - 1);
	if (jail->by_root && map->is_range && !jail->image.is_unpacked)
		step(out, "parent", "image", "shift its owners (an idmapped mount)");
}

static void print_early(const struct jail *jail, FILE *out)
{
	char text[1024];

	step(out, "child", "bounding set", "%s",
	     capabilities_print(jail->protection.capabilities, text, sizeof(text)));
	step(out, "child", "privileges", "no_new_privs");
	step(out, "child", "keyring", "a new session keyring");
	if (jail->namespaces & CLONE_NEWUTS)
		step(out, "child", "hostname", "%s", jail->hostname);
	step(out, "child", "network", "%s",
	     jail->namespaces & CLONE_NEWNET ? "loopback only" : "the caller's");
}

static void print_root(const struct jail *jail, const struct options *options, FILE *out)
{
	const char *const overlay = "overlay over the image; writes go to ";

	switch (jail->root) {
	case JAIL_ROOT_OVERLAY:
		if (options->keep)
			step(out, "child", "rootfs", "%s%s", overlay, options->keep);
		else
			step(out, "child", "rootfs", "%smemory", overlay);
		break;
	case JAIL_ROOT_READ_ONLY:
		step(out, "child", "rootfs", "the image, read-only");
		break;
	case JAIL_ROOT_WRITE:
		step(out, "child", "rootfs", "the image itself: WRITES CHANGE IT");
		break;
	}
}

static void print_proc(const struct jail *jail, FILE *out)
{
	const char *name;
	bool is_read_only;

	step(out, "child", "/proc", "%s",
	     jail->namespaces & CLONE_NEWPID ? "of the jail's own processes"
					     : "the caller's");
	for (size_t i = 0; (name = proc_mask(i, jail->namespaces, &is_read_only)); i++)
		if (*name)
			step(out, "child", "/proc", "%s: %s", name,
			     is_read_only ? "read-only" : "masked");
}

static void print_volumes(const struct jail *jail, FILE *out)
{
	for (size_t i = 0; i < jail->volumes.count; i++) {
		const struct volume *volume = &jail->volumes.items[i];

		if (!volume->source[0])
			step(out, "child", "volume", "%s: empty, in memory",
			     volume->target);
		else if (volume->is_device)
			step(out, "child", "device", "%s: the host's %s", volume->target,
			     volume->source);
		else
			step(out, "child", "volume", "%s: the host's %s%s%s",
			     volume->target, volume->source,
			     volume->read_only ? ", read-only" : "",
			     volume->is_idmapped && jail->by_root ? ", owners shifted"
								  : "");
	}
}

static void print_tree(const struct jail *jail, const struct options *options, FILE *out)
{
	print_root(jail, options, out);
	print_proc(jail, out);
	step(out, "child", "/dev", "null zero full random urandom tty, own pts and shm");
	step(out, "child", "/tmp, /run", "empty, in memory");
	print_volumes(jail, out);
	step(out, "child", "enter", "pivot_root, and let go of the old root");
	step(out, "child", "terminal", "%s",
	     jail->has_terminal ? "one of the jail's own" : "none");
}

static void print_limits(const struct rlimits *limits, FILE *out)
{
	for (size_t i = 0; limits->asked >> i; i++)
		if (limits->asked >> i & 1)
			step(out, "command", "rlimit", "%s %lld:%lld", rlimits_name(i),
			     (long long)limits->values[i].rlim_cur,
			     (long long)limits->values[i].rlim_max);
}

static void print_landlock(const struct protection *protection, FILE *out)
{
	if (protection->no_landlock) {
		step(out, "command", "Landlock", "OFF");
		return;
	}
	step(out, "command", "Landlock",
	     "only what is below / and the standard descriptors%s%s",
	     protection->shares_net ? "; no abstract sockets outside" : "",
	     protection->shares_pid ? "; no signals outside" : "");
}

static void print_command(const struct jail *jail, FILE *out)
{
	const struct protection *protection = &jail->protection;
	bool is_root = jail->account.uid == 0;
	char text[1024];

	step(out, "command", "user", "%u:%u%s%s", jail->account.uid, jail->account.gid,
	     jail->account.group_count ? " and supplementary groups" : "",
	     !is_root && !jail->map.is_range && (jail->namespaces & CLONE_NEWUSER)
		     ? ", in a user namespace more"
		     : "");
	step(out, "command", "capabilities", "%s",
	     capabilities_print(is_root ? protection->capabilities : protection->added,
				text, sizeof(text)));
	step(out, "command", "workdir", "%s", jail->workdir ? jail->workdir : "/");
	print_landlock(protection, out);
	print_limits(&protection->limits, out);
	step(out, "command", "seccomp", "%s%s",
	     protection->no_filter ? "OFF" : "the filter of system calls",
	     protection->shares_pid && !protection->no_filter
		     ? "; no limits or priorities outside"
		     : "");
	for (size_t i = 0; i < jail->environment.count; i++)
		step(out, "command", "environment", "%s", jail->environment.items[i]);
	for (size_t i = 0; i < jail->command.count; i++)
		step(out, "command", i ? "argument" : "execute", "%s",
		     jail->command.items[i]);
	if (!jail->command.count)
		step(out, "command", "execute", "what the image names");
}

static void print_end(const struct jail *jail, FILE *out)
{
	char signal[16];

	signals_name(jail->stop_signal, signal, sizeof(signal));
	if (jail->detach)
		step(out, "parent", "detach",
		     "a session of its own; COMMAND's output goes to a log");
	step(out, "parent", "supervise", "forward signals, wait for the end");
	if (jail->timeout)
		step(out, "parent", "timeout",
		     "after %lld ms %s, after %lld ms more KILL",
		     (long long)jail->timeout, signal, (long long)jail->grace);
}

void outline_print(const struct jail *jail, const struct options *options, FILE *out)
{
	print_image(jail, options, out);
	print_namespaces(jail, out);
	print_early(jail, out);
	print_idmap(jail, out);
	print_tree(jail, options, out);
	if (!jail->init_is_app)
		step(out, "init", "pid 1",
		     "reaps and forwards; capability kill, not to be traced%s",
		     jail->protection.no_filter ? "" : ", under the filter");
	else
		step(out, "init", "pid 1", "COMMAND itself");
	print_command(jail, out);
	print_end(jail, out);
}
