/* SPDX-License-Identifier: MIT */
/*
 * headers LIST: opens each file that LIST names, one a line, reads its first 4096 bytes (where the
 * ELF header and the program headers lie) and closes it. The least that any reader of these files
 * does: tests/bench/run measures elfdeps over the same files against it.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static char bytes[4096];
	char path[4096];
	unsigned long segments = 0;
	FILE *list = argc == 2 ? fopen(argv[1], "re") : NULL;
	Elf64_Ehdr header;
	struct stat st;

	if (!list) {
		fputs("usage: headers LIST\n", stderr);
		return 2;
	}
	while (fgets(path, sizeof(path), list)) {
		path[strcspn(path, "\n")] = '\0';
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || fstat(fd, &st) < 0 ||
		    pread(fd, bytes, sizeof(bytes), 0) < 64) {
			fprintf(stderr, "headers: error: cannot read %s\n", path);
			return 1;
		}
		memcpy(&header, bytes, sizeof(header));
		segments += header.e_phnum;
		close(fd);
	}
	printf("%lu\n", segments);
	return 0;
}
