/* SPDX-License-Identifier: MIT */
/*
 * The words of #! lines, fed with anything: the kernel's split and env's. The properties: no name
 * is longer than what the kernel reads of a line, a line without env's option -S is one word, and
 * what was split once stays as it is when each word is quoted and split again.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/cleanup.h"
#include "elfdeps/object.h"
#include "elfdeps/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
	if (!holds)
		abort();
}

static void check_line(const char *text)
{
	struct script_line line;
	int r = script_parse(text, &line, NULL);

	require(r == 0 || r == -ENOEXEC);
	if (r < 0)
		return;
	require(line.interp[0] && !strpbrk(line.interp, " \t\n"));
	require(!strchr(line.argument, '\n'));
	require(strlen(line.interp) + strlen(line.argument) < OBJECT_SHEBANG_MAX);
}

static void check_env(const char *text)
{
	_cleanup_script_env_ struct script_env env = {0};

	if (script_parse_env(text, &env, NULL) < 0)
		return;
	require(!env.program || strlen(env.program) <= strlen(text));
	require(!env.path || strlen(env.path) <= strlen(text));
}

/* Single quotes keep all but themselves; env -S knows \' in them and \\. */
static char *quote(const struct strlist *words)
{
	size_t size = 1;
	char *text, *at;

	for (size_t i = 0; i < words->count; i++)
		size += 2 * strlen(words->items[i]) + 3;
	text = at = calloc(1, size);
	require(text != NULL);
	for (size_t i = 0; i < words->count; i++) {
		*at++ = '\'';
		for (const char *from = words->items[i]; *from; from++) {
			if (*from == '\'' || *from == '\\')
				*at++ = '\\';
			*at++ = *from;
		}
		*at++ = '\'';
		*at++ = ' ';
	}
	*at = '\0';
	return text;
}

static void check_split(const char *text)
{
	_cleanup_strlist_ struct strlist words = {0}, again = {0};

	if (script_split(text, &words, NULL) < 0)
		return;
	_cleanup_free_ char *quoted = quote(&words);
	require(script_split(quoted, &again, NULL) == 0);
	require(again.count == words.count);
	for (size_t i = 0; i < words.count; i++)
		require(!strcmp(again.items[i], words.items[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = malloc(size + 1);

	require(text != NULL);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (strlen(text) <= OBJECT_SHEBANG_MAX - 2)
		check_line(text);
	check_env(text);
	check_split(text);
	return 0;
}
