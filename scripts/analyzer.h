/* SPDX-License-Identifier: MIT */
/*
 * analyzer: tells the static analyzers what they cannot see across files, that an error's functions
 * return a negative number. Without it they follow every failed call into the code behind its
 * success. scripts/lint puts it in front of each file; the programs are never built with it.
 */
#ifndef SCRIPTS_ANALYZER_H
#define SCRIPTS_ANALYZER_H

#include "common/error.h"

#define error_set(...) (error_set(__VA_ARGS__), -1)
#define error_errno(...) (error_errno(__VA_ARGS__), -1)
#define error_wrap(...) (error_wrap(__VA_ARGS__), -1)
#define error_hint(...) (error_hint(__VA_ARGS__), -1)
#define error_nomem(...) (error_nomem(__VA_ARGS__), -1)

#endif
