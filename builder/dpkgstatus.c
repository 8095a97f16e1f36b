/* SPDX-License-Identifier: MIT */
/*
 * What is written is a part of what dpkg has: the fields that say which package it is, and the sums of
 * what is there. Called by plan.
 */
#include "dpkgstatus.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "packages.h"

#define STATUS_FOLDER "/var/lib/dpkg/status.d"

enum { MAX_SUMS = 64 << 20, SUM_LENGTH = 32 };

static const struct reason reason = {.rule = RULE_PACKAGES};

static int add_text(struct manifest *manifest, const char *name, const char *end,
		    const char *text, struct error *err)
{
	_cleanup_free_ char *path = alloc_format(err, STATUS_FOLDER "/%s%s", name, end);

	return path ? manifest_add_text(manifest, path, text, &reason, err) : -ENOMEM;
}

static int add_status(struct manifest *manifest, const struct package *package,
		      const char *name, struct error *err)
{
	_cleanup_free_ char *text = alloc_format(
		err,
		"Package: %s\nStatus: install ok installed\n%s%s%sArchitecture: %s\n"
		"%s%s%sVersion: %s\n",
		package->name, package->maintainer ? "Maintainer: " : "",
		package->maintainer ? package->maintainer : "",
		package->maintainer ? "\n" : "", package->arch,
		package->source ? "Source: " : "", package->source ? package->source : "",
		package->source ? "\n" : "", package->version);

	return text ? add_text(manifest, name, "", text, err) : -ENOMEM;
}

/* The path of a source -> its entry. */
static int index_sources(const struct manifest *manifest, struct strmap *ret,
			 struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < manifest->count; i++) {
		struct entry *entry = manifest->entries[i];

		if (entry->type == ENTRY_FILE && entry->source && entry->package)
			r = strmap_put(ret, entry->source, entry, err);
	}
	return r;
}

/* Whether the file of this line (of "SUM  PATH") was taken; dpkg may spell it without /usr. */
static bool is_taken(const struct strmap *sources, const char *line,
		     const struct package *package)
{
	char path[PATH_MAX + 8];

	if (strlen(line) < SUM_LENGTH + 3 || strlen(line) > PATH_MAX)
		return false;
	snprintf(path, sizeof(path), "/usr/%s", line + SUM_LENGTH + 2);
	const struct entry *entry = strmap_get(sources, path + strlen("/usr"));
	if (!entry)
		entry = strmap_get(sources, path);
	return entry && !strcmp(entry->package, package->key);
}

/* The lines of the package's list that count, on the heap. */
static char *choose_sums(char *list, const struct strmap *sources,
			 const struct package *package, struct error *err)
{
	char *text = NULL, *line = list, *end;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return error_nomem(err), NULL;
	for (; *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		if (is_taken(sources, line, package))
			fprintf(out, "%s\n", line);
	}
	if (fclose(out) == 0)
		return text;
	free(text);
	return error_nomem(err), NULL;
}

static int add_sums(struct manifest *manifest, const struct sysroot *root,
		    const struct strmap *sources, const struct package *package,
		    const char *name, struct error *err)
{
	_cleanup_free_ char *path = alloc_format(err, "/var/lib/dpkg/info/%s.md5sums",
						 package->key);
	_cleanup_free_ char *list = NULL;
	size_t size;

	if (!path)
		return -ENOMEM;
	_cleanup_fd_ int fd = sysroot_openat(root, path,
					     O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return 0;
	int r = fd_read_all(fd, MAX_SUMS, path, &list, &size, err);
	if (r < 0)
		return r;
	_cleanup_free_ char *text = choose_sums(list, sources, package, err);
	return text ? add_text(manifest, name, ".md5sums", text, err) : -ENOMEM;
}

/* A package that is there for several architectures has the second file by its whole name. */
static const char *choose_name(const struct packages *packages, size_t i)
{
	const struct package *package = packages->items[i];

	return i && !strcmp(packages->items[i - 1]->name, package->name) ? package->key
									 : package->name;
}

static int add_all(struct manifest *manifest, const struct sysroot *root,
		   const struct packages *packages, struct error *err)
{
	_cleanup_strmap_ struct strmap sources = {0};
	int r = index_sources(manifest, &sources, err);

	for (size_t i = 0; r == 0 && i < packages->count; i++) {
		const struct package *package = packages->items[i];
		const char *name = choose_name(packages, i);

		if (!package->version) {
			r = manifest_note(manifest, err,
					  "dpkg does not know the package %s: scanners "
					  "will not know it either",
					  package->key);
			continue;
		}
		r = add_status(manifest, package, name, err);
		if (r == 0)
			r = add_sums(manifest, root, &sources, package, name, err);
	}
	return r;
}

int dpkgstatus_add(struct manifest *manifest, const struct sysroot *root,
		   struct error *err)
{
	_cleanup_packages_ struct packages packages = {0};

	int r = packages_of(manifest, &packages, err);
	if (r == 0)
		r = packages_look_up(&packages, root, err);
	if (r < 0)
		return r;
	if (strcmp(packages.type, "deb") != 0)
		return manifest_note(manifest, err,
				     "no package database is written: the root has "
				     "none of dpkg's");
	return add_all(manifest, root, &packages, err);
}
