/* SPDX-License-Identifier: MIT */
/* Tests of account: names and numbers looked up in the files of a hostile image. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>

#include "jailimage.h"
#include "runner/account.h"

static struct jailimage image;

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
			     "alice:x:1000:1001:Alice:/home/alice:/bin/bash\n"
			     "short:x:7:8:no shell:/home/short\n"
			     "relative:x:9:9::home:\n"
			     "last:x:4294967294:5::/last:/bin/last";
static const char group[] = "root:x:0:\n"
			    "audio:x:29:bob,alice\n"
			    "alice:x:1001:\n"
			    "video:x:44:alice\n"
			    "alicex:x:45:alicex,xalice";

static int set_up(void **state)
{
	(void)state;
	jailimage_make(&image);
	return 0;
}

static int set_up_accounts(void **state)
{
	set_up(state);
	jailimage_write(&image, "etc/passwd", passwd, 0644);
	jailimage_write(&image, "etc/group", group, 0644);
	return 0;
}

/* What the accounts of one test own. */
static char *owned[8];
static size_t owned_count;

static int tear_down(void **state)
{
	(void)state;
	while (owned_count)
		free(owned[--owned_count]);
	jailimage_remove(&image);
	return 0;
}

static struct account find(const char *user)
{
	struct account account = {0};
	struct error err = {0};

