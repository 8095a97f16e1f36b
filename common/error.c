/* SPDX-License-Identifier: MIT */
/*
 * Formats error objects. Nothing here allocates: an error must be reportable when memory has run
 * out, and between clone and exec. Called from everywhere.
 */
#include "error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void write_text(struct error *err, int code, const char *format, va_list args)
{
	err->code = code;
	err->hint[0] = '\0';
	vsnprintf(err->text, sizeof(err->text), format, args);
}

int error_set(struct error *err, int code, const char *format, ...)
{
	va_list args;

	if (!err)
		return -code;
	va_start(args, format);
	write_text(err, code, format, args);
	va_end(args);
	return -code;
}

int error_errno(struct error *err, int code, const char *format, ...)
{
	va_list args;

	if (!err)
		return -code;
	va_start(args, format);
	write_text(err, code, format, args);
	va_end(args);
	size_t used = strlen(err->text);
	/* strerrordesc_np is a table look-up: no locale, no allocation, safe after clone. */
	const char *words = strerrordesc_np(code);
	snprintf(err->text + used, sizeof(err->text) - used, ": %s",
		 words ? words : "unknown error");
	return -code;
}

int error_wrap(struct error *err, const char *format, ...)
{
	char inner[ERROR_TEXT_MAX];
	va_list args;

	if (!err)
		return -EIO;
	memcpy(inner, err->text, sizeof(inner));
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	size_t used = strlen(err->text);
	snprintf(err->text + used, sizeof(err->text) - used, ": %s", inner);
	return -err->code;
}

int error_hint(struct error *err, const char *format, ...)
{
	va_list args;

	if (!err)
		return -EIO;
	va_start(args, format);
	vsnprintf(err->hint, sizeof(err->hint), format, args);
	va_end(args);
	return -err->code;
}

int error_nomem(struct error *err)
{
	return error_set(err, ENOMEM, "out of memory");
}
