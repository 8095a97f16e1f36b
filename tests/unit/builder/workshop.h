/* SPDX-License-Identifier: MIT */
/*
 * workshop: what the builder's tests share: a manifest over a scratch folder that serves as the
 * root, and short words for adding to it and looking at it.
 */
#ifndef TESTS_UNIT_BUILDER_WORKSHOP_H
#define TESTS_UNIT_BUILDER_WORKSHOP_H

#include "tests/unit/unit.h"

#include <errno.h>

#include "builder/content.h"
#include "builder/intake.h"
#include "builder/manifest.h"
#include "tests/unit/common/scratch.h"

/* Everything that an intake needs, over one root. */
struct workshop {
	struct sysroot root;
	struct content content;
	struct manifest manifest;
	struct libraries libraries;
	struct elfdeps *resolver;
	struct intake intake;
};

static inline void workshop_open(struct workshop *shop, const char *root)
{
	const struct elfdeps_options options = {.root = root};
	struct error err;

	*shop = (struct workshop){.content = {.root = &shop->root, .image_fd = -1}};
	shop->manifest.content = &shop->content;
	assert_int_equal(sysroot_open(root, &shop->root, &err), 0);
	assert_int_equal(elfdeps_new(&options, &shop->resolver, &err), 0);
	const struct intake model = {
		.root = &shop->root,
		.resolver = shop->resolver,
		.manifest = &shop->manifest,
		.libraries = &shop->libraries,
	};
	intake_init(&shop->intake, &model);
}

static inline void workshop_close(struct workshop *shop)
{
	intake_free(&shop->intake);
	elfdeps_free(shop->resolver);
	libraries_free(&shop->libraries);
	manifest_free(&shop->manifest);
	sysroot_close(&shop->root);
}

static inline void workshop_text(struct manifest *manifest, const char *path,
				 const char *text, const char *rule)
{
	const struct reason reason = {.rule = rule};
	struct error err;

	assert_int_equal(manifest_add_text(manifest, path, text, &reason, &err), 0);
}

static inline int workshop_add(struct manifest *manifest, const char *path,
			       enum entry_type type, const char *target,
			       struct error *err)
{
	const struct entry entry = {
		.path = path,
		.type = type,
		.mode = type == ENTRY_LINK ? 0777 : 0755,
		.target = target,
		.origin = ORIGIN_TEXT,
		.text = "",
		.reason = {.rule = RULE_ASKED},
	};

	return manifest_add(manifest, &entry, err);
}

/* An executable file, for what needs an interpreter. */
static inline void workshop_script(const char *path, const char *text)
{
	scratch_write(path, text);
	assert_int_equal(chmod(path, 0755), 0);
}

static inline void workshop_folder(const char *path)
{
	assert_int_equal(mkdir(path, 0755), 0);
}

static inline const struct entry *workshop_expect(const struct manifest *manifest,
						  const char *path, const char *rule)
{
	const struct entry *entry = manifest_find(manifest, path);

	if (!entry)
		fail_msg("%s is not there", path);
	assert_string_equal(entry->reason.rule, rule);
	return entry;
}

static inline bool workshop_has_note(const struct manifest *manifest, const char *part)
{
	for (size_t i = 0; i < manifest->notes.count; i++)
		if (strstr(manifest->notes.items[i], part))
			return true;
	return false;
}

#endif
