/* SPDX-License-Identifier: MIT */
/* Tests of volume: the syntax, and volumes that are really mounted, in a namespace of a child. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "common/fd.h"
#include "jailchild.h"
#include "jailimage.h"
#include "runner/volume.h"

static struct jailimage image, source;

static int set_up(void **state)
{
	(void)state;
	jailimage_make(&image);
	jailimage_make(&source);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	jailimage_remove(&source);
	jailimage_remove(&image);
	return 0;
}

/* The lists as volume_read takes them, with no device. */
static int read_lists(const struct strlist *volumes, const struct strlist *folders,
		      struct volume_list *list, struct error *err)
{
	const struct strlist none = {0};

	return volume_read(&(struct volume_words){volumes, folders, &none}, list, err);
}

static int read_device(const char *word, struct volume_list *list, struct error *err)
{
	_cleanup_strlist_ struct strlist devices = {0};
	const struct strlist none = {0};

	assert_int_equal(strlist_add(&devices, word, err), 0);
	return volume_read(&(struct volume_words){&none, &none, &devices}, list, err);
}

/* One word for each kind; NULL: none. */
static int read_words(const char *volume, const char *tmpfs, struct volume_list *list,
		      struct error *err)
{
	_cleanup_strlist_ struct strlist volumes = {0}, folders = {0};

	if (volume)
		assert_int_equal(strlist_add(&volumes, volume, err), 0);
	if (tmpfs)
		assert_int_equal(strlist_add(&folders, tmpfs, err), 0);
	return read_lists(&volumes, &folders, list, err);
}

static void refuses(const char *volume, const char *tmpfs, int code, const char *text)
{
	struct volume_list list = {0};
	struct error err = {0};

	assert_int_equal(read_words(volume, tmpfs, &list, &err), -code);
	if (!strstr(err.text, text))
		fail_msg("'%s' is not in: %s", text, err.text);
	volume_list_free(&list);
}

static void check_bind(const char *word, const char *target, bool read_only)
{
	struct volume_list list = {0};
	struct error err = {0};

	if (read_words(word, NULL, &list, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.items[0].source, "/usr");
	assert_string_equal(list.items[0].target, target);
	assert_int_equal(list.items[0].read_only, read_only);
	assert_int_equal(list.items[0].mount_fd, -1);
	assert_true(S_ISDIR(list.items[0].stat.st_mode));
	volume_list_free(&list);
	assert_int_equal(list.count, 0);
}

static void reads_source_target_and_mode(void **state)
{
	(void)state;
	check_bind("/usr:/data", "/data", false);
	check_bind("/usr:/data:ro", "/data", true);
	check_bind("/usr:/data:rw", "/data", false);
}

static void normalizes_both_paths(void **state)
{
	(void)state;
	check_bind("/usr/../usr/.:/a//b/./c/../d/", "/a/b/d", false);
}

static void takes_a_source_from_the_current_folder(void **state)
{
	struct volume_list list = {0};
	struct error err = {0};
	char expected[PATH_MAX + 16];
	int before = open(".", O_PATH | O_CLOEXEC);

	(void)state;
	jailimage_write(&source, "sub/file", "text", 0644);
	jailimage_link(&source, "sub", "link");
	assert_int_equal(chdir(source.path), 0);
	assert_int_equal(read_words("./link/file:/f", NULL, &list, &err), 0);
	assert_int_equal(fchdir(before), 0);
	close(before);
	snprintf(expected, sizeof(expected), "%s/sub/file", source.path);
	assert_string_equal(list.items[0].source, expected);
	assert_true(S_ISREG(list.items[0].stat.st_mode));
	volume_list_free(&list);
}

static void refuses_what_is_no_volume(void **state)
{
	(void)state;
	refuses("", NULL, EINVAL, "SRC:DST[:ro|rw,idmap]");
	refuses("/usr", NULL, EINVAL, "SRC:DST[:ro|rw,idmap]");
	refuses("/usr:", NULL, EINVAL, "SRC:DST[:ro|rw,idmap]");
	refuses(":/data", NULL, EINVAL, "SRC:DST[:ro|rw,idmap]");
	refuses("/usr:/data:", NULL, EINVAL, "SRC:DST[:ro|rw,idmap]");
	refuses("/usr:/data:RO", NULL, EINVAL, "SRC:DST[:ro|rw,idmap]");
	refuses("/usr:/data:ro:rw", NULL, EINVAL, "SRC:DST[:ro|rw,idmap]");
	refuses("/usr:data", NULL, EINVAL, "absolute");
	refuses("/usr:/", NULL, EINVAL, "root cannot be replaced");
	refuses("/usr:/a/../..", NULL, EINVAL, "root cannot be replaced");
	refuses("/no/such/source:/data", NULL, ENOENT, "/no/such/source");
}

static void reads_the_options_of_a_folder_in_memory(void **state)
{
	struct volume_list list = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(read_words(NULL, "/t/../m:size=16m,mode=0700", &list, &err), 0);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.items[0].source, "");
	assert_string_equal(list.items[0].target, "/m");
	assert_string_equal(list.items[0].size, "16m");
	assert_string_equal(list.items[0].mode, "0700");
	volume_list_free(&list);
	assert_int_equal(read_words(NULL, "/plain", &list, &err), 0);
	assert_string_equal(list.items[0].size, "");
	assert_string_equal(list.items[0].mode, "");
	volume_list_free(&list);
}

