/* SPDX-License-Identifier: MIT */
/* Tests of builder/chain: from an entry to what was asked for. */
#include "workshop.h"

#include "builder/chain.h"

static void add(struct manifest *manifest, const char *path, const char *rule,
		const char *by)
{
	const struct reason reason = {.rule = rule, .by = by};
	struct error err;

	assert_int_equal(manifest_add_text(manifest, path, "", &reason, &err), 0);
}

static void goes_up_to_what_was_asked_for(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	_cleanup_chain_ struct chain chain = {0};
	struct error err = {0};

	(void)state;
	add(&manifest, "/usr/lib/l.so", "runpath", "/usr/bin/a");
	add(&manifest, "/usr/bin/a", RULE_ASKED, NULL);
	assert_int_equal(workshop_add(&manifest, "/lib", ENTRY_LINK, "usr/lib", &err), 0);
	assert_int_equal(chain_find(&manifest, "/usr/../lib//l.so", &chain, &err), 0);
	assert_int_equal(chain.count, 2);
	assert_string_equal(chain.steps[0]->path, "/usr/lib/l.so");
	assert_string_equal(chain.steps[1]->path, "/usr/bin/a");
	assert_int_equal(chain.end, CHAIN_WHOLE);
}

static void a_link_at_the_end_is_meant_itself(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	_cleanup_chain_ struct chain chain = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(workshop_add(&manifest, "/lib", ENTRY_LINK, "usr/lib", &err), 0);
	assert_int_equal(chain_find(&manifest, "lib", &chain, &err), 0);
	assert_int_equal(chain.count, 1);
	assert_int_equal(chain.steps[0]->type, ENTRY_LINK);
}

static void the_root_folder_and_itself_end_it(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	_cleanup_chain_ struct chain chain = {0}, self = {0};
	struct error err = {0};

	(void)state;
	add(&manifest, "/self", RULE_ASKED, "/self");
	assert_int_equal(chain_find(&manifest, "/self", &self, &err), 0);
	assert_int_equal(self.count, 1);
	assert_int_equal(self.end, CHAIN_WHOLE);
	add(&manifest, "/a", RULE_FOLDER, "/");
	assert_int_equal(chain_find(&manifest, "/a", &chain, &err), 0);
	assert_int_equal(chain.end, CHAIN_WHOLE);
}

static void a_circle_ends_where_it_closes(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	_cleanup_chain_ struct chain chain = {0};
	struct error err = {0};

	(void)state;
	add(&manifest, "/tail", "runpath", "/a");
	add(&manifest, "/a", "runpath", "/b");
	add(&manifest, "/b", "runpath", "/a");
	assert_int_equal(chain_find(&manifest, "/tail", &chain, &err), 0);
	assert_int_equal(chain.count, 3);
	assert_int_equal(chain.end, CHAIN_CIRCLE);
}

static void what_is_not_there_breaks_it(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	_cleanup_chain_ struct chain chain = {0};
	struct error err = {0};

	(void)state;
	add(&manifest, "/a", "runpath", "/gone");
	assert_int_equal(chain_find(&manifest, "/a", &chain, &err), 0);
	assert_int_equal(chain.end, CHAIN_BROKEN);
}

static void a_miss_names_what_may_be_meant(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	struct chain chain;
	struct error err = {0};

	(void)state;
	add(&manifest, "/usr/bin/a", RULE_ASKED, NULL);
	assert_int_equal(workshop_add(&manifest, "/loop", ENTRY_LINK, "loop", &err), 0);
	assert_int_equal(chain_find(&manifest, "a", &chain, &err), -ENOENT);
	assert_string_equal(err.hint, "/usr/bin/a is");
	assert_int_equal(chain_find(&manifest, "/b", &chain, &err), -ENOENT);
	assert_non_null(strstr(err.hint, "jailbuild list"));
	assert_int_equal(chain_find(&manifest, "/", &chain, &err), -ENOENT);
	assert_int_equal(chain_find(&manifest, "/loop/a", &chain, &err), -ELOOP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_up_to_what_was_asked_for),
		cmocka_unit_test(a_link_at_the_end_is_meant_itself),
		cmocka_unit_test(the_root_folder_and_itself_end_it),
		cmocka_unit_test(a_circle_ends_where_it_closes),
		cmocka_unit_test(what_is_not_there_breaks_it),
		cmocka_unit_test(a_miss_names_what_may_be_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
