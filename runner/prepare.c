/* SPDX-License-Identifier: MIT */
/*
 * From the options to a struct jail: everything that can be decided, opened or refused before the
 * clone is so here, in the caller's identity. Called by the main file, through jail.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/path.h"
#include "common/sysroot.h"
#include "dossier.h"
#include "duration.h"
#include "environment.h"
#include "ids.h"
#include "jail.h"
#include "capabilities.h"
#include "namespaces.h"
#include "quantity.h"
#include "reach.h"
#include "settings.h"
#include "signals.h"
#include "status.h"

/* A label as in hostname(7), or several with dots; the kernel itself takes any 64 bytes. */
static bool is_hostname(const char *name)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
	size_t length = strlen(name);

	return length && length <= 64 && strspn(name, allowed) == length &&
	       name[0] != '-';
}

static int check_hostname(const struct options *options, const struct jail *jail,
			  struct error *err)
{
	if (!options->hostname)
		return 0;
	if (!(jail->namespaces & CLONE_NEWUTS))
		return error_set(err, EINVAL,
				 "--hostname cannot be used with --share uts");
	if (!is_hostname(options->hostname))
		return error_set(err, EINVAL, "--hostname: '%s' is no valid name",
				 options->hostname);
	return 0;
}

static int check_name(const struct options *options, struct jail *jail, struct error *err)
{
	jail->name = options->name;
	jail->image_name = options->image;
	return jail->name ? dossier_check_name(jail->name, "--name", err) : 0;
}

static int check_words(const struct options *options, struct error *err)
{
	const char *workdir = options->workdir;
	int r = options->user ? account_check(options->user, err) : 0;

	if (r < 0)
		return r;
	if (workdir && workdir[0] != '/')
		return error_set(err, EINVAL, "--workdir: '%s' is not absolute", workdir);
	return environment_check(&options->env, err);
}

static int choose_namespaces(const struct options *options, struct jail *jail,
			     struct error *err)
{
	int r = namespaces_choose(&options->share, &jail->namespaces, err);

	if (r < 0)
		return r;
	jail->by_root = geteuid() == 0;
	if (!(jail->namespaces & CLONE_NEWUSER) && !jail->by_root)
		return error_set(err, EPERM, "--share user needs root");
	idmap_choose(0, &jail->map);
	return ids_check(options->ids, jail, err);
}

static int choose_root(const struct options *options, struct jail *jail,
		       struct error *err)
{
	jail->root = options->read_only ? JAIL_ROOT_READ_ONLY
		     : options->write   ? JAIL_ROOT_WRITE
					: JAIL_ROOT_OVERLAY;
	if (options->write && jail->image.is_unpacked)
		return error_set(err, EINVAL,
				 "--write needs a directory image, %s is an archive",
				 options->image);
	if (jail->image.is_unpacked && jail->map.is_range &&
	    !(jail->namespaces & CLONE_NEWUSER)) {
		error_set(err, EINVAL, "--share user needs a directory image");
		return error_hint(
			err, "an archive is unpacked for the jail's ids, not for root's");
	}
	return 0;
}

static int choose_workdir(const struct options *options, const struct settings *settings,
			  struct jail *jail, struct error *err)
{
	const char *wanted = options->workdir    ? options->workdir
			     : settings->workdir ? settings->workdir
						 : "/";

	if (wanted[0] != '/')
		return error_set(err, EINVAL, "the image's workdir '%s' is not absolute",
				 wanted);
	size_t size = strlen(wanted) +
		      1; /* cleaning an absolute path makes it no longer */
	if (size > PATH_MAX)
		return error_set(err, ENAMETOOLONG, "--workdir: the path is too long");
	free(jail->workdir);
	jail->workdir = malloc(size + 1);
	if (!jail->workdir)
		return error_nomem(err);
	return path_normalize(wanted, jail->workdir, size + 1, err);
}

static bool is_in_image(const struct jail *jail, const char *path)
{
	struct sysroot root = {.fd = jail->image.root_fd};
	struct stat st;

	return sysroot_stat(&root, path, &st) == 0 && S_ISREG(st.st_mode);
}

/* Without COMMAND: the user's shell if the image has it, else the shells that most images have. */
static const char *choose_shell(const struct jail *jail)
{
	static const char *const usual[] = {"/bin/bash", "/usr/bin/bash", "/bin/sh",
					    "/usr/bin/sh"};

	if (jail->account.shell[0] && is_in_image(jail, jail->account.shell))
		return jail->account.shell;
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (is_in_image(jail, usual[i]))
			return usual[i];
	return NULL;
}

