/* SPDX-License-Identifier: MIT */
/*
 * The name service switch: nsswitch.conf(5). "files" and "dns" are inside libc.so.6 since glibc 2.34;
 * any other service is a module that is opened at run time. Called by checkup.
 */
#include "verifynames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

enum { FILE_MAX = 1 << 20 };

static const char accounts[] = "/etc/passwd", groups[] = "/etc/group",
		  services[] = "/etc/nsswitch.conf";

/* Programs that are no use, or end at once, where accounts have no names. */
static const char *const askers[] = {
	"getent", "id",          "initdb", "login", "newgrp", "postgres", "scp",
	"sftp",   "sftp-server", "ssh",    "sshd",  "su",     "sudo",     "whoami",
};

/* Accounts that a program switches to, by Debian's own configuration. */
static const struct {
	const char *program, *account;
} switchers[] = {
	{"apache2", "www-data"},  {"dnsmasq", "dnsmasq"}, {"haproxy", "haproxy"},
	{"mysqld", "mysql"},      {"mariadbd", "mysql"},  {"nginx", "www-data"},
	{"postgres", "postgres"}, {"rsyslogd", "syslog"}, {"sshd", "sshd"},
};

/* `by` is a program that loads glibc: adding it again brings what the rules make. */
static int check_file(struct checkup *checkup, const char *path, const char *text,
		      const char *by, struct error *err)
{
	if (survey_has(checkup->survey, path))
		return 0;
	return checkup_report(
		checkup,
		&(struct finding){SEVERITY_WARNING, path, "accounts", text, NULL},
		&(struct cure){.add = by}, err);
}

static int check_askers(struct checkup *checkup, struct error *err)
{
	for (size_t i = 0; i < sizeof(askers) / sizeof(askers[0]); i++) {
		const struct usage *usage = checkup_find(&checkup->programs, askers[i]);

		if (!usage)
			continue;
		int r = checkup_report(
			checkup,
			&(struct finding){
				SEVERITY_ERROR, usage->by, "accounts",
				"asks for accounts, and there is no /etc/passwd", NULL},
			&(struct cure){.add = usage->by}, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Whether a line of passwd(5) begins with "NAME:". */
static bool has_account(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = text; line && *line;) {
		if (!strncmp(line, name, length) && line[length] == ':')
			return true;
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return false;
}

static int check_switchers(struct checkup *checkup, const char *text, struct error *err)
{
	char cause[100];

	for (size_t i = 0; i < sizeof(switchers) / sizeof(switchers[0]); i++) {
		const struct usage *usage = checkup_find(&checkup->programs,
							 switchers[i].program);

		if (!usage || has_account(text, switchers[i].account))
			continue;
		snprintf(cause, sizeof(cause),
			 "runs as the user %s, who is not in /etc/passwd",
			 switchers[i].account);
		int r = checkup_report(
			checkup,
			&(struct finding){SEVERITY_WARNING, usage->by, "accounts", cause,
					  NULL},
			&(struct cure){.words = "put the user into a passwd file of your "
						"own, and add it as FILE:/etc/passwd"},
			err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int check_service(struct checkup *checkup, const char *name, const char *folder,
			 struct error *err)
{
	char file[100], path[PATH_MAX], text[200];

	snprintf(file, sizeof(file), "libnss_%.60s.so.2", name);
	if (!strcmp(name, "files") || !strcmp(name, "dns") || strchr(name, '/') ||
	    strmap_get(&checkup->names, file))
		return 0;
	snprintf(path, sizeof(path), "%s/%s", *folder ? folder : "/usr/lib", file);
	snprintf(text, sizeof(text), "names the service %.60s, whose %.80s is not there",
		 name, file);
	return checkup_report(
		checkup, &(struct finding){SEVERITY_WARNING, services, "nss", text, NULL},
		&(struct cure){.add = path}, err);
}

/* "hosts: files [NOTFOUND=return] dns": what is in brackets is no service. */
static int check_database(struct checkup *checkup, char *line, const char *folder,
			  struct error *err)
{
	char *rest = NULL, *words;

	line[strcspn(line, "#")] = '\0';
	words = strchr(line, ':');
	if (!words)
		return 0;
	bool inside = false;
	for (char *word = strtok_r(words + 1, " \t", &rest); word;
	     word = strtok_r(NULL, " \t", &rest)) {
		inside = inside || word[0] == '[';
		int r = inside ? 0 : check_service(checkup, word, folder, err);
		if (r < 0)
			return r;
		inside = inside && !strchr(word, ']');
	}
	return 0;
}

static int check_services(struct checkup *checkup, const char *folder, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	char *rest = NULL;

	int r = survey_text(checkup->survey, services, FILE_MAX, &text, err);
	if (r < 0 || !text)
		return r;
	for (char *line = strtok_r(text, "\n", &rest); line && r == 0;
	     line = strtok_r(NULL, "\n", &rest))
		r = check_database(checkup, line, folder, err);
	return r;
}

int verifynames_run(struct checkup *checkup, struct error *err)
{
	const struct usage *libc = checkup_find(&checkup->libraries, "libc.so.6*");
	_cleanup_free_ char *text = NULL;

	if (!libc)
		return 0;
	int r = check_file(checkup, accounts, "is not there: accounts have no names",
			   libc->by, err);
	if (r == 0)
		r = check_file(checkup, groups, "is not there: groups have no names",
			       libc->by, err);
	if (r == 0)
		r = check_file(checkup, services,
			       "is not there: glibc guesses where names are looked up",
			       libc->by, err);
	if (r == 0)
		r = survey_text(checkup->survey, accounts, FILE_MAX, &text, err);
	if (r == 0)
		r = text ? check_switchers(checkup, text, err)
			 : check_askers(checkup, err);
	return r == 0 ? check_services(checkup, libc->folder, err) : r;
}
