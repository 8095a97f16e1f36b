/* SPDX-License-Identifier: MIT */
/*
 * quantity: numbers and sizes as a user types them.
 */
#ifndef RUNNER_QUANTITY_H
#define RUNNER_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

/*
 * Reads `text`, the value of `option` (for the message): digits, and with `is_size` perhaps one of
 * k, m, g, t (powers of 1024, either case, perhaps with a b behind), as docker reads sizes. Zero is
 * no number here. -EINVAL if it is none or does not fit.
 */
int quantity_read(const char *option, const char *text, bool is_size, uint64_t *ret,
		  struct error *err) _must_check_;

/* Writes `bytes` with the unit that leaves up to four digits: "1.5 GiB". Returns `ret`. */
const char *quantity_write(uint64_t bytes, char *ret, size_t size);

/*
 * Reads exactly `count` numbers with blanks between and around them, as the kernel's files and our own
 * have them. False if that is not what `text` is.
 */
bool quantity_list(const char *text, unsigned long long *ret, size_t count);

#endif
