/* SPDX-License-Identifier: MIT */
/*
 * elfdeps: what an ELF program or script needs to start, without running anything. The outer door
 * of this folder: the only header of it that other folders include.
 *
 * A resolver holds one root and one set of options, and remembers every file it has read; each
 * elfdeps_resolve gives one closure. Everything that a closure points to belongs to the resolver
 * and lives until elfdeps_free. Nothing here prints, exits or keeps global state. A resolver must
 * not be used by two threads at once.
 *
 * The rules are those of glibc's loader (elf/dl-load.c, elf/dl-deps.c, elf/dl-cache.c) and of the
 * kernel's execve (fs/binfmt_elf.c, fs/binfmt_script.c).
 */
#ifndef ELFDEPS_ELFDEPS_H
#define ELFDEPS_ELFDEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/errorvalue.h"

#ifdef __cplusplus
extern "C" {
#endif

struct elfdeps;
struct elfdeps_place;

/* Sees every place that is looked at for a name, in order; `place` and all in it die with the call. */
struct elfdeps_trace {
	void (*look)(void *data, const struct elfdeps_place *place); /* NULL: none */
	void *data;
};

/* What the caller's own files say of one path. Two paths with equal device and inode are one file. */
struct elfdeps_file {
	uint64_t device, inode;
	uint32_t mode; /* as st_mode: S_IFREG, S_IFDIR, S_IFLNK …, and the permissions */
};

/*
 * The files of a root that is no folder of this machine: a tree inside an archive, say. Paths are
 * absolute in that tree, and canonical but for their last part, which may be a symlink: the resolver
 * walks. It never asks for "/". Each function answers -errno if it fails; -ENOENT: not there.
 */
struct elfdeps_files {
	/* As lstat(2). A folder above a file must be there too. */
	int (*stat)(void *data, const char *path, struct elfdeps_file *ret);
	/* As readlink(2): the length, of at most `size` bytes, without a NUL. */
	int (*readlink)(void *data, const char *path, char *ret, size_t size);
	/* Of a regular file: a descriptor to read from, of a memfd_create(2) say. It is the resolver's,
	 * which moves its offset and closes it before the call that asked for it returns. */
	int (*open)(void *data, const char *path);
};

/* How much a program misses without something. */
enum elfdeps_strength {
	ELFDEPS_REQUIRED, /* it does not start, or is no use */
	ELFDEPS_RECOMMENDED,
	ELFDEPS_SUGGESTED,
};

/* Which libraries that are only opened at run time are looked for: those of a strength and above. */
enum elfdeps_optional {
	ELFDEPS_OPTIONAL_NONE,
	ELFDEPS_OPTIONAL_REQUIRED,
	ELFDEPS_OPTIONAL_RECOMMENDED,
	ELFDEPS_OPTIONAL_SUGGESTED,
};

struct elfdeps_options {
	const char *root;         /* resolve as if chrooted there; NULL: the host */
	const char *library_path; /* as LD_LIBRARY_PATH; NULL: none */
	const char *preload;      /* as LD_PRELOAD; NULL: none */
	const char *hwcaps;       /* none, host, all or a name; NULL: none */
	struct elfdeps_trace trace;
	bool secure; /* as a set-user-ID program, whatever its mode: AT_SECURE of ld.so(8) */
	const struct elfdeps_files
		*files;   /* instead of `root`, which is NULL then; or NULL */
	void *files_data; /* the first argument of each; must live until elfdeps_free */
	enum elfdeps_optional
		optional; /* how far to look for what is opened at run time */
	bool strings; /* with ELFDEPS_OPTIONAL_SUGGESTED: also names that stand as strings */
};

/* What the first bytes of a file say it is. */
enum elfdeps_kind {
	ELFDEPS_OTHER, /* data: needs nothing */
	ELFDEPS_ELF,
	ELFDEPS_SCRIPT, /* starts with #! */
};

/* The rule by which an object was found; see ld.so(8). */
enum elfdeps_rule {
	ELFDEPS_RULE_ASKED,  /* the file that the caller named */
	ELFDEPS_RULE_SCRIPT, /* the interpreter on the #! line */
	ELFDEPS_RULE_ENV,    /* the program that `env` on the #! line looks up in PATH */
	ELFDEPS_RULE_INTERP, /* PT_INTERP */
	ELFDEPS_RULE_PRELOAD,
	ELFDEPS_RULE_LOADED, /* a name or SONAME of an object that is there already */
	ELFDEPS_RULE_PATH,   /* the name contains a slash */
	ELFDEPS_RULE_RPATH,
	ELFDEPS_RULE_LIBRARY_PATH,
	ELFDEPS_RULE_RUNPATH,
	ELFDEPS_RULE_CACHE,   /* /etc/ld.so.cache */
	ELFDEPS_RULE_DEFAULT, /* a folder that is compiled into the loader */
	ELFDEPS_RULE_MISSING, /* not found */
};

struct elfdeps_object;

/* One reason why an object is in the closure. */
struct elfdeps_edge {
	const char *name; /* as written in the file: a DT_NEEDED, PT_INTERP, … */
	struct elfdeps_object *object; /* NULL: missing */
	/* What the rule used: the folder, the search path. Of what is missing: what would help. Or NULL. */
	const char *detail;
	enum elfdeps_rule rule;
	bool relative; /* found by a path that depends on the current folder */
	bool again;    /* the file found was loaded before, under another name or path */
	enum elfdeps_strength strength;
	/* Who says that it is opened at run time, and for what; NULL: the loader loads it at the start. */
	const char *reason;
};

/* What became of one place that was looked at. */
enum elfdeps_verdict {
	ELFDEPS_FOUND,  /* taken: the last place for this name */
	ELFDEPS_ABSENT, /* nothing there, or not for us to open */
	ELFDEPS_SKIPPED, /* a library of another class or machine; or the rule does not hold here */
	ELFDEPS_ENDS,    /* an error at which the rest of this path is given up */
	ELFDEPS_FATAL,   /* the loader ends the program there: the last place */
	ELFDEPS_NOWHERE, /* not a place: all were looked at, the name is missing */
};

struct elfdeps_place {
	const struct elfdeps_object *by; /* who asks */
	const char *name;                /* as written there */
	enum elfdeps_rule rule;
	const char *path; /* NULL: the rule as a whole */
	enum elfdeps_verdict verdict;
	const char *reason; /* NULL if the verdict says it all */
};

struct elfdeps_object {
	/* Inside the root, as the loader opens it: not its realpath. Of equal paths one resolver has one
	 * text, so that their pointers are equal. */
	const char *path;
	const char *soname; /* NULL if none */
	const char *interp; /* PT_INTERP; NULL if none */
	enum elfdeps_kind kind;
	uint16_t machine;              /* e_machine */
	unsigned char elf_class, data; /* EI_CLASS, EI_DATA */
	uint64_t device, inode;
	const struct elfdeps_edge *edges; /* in file order */
	size_t edge_count;
	enum elfdeps_strength strength; /* the best by which it is reached */
};

/* What one file needs, in load order: the file, then breadth first, the interpreter once. */
struct elfdeps_closure {
	struct elfdeps_object *const *objects;
	size_t count;
	size_t missing; /* required edges, of required objects, without an object */
	/* What is only opened at run time, and what that brings, as far as it is not in `objects`. */
	struct elfdeps_object *const *extras;
	size_t extra_count;
};

/* Makes a resolver; `options` (may be NULL) is copied, `files` too. Free with elfdeps_free. -EINVAL:
 * hwcaps that are none; files without one of their functions, or a root beside them. */
int elfdeps_new(const struct elfdeps_options *options, struct elfdeps **ret,
		struct error *err) _must_check_;
void elfdeps_free(struct elfdeps *resolver);

/*
 * Forgets the closures and problems handed out so far, which must not be used any more, and keeps what
 * was read of files: who resolves thousands and is done with each in turn needs no more memory than
 * the largest takes. What lives on, until elfdeps_free, is the `path` of each object.
 */
void elfdeps_release(struct elfdeps *resolver);

static inline void elfdeps_cleanup(struct elfdeps **resolver)
{
	elfdeps_free(*resolver);
}
#define _cleanup_elfdeps_ __attribute__((cleanup(elfdeps_cleanup)))

/* Tells what `path` (inside the root) is, by its first bytes. Data is no error. */
int elfdeps_classify(struct elfdeps *resolver, const char *path, enum elfdeps_kind *ret,
		     struct error *err) _must_check_;

/*
 * Tells which paths elfdeps_resolve will be asked for, in this order, so that threads of the library's
 * own can read those files ahead where there are processors to spare. `paths` must live until
 * elfdeps_free. Only a hint: every answer is the same without it. -EBUSY: was called before.
 */
int elfdeps_prefetch(struct elfdeps *resolver, const char *const *paths, size_t count,
		     struct error *err) _must_check_;

/*
 * Resolves `path` (inside the root): a program, a library or a script. Missing libraries are no
 * error here: ret->missing counts them and their edges have the rule ELFDEPS_RULE_MISSING.
 * Errors: -ENOEXEC the file is neither ELF nor a script, or malformed; -ELIBBAD a candidate that
 * the loader would give up at (named in err); else the errno of opening it.
 */
int elfdeps_resolve(struct elfdeps *resolver, const char *path,
		    struct elfdeps_closure *ret, struct error *err) _must_check_;

/* What is wrong with what a closure found. */
enum elfdeps_problem_kind {
	ELFDEPS_PROBLEM_MISSING,  /* a need leads nowhere */
	ELFDEPS_PROBLEM_VERSION,  /* a symbol version that its file does not define */
	ELFDEPS_PROBLEM_PROVIDER, /* versions of a file that nothing loads by that name */
	ELFDEPS_PROBLEM_SYMBOL,   /* a symbol that no loaded object defines */
	ELFDEPS_PROBLEM_MALFORMED, /* symbols that cannot be read */
	ELFDEPS_PROBLEM_CACHE, /* an ld.so.cache entry that leads nowhere or is misplaced */
};

struct elfdeps_problem {
	enum elfdeps_problem_kind kind;
	bool failure;  /* false: worth knowing, and no program fails by it */
	bool at_start; /* of a symbol: the start fails; false: the first call of it does */
	const char *object;   /* path of the file that has it */
	const char *name;     /* the symbol or the library; NULL if it is about neither */
	const char *version;  /* the symbol version; NULL if none */
	const char *provider; /* the file that was asked, by name; NULL if none */
	const char *text;     /* the cause in a few words, without `object` */
};

/* In load order; `count` is bounded, `failures` and `notes` count all. */
struct elfdeps_problems {
	const struct elfdeps_problem *items;
	size_t count, failures, notes;
};

/*
 * Checks what a start of `closure` would still fail at once all files are found: symbol versions
 * and undefined symbols, after the rules of elf/dl-version.c and elf/dl-lookup.c. This reads the
 * symbol tables of all objects. For a library without its program, symbols that nothing defines
 * are no failures: that program may have them. -E2BIG: too large to be checked.
 */
int elfdeps_check(struct elfdeps *resolver, const struct elfdeps_closure *closure,
		  struct elfdeps_problems *ret, struct error *err) _must_check_;

/* Looks for entries of the root's ld.so.cache whose file is not there, or that are out of order. */
int elfdeps_check_cache(struct elfdeps *resolver, struct elfdeps_problems *ret,
			struct error *err) _must_check_;

/*
 * Whether the ELF file at `path` (inside the root) has an undefined symbol, not a weak one, of one of
 * `names` (NULL-terminated). Returns 1 or 0; what is no ELF file has none. -E2BIG: too large.
 */
int elfdeps_imports(struct elfdeps *resolver, const char *path, const char *const *names,
		    struct error *err) _must_check_;

/* A word for the kind, for JSON: "missing", "version", … */
const char *elfdeps_problem_name(enum elfdeps_problem_kind kind);

/* A word or two for the rule, for people and for JSON: "runpath", "ld.so.cache", … */
const char *elfdeps_rule_name(enum elfdeps_rule rule);

/* Whether `edge` of `object` leads nowhere and should not: what is only recommended, and what such
 * an object needs, may be missing. */
static inline bool elfdeps_is_missing(const struct elfdeps_object *object,
				      const struct elfdeps_edge *edge)
{
	return !edge->object && edge->strength == ELFDEPS_REQUIRED &&
	       object->strength == ELFDEPS_REQUIRED;
}

/* "required", "recommended" or "suggested". */
const char *elfdeps_strength_name(enum elfdeps_strength strength);

/* The same for a verdict: "found", "not there", … */
const char *elfdeps_verdict_name(enum elfdeps_verdict verdict);

/* Whether `path` lies in a folder that the loader of `object`'s machine searches by itself. */
bool elfdeps_is_default_path(const char *path, const struct elfdeps_object *object);

/* One library for an ld.so.cache. */
struct elfdeps_cache_entry {
	const char *name; /* what programs ask for: the name under which it was found */
	const char *path; /* absolute, inside the image */
	uint16_t machine;
	unsigned char elf_class, data;
};

/*
 * Writes an ld.so.cache (format glibc-ld.so.cache1.1) for exactly these libraries to a heap
 * buffer, which the caller frees. The order of `entries` decides between equal names; the bytes
 * depend on nothing else. -EINVAL if they differ in byte order or a machine has no known flags.
 * Source: glibc sysdeps/generic/dl-cache.h, elf/cache.c.
 */
int elfdeps_cache_write(const struct elfdeps_cache_entry *entries, size_t count,
			char **ret_data, size_t *ret_size,
			struct error *err) _must_check_;

#ifdef __cplusplus
}
#endif

#endif
