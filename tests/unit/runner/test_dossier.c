/* SPDX-License-Identifier: MIT */
/* Tests of dossier: what is written about a jail comes back as it was, and nothing else does. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/dossier.h"

static char *words[] = {(char[]){"sh"}, (char[]){"-c"},
			(char[]){"echo \x1b[31m\nname=x \\ \xff"}, NULL};

static char name[] = "web-1", user[] = "www", image[] = "/srv/a b\nc", hostname[] = "web",
	    workdir[] = "/";

static struct dossier sample(void)
{
	return (struct dossier){
		.name = name,
		.init = 4711,
		.init_start = 99,
		.supervisor = 4710,
		.started = 1700000000,
		.namespaces = 0x7e020000,
		.uid = 33,
		.gid = 33,
		.user = user,
		.image = image,
		.hostname = hostname,
		.workdir = workdir,
		.exit_status = -1,
		.command = {words, 3, 3},
	};
}

static char *format_sample(void)
{
	struct dossier record = sample();
	struct error err = {0};
	char *text;
	size_t size;

	assert_int_equal(dossier_format(&record, &text, &size, &err), 0);
	char *copy = strndup(text, size);
	free(text);
	assert_non_null(copy);
	return copy;
}

/* The code that parsing gives; frees the text. */
static int parse(char *text, struct dossier *ret)
{
	struct error err = {0};
	int r = dossier_parse(text, strlen(text), ret, &err);

	assert_int_equal(err.code, -r);
	free(text);
	return r;
}

static void gives_back_every_byte(void **state)
{
	_cleanup_dossier_ struct dossier record = DOSSIER_NONE;

	(void)state;
	assert_int_equal(parse(format_sample(), &record), 0);
	assert_string_equal(record.name, "web-1");
	assert_string_equal(record.image, "/srv/a b\nc");
	assert_int_equal(record.init, 4711);
	assert_int_equal(record.namespaces, 0x7e020000);
	assert_int_equal(record.exit_status, -1);
	assert_int_equal(record.command.count, 3);
	for (int i = 0; i < 3; i++)
		assert_string_equal(record.command.items[i], words[i]);
	assert_int_equal(record.environment.count, 0);
}

/* `text`, with the line that begins with `key` replaced by `line` (with its newline, or nothing). */
static char *replace_line(const char *text, const char *key, const char *line)
{
	const char *at = strstr(text, key);
	char *changed = NULL;

	assert_non_null(at);
	const char *behind = strchr(at, '\n') + 1;
	assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - text), text, line, behind) >
		    0);
	return changed;
}

static int parse_with(const char *key, const char *line)
{
	_cleanup_dossier_ struct dossier record = DOSSIER_NONE;
	char *text = format_sample();
	char *changed = replace_line(text, key, line);

	free(text);
	return parse(changed, &record);
}

static void refuses_what_it_never_wrote(void **state)
{
	static const char *const bad[][2] = {
		{"init=", ""},
		{"init=", "init=0\n"},
		{"init=", "init=1\n"},
		{"init=", "init=-1\n"},
		{"init=", "init=4294967296\n"},
		{"init=", "init=99999999999999999999\n"},
		{"init=", "init=12x\n"},
		{"init=", "init=\n"},
		{"init=", "init=4711\ninit=4712\n"},
		{"supervisor=", "supervisor=1\n"},
		{"name=", "name=../x\n"},
		{"name=", "name=\n"},
		{"command=sh", "no equals sign\n"},
		{"uid=", "uid=-1\n"},
		{"uid=", "uid=4294967295\n"},
		{"image=", "image=a\nimage=b\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse_with(bad[i][0], bad[i][1]), -EBADMSG);
}

static void skips_what_a_newer_one_writes(void **state)
{
	(void)state;
	assert_int_equal(parse_with("hostname=", "hostname=web\nnovelty=1\n"), 0);
}

static void refuses_text_that_is_cut_or_has_a_nul(void **state)
{
	_cleanup_dossier_ struct dossier record = DOSSIER_NONE;
	char cut[] = "name=a", nul[] = "name=a\0b\n";

	(void)state;
	assert_int_equal(dossier_parse(cut, strlen(cut), &record, NULL), -EBADMSG);
	assert_int_equal(dossier_parse(nul, sizeof(nul) - 1, &record, NULL), -EBADMSG);
	assert_int_equal(dossier_parse(cut, 0, &record, NULL), -EBADMSG);
}

static void takes_the_end_from_behind(void **state)
{
	_cleanup_dossier_ struct dossier record = DOSSIER_NONE;
	char *text = format_sample(), *with_end = NULL;

	(void)state;
	assert_true(asprintf(&with_end, "%sexit_status=3\nended=1700000009\n", text) > 0);
	free(text);
	assert_int_equal(parse(with_end, &record), 0);
	assert_int_equal(record.exit_status, 3);
	assert_int_equal(record.ended, 1700000009);
}

static void knows_what_can_be_a_name(void **state)
{
	char long_name[DOSSIER_NAME_MAX + 2];

	(void)state;
	memset(long_name, 'a', sizeof(long_name));
	long_name[DOSSIER_NAME_MAX + 1] = '\0';
	assert_false(dossier_is_name(long_name));
	long_name[DOSSIER_NAME_MAX] = '\0';
	assert_true(dossier_is_name(long_name));
	assert_true(dossier_is_name("0"));
	assert_true(dossier_is_name("a.b_c-D"));
	assert_false(dossier_is_name(""));
	assert_false(dossier_is_name("."));
	assert_false(dossier_is_name(".."));
	assert_false(dossier_is_name("-x"));
	assert_false(dossier_is_name("a/b"));
	assert_false(dossier_is_name("a b"));
	assert_false(dossier_is_name("a\n"));
	assert_false(dossier_is_name("ä"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_every_byte),
		cmocka_unit_test(refuses_what_it_never_wrote),
		cmocka_unit_test(skips_what_a_newer_one_writes),
		cmocka_unit_test(refuses_text_that_is_cut_or_has_a_nul),
		cmocka_unit_test(takes_the_end_from_behind),
		cmocka_unit_test(knows_what_can_be_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
