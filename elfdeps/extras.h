/* SPDX-License-Identifier: MIT */
/*
 * extras: puts what is only opened at run time into a link map whose closure is done: what hints
 * name, resolved as dlopen would for who names it, and what that needs itself. Strongest first, so
 * that what one object requires is not there because another one suggests it. closure calls it.
 * Source: dl_open_worker_begin of glibc's elf/dl-open.c: the caller's link map is the loader.
 */
#ifndef ELFDEPS_EXTRAS_H
#define ELFDEPS_EXTRAS_H

#include "closure.h"

/* Adds links marked `extra` behind the others, and edges with a reason to whoever names them. */
int extras_add(const struct closure_settings *settings, struct linkmap *map,
	       struct error *err) _must_check_;

#endif
