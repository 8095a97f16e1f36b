/* SPDX-License-Identifier: MIT */
/* Tests of ownerlist: what it writes is what owners reads, and it says nothing where there is nothing to say. */
#include "tests/unit/unit.h"

#include "runner/idmap.h"
#include "runner/ownerlist.h"
#include "runner/owners.h"
#include "tests/unit/common/scratch.h"

static void see(struct ownerlist *list, const char *path, int64_t uid, int64_t gid,
		bool replaced)
{
	struct ownerlist_owner owner = {uid, gid};
	struct error err = {0};

	if (ownerlist_see(list, &owner, replaced))
		assert_int_equal(ownerlist_add(list, path, &owner, &err), 0);
}

/* The text that is written; frees the list. */
static char *written(struct ownerlist *list, uint64_t lines)
{
	struct image image = {
		.is_unpacked = true,
		.owners_fd = scratch_open("list", O_RDWR | O_CREAT | O_TRUNC)};
	struct error err = {0};
	uint64_t count = 99;
	char *text;

	assert_int_equal(ownerlist_write(list, image.owners_fd, &count, &err), 0);
	assert_int_equal(count, lines);
	assert_int_equal(owners_read(&image, &text, &err), 0);
	close(image.owners_fd);
	ownerlist_free(list);
	return text;
}

static void has_a_line_for_what_is_not_roots(void **state)
{
	struct ownerlist list = {0};

	(void)state;
	see(&list, "", 0, 0, false);
	see(&list, "a", 33, 0, false);
	see(&list, "b\\\n\xff", 0, 8, false);
	see(&list, "c", 65535, 65535, false);
	char *text = written(&list, 3);
	assert_string_equal(text, "33:0 /a\n0:8 /b\\x5c\\x0a\\xff\n65535:65535 /c\n");
	free(text);
}

static void a_later_owner_counts(void **state)
{
	struct ownerlist list = {0};

	(void)state;
	see(&list, "a", 33, 33, false);
	see(&list, "a", 0, 0, true);
	char *text = written(&list, 1);
	assert_string_equal(text, "33:33 /a\n0:0 /a\n");
	free(text);
}

static void leaves_out_what_can_be_no_id_of_a_jail(void **state)
{
	struct ownerlist list = {0};

	(void)state;
	see(&list, "a", 0, 0, false);
	see(&list, "b", 65536, 0, false);
	see(&list, "c", 0, -1, false);
	see(&list, "d", INT64_MAX, INT64_MIN, true);
	assert_null(written(&list, 0));
}

static void one_owner_of_all_says_nothing(void **state)
{
	struct ownerlist list = {0};

	(void)state;
	see(&list, "", 1000, 1000, false);
	see(&list, "a", 1000, 1000, false);
	assert_null(written(&list, 0));
	see(&list, "", 0, 0, false);
	see(&list, "a", 0, 0, true);
	assert_null(written(&list, 0));
}

static void over_the_limit_there_is_none(void **state)
{
	struct ownerlist list = {0};
	char path[4096];

	(void)state;
	memset(path, '\x01', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	see(&list, "", 0, 0, false);
	for (int i = 0; i < OWNERS_LIMIT / (4 * 4095) + 2; i++)
		see(&list, path, 1, 1, false);
	assert_true(list.is_full);
	assert_in_range(list.size, OWNERS_LIMIT / 2, OWNERS_LIMIT);
	assert_null(written(&list, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(has_a_line_for_what_is_not_roots),
		scratch_test(a_later_owner_counts),
		scratch_test(leaves_out_what_can_be_no_id_of_a_jail),
		scratch_test(one_owner_of_all_says_nothing),
		scratch_test(over_the_limit_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
