/* SPDX-License-Identifier: MIT */
/*
 * elfmaker: tiny ELF files of any class and byte order for the tests of elfdeps: a header, program
 * headers, a dynamic section, strings. Nothing in them could run. Everything has a fixed place, so
 * that a test can damage it.
 */
#ifndef TESTS_UNIT_ELFDEPS_ELFMAKER_H
#define TESTS_UNIT_ELFDEPS_ELFMAKER_H

#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	ELFMAKER_DYNAMIC = 512, /* offset of the dynamic section */
	ELFMAKER_INTERP = 1024, /* of the PT_INTERP text */
	ELFMAKER_STRINGS =
		2048, /* of the strings; what is first asked for lies at 1 in them */
	ELFMAKER_NOTE = 3072,  /* of a dlopen note */
	ELFMAKER_WORDS = 3840, /* of a string in the data, with a NUL before it */
	ELFMAKER_SIZE = 4096,
	ELFMAKER_ADDRESS = 0x10000, /* where the file would be mapped */
};

/* Zero members take the value in brackets. */
struct elfmaker {
	unsigned char class, data; /* [64 bits, little endian] */
	uint16_t type, machine;    /* [ET_DYN, EM_X86_64] */
	const char *interp, *soname, *rpath, *runpath;
	const char *needs[8];
	const char *auxiliary, *filter;
	uint64_t flags_1;
	const char *note;  /* the JSON of a dlopen note */
	const char *audit; /* DT_AUDIT */
	const char *words;
	bool is_static; /* without a dynamic section */
};

/* Writes `size` bytes of a number in the file's byte order. */
static inline void elfmaker_put(unsigned char *at, size_t size, bool big, uint64_t value)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (unsigned char)(value >> (8 * (big ? size - 1 - i : i)));
}

/* A file being put together. */
struct elfmaker_work {
	unsigned char *bytes;
	size_t word; /* 4 or 8 */
	bool big;
	size_t segments, entries, strings;
};

static inline void elfmaker_segment(struct elfmaker_work *work, uint32_t type,
				    uint64_t offset, uint64_t size)
{
	size_t word = work->word, entry = word == 8 ? 56 : 32;
	unsigned char *at = work->bytes + (word == 8 ? 64 : 52) +
			    work->segments++ * entry;
	uint64_t address = ELFMAKER_ADDRESS + offset;
	/* The flags stand behind the type in one class, near the end in the other (elf(5)). */
	unsigned char *fields = at + (word == 8 ? 8 : 4);

	elfmaker_put(at, 4, work->big, type);
	elfmaker_put(fields, word, work->big, offset);
	elfmaker_put(fields + word, word, work->big, address);
	elfmaker_put(fields + 3 * word, word, work->big, size);
	elfmaker_put(fields + 4 * word, word, work->big, size);
}

static inline void elfmaker_entry(struct elfmaker_work *work, uint64_t tag,
				  uint64_t value)
{
	unsigned char *at = work->bytes + ELFMAKER_DYNAMIC +
			    work->entries++ * 2 * work->word;

	elfmaker_put(at, work->word, work->big, tag);
	elfmaker_put(at + work->word, work->word, work->big, value);
}

static inline void elfmaker_string(struct elfmaker_work *work, uint64_t tag,
				   const char *text)
{
	if (!text)
		return;
	elfmaker_entry(work, tag, work->strings);
	memcpy(work->bytes + ELFMAKER_STRINGS + work->strings, text, strlen(text) + 1);
	work->strings += strlen(text) + 1;
}

static inline void elfmaker_dynamic(struct elfmaker_work *work,
				    const struct elfmaker *spec)
{
	work->strings = 1;
	elfmaker_string(work, DT_AUXILIARY, spec->auxiliary);
	elfmaker_string(work, DT_FILTER, spec->filter);
	for (size_t i = 0; i < 8; i++)
		elfmaker_string(work, DT_NEEDED, spec->needs[i]);
	elfmaker_string(work, DT_SONAME, spec->soname);
	elfmaker_string(work, DT_RPATH, spec->rpath);
	elfmaker_string(work, DT_RUNPATH, spec->runpath);
	elfmaker_string(work, DT_AUDIT, spec->audit);
	if (spec->flags_1)
		elfmaker_entry(work, DT_FLAGS_1, spec->flags_1);
	elfmaker_entry(work, DT_STRTAB, ELFMAKER_ADDRESS + ELFMAKER_STRINGS);
	elfmaker_entry(work, DT_STRSZ, work->strings);
	elfmaker_entry(work, DT_NULL, 0);
}

