/* SPDX-License-Identifier: MIT */
/* Tests of prepare: what the options, the image's settings and its accounts make of a jail. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sched.h>

#include "jailimage.h"
#include "runner/reach.h"
#include "runner/environment.h"
#include "runner/jail.h"

static struct jailimage image;

static int set_up(void **state)
{
	(void)state;
	jailimage_make(&image);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	jailimage_remove(&image);
	return 0;
}

enum { MAX_WORDS = 31 };

/* The words of the last command line; `options` points into them. */
static char line[2048];
static char *argv[MAX_WORDS + 1];

static void parse(const char *words, struct options *options)
{
	struct error err = {0};
	int argc = 0;

	snprintf(line, sizeof(line), "jailrun %s", words);
	for (char *word = strtok(line, " "); word && argc < MAX_WORDS;
	     word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	*options = (struct options){0};
	if (options_parse(argc, argv, options, &err) < 0)
		fail_msg("%s", err.text);
}

/* Both steps, as the main file takes them, with the image between `before` and `command`. */
static unsigned warnings;

static void count_warning(const char *format, ...)
{
	(void)format;
	warnings++;
}

static int try_prepare(const char *before, const char *command, struct jail *jail,
		       struct error *err)
{
	_cleanup_options_ struct options options = {0};
	char words[1024];

	*jail = (struct jail)JAIL_NONE;
	jail->warn = count_warning;
	warnings = 0;
	snprintf(words, sizeof(words), "%s %s %s", before, image.path, command);
	parse(words, &options);
	int r = jail_read_options(&options, jail, err);
	return r < 0 ? r : jail_prepare(&options, jail, err);
}

static void prepare(const char *before, const char *command, struct jail *jail)
{
	struct error err = {0};

	if (try_prepare(before, command, jail, &err) < 0)
		fail_msg("%s", err.text);
}

static void refuses(const char *before, int code, const char *text)
{
	_cleanup_jail_ struct jail jail = JAIL_NONE;
	struct error err = {0};

	assert_int_equal(try_prepare(before, "ls", &jail, &err), -code);
	if (!strstr(err.text, text))
		fail_msg("'%s' is not in: %s", text, err.text);
}

static void is_made_of(const struct strlist *command, const char *wanted)
{
	char joined[256] = "";

	for (size_t i = 0; i < command->count; i++)
		snprintf(joined + strlen(joined), sizeof(joined) - strlen(joined), "%s|",
			 command->items[i]);
	assert_string_equal(joined, wanted);
}

static void check_command(const char *before, const char *command, const char *wanted)
{
	_cleanup_jail_ struct jail jail;

	prepare(before, command, &jail);
	is_made_of(&jail.command, wanted);
}

static void has_safe_defaults(void **state)
{
	_cleanup_jail_ struct jail jail;

	(void)state;
	prepare("", "ls -l", &jail);
	assert_true(jail.namespaces ==
		    (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC |
		     CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWCGROUP));
	assert_int_equal(jail.root, JAIL_ROOT_OVERLAY);
	assert_int_equal(jail.by_root, geteuid() == 0);
	assert_int_equal(jail.volumes.count, 0);
	assert_int_equal(jail.account.uid, 0);
	assert_string_equal(jail.workdir, "/");
	assert_string_equal(jail.image.path, image.path);
	assert_string_equal(jail.hostname, "jailimage");
	assert_string_equal(environment_get(&jail.environment, "USER"), "root");
	is_made_of(&jail.command, "ls|-l|");
}

static void takes_the_options_over(void **state)
{
	_cleanup_jail_ struct jail jail;

	(void)state;
	prepare("-h box.example -w /srv/../opt -u 12:34 -e A=1 --share net,ipc "
		"--read-only --tmpfs /m",
		"ls", &jail);
	assert_string_equal(jail.hostname, "box.example");
	assert_string_equal(jail.workdir, "/opt");
	assert_int_equal(jail.account.uid, 12);
	assert_int_equal(jail.account.gid, 34);
	assert_string_equal(environment_get(&jail.environment, "A"), "1");
	assert_false(jail.namespaces & (CLONE_NEWNET | CLONE_NEWIPC));
	assert_int_equal(jail.root, JAIL_ROOT_READ_ONLY);
	assert_int_equal(jail.volumes.count, 1);
}

static void writes_into_a_folder_if_asked(void **state)
{
	_cleanup_jail_ struct jail jail;

	(void)state;
	prepare("--write", "ls", &jail);
	assert_int_equal(jail.root, JAIL_ROOT_WRITE);
	/* What root's jail leaves there others must not get to. */
	assert_int_equal(warnings, geteuid() == 0 && reach_is_open(image.path));
}

static void obeys_what_the_image_says(void **state)
{
	_cleanup_jail_ struct jail jail;

	(void)state;
	jailimage_write(&image, "etc/passwd", "alice:x:1000:1001::/home/alice:/bin/zsh\n",
			0644);
	jailimage_write(&image, ".jail/config",
			"entrypoint=/entry\nentrypoint=-x\ncmd=serve\nuser=alice\n"
			"workdir=/srv/./data\nenv=LANG=de\nenv=B=2\n",
			0644);
	prepare("", "", &jail);
	is_made_of(&jail.command, "/entry|-x|serve|");
	assert_int_equal(jail.account.uid, 1000);
	assert_int_equal(jail.account.gid, 1001);
	assert_string_equal(jail.workdir, "/srv/data");
	assert_string_equal(environment_get(&jail.environment, "HOME"), "/home/alice");
	assert_string_equal(environment_get(&jail.environment, "LANG"), "de");
	assert_string_equal(environment_get(&jail.environment, "B"), "2");
}

static void lets_the_user_overrule_the_image(void **state)
{
	_cleanup_jail_ struct jail jail;

	(void)state;
	jailimage_write(&image, ".jail/config",
			"entrypoint=/entry\ncmd=serve\nuser=12\nworkdir=/srv\nenv=A=i\n",
			0644);
	prepare("-u 13 -w /opt -e A=asked", "other", &jail);
	is_made_of(&jail.command, "/entry|other|");
	assert_int_equal(jail.account.uid, 13);
	assert_string_equal(jail.workdir, "/opt");
	assert_string_equal(environment_get(&jail.environment, "A"), "asked");
}

static void chooses_the_command_as_docker_does(void **state)
{
	(void)state;
	jailimage_write(&image, "bin/sh", "", 0755);
	check_command("", "", "/bin/sh|");
	check_command("--entrypoint /e", "", "/e|");
	check_command("--entrypoint /e", "a b", "/e|a|b|");
	jailimage_write(&image, ".jail/config", "entrypoint=/entry\ncmd=serve\n", 0644);
	check_command("", "", "/entry|serve|");
	check_command("", "other", "/entry|other|");
	check_command("--entrypoint /e", "", "/e|"); /* cmd was for the other one */
	check_command("--entrypoint=", "a", "a|");
	check_command("--entrypoint=", "", "/bin/sh|");
}

static void starts_the_users_shell_if_there_is_one(void **state)
{
	(void)state;
	jailimage_write(&image, "etc/passwd", "root:x:0:0::/root:/bin/zsh\n", 0644);
	jailimage_write(&image, "usr/bin/sh", "", 0755);
	check_command("", "", "/usr/bin/sh|");
	jailimage_write(&image, "usr/bin/bash", "", 0755);
	check_command("", "", "/usr/bin/bash|");
	assert_int_equal(mkdirat(image.fd, "bin", 0755), 0);
	jailimage_link(&image, "../../../usr/bin/sh", "bin/bash");
	check_command("", "", "/bin/bash|");
	assert_int_equal(mkdirat(image.fd, "bin/zsh", 0755), 0); /* is none */
	check_command("", "", "/bin/bash|");
	assert_int_equal(unlinkat(image.fd, "bin/zsh", AT_REMOVEDIR), 0);
	jailimage_write(&image, "bin/zsh", "", 0755);
	check_command("", "", "/bin/zsh|");
}

static void says_that_there_is_nothing_to_run(void **state)
{
	_cleanup_jail_ struct jail jail = JAIL_NONE;
	struct error err = {0};

	(void)state;
	jailimage_link(&image, "/proc/self/exe", "bin/sh"); /* leads nowhere, inside */
	assert_int_equal(try_prepare("", "", &jail, &err), -EINVAL);
	assert_non_null(strstr(err.text, "no COMMAND"));
	assert_non_null(strstr(err.hint, "COMMAND"));
}

static void refuses_what_no_image_could_make_right(void **state)
{
	static const char long_name[] =
		"-h aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeee"
		"eeeeffffffffff12345";

	(void)state;
	refuses("--share nothing", EINVAL, "nothing");
	refuses("-h -x", EINVAL, "-x");
	refuses("--hostname=", EINVAL, "no valid name");
	refuses("-h a/b", EINVAL, "a/b");
	refuses(long_name, EINVAL, "no valid name");
	refuses("-h box --share uts", EINVAL, "--share uts");
	refuses("-w srv", EINVAL, "not absolute");
	refuses("--workdir=", EINVAL, "not absolute");
	refuses("-u :5", EINVAL, "USER[:GROUP]");
	refuses("-e =x", EINVAL, "has no name");
	refuses("-v /usr", EINVAL, "SRC:DST");
	refuses("--tmpfs m", EINVAL, "absolute");
}

static void refuses_what_this_image_has_not(void **state)
{
	(void)state;
	refuses("-u alice", ENOENT, "alice");
	refuses("-v /no/such/file:/x", ENOENT, "/no/such/file");
	jailimage_write(&image, ".jail/config", "workdir=srv\n", 0644);
	refuses("", EINVAL, "workdir 'srv'");
	jailimage_write(&image, ".jail/config", "nonsense\n", 0644);
	refuses("", EINVAL, "line 1");
}

static void needs_root_to_share_the_users(void **state)
{
	_cleanup_jail_ struct jail jail = JAIL_NONE;
	struct error err = {0};
	int r = try_prepare("--share user", "ls", &jail, &err);

	(void)state;
	assert_int_equal(r, geteuid() == 0 ? 0 : -EPERM);
	if (r == 0)
		assert_false(jail.namespaces & CLONE_NEWUSER);
	else
		assert_non_null(strstr(err.text, "needs root"));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(has_safe_defaults),
		TEST(takes_the_options_over),
		TEST(writes_into_a_folder_if_asked),
		TEST(obeys_what_the_image_says),
		TEST(lets_the_user_overrule_the_image),
		TEST(chooses_the_command_as_docker_does),
		TEST(starts_the_users_shell_if_there_is_one),
		TEST(says_that_there_is_nothing_to_run),
		TEST(refuses_what_no_image_could_make_right),
		TEST(refuses_what_this_image_has_not),
		TEST(needs_root_to_share_the_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
