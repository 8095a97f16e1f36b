/* SPDX-License-Identifier: MIT */
/*
 * printed: closures made by hand, and what a function prints of them, for the tests of report and
 * graph. Works in a scratch folder.
 */
#ifndef TESTS_UNIT_ELFDEPS_PRINTED_H
#define TESTS_UNIT_ELFDEPS_PRINTED_H

#include <sys/resource.h>

#include "elfdeps/elfdeps.h"
#include "tests/unit/common/scratch.h"

/* Runs `body` with stdout in a file; returns what it printed, which the caller frees. */
static inline char *printed(void (*body)(const void *), const void *data,
			    size_t *ret_size)
{
	char *text = calloc(1, 1 << 16);
	int file = scratch_open("printed", O_RDWR | O_CREAT | O_TRUNC), kept = dup(1);

	assert_true(text && kept >= 0);
	/* What does not end must not fill the disk. */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){1 << 20, 1 << 20}), 0);
	fflush(stdout);
	assert_int_equal(dup2(file, 1), 1);
	body(data);
	fflush(stdout);
	assert_int_equal(dup2(kept, 1), 1);
	close(kept);
	ssize_t size = pread(file, text, (1 << 16) - 1, 0);
	close(file);
	assert_true(size >= 0);
	if (ret_size)
		*ret_size = (size_t)size;
	return text;
}

/* prog needs ld.so, liba, libgone; liba needs libb and ld.so; libb needs liba: a circle. */
static struct elfdeps_object printed_objects[4] = {
	{.path = "/bin/prog",
	 .kind = ELFDEPS_ELF,
	 .machine = 62,
	 .elf_class = 2,
	 .data = 1,
	 .interp = "/lib/ld.so"},
	{.path = "/lib/li\033a.so",
	 .kind = ELFDEPS_ELF,
	 .machine = 62,
	 .elf_class = 2,
	 .data = 1,
	 .soname = "li\033a.so"},
	{.path = "/lib/lib\"b\377.so",
	 .kind = ELFDEPS_ELF,
	 .machine = 62,
	 .elf_class = 2,
	 .data = 1},
	{.path = "/lib/ld.so",
	 .kind = ELFDEPS_ELF,
	 .machine = 62,
	 .elf_class = 2,
	 .data = 1},
};

static struct elfdeps_edge printed_edges[] = {
	{.name = "/lib/ld.so",
	 .rule = ELFDEPS_RULE_INTERP,
	 .object = &printed_objects[3]},
	{.name = "li\033a.so",
	 .rule = ELFDEPS_RULE_RUNPATH,
	 .object = &printed_objects[1],
	 .detail = "/lib"},
	{.name = "libgone.so", .rule = ELFDEPS_RULE_MISSING},
	{.name = "lib\"b\377.so",
	 .rule = ELFDEPS_RULE_CACHE,
	 .object = &printed_objects[2]},
	{.name = "ld.so", .rule = ELFDEPS_RULE_LOADED, .object = &printed_objects[3]},
	{.name = "li\033a.so",
	 .rule = ELFDEPS_RULE_LOADED,
	 .object = &printed_objects[1]},
};

static inline struct elfdeps_closure printed_closure(void)
{
	static struct elfdeps_object *objects[] = {
		&printed_objects[0], &printed_objects[1], &printed_objects[2],
		&printed_objects[3]};

	printed_objects[0].edges = printed_edges;
	printed_objects[0].edge_count = 3;
	printed_objects[1].edges = printed_edges + 3;
	printed_objects[1].edge_count = 2;
	printed_objects[2].edges = printed_edges + 5;
	printed_objects[2].edge_count = 1;
	return (struct elfdeps_closure){.objects = objects, .count = 4, .missing = 1};
}

#endif
