/* SPDX-License-Identifier: MIT */
/* Tests of builder/shellwords: commands in the text of a script. */
#include "workshop.h"

#include "builder/shellwords.h"

/* `words`: what is found, with a blank between each two. */
static void expect(const char *text, const char *words)
{
	_cleanup_strlist_ struct strlist found = {0};
	char joined[1000] = "";
	struct error err;

	assert_int_equal(shellwords_find(text, strlen(text), &found, &err), 0);
	for (size_t i = 0; i < found.count; i++) {
		strncat(joined, i ? " " : "", sizeof(joined) - strlen(joined) - 1);
		strncat(joined, found.items[i], sizeof(joined) - strlen(joined) - 1);
	}
	if (strcmp(joined, words) != 0)
		fail_msg("'%s': '%s' instead of '%s'", text, joined, words);
}

static void finds_what_stands_where_commands_do(void **state)
{
	(void)state;
	expect("#!/bin/sh\nls -l | sort >out; rm x && cp a b || mv a b & wait\n",
	       "cp ls mv rm sort");
	expect("if grep -q x y; then sed s/a/b/; else ! cmp a b; fi\n", "cmp grep sed");
	expect("while read a; do tr a b; done <file\n", "tr");
	expect("for cat in ls rm; do wc; done\n", "wc");
	expect("case $1 in start) nginx ;; stop) pkill x ;; esac\n", "nginx pkill");
	expect("(cd /; tar c .) | { gzip -c; }\n", "gzip tar");
	expect("ls;ls;ls", "ls");
	expect("/usr/bin/ls ./x", "/usr/bin/ls");
}

static void looks_into_substitutions(void **state)
{
	(void)state;
	expect("echo \"a $(date +%s) `id -u` b\" cat\n", "date id");
	expect("a=$(basename \"$(readlink x)\") b=\"$(dirname y)\"\n",
	       "basename dirname readlink");
	expect("echo $((1 + 2)) ${a:-cat} '$(rm x)'\n", "");
	expect("diff <(sort a) <(sort b)\n", "diff sort");
}

static void knows_what_runs_what_stands_behind_it(void **state)
{
	(void)state;
	expect("exec env -i LC_ALL=C nice -n nginx\n", "env nginx nice");
	expect("LC_ALL=C sort x\n", "sort");
	expect("find . | xargs -0 rm\n", "find rm xargs");
	expect("command -v curl\n", "curl");
}

static void passes_over_what_only_looks_like_one(void **state)
{
	(void)state;
	expect("# ls\n: rm # cat\necho ls >cat 2>&1 <sed\n", "");
	expect("cat <<END; wc\nrm $(ls)\nEND\ncat <<-'E'\n\trm\n\tE\nsort\n",
	       "cat sort wc");
	expect("f() { tail; }\nf\n$x y\n\"$y\" z\n~/x\n*.sh\n", "f tail");
	expect("echo a\\\nls\n", "");
	expect("set -e; export A=b; local c; [ -e x ] && [[ a ]] && test x\n", "");
}

static void takes_any_text(void **state)
{
	static const char *const texts[] = {"",   "\"",  "'",     "`",        "$(",
					    "<<", "<<E", "<<E\n", "\\",       "${",
					    "$",  ")",   "((((",  "a\nb <<E", "a <<\n\n"};
	char deep[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		_cleanup_strlist_ struct strlist found = {0};
		struct error err;

		assert_int_equal(
			shellwords_find(texts[i], strlen(texts[i]), &found, &err), 0);
	}
	memset(deep, '`', sizeof(deep) - 1);
	for (size_t i = 0; i + 1 < sizeof(deep); i += 2)
		memcpy(deep + i, "$(", 2);
	deep[sizeof(deep) - 1] = '\0';
	expect(deep, "");
}

static void knows_a_shell_script(void **state)
{
	static const char *const yes[] = {
		"#!/bin/sh\n", "#! /bin/bash -e\nls", "#!/usr/bin/env bash\n",
		"#!/usr/bin/env -S sh -e", "#!/bin/busybox sh\n"};
	static const char *const no[] = {"",
					 "#!",
					 "#!/usr/bin/python3\n",
					 "ls\n",
					 "#!/usr/bin/env perl\nsh\n",
					 "#!/bin/fish"};

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		assert_true(shellwords_is_script(yes[i], strlen(yes[i])));
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(shellwords_is_script(no[i], strlen(no[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_stands_where_commands_do),
		cmocka_unit_test(looks_into_substitutions),
		cmocka_unit_test(knows_what_runs_what_stands_behind_it),
		cmocka_unit_test(passes_over_what_only_looks_like_one),
		cmocka_unit_test(takes_any_text),
		cmocka_unit_test(knows_a_shell_script),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
