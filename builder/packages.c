/* SPDX-License-Identifier: MIT */
/*
 * Counts, then reads two text files. Called by the command list.
 */
#include "packages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "apkdb.h"
#include "common/cleanup.h"
#include "common/fd.h"

enum {
	MAX_RELEASE = 1 << 20,
	MAX_STATUS = 256 << 20, /* all of Debian makes some 150 MB */
};

static int add(struct packages *packages, const char *key, struct error *err)
{
	struct package *package = strmap_get(&packages->by_key, key);

	if (package) {
		package->files++;
		return 0;
	}
	package = arena_alloc(&packages->arena, sizeof(*package), err);
	if (!package)
		return -ENOMEM;
	*package = (struct package){.files = 1};
	package->key = arena_copy(&packages->arena, key, strlen(key), err);
	package->name = arena_copy(&packages->arena, key, strcspn(key, ":"), err);
	if (!package->key || !package->name)
		return -ENOMEM;
	int r = alloc_grow(&packages->items, &packages->capacity, packages->count + 1,
			   sizeof(package), err);
	if (r < 0)
		return r;
	packages->items[packages->count++] = package;
	return strmap_put(&packages->by_key, package->key, package, err);
}

static int compare_keys(const void *a, const void *b)
{
	const struct package *const *first = a, *const *second = b;

	return strcmp((*first)->key, (*second)->key);
}

int packages_of(const struct manifest *manifest, struct packages *ret, struct error *err)
{
	int r = 0;

	*ret = (struct packages){0};
	for (size_t i = 0; r == 0 && i < manifest->count; i++) {
		const struct entry *entry = manifest->entries[i];

		if (entry->package)
			r = add(ret, entry->package, err);
		else if (entry->source && entry->type == ENTRY_FILE)
			ret->loose++;
	}
	if (ret->count)
		qsort(ret->items, ret->count, sizeof(*ret->items), compare_keys);
	if (r < 0)
		packages_free(ret);
	return r;
}

/* The text of a file of the root; *ret is NULL if there is none that can be read. */
static int read_text(const struct sysroot *root, const char *path, size_t limit,
		     char **ret, struct error *err)
{
	_cleanup_fd_ int fd = sysroot_openat(root, path,
					     O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	size_t size;

	*ret = NULL;
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	return fd_read_all(fd, limit, path, ret, &size, err);
}

/* What follows `key` at the start of `line`; NULL if something else is there. */
static const char *value_of(const char *line, const char *key)
{
	size_t length = strlen(key);

	if (strncmp(line, key, length) != 0)
		return NULL;
	return line + length + strspn(line + length, " \t");
}

/* os-release(5): ID=debian or ID="debian", of lower-case letters, digits and ". _ -". */
static int read_vendor(struct packages *packages, const char *text, struct error *err)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		const char *value = value_of(line, "ID=");
		if (!value)
			continue;
		value += *value == '"' || *value == '\'';
		size_t length = strspn(value, plain);
		if (!length || !strchr("\"'\n", value[length]))
			return 0;
		packages->vendor = arena_copy(&packages->arena, value, length, err);
		return packages->vendor ? 0 : -ENOMEM;
	}
	return 0;
}

/* One paragraph of dpkg's status file. */
struct stanza {
	const char *package, *version, *arch, *status, *source, *maintainer;
};

static void read_field(struct stanza *stanza, const char *line)
{
	const struct {
		const char *key, **place;
	} fields[] = {
		{"Package:", &stanza->package},   {"Version:", &stanza->version},
		{"Architecture:", &stanza->arch}, {"Status:", &stanza->status},
		{"Source:", &stanza->source},     {"Maintainer:", &stanza->maintainer},
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const char *value = value_of(line, fields[i].key);

		if (value)
			*fields[i].place = value;
	}
}

/* Makes *ret a copy of the text; NULL stays NULL. */
static int keep(struct packages *packages, const char *text, const char **ret,
		struct error *err)
{
	*ret = text ? arena_copy(&packages->arena, text, strlen(text), err) : NULL;
	return text && !*ret ? -ENOMEM : 0;
}

static int tell(struct packages *packages, const char *key, const struct stanza *stanza,
		struct error *err)
{
	struct package *package = strmap_get(&packages->by_key, key);

	if (!package || package->version)
		return 0;
	int r = keep(packages, stanza->version, &package->version, err);
	if (r == 0)
		r = keep(packages, stanza->arch, &package->arch, err);
	if (r == 0)
		r = keep(packages, stanza->source, &package->source, err);
	return r == 0 ? keep(packages, stanza->maintainer, &package->maintainer, err) : r;
}

/* dpkg names its lists, and so our record its packages, by the architecture as well if a package may be
 * there for several. */
static int end_stanza(struct packages *packages, const struct stanza *stanza,
		      struct error *err)
{
	if (!stanza->package || !stanza->version || !stanza->arch || !stanza->status ||
	    !strstr(stanza->status, " installed"))
		return 0;
	_cleanup_free_ char *key = alloc_format(err, "%s:%s", stanza->package,
						stanza->arch);
	int r = key ? tell(packages, key, stanza, err) : -ENOMEM;
	return r == 0 ? tell(packages, stanza->package, stanza, err) : r;
}

static int read_status(struct packages *packages, char *text, struct error *err)
{
	struct stanza stanza = {0};
	char *line = text, *end;
	int r = 0;

	for (; r == 0 && *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		if (*line) {
			read_field(&stanza, line);
			continue;
		}
		r = end_stanza(packages, &stanza, err);
		stanza = (struct stanza){0};
	}
	return r == 0 ? end_stanza(packages, &stanza, err) : r;
}

/* apkdb_visit */
static int tell_item(void *data, const struct apkdb_item *item, struct error *err)
{
	const struct stanza stanza = {
		.package = item->package, .version = item->version, .arch = item->arch};

	return item->path ? 0 : tell(data, item->package, &stanza, err);
}

static int read_apk(struct packages *packages, const struct sysroot *root,
		    struct error *err)
{
	_cleanup_fd_ int fd = apkdb_open(root);

	if (fd < 0)
		return 0;
	packages->type = "apk";
	return apkdb_read(fd, tell_item, packages, err);
}

int packages_look_up(struct packages *packages, const struct sysroot *root,
		     struct error *err)
{
	_cleanup_free_ char *release = NULL, *status = NULL;
	int r = read_text(root, "/etc/os-release", MAX_RELEASE, &release, err);

	if (r == 0 && !release)
		r = read_text(root, "/usr/lib/os-release", MAX_RELEASE, &release, err);
	if (r == 0 && release)
		r = read_vendor(packages, release, err);
	if (r == 0)
		r = read_text(root, "/var/lib/dpkg/status", MAX_STATUS, &status, err);
	packages->type = "deb";
	if (r == 0 && status)
		return read_status(packages, status, err);
	return r == 0 ? read_apk(packages, root, err) : r;
}

void packages_free(struct packages *packages)
{
	free(packages->items);
	strmap_free(&packages->by_key);
	arena_free(&packages->arena);
	*packages = (struct packages){0};
}
