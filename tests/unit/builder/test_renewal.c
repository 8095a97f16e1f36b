/* SPDX-License-Identifier: MIT */
/* Tests of builder/renewal: an image beside what it would be now. */
#include "workshop.h"

#include "builder/renewal.h"

static char source[] = "/data";

/* Makes the image of the folder root/data, in which there are one and two. */
static void make_image(struct request *request, struct sysroot *root)
{
	static const struct strlist none;
	static const struct runconfig settings;
	static struct operand operand = {.path = source};
	struct error err = {0};

	workshop_folder("root");
	workshop_folder("root/data");
	scratch_write("root/data/one", "1");
	scratch_write("root/data/two", "2");
	assert_int_equal(sysroot_open("root", root, &err), 0);
	request->root = root;
	request->root_path = "root";
	request->root_is_named = true;
	request->operands = &operand;
	request->operand_count = 1;
	request->settings = &settings;
	request->templates = request->jailfiles = request->template_path = &none;
	request->record = request->rules = true;
	_cleanup_plan_ struct plan plan;
	assert_int_equal(plan_make(&plan, request, &err), 0);
	assert_int_equal(plan_write(&plan, &err), 0);
	request->renew = true;
}

static size_t count_changes(const struct request *request)
{
	_cleanup_renewal_ struct renewal renewal = RENEWAL_NONE;
	struct error err = {0};

	assert_int_equal(renewal_make(&renewal, request, &err), 0);
	return renewal.compare.count;
}

static void change_the_root(void)
{
	scratch_write("root/data/one", "another");
	assert_int_equal(unlink("root/data/two"), 0);
	scratch_write("root/data/three", "3");
}

static void it_tells_and_writes_what_changed(const char *path, enum format_kind kind)
{
	struct request request = {.image = {.path = path, .kind = kind}};
	struct sysroot root;
	struct error err = {0};

	make_image(&request, &root);
	assert_int_equal(count_changes(&request), 0);
	change_the_root();
	_cleanup_renewal_ struct renewal renewal = RENEWAL_NONE;
	assert_int_equal(renewal_make(&renewal, &request, &err), 0);
	assert_int_equal(renewal.compare.count, 4); /* and the record */
	assert_int_equal(renewal.compare.added, 1);
	assert_int_equal(renewal.compare.removed, 1);
	assert_string_equal(renewal.compare.items[1].a->path, "/data/one");
	assert_int_equal(renewal_write(&renewal, &err), 0);
	renewal_free(&renewal); /* and its lock */
	renewal = (struct renewal)RENEWAL_NONE;
	assert_int_equal(count_changes(&request), 0);
	sysroot_close(&root);
}

static void an_archive_is_made_anew(void **state)
{
	(void)state;
	it_tells_and_writes_what_changed("a.tar", FORMAT_TAR);
	assert_int_equal(scratch_count("."), 2);
}

static void a_folder_is_made_anew(void **state)
{
	(void)state;
	it_tells_and_writes_what_changed("dir", FORMAT_FOLDER);
	scratch_expect("dir/data/one", "another");
	scratch_expect("dir/data/three", "3");
	assert_int_equal(scratch_count("dir/data"), 2);
}

static void a_folder_keeps_the_modes_of_its_folders(void **state)
{
	struct request request = {.image = {.path = "dir", .kind = FORMAT_FOLDER}};
	struct sysroot root;

	(void)state;
	make_image(&request, &root);
	assert_int_equal(chmod("dir/data", 0711), 0);
	scratch_write("dir/data/mine", "not the image's");
	assert_int_equal(count_changes(&request), 0);
	assert_int_equal(chmod("dir/data/one", 0600), 0);
	assert_int_equal(count_changes(&request), 1);
	sysroot_close(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(an_archive_is_made_anew),
		scratch_test(a_folder_is_made_anew),
		scratch_test(a_folder_keeps_the_modes_of_its_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
