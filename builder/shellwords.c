/* SPDX-License-Identifier: MIT */
/*
 * Follows the text as far as to tell where a command may stand (POSIX.1-2017, Shell Command Language, 2.3
 * and 2.10). Called by commands.
 */
#include "shellwords.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/path.h"

enum {
	WORD_MAX = 128,
	DEPTH_MAX = 64, /* of quotes and substitutions in each other */
	MARKS_MAX = 8,  /* here-documents that begin in one line */
};

struct scan {
	const char *at, *end;
	bool is_command; /* a command may stand here */
	bool is_file;    /* of a redirection */
	/* What closes the innermost substitution or quote: ) ` or "; depth 0 has none. */
	char closers[DEPTH_MAX];
	size_t depth;
	char marks[MARKS_MAX]
		  [WORD_MAX]; /* of the here-documents to skip at the end of the line */
	size_t mark_count;
	struct strlist *ret;
	struct error *err;
};

/* Behind these another command may stand; the rest ends there. */
static const char *const openers[] = {"!",  "{",    "do",   "elif",  "else",
				      "if", "then", "time", "until", "while"};

/* They run what stands behind their options. */
static const char *const wrappers[] = {"command", "env",    "exec", "nice",
				       "nohup",   "setsid", "sudo", "xargs"};

/* Of dash(1) and bash(1), with the keywords that no command follows. */
static const char *const builtins[] = {
	".",         ":",        "[",        "[[",      "]]",       "}",       "alias",
	"bg",        "bind",     "break",    "builtin", "caller",   "case",    "cd",
	"compgen",   "complete", "continue", "declare", "dirs",     "disown",  "done",
	"echo",      "enable",   "esac",     "eval",    "exit",     "export",  "false",
	"fc",        "fg",       "fi",       "for",     "function", "getopts", "hash",
	"help",      "history",  "in",       "jobs",    "kill",     "let",     "local",
	"logout",    "mapfile",  "popd",     "printf",  "pushd",    "pwd",     "read",
	"readarray", "readonly", "return",   "select",  "set",      "shift",   "shopt",
	"source",    "suspend",  "test",     "times",   "trap",     "true",    "type",
	"typeset",   "ulimit",   "umask",    "unalias", "unset",    "wait"};

#define is_among(word, list) is_one_of((word), (list), sizeof(list) / sizeof((list)[0]))

static bool is_one_of(const char *word, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(word, list[i]))
			return true;
	return false;
}

bool shellwords_is_script(const char *text, size_t size)
{
	static const char *const shells[] = {"sh",  "bash", "dash",
					     "ksh", "ash",  "busybox"};
	char line[WORD_MAX], *rest = line, *word;

	if (size < 3 || memcmp(text, "#!", 2) != 0)
		return false;
	size_t length = size - 2 < sizeof(line) - 1 ? size - 2 : sizeof(line) - 1;
	memcpy(line, text + 2, length);
	line[length] = '\0';
	line[strcspn(line, "\n")] = '\0';
	while ((word = strsep(&rest, " \t"))) {
		const char *name = path_basename(word);

		if (*word && is_among(name, shells))
			return true;
		/* env(1) and its options stand before the shell. */
		if (*word && strcmp(name, "env") != 0 && *word != '-')
			return false;
	}
	return false;
}

static char peek(const struct scan *scan, size_t ahead)
{
	if ((size_t)(scan->end - scan->at) <= ahead)
		return '\0';
	return scan->at[ahead];
}

static bool in_quotes(const struct scan *scan)
{
	return scan->depth && scan->closers[scan->depth - 1] == '"';
}

/* Deeper than anybody writes is passed over. */
static void open_level(struct scan *scan, char closer)
{
	if (scan->depth < DEPTH_MAX)
		scan->closers[scan->depth++] = closer;
	scan->is_file = false;
	scan->is_command = closer != '"';
}

static void skip_line(struct scan *scan)
{
	const char *stop = memchr(scan->at, '\n', (size_t)(scan->end - scan->at));

	scan->at = stop ? stop : scan->end;
}

/* The lines up to each mark; tabs before it count for nothing. */
static void skip_documents(struct scan *scan)
{
	for (size_t i = 0; i < scan->mark_count; i++) {
		const char *mark = scan->marks[i];
		bool found = false;

		while (!found && scan->at < scan->end) {
			const char *line = scan->at + 1;

			scan->at = line;
			skip_line(scan);
			while (line < scan->at && *line == '\t')
				line++;
			found = (size_t)(scan->at - line) == strlen(mark) &&
				!memcmp(line, mark, strlen(mark));
		}
	}
	scan->mark_count = 0;
}

/* `<<` has been read; the quotes around its mark do not belong to it. */
static void read_mark(struct scan *scan)
{
	char *mark = scan->marks[scan->mark_count];
	size_t length = 0;

	while (peek(scan, 0) == '-' || peek(scan, 0) == ' ' || peek(scan, 0) == '\t')
		scan->at++;
	for (; scan->at < scan->end && !strchr(" \t\n;&|<>()", *scan->at); scan->at++)
		if (!strchr("\"'\\", *scan->at) && length < WORD_MAX - 1)
			mark[length++] = *scan->at;
	mark[length] = '\0';
	if (length && scan->mark_count < MARKS_MAX - 1)
		scan->mark_count++;
}

