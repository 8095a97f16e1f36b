/* SPDX-License-Identifier: MIT */
/*
 * The table of machines, and the search for system_dirs in a loader's file. glibc keeps them as one
 * run of strings ("/lib/x86_64-linux-gnu/\0/usr/lib/x86_64-linux-gnu/\0/lib/\0/usr/lib/\0"), which no
 * option prints without running the loader. Called by linkmap and cachewriter.
 */
#include "loader.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/fd.h"
#include "elffile.h"

enum {
	ANY = 0,
	ELF_LIBC6 =
		3, /* FLAG_ELF_LIBC6 of sysdeps/generic/ldconfig.h; the high byte names the ABI */
	EF_RISCV_FLOAT = 0x6, /* EF_RISCV_FLOAT_ABI and its value for doubles, elf.h */
	EF_RISCV_DOUBLE = 0x4,
};

#define MULTIARCH(triplet) "/lib/" triplet "/\0/usr/lib/" triplet "/\0"

/* interp, platform: sysdeps/…/shlib-versions and the kernel's ELF_PLATFORM. */
static const struct machine {
	uint16_t machine;
	unsigned char class, data;
	const char *interp, *platform;
	const char *
		folders; /* where multiarch distributions have libraries, as system_dirs */
	int32_t flags, other;
} machines[] = {
	{EM_X86_64, ELFCLASS64, ANY, "/lib64/ld-linux-x86-64.so.2", "x86_64",
	 MULTIARCH("x86_64-linux-gnu"), 0x0303, -1},
	{EM_X86_64, ELFCLASS32, ANY, "/libx32/ld-linux-x32.so.2", "x86_64",
	 MULTIARCH("x86_64-linux-gnux32"), 0x0803, -1},
	{EM_386, ELFCLASS32, ANY, "/lib/ld-linux.so.2", "i686",
	 MULTIARCH("i386-linux-gnu"), 0x0003, 1},
	{EM_AARCH64, ELFCLASS64, ELFDATA2LSB, "/lib/ld-linux-aarch64.so.1", "aarch64",
	 MULTIARCH("aarch64-linux-gnu"), 0x0a03, -1},
	{EM_AARCH64, ELFCLASS64, ELFDATA2MSB, "/lib/ld-linux-aarch64_be.so.1",
	 "aarch64_be", MULTIARCH("aarch64_be-linux-gnu"), 0x0a03, -1},
	/* Entries without a float ABI suit both of ARM's, sysdeps/unix/sysv/linux/arm/dl-cache.h. */
	{EM_ARM, ELFCLASS32, ANY, "/lib/ld-linux-armhf.so.3", "v7l",
	 MULTIARCH("arm-linux-gnueabihf"), 0x0003, 0x0903},
	{EM_PPC64, ELFCLASS64, ELFDATA2LSB, "/lib64/ld64.so.2", NULL,
	 MULTIARCH("powerpc64le-linux-gnu"), 0x0503, -1},
	{EM_PPC64, ELFCLASS64, ELFDATA2MSB, "/lib64/ld64.so.1", NULL,
	 MULTIARCH("powerpc64-linux-gnu"), 0x0503, -1},
	{EM_PPC, ELFCLASS32, ANY, "/lib/ld.so.1", NULL, MULTIARCH("powerpc-linux-gnu"),
	 0x0003, 1},
	{EM_S390, ELFCLASS64, ANY, "/lib/ld64.so.1", NULL, MULTIARCH("s390x-linux-gnu"),
	 0x0403, -1},
	{EM_S390, ELFCLASS32, ANY, "/lib/ld.so.1", NULL, MULTIARCH("s390-linux-gnu"),
	 0x0003, 1},
	{EM_RISCV, ELFCLASS64, ANY, "/lib/ld-linux-riscv64-lp64d.so.1", NULL,
	 MULTIARCH("riscv64-linux-gnu"), 0x1003, -1},
	{EM_LOONGARCH, ELFCLASS64, ANY, "/lib64/ld-linux-loongarch-lp64d.so.1", NULL,
	 MULTIARCH("loongarch64-linux-gnu"), 0x1203, -1},
	{EM_SPARCV9, ELFCLASS64, ANY, "/lib64/ld-linux.so.2", NULL,
	 MULTIARCH("sparc64-linux-gnu"), 0x0103, -1},
	{EM_68K, ELFCLASS32, ANY, "/lib/ld.so.1", NULL, MULTIARCH("m68k-linux-gnu"),
	 0x0003, 1},
	{EM_PARISC, ELFCLASS32, ANY, "/lib/ld.so.1", NULL, MULTIARCH("hppa-linux-gnu"),
	 0x0003, 1},
	{EM_MIPS, ELFCLASS32, ANY, "/lib/ld.so.1", NULL, MULTIARCH("mips-linux-gnu"),
	 0x0003, 1},
	{EM_MIPS, ELFCLASS64, ANY, "/lib64/ld.so.1", NULL,
	 MULTIARCH("mips64-linux-gnuabi64"), 0x0703, -1},
};

