/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the reader of an image's own record. Properties: what is refused has a cause; operands and
 * accounts are such as could have been asked for; and what was read, written and read again, is
 * written the same.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "builder/record.h"
#include "common/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_recipe(const struct recipe *recipe)
{
	for (size_t i = 0; i < recipe->count; i++) {
		assert(recipe->operands[i].path[0] == '/');
		assert(!recipe->operands[i].dest || recipe->operands[i].dest[0] == '/');
	}
	for (size_t i = 0; i < recipe->accounts.count; i++) {
		const struct account *account = &recipe->accounts.items[i];

		assert(account->name[0] && !strpbrk(account->name, ":\n/"));
		assert(account->home[0] == '/' && !strpbrk(account->home, ":\n"));
		assert(account->shell[0] == '/' && !strpbrk(account->shell, ":\n"));
	}
}

/* Without its files: those are of the image, not of what was asked for. */
static char *write_again(const struct record *record, struct error *err)
{
	_cleanup_manifest_ struct manifest none = {0};

	return record_write(&record->recipe, &record->libraries, &none, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_record_ struct record record = {0}, again = {0};
	struct error err = {0};

	int r = record_read((const char *)data, size, &record, &err);
	if (r < 0) {
		assert(err.code == -r && err.text[0]);
		return 0;
	}
	check_recipe(&record.recipe);
	_cleanup_free_ char *text = write_again(&record, &err);
	assert(text);
	assert(record_read(text, strlen(text), &again, &err) == 0);
	_cleanup_free_ char *second = write_again(&again, &err);
	assert(second && !strcmp(text, second));
	return 0;
}
