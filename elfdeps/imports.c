/* SPDX-License-Identifier: MIT */
/*
 * What a file calls without having it. Called by others through elfdeps.h.
 */
#include <errno.h>
#include <string.h>

#include "elfdeps.h"
#include "resolver.h"
#include "symbols.h"

static bool has_name(const struct symbols *symbols, const char *const *names)
{
	for (size_t i = 0; i < symbols->want_count; i++) {
		const char *want = symbols_text(symbols, symbols->wants[i].name);

		for (const char *const *name = names; want && *name; name++)
			if (!strcmp(want, *name))
				return true;
	}
	return false;
}

int elfdeps_imports(struct elfdeps *resolver, const char *path, const char *const *names,
		    struct error *err)
{
	const struct symbols *symbols = NULL;
	struct store_name *file;
	int r = resolver_open(resolver, path, &file, err);

	if (r < 0 || file->object->kind != ELFDEPS_ELF || file->object->fault)
		return r < 0 ? r : 0;
	r = symbolcache_get(&resolver->symbols, &resolver->store, path, file->object,
			    &symbols, err);
	if (r < 0)
		return r;
	r = has_name(symbols, names);
	symbolcache_drop(&resolver->symbols, file->object);
	return r;
}
