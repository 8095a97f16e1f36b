/* SPDX-License-Identifier: MIT */
/* Tests of builder/needs: closures with their reasons, and what is missing. */
#include "workshop.h"

#include "builder/needs.h"
#include "tests/unit/elfdeps/elfmaker.h"

static int add(struct workshop *shop, const char *path, bool is_member, struct error *err)
{
	const struct reason reason = {.rule = RULE_ASKED};
	struct links_end end;

	assert_int_equal(links_follow(&shop->intake.links, path, &reason, &end, err), 0);
	const struct taken taken = {
		.source = end.path, .path = end.path, .st = &end.st, .reason = reason};
	assert_int_equal(intake_file(&shop->intake, &taken, err), 0);
	return is_member ? needs_add_member(&shop->intake, &taken, err)
			 : needs_add(&shop->intake, &taken, path, err);
}

static void a_program_comes_with_loader_and_libraries(void **state)
{
	struct workshop shop;
	bool has_interpreter = false;
	char self[PATH_MAX];
	struct error err;

	(void)state;
	workshop_open(&shop, NULL);
	assert_non_null(realpath("/proc/self/exe", self));
	assert_int_equal(add(&shop, self, false, &err), 0);
	assert_true(libraries_have_glibc(&shop.libraries));
	for (size_t i = 0; i < shop.manifest.count; i++) {
		const struct entry *entry = shop.manifest.entries[i];

		if (strcmp(entry->reason.rule, "interpreter") != 0)
			continue;
		has_interpreter = true;
		assert_string_equal(entry->reason.by, self);
	}
	assert_true(has_interpreter);
	assert_int_equal(needs_check(&shop.intake, &err), 0);
	workshop_close(&shop);
}

static void data_needs_nothing(void **state)
{
	struct workshop shop;
	struct error err;

	(void)state;
	workshop_folder("root");
	scratch_write("root/data", "text");
	workshop_open(&shop, "root");
	assert_int_equal(add(&shop, "/data", false, &err), 0);
	assert_int_equal(shop.manifest.count, 1);
	workshop_close(&shop);
}

static void a_missing_interpreter_is_named_with_who_needs_it(void **state)
{
	struct workshop shop;
	struct error err;

	(void)state;
	workshop_folder("root");
	workshop_script("root/tool", "#!/no/sh\n");
	workshop_open(&shop, "root");
	assert_int_equal(add(&shop, "/tool", false, &err), 0);
	assert_int_equal(needs_check(&shop.intake, &err), -ENOENT);
	assert_string_equal(err.text, "not found: /no/sh, needed by /tool");
	/* until something else puts it there */
	workshop_text(&shop.manifest, "/no/sh", "", RULE_ASKED);
	assert_int_equal(needs_check(&shop.intake, &err), 0);
	workshop_close(&shop);
}

static void in_a_folder_a_script_may_lack_its_interpreter(void **state)
{
	struct workshop shop;
	struct error err;

	(void)state;
	workshop_folder("root");
	workshop_script("root/tool", "#!/no/sh\n");
	scratch_write("root/module", "#!/no/perl\n");
	workshop_open(&shop, "root");
	assert_int_equal(add(&shop, "/tool", true, &err), 0);
	assert_int_equal(add(&shop, "/module", true, &err), 0); /* not executable: data */
	assert_int_equal(shop.manifest.notes.count, 1);
	assert_true(workshop_has_note(&shop.manifest, "/tool asks for /no/sh"));
	assert_int_equal(needs_check(&shop.intake, &err), 0);
	workshop_close(&shop);
}

/* As java's libraries need libjvm.so, which lies where only java looks. */
static void in_a_folder_a_library_may_be_loaded_by_a_path(void **state)
{
	struct workshop shop;
	struct error err;

	(void)state;
	workshop_folder("root");
	workshop_folder("root/server");
	elfmaker_file("root/member.so", (struct elfmaker){.needs = {"libvm.so"}});
	elfmaker_file("root/server/libvm.so", (struct elfmaker){.soname = "libvm.so"});
	workshop_open(&shop, "root");
	assert_int_equal(add(&shop, "/member.so", true, &err), 0);
	assert_int_equal(needs_check(&shop.intake, &err), -ENOENT);
	assert_int_equal(add(&shop, "/server/libvm.so", true, &err), 0);
	assert_int_equal(needs_check(&shop.intake, &err), 0);
	/* The loader of what was asked for by name has loaded nothing yet. */
	assert_int_equal(add(&shop, "/member.so", false, &err), 0);
	assert_int_equal(needs_check(&shop.intake, &err), -ENOENT);
	workshop_close(&shop);
}

