/* SPDX-License-Identifier: MIT */
/*
 * The straight line of `jailbuild add`. Called by the command add, which may have to do it twice.
 */
#include "plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "apply.h"
#include "asked.h"
#include "base.h"
#include "commands.h"
#include "common/cleanup.h"
#include "common/fd.h"
#include "digests.h"
#include "dpkgstatus.h"
#include "folder.h"
#include "needs.h"
#include "owner.h"
#include "ownership.h"
#include "rules.h"
#include "tarball.h"
#include "terminfo.h"

/* What the image was asked to be is what is asked for now. */
static int renew(struct plan *plan, struct error *err)
{
	static const struct strlist nothing;
	const struct previous *previous = &plan->previous;
	const struct recipe *recipe = &previous->record.recipe;
	const char *path = plan->request->image.path;

	if (previous->fd < 0)
		return error_errno(err, ENOENT, "cannot read %s", path);
	if (!previous->has_record) {
		error_set(err, ENODATA, "%s has no record (%s): its recipe is not known",
			  path, RECORD_PATH);
		return error_hint(
			err, "an image made by 'jailbuild add' without --bare has one");
	}
	if (recipe->sysroot && !plan->request->root_is_named) {
		error_set(err, EINVAL, "%s was made from another root than this system",
			  path);
		return error_hint(err,
				  "--root DIR names it; --root / takes what is here");
	}
	plan->renewed = *plan->request;
	plan->renewed.operands = recipe->operands;
	plan->renewed.operand_count = recipe->count;
	plan->renewed.templates = &recipe->templates;
	plan->renewed.jailfiles = &nothing; /* they are among the templates, by path */
	plan->renewed.settings = &recipe->settings;
	plan->renewed.term = NULL;
	plan->renewed.rules = recipe->rules;
	plan->renewed.digests = recipe->digests;
	plan->renewed.package_db = recipe->package_db;
	plan->renewed.record = true;
	plan->request = &plan->renewed;
	return 0;
}

static int open_previous(struct plan *plan, struct error *err)
{
	const struct request *request = plan->request;
	int r = previous_open(&request->image, request->wait, &plan->previous, err);

	if (r == 0)
		previous_content(&plan->previous, &plan->content);
	return r == 0 && request->renew ? renew(plan, err) : r;
}

static int new_resolver(struct plan *plan, struct error *err)
{
	const struct elfdeps_options options = {
		.root = plan->request->root_path,
		.optional = plan->request->rules ? ELFDEPS_OPTIONAL_RECOMMENDED
						 : ELFDEPS_OPTIONAL_NONE,
	};

	return elfdeps_new(&options, &plan->resolver, err);
}

static int prepare(struct plan *plan, const struct request *request, struct error *err)
{
	struct stat st = {0};

	*plan = (struct plan){
		.request = request,
		.previous = PREVIOUS_NONE,
		.content = {.root = request->root, .image_fd = -1},
		.manifest = {.replace = request->replace},
	};
	plan->manifest.content = &plan->content;
	int r = catalog_open(request->template_path, &plan->catalog, err);
	if (r == 0)
		r = open_previous(plan, err);
	if (r == 0)
		r = new_resolver(plan, err);
	if (r < 0)
		return r;
	if (plan->previous.fd >= 0 && fstat(plan->previous.fd, &st) < 0)
		return error_errno(err, errno, "cannot read %s", request->image.path);
	const struct intake model = {
		.root = request->root,
		.resolver = plan->resolver,
		.manifest = &plan->manifest,
		.libraries = &plan->libraries,
		.image_device = st.st_dev,
		.image_inode = st.st_ino,
	};
	intake_init(&plan->intake, &model);
	return 0;
}

static struct apply start_apply(struct plan *plan)
{
	return (struct apply){.intake = &plan->intake,
			      .catalog = &plan->catalog,
			      .recipe = &plan->recipe};
}

static int add_template(struct plan *plan, const char *name, bool is_file,
			struct error *err)
{
	struct apply apply = start_apply(plan);
	struct catalog_item *item;
	int r = is_file ? catalog_read(&plan->catalog, name, name, &item, err)
			: catalog_find(&plan->catalog, name, &item, err);