static void refuses_what_is_no_folder_in_memory(void **state)
{
	(void)state;
	refuses(NULL, "", EINVAL, "absolute");
	refuses(NULL, "tmp", EINVAL, "absolute");
	refuses(NULL, "/", EINVAL, "root cannot be replaced");
	refuses(NULL, "/t:", EINVAL, "bad option ''");
	refuses(NULL, "/t:size=", EINVAL, "bad option 'size='");
	refuses(NULL, "/t:size=1m,", EINVAL, "bad option ''");
	refuses(NULL, "/t:size=1x", EINVAL, "bad option 'size=1x'");
	refuses(NULL, "/t:size=1234567890123456789012345", EINVAL, "bad option");
	refuses(NULL, "/t:mode=8", EINVAL, "bad option 'mode=8'");
	refuses(NULL, "/t:mode=07777777", EINVAL, "bad option");
	refuses(NULL, "/t:mode=10000", EINVAL, "bad option");
	refuses(NULL, "/t:uid=0", EINVAL, "bad option 'uid=0'");
}

static void puts_parents_first_whatever_the_order(void **state)
{
	static const char *const sorted[] = {"/a", "/a-b", "/a/b", "/a/b/c", "/z"};
	_cleanup_strlist_ struct strlist volumes = {0}, folders = {0};
	struct volume_list list = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(strlist_add(&volumes, "/usr:/z", &err), 0);
	assert_int_equal(strlist_add(&volumes, "/usr:/a/b/c", &err), 0);
	assert_int_equal(strlist_add(&volumes, "/usr:/a-b", &err), 0);
	assert_int_equal(strlist_add(&folders, "/a/b", &err), 0);
	assert_int_equal(strlist_add(&folders, "/a", &err), 0);
	assert_int_equal(read_lists(&volumes, &folders, &list, &err), 0);
	assert_int_equal(list.count, 5);
	for (size_t i = 0; i < list.count; i++)
		assert_string_equal(list.items[i].target, sorted[i]);
	volume_list_free(&list);
}

