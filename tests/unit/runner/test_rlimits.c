/* SPDX-License-Identifier: MIT */
/* Tests of rlimits: the words of --rlimit, and limits set in children. */
#include "tests/unit/unit.h"

#include <errno.h>

#include "jailchild.h"
#include "runner/rlimits.h"

static int read_word(const char *word, struct rlimits *ret, struct error *err)
{
	_cleanup_strlist_ struct strlist words = {0};

	assert_int_equal(strlist_add(&words, word, err), 0);
	return rlimits_read(&words, ret, err);
}

static void expect(const char *word, int number, rlim_t soft, rlim_t hard)
{
	struct rlimits limits;
	struct error err = {0};

	assert_int_equal(read_word(word, &limits, &err), 0);
	assert_int_equal(limits.asked, 1U << number);
	assert_true(limits.values[number].rlim_cur == soft);
	assert_true(limits.values[number].rlim_max == hard);
}

static void reads_numbers_and_sizes(void **state)
{
	(void)state;
	expect("nofile=64", RLIMIT_NOFILE, 64, 64);
	expect("nofile=64:128", RLIMIT_NOFILE, 64, 128);
	expect("as=2g", RLIMIT_AS, (rlim_t)2 << 30, (rlim_t)2 << 30);
	expect("fsize=10k:1M", RLIMIT_FSIZE, 10 << 10, 1 << 20);
	expect("core=0:unlimited", RLIMIT_CORE, 0, RLIM_INFINITY);
	expect("stack=unlimited", RLIMIT_STACK, RLIM_INFINITY, RLIM_INFINITY);
}

static void refuses_what_is_no_limit(void **state)
{
	static const char *const bad[] = {
		"nofile",
		"nofile=",
		"nofile=x",
		"nofile=-1",
		"nofile=2:1",
		"nofile=1:",
		"nofile=1:2:3",
		"nofiles=1",
		"=1",
		"as=1t",
		"as=99999999999999999999",
		"as=18014398509481984k",
		"nofile=unlimited:1",
		"core=unlimitedx",
		"nofile= 1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct rlimits limits;
		struct error err = {0};

		if (read_word(bad[i], &limits, &err) != -EINVAL)
			fail_msg("%s is taken", bad[i]);
		assert_non_null(strstr(err.text, "--rlimit: "));
	}
}

static void apply(void *data)
{
	const struct rlimits limits = {.asked = 1U << RLIMIT_NOFILE | 1U << RLIMIT_CORE,
				       .values = {[RLIMIT_NOFILE] = {20, 30}}};
	struct error err = {0};
	struct rlimit value;

	(void)data;
	jailchild_succeed(rlimits_apply(&limits, &err), &err);
	jailchild_expect(getrlimit(RLIMIT_NOFILE, &value) == 0 && value.rlim_cur == 20 &&
			 value.rlim_max == 30);
	jailchild_expect(getrlimit(RLIMIT_CORE, &value) == 0 && value.rlim_cur == 0 &&
			 value.rlim_max == 0);
}

static void sets_them_for_this_process(void **state)
{
	(void)state;
	jailchild_fork(apply, NULL);
}

/* A process without CAP_SYS_RESOURCE, as which a namespace's root counts. */
static void raise_without_rights(void *data)
{
	const struct rlimits limits = {.asked = 1U << RLIMIT_CORE,
				       .values = {[RLIMIT_CORE] = {5, 5}}};
	const struct rlimits lower = {.asked = 1U << RLIMIT_CORE,
				      .values = {[RLIMIT_CORE] = {3, 3}}};
	struct error err = {0};

	(void)data;
	jailchild_succeed(rlimits_apply(&lower, &err), &err);
	jailchild_succeed(rlimits_raise(&lower, getpid(), &err), &err);
	jailchild_expect(rlimits_raise(&limits, getpid(), &err) == -EPERM);
	jailchild_expect(strstr(err.text, "'core'") && strstr(err.hint, "limit is 3,"));
}

static void says_which_limit_cannot_be_raised(void **state)
{
	(void)state;
	jailchild_run(0, raise_without_rights, NULL);
}

static void has_names(void **state)
{
	(void)state;
	assert_string_equal(rlimits_name(RLIMIT_NOFILE), "nofile");
	for (size_t i = 0; i < RLIM_NLIMITS; i++)
		assert_non_null(rlimits_name(i));
	assert_null(rlimits_name(RLIM_NLIMITS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_numbers_and_sizes),
		cmocka_unit_test(refuses_what_is_no_limit),
		cmocka_unit_test(sets_them_for_this_process),
		cmocka_unit_test(says_which_limit_cannot_be_raised),
		cmocka_unit_test(has_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
