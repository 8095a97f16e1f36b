/* SPDX-License-Identifier: MIT */
/* Tests of inventory: what it tells of a cache folder, what goes, and what stays. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sys/file.h>

#include "jailimage.h"
#include "runner/inventory.h"

static struct jailimage cache;

static int set_up(void **state)
{
	(void)state;
	jailimage_make(&cache);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	jailimage_remove(&cache);
	return 0;
}

/* An entry of `bytes`, last used at the second `used`; returns its descriptor. */
static int add(const char *key, uint64_t bytes, time_t used)
{
	const struct timespec times[2] = {{.tv_sec = used}, {.tv_sec = used}};
	struct error err = {0};
	char path[300];

	snprintf(path, sizeof(path), "%s/root/bin/file", key);
	jailimage_write(&cache, path, "x", 0644);
	int fd = openat(cache.fd, key, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	if (bytes)
		assert_int_equal(inventory_describe(fd, "/no/such.tar", bytes, 3, &err),
				 0);
	assert_int_equal(futimens(fd, times), 0);
	return fd;
}

static bool is_there(const char *key)
{
	return faccessat(cache.fd, key, F_OK, 0) == 0;
}

static unsigned long prune(uint64_t max_bytes, const char *spare)
{
	struct inventory_freed freed;
	struct error err = {0};

	if (inventory_prune(cache.fd, max_bytes, spare, &freed, &err) < 0)
		fail_msg("%s", err.text);
	return freed.entries;
}

static void tells_what_is_there_the_longest_unused_first(void **state)
{
	_cleanup_inventory_ struct inventory inventory = {.items = NULL};
	struct error err = {0};

	(void)state;
	close(add("new@boot", 10, 300));
	close(add("old@boot", 20, 100));
	close(add("bare@boot", 0, 200));
	jailimage_write(&cache, "letter", "of the user's", 0644);
	jailimage_write(&cache, "photos/a", "", 0644);
	assert_int_equal(inventory_read(cache.fd, &inventory, &err), 0);
	assert_int_equal(inventory.count, 3);
	assert_string_equal(inventory.items[0].key, "old@boot");
	assert_string_equal(inventory.items[0].archive, "/no/such.tar");
	assert_int_equal(inventory.items[0].bytes, 20);
	assert_int_equal(inventory.items[0].files, 3);
	assert_int_equal(inventory.items[0].used.tv_sec, 100);
	assert_false(inventory.items[0].in_use);
	assert_false(inventory.items[0].is_leftover);
	assert_null(inventory.items[1].archive);
	assert_string_equal(inventory.items[2].key, "new@boot");
}

static void knows_what_is_in_use_and_what_was_left(void **state)
{
	_cleanup_inventory_ struct inventory inventory = {.items = NULL};
	struct error err = {0};
	int used = add("a@boot", 1, 100);

	(void)state;
	close(add("tmp.b@boot", 0, 200));
	close(add("dead.c@boot", 0, 300));
	assert_int_equal(flock(used, LOCK_SH), 0);
	assert_int_equal(inventory_read(cache.fd, &inventory, &err), 0);
	assert_true(inventory.items[0].in_use);
	assert_true(inventory.items[1].is_leftover && !inventory.items[1].in_use);
	assert_true(inventory.items[2].is_leftover);
	close(used);
}

static void removes_the_longest_unused_until_it_fits(void **state)
{
	(void)state;
	close(add("a@boot", 40, 100));
	close(add("b@boot", 40, 200));
	close(add("c@boot", 40, 300));
	assert_int_equal(prune(120, NULL), 0);
	assert_int_equal(prune(80, NULL), 1);
	assert_false(is_there("a@boot"));
	assert_int_equal(prune(80, NULL), 0);
	assert_int_equal(prune(1, NULL), 2);
	assert_false(is_there("c@boot"));
}

static void keeps_what_is_in_use_or_spared(void **state)
{
	int used = add("a@boot", 40, 100);

	(void)state;
	close(add("b@boot", 40, 200));
	close(add("c@boot", 40, 300));
	assert_int_equal(flock(used, LOCK_SH), 0);
	assert_int_equal(prune(0, "b@boot"), 1);
	assert_true(is_there("a@boot/root/bin/file"));
	assert_true(is_there("b@boot"));
	close(used);
	assert_int_equal(prune(0, NULL), 2);
	assert_false(is_there("a@boot"));
}

static void removes_what_killed_ones_left_but_nothing_of_the_users(void **state)
{
	int busy = add("tmp.busy@boot", 0, 100);

	(void)state;
	close(add("tmp.a@boot", 0, 100));
	close(add("dead.b@boot", 0, 100));
	close(add("c@boot", 40, 100));
	jailimage_write(&cache, "letter", "of the user's", 0644);
	assert_int_equal(flock(busy, LOCK_EX), 0);
	assert_int_equal(prune(1000, NULL), 2);
	assert_true(is_there("tmp.busy@boot"));
	close(busy);
	assert_int_equal(prune(0, NULL), 2);
	assert_true(is_there("letter"));
}

static void is_not_led_out_by_symlinks(void **state)
{
	_cleanup_inventory_ struct inventory inventory = {.items = NULL};
	struct error err = {0};

	(void)state;
	jailimage_write(&cache, "elsewhere/root/file", "", 0644);
	jailimage_link(&cache, "elsewhere", "link@boot");
	close(add("a@boot", 0, 100));
	jailimage_link(&cache, "/etc/passwd", "a@boot/about");
	assert_int_equal(inventory_read(cache.fd, &inventory, &err), 0);
	assert_int_equal(inventory.count, 1);
	assert_null(inventory.items[0].archive);
	assert_int_equal(prune(0, NULL), 1);
	assert_true(is_there("elsewhere/root/file"));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tells_what_is_there_the_longest_unused_first),
		TEST(knows_what_is_in_use_and_what_was_left),
		TEST(removes_the_longest_unused_until_it_fits),
		TEST(keeps_what_is_in_use_or_spared),
		TEST(removes_what_killed_ones_left_but_nothing_of_the_users),
		TEST(is_not_led_out_by_symlinks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
