/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the extraction of archives. Property: whatever the bytes say, nothing changes outside the
 * output folder, and the folder can be removed again. Input: a first byte 'T', then a tar made of
 * the bytes that follow (names of few parts that fit each other badly, correct checksums: what a
 * mutation of bytes seldom finds); anything else is taken as an archive as it stands.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/extract.h"
#include "runner/ownerlist.h"
#include "runner/sweep.h"

/* Whole lines, of "ID:ID /", in which nothing of a name can begin another line. */
static void must_be_a_list(const struct ownerlist *list)
{
	const char *at = list->text, *end = at + list->size;

	while (at < end) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));
		size_t digits = strspn(at, "0123456789");

		if (!line_end || !digits || at[digits] != ':')
			abort();
		at += digits + 1;
		digits = strspn(at, "0123456789");
		if (!digits || at[digits] != ' ' || at[digits + 1] != '/' ||
		    memchr(at, '\0', (size_t)(line_end - at)))
			abort();
		at = line_end + 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_options(void);

/*
 * libarchive allocates what a cpio header says that its name is long. The helper's limit of address
 * space (confine.h) turns that down; a sanitizer has no such limit, but this.
 */
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1:max_allocation_size_mb=512";
}

static const char *const parts[] = {
	"a", "b", "usr", "..", ".", "", "witness", "out", "../witness", "a/b", "/", "bin",
};

struct input {
	const uint8_t *data;
	size_t size;
};

static unsigned next(struct input *input)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return *input->data++;
}

static void make_name(struct input *input, char *ret, size_t size)
{
	unsigned count = 1 + next(input) % 4;

	*ret = '\0';
	while (count-- > 0) {
		const char *part =
			parts[next(input) % (sizeof(parts) / sizeof(parts[0]))];
		size_t used = strlen(ret);

		snprintf(ret + used, size - used, "%s%s", used ? "/" : "", part);
	}
}

static void octal(unsigned char *at, int width, unsigned value)
{
	while (width-- > 0) {
		at[width] = (unsigned char)('0' + (value & 7));
		value >>= 3;
	}
}

static void add_member(struct input *input, int fd)
{
	static const char types[] = "01235670";
	unsigned char block[1024] = {0};
	unsigned length, sum = 0;

	block[156] = (unsigned char)types[next(input) % 8];
	length = block[156] == '0' || block[156] == '1' ? next(input) % 8 : 0;
	make_name(input, (char *)block, 100);
	make_name(input, (char *)block + 157, 100);
	octal(block + 100, 7, next(input) << 4 | 7);
	octal(block + 108, 7, next(input) % 2 ? 33 : 0);
	octal(block + 124, 11, length);
	memcpy(block + 257, "ustar\00000", 8);
	memset(block + 148, ' ', 8);
	memset(block + 512, 'x', length);
	for (int i = 0; i < 512; i++)
		sum += block[i];
	octal(block + 148, 6, sum);
	if (write(fd, block, length ? 1024 : 512) < 0)
		abort();
}

static int make_archive(const uint8_t *data, size_t size)
{
	int fd = memfd_create("archive", MFD_CLOEXEC);
	struct input input = {data + 1, size - 1};
	static const char zeros[1024];

	if (fd < 0)
		abort();
	if (data[0] != 'T') {
		if (write(fd, data, size) != (ssize_t)size)
			abort();
	} else {
		while (input.size > 0)
			add_member(&input, fd);
		if (write(fd, zeros, sizeof(zeros)) < 0)
			abort();
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static char base[64];

static void remove_base(void)
{
	if (sweep_tree(AT_FDCWD, base, NULL) < 0)
		abort();
}

/* base/witness must stay as it is, base/out is where the archive goes. */
static void make_base(int *ret_fd)
{
	snprintf(base, sizeof(base), "%s/fuzz_extract.XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(base))
		abort();
	*ret_fd = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = openat(*ret_fd, "witness", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC,
			0600);
	if (fd < 0 || write(fd, "seen", 4) != 4 || close(fd) < 0)
		abort();
	atexit(remove_base);
	umask(0);
}

/* Everything of a file that somebody could have changed. */
static struct stat state_of(int folder, const char *name)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		abort();
	st.st_atim = (struct timespec){0};
	return st;
}

static void must_be_equal(const struct stat *before, const struct stat *after)
{
	if (before->st_ino != after->st_ino || before->st_mode != after->st_mode ||
	    before->st_nlink != after->st_nlink || before->st_uid != after->st_uid ||
	    before->st_gid != after->st_gid || before->st_size != after->st_size ||
	    before->st_mtim.tv_sec != after->st_mtim.tv_sec ||
	    before->st_mtim.tv_nsec != after->st_mtim.tv_nsec ||
	    before->st_ctim.tv_sec != after->st_ctim.tv_sec ||
	    before->st_ctim.tv_nsec != after->st_ctim.tv_nsec)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int base_fd = -1;
	struct ownerlist list = {0};
	struct extract_options options = {.owners = geteuid() == 0,
					  .list = &list,
					  .max_bytes = 1 << 20,
					  .max_entries = 500};
	struct extract_counts counts;
	struct error err;

	if (size == 0)
		return 0;
	if (base_fd < 0)
		make_base(&base_fd);
	if (mkdirat(base_fd, "out", 0700) < 0)
		abort();
	int out = openat(base_fd, "out", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat witness = state_of(base_fd, "witness"),
		    folder = state_of(base_fd, ".");
	int archive = make_archive(data, size);
	if (extract_archive(archive, out, &options, &counts, &err) < 0 && err.code <= 0)
		abort();
	struct stat witness_after = state_of(base_fd, "witness");
	struct stat folder_after = state_of(base_fd, ".");
	must_be_equal(&witness, &witness_after);
	must_be_equal(&folder, &folder_after);
	must_be_a_list(&list);
	ownerlist_free(&list);
	close(archive);
	close(out);
	if (sweep_tree(base_fd, "out", &err) < 0)
		abort();
	return 0;
}
