/* SPDX-License-Identifier: MIT */
/*
 * One pass over the text. Words are parted by blanks; double quotes keep them together, a backslash
 * keeps the byte behind it, and a # at the start of a word begins a comment, as in sh(1). Called by
 * catalog, which reads the files.
 */
#include "template.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

/* What may stand behind a word. */
static const struct shape {
	const char *name, *usage;
	size_t least, most;
	enum directive_kind kind;
	bool may_be_optional, has_text;
} shapes[] = {
	{"description", "description TEXT", 1, TEMPLATE_WORDS_MAX, DIRECTIVE_DESCRIPTION,
	 false, false},
	{"include", "include TEMPLATE…", 1, TEMPLATE_WORDS_MAX, DIRECTIVE_INCLUDE, true,
	 false},
	{"when", "when library|program|symbol PATTERN…", 2, TEMPLATE_WORDS_MAX,
	 DIRECTIVE_WHEN, false, false},
	{"add", "add PATH[:DEST] [| PATH[:DEST]]… [except PATTERN…]", 1,
	 TEMPLATE_WORDS_MAX, DIRECTIVE_ADD, true, false},
	{"copy", "copy SOURCE DEST", 2, 2, DIRECTIVE_COPY, true, false},
	{"dir", "dir PATH [MODE [OWNER[:GROUP]]]", 1, 3, DIRECTIVE_DIR, false, false},
	{"file", "file PATH [MODE [OWNER[:GROUP]]] <<END", 1, 3, DIRECTIVE_FILE, false,
	 true},
	{"link", "link PATH TARGET", 2, 2, DIRECTIVE_LINK, false, false},
	{"account", "account NAME UID[:GID] [HOME [SHELL]]", 2, 4, DIRECTIVE_ACCOUNT,
	 false, false},
	{"device", "device PATH c|b MAJOR MINOR [MODE]", 4, 5, DIRECTIVE_DEVICE, false,
	 false},
	{"env", "env KEY=VALUE…", 1, TEMPLATE_WORDS_MAX, DIRECTIVE_ENV, false, false},
	{"label", "label KEY=VALUE…", 1, TEMPLATE_WORDS_MAX, DIRECTIVE_LABEL, false,
	 false},
	{"user", "user USER[:GROUP]", 1, 1, DIRECTIVE_USER, false, false},
	{"workdir", "workdir PATH", 1, 1, DIRECTIVE_WORKDIR, false, false},
	{"entrypoint", "entrypoint WORD…", 1, TEMPLATE_WORDS_MAX, DIRECTIVE_ENTRYPOINT,
	 false, false},
	{"cmd", "cmd WORD…", 1, TEMPLATE_WORDS_MAX, DIRECTIVE_CMD, false, false},
	{"note", "note TEXT", 1, TEMPLATE_WORDS_MAX, DIRECTIVE_NOTE, false, false},
};

struct parser {
	struct template *template;
	const char *at, *end;
	size_t line;
	const char **words;
	size_t count, capacity;
	struct error *err;
};

