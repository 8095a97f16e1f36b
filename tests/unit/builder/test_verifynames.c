/* SPDX-License-Identifier: MIT */
/* Tests of builder/verifynames: accounts and the name service switch. */
#include "clinic.h"

#include "builder/verifynames.h"

static void check(struct clinic *clinic)
{
	struct error err;

	assert_int_equal(verifynames_run(&clinic->checkup, &err), 0);
}

static void without_accounts_some_programs_are_no_use(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_file("/x", "", 0644);
	clinic_open(&clinic);
	clinic_use(&clinic, "/usr/bin/bash", "libc.so.6");
	clinic_use(&clinic, "/usr/bin/id", "libselinux.so.1");
	check(&clinic);
	assert_int_equal(clinic.findings.count, 4);
	assert_int_equal(clinic.findings.counts[SEVERITY_ERROR], 1);
	const struct finding *finding = clinic_expect(&clinic, "/usr/bin/id",
						      "no /etc/passwd");
	assert_int_equal(finding->severity, SEVERITY_ERROR);
	assert_string_equal(finding->fix, "jailbuild add /usr/bin/id -o image");
	clinic_expect(&clinic, "/etc/passwd", "is not there");
	clinic_expect(&clinic, "/etc/group", "is not there");
	clinic_expect(&clinic, "/etc/nsswitch.conf", "is not there");
	clinic_close(&clinic);
}

static void without_glibc_nothing_is_asked(void **state)
{
	struct clinic clinic;

	(void)state;
	clinic_file("/x", "", 0644);
	clinic_open(&clinic);
	clinic_use(&clinic, "/usr/bin/id", "libc.musl-x86_64.so.1");
	check(&clinic);
	assert_int_equal(clinic.findings.count, 0);
	clinic_close(&clinic);
}

static void make_accounts(const char *services)
{
	clinic_file("/etc/passwd", "root:x:0:0::/root:/bin/sh\nxsshd:x:1:1::/:\n", 0644);
	clinic_file("/etc/group", "root:x:0:\n", 0644);
	clinic_file("/etc/nsswitch.conf", services, 0644);
}

static void services_need_their_modules(void **state)
{
	struct clinic clinic;

	(void)state;
	make_accounts("# passwd: gone\n"
		      "passwd: files systemd # comment\n"
		      "hosts:\tfiles mdns4 [ NOTFOUND = return ] dns ../../etc\n"
		      "nonsense\n");
	clinic_file("/lib/x/libnss_systemd.so.2", "", 0644);
	clinic_open(&clinic);
	clinic_use(&clinic, "/usr/bin/id", "libc.so.6");
	check(&clinic);
	assert_int_equal(clinic.findings.count, 1);
	const struct finding *finding = clinic_expect(&clinic, "/etc/nsswitch.conf",
						      "libnss_mdns4.so.2");
	assert_string_equal(finding->problem, "nss");
	assert_string_equal(finding->fix,
			    "jailbuild add /lib/x86_64-linux-gnu/libnss_mdns4.so.2 "
			    "-o image");
	clinic_close(&clinic);
}

static void servers_need_the_users_they_become(void **state)
{
	struct clinic clinic;

	(void)state;
	make_accounts("passwd: files\n");
	clinic_open(&clinic);
	clinic_use(&clinic, "/usr/sbin/sshd", "libc.so.6");
	check(&clinic);
	assert_int_equal(clinic.findings.count, 1);
	clinic_expect(&clinic, "/usr/sbin/sshd", "the user sshd");
	clinic_close(&clinic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(without_accounts_some_programs_are_no_use),
		scratch_test(without_glibc_nothing_is_asked),
		scratch_test(services_need_their_modules),
		scratch_test(servers_need_the_users_they_become),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
