/* SPDX-License-Identifier: MIT */
/*
 * Reads passwd(5) and group(5) of the image by hand: libc's getpw* functions would read the
 * host's, or run the image's name service modules. Called once, before the clone.
 */
#include "account.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "image.h"

enum {
	FILE_LIMIT = 4 << 20, /* a passwd file of a large site is below 1 MiB */
	FIELDS = 7,
};

/* Cuts one line off *text and splits it at the colons, in place; the number of fields. */
static size_t next_line(char **text, char *fields[FIELDS])
{
	char *line = strsep(text, "\n");
	size_t count = 0;

	while (line && count < FIELDS)
		fields[count++] = strsep(&line, ":");
	return count;
}

/* Strictly decimal, below 2^32 - 1 (which means "no change" to setuid(2)). */
static bool parse_id(const char *text, unsigned *ret)
{
	char *end;

	if (!*text || strspn(text, "0123456789") != strlen(text))
		return false;
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);
	if (errno || *end || value >= 0xffffffffUL)
		return false;
	*ret = (unsigned)value;
	return true;
}

/* Fills `account` from the line whose name (or, if `by_number`, whose uid) is the wanted one. */
static bool find_user(char *text, const char *name, bool by_number,
		      struct account *account)
{
	char *fields[FIELDS];
	unsigned uid, gid;

	while (text) {
		size_t count = next_line(&text, fields);

		if (count < 6 || !parse_id(fields[2], &uid) || !parse_id(fields[3], &gid))
			continue;
		if (by_number ? uid != account->uid : strcmp(fields[0], name) != 0)
			continue;
		account->uid = uid;
		account->gid = gid;
		snprintf(account->name, sizeof(account->name), "%s", fields[0]);
		if (fields[5][0] == '/')
			account->home = fields[5];
		if (count == FIELDS)
			account->shell = fields[6];
		return true;
	}
	return false;
}

static bool is_member(char *members, const char *name)
{
	char *member;

	while ((member = strsep(&members, ",")))
		if (!strcmp(member, name))
			return true;
	return false;
}

/* Collects the groups that list the account as a member; with `group`, also finds its id. */
static bool read_groups(char *text, const char *group, struct account *account)
{
	char *fields[FIELDS];
	bool found = false;
	unsigned gid;

	while (text) {
		if (next_line(&text, fields) < 4 || !parse_id(fields[2], &gid))
			continue;
		if (group && !found && !strcmp(fields[0], group)) {
			account->gid = gid;
			found = true;
		}
		if (account->name[0] && account->group_count < ACCOUNT_GROUPS_MAX &&
		    is_member(fields[3], account->name))
			account->groups[account->group_count++] = gid;
	}
	return found;
}

static int find_by_name(int root_fd, const char *name, struct account *account,
			struct error *err)
{
	unsigned id;
	bool by_number = parse_id(name, &id);

	if (by_number)
		account->uid = id;
	int r = image_read_file(root_fd, "/etc/passwd", FILE_LIMIT, &account->passwd,
				err);
	if (r < 0)
		return r;
	if (find_user(account->passwd, name, by_number, account) || by_number)
		return 0;
	error_set(err, ENOENT, "--user: the image has no user '%s' in /etc/passwd", name);
	return error_hint(err, "a number needs no account: --user 1000:1000");
}

static int find_groups(int root_fd, const char *group, struct account *account,
		       struct error *err)
{
	_cleanup_free_ char *text = NULL;
	unsigned gid;
	bool by_number = group && parse_id(group, &gid);
	int r = image_read_file(root_fd, "/etc/group", FILE_LIMIT, &text, err);

	if (r < 0)
		return r;
	bool found = read_groups(text, by_number ? NULL : group, account);
	if (by_number)
		account->gid = gid;
	else if (group && !found)
		return error_set(err, ENOENT,
				 "--user: the image has no group '%s' in /etc/group",
				 group);
	return 0;
}

/* A name does not begin with a digit: what does is a number, or a mistake. */
static bool is_word(const char *word)
{
	unsigned id;

	return *word && (*word < '0' || *word > '9' || parse_id(word, &id));
}

int account_check(const char *user, struct error *err)
{
	_cleanup_free_ char *copy = strdup(user);

	if (!copy)
		return error_nomem(err);
	char *group = copy, *name = strsep(&group, ":");
	if (!is_word(name) || (group && !is_word(group)))
		return error_set(err, EINVAL, "--user: '%s' is not USER[:GROUP]", user);
	return 0;
}

int account_find(int root_fd, const char *user, struct account *ret, struct error *err)
{
	_cleanup_account_ struct account account = {.home = "/", .shell = ""};
	_cleanup_free_ char *copy = strdup(user ? user : "0");

	if (!copy)
		return error_nomem(err);
	int r = account_check(copy, err);
	if (r < 0)
		return r;
	char *group = copy, *name = strsep(&group, ":");
	r = find_by_name(root_fd, name, &account, err);
	if (r < 0)
		return r;
	r = find_groups(root_fd, group, &account, err);
	if (r < 0)
		return r;
	*ret = account;
	account.passwd = NULL;
	return 0;
}

void account_free(struct account *account)
{
	free(account->passwd);
	account->passwd = NULL;
}
