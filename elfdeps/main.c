/* SPDX-License-Identifier: MIT */
/*
 * elfdeps: the command line. Reads options, resolves every FILE with one resolver, and prints what
 * report and graph make of it. The exit status is the worst of all files.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/cli.h"
#include "common/log.h"
#include "common/path.h"
#include "common/strmap.h"
#include "common/sysroot.h"
#include "diagnosis.h"
#include "elfdeps.h"
#include "filelist.h"
#include "graph.h"
#include "report.h"
#include "why.h"

enum { FOUND = 0, MISSING = 1, USAGE = 2, UNRESOLVED = 3 };

struct values {
	struct cli_common common;
	bool list, zero, links, ldd, json, dot, check, env;
	bool secure, strings;
	const char *root, *library_path, *preload, *hwcaps, *why, *optional, *files_from;
};

#define OFFSET(member) offsetof(struct values, member)

static const struct cli_option options[] = {
	{"list", 'l', CLI_FLAG, OFFSET(list), NULL, "one path a line, in load order"},
	{"zero", '0', CLI_FLAG, OFFSET(zero), NULL,
	 "as --list, with a NUL behind each path and nothing escaped"},
	{"links", 0, CLI_FLAG, OFFSET(links), NULL,
	 "as --list, with every symlink on the way and what it leads to"},
	{"ldd", 0, CLI_FLAG, OFFSET(ldd), NULL, "print the text of ldd"},
	{"json", 0, CLI_FLAG, OFFSET(json), NULL,
	 "print JSON; elfdeps(1) has the schema"},
	{"dot", 0, CLI_FLAG, OFFSET(dot), NULL, "print a graph for graphviz"},
	{"check", 0, CLI_FLAG, OFFSET(check), NULL,
	 "check symbol versions, undefined symbols and ld.so.cache"},
	{"root", 0, CLI_STRING, OFFSET(root), "DIR", "resolve as if chrooted to DIR"},
	{"library-path", 0, CLI_STRING, OFFSET(library_path), "P",
	 "search as if LD_LIBRARY_PATH were P"},
	{"preload", 0, CLI_STRING, OFFSET(preload), "L", "load as if LD_PRELOAD were L"},
	{"hwcaps", 0, CLI_STRING, OFFSET(hwcaps), "none|host|all|NAME",
	 "variants for better processors to choose (none)"},
	{"secure", 0, CLI_FLAG, OFFSET(secure), NULL,
	 "as for a set-user-ID program, whatever FILE's mode is"},
	{"optional", 0, CLI_STRING, OFFSET(optional),
	 "none|required|recommended|suggested",
	 "with libraries opened at run time, down to that strength"},
	{"strings", 0, CLI_FLAG, OFFSET(strings), NULL,
	 "suggest libraries whose names stand in the files' data, too"},
	{"why", 0, CLI_STRING, OFFSET(why), "NAME",
	 "print every place looked at for the library NAME"},
	{"files-from", 0, CLI_STRING, OFFSET(files_from), "LIST",
	 "more FILEs: names in the file LIST, or on standard input (-)"},
	{"env", 0, CLI_FLAG, OFFSET(env), NULL,
	 "obey LD_LIBRARY_PATH and LD_PRELOAD of the environment"},
};

static const struct cli_program program = {
	.name = "elfdeps",
	.usage = "[OPTION…] FILE…",
	.summary = "Tells what an ELF program or script needs to start, without running "
		   "anything.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.notes = "Exit status: 0 all is found, 1 something is missing, 2 wrong usage, 3 "
		 "a FILE is "
		 "nothing\nthat can be resolved.\n",
};

/* All that lives while the files are gone through. */
struct run {
	const struct values *values;
	struct elfdeps *resolver;
	struct sysroot root; /* for --links */
	struct report_list list;
	json_t *json;
	struct strmap drawn; /* for --dot */
	struct why why;
	char *preload; /* LD_PRELOAD's and --preload's together */
	bool several;
};

static bool is_listing(const struct values *values)
{
	return values->list || values->zero || values->links;
}

/* The level that --optional names; by default the forms that show strengths show all. */
static int optional_level(const struct values *values, enum elfdeps_optional *ret,
			  struct error *err)
{
	static const char *const names[] = {
		[ELFDEPS_OPTIONAL_NONE] = "none",
		[ELFDEPS_OPTIONAL_REQUIRED] = "required",
		[ELFDEPS_OPTIONAL_RECOMMENDED] = "recommended",
		[ELFDEPS_OPTIONAL_SUGGESTED] = "suggested",
	};

	*ret = ELFDEPS_OPTIONAL_SUGGESTED;
	if (!values->optional) {
		if (values->check ||
		    ((is_listing(values) || values->ldd) && !values->strings))
			*ret = ELFDEPS_OPTIONAL_NONE;
		return 0;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(values->optional, names[i])) {
			*ret = (enum elfdeps_optional)i;
			return 0;
		}
	error_set(err, EINVAL, "--optional %s: no such strength", values->optional);
	return error_hint(err, "give one of none, required, recommended, suggested");
}

