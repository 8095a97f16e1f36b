/* SPDX-License-Identifier: MIT */
/*
 * alloc: growing arrays and an arena for strings, with errors instead of aborts: the library
 * parts run under memory limits that their users set.
 */
#ifndef COMMON_ALLOC_H
#define COMMON_ALLOC_H

#include <stddef.h>

#include "error.h"

/*
 * Makes room for `needed` items of `item_size` bytes in a heap array; at least doubles, so that
 * appending n items costs O(n). `array` points to the array pointer (NULL at first), `capacity`
 * to its size in items. On failure the array stays as it was. Returns 0 or -ENOMEM.
 */
int alloc_grow(void *array, size_t *capacity, size_t needed, size_t item_size,
	       struct error *err) _must_check_;

/* A formatted heap string, or NULL with err set; the caller frees it. */
char *alloc_format(struct error *err, const char *format, ...)
	_printf_(2, 3) _must_check_;

/* A heap copy of a string, or NULL with err set; the caller frees it. */
char *alloc_copy(const char *text, struct error *err) _must_check_;

/* Many small strings that die together. Zero-initialise it; pointers stay valid until the end. */
struct arena {
	struct arena_block *blocks, *spare;
};

/*
 * Says that some `size` bytes will be asked for soon: so many that the kernel should give them in huge
 * pages, if it has any (madvise(2), MADV_HUGEPAGE). To touch a page for the first time takes as long as
 * a system call, in a virtual machine ten times that. A hint: without memory nothing happens.
 */
void arena_expect(struct arena *arena, size_t size);

/* `size` zeroed bytes, aligned for any type, or NULL with err set. Owned by the arena. */
void *arena_alloc(struct arena *arena, size_t size, struct error *err) _must_check_;

/* A copy of `length` bytes and a NUL; owned by the arena. */
char *arena_copy(struct arena *arena, const char *text, size_t length,
		 struct error *err) _must_check_;

/* A formatted string, or NULL with err set; owned by the arena. */
char *arena_format(struct arena *arena, struct error *err, const char *format, ...)
	_printf_(3, 4) _must_check_;

/* Takes back all that was handed out; the memory is kept for what comes next. */
void arena_clear(struct arena *arena);

void arena_free(struct arena *arena);

#define _cleanup_arena_ __attribute__((cleanup(arena_free)))

#endif
