/* SPDX-License-Identifier: MIT */
/*
 * The one place that writes to stderr. Each line goes out in one write, so that lines of a parent
 * and its children do not mix.
 */
#include "log.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "path.h"

static const char *program_name = "jailbuild";
static int wanted_level = LOG_NORMAL;

void log_init(const char *program, int level)
{
	program_name = program;
	wanted_level = level;
}

int log_level(void)
{
	return wanted_level;
}

static bool use_colour(void)
{
	const char *no_color = getenv("NO_COLOR");

	return !(no_color && *no_color) && isatty(STDERR_FILENO);
}

/*
 * Names of files stand in messages as they are, and names can be hostile: what would drive the
 * terminal or fake a second line is escaped here, for all of them.
 */
static void print_line(const char *kind, const char *colour, const char *text)
{
	char safe[4 * ERROR_TEXT_MAX + 1], line[sizeof(safe) + 200];
	bool coloured = use_colour();
	int used = snprintf(line, sizeof(line) - 1, "%s: %s%s:%s %s", program_name,
			    coloured ? colour : "", kind, coloured ? "\033[0m" : "",
			    path_escape_controls(text, safe, sizeof(safe)));
	size_t length = used < 0 ? 0 : (size_t)used;

	if (length > sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[length++] = '\n';
	/* A closed stderr leaves nothing to say it to. */
	if (write(STDERR_FILENO, line, length) < 0)
		return;
}

void log_error(const struct error *err)
{
	print_line("error", "\033[1;31m", err->text);
	if (err->hint[0])
		print_line("hint", "\033[1;36m", err->hint);
}

_printf_(3, 0) static void print_format(const char *kind, const char *colour,
					const char *format, va_list args)
{
	char text[2000];

	vsnprintf(text, sizeof(text), format, args);
	print_line(kind, colour, text);
}

void log_warning(const char *format, ...)
{
	va_list args;

	if (wanted_level < LOG_NORMAL)
		return;
	va_start(args, format);
	print_format("warning", "\033[1;33m", format, args);
	va_end(args);
}

void log_note(const char *format, ...)
{
	va_list args;

	if (wanted_level < LOG_NORMAL)
		return;
	va_start(args, format);
	print_format("note", "\033[1m", format, args);
	va_end(args);
}

void log_verbose(const char *format, ...)
{
	va_list args;

	if (wanted_level < LOG_VERBOSE)
		return;
	va_start(args, format);
	print_format("note", "\033[2m", format, args);
	va_end(args);
}
