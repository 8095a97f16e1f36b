/* SPDX-License-Identifier: MIT */
/* Tests of builder/digests, against FIPS 180-4's own examples. */
#include "workshop.h"

#include "builder/digests.h"

static const char *const of_nothing =
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char *const of_abc =
	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

static void add_file(struct workshop *shop, const char *path, const char *source)
{
	const struct entry entry = {.path = path,
				    .type = ENTRY_FILE,
				    .origin = ORIGIN_ROOT,
				    .source = source,
				    .reason = {.rule = RULE_ASKED}};
	struct error err;

	assert_int_equal(manifest_add(&shop->manifest, &entry, &err), 0);
}

/* Three names of one inode, in the image that is added to. */
static void add_twins(struct workshop *shop)
{
	static const char *const paths[] = {"/one", "/three", "/two"};
	struct error err;

	for (size_t i = 0; i < 3; i++) {
		const struct entry entry = {.path = paths[i],
					    .type = ENTRY_FILE,
					    .origin = ORIGIN_IMAGE,
					    .offset = 2,
					    .size = 3,
					    .device = 1,
					    .inode = 7,
					    .reason = {.rule = RULE_FOUND}};
		assert_int_equal(manifest_add(&shop->manifest, &entry, &err), 0);
	}
}

static const char *find(const struct workshop *shop, const struct digest *digests,
			const char *path)
{
	for (size_t i = 0; i < shop->manifest.count; i++)
		if (!strcmp(shop->manifest.entries[i]->path, path))
			return digests[i].text;
	fail_msg("no %s", path);
	return NULL;
}

static void hashes_files_of_each_origin(void **state)
{
	struct workshop shop;
	struct digest digests[16];
	struct error err = {0};

	(void)state;
	workshop_folder("root");
	scratch_write("root/abc", "abc");
	scratch_write("image", "..abc..");
	workshop_open(&shop, "root");
	shop.content.image_fd = scratch_open("image", O_RDONLY);
	add_file(&shop, "/x/abc", "/abc");
	add_twins(&shop);
	workshop_text(&shop.manifest, "/text", "", RULE_BASE);
	workshop_text(&shop.manifest, RECORD_PATH, "abc", RULE_RECORD);
	assert_int_equal(manifest_finish(&shop.manifest, &err), 0);
	assert_true(shop.manifest.count < 16);
	assert_int_equal(digests_make(&shop.manifest, DIGESTS_OF_ALL, digests, &err), 0);
	assert_string_equal(find(&shop, digests, "/x/abc"), of_abc);
	assert_string_equal(find(&shop, digests, "/one"), of_abc);
	assert_string_equal(find(&shop, digests, "/two"), of_abc);
	assert_string_equal(find(&shop, digests, "/three"), of_abc);
	assert_string_equal(find(&shop, digests, "/text"), of_nothing);
	assert_string_equal(find(&shop, digests, RECORD_PATH), "");
	assert_string_equal(find(&shop, digests, "/x"), "");
	close(shop.content.image_fd);
	workshop_close(&shop);
}

static void says_what_cannot_be_read(void **state)
{
	struct workshop shop;
	struct digest digests[16];
	struct error err = {0};

	(void)state;
	workshop_folder("root");
	scratch_write("root/abc", "abc");
	workshop_open(&shop, "root");
	add_file(&shop, "/abc", "/abc");
	add_file(&shop, "/gone", "/gone");
	assert_int_equal(manifest_finish(&shop.manifest, &err), 0);
	assert_int_equal(digests_make(&shop.manifest, DIGESTS_OF_ALL, digests, &err),
			 -ENOENT);
	assert_non_null(strstr(err.text, "/gone"));
	assert_int_equal(digests_make(&shop.manifest, DIGESTS_OF_READABLE, digests, &err),
			 0);
	assert_string_equal(find(&shop, digests, "/abc"), of_abc);
	assert_string_equal(find(&shop, digests, "/gone"), "");
	assert_int_equal(digests[1].code, ENOENT);
	workshop_close(&shop);
}

static void notices_a_file_that_changes_before_it_is_copied(void **state)
{
	struct workshop shop;
	struct digest digests[16];
	struct content_stream stream;
	struct error err = {0};

	(void)state;
	workshop_folder("root");
	scratch_write("root/abc", "abc");
	workshop_open(&shop, "root");
	add_file(&shop, "/abc", "/abc");
	assert_int_equal(manifest_finish(&shop.manifest, &err), 0);
	assert_int_equal(digests_make(&shop.manifest, DIGESTS_OF_ALL, digests, &err), 0);
	struct entry *entry = shop.manifest.entries[0];
	entry->sha256 = digests[0].text;
	entry->changed = digests[0].changed;
	assert_int_equal(content_open(&shop.content, entry, &stream, &err), 0);
	assert_int_equal(content_settle(&stream, entry, &err), 0);
	usleep(20000); /* the clock of the file system ticks */
	scratch_write("root/abc", "abd");
	assert_int_equal(content_settle(&stream, entry, &err), -EBUSY);
	content_close(&stream);
	assert_int_equal(content_open(&shop.content, entry, &stream, &err), -EBUSY);
	assert_non_null(strstr(err.text, "/abc"));
	workshop_close(&shop);
}

static void knows_a_sha256(void **state)
{
	(void)state;
	assert_true(digests_is_one(of_abc));
	assert_false(digests_is_one(of_abc + 1));
	assert_false(digests_is_one(""));
	assert_false(digests_is_one(
		"E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(hashes_files_of_each_origin),
		scratch_test(says_what_cannot_be_read),
		scratch_test(notices_a_file_that_changes_before_it_is_copied),
		scratch_test(knows_a_sha256),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
