/* SPDX-License-Identifier: MIT */
/*
 * archive: a tar held in memory as the files of a resolver (struct elfdeps_files). The test of that
 * hook uses it, and whoever writes another may read it.
 */
#ifndef TESTS_CLI_LIBELFDEPS_ARCHIVE_H
#define TESTS_CLI_LIBELFDEPS_ARCHIVE_H

#include <elfdeps.h>
#include <stddef.h>

struct archive_tree;

/* Reads the tar `path`, whole; ends the program if that fails. */
struct archive_tree *archive_load(const char *path);
void archive_unload(struct archive_tree *tree);

/* Their first argument is the tree. */
extern const struct elfdeps_files archive_files;

#endif
