/* SPDX-License-Identifier: MIT */
/*
 * Ids are those of the template: the host's differ from machine to machine, and an image must not.
 * Called by apply, by base, which has the files, and by record, which keeps them.
 */
#include "accounts.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

static void free_account(struct account *account)
{
	free(account->name);
	free(account->home);
	free(account->shell);
}
#define _cleanup_account_ __attribute__((cleanup(free_account)))

/* useradd(8): a small letter or _, then those, digits and -; at most 32. */
static bool is_name(const char *text)
{
	size_t length = strlen(text);

	if (!length || length > 32 ||
	    !(islower((unsigned char)text[0]) || text[0] == '_'))
		return false;
	for (const char *at = text; *at; at++)
		if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at) &&
		    *at != '_' && *at != '-')
			return false;
	return true;
}

/* A number up to `end`; false if there is none. The last 32-bit one means "no id", chown(2). */
static bool read_id(const char *text, const char *end, uint32_t *ret)
{
	uint64_t value = 0;

	if (text == end)
		return false;
	for (; text < end; text++) {
		if (!isdigit((unsigned char)*text))
			return false;
		value = value * 10 + (uint64_t)(*text - '0');
		if (value >= UINT32_MAX)
			return false;
	}
	*ret = (uint32_t)value;
	return true;
}

static bool is_field(const char *text)
{
	return text[0] == '/' && !strpbrk(text, ":\n");
}

/* The ids of the two that every image has; false for another name. */
static bool is_usual(const char *name, uint32_t *ret)
{
	*ret = !strcmp(name, "root") ? 0 : 65534;
	return *ret == 0 || !strcmp(name, "nobody") || !strcmp(name, "nogroup");
}

static int read_words(const char *const *words, size_t count, struct account *ret,
		      struct error *err)
{
	const char *ids = words[1], *colon = strchr(ids, ':');
	const char *home = count > 2 ? words[2] : "/nonexistent";
	const char *shell = count > 3 ? words[3] : "/usr/sbin/nologin";
	uint32_t usual;

	if (!is_name(words[0])) {
		error_set(err, EINVAL, "%s: no name for an account", words[0]);
		return -EINVAL;
	}
	if (!read_id(ids, colon ? colon : ids + strlen(ids), &ret->uid) ||
	    (colon && !read_id(colon + 1, ids + strlen(ids), &ret->gid)))
		return error_set(err, EINVAL, "%s: no UID[:GID]", ids);
	if (!colon)
		ret->gid = ret->uid;
	if (is_usual(words[0], &usual) || ret->uid == 0 || ret->uid == 65534)
		return error_set(err, EEXIST, "%s: root and nobody are in every image",
				 words[0]);
	if (!is_field(home) || !is_field(shell))
		return error_set(err, EINVAL, "%s: no path for an account",
				 is_field(home) ? shell : home);
	ret->name = alloc_copy(words[0], err);
	ret->home = alloc_copy(home, err);
	ret->shell = alloc_copy(shell, err);
	if (!ret->name || !ret->home || !ret->shell)
		return -ENOMEM;
	return 0;
}

/* 1 if it is there already. */
static int compare_known(const struct accounts *accounts, const struct account *account,
			 struct error *err)
{
	for (size_t i = 0; i < accounts->count; i++) {
		const struct account *known = &accounts->items[i];
		bool same_name = !strcmp(known->name, account->name);

		if (same_name && known->uid == account->uid && known->gid == account->gid)
			return 1;
		if (same_name || known->uid == account->uid)
			return error_set(err, EEXIST,
					 "account %s with uid %" PRIu32
					 " beside %s with uid %" PRIu32,
					 account->name, account->uid, known->name,
					 known->uid);
	}
	return 0;
}

static int compare_accounts(const void *a, const void *b)
{
	const struct account *first = a, *second = b;

	return first->uid < second->uid   ? -1
	       : first->uid > second->uid ? 1
					  : strcmp(first->name, second->name);
}

