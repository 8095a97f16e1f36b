/* SPDX-License-Identifier: MIT */
/*
 * elffile: the bytes of one ELF file as headers, segments and dynamic entries, the same for both
 * classes and byte orders. Every offset is checked against the file; a read that ends early is an
 * answer, no error. object gives the meaning.
 */
#ifndef ELFDEPS_ELFFILE_H
#define ELFDEPS_ELFFILE_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

/* One program header, as far as loading needs it. */
struct elffile_segment {
	uint32_t type;
	uint64_t offset, vaddr, filesz, align;
	uint32_t flags;
};

/* Program headers for which nothing is allocated: linkers make up to 13 of them. */
enum { ELFFILE_SEGMENTS = 16 };

struct elffile_entry {
	int64_t tag;
	uint64_t value;
};

/* Zero-initialise; not to be copied. */
struct elffile {
	int fd;
	uint64_t size;
	unsigned char *head; /* the first bytes; the caller's buffer */
	size_t head_size;
	const struct elffile_segment *segments; /* `few`, or `many` if there are more */
	size_t segment_count;
	struct elffile_segment few[ELFFILE_SEGMENTS], *many;
};

/* Reads the first `size` bytes, or what there is, into `head`; sets head_size. */
int elffile_read_head(struct elffile *file, unsigned char *head, size_t size,
		      struct error *err) _must_check_;

/* Reads `size` bytes (at most INT_MAX) at `offset`; answers how many there were. */
int elffile_read(const struct elffile *file, uint64_t offset, void *ret, size_t size,
		 struct error *err) _must_check_;

/* Decodes the ELF header; false if it is not one. */
bool elffile_header(const struct elffile *file, GElf_Ehdr *ret);

/* Reads the program headers; 1, or 0 if the table is not wholly in the file. */
int elffile_segments(struct elffile *file, const GElf_Ehdr *header,
		     struct error *err) _must_check_;

/* The first or last segment of a type; NULL if there is none. */
const struct elffile_segment *elffile_find(const struct elffile *file, uint32_t type,
					   bool last);

/*
 * Decodes up to `size` bytes of the dynamic section at `offset` to `ret`, which has room for
 * size / sizeof(Elf32_Dyn) entries; answers how many.
 */
int elffile_entries(const struct elffile *file, uint64_t offset, size_t size,
		    struct elffile_entry *ret, struct error *err) _must_check_;

/*
 * Translates an address to a range of the file: from there to the end of the mapped bytes
 * (p_filesz, not p_memsz: what lies beyond are zeros of the memory). Where mappings overlap the
 * later one wins, as mmap does it. False if no PT_LOAD holds it.
 */
bool elffile_range(const struct elffile *file, uint64_t address, uint64_t *ret_offset,
		   uint64_t *ret_size);

/* Whether a PT_LOAD goes on for a whole page behind the end of the file: whoever touches that page
 * dies of SIGBUS (mmap(2)); the rest of the last page are zeros. */
bool elffile_is_cut(const struct elffile *file);

/* Frees what elffile_segments made; the descriptor stays the caller's. */
void elffile_close(struct elffile *file);

#endif
