/* SPDX-License-Identifier: MIT */
/* Tests of image: what can be one, the name made from its path, and reading hostile files in it. */
#include "tests/unit/unit.h"

#include <errno.h>

#include "common/cleanup.h"
#include "jailimage.h"
#include "runner/image.h"

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

static const char *inside(const char *path)
{
	static char whole[2 * PATH_MAX];

	snprintf(whole, sizeof(whole), "%s/%s", image.path, path);
	return whole;
}

static void opens_a_folder_as_it_is(void **state)
{
	_cleanup_image_ struct image opened = IMAGE_NONE;
	struct error err = {0};
	struct stat st;

	(void)state;
	assert_int_equal(mkdirat(image.fd, "root", 0750), 0);
	jailimage_link(&image, "root", "link");
	assert_int_equal(
		image_open(inside("./link/"), &(struct image_options){0}, &opened, &err),
		0);
	assert_string_equal(opened.path, inside("./link/"));
	assert_false(opened.is_unpacked);
	assert_int_equal(opened.lock_fd, -1);
	assert_int_equal(fstatat(image.fd, "root", &st, 0), 0);
	assert_int_equal(opened.stat.st_ino, st.st_ino);
	assert_int_equal(opened.stat.st_dev, st.st_dev);
	assert_int_equal(fcntl(opened.root_fd, F_GETFD), FD_CLOEXEC);
	assert_true(fcntl(opened.root_fd, F_GETFL) & O_PATH);
	image_close(&opened);
	assert_int_equal(opened.root_fd, -1);
}

static void refuses(const char *path, int code, const char *text)
{
	struct image opened = {.root_fd = 77};
	struct error err = {0};

	assert_int_equal(image_open(path, &(struct image_options){0}, &opened, &err),
			 -code);
	assert_int_equal(opened.root_fd, 77);
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, text));
}

static void refuses_what_is_no_image(void **state)
{
	(void)state;
	assert_int_equal(mkfifoat(image.fd, "fifo", 0644), 0);
	jailimage_link(&image, "loop", "loop");
	refuses(inside("missing"), ENOENT, "No such file");
	refuses(inside("loop"), ELOOP, "symbolic links");
	/* It must not wait for somebody to write to the FIFO. */
	refuses(inside("fifo"), EINVAL, "neither a directory nor an archive");
	refuses("/dev/null", EINVAL, "neither a directory nor an archive");
	refuses("", ENOENT, "image ");
}

static void check_name(const char *folder, const char *name)
{
	_cleanup_image_ struct image opened = IMAGE_NONE;
	struct error err = {0};

	mkdirat(image.fd, folder, 0755);
	if (image_open(inside(folder), &(struct image_options){0}, &opened, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(opened.name, name);
}

static void makes_a_hostname_of_the_files_name(void **state)
{
	(void)state;
	check_name("debian", "debian");
	check_name("debian-12.tar.zst", "debian-12");
	check_name("slash///", "slash");
	check_name("My Image_2", "MyImage2");
	check_name("--x--", "x");
	check_name(".hidden", "jail");
	check_name("\303\244\303\266", "jail");
	check_name("a\nb", "ab");
	check_name(
		"0123456789012345678901234567890123456789012345678901234567890123456789",
		"012345678901234567890123456789012345678901234567890123456789012");
}

static const char *read_file(const char *path)
{
	static char copy[64];
	_cleanup_free_ char *text = NULL;
	struct error err = {0};

	if (image_read_file(image.fd, path, 16, &text, &err) < 0)
		fail_msg("%s", err.text);
	snprintf(copy, sizeof(copy), "%s", text);
	return copy;
}

static void cannot_read(const char *path, int code, const char *words)
{
	struct error err = {0};
	char *text = NULL;

	assert_int_equal(image_read_file(image.fd, path, 16, &text, &err), -code);
	assert_null(text);
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, words));
}

static void reads_a_file_up_to_the_limit(void **state)
{
	(void)state;
	jailimage_write(&image, "etc/file", "sixteen bytes...", 0644);
	assert_string_equal(read_file("/etc/file"), "sixteen bytes...");
	jailimage_write(&image, "etc/file", "seventeen bytes..", 0644);
	cannot_read("/etc/file", EFBIG, "");
}

static void takes_what_is_missing_for_empty(void **state)
{
	(void)state;
	jailimage_write(&image, "file", "x", 0644);
	jailimage_link(&image, "nowhere", "dangling");
	assert_string_equal(read_file("/etc/passwd"), "");
	assert_string_equal(read_file("/file/below"), "");
	assert_string_equal(read_file("/dangling"), "");
}

static void never_leaves_the_image(void **state)
{
	(void)state;
	jailimage_write(&image, "in/target", "inside", 0644);
	jailimage_write(&image, "etc/hosts", "own", 0644);
	jailimage_link(&image, "/in/target", "absolute");
	jailimage_link(&image, "../../../../../../etc", "up");
	assert_string_equal(read_file("/absolute"), "inside");
	assert_string_equal(read_file("/up/hosts"), "own");
	assert_string_equal(read_file("/../../../etc/hosts"), "own");
	jailimage_link(&image, "loop", "loop");
	cannot_read("/loop", ELOOP, "symbolic links");
}

static void refuses_other_kinds_of_files(void **state)
{
	int host = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct error err = {0};
	char *text = NULL;

	(void)state;
	assert_int_equal(mkfifoat(image.fd, "fifo", 0644), 0);
	assert_int_equal(mknodat(image.fd, "socket", S_IFSOCK | 0644, 0), 0);
	cannot_read("/fifo", EINVAL, "no plain file");
	cannot_read("/socket", EINVAL, "no plain file");
	cannot_read("/", EINVAL, "no plain file");
	/* Not everybody can make a device, but the host's root has one. */
	assert_int_equal(image_read_file(host, "/dev/null", 16, &text, &err), -EINVAL);
	/* A magic link of /proc is none that an image can lead through. */
	assert_int_equal(image_read_file(host, "/proc/self/fd/0", 16, &text, &err),
			 -ELOOP);
	assert_null(text);
	close(host);
}

static void refuses_a_nul_byte(void **state)
{
	(void)state;
	jailimage_write(&image, "file", "ab", 0644);
	int fd = openat(image.fd, "file", O_WRONLY | O_CLOEXEC);
	assert_int_equal(ftruncate(fd, 3), 0);
	close(fd);
	cannot_read("/file", EINVAL, "NUL byte");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(opens_a_folder_as_it_is),
		TEST(refuses_what_is_no_image),
		TEST(makes_a_hostname_of_the_files_name),
		TEST(reads_a_file_up_to_the_limit),
		TEST(takes_what_is_missing_for_empty),
		TEST(never_leaves_the_image),
		TEST(refuses_other_kinds_of_files),
		TEST(refuses_a_nul_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
