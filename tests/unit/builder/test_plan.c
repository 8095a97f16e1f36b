/* SPDX-License-Identifier: MIT */
/* Tests of builder/plan: a whole add, from the request to the bytes. */
#include "workshop.h"

#include "builder/plan.h"

struct order {
	struct sysroot root;
	struct operand operand;
	struct runconfig settings;
	struct strlist none;
	struct request request;
};

static void place_order(struct order *order, const char *image, enum format_kind kind)
{
	static char path[] = "/data/file";
	struct error err;

	*order = (struct order){.operand = {.path = path}};
	assert_int_equal(sysroot_open("root", &order->root, &err), 0);
	order->request = (struct request){
		.image = {.path = image, .kind = kind},
		.root = &order->root,
		.root_path = "root",
		.operands = &order->operand,
		.operand_count = 1,
		.settings = &order->settings,
		.templates = &order->none,
		.jailfiles = &order->none,
		.template_path = &order->none,
		.rules = true,
		.record = true,
	};
}

static void make_root(void)
{
	workshop_folder("root");
	workshop_folder("root/data");
	scratch_write("root/data/file", "text");
}

static int carry_out(const struct order *order, struct error *err)
{
	_cleanup_plan_ struct plan plan;

	int r = plan_make(&plan, &order->request, err);
	return r < 0 ? r : plan_write(&plan, err);
}

static void an_image_is_made_and_added_to(void **state)
{
	struct order order;
	struct error err = {0};
	struct stat first, second;

	(void)state;
	make_root();
	place_order(&order, "a.tar", FORMAT_TAR);
	assert_int_equal(carry_out(&order, &err), 0);
	assert_int_equal(stat("a.tar", &first), 0);
	assert_int_equal(carry_out(&order, &err), 0);
	assert_int_equal(stat("a.tar", &second), 0);
	assert_int_equal(first.st_size, second.st_size);
	assert_int_not_equal(first.st_ino,
			     second.st_ino); /* replaced, not written over */
	sysroot_close(&order.root);
}

static void one_made_meanwhile_is_not_overwritten(void **state)
{
	struct order order;
	struct plan plan;
	struct error err = {0};

	(void)state;
	make_root();
	place_order(&order, "a.tar", FORMAT_TAR);
	assert_int_equal(plan_make(&plan, &order.request, &err), 0);
	scratch_write("a.tar", "another's");
	assert_int_equal(plan_write(&plan, &err), -EEXIST);
	scratch_expect("a.tar", "another's");
	plan_free(&plan);
	sysroot_close(&order.root);
}

static void rules_and_record_are_left_out_when_asked(void **state)
{
	struct order order;
	struct plan plan;
	struct error err = {0};

	(void)state;
	make_root();
	place_order(&order, "a.tar", FORMAT_TAR);
	order.request.rules = false;
	order.request.record = false;
	assert_int_equal(plan_make(&plan, &order.request, &err), 0);
	assert_int_equal(plan.manifest.count, 2);
	assert_string_equal(plan.manifest.entries[0]->path, "/data");
	assert_string_equal(plan.manifest.entries[1]->path, "/data/file");
	plan_free(&plan);
	sysroot_close(&order.root);
}

static void a_failed_plan_writes_nothing(void **state)
{
	static char gone[] = "/gone";
	struct order order;
	struct error err = {0};

	(void)state;
	make_root();
	place_order(&order, "dir", FORMAT_FOLDER);
	order.operand.path = gone;
	assert_int_equal(carry_out(&order, &err), -ENOENT);
	assert_int_equal(scratch_count("."), 1);
	sysroot_close(&order.root);
}

static void is_refused(const struct order *order, int code, const char *part)
{
	struct plan plan;
	struct error err = {0};

	assert_int_equal(plan_make(&plan, &order->request, &err), code);
	assert_non_null(strstr(err.text, part));
	plan_free(&plan);
}

static void an_image_is_renewed_by_its_own_recipe(void **state)
{
	struct order order;
	struct plan plan;
	struct error err = {0};

	(void)state;
	make_root();
	place_order(&order, "a.tar", FORMAT_TAR);
	assert_int_equal(carry_out(&order, &err), 0);
	order.request.renew = true;
	order.request.root_is_named = true;
	order.request.operands = NULL;
	order.request.operand_count = 0;
	order.request.templates = order.request.jailfiles = NULL;
	order.request.settings = NULL;
	scratch_write("root/data/file", "another");
	assert_int_equal(plan_make(&plan, &order.request, &err), 0);
	assert_int_equal(manifest_find(&plan.manifest, "/data/file")->origin,
			 ORIGIN_ROOT);
	assert_int_equal(plan_complete(&plan, &err), 0);
	assert_non_null(
		strstr(manifest_find(&plan.manifest, RECORD_PATH)->text, "/data/file"));
	assert_int_equal(plan_write(&plan, &err), 0);
	plan_free(&plan);
	sysroot_close(&order.root);
}

static void what_cannot_be_renewed_is_refused(void **state)
{
	struct order order;
	struct error err = {0};

	(void)state;
	make_root();
	place_order(&order, "a.tar", FORMAT_TAR);
	order.request.renew = true;
	is_refused(&order, -ENOENT, "a.tar");
	order.request.renew = false;
	order.request.rules = order.request.record = false;
	assert_int_equal(carry_out(&order, &err), 0);
	order.request.renew = true;
	is_refused(&order, -ENODATA, "a.tar has no record");
	assert_int_equal(unlink("a.tar"), 0);
	order.request.renew = false;
	order.request.record = true;
	assert_int_equal(carry_out(&order, &err), 0);
	order.request.renew = true;
	is_refused(&order, -EINVAL, "another root");
	sysroot_close(&order.root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(an_image_is_renewed_by_its_own_recipe),
		scratch_test(what_cannot_be_renewed_is_refused),
		scratch_test(an_image_is_made_and_added_to),
		scratch_test(one_made_meanwhile_is_not_overwritten),
		scratch_test(rules_and_record_are_left_out_when_asked),
		scratch_test(a_failed_plan_writes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
