/* SPDX-License-Identifier: MIT */
/*
 * Lines that can be searched by name of file, object or symbol. What a library's program has to bring
 * can be hundreds of symbols: they are one line, and whole in JSON only. Called by main.
 */
#include "diagnosis.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "common/path.h"
#include "graph.h"

enum {
	ESCAPED_MAX = 4 * PATH_MAX + 1,
	EXAMPLES = 3, /* symbols of the program that are named */
};

static void print(const char *text)
{
	char escaped[ESCAPED_MAX];

	fputs(path_escape(text, escaped, sizeof(escaped)), stdout);
}

static void print_problem(const char *file, const struct elfdeps_problem *problem)
{
	if (file) {
		print(file);
		fputs(": ", stdout);
	}
	if (!file || strcmp(file, problem->object) != 0) {
		print(problem->object);
		fputs(": ", stdout);
	}
	if (!problem->failure)
		fputs("note: ", stdout);
	print(problem->text);
	putchar('\n');
}

/* Symbols that the program of a library has to bring. */
static bool is_expected(const struct elfdeps_problem *problem)
{
	return !problem->failure && problem->kind == ELFDEPS_PROBLEM_SYMBOL;
}

static void print_problems(const char *file, const struct elfdeps_problems *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		if (!is_expected(&problems->items[i]))
			print_problem(file, &problems->items[i]);
}

static void print_expected(const struct elfdeps_problems *problems)
{
	size_t count = 0, other = 0;

	for (size_t i = 0; i < problems->count; i++)
		other += !problems->items[i].failure && !is_expected(&problems->items[i]);
	if (problems->notes == other)
		return;
	printf("; %zu symbol%s to come from the program that loads it:",
	       problems->notes - other, problems->notes - other == 1 ? " has" : "s have");
	for (size_t i = 0; i < problems->count && count < EXAMPLES; i++) {
		if (!is_expected(&problems->items[i]))
			continue;
		fputs(count++ ? ", " : " ", stdout);
		print(problems->items[i].name);
	}
	if (problems->notes - other > count)
		fputs(", …", stdout);
}

void diagnosis_file(const char *file, const struct elfdeps_closure *closure,
		    const struct elfdeps_problems *problems)
{
	print_problems(file, problems);
	print(file);
	if (problems->failures)
		printf(": %zu problem%s", problems->failures,
		       problems->failures == 1 ? "" : "s");
	else
		fputs(": no problem", stdout);
	printf(" in %zu file%s", closure->count, closure->count == 1 ? "" : "s");
	print_expected(problems);
	putchar('\n');
}

void diagnosis_cache(const struct elfdeps_problems *problems)
{
	print_problems(NULL, problems);
}

static json_t *problem_json(const struct elfdeps_problem *problem)
{
	return json_pack("{s:s, s:b, s:o, s:o, s:o, s:o, s:b, s:o}", "kind",
			 elfdeps_problem_name(problem->kind), "failure", problem->failure,
			 "object", graph_text(problem->object), "name",
			 graph_text(problem->name), "version",
			 graph_text(problem->version), "provider",
			 graph_text(problem->provider), "at_start", problem->at_start,
			 "text", graph_text(problem->text));
}

int diagnosis_json(json_t *object, const struct elfdeps_problems *problems,
		   struct error *err)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < problems->count; i++)
		if (json_array_append_new(list, problem_json(&problems->items[i])) < 0) {
			json_decref(list);
			return error_nomem(err);
		}
	return json_object_set_new(object, "problems", list) < 0 ? error_nomem(err) : 0;
}
