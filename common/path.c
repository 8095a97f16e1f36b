/* SPDX-License-Identifier: MIT */
/*
 * Lexical path work. Called by everything that names files.
 */
#include "path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *path_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int path_join(const char *first, const char *second, char *ret, size_t size,
	      struct error *err)
{
	size_t length = strlen(first);

	while (length && first[length - 1] == '/')
		length--;
	while (*second == '/')
		second++;
	int used = snprintf(ret, size, "%.*s/%s", (int)length, first, second);
	if (used < 0 || (size_t)used >= size)
		return error_set(err, ENAMETOOLONG, "path too long: %.200s…", first);
	return 0;
}

int path_normalize(const char *path, char *ret, size_t size, struct error *err)
{
	size_t used = 0;

	if (size < 2)
		return error_set(err, ENAMETOOLONG, "path too long: %.200s…", path);
	for (const char *at = path; *at;) {
		size_t length = strcspn(at, "/");

		if (length == 2 && at[0] == '.' && at[1] == '.') {
			while (used && ret[used - 1] != '/')
				used--;
			used -= used ? 1 : 0;
		} else if (length && !(length == 1 && at[0] == '.')) {
			if (used + 1 + length + 1 > size)
				return error_set(err, ENAMETOOLONG,
						 "path too long: %.200s…", path);
			ret[used++] = '/';
			memcpy(ret + used, at, length);
			used += length;
		}
		at += length;
		at += strspn(at, "/");
	}
	if (!used)
		ret[used++] = '/';
	ret[used] = '\0';
	return 0;
}

bool path_is_below(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	if (length == 1 && folder[0] == '/')
		return path[0] == '/';
	return !strncmp(path, folder, length) &&
	       (path[length] == '\0' || path[length] == '/');
}

/*
 * The least and the greatest second byte behind a lead byte: without overlong forms, surrogates and
 * what lies above U+10FFFF (RFC 3629, section 4). Behind C2 also without the C1 controls: terminals
 * obey them too.
 */
static bool second_byte_fits(unsigned char lead, unsigned char second)
{
	unsigned char least = lead == 0xc2 || lead == 0xe0 ? 0xa0
			      : lead == 0xf0               ? 0x90
							   : 0x80;
	unsigned char greatest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;

	return second >= least && second <= greatest;
}

/* The length of the well-formed UTF-8 sequence at `at`, 0 if there is none or it is a control. */
static size_t utf8_length(const unsigned char *at)
{
	size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;

	if (at[0] < 0x80)
		return 1;
	if (at[0] < 0xc2 || at[0] > 0xf4 || !second_byte_fits(at[0], at[1]))
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

static bool is_plain(const unsigned char *at, size_t length, bool keep_backslash)
{
	if (length == 1 && *at == '\\')
		return keep_backslash;
	return length > 1 || (length == 1 && *at >= 0x20 && *at != 0x7f);
}

/* How many bytes are plain ASCII, as nearly all of nearly all names are. */
static size_t plain_length(const unsigned char *at)
{
	size_t length = 0;

	while (at[length] >= 0x20 && at[length] < 0x7f && at[length] != '\\')
		length++;
	return length;
}

static void escape(const char *text, char *ret, size_t size, bool keep_backslash)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t used = 0;

	while (*at) {
		size_t length = plain_length(at);

		if (length) {
			size_t room = size - 1 - used;

			memcpy(ret + used, at, length < room ? length : room);
			used += length < room ? length : room;
			if (length > room)
				break;
			at += length;
			continue;
		}
		length = utf8_length(at);
		if (is_plain(at, length, keep_backslash)) {
			if (used + length >= size)
				break;
			memcpy(ret + used, at, length);
			used += length;
			at += length;
			continue;
		}
		if (used + 4 >= size)
			break;
		snprintf(ret + used, 5, "\\x%02x", *at);
		used += 4;
		at++;
	}
	ret[used] = '\0';
}

const char *path_escape(const char *text, char *ret, size_t size)
{
	if (size)
		escape(text, ret, size, false);
	return ret;
}

const char *path_escape_controls(const char *text, char *ret, size_t size)
{
	if (size)
		escape(text, ret, size, true);
	return ret;
}

static int hex_digit(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = digit ? strchr(digits, digit) : NULL;

	return at ? (int)(at - digits) : -1;
}

void path_unescape(char *text)
{
	char *out = text;

	for (const char *at = text; *at;) {
		int high = at[0] == '\\' && at[1] == 'x' ? hex_digit(at[2]) : -1;
		int low = high >= 0 ? hex_digit(at[3]) : -1;

		if (low >= 0 && (high || low)) {
			*out++ = (char)(high * 16 + low);
			at += 4;
		} else {
			*out++ = *at++;
		}
	}
	*out = '\0';
}
