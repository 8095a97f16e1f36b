/* SPDX-License-Identifier: MIT */
/* Tests of builder/record: what is written is read back; what is damaged is refused. */
#include "workshop.h"

#include "builder/record.h"
#include "common/cleanup.h"

static void what_is_written_is_read_back(void **state)
{
	_cleanup_recipe_ struct recipe recipe = {
		.rules = true, .digests = true, .package_db = true, .sysroot = true};
	_cleanup_libraries_ struct libraries libraries = {0};
	_cleanup_manifest_ struct manifest manifest = {0};
	_cleanup_record_ struct record record = {0};
	char path[] = "/usr/bin/x", dest[] = "/y\xff";
	const struct operand operand = {.path = path, .dest = dest};
	const struct library library = {.name = "l.so",
					.path = "/l.so",
					.machine = 62,
					.class = 2,
					.data = 1,
					.general = true};
	struct error err;

	(void)state;
	assert_int_equal(recipe_add(&recipe, &operand, &err), 0);
	assert_int_equal(recipe_add_term(&recipe, "foot", &err), 0);
	assert_int_equal(strlist_add(&recipe.settings.cmd, "a\nb", &err), 0);
	assert_int_equal(libraries_add(&libraries, &library, &err), 0);
	const struct entry entry = {
		.path = "/y\xff",
		.type = ENTRY_FILE,
		.source = "/usr/bin/x",
		.package = "pack",
		.sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8"
			  "55",
		.reason = {.rule = "runpath", .by = "/z", .name = "n"}};
	assert_int_equal(manifest_add(&manifest, &entry, &err), 0);
	_cleanup_free_ char *text = record_write(&recipe, &libraries, &manifest, &err);
	_cleanup_free_ char *again = record_write(&recipe, &libraries, &manifest, &err);
	assert_string_equal(text, again);
	assert_int_equal(record_read(text, strlen(text), &record, &err), 0);
	assert_true(record.recipe.rules);
	assert_true(record.recipe.sysroot);
	assert_true(record.recipe.digests);
	assert_true(record.recipe.package_db);
	assert_string_equal(record.recipe.operands[0].dest, "/y\xff");
	assert_string_equal(record.recipe.terms.items[0], "foot");
	assert_string_equal(record.recipe.settings.cmd.items[0], "a\nb");
	assert_string_equal(record.libraries.items[0]->path, "/l.so");
	assert_true(record.libraries.items[0]->general);
	const struct record_file *file = strmap_get(&record.files, "/y\xff");
	assert_non_null(file);
	assert_string_equal(file->package, "pack");
	assert_string_equal(file->sha256, entry.sha256);
	assert_string_equal(file->reason.rule, "runpath");
	assert_string_equal(file->reason.name, "n");
}

static void owners_are_kept_where_they_are_asked_for(void **state)
{
	_cleanup_recipe_ struct recipe recipe = {0};
	_cleanup_libraries_ struct libraries libraries = {0};
	_cleanup_manifest_ struct manifest manifest = {0};
	_cleanup_record_ struct record record = {0};
	struct error err;

	(void)state;
	workshop_text(&manifest, "/f", "x", RULE_ASKED);
	workshop_text(&manifest, "/roots", "x", RULE_ASKED);
	manifest_find(&manifest, "/f")->gid = 8;
	_cleanup_free_ char *without = record_write(&recipe, &libraries, &manifest, &err);
	assert_null(strstr(without, "gid"));
	manifest.records_owners = true;
	_cleanup_free_ char *text = record_write(&recipe, &libraries, &manifest, &err);
	assert_int_equal(record_read(text, strlen(text), &record, &err), 0);
	assert_true(record.has_owners);
	const struct record_file *file = strmap_get(&record.files, "/f");
	assert_true(file->has_owner);
	assert_int_equal(file->uid, 0);
	assert_int_equal(file->gid, 8);
	file = strmap_get(&record.files, "/roots");
	assert_false(file->has_owner);
}

static void refuse(const char *text, int code, const char *part)
{
	struct record record;
	struct error err = {0};

	assert_int_equal(record_read(text, strlen(text), &record, &err), -code);
	if (!strstr(err.text, part))
		fail_msg("'%s' lacks '%s'", err.text, part);
}

static void refuses_damaged_and_later_ones(void **state)
{
	(void)state;
	refuse("", EBADMSG, "/.jail/manifest.json");
	refuse("[]", EBADMSG, "schema");
	refuse("{\"schema\":1,\"schema\":1}", EBADMSG, "duplicate");
	refuse("{\"schema\":1}", EBADMSG, "the recipe");
	refuse("{\"schema\":9,\"recipe\":{}}", ENOTSUP, "schema 9");
	refuse("{\"schema\":1,\"recipe\":{\"operands\":[{}]}}", EBADMSG, "operand");
	refuse("{\"schema\":1,\"recipe\":{\"operands\":[{\"path\":\"\"}]}}", EBADMSG,
	       "operand");
	refuse("{\"schema\":1,\"recipe\":{\"operands\":[{\"path\":\"/"
	       "\",\"dest\":\"x\"}]}}",
	       EBADMSG, "operand");
	refuse("{\"schema\":1,\"recipe\":{\"terms\":[1]}}", EBADMSG, "terms");
	refuse("{\"schema\":1,\"recipe\":{},\"files\":[{\"path\":\"/a\"}]}", EBADMSG,
	       "file");
	refuse("{\"schema\":1,\"recipe\":{},\"files\":[{\"path\":\"/"
	       "a\",\"gid\":1,\"reason\":"
	       "{\"rule\":\"x\"}}]}",
	       EBADMSG, "uid");
	refuse("{\"schema\":1,\"recipe\":{},\"libraries\":[{}]}", EBADMSG, "library");
	refuse("{\"schema\":1,\"recipe\":{},\"files\":[{\"path\":\"/a\",\"reason\":{"
	       "\"rule\":\"found\"},\"sha256\":\"E3\"}]}",
	       EBADMSG, "sha256");
	/* An id that is none would else be root's. */
	refuse("{\"schema\":1,\"recipe\":{\"accounts\":[{\"name\":\"a\",\"uid\":"
	       "\"1\",\"gid\":1,\"home\":\"/\",\"shell\":\"/\"}]}}",
	       EBADMSG, "uid");
	refuse("{\"schema\":1,\"recipe\":{},\"libraries\":[{\"name\":\"l\",\"path\":"
	       "\"/l\",\"machine\":65598,\"class\":2,\"data\":1}]}",
	       EBADMSG, "machine");
	refuse("{\"schema\":1,\"recipe\":{\"operands\":{}}}", EBADMSG, "operands");
	refuse("{\"schema\":1,\"recipe\":{},\"files\":\"\"}", EBADMSG, "files");
	refuse("{\"schema\":1,\"recipe\":{\"settings\":{\"env\":[\"A\"]}}}", EINVAL,
	       "KEY=VALUE");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(what_is_written_is_read_back),
		scratch_test(owners_are_kept_where_they_are_asked_for),
		scratch_test(refuses_damaged_and_later_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
