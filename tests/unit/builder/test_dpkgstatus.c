/* SPDX-License-Identifier: MIT */
/* Tests of builder/dpkgstatus: what scanners find. */
#include "workshop.h"

#include "builder/dpkgstatus.h"

#define SUM "0123456789abcdef0123456789abcdef"

static void add(struct manifest *manifest, const char *source, const char *package)
{
	const struct entry entry = {.path = source,
				    .type = ENTRY_FILE,
				    .origin = ORIGIN_TEXT,
				    .text = "",
				    .source = source,
				    .package = package,
				    .reason = {.rule = RULE_ASKED}};
	struct error err;

	assert_int_equal(manifest_add(manifest, &entry, &err), 0);
}

static void expect(const struct manifest *manifest, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "/var/lib/dpkg/status.d/%s", name);
	const struct entry *entry = manifest_find(manifest, path);
	if (!text) {
		assert_null(entry);
		return;
	}
	assert_non_null(entry);
	assert_string_equal(entry->text, text);
}

static void has_each_package_and_the_sums_of_what_was_taken(void **state)
{
	struct workshop shop;
	struct error err = {0};

	(void)state;
	assert_int_equal(system("mkdir -p root/var/lib/dpkg/info"), 0);
	scratch_write(
		"root/var/lib/dpkg/status",
		"Package: bash\nStatus: install ok installed\nMaintainer: A B <a@b>\n"
		"Architecture: amd64\nVersion: 5\nDescription: x\n\n"
		"Package: libc6\nStatus: install ok installed\nSource: glibc\n"
		"Architecture: amd64\nVersion: 2\n\n"
		"Package: libc6\nStatus: install ok installed\nSource: glibc\n"
		"Architecture: i386\nVersion: 3\n");
	scratch_write("root/var/lib/dpkg/info/bash.md5sums",
		      SUM "  bin/bash\n" SUM "  usr/share/doc/bash/x\nshort\n" SUM
			  "  usr/lib/c6.so\n");
	workshop_open(&shop, "root");
	add(&shop.manifest, "/usr/bin/bash", "bash");
	add(&shop.manifest, "/usr/lib/c6.so", "libc6:amd64");
	add(&shop.manifest, "/usr/lib32/c6.so", "libc6:i386");
	add(&shop.manifest, "/gone", "gone");
	assert_int_equal(dpkgstatus_add(&shop.manifest, &shop.root, &err), 0);
	expect(&shop.manifest, "bash",
	       "Package: bash\nStatus: install ok installed\nMaintainer: A B <a@b>\n"
	       "Architecture: amd64\nVersion: 5\n");
	expect(&shop.manifest, "bash.md5sums", SUM "  bin/bash\n");
	expect(&shop.manifest, "libc6",
	       "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\n"
	       "Source: glibc\nVersion: 2\n");
	expect(&shop.manifest, "libc6:i386",
	       "Package: libc6\nStatus: install ok installed\nArchitecture: i386\n"
	       "Source: glibc\nVersion: 3\n");
	expect(&shop.manifest, "libc6.md5sums", NULL);
	expect(&shop.manifest, "gone", NULL);
	assert_int_equal(shop.manifest.notes.count, 1);
	assert_non_null(strstr(shop.manifest.notes.items[0], "gone"));
	workshop_close(&shop);
}

static void a_root_without_dpkg_is_only_a_note(void **state)
{
	struct workshop shop;
	struct error err = {0};

	(void)state;
	assert_int_equal(system("mkdir -p root/lib/apk/db"), 0);
	scratch_write("root/lib/apk/db/installed", "P:bash\nV:5\nA:x86_64\n");
	workshop_open(&shop, "root");
	add(&shop.manifest, "/bin/bash", "bash");
	assert_int_equal(dpkgstatus_add(&shop.manifest, &shop.root, &err), 0);
	assert_int_equal(shop.manifest.count, 1);
	assert_int_equal(shop.manifest.notes.count, 1);
	workshop_close(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(has_each_package_and_the_sums_of_what_was_taken),
		scratch_test(a_root_without_dpkg_is_only_a_note),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
