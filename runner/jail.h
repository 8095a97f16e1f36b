/* SPDX-License-Identifier: MIT */
/*
 * jail: everything that is known about a jail before it is made, and the stages that make it.
 * The parent fills the struct; after the clone the child only reads it.
 */
#ifndef RUNNER_JAIL_H
#define RUNNER_JAIL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "account.h"
#include "common/strlist.h"
#include "idmap.h"
#include "image.h"
#include "keep.h"
#include "options.h"
#include "protection.h"
#include "stage.h"
#include "volume.h"

/* What becomes of writes to the image. */
enum jail_root {
	JAIL_ROOT_OVERLAY,   /* thrown away, or kept beside it */
	JAIL_ROOT_READ_ONLY, /* forbidden */
	JAIL_ROOT_WRITE,     /* done, in a directory image */
};

struct detach;

struct jail {
	uint64_t namespaces; /* CLONE_NEW* */
	struct idmap map;
	char *owners; /* the image's list, owners.h; NULL: none to obey; owned */
	bool by_root; /* jailrun was started by root */
	struct image image;
	enum jail_root root;
	struct keep keep; /* where an overlay's writes stay; none: memory */
	struct protection protection;
	struct volume_list volumes;
	struct account account;
	struct strlist environment;
	struct strlist command; /* never empty */
	char hostname[65];
	const char *image_name; /* as the user wrote it; points into argv */
	const char *name;       /* in the registry; NULL: one is made. Points into argv */
	char *workdir;          /* absolute; owned */
	bool init_is_app;       /* COMMAND is pid 1 itself */
	struct detach *detach;  /* detach.h; NULL: jailrun stays with it. Borrowed */
	int64_t timeout,
		grace; /* ms; 0: no timeout. Between the stop signal and SIGKILL */
	int stop_signal;
	int status_fd;                                        /* -1: none; borrowed */
	void (*warn)(const char *format, ...) _printf_(1, 2); /* for what was given up */
	/* The caller's terminal, when stdin and stdout are one; the jail then gets its own. */
	bool has_terminal, has_terminal_stderr;
	struct termios terminal_modes;
	struct winsize terminal_size;
	/* Says what is worth knowing, but no failure; as log_verbose, which it is for jailrun. */
	void (*tell)(const char *format, ...) _printf_(1, 2);
	/* Where argv lies: init overwrites it, since it names files of the host. */
	char *arguments;
	size_t arguments_size;
};

/* clang-format off */
#define JAIL_NONE {.image = IMAGE_NONE, .keep = KEEP_NONE, .status_fd = -1}
/* clang-format on */

/*
 * Takes over what the options say, as far as that needs no look at the image. -EINVAL is a usage
 * error; other codes say that something named is not there or not allowed.
 */
int jail_read_options(const struct options *options, struct jail *jail,
		      struct error *err) _must_check_;

/*
 * Works out the whole jail: opens the image (unpacking it if need be), looks up the user, copies
 * root's volumes. Free with jail_free, also after a failure.
 */
int jail_prepare(const struct options *options, struct jail *jail,
		 struct error *err) _must_check_;

/* Whether stdin and stdout are a terminal, and what it is like; into the four members for that. */
void jail_look_at_terminal(struct jail *jail);

/* How a jail ended: what jailrun has to exit with and, if something failed, where. */
struct outcome {
	int status;
	enum stage stage;
};

/*
 * Makes the jail, runs its command and waits for the end. *ret is set also when it fails. -ETIME if
 * --timeout ended it.
 */
int jail_run(const struct jail *jail, struct outcome *ret,
	     struct error *err) _must_check_;

void jail_free(struct jail *jail);

#define _cleanup_jail_ __attribute__((cleanup(jail_free)))

#endif
