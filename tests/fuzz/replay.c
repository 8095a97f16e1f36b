/* SPDX-License-Identifier: MIT */
/*
 * replay: feeds the files named on the command line to a fuzz target, one after the other, so that
 * the kept corpus runs in every flavour and without a fuzzer. `make check-fuzz` links it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *data = NULL;
	size_t size = 0, room = 0;

	if (!file) {
		perror(path);
		return 1;
	}
	do {
		room = room ? room * 2 : 4096;
		char *larger = realloc(data, room);

		if (!larger)
			abort();
		data = larger;
		size += fread(data + size, 1, room - size, file);
	} while (size == room);
	fclose(file);
	/* An exact-sized copy, so that AddressSanitizer sees a read behind the end. */
	char *exact = realloc(data, size ? size : 1);
	LLVMFuzzerTestOneInput((const uint8_t *)(exact ? exact : data), size);
	free(exact ? exact : data);
	return 0;
}

int main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++)
		failed |= replay(argv[i]);
	return failed;
}