/* uapi-group.org, "ELF Dlopen Metadata": the owner FDO, type 0x407c0c0a, a NUL behind the text. */
static inline void elfmaker_note(struct elfmaker_work *work, const char *json)
{
	unsigned char *at = work->bytes + ELFMAKER_NOTE;

	elfmaker_put(at, 4, work->big, sizeof("FDO"));
	elfmaker_put(at + 4, 4, work->big, strlen(json) + 1);
	elfmaker_put(at + 8, 4, work->big, 0x407c0c0a);
	memcpy(at + 12, "FDO", sizeof("FDO"));
	memcpy(at + 16, json, strlen(json) + 1);
	elfmaker_segment(work, PT_NOTE, ELFMAKER_NOTE, 16 + strlen(json) + 1);
}

/* Starts a file in `size` zeroed bytes, which are mapped as a whole. */
static inline void elfmaker_begin(struct elfmaker_work *work, const struct elfmaker *spec,
				  unsigned char *bytes, size_t size)
{
	*work = (struct elfmaker_work){.bytes = bytes,
				       .word = spec->class == ELFCLASS32 ? 4 : 8,
				       .big = spec->data == ELFDATA2MSB};
	memset(bytes, 0, size);
	memcpy(bytes, ELFMAG, SELFMAG);
	bytes[EI_CLASS] = work->word == 8 ? ELFCLASS64 : ELFCLASS32;
	bytes[EI_DATA] = work->big ? ELFDATA2MSB : ELFDATA2LSB;
	bytes[EI_VERSION] = EV_CURRENT;
	elfmaker_segment(work, PT_LOAD, 0, size);
	if (spec->interp) {
		memcpy(bytes + ELFMAKER_INTERP, spec->interp, strlen(spec->interp) + 1);
		elfmaker_segment(work, PT_INTERP, ELFMAKER_INTERP,
				 strlen(spec->interp) + 1);
	}
}

/* Closes it: the number of segments is known. */
static inline void elfmaker_end(struct elfmaker_work *work, const struct elfmaker *spec)
{
	unsigned char *bytes = work->bytes;
	size_t word = work->word;

	if (!spec->is_static)
		elfmaker_segment(work, PT_DYNAMIC, ELFMAKER_DYNAMIC,
				 work->entries * 2 * word);
	elfmaker_put(bytes + 16, 2, work->big, spec->type ? spec->type : ET_DYN);
	elfmaker_put(bytes + 18, 2, work->big, spec->machine ? spec->machine : EM_X86_64);
	elfmaker_put(bytes + 20, 4, work->big, EV_CURRENT);
	elfmaker_put(bytes + 24 + word, word, work->big,
		     word == 8 ? 64 : 52); /* e_phoff */
	elfmaker_put(bytes + 28 + 3 * word, 2, work->big,
		     word == 8 ? 64 : 52); /* e_ehsize */
	elfmaker_put(bytes + 30 + 3 * word, 2, work->big,
		     word == 8 ? 56 : 32); /* e_phentsize */
	elfmaker_put(bytes + 32 + 3 * word, 2, work->big, work->segments);
}

/* Makes the file; `bytes` has room for ELFMAKER_SIZE. */
static inline void elfmaker_make(const struct elfmaker *spec, unsigned char *bytes)
{
	struct elfmaker_work work;

	elfmaker_begin(&work, spec, bytes, ELFMAKER_SIZE);
	if (!spec->is_static)
		elfmaker_dynamic(&work, spec);
	if (spec->note)
		elfmaker_note(&work, spec->note);
	if (spec->words)
		memcpy(bytes + ELFMAKER_WORDS, spec->words, strlen(spec->words) + 1);
	elfmaker_end(&work, spec);
}

/* Writes bytes to a file and makes the folders of a relative path. */
static inline void elfmaker_save(const char *path, const void *bytes, size_t size)
{
	char folder[256];

	for (const char *at = path; (at = strchr(at + 1, '/'));) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(at - path), path);
		mkdir(folder, 0755);
	}
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
}

static inline void elfmaker_file(const char *path, struct elfmaker spec)
{
	unsigned char bytes[ELFMAKER_SIZE];

	elfmaker_make(&spec, bytes);
	elfmaker_save(path, bytes, sizeof(bytes));
}

#endif
