/* SPDX-License-Identifier: MIT */
/*
 * Quotes as sh(1) wants it. Called by checkup.
 */
#include "cure.h"

#include <stdio.h>
#include <errno.h>
#include <string.h>

static bool is_plain(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._+:,@%^-";

	/* A dash in front would make an option of it. */
	return *text && *text != '-' && strspn(text, plain) == strlen(text);
}

/* 'text', each quote inside as '\''. */
static const char *quote(struct arena *arena, const char *text, struct error *err)
{
	size_t length = 3;

	for (const char *at = text; *at; at++)
		length += *at == '\'' ? 4 : 1;
	char *ret = arena_alloc(arena, length, err);
	if (!ret)
		return NULL;
	char *end = ret;
	*end++ = '\'';
	for (const char *at = text; *at; at++) {
		if (*at == '\'')
			end = stpcpy(end, "'\\'");
		*end++ = *at;
	}
	*end = '\'';
	return ret;
}

const char *cure_word(struct arena *arena, const char *text, struct error *err)
{
	return is_plain(text) ? arena_copy(arena, text, strlen(text), err)
			      : quote(arena, text, err);
}

/* The file as an operand of `jailbuild add`. */
static const char *operand(const struct cure *cure, struct arena *arena,
			   const char *source, struct error *err)
{
	if (cure->is_glob)
		return cure->add;
	if (!source || !strcmp(source, cure->add))
		return cure_word(arena, cure->add, err);
	const char *both = arena_format(arena, err, "%s:%s", source, cure->add);
	return both ? cure_word(arena, both, err) : NULL;
}

int cure_tell(const struct cure *cure, struct arena *arena, const char *image,
	      const char *source, const char **ret, struct error *err)
{
	*ret = cure->words;
	if (cure->words || !cure->add)
		return 0;
	const char *first = cure_word(arena, cure->first ? cure->first : "", err);
	const char *word = first ? operand(cure, arena, source, err) : NULL;
	const char *out = word ? cure_word(arena, image, err) : NULL;
	if (!out)
		return -ENOMEM;
	*ret = arena_format(arena, err, "jailbuild add %s%s%s%s -o %s",
			    cure->replace ? "--replace " : "", cure->first ? first : "",
			    cure->first ? " " : "", word, out);
	return *ret ? 0 : -ENOMEM;
}
