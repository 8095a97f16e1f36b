/* SPDX-License-Identifier: MIT */
/*
 * The least that makes a root: hier(7), passwd(5), nsswitch.conf(5). Called by the command add,
 * after everything that was asked for, which wins.
 */
#include "base.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

static const struct reason reason = {.rule = RULE_BASE};

static const struct {
	const char *path;
	mode_t mode;
} folders[] = {
	{"/dev", 0755},  {"/etc", 0755},      {"/home", 0755},    {"/proc", 0755},
	{"/root", 0700}, {"/run", 0755},      {"/sys", 0755},     {"/tmp", 01777},
	{"/usr", 0755},  {"/usr/bin", 0755},  {"/usr/lib", 0755}, {"/usr/sbin", 0755},
	{"/var", 0755},  {"/var/tmp", 01777},
};

static const struct {
	const char *path, *text;
} files[] = {
	/* "files" and "dns" are inside glibc's libc.so.6 since 2.34: they need no module. */
	{"/etc/nsswitch.conf", "passwd: files\n"
			       "group: files\n"
			       "shadow: files\n"
			       "hosts: files dns\n"
			       "networks: files\n"
			       "protocols: files\n"
			       "services: files\n"},
	{"/etc/hosts", "127.0.0.1 localhost\n"
		       "::1 localhost ip6-localhost ip6-loopback\n"},
};

static const char *const merged[] = {"/bin", "/sbin", "/lib"};

/* Where the root is usr-merged, #!/bin/sh and PATH=/bin must work in the image too. */
static int add_merged(struct links *links, struct error *err)
{
	struct links_end end;
	struct error ignored;

	for (size_t i = 0; i < sizeof(merged) / sizeof(merged[0]); i++) {
		if (links_parent(links, merged[i], NULL, &end, &ignored) < 0 ||
		    !S_ISLNK(end.st.st_mode) ||
		    links_follow(links, merged[i], NULL, &end, &ignored) < 0)
			continue;
		const struct entry *there = manifest_find(links->manifest, merged[i]);
		if (there && there->type != ENTRY_LINK)
			continue;
		int r = links_follow(links, merged[i], &reason, &end, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_folder(struct manifest *manifest, const char *path, mode_t mode,
		      struct error *err)
{
	char place[PATH_MAX];
	struct entry entry = {.type = ENTRY_FOLDER,
			      .mode = mode,
			      .origin = ORIGIN_TEXT,
			      .reason = reason};

	int r = manifest_place(manifest, path, place, err);
	if (r < 0)
		return r;
	entry.path = place;
	return manifest_add(manifest, &entry, err);
}

static int add_file(struct manifest *manifest, const char *path, const char *text,
		    struct error *err)
{
	char place[PATH_MAX];

	int r = manifest_place(manifest, path, place, err);
	return r < 0 ? r : manifest_add_text(manifest, place, text, &reason, err);
}

int base_add(struct manifest *manifest, struct links *links, struct error *err)
{
	int r = add_merged(links, err);

	for (size_t i = 0; r == 0 && i < sizeof(folders) / sizeof(folders[0]); i++)
		r = add_folder(manifest, folders[i].path, folders[i].mode, err);
	for (size_t i = 0; r == 0 && i < sizeof(files) / sizeof(files[0]); i++)
		r = add_file(manifest, files[i].path, files[i].text, err);
	return r;
}

int base_add_accounts(struct manifest *manifest, const struct accounts *accounts,
		      struct error *err)
{
	_cleanup_free_ char *passwd = accounts_passwd(accounts, err);
	_cleanup_free_ char *group = passwd ? accounts_group(accounts, err) : NULL;

	if (!group)
		return -ENOMEM;
	int r = add_file(manifest, "/etc/passwd", passwd, err);
	return r < 0 ? r : add_file(manifest, "/etc/group", group, err);
}
