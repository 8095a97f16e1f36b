/* SPDX-License-Identifier: MIT */
/*
 * Tests of common/sysroot: no path, however its links and dots are laid, leaves the root, and the
 * walk agrees with the kernel's own.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>

#include "common/alloc.h"
#include "common/fd.h"
#include "common/strlist.h"
#include "common/sysroot.h"
#include "scratch.h"

/* A root "root" with usr/lib/file in it, and a "secret" beside it that must stay out of reach. */
static void make_root(struct sysroot *root)
{
	assert_int_equal(mkdir("root", 0755), 0);
	assert_int_equal(mkdir("root/usr", 0755), 0);
	assert_int_equal(mkdir("root/usr/lib", 0755), 0);
	scratch_write("root/usr/lib/file", "inside");
	scratch_write("secret", "outside");
	assert_int_equal(sysroot_open("root", root, NULL), 0);
	assert_true(root->fd >= 0);
	assert_string_equal(root->path, "root");
}

static void make_link(const char *target, const char *path)
{
	assert_int_equal(symlink(target, path), 0);
}

static void expect_content(const struct sysroot *root, const char *path, const char *text)
{
	_cleanup_fd_ int fd = sysroot_openat(root, path, O_RDONLY);
	char found[64] = "";

	assert_true(fd >= 0);
	assert_true(read(fd, found, sizeof(found) - 1) >= 0);
	assert_string_equal(found, text);
}

static void expect_resolved(const struct sysroot *root, const char *path,
			    const char *wanted)
{
	struct error err = {0};
	char ret[PATH_MAX];

	assert_int_equal(sysroot_resolve(root, path, NULL, ret, &err), 0);
	assert_string_equal(ret, wanted);
}

static void expect_unresolved(const struct sysroot *root, const char *path, int code)
{
	struct error err = {0};
	char ret[PATH_MAX] = "untouched";

	assert_int_equal(sysroot_resolve(root, path, NULL, ret, &err), -code);
	assert_int_equal(err.code, code);
	assert_true(err.text[0] != '\0');
	assert_string_equal(ret, "untouched");
}

static void opens_plain_paths_inside(void **state)
{
	_cleanup_sysroot_ struct sysroot root;

	(void)state;
	make_root(&root);
	expect_content(&root, "/usr/lib/file", "inside");
	expect_content(&root, "usr/lib/file", "inside");
	expect_content(&root, "//usr/./lib/../lib/file", "inside");
	assert_int_equal(sysroot_openat(&root, "/missing", O_RDONLY), -ENOENT);
	assert_int_equal(sysroot_openat(&root, "/usr/lib/file/x", O_RDONLY), -ENOTDIR);
	assert_int_equal(sysroot_openat(&root, "", O_RDONLY), -ENOENT);
}