static int add_words(struct strlist *list, char *const *words, struct error *err)
{
	int r = 0;

	for (; r >= 0 && words && *words; words++)
		r = strlist_add(list, *words, err);
	return r;
}

/* As docker: the entrypoint stays in front; the user's COMMAND takes the place of cmd. */
static int choose_command(const struct options *options, const struct settings *settings,
			  struct jail *jail, struct error *err)
{
	int r;

	if (options->entrypoint)
		r = *options->entrypoint
			    ? strlist_add(&jail->command, options->entrypoint, err)
			    : 0;
	else
		r = add_words(&jail->command, settings->entrypoint.items, err);
	if (r < 0)
		return r;
	bool own_command = !*options->command && !options->entrypoint;
	r = add_words(&jail->command,
		      own_command ? settings->command.items : options->command, err);
	if (r < 0 || jail->command.count)
		return r;
	const char *shell = choose_shell(jail);
	if (!shell) {
		error_set(err, EINVAL, "no COMMAND given, and %s has no shell",
			  options->image);
		return error_hint(err, "jailrun IMAGE COMMAND [ARG…]");
	}
	return strlist_add(&jail->command, shell, err);
}

static int choose_user(const struct options *options, const struct settings *settings,
		       struct jail *jail, struct error *err)
{
	const char *user = options->user ? options->user : settings->user;
	int r = account_find(jail->image.root_fd, user, &jail->account, err);

	if (r < 0)
		return r;
	return environment_build(&jail->account, &settings->environment, &options->env,
				 &jail->environment, err);
}

/* Both, or none: with only one of them a terminal, bytes must pass untouched (as in docker -t). */
void jail_look_at_terminal(struct jail *jail)
{
	jail->has_terminal = tcgetattr(STDIN_FILENO, &jail->terminal_modes) == 0 &&
			     isatty(STDOUT_FILENO) &&
			     ioctl(STDIN_FILENO, TIOCGWINSZ, &jail->terminal_size) == 0;
	jail->has_terminal_stderr = isatty(STDERR_FILENO);
}

/* What the image says about itself, and what the user says instead. */
static int obey_settings(const struct options *options, struct jail *jail,
			 struct error *err)
{
	_cleanup_settings_ struct settings settings = {0};

	if (jail->image.root_fd < 0) /* not unpacked yet: a plan */
		return add_words(&jail->command, options->command, err);
	int r = settings_read(jail->image.root_fd, &settings, err);
	if (r < 0)
		return r;
	r = choose_workdir(options, &settings, jail, err);
	if (r < 0)
		return r;
	r = choose_user(options, &settings, jail, err);
	return r < 0 ? r : choose_command(options, &settings, jail, err);
}

static int read_limits(const struct options *options, struct image_options *ret,
		       struct error *err)
{
	int r = 0;

	if (options->max_unpacked)
		r = quantity_read("max-unpacked", options->max_unpacked, true,
				  &ret->max_bytes, err);
	if (r == 0 && options->max_entries)
		r = quantity_read("max-entries", options->max_entries, false,
				  &ret->max_entries, err);
	return r;
}

static int read_signal(const char *word, int *ret, struct error *err)
{
	*ret = SIGTERM;
	if (!word)
		return 0;
	*ret = signals_find(word);
	if (*ret > 0)
		return 0;
	error_set(err, EINVAL, "--stop-signal: there is no signal '%s'", word);
	return error_hint(err, "for example TERM, QUIT, RTMIN+3, or a number");
}

/* How COMMAND is begun, watched and ended. */
static int read_life(const struct options *options, struct jail *jail, struct error *err)
{
	const char *init = options->init;

	jail->init_is_app = init && !strcmp(init, "app");
	if (init && !jail->init_is_app && strcmp(init, "default") != 0)
		return error_set(err, EINVAL,
				 "--init: '%s' is neither 'default' nor 'app'", init);
	if (jail->init_is_app && !(jail->namespaces & CLONE_NEWPID))
		return error_set(err, EINVAL,
				 "--init=app cannot be used with --share pid");
	int r = read_signal(options->stop_signal, &jail->stop_signal, err);
	if (r == 0 && options->timeout)
		r = duration_read("--timeout", options->timeout, &jail->timeout, err);
	jail->grace = 10000;
	if (r == 0 && options->stop_timeout)
		r = duration_read("--stop-timeout", options->stop_timeout, &jail->grace,
				  err);
	return r;
}

