/* SPDX-License-Identifier: MIT */
/*
 * Control bytes made visible, piece by piece. Called by the command logs.
 */
#include "legible.h"

#include <string.h>

#include "common/path.h"

enum { PIECE = 1024 };

/* How many bytes a character with this lead byte has; 1 for what is none. */
static size_t length_of(unsigned char lead)
{
	return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
}

/* How many bytes at the end of the text begin a character that goes on behind it. */
static size_t cut_off(const char *data, size_t size)
{
	for (size_t back = 1; back <= 3 && back <= size; back++) {
		unsigned char byte = (unsigned char)data[size - back];

		if ((byte & 0xc0) != 0x80)
			return length_of(byte) > back ? back : 0;
	}
	return 0;
}

static size_t run_length(const char *data, size_t size)
{
	size_t length = 0;

	while (length < size && data[length] && data[length] != '\n' &&
	       data[length] != '\t')
		length++;
	return length;
}

/* Text without NUL, newline and tab. */
static void print_run(const char *data, size_t size, FILE *out)
{
	char piece[PIECE + 1], safe[4 * PIECE + 1];

	while (size) {
		size_t length = size < PIECE ? size : PIECE;

		if (length < size)
			length -= cut_off(data, length);
		memcpy(piece, data, length);
		piece[length] = '\0';
		fputs(path_escape_controls(piece, safe, sizeof(safe)), out);
		data += length;
		size -= length;
	}
}

static void print(const char *data, size_t size, FILE *out)
{
	while (size) {
		size_t length = run_length(data, size);

		print_run(data, length, out);
		data += length;
		size -= length;
		if (!size)
			return;
		if (*data)
			putc(*data, out);
		else
			fputs("\\x00", out);
		data++;
		size--;
	}
}

/* Completes the character that was cut off; how many bytes that took. */
static size_t complete(struct legible *legible, const char *data, size_t size, FILE *out)
{
	size_t wanted = length_of((unsigned char)legible->rest[0]), taken = 0;

	while (legible->used < wanted && taken < size && (data[taken] & 0xc0) == 0x80)
		legible->rest[legible->used++] = data[taken++];
	if (legible->used < wanted && taken == size)
		return taken; /* still not whole */
	print(legible->rest, legible->used, out);
	legible->used = 0;
	return taken;
}

void legible_print(struct legible *legible, const char *data, size_t size, FILE *out)
{
	size_t taken = legible->used ? complete(legible, data, size, out) : 0;

	data += taken;
	size -= taken;
	size_t rest = cut_off(data, size);
	print(data, size - rest, out);
	if (!rest)
		return;
	memcpy(legible->rest, data + size - rest, rest);
	legible->used = rest;
}

void legible_end(struct legible *legible, FILE *out)
{
	print(legible->rest, legible->used, out);
	legible->used = 0;
}
