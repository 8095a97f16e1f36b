/* SPDX-License-Identifier: MIT */
/* Tests of keep: what its folder is made of, who is let in, and for which image. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sys/file.h>

#include "jailimage.h"
#include "runner/keep.h"

static struct jailimage image;
static struct stat named;
static struct keep_request request;

static int set_up(void **state)
{
	(void)state;
	jailimage_make(&image);
	assert_int_equal(mkdirat(image.fd, "image", 0755), 0);
	assert_int_equal(fstatat(image.fd, "image", &named, 0), 0);
	request = (struct keep_request){
		.image = image.path,
		.named = &named,
		.mode = 0751,
		.uid = geteuid(),
		.gid = getegid(),
	};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	jailimage_remove(&image);
	return 0;
}

static const char *folder(void)
{
	static char path[1024];

	snprintf(path, sizeof(path), "%s/keep", image.path);
	return path;
}

static void opens(struct keep *keep)
{
	struct error err = {0};

	if (keep_open(folder(), &request, keep, &err) < 0)
		fail_msg("%s", err.text);
}

static void refuses(int code, const char *text)
{
	struct keep keep = {.fd = 77};
	struct error err = {0};

	assert_int_equal(keep_open(folder(), &request, &keep, &err), -code);
	assert_int_equal(keep.fd, 77);
	assert_non_null(strstr(err.text, folder()));
	if (!strstr(err.text, text))
		fail_msg("%s", err.text);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(fstatat(image.fd, path, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st.st_mode & 07777;
}

static void makes_its_folders_and_closes_them_to_others(void **state)
{
	struct keep keep = KEEP_NONE;

	(void)state;
	opens(&keep);
	assert_int_equal(mode_of("keep"), 0700);
	assert_int_equal(mode_of("keep/layer"), 0700);
	assert_int_equal(mode_of("keep/layer/upper"), 0751);
	assert_int_equal(mode_of("keep/layer/work"), 0700);
	assert_non_null(strstr(jailimage_read(&image, "keep/image"), image.path));
	assert_int_equal(fcntl(keep.fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(keep.mount_fd, -1);
	keep_close(&keep);
	assert_int_equal(keep.fd, -1);
	opens(&keep);
	keep_close(&keep);
}

static void lets_one_in_at_a_time(void **state)
{
	struct keep keep = KEEP_NONE;

	(void)state;
	opens(&keep);
	refuses(EBUSY, "another jail is using it");
	keep_close(&keep);
	opens(&keep);
	keep_close(&keep);
}

static void goes_with_one_image(void **state)
{
	struct keep keep = KEEP_NONE;

	(void)state;
	opens(&keep);
	keep_close(&keep);
	named.st_ino++;
	refuses(ESTALE, "made for another image");
	assert_int_equal(unlinkat(image.fd, "keep/image", 0), 0);
	opens(&keep);
	keep_close(&keep);
	named.st_ino--;
	refuses(ESTALE, "made for another image");
}

static void notices_an_archive_that_was_written_anew(void **state)
{
	struct keep keep = KEEP_NONE;

	(void)state;
	named.st_mode = S_IFREG | 0644;
	opens(&keep);
	keep_close(&keep);
	named.st_mtim.tv_nsec ^= 1;
	refuses(ESTALE, "made for another image");
	named.st_mtim.tv_nsec ^= 1;
	named.st_size++;
	refuses(ESTALE, "made for another image");
	named.st_size--;
	opens(&keep);
	keep_close(&keep);
}

static void goes_on_where_a_killed_one_stopped(void **state)
{
	struct keep keep = KEEP_NONE;

	(void)state;
	assert_int_equal(mkdirat(image.fd, "keep", 0700), 0);
	assert_int_equal(mkdirat(image.fd, "keep/layer", 0700), 0);
	jailimage_write(&image, "keep/image.new", "half", 0600);
	opens(&keep);
	assert_int_equal(mode_of("keep/layer/work"), 0700);
	keep_close(&keep);
	assert_int_equal(faccessat(image.fd, "keep/image.new", F_OK, 0), -1);
}

static void refuses_other_things(void **state)
{
	(void)state;
	jailimage_write(&image, "keep/letter", "", 0600);
	refuses(ENOTEMPTY, "other things are in it");
	assert_int_equal(faccessat(image.fd, "keep/layer", F_OK, 0), -1);
}

static void refuses_what_others_may_write(void **state)
{
	struct keep keep = KEEP_NONE;

	(void)state;
	opens(&keep);
	keep_close(&keep);
	assert_int_equal(fchmodat(image.fd, "keep", 0720, 0), 0);
	refuses(EPERM, "others may write to it");
	assert_int_equal(fchmodat(image.fd, "keep", 0755, 0), 0);
	opens(&keep);
	assert_int_equal(mode_of("keep"), 0700);
	keep_close(&keep);
}

static void refuses_a_layer_under_other_ids(void **state)
{
	struct keep keep = KEEP_NONE;

	(void)state;
	opens(&keep);
	keep_close(&keep);
	request.uid++;
	refuses(ESTALE, "its files belong to user");
}

static void follows_no_symlink_inside(void **state)
{
	struct keep keep = KEEP_NONE;

	(void)state;
	opens(&keep);
	keep_close(&keep);
	assert_int_equal(unlinkat(image.fd, "keep/layer/upper", AT_REMOVEDIR), 0);
	jailimage_link(&image, "../../image", "keep/layer/upper");
	refuses(ENOTDIR, "layer/upper");
	assert_int_equal(unlinkat(image.fd, "keep/image", 0), 0);
	jailimage_link(&image, "/etc/passwd", "keep/image");
	refuses(ELOOP, "'image' in it");
}

static void takes_away_the_folder_without_rights(void **state)
{
	struct keep keep = KEEP_NONE;

	(void)state;
	opens(&keep);
	assert_int_equal(mkdirat(image.fd, "keep/layer/work/work", 0), 0);
	keep_finish(&keep);
	assert_int_equal(faccessat(image.fd, "keep/layer/work/work", F_OK, 0), -1);
	assert_int_equal(mkdirat(image.fd, "keep/layer/work/work", 0700), 0);
	assert_int_equal(mkdirat(image.fd, "keep/layer/work/work/x", 0700), 0);
	assert_int_equal(fchmodat(image.fd, "keep/layer/work/work", 0, 0), 0);
	keep_finish(&keep);
	assert_int_equal(mode_of("keep/layer/work/work"), 0700);
	keep_close(&keep);
}

static void shows_a_folder_with_its_image_and_changes_nothing(void **state)
{
	struct keep keep = KEEP_NONE, other = KEEP_NONE;
	struct error err = {0};
	char *path = NULL;

	(void)state;
	assert_int_equal(keep_look(folder(), &other, &path, &err), -ENOENT);
	assert_int_equal(faccessat(image.fd, "keep", F_OK, 0), -1);
	opens(&keep);
	assert_int_equal(keep_look(folder(), &other, &path, &err), -EBUSY);
	keep_close(&keep);
	assert_int_equal(keep_look(folder(), &keep, &path, &err), 0);
	assert_string_equal(path, image.path);
	free(path);
	assert_int_equal(keep_check(&keep, image.path, &named, &err), 0);
	named.st_ino++;
	assert_int_equal(keep_check(&keep, image.path, &named, &err), -ESTALE);
	keep_close(&keep);
	assert_int_equal(fchmodat(image.fd, "keep", 0755, 0), 0);
	assert_int_equal(keep_look(folder(), &other, &path, &err), -EPERM);
	assert_int_equal(mode_of("keep"), 0755);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(makes_its_folders_and_closes_them_to_others),
		TEST(lets_one_in_at_a_time),
		TEST(goes_with_one_image),
		TEST(notices_an_archive_that_was_written_anew),
		TEST(goes_on_where_a_killed_one_stopped),
		TEST(refuses_other_things),
		TEST(refuses_what_others_may_write),
		TEST(refuses_a_layer_under_other_ids),
		TEST(follows_no_symlink_inside),
		TEST(takes_away_the_folder_without_rights),
		TEST(shows_a_folder_with_its_image_and_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
