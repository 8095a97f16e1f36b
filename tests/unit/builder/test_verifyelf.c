/* SPDX-License-Identifier: MIT */
/* Tests of builder/verifyelf: what programs, libraries and scripts need to start. */
#include "clinic.h"

#include "builder/verifyelf.h"

static const char interp[] = "/lib64/ld-linux-x86-64.so.2";

static void check(struct clinic *clinic)
{
	struct error err;

	clinic_open(clinic);
	assert_int_equal(verifyelf_run(&clinic->checkup, &err), 0);
}

static void a_missing_library_is_said_once_of_who_asks(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_elf("/bin/a", (struct elfmaker){.interp = interp, .needs = {"liba.so"}});
	clinic_elf("/bin/b", (struct elfmaker){.interp = interp, .needs = {"liba.so"}});
	clinic_elf("/lib64/liba.so",
		   (struct elfmaker){.soname = "liba.so", .needs = {"libgone.so"}});
	clinic_elf(interp, (struct elfmaker){.soname = "ld-linux-x86-64.so.2"});
	check(&clinic);
	assert_int_equal(clinic.findings.count, 1);
	const struct finding *finding = clinic_expect(&clinic, "/lib64/liba.so",
						      "needs libgone.so");
	assert_int_equal(finding->severity, SEVERITY_ERROR);
	assert_string_equal(finding->problem, "missing");
	assert_string_equal(finding->fix, "jailbuild add /bin/a -o image");
	assert_int_equal(clinic.checkup.files, 4);
	clinic_close(&clinic);
}

static void programs_and_their_libraries_are_remembered(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_elf("/usr/bin/a",
		   (struct elfmaker){.interp = interp, .needs = {"libc.so.6"}});
	clinic_elf("/lib64/libc.so.6",
		   (struct elfmaker){.soname = "libc.so.6", .interp = interp});
	clinic_elf("/lib64/libunused.so", (struct elfmaker){.soname = "libunused.so"});
	clinic_elf(interp, (struct elfmaker){.soname = "ld-linux-x86-64.so.2"});
	check(&clinic);
	assert_int_equal(clinic.findings.count, 0);
	assert_int_equal(clinic.checkup.programs.count, 1);
	assert_string_equal(clinic.checkup.programs.items[0].name, "a");
	assert_string_equal(clinic.checkup.programs.items[0].folder, "/lib64");
	const struct usage *usage = checkup_find(&clinic.checkup.libraries, "libc.so.6*");
	assert_string_equal(usage->by, "/usr/bin/a");
	assert_null(checkup_find(&clinic.checkup.libraries, "libunused*"));
	clinic_close(&clinic);
}

static void a_plugin_may_use_what_its_program_has_loaded(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_elf("/opt/x/plugin.so", (struct elfmaker){.needs = {"libvm.so"}});
	clinic_elf("/opt/x/server/libvm.so", (struct elfmaker){.soname = "libvm.so"});
	check(&clinic);
	const struct finding *finding = clinic_expect(&clinic, "/opt/x/plugin.so",
						      "where its program has loaded");
	assert_int_equal(finding->severity, SEVERITY_WARNING);
	assert_int_equal(clinic.findings.count, 1);
	clinic_close(&clinic);
}

static void scripts_need_their_interpreter_above_all_as_commands(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_file("/bin/tool", "#!/bin/gone\n", 0755);
	clinic_file("/lib/example", "#!/bin/gone\n", 0755);
	clinic_file("/lib/data", "#!/bin/gone\n", 0644);
	check(&clinic);
	assert_int_equal(clinic.findings.count, 2);
	const struct finding *finding = clinic_expect(&clinic, "/bin/tool",
						      "needs /bin/gone");
	assert_int_equal(finding->severity, SEVERITY_ERROR);
	assert_string_equal(finding->fix, "jailbuild add /bin/gone -o image");
	finding = clinic_expect(&clinic, "/lib/example", "needs /bin/gone");
	assert_int_equal(finding->severity, SEVERITY_WARNING);
	clinic_close(&clinic);
}

static void a_damaged_file_is_named_and_what_a_linker_reads_is_not(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_file("/bin/short", "\177ELF\2\1\1 and nothing more, at all", 0755);
	clinic_elf("/lib/crt1.o", (struct elfmaker){.type = ET_REL});
	clinic_elf("/lib/core", (struct elfmaker){.type = ET_CORE});
	check(&clinic);
	assert_int_equal(clinic.findings.count, 1);
	assert_string_equal(clinic.findings.items[0]->path, "/bin/short");
	assert_string_equal(clinic.findings.items[0]->problem, "malformed");
	assert_string_equal(clinic.findings.items[0]->fix,
			    "jailbuild add --replace /bin/short -o image");
	clinic_close(&clinic);
}

static void a_cache_entry_without_its_library_is_an_error(void **state)
{
	const struct elfdeps_cache_entry entry = {"libx.so", "/lib64/libx.so", EM_X86_64,
						  ELFCLASS64, ELFDATA2LSB};
	struct clinic clinic;
	char *bytes = NULL;
	size_t size = 0;

	(void)state;
	assert_int_equal(elfdeps_cache_write(&entry, 1, &bytes, &size, NULL), 0);
	clinic_file("/etc/x", "", 0644);
	elfmaker_save("image/etc/ld.so.cache", bytes, size);
	free(bytes);
	check(&clinic);
	const struct finding *finding = clinic_expect(&clinic, "/etc/ld.so.cache",
						      "/lib64/libx.so");
	assert_string_equal(finding->problem, "cache");
	assert_string_equal(finding->fix, "jailbuild add /lib64/libx.so -o image");
	clinic_close(&clinic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_missing_library_is_said_once_of_who_asks),
		scratch_test(programs_and_their_libraries_are_remembered),
		scratch_test(a_plugin_may_use_what_its_program_has_loaded),
		scratch_test(scripts_need_their_interpreter_above_all_as_commands),
		scratch_test(a_damaged_file_is_named_and_what_a_linker_reads_is_not),
		scratch_test(a_cache_entry_without_its_library_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
