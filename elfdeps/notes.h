/* SPDX-License-Identifier: MIT */
/*
 * notes: the dlopen notes of an ELF file: JSON in a note, in which a program says itself which
 * libraries it opens, for what, and how much it needs them. For hints.
 * Source: uapi-group.org, "ELF Dlopen Metadata for ELF Files"; elf(5) for the form of notes.
 */
#ifndef ELFDEPS_NOTES_H
#define ELFDEPS_NOTES_H

#include "common/alloc.h"
#include "common/error.h"
#include "elffile.h"
#include "hints.h"

enum {
	NOTES_TYPE = 0x407c0c0a,     /* of the owner "FDO" */
	NOTES_SEGMENT_MAX = 1 << 20, /* bytes of one segment looked at */
	NOTES_JSON_MAX = 1 << 16,    /* bytes of one note's text */
};

/* Adds the hints of every note in every PT_NOTE; one that is malformed is no note. */
int notes_read(const struct elffile *file, struct arena *arena, struct hints *hints,
	       struct error *err) _must_check_;

/* Adds those of one note: `size` bytes in which the JSON text ends with a NUL. */
int notes_parse(const char *text, size_t size, struct arena *arena, struct hints *hints,
		struct error *err) _must_check_;

#endif