static void closes_its_descriptors_on_exec(void **state)
{
	_cleanup_sysroot_ struct sysroot root;

	(void)state;
	make_root(&root);
	_cleanup_fd_ int file = sysroot_openat(&root, "/usr/lib/file", O_RDONLY);
	_cleanup_fd_ int link = sysroot_open_link(&root, "/usr/lib/file");
	assert_int_equal(fcntl(root.fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(file, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(link, F_GETFD), FD_CLOEXEC);
}

static void stops_dots_at_the_root(void **state)
{
	_cleanup_sysroot_ struct sysroot root;
	char cwd[PATH_MAX], path[2 * PATH_MAX];

	(void)state;
	make_root(&root);
	assert_int_equal(sysroot_openat(&root, "/../secret", O_RDONLY), -ENOENT);
	assert_int_equal(sysroot_openat(&root, "../../secret", O_RDONLY), -ENOENT);
	expect_content(&root, "/../../../usr/lib/file", "inside");
	expect_resolved(&root, "/../../usr/../usr/lib/..", "/usr");
	expect_unresolved(&root, "/../secret", ENOENT);
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(path, sizeof(path), "%s/secret", cwd);
	assert_int_equal(sysroot_openat(&root, path, O_RDONLY), -ENOENT);
}

static void starts_absolute_links_at_the_root(void **state)
{
	_cleanup_sysroot_ struct sysroot root;

	(void)state;
	make_root(&root);
	make_link("/usr/lib", "root/lib");
	make_link("/usr/lib/file", "root/abs");
	make_link("/secret", "root/out");
	make_link("/etc/passwd", "root/passwd");
	expect_content(&root, "/lib/file", "inside");
	expect_content(&root, "/abs", "inside");
	assert_int_equal(sysroot_openat(&root, "/out", O_RDONLY), -ENOENT);
	assert_int_equal(sysroot_openat(&root, "/passwd", O_RDONLY), -ENOENT);
	expect_resolved(&root, "/lib/file", "/usr/lib/file");
	expect_resolved(&root, "/abs", "/usr/lib/file");
	expect_unresolved(&root, "/out", ENOENT);
}

static void keeps_relative_links_inside(void **state)
{
	_cleanup_sysroot_ struct sysroot root;

	(void)state;
	make_root(&root);
	make_link("../../../../secret", "root/usr/out");
	make_link("../..", "root/usr/up");
	make_link("lib/../../usr/lib/file", "root/usr/winding");
	assert_int_equal(sysroot_openat(&root, "/usr/out", O_RDONLY), -ENOENT);
	assert_int_equal(sysroot_openat(&root, "/usr/up/secret", O_RDONLY), -ENOENT);
	expect_content(&root, "/usr/winding", "inside");
	expect_content(&root, "/usr/up/usr/lib/file", "inside");
	expect_resolved(&root, "/usr/winding", "/usr/lib/file");
	expect_resolved(&root, "/usr/up", "/");
	expect_unresolved(&root, "/usr/up/secret", ENOENT);
}

static void follows_a_link_to_the_root_itself(void **state)
{
	_cleanup_sysroot_ struct sysroot root;

	(void)state;
	make_root(&root);
	make_link("/", "root/usr/top");
	make_link("/", "root/self");
	expect_content(&root, "/usr/top/usr/lib/file", "inside");
	expect_resolved(&root, "/usr/top/usr/lib/file", "/usr/lib/file");
	expect_resolved(&root, "/self/self/usr/top", "/");
	expect_resolved(&root, "/self/..", "/");
	expect_unresolved(&root, "/usr/top/secret", ENOENT);
}

/* A chain of `count` links, l1 to lN, the last one to the file. */
static void make_chain(int count)
{
	char path[32], target[32] = "/usr/lib/file";

	for (int i = count; i > 0; i--) {
		snprintf(path, sizeof(path), "root/l%d", i);
		make_link(target, path);
		snprintf(target, sizeof(target), "l%d", i);
	}
}

static void follows_forty_links_like_the_kernel(void **state)
{
	_cleanup_sysroot_ struct sysroot root;

	(void)state;
	make_root(&root);
	make_chain(41);
	expect_content(&root, "/l2", "inside");
	expect_resolved(&root, "/l2", "/usr/lib/file");
	assert_int_equal(sysroot_openat(&root, "/l1", O_RDONLY), -ELOOP);
	expect_unresolved(&root, "/l1", ELOOP);
}

static void ends_a_loop_of_links(void **state)
{
	_cleanup_sysroot_ struct sysroot root;

	(void)state;
	make_root(&root);
	make_link("loop", "root/loop");
	make_link("pong", "root/ping");
	make_link("ping", "root/pong");
	make_link("grow/x", "root/grow");
	expect_unresolved(&root, "/loop", ELOOP);
	expect_unresolved(&root, "/ping/x", ELOOP);
	expect_unresolved(&root, "/grow", ELOOP);
	assert_int_equal(sysroot_openat(&root, "/ping", O_RDONLY), -ELOOP);
}

static void reports_a_path_that_grows_too_long(void **state)
{
	_cleanup_sysroot_ struct sysroot root;
	char dots[PATH_MAX + 1], path[PATH_MAX + 16];

	(void)state;
	make_root(&root);
	for (size_t i = 0; i < PATH_MAX; i++)
		dots[i] = i % 2 ? '/' : '.';
	dots[PATH_MAX] = '\0';
	snprintf(path, sizeof(path), "/%s", dots);
	expect_unresolved(&root, path, ENAMETOOLONG);
	path[PATH_MAX - 1] = '\0';
	expect_resolved(&root, path, "/");
	dots[4000] = '\0';
	make_link(dots, "root/long");
	expect_resolved(&root, "/long", "/");
	snprintf(path, sizeof(path), "/long/%.200s", dots);
	expect_unresolved(&root, path, ENAMETOOLONG);
}

/* /proc/PID/exe and its like jump anywhere; inside a root they must not. */
static void passes_no_magic_link(void **state)
{
	_cleanup_sysroot_ struct sysroot root;
	char path[64];

	(void)state;
	assert_int_equal(sysroot_open("/proc", &root, NULL), 0);
	snprintf(path, sizeof(path), "/%d/exe", getpid());
	assert_int_equal(sysroot_openat(&root, path, O_RDONLY), -ELOOP);
	snprintf(path, sizeof(path), "/%d/root/etc/passwd", getpid());
	assert_int_equal(sysroot_openat(&root, path, O_RDONLY), -ELOOP);
	snprintf(path, sizeof(path), "/%d/cwd", getpid());
	assert_int_equal(sysroot_openat(&root, path, O_RDONLY), -ELOOP);
	snprintf(path, sizeof(path), "/%d/status", getpid());
	_cleanup_fd_ int fd = sysroot_openat(&root, path, O_RDONLY);
	assert_true(fd >= 0);
}

static void looks_at_the_target_of_a_link(void **state)
{
	_cleanup_sysroot_ struct sysroot root;
	struct stat st, wanted;

	(void)state;
	make_root(&root);
	make_link("/usr/lib/file", "root/abs");
	assert_int_equal(stat("root/usr/lib/file", &wanted), 0);
	assert_int_equal(sysroot_stat(&root, "/abs", &st), 0);
	assert_int_equal(st.st_ino, wanted.st_ino);
	assert_int_equal(sysroot_stat(&root, "/secret", &st), -ENOENT);
	assert_int_equal(sysroot_stat(&root, "/", &st), 0);
	assert_true(S_ISDIR(st.st_mode));
}

static void opens_a_link_itself_but_passes_none(void **state)
{
	_cleanup_sysroot_ struct sysroot root;
	struct stat st;

	(void)state;
	make_root(&root);
	make_link("usr/lib", "root/lib");
	_cleanup_fd_ int link = sysroot_open_link(&root, "/lib");
	assert_true(link >= 0 && fstat(link, &st) == 0);
	assert_true(S_ISLNK(st.st_mode));
	_cleanup_fd_ int file = sysroot_open_link(&root, "/usr/lib/file");
	assert_true(file >= 0 && fstat(file, &st) == 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(sysroot_open_link(&root, "/lib/file"), -ELOOP);
	assert_int_equal(sysroot_open_link(&root, "/missing"), -ENOENT);
}

/* Each link as "PATH -> TARGET". */
static int note_link(void *data, const char *path, const char *target, struct error *err)
{
	return strlist_take(data, alloc_format(err, "%s -> %s", path, target), err);
}

static void shows_every_link_in_the_order_of_the_walk(void **state)
{
	static const char *const wanted[] = {
		"/bin -> usr/bin",          "/usr/bin/vi -> /etc/alternatives/vi",
		"/etc -> usr/etc",          "/usr/etc/alternatives/vi -> ../../bin/vim",
		"/usr/bin/vim -> vim.tiny",
	};
	_cleanup_strlist_ struct strlist seen = {0};
	struct sysroot_visitor visitor = {.link = note_link, .data = &seen};
	_cleanup_sysroot_ struct sysroot root;
	char ret[PATH_MAX];

	(void)state;
	make_root(&root);
	assert_int_equal(mkdir("root/usr/bin", 0755), 0);
	assert_int_equal(mkdir("root/usr/etc", 0755), 0);
	assert_int_equal(mkdir("root/usr/etc/alternatives", 0755), 0);
	scratch_write("root/usr/bin/vim.tiny", "");
	make_link("usr/bin", "root/bin");
	make_link("usr/etc", "root/etc");
	make_link("/etc/alternatives/vi", "root/usr/bin/vi");
	make_link("../../bin/vim", "root/usr/etc/alternatives/vi");
	make_link("vim.tiny", "root/usr/bin/vim");
	assert_int_equal(sysroot_resolve(&root, "/bin/vi", &visitor, ret, NULL), 0);
	assert_string_equal(ret, "/usr/bin/vim.tiny");
	assert_int_equal(seen.count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(seen.items[i], wanted[i]);
}

static int refuse_link(void *data, const char *path, const char *target,
		       struct error *err)
{
	++*(int *)data;
	return error_set(err, EPERM, "%s leads to %s", path, target);
}

static void ends_where_the_visitor_says_so(void **state)
{
	int calls = 0;
	struct sysroot_visitor visitor = {.link = refuse_link, .data = &calls};
	_cleanup_sysroot_ struct sysroot root;
	struct error err = {0};
	char ret[PATH_MAX];

	(void)state;
	make_root(&root);
	make_link("usr", "root/a");
	make_link("a", "root/b");
	assert_int_equal(sysroot_resolve(&root, "/b/lib", &visitor, ret, &err), -EPERM);
	assert_string_equal(err.text, "/b leads to a");
	assert_int_equal(calls, 1);
	assert_int_equal(sysroot_resolve(&root, "/usr/lib", &visitor, ret, &err), 0);
	assert_int_equal(calls, 1);
}

static void names_the_component_that_is_missing(void **state)
{
	_cleanup_sysroot_ struct sysroot root;
	struct error err = {0};
	char ret[PATH_MAX];

	(void)state;
	make_root(&root);
	make_link("/usr/none/x", "root/dangling");
	assert_int_equal(sysroot_resolve(&root, "/dangling", NULL, ret, &err), -ENOENT);
	assert_string_equal(err.text, "/usr/none: No such file or directory");
}

/* Dots and a slash behind a file: the kernel wants a folder there (path_resolution(7)). */
static void takes_no_file_for_a_folder(void **state)
{
	static const char *const paths[] = {"/usr/lib/file/",   "/usr/lib/file/.",
					    "/usr/lib/file/..", "/usr/lib/file/x",
					    "/link/",           "/link/..",
					    "/slashed"};
	_cleanup_sysroot_ struct sysroot root;

	(void)state;
	make_root(&root);
	make_link("usr/lib/file", "root/link");
	make_link("usr/lib/file/", "root/slashed");
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		assert_int_equal(sysroot_openat(&root, paths[i], O_PATH), -ENOTDIR);
		expect_unresolved(&root, paths[i], ENOTDIR);
	}
	expect_resolved(&root, "/link", "/usr/lib/file");
	expect_resolved(&root, "/usr/lib/", "/usr/lib");
	expect_resolved(&root, "/usr/lib/.", "/usr/lib");
	expect_resolved(&root, "/", "/");
}

static void agrees_with_the_kernel_on_this_host(void **state)
{
	static const char *const paths[] = {"/bin/sh",      "/proc/self", "/etc/mtab",
					    "/usr/bin/awk", "/lib64",     "/dev/fd",
					    "/.."};
	_cleanup_sysroot_ struct sysroot host;

	(void)state;
	assert_int_equal(sysroot_open(NULL, &host, NULL), 0);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char *wanted = realpath(paths[i], NULL);
		char ret[PATH_MAX];

		if (!wanted)
			expect_unresolved(&host, paths[i], errno);
		else
			assert_int_equal(
				sysroot_resolve(&host, paths[i], NULL, ret, NULL), 0);
		if (wanted)
			assert_string_equal(ret, wanted);
		free(wanted);
	}
}

static void takes_the_hosts_own_root_under_every_name(void **state)
{
	static const char *const names[] = {NULL, "/",   "//",
					    "/.", "/..", "/proc/self/root"};

	(void)state;
	make_link("/", "to-host");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		_cleanup_sysroot_ struct sysroot host;

		assert_int_equal(sysroot_open(names[i], &host, NULL), 0);
		assert_int_equal(host.fd, -1);
		assert_string_equal(host.path, "");
	}
	_cleanup_sysroot_ struct sysroot linked;
	assert_int_equal(sysroot_open("to-host", &linked, NULL), 0);
	assert_int_equal(linked.fd, -1);
}

static void counts_relative_paths_from_the_current_folder_of_the_host(void **state)
{
	_cleanup_sysroot_ struct sysroot host;
	struct stat st;

	(void)state;
	assert_int_equal(sysroot_open(NULL, &host, NULL), 0);
	scratch_write("here", "near");
	expect_content(&host, "here", "near");
	assert_int_equal(sysroot_stat(&host, "here", &st), 0);
	assert_int_equal(st.st_size, 4);
	assert_int_equal(sysroot_stat(&host, "nowhere", &st), -ENOENT);
	_cleanup_fd_ int fd = sysroot_open_link(&host, "/proc/self");
	assert_true(fd >= 0 && fstat(fd, &st) == 0 && S_ISLNK(st.st_mode));
}

static void refuses_a_root_that_is_no_folder(void **state)
{
	struct error err = {0};
	struct sysroot root;

	(void)state;
	scratch_write("file", "");
	assert_int_equal(sysroot_open("file", &root, &err), -ENOTDIR);
	assert_string_equal(err.text, "cannot open the root file: Not a directory");
	sysroot_close(&root);
	assert_int_equal(sysroot_open("missing", &root, &err), -ENOENT);
	sysroot_close(&root);
}

/*
 * A lease (F_SETLEASE, fcntl(2)) makes a non-blocking open answer EAGAIN as long as its holder
 * likes, as does somebody who renames folders without end: neither may hold us up. The alarm ends
 * a busy loop.
 */
static void gives_up_on_a_file_that_stays_busy(void **state)
{
	_cleanup_sysroot_ struct sysroot root;

	(void)state;
	make_root(&root);
	int held = scratch_open("root/usr/lib/file", O_RDWR);
	signal(SIGIO, SIG_IGN);
	assert_int_equal(fcntl(held, F_SETLEASE, F_WRLCK), 0);
	alarm(10);
	assert_int_equal(sysroot_openat(&root, "/usr/lib/file", O_RDONLY | O_NONBLOCK),
			 -EAGAIN);
	alarm(0);
	close(held);
	signal(SIGIO, SIG_DFL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(opens_plain_paths_inside),
		scratch_test(closes_its_descriptors_on_exec),
		scratch_test(stops_dots_at_the_root),
		scratch_test(starts_absolute_links_at_the_root),
		scratch_test(keeps_relative_links_inside),
		scratch_test(follows_a_link_to_the_root_itself),
		scratch_test(follows_forty_links_like_the_kernel),
		scratch_test(ends_a_loop_of_links),
		scratch_test(reports_a_path_that_grows_too_long),
		scratch_test(passes_no_magic_link),
		scratch_test(looks_at_the_target_of_a_link),
		scratch_test(opens_a_link_itself_but_passes_none),
		scratch_test(shows_every_link_in_the_order_of_the_walk),
		scratch_test(ends_where_the_visitor_says_so),
		scratch_test(names_the_component_that_is_missing),
		scratch_test(takes_no_file_for_a_folder),
		scratch_test(agrees_with_the_kernel_on_this_host),
		scratch_test(takes_the_hosts_own_root_under_every_name),
		scratch_test(counts_relative_paths_from_the_current_folder_of_the_host),
		scratch_test(refuses_a_root_that_is_no_folder),
		scratch_test(gives_up_on_a_file_that_stays_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
