/* SPDX-License-Identifier: MIT */
/*
 * elfdeps shows search paths with $ORIGIN already put in, so the word itself is looked for in the
 * program's bytes, where one of its own search paths found something. Called by verifyelf.
 */
#include "verifyorigin.h"

#include <fcntl.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/fd.h"

enum { BLOCK = 1 << 16 };

static bool has_word(const char *block, size_t size)
{
	return memmem(block, size, "$ORIGIN", 7) || memmem(block, size, "${ORIGIN}", 9);
}

/* Reads in blocks that overlap by more than the word is long. */
static bool names_origin(struct survey *survey, const char *path)
{
	_cleanup_fd_ int fd = sysroot_openat(survey->root, path, O_RDONLY | O_NONBLOCK);
	_cleanup_free_ char *block = malloc(BLOCK);
	size_t kept = 0;
	ssize_t size;

	while (fd >= 0 && block && (size = read(fd, block + kept, BLOCK - kept)) > 0) {
		kept += (size_t)size;
		if (has_word(block, kept))
			return true;
		if (kept > 16) {
			memmove(block, block + kept - 16, 16);
			kept = 16;
		}
	}
	return false;
}

/* An RPATH counts for all that the program loads, a RUNPATH for its own needs; ld.so(8). */
static bool searches(const struct elfdeps_closure *closure)
{
	for (size_t i = 0; i < closure->count; i++)
		for (size_t e = 0; e < closure->objects[i]->edge_count; e++) {
			enum elfdeps_rule rule = closure->objects[i]->edges[e].rule;

			if (rule == ELFDEPS_RULE_RPATH ||
			    (rule == ELFDEPS_RULE_RUNPATH && i == 0))
				return true;
		}
	return false;
}

int verifyorigin_run(struct checkup *checkup, const struct elfdeps_closure *closure,
		     struct error *err)
{
	const char *path = closure->objects[0]->path;

	if (!searches(closure) || !names_origin(checkup->survey, path))
		return 0;
	return checkup_report(
		checkup,
		&(struct finding){SEVERITY_WARNING, path, "proc",
				  "needs /proc, to find its libraries by $ORIGIN", NULL},
		&(struct cure){
			.words = "run it by jailrun, or mount /proc before chroot"},
		err);
}
