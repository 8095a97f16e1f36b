/* SPDX-License-Identifier: MIT */
/*
 * clinic: what the tests of the verify modules share: a folder image "image" in the scratch folder,
 * opened for a checkup, and words for what is found.
 */
#ifndef TESTS_UNIT_BUILDER_CLINIC_H
#define TESTS_UNIT_BUILDER_CLINIC_H

#include "tests/unit/unit.h"

#include <limits.h>

#include "builder/checkup.h"
#include "tests/unit/common/scratch.h"
#include "tests/unit/elfdeps/elfmaker.h"

struct clinic {
	struct findings findings;
	struct survey survey;
	struct checkup checkup;
};

/* Makes the folders above image/PATH; `ret` is that name. */
static inline const char *clinic_path(const char *path, char ret[PATH_MAX])
{
	snprintf(ret, PATH_MAX, "image%s", path);
	for (char *slash = strchr(ret, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(ret, 0755);
		*slash = '/';
	}
	return ret;
}

static inline void clinic_file(const char *path, const char *text, mode_t mode)
{
	char name[PATH_MAX];

	scratch_write(clinic_path(path, name), text);
	assert_int_equal(chmod(name, mode), 0);
}

static inline void clinic_link(const char *path, const char *target)
{
	char name[PATH_MAX];

	assert_int_equal(symlink(target, clinic_path(path, name)), 0);
}

/* An ELF file of x86-64 that asks for these; a program if it has an interpreter. */
static inline void clinic_elf(const char *path, struct elfmaker elf)
{
	char name[PATH_MAX];

	elfmaker_file(clinic_path(path, name), elf);
	assert_int_equal(chmod(name, 0755), 0);
}

/* The folder as an image; what is written later is not seen. */
static inline void clinic_open(struct clinic *clinic)
{
	static const struct format image = {.path = "image", .kind = FORMAT_FOLDER};
	struct error err;

	*clinic = (struct clinic){.survey = SURVEY_NONE};
	assert_int_equal(survey_open(&clinic->survey, &image, &clinic->findings, &err),
			 0);
	assert_int_equal(
		checkup_open(&clinic->checkup, &clinic->survey, &clinic->findings, &err),
		0);
}

/* As if verifyelf had found a program, and a library that it loads. */
static inline void clinic_use(struct clinic *clinic, const char *program,
			      const char *library)
{
	const char *slash = strrchr(program, '/');
	struct usage usage = {
		.name = slash + 1, .by = program, .folder = "/lib/x86_64-linux-gnu"};
	struct error err;

	assert_int_equal(
		checkup_use(&clinic->checkup, &clinic->checkup.programs, &usage, &err),
		0);
	usage.name = library;
	assert_int_equal(
		checkup_use(&clinic->checkup, &clinic->checkup.libraries, &usage, &err),
		0);
}

/* The finding of `path` with `part` in its text; NULL if there is none. */
static inline const struct finding *clinic_find(const struct clinic *clinic,
						const char *path, const char *part)
{
	for (size_t i = 0; i < clinic->findings.count; i++) {
		const struct finding *finding = clinic->findings.items[i];

		if (!strcmp(finding->path, path) && strstr(finding->text, part))
			return finding;
	}
	return NULL;
}

static inline const struct finding *clinic_expect(const struct clinic *clinic,
						  const char *path, const char *part)
{
	const struct finding *finding = clinic_find(clinic, path, part);

	if (!finding) {
		findings_print(&clinic->findings, stderr);
		fail_msg("not found: %s: %s", path, part);
	}
	return finding;
}

static inline void clinic_close(struct clinic *clinic)
{
	checkup_close(&clinic->checkup);
	survey_close(&clinic->survey);
	findings_free(&clinic->findings);
}

#endif