static const struct machine *find_machine(const struct object *object)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (machines[i].machine == object->machine &&
		    machines[i].class == object->class &&
		    (machines[i].data == ANY || machines[i].data == object->data))
			return &machines[i];
	return NULL;
}

/* Adds the strings of `text`, each with a NUL, `size` bytes in all. */
static void add_folders(struct loader *loader, const char *text, size_t size)
{
	const char *end = text + size;

	while (text < end && loader->folder_count < LOADER_FOLDERS_MAX) {
		size_t length = strlen(text), next = length + 1;

		while (length > 1 && text[length - 1] == '/')
			length--;
		loader->folders[loader->folder_count].path = text;
		loader->folders[loader->folder_count++].length = length;
		text += next;
	}
}

struct loader loader_of(const struct object *object)
{
	static const char plain[] = "/lib/\0/usr/lib/", wide[] = "/lib64/\0/usr/lib64/";
	const struct machine *machine = find_machine(object);
	struct loader loader = {.cache_flags = -1, .cache_other = -1};

	loader.lib = object->class == ELFCLASS64 ? "lib64" : "lib";
	if (machine) {
		loader.interp = machine->interp;
		loader.platform = machine->platform;
		loader.cache_flags = machine->flags;
		loader.cache_other = machine->other;
		/* two strings of one length but for "/usr" */
		add_folders(&loader, machine->folders, 2 * strlen(machine->folders) + 5);
	}
	if (object->machine == EM_RISCV &&
	    (object->flags & EF_RISCV_FLOAT) != EF_RISCV_DOUBLE)
		loader.cache_flags = -1;
	if (object->class == ELFCLASS64)
		add_folders(&loader, wide, sizeof(wide));
	add_folders(&loader, plain, sizeof(plain));
	return loader;
}

static bool is_folder_byte(char c)
{
	return c > ' ' && c <= '~';
}

/* The size of the string with '/' at both ends that starts at `at`, its NUL counted, or 0. */
static size_t folder_size(const char *at, const char *end)
{
	size_t length = 0, room = (size_t)(end - at);

	if (!room || at[0] != '/')
		return 0;
	while (length < room && is_folder_byte(at[length]))
		length++;
	return length > 1 && length < room && !at[length] && at[length - 1] == '/'
		       ? length + 1
		       : 0;
}

/* Of all runs of such strings the first with a library folder is it: "/proc/…/" may be one too. */
size_t loader_find_folders(const char *bytes, size_t size, const char **ret)
{
	const char *end = bytes + size, *at = bytes;

	while ((at = memmem(at, (size_t)(end - at), "\0/", 2))) {
		const char *start = ++at;
		size_t step;

		while ((step = folder_size(at, end)))
			at += step;
		if (at == start)
			continue;
		if (memmem(start, (size_t)(at - start), "/lib", 4)) {
			*ret = start;
			return (size_t)(at - start);
		}
		at--; /* the NUL may be the one in front of the next */
	}
	return 0;
}

/* $LIB is libdir without its prefix: from the last "/lib" of the first folder on. */
static void set_lib(struct loader *loader, char *lib)
{
	char *at = lib, *next = lib;

	while ((next = strstr(next, "/lib")))
		at = next++;
	loader->lib = at + 1;
}

static int use_folders(struct store *store, const char *bytes, size_t size,
		       struct loader *loader, struct error *err)
{
	const char *text;
	size_t found = loader_find_folders(bytes, size, &text);

	loader->version = loader_find_version(bytes, size);
	if (!found)
		return 0;
	char *kept = arena_copy(&store->arena, text, found, err);
	if (!kept)
		return -ENOMEM;
	loader->folder_count = 0;
	add_folders(loader, kept, found);
	char *lib = arena_copy(&store->arena, kept, loader->folders[0].length, err);
	if (!lib)
		return -ENOMEM;
	set_lib(loader, lib);
	return 0;
}

