/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the look at shell scripts. Properties: each word stands in the text, comes once, in order, and is
 * one word.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "builder/shellwords.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_strlist_ struct strlist words = {0};
	const char *text = (const char *)data;
	struct error err;

	shellwords_is_script(text, size);
	assert(shellwords_find(text, size, &words, &err) == 0);
	for (size_t i = 0; i < words.count; i++) {
		const char *word = words.items[i];

		assert(*word && !strpbrk(word, " \t\n;&|<>()`\"'$\\"));
		assert(memmem(text, size, word, strlen(word)));
		assert(!i || strcmp(words.items[i - 1], word) < 0);
	}
	return 0;
}
