/* SPDX-License-Identifier: MIT */
/*
 * Bytes to structs by libelf's translation functions, which need no handle: with one libelf would
 * allocate for each file, and check section headers that the loader never sees. Called by object.
 */
#include "elffile.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"

int elffile_read(const struct elffile *file, uint64_t offset, void *ret, size_t size,
		 struct error *err)
{
	size_t done = 0;

	if (offset >= file->size)
		return 0;
	if (size > file->size - offset)
		size = (size_t)(file->size - offset);
	if (offset + size <= file->head_size) {
		memcpy(ret, file->head + offset, size);
		return (int)size;
	}
	while (done < size) {
		ssize_t got = pread(file->fd, (char *)ret + done, size - done,
				    (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, errno, "cannot read");
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (int)done;
}

int elffile_read_head(struct elffile *file, unsigned char *head, size_t size,
		      struct error *err)
{
	int got = elffile_read(file, 0, head, size, err);

	if (got < 0)
		return got;
	file->head = head;
	file->head_size = (size_t)got;
	return 0;
}

/* Turns file bytes into native structs, in place: both forms have the same size. */
static bool translate(const struct elffile *file, void *bytes, size_t size, Elf_Type type)
{
	Elf_Data data = {
		.d_buf = bytes, .d_size = size, .d_type = type, .d_version = EV_CURRENT};
	unsigned order = file->head[EI_DATA];

	return (file->head[EI_CLASS] == ELFCLASS64
			? elf64_xlatetom(&data, &data, order)
			: elf32_xlatetom(&data, &data, order)) != NULL;
}

/* What libelf asks of a file before it takes it for one. */
static bool is_ident_known(const unsigned char *ident)
{
	return !memcmp(ident, ELFMAG, SELFMAG) &&
	       (ident[EI_CLASS] == ELFCLASS32 || ident[EI_CLASS] == ELFCLASS64) &&
	       (ident[EI_DATA] == ELFDATA2LSB || ident[EI_DATA] == ELFDATA2MSB) &&
	       ident[EI_VERSION] == EV_CURRENT;
}

/* A header of the small class in the form of the large one. */
static GElf_Ehdr widen(const Elf32_Ehdr *header)
{
	GElf_Ehdr wide = {
		.e_type = header->e_type,
		.e_machine = header->e_machine,
		.e_version = header->e_version,
		.e_entry = header->e_entry,
		.e_phoff = header->e_phoff,
		.e_shoff = header->e_shoff,
		.e_flags = header->e_flags,
		.e_ehsize = header->e_ehsize,
		.e_phentsize = header->e_phentsize,
		.e_phnum = header->e_phnum,
		.e_shentsize = header->e_shentsize,
		.e_shnum = header->e_shnum,
		.e_shstrndx = header->e_shstrndx,
	};

	memcpy(wide.e_ident, header->e_ident, EI_NIDENT);
	return wide;
}

bool elffile_header(const struct elffile *file, GElf_Ehdr *ret)
{
	Elf32_Ehdr small;
	bool large;

	if (file->head_size < EI_NIDENT || !is_ident_known(file->head))
		return false;
	large = file->head[EI_CLASS] == ELFCLASS64;
	if (file->head_size < (large ? sizeof(*ret) : sizeof(small)))
		return false;
	if (large) {
		memcpy(ret, file->head, sizeof(*ret));
		return translate(file, ret, sizeof(*ret), ELF_T_EHDR);
	}
	memcpy(&small, file->head, sizeof(small));
	if (!translate(file, &small, sizeof(small), ELF_T_EHDR))
		return false;
	*ret = widen(&small);
	return true;
}

static struct elffile_segment segment_at(const struct elffile *file, const char *bytes,
					 size_t i)
{
	Elf64_Phdr large;
	Elf32_Phdr small;

	if (file->head[EI_CLASS] == ELFCLASS64) {
		memcpy(&large, bytes + i * sizeof(large), sizeof(large));
		return (struct elffile_segment){large.p_type,  large.p_offset,
						large.p_vaddr, large.p_filesz,
						large.p_align, large.p_flags};
	}
	memcpy(&small, bytes + i * sizeof(small), sizeof(small));
	return (struct elffile_segment){small.p_type,   small.p_offset, small.p_vaddr,
					small.p_filesz, small.p_align,  small.p_flags};
}

/* Reads the table to `bytes` and its meaning to `ret`, which has room for it. */
static int read_segments(struct elffile *file, const GElf_Ehdr *header, char *bytes,
			 struct elffile_segment *ret, struct error *err)
{
	bool large = file->head[EI_CLASS] == ELFCLASS64;
	size_t count = header->e_phnum;
	size_t size = count * (large ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr));
	int got = elffile_read(file, header->e_phoff, bytes, size, err);

	if (got < 0)
		return got;
	if ((size_t)got < size || !translate(file, bytes, size, ELF_T_PHDR))
		return 0;
	for (size_t i = 0; i < count; i++)
		ret[i] = segment_at(file, bytes, i);
	file->segments = ret;
	file->segment_count = count;
	return 1;
}

int elffile_segments(struct elffile *file, const GElf_Ehdr *header, struct error *err)
{
	char bytes[ELFFILE_SEGMENTS * sizeof(Elf64_Phdr)];
	size_t count = header->e_phnum;

	if (count <= ELFFILE_SEGMENTS)
		return read_segments(file, header, bytes, file->few, err);
	size_t room = count * sizeof(Elf64_Phdr);
	_cleanup_free_ char *many = malloc(room);
	file->many = calloc(count, sizeof(*file->many));
	if (!many || !file->many)
		return error_nomem(err);
	return read_segments(file, header, many, file->many, err);
}

const struct elffile_segment *elffile_find(const struct elffile *file, uint32_t type,
					   bool last)
{
	const struct elffile_segment *found = NULL;

	for (size_t i = 0; i < file->segment_count; i++)
		if (file->segments[i].type == type && (!found || last))
			found = &file->segments[i];
	return found;
}

static struct elffile_entry entry_at(const struct elffile *file, const char *bytes,
				     size_t i)
{
	Elf64_Dyn large;
	Elf32_Dyn small;

	if (file->head[EI_CLASS] == ELFCLASS64) {
		memcpy(&large, bytes + i * sizeof(large), sizeof(large));
		return (struct elffile_entry){large.d_tag, large.d_un.d_val};
	}
	memcpy(&small, bytes + i * sizeof(small), sizeof(small));
	return (struct elffile_entry){small.d_tag, small.d_un.d_val};
}

int elffile_entries(const struct elffile *file, uint64_t offset, size_t size,
		    struct elffile_entry *ret, struct error *err)
{
	size_t entry_size = file->head[EI_CLASS] == ELFCLASS64 ? sizeof(Elf64_Dyn)
							       : sizeof(Elf32_Dyn);
	char bytes[4096];
	int got;

