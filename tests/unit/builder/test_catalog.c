/* SPDX-License-Identifier: MIT */
/* Tests of builder/catalog: which folder wins, and names that are none. */
#include "workshop.h"

#include <stdlib.h>

#include "builder/catalog.h"

static void open_catalog(struct catalog *catalog)
{
	_cleanup_strlist_ struct strlist first = {0};
	struct error err = {0};

	assert_int_equal(strlist_add(&first, "one", &err), 0);
	assert_int_equal(strlist_add(&first, "two", &err), 0);
	assert_int_equal(catalog_open(&first, catalog, &err), 0);
}

static void make_folders(void)
{
	workshop_folder("one");
	workshop_folder("two");
	workshop_folder("home");
	workshop_folder("home/jailbuild");
	workshop_folder("home/jailbuild/templates");
	scratch_write("one/both", "description first\n");
	scratch_write("two/both", "description second\n");
	scratch_write("two/only", "description only\n");
	scratch_write("one/README.md", "no template");
	scratch_write("one/.hidden", "no template");
	scratch_write("one/draft~", "no template");
}

static void the_first_folder_wins(void **state)
{
	_cleanup_catalog_ struct catalog catalog = {0};
	struct catalog_item *item = NULL, *again = NULL;
	struct error err = {0};

	(void)state;
	make_folders();
	open_catalog(&catalog);
	assert_int_equal(catalog_find(&catalog, "both", &item, &err), 0);
	assert_string_equal(item->template.description, "first");
	assert_string_equal(item->path, "one/both");
	assert_int_equal(item->folder[0], '/');
	assert_string_equal(item->folder + strlen(item->folder) - 4, "/one");
	assert_int_equal(catalog_find(&catalog, "both", &again, &err), 0);
	assert_ptr_equal(item, again);
	assert_int_equal(catalog_find(&catalog, "only", &item, &err), 0);
	assert_int_equal(catalog_find(&catalog, "two/both", &item, &err), 0);
	assert_string_equal(item->template.description, "second");
}

static void the_users_folder_comes_next(void **state)
{
	_cleanup_catalog_ struct catalog catalog = {0};
	struct catalog_item *item = NULL;
	struct error err = {0};
	char home[4200], here[4096];

	(void)state;
	make_folders();
	scratch_write("home/jailbuild/templates/mine", "description mine\n");
	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(home, sizeof(home), "%s/home", here);
	setenv("XDG_CONFIG_HOME", home, 1);
	open_catalog(&catalog);
	unsetenv("XDG_CONFIG_HOME");
	assert_int_equal(catalog_find(&catalog, "mine", &item, &err), 0);
	assert_string_equal(item->template.description, "mine");
}

static void lists_each_name_once(void **state)
{
	_cleanup_catalog_ struct catalog catalog = {0};
	_cleanup_strlist_ struct strlist names = {0};
	size_t both = 0;
	struct error err = {0};

	(void)state;
	make_folders();
	open_catalog(&catalog);
	assert_int_equal(catalog_names(&catalog, &names, &err), 0);
	for (size_t i = 0; i < names.count; i++)
		both += !strcmp(names.items[i], "both");
	assert_int_equal(both, 1);
	assert_true(strlist_contains(&names, "only"));
	assert_false(strlist_contains(&names, "README.md"));
	assert_false(strlist_contains(&names, ".hidden"));
	assert_false(strlist_contains(&names, "draft~"));
}

static void what_is_not_there_is_named(void **state)
{
	_cleanup_catalog_ struct catalog catalog = {0};
	struct catalog_item *item = NULL;
	struct error err = {0};

	(void)state;
	make_folders();
	scratch_write("one/bad", "\nnonsense\n");
	open_catalog(&catalog);
	assert_int_equal(catalog_find(&catalog, "none", &item, &err), -ENOENT);
	assert_non_null(strstr(err.text, "none"));
	assert_int_equal(catalog_find(&catalog, ".hidden", &item, &err), -ENOENT);
	assert_int_equal(catalog_find(&catalog, "bad", &item, &err), -EINVAL);
	assert_non_null(strstr(err.text, "bad, line 2"));
	assert_int_equal(catalog_find(&catalog, "./none", &item, &err), -ENOENT);
	assert_int_equal(catalog_find(&catalog, "./one", &item, &err), -EISDIR);
	assert_null(item);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(the_first_folder_wins),
		scratch_test(the_users_folder_comes_next),
		scratch_test(lists_each_name_once),
		scratch_test(what_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
