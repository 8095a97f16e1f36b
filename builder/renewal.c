/* SPDX-License-Identifier: MIT */
/*
 * Plans without what the image holds, and compares with it. Called by the command update.
 */
#include "renewal.h"

#include "previous.h"

/*
 * In a folder that is there, folders keep their modes, as when it is added to; and a device that the
 * image should have and has not was left out by a user who could not make it.
 */
static bool counts_in_folder(const struct compare_item *item, const void *data)
{
	const struct renewal *renewal = data;
	const struct strmap *files = &renewal->plan.previous.record.files;

	if (item->a && item->b)
		return item->b->type != ENTRY_FOLDER || item->changes != COMPARE_MODE;
	return !item->b ||
	       (item->b->type != ENTRY_CHAR && item->b->type != ENTRY_BLOCK) ||
	       !strmap_get(files, item->b->path);
}

static int compare(struct renewal *renewal, struct error *err)
{
	const struct plan *plan = &renewal->plan;
	bool is_folder = plan->request->image.kind == FORMAT_FOLDER;
	const struct compare_filter filter = {.counts = counts_in_folder,
					      .data = renewal};
	struct compare_side old = {
		.name = plan->request->image.path,
		.manifest = &renewal->old,
		.content = &plan->content,
		.has_owners = true, /* of a folder by its record */
	};
	struct compare_side new = old;

	new.manifest = &plan->manifest;
	return compare_sides(&old, &new, is_folder ? &filter : NULL, &renewal->compare,
			     err);
}

int renewal_make(struct renewal *renewal, const struct request *request,
		 struct error *err)
{
	struct plan *plan = &renewal->plan;
	int r = plan_make(plan, request, err);

	if (r == 0)
		r = plan_complete(plan, err);
	renewal->old.content = &plan->content;
	if (r == 0)
		r = previous_show(&plan->previous, &renewal->old, err);
	if (r == 0)
		r = manifest_finish(&renewal->old, err);
	return r == 0 ? compare(renewal, err) : r;
}

int renewal_write(struct renewal *renewal, struct error *err)
{
	return plan_write(&renewal->plan, err);
}

void renewal_free(struct renewal *renewal)
{
	compare_free(&renewal->compare);
	manifest_free(&renewal->old);
	plan_free(&renewal->plan);
}
