/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the reader of archives and, with what it finds, the reader of records. Properties: every
 * name it lets through is normalized and stays inside, no two items share one, a hard link is one
 * of a file that came before it; and an archive written from what was read is read back the same.
 */
#include <assert.h>
#include <limits.h>
#include <locale.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "builder/inspect.h"
#include "builder/record.h"
#include "builder/tarball.h"
#include "common/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_item(const struct inspect *image, const struct inspect_item *item)
{
	char normal[PATH_MAX];
	struct error err;

	assert(path_normalize(item->path, normal, sizeof(normal), &err) == 0);
	assert(!strcmp(normal, item->path) && strcmp(normal, "/") != 0);
	assert(inspect_find(image, item->path) == item);
	assert(item->mode <= 07777);
	assert((item->type == ENTRY_LINK) == (item->target != NULL));
	if (item->first) {
		assert(item->type == ENTRY_FILE && item->first->type == ENTRY_FILE);
		assert(!item->first->first && inspect_find(image, item->first->path));
	}
}

/* Everything but the bytes of files, which were not kept: they become empty. */
static int fill(const struct inspect *image, struct manifest *manifest, struct error *err)
{
	for (size_t i = 0; i < image->count; i++) {
		const struct inspect_item *item = image->items[i];
		struct entry entry = {
			.path = item->path,
			.type = item->type,
			.mode = item->mode,
			.uid = item->uid,
			.gid = item->gid,
			.mtime = item->mtime,
			.rdev = item->rdev,
			.target = item->target,
			.origin = ORIGIN_TEXT,
			.text = "",
			.reason = {.rule = RULE_FOUND},
		};

		int r = manifest_add(manifest, &entry, err);
		if (r < 0)
			return r;
	}
	return manifest_finish(manifest, err);
}

static void expect_same(const struct inspect *again, const struct inspect_item *item)
{
	const struct inspect_item *other = inspect_find(again, item->path);

	assert(other && other->type == item->type && other->mode == item->mode);
	assert(other->uid == item->uid && other->gid == item->gid);
	if (item->target)
		assert(!strcmp(other->target, item->target));
}

/* Numbers and names that the format has no room for are refused, never written wrong. */
static void write_and_read(const struct inspect *image)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	_cleanup_inspect_ struct inspect again = {0};
	const struct tarball_options options = {.compression = COMPRESS_NONE};
	struct error err = {0};

	if (image->count > 64 || fill(image, &manifest, &err) < 0)
		return;
	int fd = memfd_create("again", MFD_CLOEXEC);
	assert(fd >= 0);
	if (tarball_write(fd, &manifest, &options, &err) == 0) {
		assert(inspect_tar(fd, -1, &again, &err) == 0);
		for (size_t i = 0; i < image->count; i++)
			expect_same(&again, image->items[i]);
	}
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_inspect_ struct inspect image = {0};
	_cleanup_record_ struct record record = {0};
	struct error err = {0};

	setlocale(LC_CTYPE, "C.UTF-8");
	int r = inspect_memory(data, size, &image, &err);
	if (r < 0) {
		assert(err.code == -r && err.text[0]);
		return 0;
	}
	for (size_t i = 0; i < image.count; i++)
		check_item(&image, image.items[i]);
	if (image.record &&
	    record_read(image.record, image.record_size, &record, &err) < 0)
		assert(err.code && err.text[0]);
	write_and_read(&image);
	return 0;
}
