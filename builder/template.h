/* SPDX-License-Identifier: MIT */
/*
 * template: the text of a template or a Jailfile, taken apart. A directive a line, as a Dockerfile has
 * them: a word, perhaps with a `?` behind it, and its arguments. What the words mean is apply's to know,
 * when a template is a rule, rules'.
 */
#ifndef BUILDER_TEMPLATE_H
#define BUILDER_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/alloc.h"
#include "common/error.h"

enum {
	TEMPLATE_SIZE_MAX = 1 << 20,
	TEMPLATE_WORDS_MAX = 4096, /* of one directive */
};

enum directive_kind {
	DIRECTIVE_DESCRIPTION,
	DIRECTIVE_INCLUDE,
	DIRECTIVE_WHEN,
	DIRECTIVE_ADD,
	DIRECTIVE_COPY,
	DIRECTIVE_DIR,
	DIRECTIVE_FILE,
	DIRECTIVE_LINK,
	DIRECTIVE_ACCOUNT,
	DIRECTIVE_DEVICE,
	DIRECTIVE_ENV,
	DIRECTIVE_LABEL,
	DIRECTIVE_USER,
	DIRECTIVE_WORKDIR,
	DIRECTIVE_ENTRYPOINT,
	DIRECTIVE_CMD,
	DIRECTIVE_NOTE,
};

struct directive {
	enum directive_kind kind;
	bool optional;      /* a `?` behind the word: only if what it names exists */
	size_t line;        /* counts from 1 */
	const char **words; /* the arguments; NULL-terminated */
	size_t count;
	const char *text; /* the here-document of `file`; NULL for the others */
};

/* All of it belongs to the arena. */
struct template
{
	const char *name;        /* for messages */
	const char *description; /* NULL: none */
	bool is_rule;            /* has a `when` */
	struct directive *items;
	size_t count, capacity;
	struct arena arena;
};

/*
 * Takes `text` (`size` bytes) apart; `name` is for messages. -EINVAL with template, line and cause: a word
 * that is none, too few or too many arguments, a quote or a here-document without end, a `?` where it
 * means nothing, bytes that are no text. Free with template_free.
 */
int template_parse(const char *name, const char *text, size_t size, struct template *ret,
		   struct error *err) _must_check_;

/* Puts "template NAME, line N: " in front of an error. Returns its code. */
int template_blame(const struct template *template, const struct directive *directive,
		   struct error *err);

void template_free(struct template *template);

#define _cleanup_template_ __attribute__((cleanup(template_free)))

#endif
