/* SPDX-License-Identifier: MIT */
/*
 * privilege: which files the kernel starts with AT_SECURE. Capabilities themselves need root to set;
 * here it is their bytes.
 */
#include "tests/unit/unit.h"

#include <sys/stat.h>

#include "elfdeps/privilege.h"
#include "tests/unit/common/scratch.h"

static void set_user_id_raises(void **state)
{
	(void)state;
	assert_true(privilege_by_mode(S_IFREG | 04755));
	assert_true(privilege_by_mode(S_IFREG | 04644));
	assert_false(privilege_by_mode(S_IFREG | 0755));
	assert_false(privilege_by_mode(S_IFDIR | 06755));
}

static void set_group_id_raises_only_with_its_execute_bit(void **state)
{
	(void)state;
	assert_true(privilege_by_mode(S_IFREG | 02755));
	assert_false(privilege_by_mode(S_IFREG | 02745));
}

static void capabilities_raise_if_any_is_permitted(void **state)
{
	unsigned char two[20] = {0, 0, 0, 2}, three[24] = {1, 0, 0, 3};

	(void)state;
	assert_false(privilege_permits(two, sizeof(two)));
	two[8] = 1; /* inheritable */
	assert_false(privilege_permits(two, sizeof(two)));
	two[13] = 4; /* permitted, of the second set */
	assert_true(privilege_permits(two, sizeof(two)));
	assert_false(privilege_permits(two, 12));
	three[5] = 8;
	assert_true(privilege_permits(three, sizeof(three)));
	assert_false(privilege_permits(three, 0));
}

static void a_file_without_the_attribute_has_none(void **state)
{
	struct sysroot root = {.fd = -1};

	(void)state;
	close(scratch_open("plain", O_WRONLY | O_CREAT));
	assert_false(privilege_by_capabilities(&root, "plain"));
	assert_false(privilege_by_capabilities(&root, "none"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_user_id_raises),
		cmocka_unit_test(set_group_id_raises_only_with_its_execute_bit),
		cmocka_unit_test(capabilities_raise_if_any_is_permitted),
		scratch_test(a_file_without_the_attribute_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
