/* SPDX-License-Identifier: MIT */
/*
 * interrupt: lets Ctrl-C end a long work between two files instead of inside one, so that what is
 * half done is removed first. The signals are only held back; once let through, they do what they
 * always do.
 */
#ifndef BUILDER_INTERRUPT_H
#define BUILDER_INTERRUPT_H

#include <signal.h>

#include "common/error.h"

/* Holds SIGINT, SIGTERM and SIGHUP back; interrupt_release lets them through again. */
void interrupt_hold(sigset_t *ret_old);
void interrupt_release(const sigset_t *old);

/* -EINTR if one of them is waiting. */
int interrupt_check(struct error *err) _must_check_;

#endif