static int check_usage(const struct values *values, size_t files, struct error *err)
{
	if (is_listing(values) + values->ldd + values->json + values->dot > 1 ||
	    (values->check && (is_listing(values) || values->ldd || values->dot))) {
		error_set(err, EINVAL, "two forms of output asked for at once");
		return error_hint(
			err, "give one of --list, --ldd, --json, --dot, --check; --check "
			     "goes with --json");
	}
	if (values->why &&
	    (is_listing(values) || values->ldd || values->dot || values->check)) {
		error_set(err, EINVAL, "--why has its own form of output");
		return error_hint(err, "it goes alone or with --json");
	}
	if (!files) {
		error_set(err, EINVAL, "no FILE given");
		return error_hint(err, "'elfdeps --help' tells how to call it");
	}
	return 0;
}

static bool ends_in_cr(const char *name)
{
	size_t length = strlen(name);

	return length && name[length - 1] == '\r';
}

static void complain(const char *path, const struct elfdeps_edge *edge)
{
	char name[1024], by[1024], detail[1024];
	struct error err = {0};

	path_escape(path, by, sizeof(by));
	path_escape(edge->name, name, sizeof(name));
	path_escape(edge->detail ? edge->detail : "", detail, sizeof(detail));
	error_set(&err, ENOENT, "%s: needs %s, which is not found%s%s", by, name,
		  edge->detail ? ": " : "", detail);
	if (ends_in_cr(edge->name))
		error_hint(&err, "sed -i 's/\\r$//' %s", by);
	log_error(&err);
}

/* The forms that have no place for it on stdout say on stderr what is missing; all say how to mend a
 * script's line ends. */
static void complain_missing(struct elfdeps_object *const *objects, size_t count,
			     bool all)
{
	for (size_t i = 0; i < count; i++) {
		const struct elfdeps_object *object = objects[i];

		for (size_t j = 0; j < object->edge_count; j++) {
			if (!elfdeps_is_missing(object, &object->edges[j]))
				continue;
			if (all || ends_in_cr(object->edges[j].name))
				complain(object->path, &object->edges[j]);
		}
	}
}

static int print_closure(struct run *run, const char *file,
			 const struct elfdeps_closure *closure, struct error *err)
{
	const struct values *values = run->values;
	char escaped[4096];

	bool all = values->dot || is_listing(values);

	complain_missing(closure->objects, closure->count, all);
	complain_missing(closure->extras, closure->extra_count, all);
	if (values->json)
		return graph_json_add(run->json, file, closure, NULL, err);
	if (values->why) /* see report_why */
		return 0;
	if (values->dot)
		return graph_dot(closure, &run->drawn, err);
	if (is_listing(values))
		return report_list(&run->list, closure, err);
	if (!values->ldd)
		return report_tree(closure, err);
	if (run->several)
		printf("%s:\n", path_escape(file, escaped, sizeof(escaped)));
	return report_ldd(closure, err);
}

/* Checks and prints one file; *ret_failures is the number of what would fail. */
static int check_closure(struct run *run, const char *file,
			 const struct elfdeps_closure *closure, size_t *ret_failures,
			 struct error *err)
{
	struct elfdeps_problems problems = {0};
	int r = elfdeps_check(run->resolver, closure, &problems, err);

	if (r < 0)
		return r;
	*ret_failures = problems.failures;
	if (run->json) {
		r = graph_json_add(run->json, file, closure, NULL, err);
		return r < 0 ? r
			     : diagnosis_json(graph_json_last(run->json), &problems, err);
	}
	diagnosis_file(file, closure, &problems);
	return 0;
}

/* Once for all files; answers the exit status. */
static int check_cache(struct run *run)
{
	struct elfdeps_problems problems = {0};
	struct error err = {0};
	int r = elfdeps_check_cache(run->resolver, &problems, &err);

	if (r == 0 && run->json)
		r = diagnosis_json(run->json, &problems, &err);
	else if (r == 0)
		diagnosis_cache(&problems);
	if (r < 0)
		log_error(&err);
	return r < 0 || problems.failures ? MISSING : FOUND;
}

/* The error's text with control bytes escaped: it may hold names out of a hostile file. */
static void log_escaped(const struct error *err)
{
	struct error clean = {.code = err->code};

	path_escape(err->text, clean.text, sizeof(clean.text));
	path_escape(err->hint, clean.hint, sizeof(clean.hint));
	log_error(&clean);
}

/* What --why has to say of one file, whose exit status would be `status`; answers what it is now. */
static int report_why(struct run *run, const char *file, int status)
{
	json_t *files = json_object_get(run->json, "files");
	char name[1024], escaped[1024];
	struct error err = {0};

	if (!run->json)
		why_print(&run->why);
	else if (why_json_add(&run->why,
			      json_array_get(files, json_array_size(files) - 1),
			      &err) < 0)
		log_escaped(&err);
	if (run->why.failed)
		error_nomem(&err);
	else if (status <= MISSING && !why_is_needed(&run->why))
		error_set(&err, ENOENT, "%s: nobody needs %s",
			  path_escape(file, escaped, sizeof(escaped)),
			  path_escape(run->why.name, name, sizeof(name)));
	if (err.code)
		log_error(&err);
	return err.code && status < MISSING ? MISSING : status;
}

