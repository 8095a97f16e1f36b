/* SPDX-License-Identifier: MIT */
/* Tests of builder/commands: what a script may run is said, and only that. */
#include "workshop.h"

#include "builder/commands.h"

static void tell(struct workshop *shop, char *path)
{
	const struct operand operand = {.path = path};
	struct error err;

	assert_int_equal(commands_note(&shop->intake, &operand, "x.tar", &err), 0);
}

static void make_root(struct workshop *shop)
{
	workshop_folder("root");
	workshop_folder("root/bin");
	workshop_folder("root/usr");
	workshop_folder("root/usr/sbin");
	workshop_script("root/bin/have", "");
	workshop_script("root/bin/lack", "");
	workshop_script("root/usr/sbin/daemon", "");
	scratch_write("root/bin/data", "");
	workshop_open(shop, "root");
	workshop_text(&shop->manifest, "/bin/have", "", RULE_ASKED);
}

static void says_what_to_type(void **state)
{
	struct workshop shop;
	char path[] = "/tool";

	(void)state;
	make_root(&shop);
	workshop_script("root/tool",
			"#!/bin/sh\nhave; lack | data; none; ./lack\ndaemon\n"
			"/usr/sbin/daemon -x\n/bin/none\n");
	tell(&shop, path);
	assert_int_equal(shop.manifest.notes.count, 1);
	assert_string_equal(shop.manifest.notes.items[0],
			    "/tool may run what is not in the image: jailbuild add "
			    "/usr/sbin/daemon daemon lack -o x.tar");
	workshop_close(&shop);
}

static void says_nothing_of_other_files(void **state)
{
	struct workshop shop;
	char python[] = "/python", data[] = "/data", gone[] = "/gone",
	     complete[] = "/complete";

	(void)state;
	make_root(&shop);
	workshop_script("root/python", "#!/usr/bin/python3\nlack\n");
	scratch_write("root/data", "#!/bin/sh\nlack\n");
	workshop_script("root/complete", "#!/bin/sh\nhave\n");
	tell(&shop, python);
	tell(&shop, data);
	tell(&shop, gone);
	tell(&shop, complete);
	assert_int_equal(shop.manifest.notes.count, 0);
	workshop_close(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(says_what_to_type),
		scratch_test(says_nothing_of_other_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