static int fail(const struct parser *parser, const char *text, const char *what)
{
	return error_set(parser->err, EINVAL, "template %s, line %zu: %s%s%s",
			 parser->template->name, parser->line, text, what ? ": " : "",
			 what ? what : "");
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

/* Reads one word up to a blank into `buffer`, which has room for the rest of the line. */
static int read_word(struct parser *parser, const char *stop, char *buffer,
		     size_t *ret_length)
{
	bool quoted = false;
	size_t length = 0;

	for (; parser->at < stop && (quoted || !is_blank(*parser->at)); parser->at++) {
		if (*parser->at == '"') {
			quoted = !quoted;
			continue;
		}
		if (*parser->at == '\\' && parser->at + 1 < stop)
			parser->at++;
		buffer[length++] = *parser->at;
	}
	*ret_length = length;
	return quoted ? fail(parser, "a quote without its end", NULL) : 0;
}

static int take_word(struct parser *parser, const char *text, size_t length)
{
	char *copy;

	if (parser->count == TEMPLATE_WORDS_MAX)
		return fail(parser, "too many words", NULL);
	copy = arena_copy(&parser->template->arena, text, length, parser->err);
	int r = copy ? alloc_grow(&parser->words, &parser->capacity, parser->count + 2,
				  sizeof(*parser->words), parser->err)
		     : -ENOMEM;
	if (r < 0)
		return r;
	parser->words[parser->count++] = copy;
	parser->words[parser->count] = NULL;
	return 0;
}

/* Takes a line apart; `stop` is where it ends. */
static int read_words(struct parser *parser, const char *stop)
{
	_cleanup_free_ char *buffer = malloc((size_t)(stop - parser->at) + 1);
	size_t length;
	int r = 0;

	if (!buffer)
		return error_nomem(parser->err);
	parser->count = 0;
	while (r == 0) {
		while (parser->at < stop && is_blank(*parser->at))
			parser->at++;
		if (parser->at == stop || *parser->at == '#')
			break;
		r = read_word(parser, stop, buffer, &length);
		if (r == 0)
			r = take_word(parser, buffer, length);
	}
	return r;
}

/* The shape of the first word, whose `?` is cut off. */
static const struct shape *find_shape(const char *word, bool *ret_optional)
{
	size_t length = strlen(word);

	*ret_optional = length && word[length - 1] == '?';
	if (*ret_optional)
		length--;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (strlen(shapes[i].name) == length &&
		    !strncmp(shapes[i].name, word, length))
			return &shapes[i];
	return NULL;
}

static const char *line_end(const struct parser *parser)
{
	const char *stop = memchr(parser->at, '\n', (size_t)(parser->end - parser->at));

	return stop ? stop : parser->end;
}

/* The lines up to the one that is `mark`. */
static int read_text(struct parser *parser, const char *mark, const char **ret)
{
	const char *start = parser->at, *stop;
	size_t length = strlen(mark), opened = parser->line;

	for (; parser->at < parser->end; parser->at = stop + (stop < parser->end)) {
		stop = line_end(parser);
		parser->line++;
		if ((size_t)(stop - parser->at) != length ||
		    memcmp(parser->at, mark, length) != 0)
			continue;
		*ret = arena_copy(&parser->template->arena, start,
				  (size_t)(parser->at - start), parser->err);
		parser->at = stop + (stop < parser->end);
		return *ret ? 0 : -ENOMEM;
	}
	parser->line = opened;
	return fail(parser, "no line ends the text", mark);
}

/* The condition is the second word of the line. */
static int check_condition(const struct parser *parser)
{
	static const char *const words[] = {"library", "program", "symbol"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(parser->words[1], words[i]))
			return 0;
	fail(parser, "no such condition", parser->words[1]);
	return error_hint(parser->err, "there are library, program and symbol");
}

static int check_shape(const struct parser *parser, const struct shape *shape,
		       const struct directive *directive)
{
	if (directive->optional && !shape->may_be_optional) {
		fail(parser, "a ? has no meaning here", shape->name);
		return error_hint(parser->err, "%s", shape->usage);
	}
	if (directive->count < shape->least || directive->count > shape->most ||
	    shape->has_text != (directive->text != NULL)) {
		fail(parser,
		     shape->has_text && !directive->text ? "no text (<<END) is given"
		     : directive->count < shape->least   ? "something is missing"
							 : "too many words",
		     shape->name);
		return error_hint(parser->err, "%s", shape->usage);
	}
	return directive->kind == DIRECTIVE_WHEN ? check_condition(parser) : 0;
}

/* The words of the line are a directive. */
static int add_directive(struct parser *parser)
{
	struct template *template = parser->template;
	struct directive directive = {.line = parser->line};
	const struct shape *shape = find_shape(parser->words[0], &directive.optional);

	if (!shape)
		return fail(parser, "no such word", parser->words[0]);
	const char *last = parser->words[parser->count - 1];
	directive.kind = shape->kind;
	directive.count = parser->count - 1;
	if (shape->has_text && directive.count && !strncmp(last, "<<", 2) && last[2]) {
		directive.count--;
		int r = read_text(parser, last + 2, &directive.text);
		if (r < 0)
			return r;
	}
	int r = check_shape(parser, shape, &directive);
	if (r < 0)
		return r;
	directive.words = arena_alloc(&template->arena,
				      (directive.count + 1) * sizeof(*directive.words),
				      parser->err);
	if (!directive.words)
		return -ENOMEM;
	for (size_t i = 0; i < directive.count; i++)
		directive.words[i] = parser->words[i + 1];
	r = alloc_grow(&template->items, &template->capacity, template->count + 1,
		       sizeof(directive), parser->err);
	if (r == 0)
		template->items[template->count++] = directive;
	return r;
}

static int check_text(const struct parser *parser)
{
	if ((size_t)(parser->end - parser->at) > TEMPLATE_SIZE_MAX)
		return error_set(parser->err, EFBIG, "template %s: larger than %d bytes",
				 parser->template->name, TEMPLATE_SIZE_MAX);
	if (memchr(parser->at, '\0', (size_t)(parser->end - parser->at)))
		return error_set(parser->err, EINVAL, "template %s: not a text",
				 parser->template->name);
	return 0;
}

static int parse(struct parser *parser)
{
	int r = check_text(parser);

	while (r == 0 && parser->at < parser->end) {
		const char *stop = line_end(parser);

		parser->line++;
		r = read_words(parser, stop);
		parser->at = stop + (stop < parser->end);
		if (r == 0 && parser->count)
			r = add_directive(parser);
	}
	return r;
}

/* The words with a blank between each two. */
static const char *join(struct template *template, const struct directive *directive,
			struct error *err)
{
	size_t size = 1;

	for (size_t i = 0; i < directive->count; i++)
		size += strlen(directive->words[i]) + 1;
	char *text = arena_alloc(&template->arena, size, err), *at = text;
	for (size_t i = 0; text && i < directive->count; i++) {
		if (i)
			*at++ = ' ';
		at = stpcpy(at, directive->words[i]);
	}
	return text;
}

/* What concerns the template as a whole. */
static int summarize(struct template *template, struct error *err)
{
	const struct directive *description = NULL;

	for (size_t i = 0; i < template->count; i++) {
		const struct directive *directive = &template->items[i];

		template->is_rule |= directive->kind == DIRECTIVE_WHEN;
		if (directive->kind == DIRECTIVE_DESCRIPTION)
			description = directive;
	}
	if (!description)
		return 0;
	template->description = join(template, description, err);
	return template->description ? 0 : -ENOMEM;
}

int template_parse(const char *name, const char *text, size_t size, struct template *ret,
		   struct error *err)
{
	_cleanup_template_ struct template template = {0};
	struct parser parser = {
		.template = &template, .at = text, .end = text + size, .err = err};

	template.name = arena_copy(&template.arena, name, strlen(name), err);
	int r = template.name ? parse(&parser) : -ENOMEM;
	free(parser.words);
	if (r == 0)
		r = summarize(&template, err);
	if (r < 0)
		return r;
	*ret = template;
	template = (struct template){0};
	return 0;
}

int template_blame(const struct template *template, const struct directive *directive,
		   struct error *err)
{
	return error_wrap(err, "template %s, line %zu", template->name, directive->line);
}

void template_free(struct template *template)
{
	free(template->items);
	arena_free(&template->arena);
	*template = (struct template){0};
}
