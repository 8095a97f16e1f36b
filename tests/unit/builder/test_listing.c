/* SPDX-License-Identifier: MIT */
/* Tests of builder/listing: a manifest for people and for programs. */
#include "workshop.h"

#include <jansson.h>

#include "builder/listing.h"

static void people_see_paths_targets_and_reasons_escaped(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	struct error err;
	FILE *out = fopen("out", "w");

	(void)state;
	workshop_text(&manifest, "/a\nb", "x", RULE_BASE);
	assert_int_equal(workshop_add(&manifest, "/l", ENTRY_LINK, "a", &err), 0);
	listing_print(&manifest, out);
	assert_int_equal(fclose(out), 0);
	scratch_expect("out", "/a\\x0ab\tbase\n/l -> a\tasked\n");
}

static void programs_see_json(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	struct error err;
	FILE *out = fopen("out", "w");

	(void)state;
	workshop_text(&manifest, "/a", "four", RULE_BASE);
	assert_int_equal(listing_print_json(&manifest, out, &err), 0);
	assert_int_equal(fclose(out), 0);
	json_t *root = json_load_file("out", 0, NULL);
	const json_t *file = json_array_get(json_object_get(root, "files"), 0);
	assert_int_equal(json_integer_value(json_object_get(root, "schema")), 1);
	assert_string_equal(json_string_value(json_object_get(file, "mode")), "0644");
	assert_int_equal(json_integer_value(json_object_get(file, "size")), 4);
	assert_string_equal(json_string_value(json_object_get(file, "type")), "file");
	json_decref(root);
}

static void a_full_device_is_an_error(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	struct error err;
	FILE *out = fopen("/dev/full", "w");

	(void)state;
	setvbuf(out, NULL, _IONBF, 0);
	assert_int_equal(listing_print_json(&manifest, out, &err), -EIO);
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(people_see_paths_targets_and_reasons_escaped),
		scratch_test(programs_see_json),
		scratch_test(a_full_device_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
