/* SPDX-License-Identifier: MIT */
/*
 * Token expansion. A token's name ends where an identifier would, so $ORIGINX is none; in braces it
 * must be the whole of them. Called by search for paths and by closure for DT_NEEDED.
 */
#include "origin.h"

#include <errno.h>
#include <string.h>

static const struct token {
	const char *name;
	size_t offset; /* of its value in struct origin */
} tokens[] = {
	{"ORIGIN", offsetof(struct origin, origin)},
	{"LIB", offsetof(struct origin, lib)},
	{"PLATFORM", offsetof(struct origin, platform)},
};

bool origin_is_used(const char *text)
{
	return strchr(text, '$') != NULL;
}

static bool continues_name(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/* The length of the token `name` at the start of `text` (behind the $), 0 if it is not there. */
static size_t match(const char *text, size_t length, const char *name)
{
	size_t brace = length && text[0] == '{', size = strlen(name);

	if (length < size + 2 * brace || memcmp(text + brace, name, size) != 0)
		return 0;
	if (brace)
		return text[size + 1] == '}' ? size + 2 : 0;
	return length > size && continues_name(text[size]) ? 0 : size;
}

static size_t find_token(const char *text, size_t length, const struct token **ret)
{
	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		size_t size = match(text, length, tokens[i].name);

		if (size) {
			*ret = &tokens[i];
			return size;
		}
	}
	return 0;
}

static const char *value_of(const struct origin *values, const struct token *token)
{
	const char *value;

	memcpy(&value, (const char *)values + token->offset, sizeof(value));
	return value;
}

size_t origin_count(const char *text, size_t length, bool *ret_origin)
{
	const struct token *token = NULL;
	size_t count = 0;

	if (ret_origin)
		*ret_origin = false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] != '$' || !find_token(text + i + 1, length - i - 1, &token))
			continue;
		count++;
		if (ret_origin && token == &tokens[0])
			*ret_origin = true;
	}
	return count;
}

/* Of a secure program $ORIGIN may only be a whole folder, the first: what stands in front of it or
 * goes on its name could be chosen by whoever made a hard link. */
static bool is_refused(const struct origin *values, const struct token *token, bool first)
{
	return values->secure && token == &tokens[0] && !first;
}

int origin_expand(const struct origin *values, const char *text, size_t length, char *ret,
		  size_t size)
{
	const struct token *token = NULL;
	size_t used = 0;

	for (size_t i = 0; i < length;) {
		const char *piece = text + i;
		size_t piece_size = 1, skip = 0;

		if (text[i] == '$')
			skip = find_token(text + i + 1, length - i - 1, &token);
		if (skip) {
			const char *rest = text + i + 1 + skip;
			bool whole = i + 1 + skip == length || *rest == '/';

			piece = value_of(values, token);
			if (!piece || is_refused(values, token, i == 0 && whole))
				return 0;
			piece_size = strlen(piece);
		}
		if (used + piece_size >= size)
			return -ENAMETOOLONG;
		memcpy(ret + used, piece, piece_size);
		used += piece_size;
		i += 1 + skip;
	}
	ret[used] = '\0';
	return (int)used;
}
