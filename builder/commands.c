/* SPDX-License-Identifier: MIT */
/*
 * Names are looked for in the usual folders of the root, and in the same ones of the image. Called by
 * plan.
 */
#include "commands.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "shellwords.h"

enum { SCRIPT_MAX = 1 << 20, NAMED_MAX = 20 };

static const char *const folders[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
				      "/usr/bin",        "/sbin",          "/bin"};

/* The script's text; NULL if it is something else. */
static int read_script(const struct sysroot *root, const char *path, char **ret,
		       size_t *ret_size, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	struct error ignored;
	char mark[2];
	struct stat st;

	*ret = NULL;
	if (sysroot_stat(root, path, &st) < 0 || !S_ISREG(st.st_mode) ||
	    !(st.st_mode & 0111))
		return 0;
	_cleanup_fd_ int fd = sysroot_openat(root, path,
					     O_RDONLY | O_NONBLOCK | O_NOCTTY);
	/* Most are ELF files, and large. */
	if (fd < 0 || pread(fd, mark, sizeof(mark), 0) != sizeof(mark) ||
	    memcmp(mark, "#!", sizeof(mark)) != 0)
		return 0;
	int r = fd_read_all(fd, SCRIPT_MAX, path, &text, ret_size, &ignored);
	if (r == -ENOMEM)
		return error_nomem(err);
	if (r == 0 && shellwords_is_script(text, *ret_size))
		*ret = steal_pointer(&text);
	return 0;
}

static bool is_program(const struct sysroot *root, const char *path)
{
	struct stat st;

	return sysroot_stat(root, path, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_mode & 0111);
}

static bool is_in_image(const struct manifest *manifest, const char *path)
{
	char place[PATH_MAX];
	struct error ignored;

	return manifest_place(manifest, path, place, &ignored) == 0 &&
	       manifest_find(manifest, place);
}

/* Whether the root has a program of this name, and the image nothing of it. */
static bool is_wanted(const struct intake *intake, const char *name)
{
	bool exists = false;
	char path[PATH_MAX];

	if (name[0] == '/')
		return is_program(intake->root, name) &&
		       !is_in_image(intake->manifest, name);
	if (strchr(name, '/'))
		return false;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		if (is_in_image(intake->manifest, path))
			return false;
		exists = exists || is_program(intake->root, path);
	}
	return exists;
}

static int note(struct intake *intake, const char *script, const struct strlist *names,
		const char *image, struct error *err)
{
	char text[4096] = "";
	size_t used = 0;

	for (size_t i = 0; i < names->count && i < NAMED_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, " %s",
					 names->items[i]);
	return manifest_note(
		intake->manifest, err,
		"%s may run what is not in the image: jailbuild add%s%s -o %s", script,
		text, names->count > NAMED_MAX ? " ..." : "", image);
}

int commands_note(struct intake *intake, const struct operand *operand, const char *image,
		  struct error *err)
{
	_cleanup_strlist_ struct strlist words = {0}, names = {0};
	_cleanup_free_ char *text = NULL;
	size_t size = 0;

	int r = read_script(intake->root, operand->path, &text, &size, err);
	if (r == 0 && text)
		r = shellwords_find(text, size, &words, err);
	for (size_t i = 0; r == 0 && i < words.count; i++)
		if (is_wanted(intake, words.items[i]))
			r = strlist_add(&names, words.items[i], err);
	return r == 0 && names.count ? note(intake, operand->path, &names, image, err)
				     : r;
}
