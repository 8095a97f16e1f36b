/* SPDX-License-Identifier: MIT */
/* Tests of changes: what a layer makes of an image. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/fd.h"
#include "jailimage.h"
#include "runner/changes.h"

static struct jailimage place;

static int set_up(void **state)
{
	(void)state;
	jailimage_make(&place);
	assert_int_equal(fchdir(place.fd), 0);
	assert_int_equal(mkdir("image", 0755) | mkdir("layer", 0755), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	assert_int_equal(chdir("/"), 0);
	jailimage_remove(&place);
	return 0;
}

static void touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	close(fd);
}

static void finds(const char *expected)
{
	_cleanup_changes_ struct changes changes = {0};
	_cleanup_fd_ int layer = open("layer", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_fd_ int image = open("image", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct error err = {0};
	char found[1000] = "";

	if (changes_find(layer, image, &changes, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < changes.count; i++)
		snprintf(found + strlen(found), sizeof(found) - strlen(found), "%c%s ",
			 (char)changes.items[i].kind, changes.items[i].path);
	assert_string_equal(found, expected);
}

static void tells_added_changed_and_deleted_apart(void **state)
{
	(void)state;
	assert_int_equal(mkdir("image/a", 0755) | mkdir("layer/a", 0755), 0);
	touch("image/a/both");
	touch("image/a/gone");
	touch("layer/a/both");
	touch("layer/a/new");
	assert_int_equal(mknod("layer/a/gone", S_IFCHR, makedev(0, 0)), 0);
	assert_int_equal(mknod("layer/a/never", S_IFCHR, makedev(0, 0)), 0);
	finds("C/a C/a/both D/a/gone A/a/new ");
}

static void tells_what_an_opaque_folder_hides(void **state)
{
	(void)state;
	assert_int_equal(mkdir("image/a", 0755) | mkdir("layer/a", 0755) |
				 mkdir("image/a/b", 0755) | mkdir("layer/a/b", 0755),
			 0);
	touch("image/a/kept");
	touch("image/a/gone");
	touch("image/a/b/too");
	touch("layer/a/kept");
	assert_int_equal(setxattr("layer/a", "user.overlay.opaque", "y", 1, 0), 0);
	finds("C/a C/a/b D/a/b/too D/a/gone C/a/kept ");
}

static void does_not_look_through_a_symlink_of_the_image(void **state)
{
	(void)state;
	assert_int_equal(mkdir("image/real", 0755) | symlink("real", "image/a") |
				 mkdir("layer/a", 0755),
			 0);
	touch("image/real/x");
	touch("layer/a/x");
	finds("C/a A/a/x ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_added_changed_and_deleted_apart,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(tells_what_an_opaque_folder_hides, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			does_not_look_through_a_symlink_of_the_image, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
