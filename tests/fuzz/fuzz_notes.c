/* SPDX-License-Identifier: MIT */
/*
 * What a file tells of libraries opened at run time, fed with anything: as a whole ELF file, and as
 * the text of one dlopen note. The property: every hint has names and a reason, within the limits.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elfdeps/hints.h"
#include "elfdeps/notes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
	if (!holds)
		abort();
}

static void check(const struct hints *hints)
{
	require(hints->count <= HINTS_MAX);
	for (size_t i = 0; i < hints->count; i++) {
		const struct hint *hint = &hints->items[i];

		require(hint->name_count && hint->name_count <= HINTS_NAMES_MAX);
		require(hint->reason && hint->strength <= ELFDEPS_SUGGESTED);
		for (size_t n = 0; n < hint->name_count; n++)
			require(hint->names[n] && hint->names[n][0] &&
				strlen(hint->names[n]) < PATH_MAX);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct arena arena = {0};
	struct hints hints = {0};

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	require(fd >= 0 && ftruncate(fd, 0) == 0);
	require(pwrite(fd, data, size, 0) == (ssize_t)size);
	if (hints_read(fd, size, true, &arena, &hints, NULL) == 0)
		check(&hints);
	hints = (struct hints){0};
	if (notes_parse((const char *)data, size, &arena, &hints, NULL) == 0)
		check(&hints);
	arena_free(&arena);
	return 0;
}
