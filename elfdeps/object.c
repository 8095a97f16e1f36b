/* SPDX-License-Identifier: MIT */
/*
 * From a descriptor to a struct object. Headers go through libelf in memory (elf64_xlatetom and
 * its like), so that both classes and both byte orders are one code; the bytes come by
 * pread, a few at a time: a mapping would cost more and die by SIGBUS when the file shrinks.
 * Called by store, once for each file.
 */
#include "object.h"

#include <errno.h>
#include <gelf.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "elffile.h"
#include "strtab.h"

#define TOO_SHORT "file too short"

enum {
	HEAD_SIZE = 4096,      /* holds the headers and PT_INTERP of nearly every file */
	SEGMENTS_SIZE = 65536, /* the kernel refuses larger tables, fs/binfmt_elf.c */
	DYNAMIC_STEP = 4096,   /* bytes of the dynamic section read at a time */
	DYNAMIC_MAX = 1 << 24, /* bytes of it looked at */
	GNU_ABI_MAX = 4,       /* EI_ABIVERSION up to LIBC_ABI_GNU_HASH: elf.h of 2.36 */
	NEEDS_FEW = 32,        /* more is rare: nothing is allocated for these */
};

struct need {
	uint64_t offset; /* in the strings */
	enum object_tag tag;
};

/*
 * What is collected from the dynamic section before its strings can be read. It is on the stack for
 * each file, so it is small: a page touched for the first time costs as much as a system call.
 */
struct dynamic {
	uint64_t strtab, strsz, soname, rpath, runpath;
	bool has_strtab, has_soname, has_rpath, has_runpath;
	size_t need_count, many_capacity;
	struct need *many; /* those behind `few` */
	struct need few[NEEDS_FEW];
};

static const struct need *need_at(const struct dynamic *dynamic, size_t i)
{
	return i < NEEDS_FEW ? &dynamic->few[i] : &dynamic->many[i - NEEDS_FEW];
}

static void set_defect(struct object *object, enum object_stage stage, const char *defect)
{
	if (stage != OBJECT_BAD_IDENT && !object->fault)
		object->fault = defect;
	if (object->defect)
		return;
	object->stage = stage;
	object->defect = defect;
}

static bool has_bytes(const unsigned char *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (from[i])
			return true;
	return false;
}

/* The tests of e_ident that only glibc's loader makes (open_verify in elf/dl-load.c). */
static void check_ident(struct object *object, const unsigned char *ident)
{
	unsigned char abi = ident[EI_OSABI];

	if (ident[EI_VERSION] != EV_CURRENT)
		set_defect(object, OBJECT_BAD_IDENT, "unknown ELF version");
	else if (abi != ELFOSABI_SYSV && abi != ELFOSABI_GNU)
		set_defect(object, OBJECT_BAD_IDENT,
			   "ELF file of another operating system");
	else if (ident[EI_ABIVERSION] &&
		 (abi != ELFOSABI_GNU || ident[EI_ABIVERSION] >= GNU_ABI_MAX))
		set_defect(object, OBJECT_BAD_IDENT, "unknown ELF ABI version");
	else if (has_bytes(ident + EI_PAD, EI_NIDENT - EI_PAD))
		set_defect(object, OBJECT_BAD_IDENT, "padding of e_ident is not zero");
}

static void check_header(struct object *object, const GElf_Ehdr *header)
{
	size_t size = object->class == ELFCLASS64 ? sizeof(Elf64_Phdr)
						  : sizeof(Elf32_Phdr);

	if (header->e_version != EV_CURRENT)
		set_defect(object, OBJECT_BAD_IDENT, "unknown ELF version");
	if (header->e_type != ET_DYN && header->e_type != ET_EXEC)
		set_defect(object, OBJECT_BAD_HEADER,
			   "neither a program nor a shared library");
	else if (header->e_phentsize != size)
		set_defect(object, OBJECT_BAD_HEADER, "wrong size of program headers");
	else if (!header->e_phnum || header->e_phnum * size > SEGMENTS_SIZE)
		set_defect(object, OBJECT_BAD_HEADER, "wrong number of program headers");
}