	if (r == 0)
		r = apply_template(&apply, item, err);
	/* By a name that means the same tomorrow, in another folder. */
	return r == 0 ? recipe_add_template(&plan->recipe, item->name, err) : r;
}

static int add_templates(struct plan *plan, struct error *err)
{
	const struct request *request = plan->request;
	int r = 0;

	for (size_t i = 0; r == 0 && i < request->templates->count; i++)
		r = add_template(plan, request->templates->items[i], false, err);
	for (size_t i = 0; r == 0 && i < request->jailfiles->count; i++)
		r = add_template(plan, request->jailfiles->items[i], true, err);
	return r;
}

static int add_operands(struct plan *plan, struct error *err)
{
	static const struct reason asked = {.rule = RULE_ASKED};
	const struct request *request = plan->request;

	for (size_t i = 0; i < request->operand_count; i++) {
		int r = asked_add(&plan->intake, &request->operands[i], &asked, err);

		if (r == 0)
			r = recipe_add(&plan->recipe, &request->operands[i], err);
		if (r < 0)
			return r;
	}
	return needs_check(&plan->intake, err);
}

/* The user's TERM is asked for only where it makes a difference: the bytes depend on it. */
static int list_terms(struct plan *plan, struct strlist *ret, struct error *err)
{
	const char *term = plan->request->term;
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->recipe.terms.count; i++)
		r = strlist_add(ret, plan->recipe.terms.items[i], err);
	if (r < 0 || !term || !plan->request->rules || !terminfo_is_name(term) ||
	    terminfo_is_usual(term) || strlist_contains(ret, term))
		return r;
	return strlist_add(ret, term, err);
}

static int add_terminfo(struct plan *plan, struct error *err)
{
	_cleanup_strlist_ struct strlist terms = {0}, missing = {0};
	bool used;

	int r = list_terms(plan, &terms, err);
	if (r == 0)
		r = terminfo_add(&plan->intake, &terms, &missing, &used, err);
	for (size_t i = 0; r == 0 && used && i < terms.count; i++) {
		const char *term = terms.items[i];

		if (!strlist_contains(&missing, term))
			r = recipe_add_term(&plan->recipe, term, err);
		else if (!strlist_contains(&plan->recipe.terms, term))
			r = manifest_note(
				&plan->manifest, err,
				"TERM is %s, of which there is no terminfo entry here",
				term);
	}
	return r;
}

static int add_cache(struct plan *plan, struct error *err)
{
	_cleanup_free_ char *data = NULL;
	struct entry entry = {
		.path = "/etc/ld.so.cache",
		.type = ENTRY_FILE,
		.mode = 0644,
		.origin = ORIGIN_TEXT,
		.reason = {.rule = RULE_CACHE},
	};

	if (!libraries_have_glibc(&plan->libraries))
		return 0;
	libraries_sort(&plan->libraries);
	int r = libraries_cache(&plan->libraries, &data, &entry.size, err);
	if (r < 0)
		return error_wrap(err, "cannot make /etc/ld.so.cache");
	entry.text = data;
	return manifest_add(&plan->manifest, &entry, err);
}

static int add_rules(struct plan *plan, struct error *err)
{
	struct apply apply = start_apply(plan);
	int r = base_add(&plan->manifest, &plan->intake.links, err);

	if (r == 0)
		r = rules_apply(&apply, err);
	if (r == 0)
		r = base_add_accounts(&plan->manifest, &plan->recipe.accounts, err);
	if (r == 0)
		r = add_terminfo(plan, err);
	return r == 0 ? add_cache(plan, err) : r;
}

static const struct reason record_reason = {.rule = RULE_RECORD};

static int add_settings(struct plan *plan, struct error *err)
{
	if (runconfig_are_empty(&plan->recipe.settings))
		return 0;
	_cleanup_free_ char *text = runconfig_text(&plan->recipe.settings, err);
	if (!text)
		return -ENOMEM;
	return manifest_add_text(&plan->manifest, SETTINGS_PATH, text, &record_reason,
				 err);
}

