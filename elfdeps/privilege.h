/* SPDX-License-Identifier: MIT */
/*
 * privilege: whether execve gives a program more rights than its caller has, so that the kernel sets
 * AT_SECURE and the loader distrusts the caller's variables (ld.so(8), getauxval(3)). It is asked for
 * an ordinary user: to root set-user-ID of root adds nothing.
 */
#ifndef ELFDEPS_PRIVILEGE_H
#define ELFDEPS_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/sysroot.h"

/* By a file's st_mode: set-user-ID, or set-group-ID with the group's execute bit; without that bit it
 * meant mandatory locks. Source: bprm_fill_uid of the kernel's fs/exec.c. */
bool privilege_by_mode(uint32_t mode);

/* By the file's capabilities (capabilities(7)): an extended attribute of `path` inside the root. */
bool privilege_by_capabilities(const struct sysroot *root, const char *path);

/* Whether the attribute security.capability permits any. Source: struct vfs_cap_data of
 * linux/capability.h. */
bool privilege_permits(const unsigned char *value, size_t size);

#endif
