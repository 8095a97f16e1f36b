/* SPDX-License-Identifier: MIT */
/*
 * resolving: a resolver over a small tree of files, and what its closures hold. For the tests of
 * resolver and gather.
 */
#ifndef TESTS_UNIT_RESOLVING_H
#define TESTS_UNIT_RESOLVING_H

#include "elfdeps/elfdeps.h"
#include "elfmaker.h"
#include "tests/unit/common/scratch.h"

static inline struct elfdeps *open_resolver(struct elfdeps_options options)
{
	struct elfdeps *resolver = NULL;
	struct error err = {0};

	options.root = "root";
	if (elfdeps_new(&options, &resolver, &err) < 0)
		fail_msg("%s", err.text);
	return resolver;
}

static inline struct elfdeps_closure resolve(struct elfdeps *resolver, const char *path)
{
	struct elfdeps_closure closure = {0};
	struct error err = {0};

	if (elfdeps_resolve(resolver, path, &closure, &err) < 0)
		fail_msg("%s", err.text);
	return closure;
}

static inline void expect_paths(const struct elfdeps_closure *closure,
				const char *const *paths)
{
	size_t count = 0;

	for (; paths[count]; count++) {
		assert_true(count < closure->count);
		assert_string_equal(closure->objects[count]->path, paths[count]);
	}
	assert_int_equal(closure->count, count);
}

static inline void make_tree(void)
{
	elfmaker_file("root/bin/prog",
		      (struct elfmaker){.interp = "/lib/ld.so", .needs = {"liba.so"}});
	elfmaker_file("root/bin/other",
		      (struct elfmaker){.interp = "/lib/ld.so",
					.needs = {"libb.so", "liba.so"}});
	elfmaker_file("root/lib/ld.so", (struct elfmaker){0});
	elfmaker_file("root/lib/liba.so", (struct elfmaker){.soname = "liba.so"});
	elfmaker_file("root/lib/libb.so", (struct elfmaker){0});
}

#endif