static int resolve_file(struct run *run, const char *file);

/* Resolves and prints one file; answers the exit status that it asks for. */
static int do_file(struct run *run, const char *file)
{
	int status;

	why_clear(&run->why);
	status = resolve_file(run, file);
	if (run->values->why)
		status = report_why(run, file, status);
	elfdeps_release(run->resolver);
	return status;
}

static int resolve_file(struct run *run, const char *file)
{
	struct elfdeps_closure closure = {0};
	struct error err = {0}, failure;
	size_t failures = 0;
	int r = elfdeps_resolve(run->resolver, file, &closure, &err);

	if (r == 0) {
		r = run->values->check
			    ? check_closure(run, file, &closure, &failures, &err)
			    : print_closure(run, file, &closure, &err);
		if (r == 0)
			return closure.missing || failures ? MISSING : FOUND;
	} else if (run->json) {
		failure = err;
		if (graph_json_add(run->json, file, NULL, &failure, &err) < 0)
			log_escaped(&err);
		err = failure;
	}
	log_escaped(&err);
	return r == -ELIBBAD ? MISSING : UNRESOLVED;
}

static int begin(struct run *run, struct error *err)
{
	const struct values *values = run->values;
	struct elfdeps_options chosen = {
		.root = values->root,
		.library_path = values->library_path,
		.preload = values->preload,
		.hwcaps = values->hwcaps,
		.secure = values->secure,
		.strings = values->strings,
	};
	int r = optional_level(values, &chosen.optional, err);

	if (r < 0)
		return r;
	run->why.name = values->why;
	if (values->why)
		chosen.trace = why_trace(&run->why);
	if (values->env && !chosen.library_path)
		chosen.library_path = getenv("LD_LIBRARY_PATH");
	/* The loader takes LD_PRELOAD first and then those of its own option --preload (elf/rtld.c). */
	if (values->env && getenv("LD_PRELOAD")) {
		run->preload = alloc_format(err, "%s:%s", getenv("LD_PRELOAD"),
					    values->preload ? values->preload : "");
		if (!run->preload)
			return -ENOMEM;
		chosen.preload = run->preload;
	}
	r = elfdeps_new(&chosen, &run->resolver, err);
	if (r == 0 && values->links)
		r = sysroot_open(values->root, &run->root, err);
	if (r < 0)
		return r;
	run->list.root = &run->root;
	run->list.zero = values->zero;
	run->list.links = values->links;
	if (values->json)
		run->json = graph_json(err);
	if (values->dot)
		graph_dot_begin();
	return values->json && !run->json ? -ENOMEM : 0;
}

static int end(struct run *run, struct error *err)
{
	int r = 0;

	if (run->json)
		r = graph_json_print(run->json, err);
	if (run->values->dot)
		graph_dot_end();
	if (r == 0 && (fflush(stdout) || ferror(stdout)))
		r = error_errno(err, errno ? errno : EIO, "cannot write to stdout");
	return r;
}

static int go(struct run *run, const struct filelist *files)
{
	struct error err = {0};
	int worst = FOUND;

	if (begin(run, &err) < 0) {
		log_escaped(&err);
		return err.code == EINVAL ? USAGE : UNRESOLVED;
	}
	if (elfdeps_prefetch(run->resolver, files->items, files->count, &err) < 0) {
		log_escaped(&err);
		return UNRESOLVED;
	}
	if (run->values->check)
		worst = check_cache(run);
	for (size_t i = 0; i < files->count; i++) {
		int status = do_file(run, files->items[i]);

		worst = status > worst ? status : worst;
	}
	if (end(run, &err) < 0) {
		log_escaped(&err);
		worst = worst > MISSING ? worst : MISSING;
	}
	return worst;
}

static void clean_up(struct run *run)
{
	report_list_free(&run->list);
	strmap_free(&run->drawn);
	json_decref(run->json);
	why_free(&run->why);
	free(run->preload);
	sysroot_close(&run->root);
	elfdeps_free(run->resolver);
}

int main(int argc, char **argv)
{
	struct values values = {0};
	struct run run = {.values = &values, .root = {.fd = -1}};
	struct filelist files = {0};
	struct error err = {0};
	int first, status;

	log_init("elfdeps", LOG_NORMAL);
	if (cli_parse(&program, argc, argv, &values, &first, &err) < 0) {
		log_escaped(&err);
		return USAGE;
	}
	if (cli_answer(&program, &values.common))
		return FOUND;
	log_init("elfdeps", cli_log_level(&values.common));
	if (filelist_read(&files, values.files_from, (const char *const *)argv + first,
			  (size_t)(argc - first), &err) < 0 ||
	    check_usage(&values, files.count, &err) < 0) {
		log_escaped(&err);
		filelist_free(&files);
		return USAGE;
	}
	run.several = files.count > 1;
	status = go(&run, &files);
	clean_up(&run);
	filelist_free(&files);
	return status;
}