/* Opened by the child itself: a descriptor of the parent's mounts takes no mount of the child's. */
static int open_root(void)
{
	return open(image.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static bool can_write(int root, const char *path)
{
	_cleanup_fd_ int fd = openat(root, path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

	return fd >= 0;
}

static void takes_devices_and_nothing_else_for_devices(void **state)
{
	static const char *const bad[] = {"/etc/passwd", "/dev",           "/dev/null:x",
					  "/dev/nosuch", "/dev/null:/a:r", ""};
	struct volume_list list = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(read_device("/dev/full:/dev/other", &list, &err), 0);
	assert_string_equal(list.items[0].source, "/dev/full");
	assert_string_equal(list.items[0].target, "/dev/other");
	assert_true(list.items[0].is_device);
	volume_list_free(&list);
	assert_int_equal(read_device("/dev/zero", &list, &err), 0);
	assert_string_equal(list.items[0].target, "/dev/zero");
	volume_list_free(&list);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (read_device(bad[i], &list, &err) >= 0)
			fail_msg("'%s' is taken", bad[i]);
		assert_non_null(strstr(err.text, "--device"));
		volume_list_free(&list);
	}
}

static void takes_options_with_commas_between(void **state)
{
	struct volume_list list = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(read_words("/usr:/a:ro,idmap", NULL, &list, &err), 0);
	assert_true(list.items[0].read_only && list.items[0].is_idmapped);
	volume_list_free(&list);
	assert_int_equal(read_words("/usr:/a:idmap", NULL, &list, &err), 0);
	assert_true(!list.items[0].read_only && list.items[0].is_idmapped);
	volume_list_free(&list);
	assert_int_equal(read_words("/usr:/a:rx", NULL, &list, &err), -EINVAL);
	volume_list_free(&list);
}

static void refuses_two_volumes_at_one_target(void **state)
{
	_cleanup_strlist_ struct strlist volumes = {0}, folders = {0};
	struct volume_list list = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(strlist_add(&volumes, "/usr:/a/../b", &err), 0);
	assert_int_equal(strlist_add(&folders, "/b", &err), 0);
	assert_int_equal(read_lists(&volumes, &folders, &list, &err), -EINVAL);
	assert_string_equal(err.text, "two volumes at /b in the jail");
	volume_list_free(&list);
}

static void attach(struct volume_list *list)
{
	struct error err = {0};
	struct statvfs info;
	int root = open_root();

	jailchild_succeed(volume_attach(list, root, &err), &err);
	jailchild_expect(can_write(root, "data/new"));
	jailchild_expect(!can_write(root, "shown") && errno == EROFS);
	jailchild_expect(faccessat(root, "shown", R_OK, 0) == 0);
	jailchild_expect(can_write(root, "data/deep/memory/x"));
	_cleanup_fd_ int data = openat(root, "data", O_RDONLY | O_CLOEXEC);
	jailchild_expect(fstatvfs(data, &info) == 0);
	jailchild_expect((info.f_flag & (ST_NOSUID | ST_NODEV)) ==
			 (ST_NOSUID | ST_NODEV));
	close(root);
}

static void attach_by_child(void *data)
{
	attach(data);
}

static void attach_by_parent(void *data)
{
	struct volume_list *list = data;
	struct error err = {0};

	jailchild_succeed(volume_copy_mounts(list, &err), &err);
	for (size_t i = 0; i < list->count; i++)
		jailchild_expect((list->items[i].mount_fd >= 0) ==
				 (list->items[i].source[0] != '\0'));
	attach(list);
}

/* A folder, a file to read, and a folder in memory below the first. */
static void read_three(struct volume_list *list)
{
	_cleanup_strlist_ struct strlist volumes = {0}, folders = {0};
	struct error err = {0};
	char word[2 * PATH_MAX];

	jailimage_write(&source, "folder/old", "old", 0644);
	jailimage_write(&source, "file", "text", 0644);
	snprintf(word, sizeof(word), "%s/file:/shown:ro", source.path);
	assert_int_equal(strlist_add(&volumes, word, &err), 0);
	snprintf(word, sizeof(word), "%s/folder:/data", source.path);
	assert_int_equal(strlist_add(&volumes, word, &err), 0);
	assert_int_equal(strlist_add(&folders, "/data/deep/memory:size=64k", &err), 0);
	if (read_lists(&volumes, &folders, list, &err) < 0)
		fail_msg("%s", err.text);
}

static void check_what_is_left(void)
{
	assert_non_null(jailimage_read(&source, "folder/new"));
	/* The place of the mount below a volume is made in the source, as docker does. */
	assert_null(jailimage_read(&source, "folder/deep/memory/x"));
	assert_null(jailimage_read(&image, "data/new"));
	assert_string_equal(jailimage_read(&image, "shown"), "");
}

static void shows_volumes_that_the_child_opens(void **state)
{
	struct volume_list list = {0};

	(void)state;
	read_three(&list);
	jailchild_run(CLONE_NEWNS, attach_by_child, &list);
	check_what_is_left();
	volume_list_free(&list);
}

static void shows_volumes_that_the_parent_copied(void **state)
{
	struct volume_list list = {0};

	(void)state;
	read_three(&list);
	jailchild_run(CLONE_NEWNS, attach_by_parent, &list);
	check_what_is_left();
	volume_list_free(&list);
}

static void find_it_replaced(void *data)
{
	struct error err = {0};
	int root = open_root();

	jailchild_expect(volume_attach(data, root, &err) == -ESTALE);
	jailchild_expect(strstr(err.text, "replaced"));
	jailchild_expect(faccessat(root, "data/other", F_OK, 0) < 0);
	close(root);
}

static void refuses_a_source_that_was_replaced(void **state)
{
	struct volume_list list = {0};
	struct error err = {0};
	char word[2 * PATH_MAX];

	(void)state;
	assert_int_equal(mkdirat(source.fd, "folder", 0755), 0);
	snprintf(word, sizeof(word), "%s/folder:/data", source.path);
	assert_int_equal(read_words(word, NULL, &list, &err), 0);
	assert_int_equal(renameat(source.fd, "folder", source.fd, "away"), 0);
	jailimage_write(&source, "folder/other", "", 0644);
	jailchild_run(CLONE_NEWNS, find_it_replaced, &list);
	volume_list_free(&list);
}

static void hold_two_blocks(void *data)
{
	static const char block[16384];
	struct error err = {0};
	struct stat st;
	int root = open_root();

	jailchild_succeed(volume_attach(data, root, &err), &err);
	jailchild_expect(fstatat(root, "small", &st, 0) == 0);
	jailchild_expect((st.st_mode & 07777) == 0700);
	_cleanup_fd_ int fd = openat(root, "small/file", O_CREAT | O_WRONLY | O_CLOEXEC,
				     0644);
	jailchild_expect(write(fd, block, sizeof(block)) > 0);
	for (int i = 0; i < 20; i++)
		if (write(fd, block, sizeof(block)) < 0)
			break;
	jailchild_expect(errno == ENOSPC);
	close(root);
}

static void limits_a_folder_in_memory(void **state)
{
	struct volume_list list = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(read_words(NULL, "/small:size=64k,mode=700", &list, &err), 0);
	jailchild_run(CLONE_NEWNS, hold_two_blocks, &list);
	volume_list_free(&list);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_source_target_and_mode),
		TEST(normalizes_both_paths),
		TEST(takes_a_source_from_the_current_folder),
		TEST(refuses_what_is_no_volume),
		TEST(reads_the_options_of_a_folder_in_memory),
		TEST(refuses_what_is_no_folder_in_memory),
		TEST(puts_parents_first_whatever_the_order),
		TEST(refuses_two_volumes_at_one_target),
		TEST(takes_devices_and_nothing_else_for_devices),
		TEST(takes_options_with_commas_between),
		TEST(shows_volumes_that_the_child_opens),
		TEST(shows_volumes_that_the_parent_copied),
		TEST(refuses_a_source_that_was_replaced),
		TEST(limits_a_folder_in_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
