/* SPDX-License-Identifier: MIT */
/* Tests of builder/compare: how two images differ. */
#include "workshop.h"

#include "builder/compare.h"

/* Entries whose bytes are texts: no image is behind these views. */
static void open_view(struct view *view)
{
	*view = (struct view)VIEW_NONE;
	view->path = "image";
	view->has_owners = true;
}

static struct compare compare(const struct view *a, const struct view *b)
{
	struct compare result;
	struct error err = {0};

	assert_int_equal(compare_views(a, b, &result, &err), 0);
	return result;
}

static void finish(struct view *view)
{
	struct error err;

	assert_int_equal(manifest_finish(&view->manifest, &err), 0);
}

static void equal_images_have_no_difference(void **state)
{
	_cleanup_view_ struct view a, b;

	(void)state;
	open_view(&a);
	open_view(&b);
	workshop_text(&a.manifest, "/d/f", "text", RULE_ASKED);
	workshop_text(&b.manifest, "/d/f", "text", RULE_BASE);
	manifest_find(&b.manifest, "/d/f")->mtime = 5;
	finish(&a);
	finish(&b);
	_cleanup_compare_ struct compare result = compare(&a, &b);
	assert_int_equal(result.count, 0);
}

static void what_one_lacks_is_added_or_removed_in_bytewise_order(void **state)
{
	static const char *const expected[] = {"/a-b", "/a/b", "/z"};
	_cleanup_view_ struct view a, b;

	(void)state;
	open_view(&a);
	open_view(&b);
	workshop_text(&a.manifest, "/z", "", RULE_ASKED);
	workshop_text(&a.manifest, "/a/c", "", RULE_ASKED);
	workshop_text(&b.manifest, "/a/c", "", RULE_ASKED);
	workshop_text(&b.manifest, "/a/b", "", RULE_ASKED);
	workshop_text(&b.manifest, "/a-b", "", RULE_ASKED);
	finish(&a);
	finish(&b);
	_cleanup_compare_ struct compare result = compare(&a, &b);
	assert_int_equal(result.count, 3);
	assert_int_equal(result.added, 2);
	assert_int_equal(result.removed, 1);
	for (size_t i = 0; i < 3; i++) {
		const struct compare_item *item = &result.items[i];

		assert_string_equal((item->a ? item->a : item->b)->path, expected[i]);
	}
}

static void every_aspect_is_told(void **state)
{
	static const unsigned expected[] = {COMPARE_CONTENT, COMPARE_CONTENT,
					    COMPARE_DEVICE,  COMPARE_MODE | COMPARE_OWNER,
					    COMPARE_TARGET,  COMPARE_TYPE};
	_cleanup_view_ struct view a, b;
	struct view *views[] = {&a, &b};
	struct error err;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct manifest *manifest = &views[i]->manifest;

		open_view(views[i]);
		workshop_text(manifest, "/1", i ? "a" : "b", RULE_ASKED);
		workshop_text(manifest, "/2", i ? "long" : "short", RULE_ASKED);
		assert_int_equal(workshop_add(manifest, "/3", ENTRY_CHAR, NULL, &err), 0);
		manifest_find(manifest, "/3")->rdev = i;
		workshop_text(manifest, "/4", "", RULE_ASKED);
		manifest_find(manifest, "/4")->uid = (uid_t)i;
		manifest_find(manifest, "/4")->mode = i ? 0600 : 04600;
		assert_int_equal(
			workshop_add(manifest, "/5", ENTRY_LINK, i ? "a" : "b", &err), 0);
		assert_int_equal(workshop_add(manifest, "/6",
					      i ? ENTRY_FOLDER : ENTRY_FIFO, NULL, &err),
				 0);
		finish(views[i]);
	}
	_cleanup_compare_ struct compare result = compare(&a, &b);
	assert_int_equal(result.count, 6);
	assert_int_equal(result.changed, 6);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(result.items[i].changes, expected[i]);
}

static void owners_count_only_where_both_have_them(void **state)
{
	_cleanup_view_ struct view a, b;

	(void)state;
	open_view(&a);
	open_view(&b);
	b.has_owners = false;
	workshop_text(&a.manifest, "/f", "", RULE_ASKED);
	workshop_text(&b.manifest, "/f", "", RULE_ASKED);
	manifest_find(&b.manifest, "/f")->gid = 7;
	_cleanup_compare_ struct compare result = compare(&a, &b);
	assert_int_equal(result.count, 0);
}

