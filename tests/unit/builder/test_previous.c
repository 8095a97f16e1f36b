/* SPDX-License-Identifier: MIT */
/* Tests of builder/previous: what an image holds, taken over. */
#include "workshop.h"

#include "builder/previous.h"
#include "builder/tarball.h"

static const struct format tar = {.path = "a.tar", .kind = FORMAT_TAR};
static int waits;

static void count_wait(const char *path)
{
	(void)path;
	waits++;
}

/* An image with one file that was asked for, one of a rule, and their record. */
static void make_image(void)
{
	const struct tarball_options options = {0};
	const struct reason reason = {.rule = RULE_RECORD};
	struct content content = {.image_fd = -1};
	struct manifest manifest = {.content = &content};
	struct libraries libraries = {0};
	struct recipe recipe = {.rules = true};
	struct error err;

	workshop_text(&manifest, "/d/file", "text", RULE_ASKED);
	workshop_text(&manifest, "/etc/passwd", "root", RULE_BASE);
	workshop_text(&manifest, "/etc/ld.so.cache", "cache", RULE_CACHE);
	workshop_text(&manifest, RECORD_PATH, "", RULE_RECORD);
	assert_int_equal(recipe_add_term(&recipe, "foot", &err), 0);
	assert_int_equal(recipe_add_term(&recipe, "../../x", &err), 0);
	assert_int_equal(manifest_finish(&manifest, &err), 0);
	char *text = record_write(&recipe, &libraries, &manifest, &err);
	assert_int_equal(manifest_add_text(&manifest, RECORD_PATH, text, &reason, &err),
			 0);
	free(text);
	int fd = scratch_open("a.tar", O_RDWR | O_CREAT | O_TRUNC);
	assert_int_equal(tarball_write(fd, &manifest, &options, &err), 0);
	close(fd);
	recipe_free(&recipe);
	manifest_free(&manifest);
}

static void what_was_asked_for_stays_and_what_is_remade_goes(void **state)
{
	_cleanup_previous_ struct previous previous = PREVIOUS_NONE;
	_cleanup_libraries_ struct libraries libraries = {0};
	_cleanup_recipe_ struct recipe recipe = {0};
	_cleanup_manifest_ struct manifest manifest = {0};
	struct sysroot host = {.fd = -1};
	struct content content = {.root = &host, .image_fd = -1};
	const struct entry same = {
		.path = "/x", .origin = ORIGIN_TEXT, .text = "text", .size = 4};
	struct error err = {0};

	(void)state;
	make_image();
	assert_int_equal(previous_open(&tar, NULL, &previous, &err), 0);
	assert_true(previous.has_record);
	previous_content(&previous, &content);
	manifest.content = &content;
	assert_int_equal(previous_take(&previous, &manifest, &libraries, &recipe, &err),
			 0);
	assert_int_equal(manifest.count, 2);
	const struct entry *file = workshop_expect(&manifest, "/d/file", RULE_ASKED);
	assert_int_equal(content_equal(&content, file, &same, &err), 1);
	workshop_expect(&manifest, "/etc/passwd", RULE_BASE);
	assert_true(recipe.rules);
	assert_int_equal(recipe.terms.count,
			 1); /* the other one is no name of a terminal */
	assert_int_equal(scratch_count("."), 1); /* the spool has no name */
}

static void no_image_is_no_error_when_it_is_to_be_made(void **state)
{
	struct previous previous = PREVIOUS_NONE;
	struct error err;

	(void)state;
	assert_int_equal(previous_open(&tar, NULL, &previous, &err), 0);
	assert_int_equal(previous.fd, -1);
	previous_close(&previous);
	assert_int_equal(previous_look(&tar, &previous, &err), -ENOENT);
}

static void one_that_is_locked_is_waited_for(void **state)
{
	struct previous first = PREVIOUS_NONE, second = PREVIOUS_NONE;
	struct error err;

	(void)state;
	make_image();
	assert_int_equal(previous_open(&tar, count_wait, &first, &err), 0);
	assert_int_equal(waits, 0);
	assert_int_equal(previous_open(&tar, NULL, &second, &err), -EBUSY);
	assert_non_null(strstr(err.text, "another process is adding to a.tar"));
	previous_close(&first);
	assert_int_equal(previous_open(&tar, NULL, &second, &err), 0);
	previous_close(&second);
}

static void what_it_does_not_explain_was_found(void **state)
{
	_cleanup_previous_ struct previous previous = PREVIOUS_NONE;
	_cleanup_manifest_ struct manifest manifest = {0}, other = {0};
	const struct tarball_options options = {0};
	struct content content = {.image_fd = -1};
	struct error err = {0};

	(void)state;
	other.content = &content;
	workshop_text(&other, "/file", "text", RULE_ASKED);
	int fd = scratch_open("a.tar", O_RDWR | O_CREAT);
	assert_int_equal(tarball_write(fd, &other, &options, &err), 0);
	close(fd);
	assert_int_equal(previous_look(&tar, &previous, &err), 0);
	assert_false(previous.has_record);
	assert_int_equal(previous_show(&previous, &manifest, &err), 0);
	workshop_expect(&manifest, "/file", RULE_FOUND);
}

static void a_folder_holds_what_its_record_says_and_is_there(void **state)
{
	const struct format folder = {.path = "tree", .kind = FORMAT_FOLDER};
	_cleanup_previous_ struct previous previous = PREVIOUS_NONE;
	_cleanup_manifest_ struct manifest manifest = {0};
	struct error err = {0};

	(void)state;
	workshop_folder("tree");
	workshop_folder("tree/.jail");
	scratch_write(
		"tree/.jail/manifest.json",
		"{\"schema\":1,\"recipe\":{},\"files\":["
		"{\"path\":\"/file\",\"reason\":{\"rule\":\"asked\"}},"
		"{\"path\":\"/gone\",\"reason\":{\"rule\":\"asked\"}},"
		"{\"path\":\"/../../etc/passwd\",\"reason\":{\"rule\":\"asked\"}}]}");
	scratch_write("tree/file", "text");
	scratch_write("tree/foreign", "text");
	assert_int_equal(previous_look(&folder, &previous, &err), 0);
	assert_int_equal(previous_show(&previous, &manifest, &err), 0);
	assert_int_equal(manifest.count, 1);
	workshop_expect(&manifest, "/file", RULE_ASKED);
}

static void a_renewed_image_keeps_what_no_recipe_tells_of(void **state)
{
	_cleanup_previous_ struct previous previous = PREVIOUS_NONE;
	_cleanup_recipe_ struct recipe recipe = {0};
	_cleanup_manifest_ struct manifest manifest = {0};
	struct error err = {0};

	(void)state;
	make_image();
	assert_int_equal(previous_open(&tar, NULL, &previous, &err), 0);
	assert_int_equal(previous_renew(&previous, &manifest, &recipe, &err), 0);
	assert_int_equal(manifest.count, 0);
	assert_int_equal(recipe.count, 0);
	assert_int_equal(recipe.terms.count, 1); /* not the one that is a path */
	strmap_free(&previous.record.files);     /* as if it told of nothing */
	assert_int_equal(previous_renew(&previous, &manifest, &recipe, &err), 0);
	assert_non_null(manifest_find(&manifest, "/d/file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_renewed_image_keeps_what_no_recipe_tells_of),
		scratch_test(what_was_asked_for_stays_and_what_is_remade_goes),
		scratch_test(no_image_is_no_error_when_it_is_to_be_made),
		scratch_test(one_that_is_locked_is_waited_for),
		scratch_test(what_it_does_not_explain_was_found),
		scratch_test(a_folder_holds_what_its_record_says_and_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