	if (account_find(image.fd, user, &account, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(owned_count < sizeof(owned) / sizeof(owned[0]));
	owned[owned_count++] = account.passwd;
	return account;
}

/* The answer is written only on success, so it must still be what it was. */
static void refuses(const char *user, int code, const char *text)
{
	struct account account = {.uid = 77};
	struct error err = {0};

	assert_int_equal(account_find(image.fd, user, &account, &err), -code);
	assert_int_equal(account.uid, 77);
	assert_non_null(strstr(err.text, text));
}

static void takes_root_if_nobody_is_named(void **state)
{
	struct account account = find(NULL);

	(void)state;
	assert_int_equal(account.uid, 0);
	assert_int_equal(account.gid, 0);
	assert_string_equal(account.name, "root");
	assert_string_equal(account.home, "/root");
	assert_string_equal(account.shell, "/bin/sh");
}

static void finds_a_name_with_its_groups(void **state)
{
	struct account account = find("alice");

	(void)state;
	assert_int_equal(account.uid, 1000);
	assert_int_equal(account.gid, 1001);
	assert_string_equal(account.home, "/home/alice");
	assert_string_equal(account.shell, "/bin/bash");
	assert_int_equal(account.group_count, 2);
	assert_int_equal(account.groups[0], 29);
	assert_int_equal(account.groups[1], 44);
}

static void finds_the_account_of_a_number(void **state)
{
	struct account account = find("1000");

	(void)state;
	assert_string_equal(account.name, "alice");
	assert_int_equal(account.gid, 1001);
	assert_int_equal(account.group_count, 2);
}

static void takes_a_number_that_has_no_account(void **state)
{
	struct account account = find("4242");

	(void)state;
	assert_int_equal(account.uid, 4242);
	assert_int_equal(account.gid, 0);
	assert_string_equal(account.name, "");
	assert_string_equal(account.home, "/");
	assert_string_equal(account.shell, "");
	assert_int_equal(account.group_count, 0);
}

static void takes_the_group_behind_the_colon(void **state)
{
	struct account by_name = find("alice:audio"), by_number = find("4242:31");

	(void)state;
	assert_int_equal(by_name.uid, 1000);
	assert_int_equal(by_name.gid, 29);
	assert_int_equal(by_number.uid, 4242);
	assert_int_equal(by_number.gid, 31);
}

static void reads_a_last_line_without_its_newline(void **state)
{
	struct account account = find("last:alicex");

	(void)state;
	assert_int_equal(account.uid, 4294967294u);
	assert_int_equal(account.gid, 45);
	assert_string_equal(account.shell, "/bin/last");
}

static void does_without_shell_and_home_in_a_line(void **state)
{
	struct account no_shell = find("short"), relative = find("relative");

	(void)state;
	assert_string_equal(no_shell.home, "/home/short");
	assert_string_equal(no_shell.shell, "");
	assert_string_equal(relative.home, "/");
}

static void steps_over_malformed_lines(void **state)
{
	(void)state;
	jailimage_write(
		&image, "etc/passwd",
		"\nrubbish\n:::::\nu:x:-5:1::/:\nu:x:1:::/:\nu:x: 6:1::/:\n"
		"u:x:0x7:1::/:\nu:x:4294967295:1::/:\nu:x:99999999999999999999:1::/"
		":\nu:x:1:4294967295::/:\n#u:x:2:2::/:\nu:x:3:4::/good:/s:more:::\n",
		0644);
	jailimage_write(&image, "etc/group",
			"bad\ng:x:-1:u\ng:x:4294967295:u\ng:x::u\ng:x:12:u:v\n", 0644);
	struct account account = find("u");
	assert_int_equal(account.uid, 3);
	assert_int_equal(account.gid, 4);
	assert_string_equal(account.home, "/good");
	assert_string_equal(account.shell, "/s");
	assert_int_equal(account.group_count, 1);
	assert_int_equal(account.groups[0], 12);
}

static void refuses_ids_that_are_none(void **state)
{
	(void)state;
	refuses("4294967295", EINVAL, "4294967295"); /* "no change" to setuid(2) */
	refuses("4294967296", EINVAL, "4294967296");
	refuses("99999999999999999999999", EINVAL, "999");
	refuses("0x10", EINVAL, "0x10");
	refuses("12 ", EINVAL, "12 ");
	refuses("-1", ENOENT, "-1");
	refuses("0:4294967295", EINVAL, "4294967295");
	refuses("0:-1", ENOENT, "-1");
}

static void refuses_what_is_not_user_and_group(void **state)
{
	(void)state;
	refuses("", EINVAL, "USER[:GROUP]");
	refuses(":", EINVAL, "USER[:GROUP]");
	refuses(":audio", EINVAL, "USER[:GROUP]");
	refuses("alice:", EINVAL, "USER[:GROUP]");
	refuses("4alice", EINVAL, "USER[:GROUP]");
	refuses("alice:4audio", EINVAL, "USER[:GROUP]");
	refuses("alice:audio:video", ENOENT, "audio:video");
}

static void checks_the_syntax_without_an_image(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(account_check("nobody:4294967294", &err), 0);
	assert_int_equal(account_check("0", &err), 0);
	assert_int_equal(account_check("4294967295", &err), -EINVAL);
	assert_int_equal(account_check("a:", &err), -EINVAL);
	assert_int_equal(account_check("", &err), -EINVAL);
	assert_non_null(strstr(err.text, "--user"));
}

static void says_which_name_is_not_there(void **state)
{
	struct account account;
	struct error err = {0};

	(void)state;
	refuses("alice:wheel", ENOENT, "wheel");
	assert_int_equal(account_find(image.fd, "mallory", &account, &err), -ENOENT);
	assert_non_null(strstr(err.text, "mallory"));
	assert_non_null(strstr(err.hint, "1000:1000"));
}

static void needs_no_files_for_numbers(void **state)
{
	struct account account = find("12:34");

	(void)state;
	assert_int_equal(account.uid, 12);
	assert_int_equal(account.gid, 34);
	assert_string_equal(account.home, "/");
	refuses("root", ENOENT, "root");
}

static void keeps_symlinks_inside_the_image(void **state)
{
	(void)state;
	jailimage_write(&image, "real/passwd", "inside:x:5:6::/:\n", 0644);
	jailimage_link(&image, "../../../../../../real/passwd", "etc/passwd");
	jailimage_link(&image, "/proc/self/fd/0", "etc/group");
	assert_int_equal(find("inside").uid, 5);
	/* The host's file behind the same path has a root; the image has none. */
	assert_int_equal(unlinkat(image.fd, "etc/passwd", 0), 0);
	jailimage_link(&image, "../../../../../../../../../etc/passwd", "etc/passwd");
	refuses("root", ELOOP, "/etc/passwd");
}

static void refuses_what_is_no_plain_file(void **state)
{
	(void)state;
	assert_int_equal(mkdirat(image.fd, "etc", 0755), 0);
	assert_int_equal(mkfifoat(image.fd, "etc/passwd", 0644), 0);
	refuses("alice", EINVAL, "no plain file");
	assert_int_equal(unlinkat(image.fd, "etc/passwd", 0), 0);
	assert_int_equal(mknodat(image.fd, "etc/passwd", S_IFSOCK | 0644, 0), 0);
	refuses("alice", EINVAL, "no plain file");
	assert_int_equal(unlinkat(image.fd, "etc/passwd", 0), 0);
	assert_int_equal(mkdirat(image.fd, "etc/passwd", 0755), 0);
	refuses("alice", EINVAL, "no plain file");
}

static void refuses_a_file_over_the_limit(void **state)
{
	(void)state;
	jailimage_write(&image, "etc/passwd", "", 0644);
	int fd = openat(image.fd, "etc/passwd", O_WRONLY | O_CLOEXEC);
	assert_int_equal(ftruncate(fd, 5 << 20), 0);
	close(fd);
	refuses("alice", EFBIG, "/etc/passwd");
}

static void refuses_a_nul_byte(void **state)
{
	static const char text[] = "alice:x:1:1::/:\n\0bob:x:2:2::/:\n";

	(void)state;
	jailimage_write(&image, "etc/passwd", "", 0644);
	int fd = openat(image.fd, "etc/passwd", O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(fd, text, sizeof(text) - 1), (ssize_t)sizeof(text) - 1);
	close(fd);
	refuses("alice", EINVAL, "NUL");
}

static void takes_no_more_groups_than_there_is_room_for(void **state)
{
	static char text[64 * 1024];
	size_t used = 0;

	(void)state;
	jailimage_write(&image, "etc/passwd", "u:x:1:1::/:\n", 0644);
	for (int i = 0; i < 1000; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "g%d:x:%d:u\n",
					 i, 100 + i);
	jailimage_write(&image, "etc/group", text, 0644);
	struct account account = find("u:g999");
	assert_int_equal(account.group_count, ACCOUNT_GROUPS_MAX);
	assert_int_equal(account.groups[ACCOUNT_GROUPS_MAX - 1], 163);
	assert_int_equal(account.gid, 1099);
}

#define WITH_ACCOUNTS(test) \
	cmocka_unit_test_setup_teardown(test, set_up_accounts, tear_down)
#define EMPTY(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ACCOUNTS(takes_root_if_nobody_is_named),
		WITH_ACCOUNTS(finds_a_name_with_its_groups),
		WITH_ACCOUNTS(finds_the_account_of_a_number),
		WITH_ACCOUNTS(takes_a_number_that_has_no_account),
		WITH_ACCOUNTS(takes_the_group_behind_the_colon),
		WITH_ACCOUNTS(reads_a_last_line_without_its_newline),
		WITH_ACCOUNTS(does_without_shell_and_home_in_a_line),
		WITH_ACCOUNTS(refuses_ids_that_are_none),
		WITH_ACCOUNTS(refuses_what_is_not_user_and_group),
		WITH_ACCOUNTS(says_which_name_is_not_there),
		EMPTY(checks_the_syntax_without_an_image),
		EMPTY(steps_over_malformed_lines),
		EMPTY(needs_no_files_for_numbers),
		EMPTY(keeps_symlinks_inside_the_image),
		EMPTY(refuses_what_is_no_plain_file),
		EMPTY(refuses_a_file_over_the_limit),
		EMPTY(refuses_a_nul_byte),
		EMPTY(takes_no_more_groups_than_there_is_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