static void a_file_that_cannot_be_read_is_an_error(void **state)
{
	_cleanup_view_ struct view a, b;
	struct compare result;
	struct error err = {0};

	(void)state;
	open_view(&a);
	open_view(&b);
	workshop_text(&a.manifest, "/f", "x", RULE_ASKED);
	workshop_text(&b.manifest, "/f", "x", RULE_ASKED);
	manifest_find(&b.manifest, "/f")->origin = ORIGIN_IMAGE; /* of no image */
	assert_int_equal(compare_views(&a, &b, &result, &err), -EBADF);
	assert_non_null(strstr(err.text, "/f"));
}

static void a_pair_of_files_is_read_once(void **state)
{
	static const char *const paths[] = {"/1", "/2"};
	_cleanup_view_ struct view a, b;
	struct view *views[] = {&a, &b};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct view *view = views[i % 2];

		if (i < 2)
			open_view(view);
		workshop_text(&view->manifest, paths[i / 2], "x", RULE_ASKED);
		manifest_find(&view->manifest, paths[i / 2])->inode = i % 2 + 1;
	}
	manifest_find(&b.manifest, "/2")->text = "y"; /* not looked at any more */
	_cleanup_compare_ struct compare result = compare(&a, &b);
	assert_int_equal(result.count, 0);
}

static int asked;

static bool is_no_folder(const struct compare_item *item, const void *data)
{
	assert_ptr_equal(data, &asked);
	asked++;
	return (item->a ? item->a : item->b)->type != ENTRY_FOLDER;
}

static void a_filter_decides_what_counts(void **state)
{
	_cleanup_view_ struct view a, b;
	const struct compare_filter filter = {.counts = is_no_folder, .data = &asked};
	struct compare_side old = {.name = "old", .manifest = &a.manifest},
			    new = {.name = "new", .manifest = &b.manifest};
	struct content content = {.image_fd = -1};
	_cleanup_compare_ struct compare result = {0};
	struct error err = {0};

	(void)state;
	open_view(&a);
	open_view(&b);
	workshop_text(&b.manifest, "/d/f", "text", RULE_ASKED);
	finish(&a);
	finish(&b);
	old.content = new.content = &content;
	asked = 0;
	assert_int_equal(compare_sides(&old, &new, &filter, &result, &err), 0);
	assert_int_equal(asked, 2);
	assert_int_equal(result.count, 1);
	assert_int_equal(result.added, 1);
	assert_string_equal(result.items[0].b->path, "/d/f");
}

static void what_one_image_holds_at_one_place_is_equal_unread(void **state)
{
	_cleanup_view_ struct view a, b;
	struct content content = {.image_fd = -1}; /* reading would fail */
	struct compare_side old = {.name = "old", .manifest = &a.manifest},
			    new = {.name = "new", .manifest = &b.manifest};
	_cleanup_compare_ struct compare result = {0};
	struct entry entry = {.path = "/f",
			      .type = ENTRY_FILE,
			      .origin = ORIGIN_IMAGE,
			      .size = 4,
			      .offset = 8,
			      .reason = {.rule = RULE_FOUND}};
	struct error err = {0};

	(void)state;
	open_view(&a);
	open_view(&b);
	assert_int_equal(manifest_add(&a.manifest, &entry, &err), 0);
	assert_int_equal(manifest_add(&b.manifest, &entry, &err), 0);
	entry.path = "/g";
	assert_int_equal(manifest_add(&a.manifest, &entry, &err), 0);
	entry.offset = 16;
	assert_int_equal(manifest_add(&b.manifest, &entry, &err), 0);
	finish(&a);
	finish(&b);
	old.content = new.content = &content;
	assert_int_equal(compare_sides(&old, &new, NULL, &result, &err), 0);
	assert_int_equal(result.count, 1);
	assert_string_equal(result.items[0].a->path, "/g");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_filter_decides_what_counts),
		scratch_test(what_one_image_holds_at_one_place_is_equal_unread),
		cmocka_unit_test(equal_images_have_no_difference),
		cmocka_unit_test(what_one_lacks_is_added_or_removed_in_bytewise_order),
		cmocka_unit_test(every_aspect_is_told),
		cmocka_unit_test(owners_count_only_where_both_have_them),
		cmocka_unit_test(a_file_that_cannot_be_read_is_an_error),
		cmocka_unit_test(a_pair_of_files_is_read_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