/* A folder may not be able to hold the owners itself. Sorted, as the bytes must not depend on the order. */
static int add_owners(struct plan *plan, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	int r = plan->request->image.kind == FORMAT_FOLDER
			? manifest_finish(&plan->manifest, err)
			: 0;

	if (r == 0 && plan->request->image.kind == FORMAT_FOLDER)
		r = ownership_list(&plan->manifest, &text, err);
	return r == 0 && text ? manifest_add_text(&plan->manifest, OWNERS_PATH, text,
						  &record_reason, err)
			      : r;
}

/* The record lists itself, so it has its place before it has its text. */
int plan_place_record(struct plan *plan, struct error *err)
{
	plan->has_record = plan->request->record || plan->previous.has_record;
	plan->manifest.records_owners = plan->request->image.kind == FORMAT_FOLDER;
	libraries_sort(&plan->libraries);
	recipe_sort(&plan->recipe);
	if (!plan->has_record)
		return manifest_finish(&plan->manifest, err);
	int r = add_settings(plan, err);
	if (r == 0)
		r = add_owners(plan, err);
	if (r == 0)
		r = manifest_add_text(&plan->manifest, RECORD_PATH, "", &record_reason,
				      err);
	return r == 0 ? manifest_finish(&plan->manifest, err) : r;
}

static int add_digests(struct plan *plan, struct error *err)
{
	struct manifest *manifest = &plan->manifest;
	struct digest *digests = arena_alloc(&manifest->arena,
					     manifest->count * sizeof(*digests), err);

	if (!digests)
		return -ENOMEM;
	int r = digests_make(manifest, DIGESTS_OF_ALL, digests, err);
	for (size_t i = 0; r == 0 && i < manifest->count; i++) {
		struct entry *entry = manifest->entries[i];

		entry->sha256 = digests[i].text[0] ? digests[i].text : NULL;
		entry->changed = digests[i].changed;
	}
	return r;
}

/*
 * Here the owners must be known before anything is written, while else they are searched for meanwhile.
 * Where the root has no os-release, or it is a link to nowhere, there is none in the image.
 */
static int add_package_db(struct plan *plan, struct error *err)
{
	static const struct reason reason = {.rule = RULE_PACKAGES};
	char path[] = "/etc/os-release";
	const struct operand release = {.path = path};
	const struct sysroot *root = plan->request->root;
	struct stat st;
	int r = 0;

	if (sysroot_stat(root, path, &st) == 0 && S_ISREG(st.st_mode))
		r = asked_add(&plan->intake, &release, &reason, err);
	if (r == 0)
		r = owner_start(root, &plan->manifest, &plan->owners, err);
	if (r == 0)
		r = owner_finish(plan->owners, &plan->manifest, err);
	owner_free(plan->owners);
	plan->owners = NULL;
	plan->has_owners = r == 0;
	return r == 0 ? dpkgstatus_add(&plan->manifest, root, err) : r;
}

/* What takes long, and in part can go on while the files are copied. */
static int start_record(struct plan *plan, struct error *err)
{
	if (!plan->has_record || plan->is_complete)
		return 0;
	int r = plan->has_owners ? 0
				 : owner_start(plan->request->root, &plan->manifest,
					       &plan->owners, err);
	return r == 0 && plan->recipe.digests ? add_digests(plan, err) : r;
}

/* folder_complete: gives the record its text. */
static int complete_record(void *data, struct error *err)
{
	struct plan *plan = data;

	if (!plan->has_record || plan->is_complete)
		return 0;
	int r = owner_finish(plan->owners, &plan->manifest, err);
	if (r < 0)
		return r;
	_cleanup_free_ char *text = record_write(&plan->recipe, &plan->libraries,
						 &plan->manifest, err);
	return text ? manifest_add_text(&plan->manifest, RECORD_PATH, text,
					&record_reason, err)
		    : -ENOMEM;
}

static int take_previous(struct plan *plan, struct error *err)
{
	if (plan->request->renew) {
		int r = previous_renew(&plan->previous, &plan->manifest, &plan->recipe,
				       err);

		return r < 0 ? error_wrap(err, "cannot read %s",
					  plan->request->image.path)
			     : 0;
	}
	return previous_take(&plan->previous, &plan->manifest, &plan->libraries,
			     &plan->recipe, err);
}