static int read_interp(struct elffile *file, const struct elffile_segment *segment,
		       struct arena *arena, struct object *object, struct error *err)
{
	char text[PATH_MAX];
	int r;

	/* The kernel's own limits, load_elf_binary in fs/binfmt_elf.c. */
	if (segment->filesz < 2 || segment->filesz > sizeof(text)) {
		set_defect(object, OBJECT_BAD_HEADER, "PT_INTERP of a wrong size");
		return 0;
	}
	r = elffile_read(file, segment->offset, text, segment->filesz, err);
	if (r < 0)
		return r;
	if ((size_t)r < segment->filesz || text[segment->filesz - 1] || !text[0]) {
		set_defect(object, OBJECT_BAD_HEADER, "PT_INTERP is not a string");
		return 0;
	}
	object->interp = arena_copy(arena, text, strlen(text), err);
	return object->interp ? 0 : -ENOMEM;
}

static int take_need(struct dynamic *dynamic, struct object *object,
		     const struct need *need, struct error *err)
{
	size_t count = dynamic->need_count;

	if (count == OBJECT_NEEDED_MAX) {
		set_defect(object, OBJECT_BAD_HEADER, "too many needed libraries");
		return 0;
	}
	dynamic->need_count++;
	if (count < NEEDS_FEW) {
		dynamic->few[count] = *need;
		return 0;
	}
	count -= NEEDS_FEW;
	int r = alloc_grow(&dynamic->many, &dynamic->many_capacity, count + 1,
			   sizeof(dynamic->many[0]), err);
	if (r == 0)
		dynamic->many[count] = *need;
	return r;
}

/* Of repeated tags the last one counts, as in elf_get_dynamic_info of elf/get-dynamic-info.h. */
static int take_entry(struct dynamic *dynamic, struct object *object,
		      const struct elffile_entry *entry, struct error *err)
{
	uint64_t value = entry->value;

	switch (entry->tag) {
	case DT_NEEDED:
		return take_need(dynamic, object, &(struct need){value, OBJECT_NEEDED},
				 err);
	case DT_AUXILIARY:
		return take_need(dynamic, object, &(struct need){value, OBJECT_AUXILIARY},
				 err);
	case DT_FILTER:
		return take_need(dynamic, object, &(struct need){value, OBJECT_FILTER},
				 err);
	case DT_STRTAB:
		dynamic->strtab = value;
		dynamic->has_strtab = true;
		return 0;
	case DT_STRSZ:
		dynamic->strsz = value;
		return 0;
	case DT_SONAME:
		dynamic->soname = value;
		dynamic->has_soname = true;
		return 0;
	case DT_RPATH:
		dynamic->rpath = value;
		dynamic->has_rpath = true;
		return 0;
	case DT_RUNPATH:
		dynamic->runpath = value;
		dynamic->has_runpath = true;
		return 0;
	case DT_FLAGS_1:
		object->flags_1 = (uint32_t)value;
		return 0;
	default:
		return 0;
	}
}

static int read_dynamic(struct elffile *file, const struct elffile_segment *segment,
			struct dynamic *dynamic, struct object *object, struct error *err)
{
	struct elffile_entry entries[DYNAMIC_STEP / sizeof(Elf32_Dyn)];
	uint64_t size = segment->filesz < DYNAMIC_MAX ? segment->filesz : DYNAMIC_MAX;
	int count;