static void a_malformed_file_is_an_error_but_data_in_a_folder(void **state)
{
	char header[128] = "\177ELF\2\1\1";
	struct workshop shop;
	struct error err;

	(void)state;
	workshop_folder("root");
	header[16] = 3;
	header[18] = 62;
	header[20] = 1;
	memset(header + 24, 0xff, sizeof(header) - 24);
	int fd = scratch_open("root/bad", O_WRONLY | O_CREAT);
	assert_int_equal(write(fd, header, sizeof(header)), sizeof(header));
	close(fd);
	workshop_open(&shop, "root");
	assert_int_equal(add(&shop, "/bad", false, &err), -ENOEXEC);
	assert_non_null(strstr(err.text, "/bad"));
	assert_int_equal(add(&shop, "/bad", true, &err), 0);
	assert_true(workshop_has_note(&shop.manifest, "taken as data: "));
	workshop_close(&shop);
}

static void open_noted(struct workshop *shop)
{
	const struct elfdeps_options options = {.root = "root",
						.optional = ELFDEPS_OPTIONAL_RECOMMENDED};
	struct error err;

	workshop_open(shop, "root");
	elfdeps_free(shop->resolver);
	assert_int_equal(elfdeps_new(&options, &shop->resolver, &err), 0);
	shop->intake.resolver = shop->resolver;
}

static void what_is_opened_at_run_time_comes_with_its_detail(void **state)
{
	struct workshop shop;
	struct error err;

	(void)state;
	elfmaker_file("root/lib/ld.so", (struct elfmaker){0});
	elfmaker_file("root/lib/liba.so", (struct elfmaker){.needs = {"libb.so"}});
	elfmaker_file("root/lib/libb.so", (struct elfmaker){.needs = {"libnone.so"}});
	elfmaker_file("root/prog",
		      (struct elfmaker){.interp = "/lib/ld.so",
					.note = "[{\"soname\":[\"liba.so\"]},"
						"{\"soname\":[\"libgone.so\"]}]"});
	open_noted(&shop);
	assert_int_equal(add(&shop, "/prog", false, &err), 0);
	const struct entry *entry = manifest_find(&shop.manifest, "/lib/liba.so");
	assert_non_null(entry);
	assert_string_equal(entry->reason.by, "/prog");
	assert_string_equal(entry->reason.detail, "recommended: dlopen note");
	assert_non_null(manifest_find(&shop.manifest, "/lib/libb.so"));
	assert_null(manifest_find(&shop.manifest, "/lib/libb.so")->reason.detail);
	assert_true(workshop_has_note(&shop.manifest, "/prog may ask for libgone.so"));
	assert_int_equal(needs_check(&shop.intake, &err), 0);
	workshop_close(&shop);
}

static void what_a_note_requires_must_be_there(void **state)
{
	struct workshop shop;
	struct error err;

	(void)state;
	elfmaker_file("root/lib/ld.so", (struct elfmaker){0});
	elfmaker_file("root/prog",
		      (struct elfmaker){.interp = "/lib/ld.so",
					.note = "[{\"soname\":[\"libgone.so\"],"
						"\"priority\":\"required\"}]"});
	open_noted(&shop);
	assert_int_equal(add(&shop, "/prog", false, &err), 0);
	assert_int_equal(needs_check(&shop.intake, &err), -ENOENT);
	assert_non_null(strstr(err.text, "libgone.so, needed by /prog"));
	workshop_close(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_program_comes_with_loader_and_libraries),
		scratch_test(data_needs_nothing),
		scratch_test(a_missing_interpreter_is_named_with_who_needs_it),
		scratch_test(in_a_folder_a_script_may_lack_its_interpreter),
		scratch_test(in_a_folder_a_library_may_be_loaded_by_a_path),
		scratch_test(a_malformed_file_is_an_error_but_data_in_a_folder),
		scratch_test(what_is_opened_at_run_time_comes_with_its_detail),
		scratch_test(what_a_note_requires_must_be_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
