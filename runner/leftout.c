/* SPDX-License-Identifier: MIT */
/*
 * The notes after an unpacking. They come once for each, not again from the cache.
 */
#include "leftout.h"

#include "idmap.h"
#include "subids.h"

void leftout_tell(const char *name, const struct cache_options *options,
		  const struct unpack_report *report)
{
	const struct extract_counts *counts = &report->counts;
	uint64_t owners = counts->owners;
	struct subids subids;

	/* The list of owners will be obeyed. */
	if (counts->listed && subids_find(IDMAP_COUNT - 1, &subids, NULL) == 0)
		owners -= counts->listed;
	if (options->note && owners)
		options->note("%s: the owners of %llu files were not kept: they have no "
			      "id here",
			      name, (unsigned long long)owners);
	if (options->note && counts->privileges)
		options->note("%s: %llu files lost their setuid or setgid bit", name,
			      (unsigned long long)counts->privileges);
	if (!options->verbose)
		return;
	options->verbose(
		"%s: unpacked %llu entries, %llu bytes; left out %llu devices and %llu "
		"extended attributes",
		name, (unsigned long long)counts->entries,
		(unsigned long long)counts->bytes, (unsigned long long)counts->devices,
		(unsigned long long)counts->attributes);
	if (!report->has_landlock)
		options->verbose(
			"%s: this kernel has no Landlock: the unpack helper was confined "
			"by namespaces and seccomp alone",
			name);
}
