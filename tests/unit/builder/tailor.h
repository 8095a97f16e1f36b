/* SPDX-License-Identifier: MIT */
/*
 * tailor: a workshop with a catalog of the folder "templates" and a recipe, for the tests of apply and
 * rules.
 */
#ifndef TESTS_UNIT_BUILDER_TAILOR_H
#define TESTS_UNIT_BUILDER_TAILOR_H

#include "workshop.h"

#include "builder/apply.h"

struct tailor {
	struct workshop shop;
	struct catalog catalog;
	struct recipe recipe;
	struct apply apply;
};

/* The tree that templates take from: a folder with two files and a folder, and a program. */
static inline void tailor_root(void)
{
	workshop_folder("templates");
	workshop_folder("root");
	workshop_folder("root/bin");
	workshop_folder("root/lib");
	workshop_folder("root/lib/lang1.2");
	workshop_folder("root/lib/lang1.2/test");
	scratch_write("root/lib/lang1.2/os.x", "os");
	scratch_write("root/lib/lang1.2/os.pyc", "compiled");
	scratch_write("root/lib/lang1.2/test/t.x", "t");
	scratch_write("root/data", "data");
	workshop_script("root/bin/tool", "text");
}

static inline void tailor_open(struct tailor *tailor)
{
	_cleanup_strlist_ struct strlist first = {0};
	struct error err = {0};

	*tailor = (struct tailor){0};
	workshop_open(&tailor->shop, "root");
	assert_int_equal(strlist_add(&first, "templates", &err), 0);
	assert_int_equal(catalog_open(&first, &tailor->catalog, &err), 0);
	/* The test's own templates alone. */
	while (tailor->catalog.folders.count > 1)
		free(tailor->catalog.folders.items[--tailor->catalog.folders.count]);
	tailor->apply = (struct apply){.intake = &tailor->shop.intake,
				       .catalog = &tailor->catalog,
				       .recipe = &tailor->recipe};
}

static inline void tailor_close(struct tailor *tailor)
{
	recipe_free(&tailor->recipe);
	catalog_close(&tailor->catalog);
	workshop_close(&tailor->shop);
}

static inline int tailor_apply(struct tailor *tailor, const char *name, struct error *err)
{
	struct catalog_item *item = NULL;
	int r = catalog_find(&tailor->catalog, name, &item, err);

	return r < 0 ? r : apply_template(&tailor->apply, item, err);
}

#endif