/* Over ids of its own a jail has what it is given; over the host's only what the caller has. */
static int check_capabilities(const struct jail *jail, struct error *err)
{
	char names[1024];
	uint64_t lacking = jail->namespaces & CLONE_NEWUSER
				   ? 0
				   : capabilities_lacking(jail->protection.capabilities);

	if (!lacking)
		return 0;
	error_set(err, EPERM, "--share user: jailrun itself lacks the capabilities %s",
		  capabilities_print(lacking, names, sizeof(names)));
	return error_hint(err, "--cap-drop leaves them out");
}

int jail_read_options(const struct options *options, struct jail *jail, struct error *err)
{
	int r = options->status_fd ? status_open(options->status_fd, err) : -1;

	if (options->status_fd && r < 0)
		return r;
	jail->status_fd = r;
	r = choose_namespaces(options, jail, err);

	if (r < 0)
		return r;
	r = check_hostname(options, jail, err);
	if (r < 0)
		return r;
	r = check_words(options, err);
	if (r == 0) /* wrong usage is said before anything is opened */
		r = read_limits(options, &(struct image_options){0}, err);
	if (r == 0)
		r = check_name(options, jail, err);
	if (r < 0)
		return r;
	r = read_life(options, jail, err);
	if (r < 0)
		return r;
	r = protection_read(options, jail->namespaces, &jail->protection, err);
	if (r == 0)
		r = check_capabilities(jail, err);
	if (r < 0)
		return r;
	return volume_read(&(struct volume_words){&options->volumes, &options->tmpfs,
						  &options->devices},
			   &jail->volumes, err);
}

static int open_keep(const struct options *options, struct jail *jail, struct error *err)
{
	bool own_ids = jail->namespaces & CLONE_NEWUSER;
	struct keep_request request = {
		.image = options->image,
		.named = &jail->image.named,
		.mode = jail->image.stat.st_mode,
		.uid = own_ids ? jail->map.host : geteuid(),
		.gid = own_ids ? jail->map.host_gid : getegid(),
		.by_root = jail->by_root,
	};

	if (options->plan) /* it would be made */
		return 0;
	return options->keep ? keep_open(options->keep, &request, &jail->keep, err) : 0;
}

#define LEFT_BEHIND                                                                   \
	"the jail can leave set-id programs of root in it, and others can reach it; " \
	"close a folder above it (chmod go-x)"

/* Root of root's jail is nobody outside, but what it writes by a shifted mount is root's. */
static void warn_of_traces(const struct options *options, const struct jail *jail)
{
	if (!jail->by_root)
		return;
	if (options->write && reach_is_open(options->image))
		jail->warn("image %s: " LEFT_BEHIND, options->image);
	for (size_t i = 0; i < jail->volumes.count; i++) {
		const struct volume *volume = &jail->volumes.items[i];

		if (volume->is_idmapped && !volume->read_only &&
		    S_ISDIR(volume->stat.st_mode) && reach_is_open(volume->source))
			jail->warn("volume %s: " LEFT_BEHIND, volume->source);
	}
}

int jail_prepare(const struct options *options, struct jail *jail, struct error *err)
{
	bool progress = !options->common.quiet && isatty(STDERR_FILENO);
	struct image_options unpacking = {.progress = progress,
					  .no_cache = options->no_cache,
					  .look_only = options->plan};
	int r = read_limits(options, &unpacking, err);

	if (r == 0)
		r = image_open(options->image, &unpacking, &jail->image, err);
	if (r < 0)
		return r;
	r = choose_root(options, jail, err);
	if (r == 0)
		r = ids_choose(options, jail, err);
	if (r == 0)
		r = open_keep(options, jail, err);
	if (r < 0)
		return r;
	snprintf(jail->hostname, sizeof(jail->hostname), "%s",
		 options->hostname ? options->hostname : jail->image.name);
	r = obey_settings(options, jail, err);
	if (r < 0)
		return r;
	if (!jail->detach)
		jail_look_at_terminal(jail);
	warn_of_traces(options, jail);
	return jail->by_root ? volume_copy_mounts(&jail->volumes, err) : 0;
}
