/* SPDX-License-Identifier: MIT */
/*
 * The commands `templates` and `show`: which templates there are, and the text of one. Called by main.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "catalog.h"
#include "command.h"
#include "common/cli.h"
#include "common/log.h"
#include "common/path.h"

struct values {
	struct cli_common common;
	struct strlist template_path;
	bool json;
};

#define AT(member) offsetof(struct values, member)

static const struct cli_option list_options[] = {
	{"template-path", 0, CLI_LIST, AT(template_path), "DIR",
	 "look for templates in DIR first"},
	{"json", 0, CLI_FLAG, AT(json), NULL, "print JSON"},
};

static const struct cli_option show_options[] = {
	{"template-path", 0, CLI_LIST, AT(template_path), "DIR",
	 "look for templates in DIR first"},
};

static const struct cli_program list_program = {
	.name = "jailbuild templates",
	.usage = "[OPTION…]",
	.summary =
		"List the templates; those marked 'rule' add themselves where they fit.",
	.options = list_options,
	.option_count = sizeof(list_options) / sizeof(list_options[0]),
};

static const struct cli_program show_program = {
	.name = "jailbuild show",
	.usage = "[OPTION…] TEMPLATE",
	.summary = "Print a template.",
	.options = show_options,
	.option_count = sizeof(show_options) / sizeof(show_options[0]),
};

static int add_json(json_t *array, const struct catalog_item *item, struct error *err)
{
	const struct template *template = &item->template;
	json_t *entry = json_pack("{s:s, s:s?, s:b, s:s}", "name", template->name,
				  "description", template->description, "rule",
				  (int)template->is_rule, "path", item->path);

	return json_array_append_new(array, entry) < 0 ? error_nomem(err) : 0;
}

static void print_line(const struct catalog_item *item)
{
	const struct template *template = &item->template;
	char escaped[1024];

	printf("%-16s %-5s %s\n", template->name, template->is_rule ? "rule" : "",
	       path_escape_controls(template->description ? template->description : "",
				    escaped, sizeof(escaped)));
}

/* A template that cannot be read is told of, and is no reason to hide the others. */
static int list_all(struct catalog *catalog, json_t *array, struct error *err)
{
	_cleanup_strlist_ struct strlist names = {0};
	int r = catalog_names(catalog, &names, err);

	for (size_t i = 0; r == 0 && i < names.count; i++) {
		struct catalog_item *item;
		struct error why = {0};

		if (catalog_find(catalog, names.items[i], &item, &why) < 0)
			log_error(&why);
		else if (array)
			r = add_json(array, item, err);
		else
			print_line(item);
	}
	return r;
}

static int list_json(struct catalog *catalog, struct error *err)
{
	json_t *root = json_pack("{s:i, s:[]}", "schema", 1, "templates");
	int r = root ? list_all(catalog, json_object_get(root, "templates"), err)
		     : error_nomem(err);

	if (r == 0 && json_dumpf(root, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER) < 0)
		r = error_set(err, EIO, "cannot write the JSON text");
	if (r == 0)
		putchar('\n');
	json_decref(root);
	return r;
}

static int show(struct catalog *catalog, const char *name, struct error *err)
{
	struct catalog_item *item;
	int r = catalog_find(catalog, name, &item, err);

	if (r == 0)
		fwrite(item->text, 1, item->size, stdout);
	return r;
}

/* Ends a command: what was printed must have gone out. */
static int finish(struct values *values, int r, struct error *err)
{
	if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		r = error_errno(err, errno ? errno : EIO, "cannot print");
	if (r < 0)
		log_error(err);
	strlist_free(&values->template_path);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}

/* Reads the command line; the exit status, or -1 to go on. */
static int begin(const struct cli_program *program, int argc, char **argv,
		 struct values *values, int *ret_first)
{
	int operands = program == &show_program;
	struct error err = {0};
	int r = cli_parse(program, argc, argv, values, ret_first, &err);

	if (r == 0 && cli_answer(program, &values->common))
		return EXIT_DONE;
	log_init("jailbuild", cli_log_level(&values->common));
	if (r == 0 && argc - *ret_first != operands)
		r = error_set(&err, EINVAL,
			      operands ? "show takes one TEMPLATE"
				       : "templates takes no operand");
	if (r < 0)
		log_error(&err);
	return r < 0 ? EXIT_USAGE : -1;
}

int command_templates(int argc, char **argv)
{
	_cleanup_catalog_ struct catalog catalog = {0};
	struct values values = {0};
	struct error err = {0};
	int first, status = begin(&list_program, argc, argv, &values, &first);

	if (status >= 0)
		return status;
	int r = catalog_open(&values.template_path, &catalog, &err);
	if (r == 0)
		r = values.json ? list_json(&catalog, &err)
				: list_all(&catalog, NULL, &err);
	return finish(&values, r, &err);
}

int command_show(int argc, char **argv)
{
	_cleanup_catalog_ struct catalog catalog = {0};
	struct values values = {0};
	struct error err = {0};
	int first, status = begin(&show_program, argc, argv, &values, &first);

	if (status >= 0)
		return status;
	int r = catalog_open(&values.template_path, &catalog, &err);
	if (r == 0)
		r = show(&catalog, argv[first], &err);
	return finish(&values, r, &err);
}
