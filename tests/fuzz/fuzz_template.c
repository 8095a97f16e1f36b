/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the reader of templates. Properties: what is refused says template and line; lines are in
 * order and of the text; words are no longer than the text, and NULL ends them; and the directives,
 * written out again with every word quoted, are read back the same.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builder/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {
	[DIRECTIVE_DESCRIPTION] = "description",
	[DIRECTIVE_INCLUDE] = "include",
	[DIRECTIVE_WHEN] = "when",
	[DIRECTIVE_ADD] = "add",
	[DIRECTIVE_COPY] = "copy",
	[DIRECTIVE_DIR] = "dir",
	[DIRECTIVE_FILE] = "file",
	[DIRECTIVE_LINK] = "link",
	[DIRECTIVE_ACCOUNT] = "account",
	[DIRECTIVE_DEVICE] = "device",
	[DIRECTIVE_ENV] = "env",
	[DIRECTIVE_LABEL] = "label",
	[DIRECTIVE_USER] = "user",
	[DIRECTIVE_WORKDIR] = "workdir",
	[DIRECTIVE_ENTRYPOINT] = "entrypoint",
	[DIRECTIVE_CMD] = "cmd",
	[DIRECTIVE_NOTE] = "note",
};

static void check_directive(const struct directive *directive, size_t last, size_t size)
{
	size_t length = 0;

	assert((size_t)directive->kind < sizeof(names) / sizeof(names[0]));
	assert(directive->line > last && directive->line <= size + 1);
	assert(directive->count < TEMPLATE_WORDS_MAX &&
	       !directive->words[directive->count]);
	for (size_t i = 0; i < directive->count; i++)
		length += strlen(directive->words[i]);
	assert(length <= size);
	assert((directive->kind == DIRECTIVE_FILE) == (directive->text != NULL));
}

static void write_word(FILE *out, const char *word)
{
	fputs(" \"", out);
	for (; *word; word++)
		fprintf(out, strchr("\"\\", *word) ? "\\%c" : "%c", *word);
	fputs("\"", out);
}

/* A mark that is no line of the text. */
static void write_text(FILE *out, const char *text)
{
	char mark[32] = "E";

	for (unsigned i = 0; strstr(text, mark); i++)
		snprintf(mark, sizeof(mark), "E%u", i);
	fprintf(out, " <<%s\n%s%s\n", mark, text, mark);
}

static void write_directive(FILE *out, const struct directive *directive)
{
	fprintf(out, "%s%s", names[directive->kind], directive->optional ? "?" : "");
	for (size_t i = 0; i < directive->count; i++)
		write_word(out, directive->words[i]);
	if (directive->text)
		write_text(out, directive->text);
	else
		fputc('\n', out);
}

static void expect_same(const struct template *a, const struct template *b)
{
	assert(a->count == b->count && a->is_rule == b->is_rule);
	assert(!a->description == !b->description);
	assert(!a->description || !strcmp(a->description, b->description));
	for (size_t i = 0; i < a->count; i++) {
		const struct directive *one = &a->items[i], *other = &b->items[i];

		assert(one->kind == other->kind && one->optional == other->optional);
		assert(one->count == other->count);
		for (size_t j = 0; j < one->count; j++)
			assert(!strcmp(one->words[j], other->words[j]));
		assert(!one->text || !strcmp(one->text, other->text));
	}
}

static void write_and_read(const struct template *template)
{
	_cleanup_template_ struct template again = {0};
	struct error err = {0};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert(out);
	for (size_t i = 0; i < template->count; i++)
		write_directive(out, &template->items[i]);
	fclose(out);
	assert(template_parse("again", text, size, &again, &err) == 0);
	expect_same(template, &again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_template_ struct template template = {0};
	struct error err = {0};
	size_t last = 0;

	int r = template_parse("fuzzed", (const char *)data, size, &template, &err);
	if (r < 0) {
		assert(err.code == -r && !strncmp(err.text, "template fuzzed", 15));
		return 0;
	}
	for (size_t i = 0; i < template.count; i++) {
		check_directive(&template.items[i], last, size);
		last = template.items[i].line;
	}
	/* Quotes make it longer than what may be read. */
	if (size < TEMPLATE_SIZE_MAX / 4)
		write_and_read(&template);
	return 0;
}