/* The number behind "2." at `at`, as version; 0 if there is none. */
static unsigned read_version(const char *at, const char *end)
{
	unsigned number = 0;

	if (end - at < 3 || at[0] != '2' || at[1] != '.')
		return 0;
	for (at += 2; at < end && *at >= '0' && *at <= '9' && number < 1000; at++)
		number = number * 10 + (unsigned)(*at - '0');
	return 200 + number;
}

/* The highest version behind any of the places where `mark` stands. */
static unsigned highest_behind(const char *bytes, size_t size, const char *mark)
{
	const char *end = bytes + size, *at = bytes;
	unsigned highest = 0;

	while ((at = memmem(at, (size_t)(end - at), mark, strlen(mark)))) {
		at += strlen(mark);
		unsigned version = read_version(at, end);
		highest = version > highest ? version : highest;
	}
	return highest;
}

/*
 * The text (version.h: "… release version 2.36.") is in the read-only data, which no strip takes away.
 * Without it the names of symbol versions give a lower bound, glibc-hwcaps tells 2.33 from 2.32; what
 * changed before does not matter here.
 */
unsigned loader_find_version(const char *bytes, size_t size)
{
	unsigned version = highest_behind(bytes, size, "release version "), least;

	if (version)
		return version;
	version = highest_behind(bytes, size, "GLIBC_");
	least = memmem(bytes, size, "glibc-hwcaps", 12) ? 233 : 232;
	return version && version < least ? least : version;
}

/* Whether a segment can hold constants and nothing else: what is executed is the most of a loader. */
static bool is_constant(const struct elffile_segment *segment)
{
	return segment->type == PT_LOAD && !(segment->flags & (PF_W | PF_X));
}

/* Reads the constants of an ELF file, with a NUL behind each segment; *ret_size is 0 if it has none apart. */
static int read_constants(struct elffile *file, char **ret, size_t *ret_size,
			  struct error *err)
{
	_cleanup_free_ char *bytes = NULL;
	size_t room = 0, used = 0;

	for (size_t i = 0; i < file->segment_count; i++)
		if (is_constant(&file->segments[i]) &&
		    file->segments[i].filesz <= file->size)
			room += (size_t)file->segments[i].filesz + 1;
	if (!room || room > LOADER_FILE_MAX)
		return 0;
	bytes = calloc(1, room);
	if (!bytes)
		return error_nomem(err);
	for (size_t i = 0; i < file->segment_count; i++) {
		const struct elffile_segment *segment = &file->segments[i];

		if (!is_constant(segment) || segment->filesz > file->size)
			continue;
		int got = elffile_read(file, segment->offset, bytes + used,
				       (size_t)segment->filesz, err);
		if (got < 0)
			return got;
		used += (size_t)got + 1;
	}
	*ret = steal_pointer(&bytes);
	*ret_size = used;
	return 0;
}

/* The constants of the file, as far as they lie apart from the rest. */
static int read_apart(int fd, uint64_t size, char **ret, size_t *ret_size,
		      struct error *err)
{
	_Alignas(8) unsigned char head[4096];
	struct elffile file = {.fd = fd, .size = size};
	GElf_Ehdr header;
	int r = elffile_read_head(&file, head, sizeof(head), err);

	if (r == 0 && elffile_header(&file, &header) && header.e_phnum)
		r = elffile_segments(&file, &header, err);
	if (r >= 0)
		r = read_constants(&file, ret, ret_size, err);
	elffile_close(&file);
	return r;
}

int loader_read_folders(struct store *store, const char *interp, struct loader *loader,
			struct error *err)
{
	_cleanup_fd_ int fd = sysroot_openat(&store->root, interp,
					     O_RDONLY | O_NONBLOCK | O_NOCTTY);
	_cleanup_free_ char *apart = NULL, *bytes = NULL;
	const char *ignored;
	struct stat st;
	size_t size = 0;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_size > LOADER_FILE_MAX)
		return 0;
	int r = read_apart(fd, (uint64_t)st.st_size, &apart, &size, err);
	if (r < 0)
		return r;
	if (size && loader_find_folders(apart, size, &ignored))
		return use_folders(store, apart, size, loader, err);
	r = fd_read_all(fd, LOADER_FILE_MAX, interp, &bytes, &size, err);
	return r < 0 ? r : use_folders(store, bytes, size, loader, err);
}

bool loader_is_default(const struct loader *loader, const char *path)
{
	for (size_t i = 0; i < loader->folder_count; i++)
		if (!strncmp(path, loader->folders[i].path, loader->folders[i].length) &&
		    path[loader->folders[i].length] == '/')
			return true;
	return false;
}
