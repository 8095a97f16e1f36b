/* SPDX-License-Identifier: MIT */
/*
 * Strings are cut at NUL bytes, as C programs keep them; one that is longer than a name can be is
 * passed over. The file is read in steps, so that memory does not depend on its size. Called by hints.
 */
#include "wording.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

enum { STEP = 1 << 16 };

/* What is done with each string; 0 goes on. */
struct pass {
	const struct elffile *file;
	int (*look)(struct pass *pass, const char *word, size_t length,
		    struct error *err);
	const char *const *words;
	size_t word_count, which;
	const struct wording_taker *taker;
};

/* The string that the last step has begun; too long ones are marked by their length. */
struct tail {
	char word[WORDING_WORD_MAX + 1];
	size_t length;
};

static void grow(struct tail *tail, const char *bytes, size_t size)
{
	size_t room = sizeof(tail->word) - tail->length;

	size = size < room ? size : room;
	memcpy(tail->word + tail->length, bytes, size);
	tail->length += size;
}

/* Looks at the strings that end in `bytes`; what is behind the last NUL is kept in `tail`. */
static int look_at(struct pass *pass, const char *bytes, size_t size, struct tail *tail,
		   struct error *err)
{
	int r = 0;

	while (size && r == 0) {
		const char *end = memchr(bytes, '\0', size);
		size_t length = end ? (size_t)(end - bytes) : size;

		if (!end || tail->length)
			grow(tail, bytes, length);
		if (!end)
			break;
		if (!tail->length && length && length <= WORDING_WORD_MAX)
			r = pass->look(pass, bytes, length, err);
		else if (tail->length && tail->length <= WORDING_WORD_MAX)
			r = pass->look(pass, tail->word, tail->length, err);
		tail->length = 0;
		bytes = end + 1;
		size -= length + 1;
	}
	return r;
}

static int run(struct pass *pass, const struct wording_range *range, struct error *err)
{
	_cleanup_free_ char *bytes = malloc(STEP);
	struct tail tail = {.length = 0};

	if (!bytes)
		return error_nomem(err);
	for (uint64_t at = 0; at < range->size;) {
		uint64_t left = range->size - at;
		int got = elffile_read(pass->file, range->offset + at, bytes,
				       left < STEP ? left : STEP, err);

		if (got <= 0)
			return got;
		int r = look_at(pass, bytes, (size_t)got, &tail, err);
		if (r)
			return r;
		at += (uint64_t)got;
	}
	return 0;
}

static int look_for(struct pass *pass, const char *word, size_t length, struct error *err)
{
	(void)err;
	for (size_t i = 0; i < pass->word_count; i++) {
		if (strlen(pass->words[i]) != length ||
		    memcmp(pass->words[i], word, length) != 0)
			continue;
		pass->which = i;
		return 1;
	}
	return 0;
}

int wording_find(const struct elffile *file, const struct wording_range *range,
		 const char *const *words, size_t count, size_t *ret, struct error *err)
{
	struct pass pass = {
		.file = file, .look = look_for, .words = words, .word_count = count};
	int r = run(&pass, range, err);

	*ret = pass.which;
	return r;
}

static bool is_of_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("_./+-", c));
}

/* Cuts numbers and dots off the end: libx.so.1.2 ends like libx.so. */
static size_t without_version(const char *word, size_t length)
{
	size_t end = length;

	while (end && word[end - 1] >= '0' && word[end - 1] <= '9') {
		while (end && word[end - 1] >= '0' && word[end - 1] <= '9')
			end--;
		if (!end || word[end - 1] != '.')
			return length;
		length = --end;
	}
	return length;
}

static bool is_library(const char *word, size_t length)
{
	size_t stem = without_version(word, length);

	if (stem < 4 || memcmp(word + stem - 3, ".so", 3) != 0)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!is_of_name(word[i]))
			return false;
	/* A relative path would be opened from wherever the program is then. */
	return word[0] == '/' || !memchr(word, '/', length);
}

static int look_library(struct pass *pass, const char *word, size_t length,
			struct error *err)
{
	return is_library(word, length)
		       ? pass->taker->take(pass->taker->data, word, length, err)
		       : 0;
}

int wording_libraries(const struct elffile *file, const struct wording_taker *taker,
		      struct error *err)
{
	struct pass pass = {.file = file, .look = look_library, .taker = taker};
	uint64_t left = WORDING_BYTES_MAX; /* segments may name the same bytes */

	for (size_t i = 0; i < file->segment_count && left; i++) {
		const struct elffile_segment *segment = &file->segments[i];
		struct wording_range range = {.offset = segment->offset,
					      .size = segment->filesz};

		if (segment->type != PT_LOAD)
			continue;
		if (range.size > left)
			range.size = left;
		left -= range.size;
		int r = run(&pass, &range, err);
		if (r < 0)
			return r;
	}
	return 0;
}
