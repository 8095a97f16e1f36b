/* SPDX-License-Identifier: MIT */
/*
 * The last step of a jail's set-up. What stands in the file is hostile; it is only read to explain
 * a failure, in the jail and without its privileges. Called by init's child.
 */
#include "command.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/path.h"

enum {
	NOT_EXECUTABLE = 126,
	NOT_FOUND = 127,
	SCRIPT_LINE =
		256, /* BINPRM_BUF_SIZE: what the kernel reads of a #! line, execve(2) */
	SCRIPT_LEVELS = 6, /* one more than execve(2) goes along with */
	HEADERS_MAX = 64,  /* program headers that are looked at */
};

/* The interpreter named on the #! line; empty if there is none. */
static void read_script_line(char *line, ssize_t length, char *ret, size_t size)
{
	line[length] = '\0';
	char *name = line + 2 + strspn(line + 2, " \t");
	snprintf(ret, size, "%.*s", (int)strcspn(name, " \t\n"), name);
}

struct segment {
	uint32_t type;
	uint64_t offset, size;
};

static bool read_segment(int fd, bool is_64, off_t at, struct segment *ret)
{
	Elf64_Phdr wide;
	Elf32_Phdr narrow;

	if (is_64 && pread(fd, &wide, sizeof(wide), at) == sizeof(wide))
		*ret = (struct segment){wide.p_type, wide.p_offset, wide.p_filesz};
	else if (!is_64 && pread(fd, &narrow, sizeof(narrow), at) == sizeof(narrow))
		*ret = (struct segment){narrow.p_type, narrow.p_offset, narrow.p_filesz};
	else
		return false;
	return true;
}

/* The text of PT_INTERP of a file in this machine's byte order; empty if there is none. */
static void read_elf_interpreter(int fd, const char *head, char *ret, size_t size)
{
	bool is_64 = head[EI_CLASS] == ELFCLASS64;
	Elf64_Ehdr wide;
	Elf32_Ehdr narrow;

	memcpy(&wide, head, sizeof(wide));
	memcpy(&narrow, head, sizeof(narrow));
	unsigned count = is_64 ? wide.e_phnum : narrow.e_phnum;
	uint64_t start = is_64 ? wide.e_phoff : narrow.e_phoff;
	size_t stride = is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	for (unsigned i = 0; i < count && i < HEADERS_MAX; i++) {
		struct segment segment;

		if (!read_segment(fd, is_64, (off_t)(start + i * stride), &segment))
			return;
		if (segment.type != PT_INTERP || segment.size < 2 || segment.size > size)
			continue;
		if (pread(fd, ret, segment.size, (off_t)segment.offset) !=
		    (ssize_t)segment.size)
			ret[0] = '\0';
		ret[segment.size - 1] = '\0';
		return;
	}
}