static bool is_assignment(const char *word)
{
	size_t name = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				   "0123456789_");

	return name &&
	       (word[name] == '=' || (word[name] == '+' && word[name + 1] == '='));
}

/* A word that stands where a command may. */
static int judge(struct scan *scan, const char *word)
{
	if (is_assignment(word) || is_among(word, openers))
		return 0; /* the next one may be it, too */
	if (is_among(word, wrappers)) {
		if (strcmp(word, "exec") != 0 && strcmp(word, "command") != 0 &&
		    !strlist_contains(scan->ret, word))
			return strlist_add(scan->ret, word, scan->err);
		return 0;
	}
	if (*word == '-')
		return 0; /* an option of a wrapper */
	scan->is_command = false;
	if (is_among(word, builtins) || strlist_contains(scan->ret, word))
		return 0;
	return strlist_add(scan->ret, word, scan->err);
}

/* Reads a plain word; one with a quote or an expansion in it is none that can be known. */
static int read_word(struct scan *scan)
{
	char word[WORD_MAX];
	size_t length = 0;
	bool is_plain = true;

	for (; scan->at < scan->end && !strchr(" \t\n;&|<>()`\"'$\\", *scan->at);
	     scan->at++) {
		is_plain = is_plain && length < sizeof(word) - 1 &&
			   !strchr("*?~%", *scan->at);
		if (length < sizeof(word) - 1)
			word[length++] = *scan->at;
	}
	word[length] = '\0';
	if (scan->is_file) {
		scan->is_file = false;
		return 0;
	}
	if (!scan->is_command || !length)
		return 0;
	/* NAME="…": the value goes on behind, and the command comes after it. */
	if (scan->at < scan->end && strchr("`\"'$\\", *scan->at))
		is_plain = is_plain && is_assignment(word);
	/* NAME() makes a function of it, NAME) is a pattern of `case`. */
	bool is_pattern = peek(scan, 0) == ')' && !scan->depth;
	if (!is_plain || is_pattern || peek(scan, 0) == '(') {
		scan->is_command = false;
		return 0;
	}
	return judge(scan, word);
}

/* Goes on behind the text `closer`. */
static void skip_to(struct scan *scan, const char *closer)
{
	const char *stop = memmem(scan->at, (size_t)(scan->end - scan->at), closer,
				  strlen(closer));

	scan->at = stop ? stop + strlen(closer) : scan->end;
}

/* $(, $((, ${ and $x. */
static void read_dollar(struct scan *scan)
{
	if (peek(scan, 1) == '(' && peek(scan, 2) != '(') {
		scan->at += 2;
		open_level(scan, ')');
		return;
	}
	scan->is_command = false;
	scan->at++;
	if (peek(scan, 0) == '{')
		skip_to(scan, "}");
	else if (peek(scan, 0) == '(')
		skip_to(scan, "))");
}

static void close_level(struct scan *scan)
{
	scan->at++;
	scan->depth--;
	scan->is_command = false;
}

static void read_redirection(struct scan *scan)
{
	bool is_document = *scan->at == '<' && peek(scan, 1) == '<' &&
			   peek(scan, 2) != '<';

	while (peek(scan, 0) == '<' || peek(scan, 0) == '>')
		scan->at++;
	if (is_document) {
		read_mark(scan);
		return;
	}
	if (peek(scan, 0) == '&')
		scan->at++;
	scan->is_file = peek(scan, 0) != '(';
}

/* What separates commands. */
static void read_separator(struct scan *scan)
{
	if (*scan->at == '\n')
		skip_documents(scan);
	if (scan->at < scan->end)
		scan->at++;
	scan->is_command = true;
	scan->is_file = false;
}

static int step(struct scan *scan)
{
	char byte = *scan->at;

	if (scan->depth && byte == scan->closers[scan->depth - 1])
		close_level(scan);
	else if (byte == '\\')
		scan->at += scan->end - scan->at > 1 ? 2 : 1;
	else if (byte == '$')
		read_dollar(scan);
	else if (byte == '`') {
		scan->at++;
		open_level(scan, '`');
	} else if (in_quotes(scan) || byte == ' ' || byte == '\t')
		scan->at++;
	else if (byte == '"') {
		scan->at++;
		open_level(scan, '"');
	} else if (byte == '\'') {
		scan->at++;
		scan->is_command = false;
		skip_to(scan, "'");
	} else if (byte == '#' && (scan->is_command || scan->at[-1] == ' '))
		skip_line(scan);
	else if (byte == '<' || byte == '>')
		read_redirection(scan);
	else if (strchr("\n;&|()", byte))
		read_separator(scan);
	else
		return read_word(scan);
	return 0;
}

int shellwords_find(const char *text, size_t size, struct strlist *ret, struct error *err)
{
	_cleanup_free_ struct scan *scan = calloc(1, sizeof(*scan));
	int r = 0;

	if (!scan)
		return error_nomem(err);
	*scan = (struct scan){.at = text,
			      .end = text + size,
			      .is_command = true,
			      .ret = ret,
			      .err = err};
	/* A NUL byte is part of no word, and of no text. */
	while (r == 0 && scan->at < scan->end && *scan->at)
		r = step(scan);
	strlist_sort(ret);
	return r;
}
