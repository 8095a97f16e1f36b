/* SPDX-License-Identifier: MIT */
/* Tests of builder/intake: one file on its way into the manifest. */
#include "workshop.h"

static void take(struct workshop *shop, const char *path, struct stat *ret)
{
	char real[64];
	struct error err;
	const struct taken taken = {
		.source = path, .path = path, .st = ret, .reason = {.rule = RULE_ASKED}};

	snprintf(real, sizeof(real), "root%s", path);
	assert_int_equal(lstat(real, ret), 0);
	if (S_ISREG(ret->st_mode))
		assert_int_equal(intake_file(&shop->intake, &taken, &err), 0);
	else
		assert_int_equal(intake_special(&shop->intake, &taken, &err), 0);
}

static void set_id_bits_are_dropped_with_a_note(void **state)
{
	struct workshop shop;
	struct stat st;

	(void)state;
	workshop_folder("root");
	scratch_write("root/f", "x");
	assert_int_equal(chmod("root/f", 04755), 0);
	workshop_open(&shop, "root");
	take(&shop, "/f", &st);
	assert_int_equal(manifest_find(&shop.manifest, "/f")->mode, 0755);
	assert_true(workshop_has_note(&shop.manifest, "/f loses its setuid bit"));
	workshop_close(&shop);
}

static void only_hard_links_keep_their_identity(void **state)
{
	struct workshop shop;
	struct stat st;

	(void)state;
	workshop_folder("root");
	scratch_write("root/alone", "x");
	scratch_write("root/a", "x");
	assert_int_equal(link("root/a", "root/b"), 0);
	workshop_open(&shop, "root");
	take(&shop, "/alone", &st);
	assert_int_equal(manifest_find(&shop.manifest, "/alone")->inode, 0);
	take(&shop, "/a", &st);
	assert_int_equal(manifest_find(&shop.manifest, "/a")->inode, st.st_ino);
	workshop_close(&shop);
}

static void the_image_itself_is_left_out(void **state)
{
	struct workshop shop;
	struct stat st;

	(void)state;
	workshop_folder("root");
	scratch_write("root/image", "x");
	assert_int_equal(stat("root/image", &st), 0);
	workshop_open(&shop, "root");
	shop.intake.image_device = st.st_dev;
	shop.intake.image_inode = st.st_ino;
	take(&shop, "/image", &st);
	assert_int_equal(shop.manifest.count, 0);
	assert_true(workshop_has_note(&shop.manifest, "/image is the image itself"));
	workshop_close(&shop);
}

static void a_fifo_is_kept(void **state)
{
	struct workshop shop;
	struct stat st;

	(void)state;
	workshop_folder("root");
	assert_int_equal(mkfifo("root/p", 0600), 0);
	workshop_open(&shop, "root");
	take(&shop, "/p", &st);
	assert_int_equal(manifest_find(&shop.manifest, "/p")->type, ENTRY_FIFO);
	workshop_close(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(set_id_bits_are_dropped_with_a_note),
		scratch_test(only_hard_links_keep_their_identity),
		scratch_test(the_image_itself_is_left_out),
		scratch_test(a_fifo_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