static int note_commands(struct plan *plan, struct error *err)
{
	const struct request *request = plan->request;
	int r = 0;

	for (size_t i = 0; r == 0 && i < request->operand_count; i++)
		r = commands_note(&plan->intake, &request->operands[i],
				  request->image.path, err);
	return r;
}

int plan_make(struct plan *plan, const struct request *request, struct error *err)
{
	int r = prepare(plan, request, err);

	if (r == 0)
		r = take_previous(plan, err);
	if (r == 0)
		r = add_templates(plan, err);
	if (r == 0)
		r = runconfig_merge(&plan->recipe.settings, plan->request->settings, err);
	if (r == 0)
		r = add_operands(plan, err);
	if (r < 0)
		return r;
	plan->recipe.rules = plan->recipe.rules || plan->request->rules;
	plan->recipe.package_db = plan->recipe.package_db || plan->request->package_db;
	plan->recipe.digests = plan->recipe.digests || plan->request->digests;
	plan->recipe.sysroot = plan->recipe.sysroot || plan->request->root->fd >= 0;
	if (plan->recipe.rules)
		r = add_rules(plan, err);
	if (r == 0 && plan->recipe.rules)
		r = note_commands(plan, err);
	if (r == 0 && plan->recipe.package_db)
		r = add_package_db(plan, err);
	return r == 0 ? plan_place_record(plan, err) : r;
}

/*
 * A new archive is not synced: nothing is lost with it that cannot be made again, and waiting for
 * the disk costs more than all the rest. One that replaces another is: a power cut must not leave
 * an empty file where an image was (rename before data, fsync(2)).
 */
static int write_archive(struct plan *plan, struct error *err)
{
	const struct request *request = plan->request;
	const struct tarball_options options = {.compression = request->image.compression,
						.layout = request->image.layout,
						.epoch = request->epoch};
	_cleanup_tempfile_ struct tempfile file = TEMPFILE_NONE;
	struct stat st;

	int r = complete_record(plan, err);
	if (r == 0)
		r = tempfile_create(request->image.path, &file, err);
	if (r == 0)
		r = tarball_write(file.fd, &plan->manifest, &options, err);
	if (r < 0)
		return r;
	if (fstat(file.fd, &st) == 0)
		plan->written = (uint64_t)st.st_size;
	return plan->previous.fd >= 0 ? tempfile_publish(&file, true, err)
				      : tempfile_publish_new(&file, err);
}

static int write_folder(struct plan *plan, struct error *err)
{
	const struct request *request = plan->request;
	const struct folder_options options = {
		.epoch = request->epoch,
		.replace = request->replace,
		.known = &plan->previous.record.files,
		.renew = request->renew,
		.notes = &plan->manifest.notes,
		.complete = complete_record,
		.data = plan,
	};

	int r = ownership_tell(&plan->manifest, err);
	if (r < 0)
		return r;
	if (plan->previous.fd < 0)
		return folder_create(request->image.path, &plan->manifest, &options, err);
	r = complete_record(plan, err);
	return r < 0 ? r
		     : folder_merge(plan->previous.fd, &plan->manifest, &options, err);
}

int plan_complete(struct plan *plan, struct error *err)
{
	int r = start_record(plan, err);

	if (r == 0)
		r = complete_record(plan, err);
	plan->is_complete = r == 0;
	return r;
}

int plan_write(struct plan *plan, struct error *err)
{
	int r = start_record(plan, err);

	if (r < 0)
		return r;
	if (plan->request->image.kind == FORMAT_FOLDER)
		return write_folder(plan, err);
	return write_archive(plan, err);
}

void plan_free(struct plan *plan)
{
	owner_free(plan->owners); /* first: it reads the manifest */
	intake_free(&plan->intake);
	catalog_close(&plan->catalog);
	recipe_free(&plan->recipe);
	libraries_free(&plan->libraries);
	manifest_free(&plan->manifest);
	previous_close(&plan->previous);
	elfdeps_free(plan->resolver);
}