	if (size > sizeof(bytes))
		size = sizeof(bytes);
	got = elffile_read(file, offset, bytes, size, err);
	if (got < 0)
		return got;
	size_t count = (size_t)got / entry_size;
	if (!translate(file, bytes, count * entry_size, ELF_T_DYN))
		return 0;
	for (size_t i = 0; i < count; i++)
		ret[i] = entry_at(file, bytes, i);
	return (int)count;
}

bool elffile_range(const struct elffile *file, uint64_t address, uint64_t *ret_offset,
		   uint64_t *ret_size)
{
	bool found = false;

	for (size_t i = 0; i < file->segment_count; i++) {
		const struct elffile_segment *segment = &file->segments[i];
		uint64_t skip = address - segment->vaddr;

		if (segment->type != PT_LOAD || address < segment->vaddr ||
		    skip >= segment->filesz)
			continue;
		if (segment->offset >= file->size || skip >= file->size - segment->offset)
			continue;
		uint64_t rest = segment->filesz - skip,
			 left = file->size - segment->offset - skip;

		*ret_offset = segment->offset + skip;
		*ret_size = rest < left ? rest : left;
		found = true;
	}
	return found;
}

bool elffile_is_cut(const struct elffile *file)
{
	const uint64_t page = 4096; /* the smallest there is */
	uint64_t end = (file->size + page - 1) / page * page;

	for (size_t i = 0; i < file->segment_count; i++) {
		const struct elffile_segment *segment = &file->segments[i];

		if (segment->type == PT_LOAD && segment->filesz &&
		    (segment->offset > end || segment->filesz > end - segment->offset))
			return true;
	}
	return false;
}

void elffile_close(struct elffile *file)
{
	free(file->many);
	file->many = NULL;
	file->segments = NULL;
	file->segment_count = 0;
}