int accounts_add(struct accounts *accounts, const char *const *words, size_t count,
		 struct error *err)
{
	_cleanup_account_ struct account account = {0};
	int r = read_words(words, count, &account, err);

	if (r == 0)
		r = compare_known(accounts, &account, err);
	if (r != 0)
		return r < 0 ? r : 0;
	r = alloc_grow(&accounts->items, &accounts->capacity, accounts->count + 1,
		       sizeof(account), err);
	if (r < 0)
		return r;
	accounts->items[accounts->count++] = account;
	account = (struct account){0};
	qsort(accounts->items, accounts->count, sizeof(*accounts->items),
	      compare_accounts);
	return 0;
}

static int find_id(const struct accounts *accounts, const char *text, const char *end,
		   bool group, uint32_t *ret, struct error *err)
{
	char name[64];

	if (read_id(text, end, ret))
		return 0;
	snprintf(name, sizeof(name), "%.*s", (int)(end - text), text);
	if (is_usual(name, ret))
		return 0;
	for (size_t i = 0; i < accounts->count; i++)
		if (!strcmp(accounts->items[i].name, name)) {
			*ret = group ? accounts->items[i].gid : accounts->items[i].uid;
			return 0;
		}
	error_set(err, EINVAL, "%s: no such account", name);
	return error_hint(err, "a line 'account %s UID' in front of it makes one", name);
}

int accounts_owner(const struct accounts *accounts, const char *text, uid_t *ret_uid,
		   gid_t *ret_gid, struct error *err)
{
	const char *colon = strchr(text, ':'), *end = text + strlen(text);
	uint32_t uid = 0, gid = 0;
	int r = find_id(accounts, text, colon ? colon : end, false, &uid, err);

	if (r == 0)
		r = find_id(accounts, colon ? colon + 1 : text, end, true, &gid, err);
	if (r < 0)
		return r;
	*ret_uid = uid;
	*ret_gid = gid;
	return 0;
}

/* Ends the text of a stream that open_memstream(3) made; NULL with err set. */
static char *finish_text(FILE *stream, char **text, struct error *err)
{
	if (stream && fclose(stream) == 0)
		return *text;
	free(*text);
	error_nomem(err);
	return NULL;
}

char *accounts_passwd(const struct accounts *accounts, struct error *err)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (stream)
		fputs("root:x:0:0:root:/root:/bin/sh\n", stream);
	for (size_t i = 0; stream && i < accounts->count; i++) {
		const struct account *account = &accounts->items[i];

		fprintf(stream, "%s:x:%" PRIu32 ":%" PRIu32 "::%s:%s\n", account->name,
			account->uid, account->gid, account->home, account->shell);
	}
	if (stream)
		fputs("nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
		      stream);
	return finish_text(stream, &text, err);
}

/* A number that has a name already needs no other. */
static bool has_own_group(const struct accounts *accounts, size_t i)
{
	gid_t gid = accounts->items[i].gid;

	for (size_t j = 0; j < i; j++)
		if (accounts->items[j].gid == gid)
			return false;
	return gid != 0 && gid != 65534;
}

char *accounts_group(const struct accounts *accounts, struct error *err)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (stream)
		fputs("root:x:0:\n", stream);
	for (size_t i = 0; stream && i < accounts->count; i++)
		if (has_own_group(accounts, i))
			fprintf(stream, "%s:x:%" PRIu32 ":\n", accounts->items[i].name,
				accounts->items[i].gid);
	if (stream)
		fputs("nogroup:x:65534:\n", stream);
	return finish_text(stream, &text, err);
}

void accounts_free(struct accounts *accounts)
{
	for (size_t i = 0; i < accounts->count; i++)
		free_account(&accounts->items[i]);
	free(accounts->items);
	*accounts = (struct accounts){0};
}
