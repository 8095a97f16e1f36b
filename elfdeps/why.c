/* SPDX-License-Identifier: MIT */
/*
 * The recorder of --why and its two forms. A search ends with the place where the name is found, with
 * one that ends the program, or with the word that there is none. Called by main.
 */
#include "why.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/path.h"
#include "graph.h"

enum { ESCAPED_MAX = 4 * PATH_MAX + 1 };

static const char *keep(struct why *why, const char *text)
{
	return text ? arena_copy(&why->arena, text, strlen(text), NULL) : NULL;
}

static void hear(void *data, const struct elfdeps_place *place)
{
	struct why *why = data;

	if (!place->name || strcmp(place->name, why->name) != 0)
		return;
	if (alloc_grow(&why->places, &why->capacity, why->count + 1,
		       sizeof(why->places[0]), NULL) < 0) {
		why->failed = true;
		return;
	}
	why->places[why->count++] = (struct why_place){
		.by = keep(why, place->by->path),
		.path = keep(why, place->path),
		.reason = keep(why, place->reason),
		.rule = place->rule,
		.verdict = place->verdict,
	};
	why->failed |= !why->places[why->count - 1].by;
}

struct elfdeps_trace why_trace(struct why *why)
{
	return (struct elfdeps_trace){.look = hear, .data = why};
}

void why_clear(struct why *why)
{
	why->count = 0;
}

bool why_is_needed(const struct why *why)
{
	return why->count > 0;
}

static bool is_last(const struct why_place *place)
{
	return place->verdict == ELFDEPS_FOUND || place->verdict == ELFDEPS_FATAL ||
	       place->verdict == ELFDEPS_NOWHERE;
}

static void print(const char *text)
{
	char escaped[ESCAPED_MAX];

	fputs(path_escape(text, escaped, sizeof(escaped)), stdout);
}

static void print_place(const struct why_place *place)
{
	if (place->verdict == ELFDEPS_NOWHERE)
		printf("    %s", elfdeps_verdict_name(place->verdict));
	else
		printf("    [%s] ", elfdeps_rule_name(place->rule));
	if (place->path) {
		print(place->path);
		fputs(": ", stdout);
	}
	if (place->verdict != ELFDEPS_NOWHERE)
		fputs(elfdeps_verdict_name(place->verdict), stdout);
	if (place->reason) {
		fputs(": ", stdout);
		print(place->reason);
	}
	putchar('\n');
}

void why_print(const struct why *why)
{
	bool start = true;

	for (size_t i = 0; i < why->count; i++) {
		const struct why_place *place = &why->places[i];

		if (start) {
			print(why->name);
			fputs(", needed by ", stdout);
			print(place->by);
			puts(":");
		}
		print_place(place);
		start = is_last(place);
	}
}

static json_t *place_json(const struct why_place *place)
{
	return json_pack("{s:s, s:o, s:s, s:o}", "rule", elfdeps_rule_name(place->rule),
			 "path", graph_text(place->path), "verdict",
			 elfdeps_verdict_name(place->verdict), "reason",
			 graph_text(place->reason));
}

/* One search: from `first` to the place that ends it, which *ret_next is behind. */
static json_t *search_json(const struct why *why, size_t first, size_t *ret_next)
{
	json_t *search = json_pack("{s:o, s:n, s:[]}", "by",
				   graph_text(why->places[first].by), "found", "places");
	json_t *places = json_object_get(search, "places");
	bool last = false;
	size_t i;

	for (i = first; i < why->count && !last; i++) {
		last = is_last(&why->places[i]);
		if (json_array_append_new(places, place_json(&why->places[i])) < 0 ||
		    (why->places[i].verdict == ELFDEPS_FOUND &&
		     json_object_set_new(search, "found",
					 graph_text(why->places[i].path)) < 0)) {
			json_decref(search);
			return NULL;
		}
	}
	*ret_next = i;
	return search;
}

int why_json_add(const struct why *why, json_t *file, struct error *err)
{
	json_t *searches = json_array();
	size_t next = 0;

	if (json_object_set_new(file, "why", searches) < 0)
		return error_nomem(err);
	while (next < why->count)
		if (json_array_append_new(searches, search_json(why, next, &next)) < 0)
			return error_nomem(err);
	return 0;
}

void why_free(struct why *why)
{
	free(why->places);
	arena_free(&why->arena);
	*why = (struct why){0};
}
