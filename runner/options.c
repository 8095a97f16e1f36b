/* SPDX-License-Identifier: MIT */
/*
 * The table of jailrun's options, with docker run's names where docker has the thing. Called by
 * the main file.
 */
#include "options.h"

#include <errno.h>

#define AT(member) offsetof(struct options, member)

static const struct cli_option table[] = {
	{"env", 'e', CLI_LIST, AT(env), "NAME[=VALUE]",
	 "set a variable, or pass on the caller's"},
	{"workdir", 'w', CLI_STRING, AT(workdir), "DIR",
	 "start in this folder of the jail"},
	{"user", 'u', CLI_STRING, AT(user), "USER[:GROUP]",
	 "run as this user of the image"},
	{"entrypoint", 0, CLI_STRING, AT(entrypoint), "PROGRAM",
	 "run this in place of the image's entrypoint"},
	{"hostname", 'h', CLI_STRING, AT(hostname), "NAME", "the jail's hostname"},
	{"name", 0, CLI_STRING, AT(name), "NAME", "what jailctl calls the jail"},
	{"detach", 'd', CLI_FLAG, AT(detach), NULL,
	 "go on in the background; print the jail's name"},
	{"log-size", 0, CLI_STRING, AT(log_size), "SIZE",
	 "keep that much of a detached jail's output (16m)"},
	{"rm", 0, CLI_FLAG, AT(remove), NULL,
	 "keep nothing of a detached jail that has ended"},
	{"volume", 'v', CLI_LIST, AT(volumes), "SRC:DST[:ro|rw,idmap]",
	 "show a file or folder of the host at DST"},
	{"tmpfs", 0, CLI_LIST, AT(tmpfs), "DST[:size=N,mode=M]",
	 "an empty folder in memory"},
	{"device", 0, CLI_LIST, AT(devices), "SRC[:DST]", "show a device of the host"},
	{"share", 0, CLI_LIST, AT(share), "NAME[,NAME]",
	 "do not unshare: user, net, pid, ipc, uts, cgroup"},
	{"ids", 0, CLI_STRING, AT(ids), "auto|range|single",
	 "range: 65536 ids, by newuidmap for an ordinary user"},
	{"keep", 0, CLI_STRING, AT(keep), "DIR",
	 "keep what is written in DIR, for the next run"},
	{"cap-add", 0, CLI_LIST, AT(cap_add), "NAME[,NAME]",
	 "give a capability more; ALL gives all"},
	{"cap-drop", 0, CLI_LIST, AT(cap_drop), "NAME[,NAME]",
	 "give a capability less; ALL leaves none"},
	{"rlimit", 0, CLI_LIST, AT(rlimits), "NAME=SOFT[:HARD]", "set a resource limit"},
	{"seccomp", 0, CLI_STRING, AT(seccomp), "default|off",
	 "off: let every system call through"},
	{"landlock", 0, CLI_STRING, AT(landlock), "default|off",
	 "off: leave files outside to the namespaces alone"},
	{"init", 0, CLI_STRING, AT(init), "default|app", "app: COMMAND itself is pid 1"},
	{"timeout", 0, CLI_STRING, AT(timeout), "TIME",
	 "end COMMAND after that (90, 1.5m, 2h)"},
	{"stop-signal", 0, CLI_STRING, AT(stop_signal), "SIGNAL",
	 "ask COMMAND to end by this one (TERM)"},
	{"stop-timeout", 0, CLI_STRING, AT(stop_timeout), "TIME",
	 "kill what has not ended that long after (10)"},
	{"status-fd", 0, CLI_STRING, AT(status_fd), "N",
	 "write to descriptor N what becomes of the jail, as JSON"},
	{"read-only", 0, CLI_FLAG, AT(read_only), NULL, "forbid writes to the image"},
	{"no-cache", 0, CLI_FLAG, AT(no_cache), NULL,
	 "unpack an archive into memory, for this run"},
	{"max-unpacked", 0, CLI_STRING, AT(max_unpacked), "SIZE",
	 "refuse an archive that unpacks to more; default 64g"},
	{"max-entries", 0, CLI_STRING, AT(max_entries), "N",
	 "refuse an archive with more entries; default 1000000"},
	{"write", 0, CLI_FLAG, AT(write), NULL, "write into a directory image"},
	{"plan", 0, CLI_FLAG, AT(plan), NULL,
	 "print every step that would be taken; take none"},
};

const struct cli_program options_program = {
	.name = "jailrun",
	.usage = "[OPTION…] IMAGE [COMMAND [ARG…]]",
	.summary = "Runs a command inside an image (a folder or a tar), in fresh "
		   "namespaces.",
	.notes = "Exit status: COMMAND's; 128+N if signal N ended it; 125 the jail could "
		 "not be set\n"
		 "up; 126 COMMAND cannot be executed; 127 it was not found; 2 wrong "
		 "usage.\n",
	.options = table,
	.option_count = sizeof(table) / sizeof(table[0]),
	.stop_at_operand = true,
	.letter_v_is_taken = true,
};

int options_parse(int argc, char **argv, struct options *ret, struct error *err)
{
	int first;
	int r = cli_parse(&options_program, argc, argv, ret, &first, err);

	if (r < 0 || ret->common.help || ret->common.version)
		return r;
	if (first >= argc) {
		error_set(err, EINVAL, "no IMAGE given");
		return error_hint(
			err,
			"jailrun IMAGE [COMMAND…]; 'jailrun --help' lists the options");
	}
	if (ret->read_only && ret->write)
		return error_set(err, EINVAL,
				 "--read-only and --write exclude each other");
	if (ret->keep && (ret->read_only || ret->write))
		return error_set(err, EINVAL, "--keep and %s exclude each other",
				 ret->write ? "--write" : "--read-only");
	ret->image = argv[first];
	ret->command = argv + first + 1;
	return 0;
}

void options_free(struct options *options)
{
	strlist_free(&options->volumes);
	strlist_free(&options->tmpfs);
	strlist_free(&options->devices);
	strlist_free(&options->env);
	strlist_free(&options->share);
	strlist_free(&options->cap_add);
	strlist_free(&options->cap_drop);
	strlist_free(&options->rlimits);
}
