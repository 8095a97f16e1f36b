/* SPDX-License-Identifier: MIT */
/* Tests of builder/rules: who meets which condition, and what one rule does for the next. */
#include "tailor.h"

#include "builder/asked.h"
#include "builder/rules.h"

static void ask(struct tailor *tailor, const char *path)
{
	static const struct reason asked = {.rule = RULE_ASKED};
	char source[64];
	const struct operand operand = {.path = source};
	struct error err = {0};

	snprintf(source, sizeof(source), "%s", path);
	if (asked_add(&tailor->shop.intake, &operand, &asked, &err) < 0)
		fail_msg("%s", err.text);
}

static void run(struct tailor *tailor)
{
	struct error err = {0};

	if (rules_apply(&tailor->apply, &err) < 0)
		fail_msg("%s", err.text);
}

static void a_rule_brings_what_another_waits_for(void **state)
{
	struct tailor tailor;

	(void)state;
	tailor_root();
	scratch_write("root/lib/liblang.so.1", "data");
	scratch_write("templates/a-late",
		      "when library liblang.so.*\nadd /lib/lang1.2\n");
	scratch_write("templates/b-early",
		      "when program too[k-m]\nadd /lib/liblang.so.1\n");
	scratch_write("templates/c-never", "when library libnone.so\nadd /none\n");
	scratch_write("templates/d-asked", "add /none\n");
	tailor_open(&tailor);
	ask(&tailor, "/bin/tool");
	run(&tailor);
	const struct entry *late = workshop_expect(&tailor.shop.manifest,
						   "/lib/lang1.2/os.x", RULE_FOLDER);
	const struct entry *early = workshop_expect(&tailor.shop.manifest,
						    "/lib/liblang.so.1", RULE_TEMPLATE);
	assert_true(late->reason.derived);
	assert_true(early->reason.derived);
	assert_string_equal(early->reason.by, "/bin/tool");
	assert_string_equal(early->reason.name, "b-early");
	assert_false(manifest_find(&tailor.shop.manifest, "/bin/tool")->reason.derived);
	assert_false(tailor.shop.manifest.deriving);
	tailor_close(&tailor);
}

/* The folder and the bit make a program, with a slash the whole path counts. */
static void data_is_no_program(void **state)
{
	struct tailor tailor;

	(void)state;
	tailor_root();
	scratch_write("root/bin/text", "text");
	workshop_script("root/lib/script", "text");
	scratch_write("templates/one", "when program text script\nadd /data\n");
	scratch_write("templates/two", "when program /bin/to*\nadd /lib/lang1.2/os.x\n");
	tailor_open(&tailor);
	ask(&tailor, "/bin/text");
	ask(&tailor, "/lib/script");
	run(&tailor);
	assert_null(manifest_find(&tailor.shop.manifest, "/data"));
	assert_null(manifest_find(&tailor.shop.manifest, "/lib/lang1.2/os.x"));
	ask(&tailor, "/bin/tool");
	run(&tailor);
	assert_null(manifest_find(&tailor.shop.manifest, "/data"));
	assert_non_null(manifest_find(&tailor.shop.manifest, "/lib/lang1.2/os.x"));
	tailor_close(&tailor);
}

static void what_is_asked_for_wins_over_a_rule(void **state)
{
	struct tailor tailor;

	(void)state;
	tailor_root();
	scratch_write("templates/one",
		      "when program tool\nfile /data <<E\nours\nE\nadd /data\n");
	tailor_open(&tailor);
	ask(&tailor, "/bin/tool");
	ask(&tailor, "/data");
	run(&tailor);
	assert_false(manifest_find(&tailor.shop.manifest, "/data")->reason.derived);
	assert_string_equal(manifest_find(&tailor.shop.manifest, "/data")->source,
			    "/data");
	tailor_close(&tailor);
}

static void asks_programs_for_their_symbols(void **state)
{
	static const struct reason asked = {.rule = RULE_ASKED};
	char source[] = "/usr/bin/env";
	const struct operand operand = {.path = source};
	struct tailor tailor;
	struct error err = {0};

	(void)state;
	tailor_root();
	scratch_write("templates/has", "when symbol no_such_call setlocale\ndir /has\n");
	scratch_write("templates/lacks", "when symbol no_such_call\ndir /lacks\n");
	tailor_open(&tailor);
	workshop_close(&tailor.shop);
	workshop_open(&tailor.shop, NULL);
	assert_int_equal(asked_add(&tailor.shop.intake, &operand, &asked, &err), 0);
	run(&tailor);
	assert_non_null(manifest_find(&tailor.shop.manifest, "/has"));
	assert_null(manifest_find(&tailor.shop.manifest, "/lacks"));
	tailor_close(&tailor);
}

static void a_file_that_is_no_template_is_told_of(void **state)
{
	struct tailor tailor;

	(void)state;
	tailor_root();
	scratch_write("templates/one", "\nwhen weather fine\nadd /data\n");
	scratch_write("templates/two", "when program tool\nadd /data\n");
	tailor_open(&tailor);
	ask(&tailor, "/bin/tool");
	run(&tailor);
	assert_true(
		workshop_has_note(&tailor.shop.manifest,
				  "template one, line 2: no such condition: weather"));
	assert_non_null(manifest_find(&tailor.shop.manifest, "/data"));
	tailor_close(&tailor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_rule_brings_what_another_waits_for),
		scratch_test(data_is_no_program),
		scratch_test(what_is_asked_for_wins_over_a_rule),
		scratch_test(asks_programs_for_their_symbols),
		scratch_test(a_file_that_is_no_template_is_told_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
