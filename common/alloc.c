/* SPDX-License-Identifier: MIT */
/*
 * Growing arrays and the string arena. Called by every module that collects things.
 */
#include "alloc.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	ARENA_BLOCK = 16384, /* four pages: a closure's strings fit one or two blocks */
	ARENA_ALIGN = _Alignof(max_align_t),
	HUGE_PAGE = 1 << 21, /* of x86-64, and of arm64 with small pages of 4 KiB */
	HUGE_PAYS =
		HUGE_PAGE /
		4, /* to zero a huge page takes as long as this many bytes of small ones */
};

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	size_t mapped; /* bytes of it and of this header that mmap(2) gave; 0: calloc did */
	max_align_t data[];
};

int alloc_grow(void *array, size_t *capacity, size_t needed, size_t item_size,
	       struct error *err)
{
	void *old, *new;
	size_t wanted = *capacity ? *capacity : 8;

	if (needed <= *capacity)
		return 0;
	while (wanted < needed) {
		if (wanted > SIZE_MAX / 2)
			return error_nomem(err);
		wanted *= 2;
	}
	memcpy(&old, array, sizeof(old));
	new = reallocarray(old, wanted, item_size);
	if (!new)
		return error_nomem(err);
	memcpy(array, &new, sizeof(new));
	*capacity = wanted;
	return 0;
}

char *alloc_format(struct error *err, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	int length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0) {
		error_nomem(err);
		return NULL;
	}
	return text;
}

char *alloc_copy(const char *text, struct error *err)
{
	char *copy = strdup(text);

	if (!copy)
		error_nomem(err);
	return copy;
}

/* A block of exactly `size` bytes from those that arena_clear kept; NULL: there is none. */
static struct arena_block *take_spare(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->spare;

	if (!block || block->size != size)
		return NULL;
	arena->spare = block->next;
	return block;
}

static struct arena_block *add_block(struct arena *arena, size_t size, struct error *err)
{
	size_t room = size > ARENA_BLOCK ? size : ARENA_BLOCK;
	struct arena_block *block = take_spare(arena, room);

	if (!block)
		block = calloc(1, sizeof(*block) + room);
	if (!block) {
		error_nomem(err);
		return NULL;
	}
	block->size = room;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

/* `length` bytes that begin where a huge page can, or NULL. */
static void *map_aligned(size_t length)
{
	char *place = mmap(NULL, length + HUGE_PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (place == MAP_FAILED)
		return NULL;
	size_t before = -(uintptr_t)place % HUGE_PAGE;
	if (before)
		munmap(place, before);
	munmap(place + before + length, HUGE_PAGE - before);
	return place + before;
}

void arena_expect(struct arena *arena, size_t size)
{
	struct arena_block *block;
	size_t length;

	if (size < HUGE_PAYS || size > PTRDIFF_MAX - 2 * HUGE_PAGE)
		return;
	length = (size + sizeof(*block) + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
	block = map_aligned(length);
	if (!block)
		return;
	madvise(block, length, MADV_HUGEPAGE); /* else it is memory as any other */
	block->mapped = length;
	block->size = length - sizeof(*block);
	block->next = arena->blocks;
	arena->blocks = block;
}

void *arena_alloc(struct arena *arena, size_t size, struct error *err)
{
	struct arena_block *block = arena->blocks;

	if (size > PTRDIFF_MAX - 2 * sizeof(*block)) {
		error_nomem(err);
		return NULL;
	}
	size = (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
	if (!block || block->size - block->used < size)
		block = add_block(arena, size, err);
	if (!block)
		return NULL;
	void *place = (char *)block->data + block->used;
	block->used += size;
	return place;
}

char *arena_copy(struct arena *arena, const char *text, size_t length, struct error *err)
{
	char *copy = arena_alloc(arena, length + 1, err);

	if (copy && length)
		memcpy(copy, text, length);
	return copy;
}

char *arena_format(struct arena *arena, struct error *err, const char *format, ...)
{
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	int length = vsnprintf(NULL, 0, format, args);
	char *text = NULL;
	if (length < 0)
		error_nomem(err);
	else
		text = arena_alloc(arena, (size_t)length + 1, err);
	if (text)
		vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	va_end(args);
	return text;
}

static void free_block(struct arena_block *block)
{
	if (block->mapped)
		munmap(block, block->mapped);
	else
		free(block);
}

/* Large ones go back: the next one that is asked for has another size. */
void arena_clear(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *block = arena->blocks;

		arena->blocks = block->next;
		if (block->size > ARENA_BLOCK) {
			free_block(block);
			continue;
		}
		memset(block->data, 0, block->used);
		block->used = 0;
		block->next = arena->spare;
		arena->spare = block;
	}
}

static void free_blocks(struct arena_block *block)
{
	while (block) {
		struct arena_block *next = block->next;

		free_block(block);
		block = next;
	}
}

void arena_free(struct arena *arena)
{
	free_blocks(arena->blocks);
	free_blocks(arena->spare);
	*arena = (struct arena){0};
}
