/* SPDX-License-Identifier: MIT */
/* Tests of builder/foldertree: all that is in a folder, and nothing outside. */
#include "workshop.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "builder/foldertree.h"

static void read_tree(struct manifest *manifest, struct findings *findings)
{
	struct error err;
	int fd = scratch_open("tree", O_RDONLY | O_DIRECTORY);

	assert_int_equal(foldertree_read(fd, manifest, findings, &err), 0);
	close(fd);
}

static void every_kind_of_file_is_there_with_its_mode(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	_cleanup_findings_ struct findings findings = {0};

	(void)state;
	workshop_folder("tree");
	workshop_folder("tree/d");
	workshop_script("tree/d/run", "#!/bin/sh\n");
	assert_int_equal(symlink("../outside", "tree/link"), 0);
	assert_int_equal(mkfifo("tree/fifo", 0600), 0);
	read_tree(&manifest, &findings);
	assert_int_equal(manifest.count, 4);
	assert_int_equal(manifest_find(&manifest, "/d")->type, ENTRY_FOLDER);
	assert_int_equal(manifest_find(&manifest, "/d/run")->mode, 0755);
	assert_int_equal(manifest_find(&manifest, "/d/run")->size, 10);
	assert_string_equal(manifest_find(&manifest, "/link")->target, "../outside");
	assert_int_equal(manifest_find(&manifest, "/fifo")->type, ENTRY_FIFO);
	assert_int_equal(findings.count, 0);
}

static void a_symlink_to_a_folder_is_not_entered(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	_cleanup_findings_ struct findings findings = {0};

	(void)state;
	workshop_folder("tree");
	assert_int_equal(symlink("/", "tree/root"), 0);
	read_tree(&manifest, &findings);
	assert_int_equal(manifest.count, 1);
}

static void a_socket_is_passed_over(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	_cleanup_findings_ struct findings findings = {0};
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "tree/socket"};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	workshop_folder("tree");
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	close(fd);
	read_tree(&manifest, &findings);
	assert_int_equal(manifest.count, 0);
}

/* Each folder is looked for by its whole path, which the kernel does not take beyond PATH_MAX. */
static void a_path_that_is_too_long_becomes_a_finding(void **state)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	_cleanup_findings_ struct findings findings = {0};
	char name[251];

	(void)state;
	memset(name, 'x', 250);
	name[250] = '\0';
	workshop_folder("tree");
	int fd = scratch_open("tree", O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < 18; i++) {
		assert_int_equal(mkdirat(fd, name, 0755), 0);
		int next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(fd);
		fd = next;
		assert_true(fd >= 0);
	}
	close(fd);
	read_tree(&manifest, &findings);
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.items[0]->problem, "unreadable");
	assert_int_equal(system("rm -rf tree"), 0); /* nftw cannot */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(every_kind_of_file_is_there_with_its_mode),
		scratch_test(a_symlink_to_a_folder_is_not_entered),
		scratch_test(a_socket_is_passed_over),
		scratch_test(a_path_that_is_too_long_becomes_a_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
