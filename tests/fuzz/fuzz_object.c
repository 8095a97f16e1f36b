/* SPDX-License-Identifier: MIT */
/*
 * The reader of ELF files and of #! lines, fed with anything. The property: an object that is said
 * to be sound has only strings within their limits, and judging it against itself never skips it.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elfdeps/object.h"
#include "elfdeps/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
	if (!holds)
		abort();
}

static void check_text(const char *text, size_t limit)
{
	require(!text || strlen(text) < limit);
}

static void check_object(const struct object *object)
{
	const char *reason;

	require((object->stage == OBJECT_SOUND) == (object->defect == NULL));
	require(object->need_count <= OBJECT_NEEDED_MAX);
	for (size_t i = 0; i < object->need_count; i++) {
		require(object->needs[i].name && object->needs[i].name[0]);
		check_text(object->needs[i].name, PATH_MAX);
	}
	check_text(object->interp, PATH_MAX);
	check_text(object->soname, OBJECT_STRING_MAX);
	check_text(object->rpath, OBJECT_STRING_MAX);
	check_text(object->runpath, OBJECT_STRING_MAX);
	require(!object->rpath || !object->runpath);
	require(object_judge(object, object, &reason) != OBJECT_SKIPPED);
}

static void check_script(const struct object *object)
{
	struct script_line line;
	_cleanup_script_env_ struct script_env env = {0};

	if (script_parse(object->shebang, &line, NULL) < 0)
		return;
	require(line.interp[0] &&
		strlen(line.interp) + strlen(line.argument) < OBJECT_SHEBANG_MAX);
	if (script_parse_env(line.argument, &env, NULL) == 0 && env.program)
		require(strlen(env.program) < OBJECT_SHEBANG_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct object object = {0};
	struct arena arena = {0};
	struct stat st;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	require(fd >= 0 && ftruncate(fd, 0) == 0);
	require(pwrite(fd, data, size, 0) == (ssize_t)size && fstat(fd, &st) == 0);
	if (object_read(fd, &st, &arena, &object, NULL) == 0) {
		check_object(&object);
		if (object.kind == ELFDEPS_SCRIPT)
			check_script(&object);
	}
	arena_free(&arena);
	return 0;
}
