/* SPDX-License-Identifier: MIT */
/*
 * Formats and logs. Called by the commands add and update.
 */
#include "tidings.h"

#include <limits.h>

#include "common/log.h"
#include "common/path.h"

void tidings_additions(const struct manifest *manifest)
{
	char path[600], reason[1200];

	for (size_t i = 0; i < manifest->count; i++) {
		const struct entry *entry = manifest->entries[i];

		if (entry->origin != ORIGIN_IMAGE)
			log_verbose("%s (%s)",
				    path_escape(entry->path, path, sizeof(path)),
				    manifest_describe(&entry->reason, reason,
						      sizeof(reason)));
	}
}

void tidings_notes(const struct manifest *manifest)
{
	char text[1900];

	for (size_t i = 0; i < manifest->notes.count; i++)
		log_note("%s", path_escape(manifest->notes.items[i], text, sizeof(text)));
}

void tidings_summary(const struct plan *plan)
{
	const struct manifest *manifest = &plan->manifest;
	uint64_t bytes = plan->written;
	size_t files = 0;

	for (size_t i = 0; i < manifest->count; i++) {
		if (manifest->entries[i]->type == ENTRY_FILE)
			files++;
		if (manifest->entries[i]->type == ENTRY_FILE && !plan->written)
			bytes += manifest->entries[i]->size;
	}
	log_note("%s: %zu files, %.1f MB", plan->request->image.path, files,
		 (double)bytes / 1e6);
}

void tidings_wait(const char *path)
{
	log_note("another process is adding to %s: waiting for it", path);
}
