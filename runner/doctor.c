/* SPDX-License-Identifier: MIT */
/*
 * The command `doctor`: what this machine can and cannot do of what a jail is made of, each with its
 * cure. Called by jailctl's main file.
 */
#include <stdio.h>
#include <unistd.h>

#include "common/jsontext.h"
#include "common/path.h"
#include "control.h"
#include "probes.h"

struct values {
	struct cli_common common;
	bool json;
};

static const struct cli_option options[] = {
	{"json", 0, CLI_FLAG, offsetof(struct values, json), NULL, "print JSON"},
};

static const struct control_usage usage = {
	.program = {.name = "jailctl doctor",
		    .usage = "[OPTION…]",
		    .summary = "Try what jails are made of, and say what would mend what "
			       "does not work. With --quiet\nonly that.",
		    .options = options,
		    .option_count = sizeof(options) / sizeof(options[0])},
	.what = "no operands",
};

static const char *word_of(enum probes_verdict verdict)
{
	static const char *const words[] = {
		[PROBES_GOOD] = "good",
		[PROBES_LIMITED] = "limited",
		[PROBES_BAD] = "BAD",
	};

	return words[verdict];
}

static void print_result(const char *name, const struct probes_result *result)
{
	char safe[4 * sizeof(result->words.text)];

	printf("%-8s %-11s %s\n", word_of(result->verdict), name,
	       path_escape(result->words.text, safe, sizeof(safe)));
	if (result->verdict != PROBES_GOOD && result->words.hint[0])
		printf("%-20s hint: %s\n", "",
		       path_escape(result->words.hint, safe, sizeof(safe)));
}

static int add_result(json_t *list, const char *name, const struct probes_result *result,
		      struct error *err)
{
	static const char *const words[] = {"good", "limited", "bad"};
	json_t *json = json_pack("{s:s, s:s}", "name", name, "verdict",
				 words[result->verdict]);

	if (json_array_append_new(list, json) < 0)
		return error_nomem(err);
	int r = jsontext_set(json, "text", result->words.text, err);
	if (r == 0 && result->words.hint[0])
		r = jsontext_set(json, "hint", result->words.hint, err);
	return r;
}

/* Does all probes, and prints each or puts it into `list`. The number that are bad, or an error. */
static int examine(const struct values *values, json_t *list, struct error *err)
{
	int bad = 0, r = 0;

	for (size_t i = 0; r == 0 && i < probes_count(); i++) {
		const char *name = probes_name(i);
		struct probes_result result;

		probes_run(i, &result);
		bad += result.verdict == PROBES_BAD;
		if (list)
			r = add_result(list, name, &result, err);
		else if (!values->common.quiet || result.verdict != PROBES_GOOD)
			print_result(name, &result);
		if (!list)
			fflush(stdout); /* the next one forks */
	}
	return r < 0 ? r : bad;
}

static int report(const struct values *values, struct error *err)
{
	json_t *root = values->json ? json_pack("{s:i, s:[]}", "schema", 1, "probes")
				    : NULL;

	if (values->json && !root)
		return error_nomem(err);
	int bad = examine(values, root ? json_object_get(root, "probes") : NULL, err);
	int r = bad < 0 ? bad : 0;
	if (r == 0 && root)
		r = jsontext_print(root, stdout, err);
	json_decref(root);
	return r < 0 ? r : bad;
}

int control_doctor(int argc, char **argv)
{
	struct values values = {0};
	struct error err = {0};
	int first, status = control_begin(&usage, argc, argv, &values, &first);

	if (status != CONTROL_GO_ON)
		return status;
	int bad = report(&values, &err);
	int r = bad < 0 ? bad : control_flush(&err);
	return r < 0 || bad == 0 ? control_end(r, &err) : CONTROL_FAILED;
}