	for (uint64_t at = 0; at < size; at += DYNAMIC_STEP) {
		uint64_t step = size - at < DYNAMIC_STEP ? size - at : DYNAMIC_STEP;

		count = elffile_entries(file, segment->offset + at, step, entries, err);
		if (count <= 0)
			return count;
		for (int i = 0; i < count; i++) {
			if (entries[i].tag == DT_NULL)
				return 0;
			int r = take_entry(dynamic, object, &entries[i], err);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int read_needs(struct strtab *strings, const struct dynamic *dynamic,
		      struct arena *arena, struct object *object, struct error *err)
{
	size_t count = dynamic->need_count;
	int r;

	object->needs = arena_alloc(arena, count * sizeof(*object->needs), err);
	if (!object->needs)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct object_need *need = &object->needs[i];

		need->tag = need_at(dynamic, i)->tag;
		r = strtab_get(strings, need_at(dynamic, i)->offset, PATH_MAX,
			       &need->name, err);
		if (r < 0)
			return r;
		if (!need->name || !need->name[0]) {
			set_defect(object, OBJECT_BAD_HEADER,
				   "needs a library without a name");
			return 0;
		}
	}
	object->need_count = count;
	return 0;
}

/* An optional string (`offset` NULL: there is none): one that cannot be read is a defect. */
static int read_text(struct strtab *strings, const uint64_t *offset, const char **ret,
		     struct object *object, struct error *err)
{
	if (!offset)
		return 0;
	int r = strtab_get(strings, *offset, OBJECT_STRING_MAX, ret, err);
	if (r == 0 && !*ret)
		set_defect(object, OBJECT_BAD_HEADER,
			   "a string of the dynamic section is cut");
	return r;
}

/* DT_RUNPATH cancels DT_RPATH of the same object, elf/get-dynamic-info.h. */
static int read_texts(struct strtab *strings, const struct dynamic *dynamic,
		      struct object *object, struct error *err)
{
	const uint64_t *soname = dynamic->has_soname ? &dynamic->soname : NULL;
	const uint64_t *runpath = dynamic->has_runpath ? &dynamic->runpath : NULL;
	const uint64_t *rpath = dynamic->has_rpath && !runpath ? &dynamic->rpath : NULL;
	int r = read_text(strings, soname, &object->soname, object, err);

	if (r == 0)
		r = read_text(strings, runpath, &object->runpath, object, err);
	if (r == 0)
		r = read_text(strings, rpath, &object->rpath, object, err);
	return r;
}

static void expect_strings(struct strtab *strings, const struct dynamic *dynamic)
{
	for (size_t i = 0; i < dynamic->need_count; i++)
		strtab_expect(strings, need_at(dynamic, i)->offset);
	if (dynamic->has_soname)
		strtab_expect(strings, dynamic->soname);
	if (dynamic->has_rpath)
		strtab_expect(strings, dynamic->rpath);
	if (dynamic->has_runpath)
		strtab_expect(strings, dynamic->runpath);
}

static int read_strings(struct elffile *file, const struct dynamic *dynamic,
			struct arena *arena, struct object *object, struct error *err)
{
	struct strtab strings;
	int r;

	strtab_init(&strings, file, arena);
	if (!dynamic->need_count && !dynamic->has_soname && !dynamic->has_rpath &&
	    !dynamic->has_runpath)
		return 0;
	if (!dynamic->has_strtab ||
	    !elffile_range(file, dynamic->strtab, &strings.start, &strings.size)) {
		set_defect(object, OBJECT_BAD_HEADER, "DT_STRTAB points to nothing");
		return 0;
	}
	/* ld.so does not look at DT_STRSZ; it bounds the strings only where it makes sense. */
	if (dynamic->strsz && dynamic->strsz < strings.size)
		strings.size = dynamic->strsz;
	expect_strings(&strings, dynamic);
	r = read_needs(&strings, dynamic, arena, object, err);
	return r < 0 ? r : read_texts(&strings, dynamic, object, err);
}

static int read_segments(struct elffile *file, struct arena *arena, struct object *object,
			 struct error *err)
{
	const struct elffile_segment *interp = elffile_find(file, PT_INTERP, false);
	const struct elffile_segment *dynamic = elffile_find(file, PT_DYNAMIC, true);
	struct dynamic found;
	int r = 0;

	if (!elffile_find(file, PT_LOAD, false))
		set_defect(object, OBJECT_BAD_HEADER, "has no loadable segment");
	else if (elffile_is_cut(file) && !object->defect) {
		/* No fault: the kernel maps the file itself, which may never touch that page. */
		object->stage = OBJECT_BAD_HEADER;
		object->defect =
			"cut short: its segments go on behind the end of the file";
	}
	if (interp)
		r = read_interp(file, interp, arena, object, err);
	/* Without bytes in the file it is the debug part of one: nothing to load. */
	if (r < 0 || !dynamic || !dynamic->filesz)
		return r;
	object->dynamic = true;
	memset(&found, 0, offsetof(struct dynamic, few));
	r = read_dynamic(file, dynamic, &found, object, err);
	if (r == 0)
		r = read_strings(file, &found, arena, object, err);
	free(found.many);
	return r;
}

static int read_elf(struct elffile *file, struct arena *arena, struct object *object,
		    struct error *err)
{
	GElf_Ehdr header;
	int r;

	object->kind = ELFDEPS_ELF;
	object->class = file->head[EI_CLASS];
	object->data = file->head[EI_DATA];
	check_ident(object, file->head);
	if (!elffile_header(file, &header)) {
		set_defect(object, OBJECT_BAD_HEADER, "malformed ELF header");
		return 0;
	}
	object->type = header.e_type;
	object->machine = header.e_machine;
	object->flags = header.e_flags;
	check_header(object, &header);
	if (object->fault)
		return 0;
	r = elffile_segments(file, &header, err);
	if (r < 0)
		return r;
	if (r == 0) {
		set_defect(object, OBJECT_BAD_HEADER,
			   "program headers behind the end of the file");
		return 0;
	}
	return read_segments(file, arena, object, err);
}

static int read_shebang(const struct elffile *file, struct arena *arena,
			struct object *object, struct error *err)
{
	size_t size = file->head_size < OBJECT_SHEBANG_MAX ? file->head_size
							   : OBJECT_SHEBANG_MAX;

	object->kind = ELFDEPS_SCRIPT;
	object->shebang = arena_copy(arena, (const char *)file->head + 2, size - 2, err);
	return object->shebang ? 0 : -ENOMEM;
}

int object_read(int fd, const struct stat *st, struct arena *arena, struct object *ret,
		struct error *err)
{
	_Alignas(8) unsigned char head[HEAD_SIZE];
	struct elffile file = {.fd = fd, .head = head};
	struct object object = {
		.device = st->st_dev, .inode = st->st_ino, .mode = st->st_mode};
	int r;

	if (!S_ISREG(st->st_mode)) {
		set_defect(&object, OBJECT_NO_ELF,
			   S_ISDIR(st->st_mode) ? "is a directory"
						: "not a regular file");
		*ret = object;
		return 0;
	}
	file.size = (uint64_t)st->st_size;
	r = elffile_read_head(&file, head, sizeof(head), err);
	if (r < 0)
		return r;
	object.head_size = (uint16_t)file.head_size;
	if (file.head_size >= SELFMAG && !memcmp(head, ELFMAG, SELFMAG) &&
	    file.head_size >= EI_NIDENT) {
		r = read_elf(&file, arena, &object, err);
		elffile_close(&file);
	} else {
		set_defect(&object, OBJECT_NO_ELF,
			   file.head_size < sizeof(Elf64_Ehdr) ? TOO_SHORT
							       : "not an ELF file");
		if (file.head_size >= 2 && head[0] == '#' && head[1] == '!')
			r = read_shebang(&file, arena, &object, err);
	}
	if (r < 0)
		return r;
	*ret = object;
	return 0;
}

enum object_verdict object_judge(const struct object *object, const struct object *main,
				 const char **ret_reason)
{
	*ret_reason = object->defect;
	if (object->stage == OBJECT_NO_ELF)
		return OBJECT_FATAL;
	/* Of the loader's own class, whatever the file says: open_verify reads that much first. */
	if (object->head_size <
	    (main->class == ELFCLASS64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr))) {
		*ret_reason = TOO_SHORT;
		return OBJECT_FATAL;
	}
	if (object->class != main->class)
		return OBJECT_SKIPPED;
	if (object->data != main->data) {
		*ret_reason = "of the other byte order";
		return OBJECT_FATAL;
	}
	if (object->stage == OBJECT_BAD_IDENT)
		return OBJECT_FATAL;
	if (object->machine != main->machine)
		return OBJECT_SKIPPED;
	if (object->stage == OBJECT_BAD_HEADER)
		return OBJECT_FATAL;
	*ret_reason = "a program, not a library";
	if (object->type == ET_EXEC || (object->flags_1 & DF_1_PIE))
		return OBJECT_FATAL;
	*ret_reason = "has no dynamic section";
	if (!object->dynamic)
		return OBJECT_FATAL;
	*ret_reason = NULL;
	return OBJECT_FITS;
}
