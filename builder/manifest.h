/* SPDX-License-Identifier: MIT */
/*
 * manifest: the set of everything that goes into an image, each entry with the reason why it is
 * there. It is keyed by canonical path: the path inside the image that passes through no symlink.
 *
 * Entries are either asked for (a file somebody named, and what it needs to start) or derived (made
 * by a rule). What is asked for wins: a derived entry gives way to it, and is made anew whenever
 * the image is added to. That is why adding A and then B gives the bytes of adding A and B.
 */
#ifndef BUILDER_MANIFEST_H
#define BUILDER_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "common/alloc.h"
#include "common/error.h"
#include "common/strlist.h"
#include "common/strmap.h"

enum entry_type {
	ENTRY_FILE,
	ENTRY_FOLDER,
	ENTRY_LINK, /* a symlink */
	ENTRY_CHAR,
	ENTRY_BLOCK,
	ENTRY_FIFO,
};

/* Where the bytes of a file are. */
enum entry_origin {
	ORIGIN_ROOT,  /* `source`, in the root that things are taken from */
	ORIGIN_TEXT,  /* `text`, made by us */
	ORIGIN_IMAGE, /* the image that is added to */
	ORIGIN_LAYER, /* the layer that a jail has written over it */
};

/* Why an entry is there: `by` needed `name`, which `rule` found. */
struct reason {
	/* By a rule of a template, or for what such a rule brought. */
	bool derived;
	/* The thing asked for at the end of the chain; NULL: the entry itself. Of two reasons the one with
	 * the first of these, bytewise, stays: not the one that came first. */
	const char *root;
	const char *rule; /* "asked", a rule of the loader, or one of ours */
	const char *
		by; /* canonical path of who needed it; NULL if nobody in the image did */
	const char *
		name; /* what it asked for: a DT_NEEDED, an interpreter; NULL if nothing */
	const char *
		detail; /* how much it is wanted and for what, if it is opened only at run time */
};

struct entry {
	const char *path;
	enum entry_type type;
	mode_t mode; /* permission bits only */
	uid_t uid;
	gid_t gid;
	int64_t mtime; /* of a foreign entry; ours get the epoch of the image */
	dev_t rdev;
	const char *target; /* of a symlink */
	const char
		*source; /* where it was taken from, inside the root; NULL: made by us */
	const char *package;     /* that owns the source; NULL if none is known */
	const char *sha256;      /* of a file, see digests.h; NULL: nobody asked for it */
	struct timespec changed; /* the ctime that it had then; zero: not known */
	struct reason reason;
	bool stale; /* a rule brought it at an earlier time, and none has yet this time */
	enum entry_origin origin;
	const char *text;       /* ORIGIN_TEXT */
	uint64_t size;          /* of ORIGIN_TEXT and ORIGIN_IMAGE */
	uint64_t offset;        /* of ORIGIN_IMAGE, in the file of the content */
	uint64_t device, inode; /* entries that share both are hard links; 0, 0: alone */
};

struct content;

struct manifest {
	struct arena arena;
	struct entry *
		*entries; /* in the order of adding until manifest_finish sorts them */
	size_t count, capacity;
	struct strmap by_path;
	const struct content *content; /* compares two files; borrowed */
	bool replace;                  /* the new one wins where contents differ */
	bool deriving;                 /* what is added now comes from a rule */
	bool records_owners;  /* the image is a folder: the record tells of them */
	const char *root;     /* of what is added now; NULL: each is its own. Borrowed */
	struct strlist notes; /* what the user should know */
};

/* The rules of ours, as they stand in reasons. */
#define RULE_ASKED "asked"
#define RULE_FOUND "found"       /* was in an image that this program did not make */
#define RULE_FOLDER "folder"     /* lies in a folder that was asked for */
#define RULE_LINK "link"         /* what a symlink in such a folder points at */
#define RULE_TEMPLATE "template" /* `name` says which; with `by` it is a rule */
#define RULE_BASE "base"
#define RULE_TERMINFO "terminfo"
#define RULE_CACHE "cache"
#define RULE_PACKAGES "packages"
#define RULE_PARENT "parent" /* the folder of something */
#define RULE_RECORD "record" /* our own files in /.jail */

/* Our own files: what is in the image and why, and how it wants to be run. */
#define RECORD_PATH "/.jail/manifest.json"
#define SETTINGS_PATH "/.jail/config"
#define OWNERS_PATH "/.jail/owners"

/* Whether a rule makes the entries of this reason, not somebody's wish. */
bool manifest_is_derived(const struct reason *reason);

/* Writes the reason as a few words, names escaped, to `ret`; returns it. */
const char *manifest_describe(const struct reason *reason, char *ret, size_t size);

/* The entry of a canonical path; NULL if there is none. */
struct entry *manifest_find(const struct manifest *manifest, const char *path);

/* Whether the canonical path is a folder of the image, named or only implied by what is in it. */
bool manifest_has_folder(const struct manifest *manifest, const char *path);

/*
 * Adds a copy of `entry`, or nothing where an equal or a stronger one is. -EEXIST where the path
 * is taken by something else and `replace` is not set. Source and image are read to compare.
 */
int manifest_add(struct manifest *manifest, const struct entry *entry,
		 struct error *err) _must_check_;

/* Adds a file that we wrote ourselves: mode 0644, `text` is copied. */
int manifest_add_text(struct manifest *manifest, const char *path, const char *text,
		      const struct reason *reason, struct error *err) _must_check_;

/*
 * Where `path` (normalized) lies in the image: follows the symlinks of the manifest in all but the
 * last component. Writes the canonical path to `ret` (PATH_MAX bytes). -ELOOP after 40 links.
 */
int manifest_place(const struct manifest *manifest, const char *path, char *ret,
		   struct error *err) _must_check_;

/* Says something that the user should know. */
int manifest_note(struct manifest *manifest, struct error *err, const char *format, ...)
	_printf_(3, 4) _must_check_;

/*
 * Adds the missing folders above every entry and sorts bytewise, so that a folder stands before
 * what is in it. -ENOTDIR if something lies below what is no folder.
 */
int manifest_finish(struct manifest *manifest, struct error *err) _must_check_;

void manifest_free(struct manifest *manifest);

#define _cleanup_manifest_ __attribute__((cleanup(manifest_free)))

#endif
