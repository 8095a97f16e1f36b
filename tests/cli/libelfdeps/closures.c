/* SPDX-License-Identifier: MIT */
/*
 * closures: the answers of libelfdeps, whole, for libelfdeps.bats; knows only what is installed.
 * closures threads COUNT FILE…: COUNT threads, each with its resolver, resolve all; prints what one
 * says, and fails if they differ. closures root DIR FILE…, closures tar ARCHIVE FILE…: inside DIR,
 * or inside a tar in memory. Between the first and the last resolving it looks for /begin and /end.
 */
#define _GNU_SOURCE
#include <elfdeps.h>
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive.h"

struct job {
	struct elfdeps_options options;
	char **files;
	char *text; /* the answer */
	size_t size;
};

static void print_object(FILE *to, const struct elfdeps_object *object)
{
	fprintf(to, "%s %d %d %d %s\n", object->path, object->machine, object->elf_class,
		object->data, object->soname ? object->soname : "-");
	for (size_t i = 0; i < object->edge_count; i++) {
		const struct elfdeps_edge *edge = &object->edges[i];

		fprintf(to, "\t%s: %s, %s %s%s\n", edge->name,
			edge->object ? edge->object->path : "-",
			elfdeps_rule_name(edge->rule), edge->detail ? edge->detail : "",
			edge->relative ? " (relative)" : "");
	}
}

static void print_closure(FILE *to, struct elfdeps *resolver, const char *file)
{
	struct elfdeps_closure closure;
	struct elfdeps_error error = {0};
	enum elfdeps_kind kind;

	if (elfdeps_classify(resolver, file, &kind, &error) < 0 ||
	    elfdeps_resolve(resolver, file, &closure, &error) < 0) {
		fprintf(to, "error %d: %s\n", error.code, error.text);
		return;
	}
	fprintf(to, "%s: kind %d, %zu missing\n", file, (int)kind, closure.missing);
	for (size_t i = 0; i < closure.count; i++)
		print_object(to, closure.objects[i]);
}

static void *run(void *data)
{
	struct job *job = data;
	struct elfdeps *resolver;
	struct elfdeps_error error = {0};
	FILE *to = open_memstream(&job->text, &job->size);

	if (!to || elfdeps_new(&job->options, &resolver, &error) < 0)
		errx(1, "%s", error.text);
	for (char **file = job->files; *file; file++)
		print_closure(to, resolver, *file);
	elfdeps_free(resolver);
	fclose(to);
	return NULL;
}

static void run_threads(int count, char **files)
{
	pthread_t *threads = calloc((size_t)count, sizeof(*threads));
	struct job *jobs = calloc((size_t)count, sizeof(*jobs));

	if (!threads || !jobs)
		err(1, "calloc");
	for (int i = 0; i < count; i++) {
		jobs[i].files = files;
		if (pthread_create(&threads[i], NULL, run, &jobs[i]))
			errx(1, "pthread_create");
	}
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	for (int i = 1; i < count; i++)
		if (strcmp(jobs[0].text, jobs[i].text))
			errx(1, "thread %d says something else", i);
	fputs(jobs[0].text, stdout);
	for (int i = 0; i < count; i++)
		free(jobs[i].text);
	free(threads);
	free(jobs);
}

int main(int argc, char **argv)
{
	struct archive_tree *tree = NULL;
	struct job job = {.files = argv + 3};

	if (argc < 4)
		errx(2, "usage: closures threads|root|tar WHAT FILE…");
	if (!strcmp(argv[1], "threads")) {
		run_threads(atoi(argv[2]), argv + 3);
		return 0;
	}
	if (!strcmp(argv[1], "tar")) {
		tree = archive_load(argv[2]);
		job.options.files = &archive_files;
		job.options.files_data = tree;
	} else {
		job.options.root = argv[2];
	}
	(void)!access("/begin", F_OK);
	run(&job);
	(void)!access("/end", F_OK);
	fputs(job.text, stdout);
	free(job.text);
	if (tree)
		archive_unload(tree);
	return 0;
}
