/* SPDX-License-Identifier: MIT */
/* Tests of builder/accounts: the two files, whatever the order, and what cannot be an account. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "builder/accounts.h"

static int add(struct accounts *accounts, const char *const *words, struct error *err)
{
	size_t count = 0;

	while (words[count])
		count++;
	return accounts_add(accounts, words, count, err);
}

static void writes_both_files_in_the_order_of_ids(void **state)
{
	_cleanup_accounts_ struct accounts accounts = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(add(&accounts,
			     (const char *[]){"web", "33", "/var/www", "/bin/sh", NULL},
			     &err),
			 0);
	assert_int_equal(add(&accounts, (const char *[]){"db", "26:33", NULL}, &err), 0);
	assert_int_equal(add(&accounts, (const char *[]){"web", "33", NULL}, &err), 0);
	char *passwd = accounts_passwd(&accounts, &err);
	char *group = accounts_group(&accounts, &err);
	assert_string_equal(
		passwd, "root:x:0:0:root:/root:/bin/sh\n"
			"db:x:26:33::/nonexistent:/usr/sbin/nologin\n"
			"web:x:33:33::/var/www:/bin/sh\n"
			"nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
	/* A number has one name: that of the first account. */
	assert_string_equal(group, "root:x:0:\ndb:x:33:\nnogroup:x:65534:\n");
	free(passwd);
	free(group);
}

static void owners_are_names_or_numbers(void **state)
{
	_cleanup_accounts_ struct accounts accounts = {0};
	struct error err = {0};
	uid_t uid = 1;
	gid_t gid = 1;

	(void)state;
	assert_int_equal(add(&accounts, (const char *[]){"db", "26:27", NULL}, &err), 0);
	assert_int_equal(accounts_owner(&accounts, "db", &uid, &gid, &err), 0);
	assert_int_equal(uid, 26);
	assert_int_equal(gid, 27);
	assert_int_equal(accounts_owner(&accounts, "root:db", &uid, &gid, &err), 0);
	assert_int_equal(uid, 0);
	assert_int_equal(gid, 27);
	assert_int_equal(accounts_owner(&accounts, "5:6", &uid, &gid, &err), 0);
	assert_int_equal(gid, 6);
	assert_int_equal(accounts_owner(&accounts, "web", &uid, &gid, &err), -EINVAL);
	assert_non_null(strstr(err.hint, "account web UID"));
}

static void refuses_what_cannot_be_an_account(void **state)
{
	static const char *const bad[][5] = {
		{"Web", "33", NULL},
		{"", "33", NULL},
		{"a:b", "33", NULL},
		{"web", "x", NULL},
		{"web", "", NULL},
		{"web", "4294967295", NULL},
		{"web", "33:", NULL},
		{"web", "-1", NULL},
		{"web", "33", "home", NULL},
		{"web", "33", "/a:b", NULL},
		{"web", "33", "/a", "/b\nroot::0:0::/:/bin/sh", NULL},
	};
	static const char *const taken[][3] = {
		{"root", "5", NULL}, {"toor", "0", NULL}, {"nobody", "7", NULL},
		{"db", "27", NULL},  {"sql", "26", NULL},
	};
	_cleanup_accounts_ struct accounts accounts = {0};
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(add(&accounts, bad[i], &err), -EINVAL);
	assert_int_equal(add(&accounts, (const char *[]){"db", "26", NULL}, &err), 0);
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		assert_int_equal(add(&accounts, taken[i], &err), -EEXIST);
	assert_int_equal(accounts.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_both_files_in_the_order_of_ids),
		cmocka_unit_test(owners_are_names_or_numbers),
		cmocka_unit_test(refuses_what_cannot_be_an_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
