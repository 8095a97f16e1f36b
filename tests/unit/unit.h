/* SPDX-License-Identifier: MIT */
/*
 * unit: what every unit test includes first. cmocka 1.1.5 needs these four headers before its own,
 * in this order.
 */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#endif