/* What the kernel would load before `program`; empty if the file names nothing. */
static void find_interpreter(const char *program, char *ret, size_t size)
{
	char head[SCRIPT_LINE] = {0};
	_cleanup_fd_ int fd = open(program, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t length = fd < 0 ? -1 : pread(fd, head, sizeof(head) - 1, 0);

	ret[0] = '\0';
	if (length > 2 && head[0] == '#' && head[1] == '!')
		read_script_line(head, length, ret, size);
	else if (length >= (ssize_t)sizeof(Elf64_Ehdr) && !memcmp(head, ELFMAG, SELFMAG))
		read_elf_interpreter(fd, head, ret, size);
}

static bool exists(const char *program)
{
	struct stat st;

	return stat(program, &st) == 0;
}

/*
 * `program` exists, and yet execve(2) answered ENOENT: its interpreter does not, or the
 * interpreter's interpreter (a script for a shell whose loader is missing).
 */
static int explain_missing(const char *program, struct error *err)
{
	char at[PATH_MAX], interpreter[PATH_MAX], safe[512], shown[512];

	snprintf(at, sizeof(at), "%s", program);
	for (int level = 0; level < SCRIPT_LEVELS; level++) {
		find_interpreter(at, interpreter, sizeof(interpreter));
		if (!interpreter[0] || !exists(interpreter))
			break;
		memcpy(at, interpreter, sizeof(at));
	}
	path_escape(at, shown, sizeof(shown));
	if (!interpreter[0])
		return error_errno(err, ENOENT, "cannot execute %s", shown);
	path_escape(interpreter, safe, sizeof(safe));
	error_set(err, ENOENT,
		  "cannot execute %s: its interpreter %s is missing in the image", shown,
		  safe);
	return error_hint(
		err,
		"'jailbuild add' copies a program with its interpreter and libraries");
}

static bool is_on_noexec(const char *program)
{
	struct statvfs st;

	return statvfs(program, &st) == 0 && (st.f_flag & ST_NOEXEC);
}

static _noinline_ int explain(const char *program, int code, int *ret_status,
			      struct error *err)
{
	char shown[512];

	*ret_status = NOT_EXECUTABLE;
	if (code == ENOENT)
		return explain_missing(program, err);
	error_errno(err, code, "cannot execute %s",
		    path_escape(program, shown, sizeof(shown)));
	if (code == ENOEXEC)
		return error_hint(
			err,
			"it is neither a program for this CPU nor a script that begins "
			"with #!");
	if (code == EACCES && is_on_noexec(program))
		return error_hint(err, "its file system is mounted noexec; an image's is "
				       "no hindrance without --write");
	if (code == EACCES)
		return error_hint(
			err, "it must be a file with the execute permission, and its "
			     "interpreter too");
	return -code;
}

/* Tries one candidate; true if the search is over: the answer stands in *ret_status and err. */
static bool try_program(const char *program, char *const arguments[],
			char *const environment[], int *ret_status, struct error *err)
{
	execve(program, arguments, environment);
	int code = errno;
	if ((code == ENOENT || code == ENOTDIR) && !exists(program))
		return false;
	explain(program, code, ret_status, err);
	return code != EACCES;
}

static int not_found(const char *name, int *ret_status, struct error *err)
{
	char shown[512];

	*ret_status = NOT_FOUND;
	return error_set(err, ENOENT, "command not found in the image: %s",
			 path_escape(name, shown, sizeof(shown)));
}

static _noinline_ int search(char *const arguments[], char *const environment[],
			     const char *path, int *ret_status, struct error *err)
{
	const char *name = arguments[0];
	char program[PATH_MAX];
	struct error denied = {0};

	for (const char *at = *name ? path : ""; *at; at += *at == ':') {
		size_t length = strcspn(at, ":");
		int used = snprintf(program, sizeof(program), "%.*s%s%s", (int)length, at,
				    length ? "/" : "", name);

		at += length;
		if (used < 0 || (size_t)used >= sizeof(program))
			continue;
		if (try_program(program, arguments, environment, ret_status, err))
			return -err->code;
		if (err->code) /* not allowed: go on, but remember, as execvp(3) does */
			denied = *err;
	}
	if (!denied.code)
		return not_found(name, ret_status, err);
	*err = denied;
	return -err->code;
}

int command_execute(char *const arguments[], char *const environment[], const char *path,
		    int *ret_status, struct error *err)
{
	const char *name = arguments[0];

	if (!strchr(name, '/'))
		return search(arguments, environment, path, ret_status, err);
	if (try_program(name, arguments, environment, ret_status, err) || err->code)
		return -err->code;
	return not_found(name, ret_status, err);
}

/* Follows the chain of interpreters; five levels are what execve(2) goes along with. */
static _noinline_ bool leads_to(const char *program, const struct stat *own)
{
	char at[PATH_MAX], next[PATH_MAX];
	struct stat st;

	snprintf(at, sizeof(at), "%s", program);
	for (int level = 0; level < SCRIPT_LEVELS && at[0]; level++) {
		if (stat(at, &st) == 0 && st.st_dev == own->st_dev &&
		    st.st_ino == own->st_ino)
			return true;
		find_interpreter(at, next, sizeof(next));
		memcpy(at, next, sizeof(at));
	}
	return false;
}

_noinline_ int command_refuse_own(const char *name, const char *path, struct error *err)
{
	static const char text[] = "the image's command leads back to jailrun itself";
	char program[PATH_MAX];
	struct stat own;

	if (stat("/proc/self/exe", &own) < 0)
		return error_errno(err, errno, "cannot look at /proc/self/exe");
	if (strchr(name, '/'))
		return leads_to(name, &own) ? error_set(err, EACCES, "%s", text) : 0;
	for (const char *at = path; *at; at += *at == ':') {
		size_t length = strcspn(at, ":");

		snprintf(program, sizeof(program), "%.*s%s%s", (int)length, at,
			 length ? "/" : "", name);
		if (leads_to(program, &own))
			return error_set(err, EACCES, "%s", text);
		at += length;
	}
	return 0;
}
