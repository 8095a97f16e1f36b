/* SPDX-License-Identifier: MIT */
/*
 * Formats error objects. Nothing here allocates: an error must be reportable when memory has run
 * out, and between clone and exec. Called from everywhere.
 */
#include "error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

_printf_(3, 0) static void write_text(struct error *err, int code, const char *format,
				      va_list args)
{
	err->code = code;
	err->hint[0] = '\0';
	vsnprintf(err->text, sizeof(err->text), format, args);
}

/*
 * A long path name must not hide why it failed: what does not fit is cut off the end of what stands
 * in front, but for a quarter of the room, then off the beginning of the cause.
 */
static void append_cause(struct error *err, const char *cause)
{
	enum { ROOM = ERROR_TEXT_MAX - sizeof(": "), CONTEXT = ROOM / 4 };
	size_t used = strlen(err->text), length = strlen(cause);
	size_t most = length < ROOM - CONTEXT ? ROOM - length : CONTEXT;

	if (used > most)
		used = most;
	if (used + length > ROOM)
		cause += used + length - ROOM;
	snprintf(err->text + used, sizeof(err->text) - used, ": %s", cause);
}

/* A table look-up: no locale, no allocation, no lock; safe after clone. musl's strerror(3) is one as well. */
const char *error_words(int code)
{
#ifdef __GLIBC__
	const char *words = strerrordesc_np(code);
#else
	const char *words = strerror(code);
#endif

	return words ? words : "unknown error";
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
	append_cause(err, error_words(code));
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
	append_cause(err, inner);
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
