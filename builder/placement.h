/* SPDX-License-Identifier: MIT */
/*
 * placement: what the place of a file in an image says about it, by hier(7).
 */
#ifndef BUILDER_PLACEMENT_H
#define BUILDER_PLACEMENT_H

#include <stdbool.h>

/* Whether `path` (normalized) lies where commands lie: bin, sbin, games. */
bool placement_is_command(const char *path);

/* Whether its name is that of a shared library: x.so, x.so.1. */
bool placement_is_library(const char *path);

/* Whether it lies in what a running jail has and an image does not: /dev, /proc, /run, /sys, and
 * their names in /var. */
bool placement_is_live(const char *path);

#endif
