/* SPDX-License-Identifier: MIT */
/* Tests of builder/census: what lies in a folder besides what is known. */
#include "workshop.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "builder/census.h"

static void make_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
}

static void finds_what_is_new_and_leaves_what_is_known(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	struct error err = {0};

	(void)state;
	workshop_folder("top");
	workshop_folder("top/d");
	scratch_write("top/known", "text");
	scratch_write("top/d/new", "text");
	assert_int_equal(symlink("/etc", "top/link"), 0);
	make_socket("top/socket");
	workshop_text(&manifest, "/known", "x", RULE_BASE);
	manifest_find(&manifest, "/known")->uid = 12345;
	int fd = scratch_open("top", O_RDONLY | O_DIRECTORY);
	assert_int_equal(census_folder(fd, &manifest, &err), 0);
	close(fd);
	assert_int_equal(manifest.count, 4);
	assert_int_equal(workshop_expect(&manifest, "/known", RULE_BASE)->uid, 12345);
	assert_int_equal(workshop_expect(&manifest, "/d/new", RULE_FOUND)->uid, 0);
	assert_int_equal(workshop_expect(&manifest, "/d/new", RULE_FOUND)->size, 4);
	assert_int_equal(workshop_expect(&manifest, "/d", RULE_FOUND)->mode, 0755);
	assert_string_equal(workshop_expect(&manifest, "/link", RULE_FOUND)->target,
			    "/etc");
}

static void what_is_no_folder_is_an_error(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	struct error err = {0};

	(void)state;
	scratch_write("file", "text");
	int fd = scratch_open("file", O_RDONLY);
	assert_int_equal(census_folder(fd, &manifest, &err), -ENOTDIR);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(finds_what_is_new_and_leaves_what_is_known),
		scratch_test(what_is_no_folder_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
