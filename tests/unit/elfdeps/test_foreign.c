/* SPDX-License-Identifier: MIT */
/*
 * foreign: closures out of files that only the caller's functions know. The tree is the one of
 * resolving.h, below names that are not on this machine.
 */
#include "tests/unit/unit.h"

#include <errno.h>

#include "resolving.h"

/* What the functions below answer from: the scratch folder root, but only through them. */
struct asked {
	int opened;
	int refuse; /* what opening fails with */
};

static const char *below_root(const char *path, char *ret, size_t size)
{
	assert_int_equal(path[0], '/');
	snprintf(ret, size, "root%s", path);
	return ret;
}

static int ask_stat(void *data, const char *path, struct elfdeps_file *ret)
{
	char full[256];
	struct stat st;

	(void)data;
	if (lstat(below_root(path, full, sizeof(full)), &st) < 0)
		return -errno;
	*ret = (struct elfdeps_file){.device = 7, .inode = st.st_ino, .mode = st.st_mode};
	return 0;
}

static int ask_readlink(void *data, const char *path, char *ret, size_t size)
{
	char full[256];
	ssize_t length = readlink(below_root(path, full, sizeof(full)), ret, size);

	(void)data;
	return length < 0 ? -errno : (int)length;
}

static int ask_open(void *data, const char *path)
{
	struct asked *asked = data;
	char full[256];

	asked->opened++;
	if (asked->refuse)
		return -asked->refuse;
	return scratch_open(below_root(path, full, sizeof(full)), O_RDONLY);
}

static const struct elfdeps_files ours = {ask_stat, ask_readlink, ask_open};

static struct elfdeps *open_ours(struct asked *asked)
{
	struct elfdeps_files copied = ours;
	const struct elfdeps_options options = {.files = &copied, .files_data = asked};
	struct elfdeps *resolver = NULL;

	assert_int_equal(elfdeps_new(&options, &resolver, NULL), 0);
	copied = (struct elfdeps_files){0};
	return resolver;
}

static void resolves_what_only_its_caller_can_read(void **state)
{
	struct asked asked = {0};

	(void)state;
	make_tree();
	elfmaker_save("root/script", "#!/bin/prog\n", 12);
	_cleanup_elfdeps_ struct elfdeps *resolver = open_ours(&asked);
	struct elfdeps_closure closure = resolve(resolver, "/script");

	expect_paths(&closure, (const char *[]){"/script", "/bin/prog", "/lib/liba.so",
						"/lib/ld.so", NULL});
	assert_int_equal(closure.missing, 0);
	assert_int_equal(closure.objects[1]->device, 7);
}

static void two_names_of_one_file_are_one_object(void **state)
{
	struct asked asked = {0};

	(void)state;
	make_tree();
	elfmaker_file("root/bin/both",
		      (struct elfmaker){.interp = "/lib/ld.so",
					.needs = {"liba.so", "libs.so"}});
	assert_int_equal(symlink("../lib/liba.so", "root/lib/libs.so"), 0);
	_cleanup_elfdeps_ struct elfdeps *resolver = open_ours(&asked);
	struct elfdeps_closure closure = resolve(resolver, "/bin/both");

	expect_paths(&closure,
		     (const char *[]){"/bin/both", "/lib/liba.so", "/lib/ld.so", NULL});
}

static void a_folder_in_the_way_is_what_the_loader_gives_up_at(void **state)
{
	struct asked asked = {0};
	struct elfdeps_closure closure;
	struct error err = {0};

	(void)state;
	make_tree();
	assert_int_equal(unlink("root/lib/liba.so"), 0);
	assert_int_equal(mkdir("root/lib/liba.so", 0755), 0);
	_cleanup_elfdeps_ struct elfdeps *ours_resolver = open_ours(&asked);
	_cleanup_elfdeps_ struct elfdeps *folder = open_resolver(
		(struct elfdeps_options){0});
	int r = elfdeps_resolve(ours_resolver, "/bin/prog", &closure, &err);
	assert_int_equal(r, -ELIBBAD);
	assert_int_equal(r, elfdeps_resolve(folder, "/bin/prog", &closure, NULL));
	assert_int_equal(elfdeps_resolve(ours_resolver, "/lib", &closure, NULL),
			 -ENOEXEC);
}

static void what_cannot_be_opened_says_why(void **state)
{
	struct asked asked = {.refuse = EIO};
	struct elfdeps_closure closure;
	struct error err = {0};

	(void)state;
	make_tree();
	_cleanup_elfdeps_ struct elfdeps *resolver = open_ours(&asked);
	assert_int_equal(elfdeps_resolve(resolver, "/bin/prog", &closure, &err), -EIO);
	assert_non_null(strstr(err.text, "/bin/prog"));
	assert_int_equal(elfdeps_resolve(resolver, "/none", &closure, &err), -ENOENT);
	assert_int_equal(asked.opened, 1);
}

static void refuses_half_a_set_of_functions_and_two_roots(void **state)
{
	const struct elfdeps_files half = {.stat = ask_stat, .open = ask_open};
	struct elfdeps_options options = {.files = &half};
	struct elfdeps *resolver = NULL;

	(void)state;
	assert_int_equal(elfdeps_new(&options, &resolver, NULL), -EINVAL);
	options = (struct elfdeps_options){.files = &ours, .root = "/"};
	assert_int_equal(elfdeps_new(&options, &resolver, NULL), -EINVAL);
	assert_null(resolver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(resolves_what_only_its_caller_can_read),
		scratch_test(two_names_of_one_file_are_one_object),
		scratch_test(a_folder_in_the_way_is_what_the_loader_gives_up_at),
		scratch_test(what_cannot_be_opened_says_why),
		scratch_test(refuses_half_a_set_of_functions_and_two_roots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
