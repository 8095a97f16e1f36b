/* SPDX-License-Identifier: MIT */
/*
 * The ladders of names, and what this processor can. A machine's names mean nothing to another
 * one's loader, but its folders have none of them, so one list serves a root of any machine.
 * Called by resolver.
 */
#include "hwcaps.h"

#include <errno.h>
#include <string.h>

/* Best first in each ladder; a list is the rest of its ladder from a name on. */
static const char *const x86_64[] = {"x86-64-v4", "x86-64-v3", "x86-64-v2", NULL};
static const char *const power[] = {"power10", "power9", NULL};
static const char *const s390x[] = {"z16", "z15", "z14", "z13", NULL};
static const char *const *const ladders[] = {x86_64, power, s390x};

enum { LADDERS = sizeof(ladders) / sizeof(ladders[0]) };

#if defined(__x86_64__)
/* In such a name a platform comes before the features; "tls" in front of all since LinuxThreads. */
static const char *const plain_folders[] = {"tls/x86_64/x86_64", "tls/x86_64", "tls",
					    "x86_64/x86_64",     "x86_64",     NULL};
static const char *const haswell_folders[] = {
	"tls/haswell/x86_64", "tls/haswell", "tls/x86_64", "tls",
	"haswell/x86_64",     "haswell",     "x86_64",     NULL};
static const char *const avx512_folders[] = {"tls/haswell/avx512_1/x86_64",
					     "tls/haswell/avx512_1",
					     "tls/haswell/x86_64",
					     "tls/haswell",
					     "tls/avx512_1/x86_64",
					     "tls/avx512_1",
					     "tls/x86_64",
					     "tls",
					     "haswell/avx512_1/x86_64",
					     "haswell/avx512_1",
					     "haswell/x86_64",
					     "haswell",
					     "avx512_1/x86_64",
					     "avx512_1",
					     "x86_64",
					     NULL};

#define BIT(n) (UINT64_C(1) << (n))
enum { HWCAP_X86_64 = 1, HWCAP_AVX512_1 = 2, PLATFORM_HASWELL = 50, HWCAP_TLS = 63 };

/* The loader knows the better platforms of Intel's processors only. */
static const struct hwcaps_legacy *host_legacy(void)
{
	static const struct hwcaps_legacy plain = {plain_folders,
						   BIT(HWCAP_X86_64) | BIT(HWCAP_TLS), 0},
					  haswell = {haswell_folders,
						     BIT(HWCAP_X86_64) | BIT(HWCAP_TLS),
						     BIT(PLATFORM_HASWELL)},
					  avx512 = {avx512_folders,
						    BIT(HWCAP_X86_64) |
							    BIT(HWCAP_AVX512_1) |
							    BIT(HWCAP_TLS),
						    BIT(PLATFORM_HASWELL)};

	if (!__builtin_cpu_is("intel") || !__builtin_cpu_supports("avx2") ||
	    !__builtin_cpu_supports("bmi2"))
		return &plain;
	return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
		       ? &avx512
		       : &haswell;
}

/* The levels of the x86-64 psABI by those of their features that a compiler can ask for; the others
 * came with the same processors. */
static const char *const *host(void)
{
	__builtin_cpu_init();
	if (!__builtin_cpu_supports("sse4.2") || !__builtin_cpu_supports("popcnt"))
		return NULL;
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2") ||
	    !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("fma"))
		return &x86_64[2];
	if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
	    !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512dq") ||
	    !__builtin_cpu_supports("avx512vl"))
		return &x86_64[1];
	return &x86_64[0];
}
#endif

static void add(struct hwcaps *hwcaps, const char *const *set)
{
	hwcaps->sets[hwcaps->count++] = set;
}

static int parse_host(struct hwcaps *ret, struct error *err)
{
#if defined(__x86_64__)
	(void)err;
	add(ret, host());
	ret->legacy = host_legacy();
	return 0;
#else
	(void)ret;
	error_set(err, EINVAL, "--hwcaps host is not known for this kind of processor");
	error_hint(err, "name the level, as --hwcaps power9");
	return -EINVAL;
#endif
}

static void parse_all(struct hwcaps *ret)
{
	add(ret, NULL);
	for (size_t i = 0; i < LADDERS; i++)
		for (size_t j = 0; ladders[i][j]; j++)
			add(ret, &ladders[i][j]);
}

int hwcaps_parse(const char *text, struct hwcaps *ret, struct error *err)
{
	*ret = (struct hwcaps){0};
	if (text && !strcmp(text, "host"))
		return parse_host(ret, err);
	if (text && !strcmp(text, "all")) {
		parse_all(ret);
		return 0;
	}
	if (!text || !strcmp(text, "none")) {
		add(ret, NULL);
		return 0;
	}
	for (size_t i = 0; i < LADDERS; i++)
		for (size_t j = 0; ladders[i][j]; j++)
			if (!strcmp(ladders[i][j], text)) {
				add(ret, &ladders[i][j]);
				return 0;
			}
	error_set(err, EINVAL, "no loader knows the processor level '%s'", text);
	error_hint(err, "none, host, all, x86-64-v2 to -v4, power9, power10, z13 to z16");
	return -EINVAL;
}
