/* SPDX-License-Identifier: MIT */
/*
 * prefetch: what threads read is what the caller would have read, whoever is first. How far they
 * come is chance: each test goes round many times.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <unistd.h>

#include "elfdeps/prefetch.h"
#include "resolving.h"

enum { FILES = 200, ROUNDS = 20 };

static char names[FILES][32];
static const char *paths[FILES];

/* Libraries with a SONAME each; every tenth is not there, every tenth is text. */
static void make_files(void)
{
	char place[64], soname[32];

	for (size_t i = 0; i < FILES; i++) {
		snprintf(names[i], sizeof(names[i]), "/lib/lib%zu.so", i);
		snprintf(place, sizeof(place), "root%s", names[i]);
		snprintf(soname, sizeof(soname), "lib%zu.so", i);
		paths[i] = names[i];
		if (i % 10 == 9)
			continue;
		if (i % 10 == 8)
			elfmaker_save(place, "text", 4);
		else
			elfmaker_file(place, (struct elfmaker){.soname = soname,
							       .needs = {"lib0.so"}});
	}
}

static void hands_out_what_it_read_in_order(void **state)
{
	struct prefetch *prefetch = NULL;
	_cleanup_arena_ struct arena arena = {0};
	_cleanup_sysroot_ struct sysroot root = {.fd = -1};
	size_t taken = 0;

	(void)state;
	make_files();
	assert_int_equal(sysroot_open("root", &root, NULL), 0);
	/* A busy machine may start no thread before the caller is through. */
	for (int round = 0; round < ROUNDS || (!taken && round < 50 * ROUNDS); round++) {
		assert_int_equal(
			prefetch_start(&root, paths, FILES, &arena, &prefetch, NULL), 0);
		if (!prefetch)
			return; /* one processor */
		for (size_t i = 0; i < FILES; i++) {
			/* Another path than the next one changes nothing. */
			assert_null(prefetch_take(prefetch, "/lib/none.so"));
			const struct object *object = prefetch_take(prefetch, paths[i]);

			/* Time for the threads, or none: both orders are seen. */
			if (round % 2 && i % 16 == 0)
				usleep(200);
			if (!object)
				continue;
			taken++;
			assert_int_not_equal(i % 10, 9);
			if (i % 10 == 8)
				assert_int_equal(object->kind, ELFDEPS_OTHER);
			else
				assert_string_equal(object->soname, paths[i] + 5);
		}
		assert_null(prefetch_take(prefetch, paths[FILES - 1]));
		prefetch_free(prefetch);
	}
	assert_true(taken > 0);
}

static void few_files_are_not_worth_a_thread(void **state)
{
	struct prefetch *prefetch = NULL;
	_cleanup_arena_ struct arena arena = {0};
	_cleanup_sysroot_ struct sysroot root = {.fd = -1};

	(void)state;
	make_files();
	assert_int_equal(sysroot_open("root", &root, NULL), 0);
	assert_int_equal(prefetch_start(&root, paths, 10, &arena, &prefetch, NULL), 0);
	assert_null(prefetch);
	prefetch_free(prefetch);
}

/* One line for each file: what a resolver says of it. */
static void describe(struct elfdeps *resolver, size_t i, char *ret, size_t size)
{
	struct elfdeps_closure closure = {0};
	struct error err = {0};
	int r = elfdeps_resolve(resolver, paths[i], &closure, &err);

	snprintf(ret, size, "%d %.1000s %zu %.500s", r, err.text, closure.count,
		 closure.count ? closure.objects[closure.count - 1]->path : "");
}

static void changes_no_answer(void **state)
{
	char with[2048], without[2048];

	(void)state;
	make_files();
	for (int round = 0; round < ROUNDS; round++) {
		_cleanup_elfdeps_ struct elfdeps *plain = open_resolver(
			(struct elfdeps_options){0});
		_cleanup_elfdeps_ struct elfdeps *ahead = open_resolver(
			(struct elfdeps_options){0});
		struct error err = {0};

		assert_int_equal(elfdeps_prefetch(ahead, paths, FILES, &err), 0);
		for (size_t i = 0; i < FILES; i++) {
			describe(plain, i, without, sizeof(without));
			describe(ahead, i, with, sizeof(with));
			assert_string_equal(with, without);
			elfdeps_release(ahead);
		}
	}
}

static void stops_at_once_when_nobody_asks(void **state)
{
	(void)state;
	make_files();
	for (int round = 0; round < ROUNDS; round++) {
		_cleanup_elfdeps_ struct elfdeps *resolver = open_resolver(
			(struct elfdeps_options){0});
		struct error err = {0};

		assert_int_equal(elfdeps_prefetch(resolver, paths, FILES, &err), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(hands_out_what_it_read_in_order),
		scratch_test(few_files_are_not_worth_a_thread),
		scratch_test(changes_no_answer),
		scratch_test(stops_at_once_when_nobody_asks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
