/* SPDX-License-Identifier: MIT */
/* Tests of builder/packages: what packages an image is made of. */
#include "workshop.h"

#include "builder/packages.h"

static void add_file(struct manifest *manifest, const char *path, const char *package)
{
	const struct entry entry = {
		.path = path,
		.type = ENTRY_FILE,
		.origin = ORIGIN_TEXT,
		.text = "",
		.source = path,
		.package = package,
		.reason = {.rule = RULE_ASKED},
	};
	struct error err;

	assert_int_equal(manifest_add(manifest, &entry, &err), 0);
}

static void make_packages(struct packages *packages)
{
	_cleanup_manifest_ struct manifest manifest = {0};
	struct error err = {0};

	add_file(&manifest, "/bin/two", "libc6:amd64");
	add_file(&manifest, "/bin/one", "bash");
	add_file(&manifest, "/bin/three", "libc6:amd64");
	add_file(&manifest, "/bin/mine", NULL);
	workshop_text(&manifest, "/etc/passwd", "made by us", RULE_BASE);
	assert_int_equal(packages_of(&manifest, packages, &err), 0);
}

static void look_up(struct packages *packages, const char *release, const char *status)
{
	_cleanup_sysroot_ struct sysroot root = {.fd = -1};
	struct error err = {0};

	assert_int_equal(system("rm -rf root; mkdir -p root/etc root/var/lib/dpkg"), 0);
	scratch_write("root/etc/os-release", release);
	scratch_write("root/var/lib/dpkg/status", status);
	assert_int_equal(sysroot_open("root", &root, &err), 0);
	assert_int_equal(packages_look_up(packages, &root, &err), 0);
}

static void they_are_sorted_and_counted(void **state)
{
	_cleanup_packages_ struct packages packages;

	(void)state;
	make_packages(&packages);
	assert_int_equal(packages.count, 2);
	assert_string_equal(packages.items[0]->key, "bash");
	assert_int_equal(packages.items[0]->files, 1);
	assert_string_equal(packages.items[1]->key, "libc6:amd64");
	assert_string_equal(packages.items[1]->name, "libc6");
	assert_int_equal(packages.items[1]->files, 2);
	assert_null(packages.items[1]->version);
	assert_int_equal(packages.loose, 1);
}

static void dpkg_tells_versions(void **state)
{
	_cleanup_packages_ struct packages packages;

	(void)state;
	make_packages(&packages);
	look_up(&packages, "NAME=x\nVERSION_ID=\"1\"\nID=\"debian\"\n",
		"Package: bash\nStatus: deinstall ok config-files\n"
		"Architecture: i386\nVersion: 1\n\n"
		"Package: bash\nStatus: install ok installed\nArchitecture: amd64\n"
		"Description: x\n Version: 9\nVersion: 5.2+b1\n\n\n"
		"Package: libc6\nStatus: install ok installed\nArchitecture: i386\n"
		"Version: 2\n\n"
		"Package: libc6\nStatus: hold ok installed\nVersion: 3\n"
		"Architecture: amd64");
	assert_string_equal(packages.vendor, "debian");
	assert_string_equal(packages.items[0]->version, "5.2+b1");
	assert_string_equal(packages.items[0]->arch, "amd64");
	assert_string_equal(packages.items[1]->version, "3");
}

static void what_is_no_database_tells_nothing(void **state)
{
	static const char *const texts[] = {"", "\n\n", "Package",
					    ":\n\n:", "Package: bash\nVersion: 1\n\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		_cleanup_packages_ struct packages packages;

		make_packages(&packages);
		look_up(&packages, "ID=Not A Vendor\nID=debian\n", texts[i]);
		assert_null(packages.vendor);
		assert_null(packages.items[0]->version);
	}
}

static void a_root_may_have_neither_file(void **state)
{
	_cleanup_packages_ struct packages packages;
	_cleanup_sysroot_ struct sysroot root = {.fd = -1};
	struct error err = {0};

	(void)state;
	make_packages(&packages);
	workshop_folder("root");
	workshop_folder("root/etc");
	assert_int_equal(mkfifo("root/etc/os-release", 0600), 0);
	assert_int_equal(sysroot_open("root", &root, &err), 0);
	assert_int_equal(packages_look_up(&packages, &root, &err), 0);
	assert_null(packages.vendor);
}

static void apk_tells_versions_where_there_is_no_dpkg(void **state)
{
	_cleanup_packages_ struct packages packages;
	_cleanup_sysroot_ struct sysroot root = {.fd = -1};
	struct error err = {0};

	(void)state;
	make_packages(&packages);
	assert_int_equal(system("mkdir -p root/lib/apk/db root/etc"), 0);
	scratch_write("root/etc/os-release", "ID=alpine\n");
	scratch_write("root/lib/apk/db/installed", "P:bash\nV:5.2-r0\nA:x86_64\n\n");
	assert_int_equal(sysroot_open("root", &root, &err), 0);
	assert_int_equal(packages_look_up(&packages, &root, &err), 0);
	assert_string_equal(packages.type, "apk");
	assert_string_equal(packages.vendor, "alpine");
	assert_string_equal(packages.items[0]->version, "5.2-r0");
	assert_string_equal(packages.items[0]->arch, "x86_64");
	assert_null(packages.items[1]->version);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(they_are_sorted_and_counted),
		scratch_test(dpkg_tells_versions),
		scratch_test(what_is_no_database_tells_nothing),
		scratch_test(a_root_may_have_neither_file),
		scratch_test(apk_tells_versions_where_there_is_no_dpkg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
