/* SPDX-License-Identifier: MIT */
/* Tests of extract: what arrives in the folder, what is refused, and what is left out. */
#include "tests/unit/unit.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/xattr.h>

#include "rawtar.h"
#include "runner/extract.h"

static char base[256], folder[300];
static int base_fd, folder_fd;

/* The output folder lies in a folder of the test's own, which shows what gets out. */
static int set_up(void **state)
{
	(void)state;
	base_fd = rawtar_folder(base, sizeof(base));
	snprintf(folder, sizeof(folder), "%s/out", base);
	assert_int_equal(mkdir(folder, 0700), 0);
	folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	umask(0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(folder_fd);
	rawtar_remove(base, base_fd);
	return 0;
}

static int extract_with(int archive, const struct extract_options *options,
			struct extract_counts *counts, struct error *err)
{
	*counts = (struct extract_counts){0};
	int r = extract_archive(archive, folder_fd, options, counts, err);
	close(archive);
	return r;
}

static int extract(int archive, struct extract_counts *counts, struct error *err)
{
	struct extract_options options = {.owners = geteuid() == 0};

	return extract_with(archive, &options, counts, err);
}

/* How many entries lie beside the output folder: must stay none. */
static int count_outside(void)
{
	DIR *dir = opendir(base);
	int found = 0;

	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
		found += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
			 strcmp(entry->d_name, "out");
	closedir(dir);
	return found;
}

static void keeps_content_mode_and_time(void **state)
{
	struct extract_counts counts;
	struct error err = {0};
	struct stat st;
	int fd = rawtar_new();

	(void)state;
	rawtar_add(fd, &(struct rawtar_entry){.name = "./d", .type = '5', .mode = 0555});
	rawtar_add(fd,
		   &(struct rawtar_entry){
			   .name = "./d/f", .mode = 0466, .mtime = 99, .data = "text"});
	rawtar_add(fd,
		   &(struct rawtar_entry){.name = "d/l", .type = '2', .link = "/etc/x"});
	rawtar_add(fd, &(struct rawtar_entry){.name = "p", .type = '6', .mode = 0622});
	assert_int_equal(extract(rawtar_end(fd), &counts, &err), 0);
	assert_string_equal(rawtar_read(folder_fd, "d/f"), "text");
	assert_int_equal(fstatat(folder_fd, "d/f", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0466);
	assert_int_equal(st.st_mtim.tv_sec, 99);
	assert_int_equal(fstatat(folder_fd, "d", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0555);
	assert_int_equal(st.st_mtim.tv_sec, 0);
	assert_int_equal(fstatat(folder_fd, "p", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFIFO | 0622);
	assert_int_equal(counts.entries, 4);
	assert_int_equal(counts.bytes, 4);
}

static void lets_nothing_out_of_the_folder(void **state)
{
	static const struct rawtar_entry hostile[] = {
		{.name = "../escaped", .data = "x"},
		{.name = "a/../../escaped", .data = "x"},
		{.name = "h", .type = '1', .link = "../../../../../../etc/passwd"},
		{.name = "h", .type = '1', .link = "/etc/passwd"},
		{.name = "/..", .type = '5'},
		{.name = "up/escaped", .data = "x"}, /* up is a link, see below */
	};
	struct extract_counts counts;
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		int fd = rawtar_new();

		rawtar_add(fd, &(struct rawtar_entry){
				       .name = "up", .type = '2', .link = ".."});
		rawtar_add(fd, &hostile[i]);
		int r = extract(rawtar_end(fd), &counts, &err);
		/* The link's ".." of the root is the root: the last one stays inside. */
		assert_int_equal(r, i == 5 ? 0 : -EBADMSG);
		assert_int_equal(count_outside(), 0);
	}
	assert_string_equal(rawtar_read(folder_fd, "escaped"), "x");
	assert_int_equal(faccessat(folder_fd, "h", F_OK, AT_SYMLINK_NOFOLLOW), -1);
}

static void enters_no_folder_beside_its_own(void **state)
{
	struct extract_counts counts;
	struct error err = {0};
	int fd = rawtar_new();

	(void)state;
	/* The name exists outside: a walk that left the root would find it and go on there. */
	assert_int_equal(mkdirat(base_fd, "beside", 0700), 0);
	rawtar_add(fd, &(struct rawtar_entry){.name = "up", .type = '2', .link = ".."});
	rawtar_add(fd, &(struct rawtar_entry){.name = "abs", .type = '2', .link = base});
	rawtar_add(fd, &(struct rawtar_entry){.name = "up/beside/a", .data = "x"});
	rawtar_add(fd, &(struct rawtar_entry){.name = "up/beside/d", .type = '5'});
	assert_int_equal(extract(rawtar_end(fd), &counts, &err), 0);
	fd = rawtar_new();
	rawtar_add(fd, &(struct rawtar_entry){.name = "abs/beside/a", .data = "x"});
	/* Inside there is nothing of that name for the link to lead to. */
	assert_int_equal(extract(rawtar_end(fd), &counts, &err), -EBADMSG);
	assert_int_equal(unlinkat(base_fd, "beside", AT_REMOVEDIR),
			 0); /* it stayed empty */
	assert_string_equal(rawtar_read(folder_fd, "beside/a"), "x");
}

static void writes_absolute_names_inside(void **state)
{
	struct extract_counts counts;
	struct error err = {0};

	(void)state;
	assert_int_equal(extract(rawtar_of(&(struct rawtar_entry){.name = "/etc/hostname",
								  .data = "mine"}),
				 &counts, &err),
			 0);
	assert_string_equal(rawtar_read(folder_fd, "etc/hostname"), "mine");
}

static void never_writes_through_the_last_component(void **state)
{
	struct extract_counts counts;
	struct error err = {0};
	int fd = rawtar_new();

	(void)state;
	rawtar_add(fd, &(struct rawtar_entry){.name = "victim", .data = "old"});
	rawtar_add(fd,
		   &(struct rawtar_entry){.name = "link", .type = '2', .link = "victim"});
	rawtar_add(fd, &(struct rawtar_entry){.name = "link", .data = "new"});
	assert_int_equal(extract(rawtar_end(fd), &counts, &err), 0);
	assert_string_equal(rawtar_read(folder_fd, "victim"), "old");
	assert_string_equal(rawtar_read(folder_fd, "link"), "new");
}

static void takes_the_last_of_two_files(void **state)
{
	struct extract_counts counts;
	struct error err = {0};
	int fd = rawtar_new();

	(void)state;
	rawtar_add(fd, &(struct rawtar_entry){.name = "a", .data = "long old text"});
	rawtar_add(fd, &(struct rawtar_entry){.name = "b", .type = '1', .link = "a"});
	rawtar_add(fd, &(struct rawtar_entry){.name = "a", .data = "new"});
	assert_int_equal(extract(rawtar_end(fd), &counts, &err), 0);
	assert_string_equal(rawtar_read(folder_fd, "a"), "new");
	assert_string_equal(rawtar_read(folder_fd, "b"), "long old text");
}

static void refuses_to_replace_a_folder(void **state)
{
	static const char types[] = {'0', '1', '2', '6'};
	struct extract_counts counts;
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(types); i++) {
		int fd = rawtar_new();

		rawtar_add(fd, &(struct rawtar_entry){.name = "file"});
		rawtar_add(fd, &(struct rawtar_entry){
				       .name = "etc", .type = '5', .mode = 0755});
		rawtar_add(fd, &(struct rawtar_entry){
				       .name = "etc", .type = types[i], .link = "file"});
		assert_int_equal(extract(rawtar_end(fd), &counts, &err), -EBADMSG);
		assert_non_null(strstr(err.text, "etc: "));
	}
}

static void replaces_a_link_by_a_folder(void **state)
{
	struct extract_counts counts;
	struct error err = {0};
	struct stat st;
	int fd = rawtar_new();

	(void)state;
	rawtar_add(fd, &(struct rawtar_entry){.name = "real", .type = '5', .mode = 0700});
	rawtar_add(fd, &(struct rawtar_entry){.name = "d", .type = '2', .link = "real"});
	rawtar_add(fd, &(struct rawtar_entry){.name = "d/in", .data = "1"});
	rawtar_add(fd, &(struct rawtar_entry){.name = "d", .type = '5', .mode = 0711});
	rawtar_add(fd, &(struct rawtar_entry){.name = "d/in", .data = "2"});
	assert_int_equal(extract(rawtar_end(fd), &counts, &err), 0);
	assert_string_equal(rawtar_read(folder_fd, "real/in"), "1");
	assert_string_equal(rawtar_read(folder_fd, "d/in"), "2");
	assert_int_equal(fstatat(folder_fd, "d", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0711);
	assert_int_equal(fstatat(folder_fd, "real", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void refuses_hard_links_to_anything_but_files(void **state)
{
	struct extract_counts counts;
	struct error err = {0};
	int fd = rawtar_new();

	(void)state;
	rawtar_add(fd, &(struct rawtar_entry){
			       .name = "s", .type = '2', .link = "/etc/passwd"});
	rawtar_add(fd, &(struct rawtar_entry){.name = "h", .type = '1', .link = "s"});
	assert_int_equal(extract(rawtar_end(fd), &counts, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "hard link to s"));
}

static void survives_a_hard_link_to_itself(void **state)
{
	struct extract_counts counts;
	struct error err = {0};
	int fd = rawtar_new();

	(void)state;
	rawtar_add(fd, &(struct rawtar_entry){.name = "a", .data = "text"});
	rawtar_add(fd, &(struct rawtar_entry){.name = "a", .type = '1', .link = "./a"});
	assert_int_equal(extract(rawtar_end(fd), &counts, &err), 0);
	assert_string_equal(rawtar_read(folder_fd, "a"), "text");
}

static void leaves_out_and_counts_what_is_harmful(void **state)
{
	struct extract_counts counts;
	struct error err = {0};
	struct stat st;
	int fd = rawtar_new();
	char value[8];

	(void)state;
	rawtar_add(fd, &(struct rawtar_entry){.name = "null", .type = '3', .mode = 0666});
	rawtar_add(fd, &(struct rawtar_entry){.name = "su", .mode = 06755, .data = "x"});
	rawtar_add(fd, &(struct rawtar_entry){.name = "d", .type = '5', .mode = 06755});
	rawtar_pax(fd, "SCHILY.xattr.user.overlay.opaque", "y");
	rawtar_add(fd, &(struct rawtar_entry){.name = "o", .data = "x"});
	rawtar_pax(fd, "SCHILY.xattr.security.capability", "y");
	rawtar_add(fd, &(struct rawtar_entry){.name = "c", .data = "x"});
	rawtar_pax(fd, "SCHILY.xattr.user.mine", "kept");
	rawtar_add(fd, &(struct rawtar_entry){.name = "k", .mode = 0444, .data = "x"});
	assert_int_equal(extract(rawtar_end(fd), &counts, &err), 0);
	assert_int_equal(faccessat(folder_fd, "null", F_OK, 0), -1);
	assert_int_equal(fstatat(folder_fd, "su", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(fstatat(folder_fd, "d", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 02755);
	assert_int_equal(fstatat(folder_fd, "k", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0444);
	assert_int_equal(fchdir(folder_fd), 0);
	assert_int_equal(getxattr("o", "user.overlay.opaque", value, sizeof(value)), -1);
	assert_int_equal(getxattr("k", "user.mine", value, sizeof(value)), 4);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(counts.devices, 1);
	assert_int_equal(counts.privileges, 1);
	assert_int_equal(counts.attributes, 2);
}

static void gives_files_to_their_owners_only_where_asked(void **state)
{
	struct extract_options options = {.owners = false};
	struct extract_counts counts;
	struct error err = {0};
	struct stat st;

	(void)state;
	int fd = rawtar_of(&(struct rawtar_entry){.name = "f", .uid = 33, .gid = 34});
	assert_int_equal(extract_with(fd, &options, &counts, &err), 0);
	assert_int_equal(counts.owners, 1);
	assert_int_equal(fstatat(folder_fd, "f", &st, 0), 0);
	assert_int_equal(st.st_uid, geteuid());
	options.owners = true;
	fd = rawtar_of(
		&(struct rawtar_entry){.name = "g", .uid = 33, .gid = 34, .mode = 0640});
	if (geteuid() != 0) {
		assert_int_equal(extract_with(fd, &options, &counts, &err), -EPERM);
		return;
	}
	assert_int_equal(extract_with(fd, &options, &counts, &err), 0);
	assert_int_equal(fstatat(folder_fd, "g", &st, 0), 0);
	assert_int_equal(st.st_uid, 33);
	assert_int_equal(st.st_gid, 34);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void stops_at_its_limits(void **state)
{
	struct extract_options options = {.max_bytes = 10, .max_entries = 2};
	struct extract_counts counts;
	struct error err = {0};
	int fd = rawtar_new();

	(void)state;
	rawtar_add(fd, &(struct rawtar_entry){.name = "a", .data = "123456"});
	rawtar_add(fd, &(struct rawtar_entry){.name = "b", .data = "12345"});
	assert_int_equal(extract_with(rawtar_end(fd), &options, &counts, &err), -EFBIG);
	assert_non_null(strstr(err.text, "b: "));
	assert_non_null(strstr(err.text, "10 bytes"));
	fd = rawtar_new();
	for (int i = 0; i < 3; i++)
		rawtar_add(fd, &(struct rawtar_entry){.name = "a"});
	assert_int_equal(extract_with(rawtar_end(fd), &options, &counts, &err), -EFBIG);
	assert_non_null(strstr(err.text, "2 entries"));
	/* Its size alone is enough, before a byte of it. */
	fd = rawtar_of(
		&(struct rawtar_entry){.name = "huge", .size = UINT64_C(8000000000)});
	assert_int_equal(extract_with(fd, &options, &counts, &err), -EFBIG);
}

/* A file of `size` bytes with four at its end, as GNU tar's sparse format 0.1 writes it. */
static int sparse_archive(int64_t size)
{
	char records[512] = "", number[32], map[48];
	int fd = rawtar_new();

	snprintf(number, sizeof(number), "%lld", (long long)size);
	snprintf(map, sizeof(map), "%lld,4", (long long)size - 4);
	rawtar_record(records, sizeof(records), "GNU.sparse.size", number);
	rawtar_record(records, sizeof(records), "GNU.sparse.numblocks", "1");
	rawtar_record(records, sizeof(records), "GNU.sparse.map", map);
	rawtar_add(fd,
		   &(struct rawtar_entry){.name = "pax", .type = 'x', .data = records});
	rawtar_add(fd, &(struct rawtar_entry){.name = "sparse", .data = "tail"});
	return rawtar_end(fd);
}

static void keeps_holes_and_counts_their_size(void **state)
{
	const int64_t size = 50 << 20;
	struct extract_counts counts;
	struct error err = {0};
	struct stat st;
	char tail[5] = "";

	(void)state;
	assert_int_equal(extract(sparse_archive(size), &counts, &err), 0);
	assert_int_equal(fstatat(folder_fd, "sparse", &st, 0), 0);
	assert_int_equal(st.st_size, size);
	assert_true(st.st_blocks < 1000);
	int fd = openat(folder_fd, "sparse", O_RDONLY | O_CLOEXEC);
	assert_int_equal(pread(fd, tail, 4, size - 4), 4);
	close(fd);
	assert_string_equal(tail, "tail");
	assert_int_equal(extract(sparse_archive(INT64_C(1) << 40), &counts, &err),
			 -EFBIG);
}

/* newc cpio: of three names for one file the last brings the bytes. */
static int linked_cpio(void)
{
	struct archive *archive = archive_write_new();
	int fd = rawtar_new();

	archive_write_set_format_cpio_newc(archive);
	assert_int_equal(archive_write_open_fd(archive, fd), ARCHIVE_OK);
	for (int i = 0; i < 3; i++) {
		struct archive_entry *entry = archive_entry_new();

		archive_entry_set_pathname(entry, (const char *[]){"a", "b", "c"}[i]);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, 0440);
		archive_entry_set_ino(entry, 77);
		archive_entry_set_nlink(entry, 3);
		archive_entry_set_size(entry, i == 2 ? 4 : 0);
		assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
		if (i == 2)
			assert_int_equal(archive_write_data(archive, "data", 4), 4);
		archive_entry_free(entry);
	}
	assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void fills_a_hard_link_that_brings_the_content(void **state)
{
	struct extract_counts counts;
	struct error err = {0};
	struct stat st;

	(void)state;
	assert_int_equal(extract(linked_cpio(), &counts, &err), 0);
	assert_int_equal(fstatat(folder_fd, "a", &st, 0), 0);
	assert_int_equal(st.st_nlink, 3);
	assert_int_equal(st.st_mode & 07777, 0440);
	assert_int_equal(st.st_size, 4);
	assert_string_equal(rawtar_read(folder_fd, "a"), "data");
}

static void escapes_names_in_errors(void **state)
{
	struct extract_counts counts;
	struct error err = {0};

	(void)state;
	assert_int_equal(extract(rawtar_of(&(struct rawtar_entry){.name = "../\033[2J"}),
				 &counts, &err),
			 -EBADMSG);
	assert_null(strchr(err.text, '\033'));
	assert_non_null(strstr(err.text, "\\x1b"));
}

static void keeps_names_that_are_no_utf8(void **state)
{
	struct extract_counts counts;
	struct error err = {0};

	(void)state;
	assert_int_equal(
		extract(rawtar_of(&(struct rawtar_entry){.name = "caf\xe9", .data = "x"}),
			&counts, &err),
		0);
	assert_string_equal(rawtar_read(folder_fd, "caf\xe9"), "x");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keeps_content_mode_and_time),
		TEST(lets_nothing_out_of_the_folder),
		TEST(enters_no_folder_beside_its_own),
		TEST(writes_absolute_names_inside),
		TEST(never_writes_through_the_last_component),
		TEST(takes_the_last_of_two_files),
		TEST(refuses_to_replace_a_folder),
		TEST(replaces_a_link_by_a_folder),
		TEST(refuses_hard_links_to_anything_but_files),
		TEST(survives_a_hard_link_to_itself),
		TEST(leaves_out_and_counts_what_is_harmful),
		TEST(gives_files_to_their_owners_only_where_asked),
		TEST(stops_at_its_limits),
		TEST(keeps_holes_and_counts_their_size),
		TEST(fills_a_hard_link_that_brings_the_content),
		TEST(escapes_names_in_errors),
		TEST(keeps_names_that_are_no_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
