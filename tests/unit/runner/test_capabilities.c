/* SPDX-License-Identifier: MIT */
/* Tests of capabilities: names, sets, and what --cap-add and --cap-drop make of them. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "runner/capabilities.h"

#define BIT(capability) (UINT64_C(1) << (capability))

struct words {
	const char *add[4], *drop[4];
};

static int read_words(const struct words *words, uint64_t *ret_set, uint64_t *ret_added,
		      struct error *err)
{
	_cleanup_strlist_ struct strlist add = {0}, drop = {0};

	for (int i = 0; words->add[i]; i++)
		assert_int_equal(strlist_add(&add, words->add[i], err), 0);
	for (int i = 0; words->drop[i]; i++)
		assert_int_equal(strlist_add(&drop, words->drop[i], err), 0);
	return capabilities_read(&add, &drop, ret_set, ret_added, err);
}

static void expect(struct words words, uint64_t set, uint64_t added)
{
	uint64_t got_set, got_added;
	struct error err = {0};

	assert_int_equal(read_words(&words, &got_set, &got_added, &err), 0);
	assert_int_equal(got_set, set);
	assert_int_equal(got_added, added);
}

static void adds_and_drops_by_name(void **state)
{
	const uint64_t normal = capabilities_default();

	(void)state;
	expect((struct words){0}, normal, 0);
	expect((struct words){.add = {"NET_RAW"}}, normal | BIT(CAP_NET_RAW),
	       BIT(CAP_NET_RAW));
	expect((struct words){.add = {"cap_net_raw,CAP_SYS_PTRACE"}},
	       normal | BIT(CAP_NET_RAW) | BIT(CAP_SYS_PTRACE),
	       BIT(CAP_NET_RAW) | BIT(CAP_SYS_PTRACE));
	expect((struct words){.drop = {"chown", "kill"}},
	       normal & ~(BIT(CAP_CHOWN) | BIT(CAP_KILL)), 0);
	/* What is there already can be asked for: then another user has it too. */
	expect((struct words){.add = {"net_bind_service"}}, normal,
	       BIT(CAP_NET_BIND_SERVICE));
	expect((struct words){.add = {"net_raw"}, .drop = {"net_raw"}}, normal, 0);
}

static void knows_all(void **state)
{
	const uint64_t all = BIT(CAP_CHECKPOINT_RESTORE + 1) - 1;

	(void)state;
	expect((struct words){.drop = {"ALL"}}, 0, 0);
	expect((struct words){.drop = {"all"}, .add = {"chown"}}, BIT(CAP_CHOWN),
	       BIT(CAP_CHOWN));
	expect((struct words){.add = {"ALL"}}, all, all);
	expect((struct words){.add = {"ALL"}, .drop = {"sys_admin"}},
	       all & ~BIT(CAP_SYS_ADMIN), all & ~BIT(CAP_SYS_ADMIN));
	expect((struct words){.add = {"ALL"}, .drop = {"ALL"}}, 0, 0);
}

static void names_the_word_that_is_none(void **state)
{
	const struct words bad[] = {
		{.add = {"net_rawx"}},
		{.drop = {"cap_"}},
		{.add = {"net_raw,"
			 ",x"}},
		{.drop = {"cap"}},
		{.add = {"net_raw "}},
		{.add = {"-1"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error err = {0};
		uint64_t set, added;

		assert_int_equal(read_words(&bad[i], &set, &added, &err), -EINVAL);
		assert_non_null(strstr(err.text, "there is no capability"));
		assert_non_null(
			strstr(err.text, bad[i].add[0] ? "--cap-add" : "--cap-drop"));
	}
}

static void prints_names(void **state)
{
	char text[64];

	(void)state;
	assert_string_equal(capabilities_print(0, text, sizeof(text)), "none");
	assert_string_equal(
		capabilities_print(BIT(CAP_CHOWN) | BIT(CAP_KILL), text, sizeof(text)),
		"chown kill");
	/* As much as there is room for. */
	capabilities_print(UINT64_MAX, text, sizeof(text));
	assert_int_equal(strlen(text), sizeof(text) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_and_drops_by_name),
		cmocka_unit_test(knows_all),
		cmocka_unit_test(names_the_word_that_is_none),
		cmocka_unit_test(prints_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
