/* SPDX-License-Identifier: MIT */
/*
 * The two readers of a #! line. To the kernel all behind the interpreter is one word; with -S env
 * splits that word itself. Called by resolver.
 */
#include "script.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "object.h"

static void copy_word(char *ret, const char *from, size_t length)
{
	memcpy(ret, from, length);
	ret[length] = '\0';
}

int script_parse(const char *text, struct script_line *ret, struct error *err)
{
	size_t length = strcspn(text, "\n");
	const char *name = text + strspn(text, " \t"), *end = text + length;
	bool cut = false;

	/* Without a newline in its 256 bytes the kernel uses 255 and the name must end in them. */
	if (length >= OBJECT_SHEBANG_MAX - 2) {
		end = text + OBJECT_SHEBANG_MAX - 3;
		cut = true;
	}
	while (!cut && end > name && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	if (name >= end)
		return error_set(err, ENOEXEC, "the #! line names no interpreter");
	size_t size = strcspn(name, " \t\n");
	if (cut && name + size >= end)
		return error_set(err, ENOEXEC, "the interpreter on the #! line is cut");
	copy_word(ret->interp, name, size);
	ret->argument[0] = '\0';
	if (name + size >= end)
		return 0;
	const char *argument = name + size + strspn(name + size, " \t");
	if (argument < end)
		copy_word(ret->argument, argument, (size_t)(end - argument));
	return 0;
}

/* The work of env -S on its way. */
struct splitter {
	const char *at;
	char *word; /* room for the whole text */
	size_t used;
	bool started; /* "" is a word, too */
	bool ended;   /* \c */
	char quote;   /* the open one, or 0 */
};

static void take(struct splitter *split, char c)
{
	split->word[split->used++] = c;
	split->started = true;
}

static int end_word(struct splitter *split, struct strlist *words, struct error *err)
{
	if (!split->started)
		return 0;
	split->word[split->used] = '\0';
	split->used = 0;
	split->started = false;
	return strlist_add(words, split->word, err);
}

/* Behind a backslash. In single quotes only \\ and \' mean something. */
static int take_escape(struct splitter *split, struct strlist *words, struct error *err)
{
	static const char names[] = "fnrtv", values[] = "\f\n\r\t\v";
	char c = *split->at;
	const char *known = c ? strchr(names, c) : NULL;

	if (!c)
		return error_set(err, EINVAL, "nothing follows the backslash");
	split->at++;
	if (split->quote == '\'' && c != '\\' && c != '\'')
		take(split, '\\');
	else if (c == '_' && !split->quote)
		return end_word(split, words, err);
	else if (c == '_')
		c = ' ';
	else if (c == 'c' && !split->quote)
		split->ended = true;
	else if (known)
		c = values[known - names];
	if (!split->ended)
		take(split, c);
	return 0;
}

static int split_step(struct splitter *split, struct strlist *words, struct error *err)
{
	char c = *split->at++;

	if (c == '\\')
		return take_escape(split, words, err);
	if (split->quote) {
		if (c == split->quote)
			split->quote = '\0';
		else
			take(split, c);
		return 0;
	}
	if (c == '\'' || c == '"') {
		split->quote = c;
		split->started = true;
	} else if (strchr(" \t\n\v\f\r", c)) {
		return end_word(split, words, err);
	} else if (c == '#' && !split->started) {
		split->ended = true;
	} else {
		take(split, c);
	}
	return 0;
}

int script_split(const char *text, struct strlist *ret, struct error *err)
{
	struct splitter split = {.at = text, .word = malloc(strlen(text) + 1)};
	int r = 0;

	if (!split.word)
		return error_nomem(err);
	while (r == 0 && *split.at && !split.ended)
		r = split_step(&split, ret, err);
	if (r == 0 && split.quote)
		r = error_set(err, EINVAL, "no closing quote");
	if (r == 0)
		r = end_word(&split, ret, err);
	free(split.word);
	return r;
}

/* How many words the option at `word` takes up; 0 if it is none. Source: env.c's getopt string
 * "+C:iS:u:v0" and long options. */
static size_t option_words(const char *word)
{
	static const char *const with_value[] = {"-u", "-C", "--unset", "--chdir"};

	if (word[0] != '-')
		return 0;
	for (size_t i = 0; i < sizeof(with_value) / sizeof(with_value[0]); i++)
		if (!strcmp(word, with_value[i]))
			return 2;
	return 1;
}

static int read_words(const struct strlist *words, struct script_env *env,
		      struct error *err)
{
	size_t i = 0;

	while (i < words->count && option_words(words->items[i])) {
		bool last = !strcmp(words->items[i], "--");

		i += option_words(words->items[i]);
		if (last)
			break;
	}
	for (; i < words->count && strchr(words->items[i], '='); i++) {
		if (strncmp(words->items[i], "PATH=", 5) != 0)
			continue;
		free(env->path);
		env->path = alloc_copy(words->items[i] + 5, err);
		if (!env->path)
			return -ENOMEM;
	}
	if (i >= words->count)
		return 0;
	env->program = alloc_copy(words->items[i], err);
	return env->program ? 0 : -ENOMEM;
}

/* The text that -S is to split, in any of its spellings; NULL if there is no -S. */
static const char *split_text(const char *argument)
{
	static const char name[] = "--split-string";

	if (!strncmp(argument, name, strlen(name)) &&
	    (argument[strlen(name)] == '=' || argument[strlen(name)] == ' '))
		return argument + strlen(name) + 1;
	if (argument[0] != '-' || argument[1] == '-')
		return NULL;
	/* Letters without a value may stand in front: -iS, -vS. */
	size_t letters = strspn(argument + 1, "iv0");
	return argument[1 + letters] == 'S' ? argument + letters + 2 : NULL;
}

int script_parse_env(const char *argument, struct script_env *ret, struct error *err)
{
	_cleanup_strlist_ struct strlist words = {0};
	_cleanup_script_env_ struct script_env env = {0};
	const char *text = split_text(argument);
	int r;

	/* To the kernel what follows is one word, blanks and all: no option and no name of one. */
	if (!text && argument[0] == '-' && strpbrk(argument, " \t"))
		return error_set(err, EINVAL,
				 "'%s' is one word to it: options need env -S", argument);
	r = text ? script_split(text, &words, err) : strlist_add(&words, argument, err);

	if (r == 0)
		r = read_words(&words, &env, err);
	if (r < 0)
		return r;
	*ret = env;
	env = (struct script_env){0};
	return 0;
}

void script_env_free(struct script_env *env)
{
	free(env->program);
	free(env->path);
	*env = (struct script_env){0};
}
