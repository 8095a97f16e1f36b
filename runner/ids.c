/* SPDX-License-Identifier: MIT */
/*
 * Owners are obeyed in a layer over the image, never in the image. Called by prepare.
 */
#include "ids.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "idmap.h"
#include "jail.h"
#include "options.h"
#include "owners.h"

enum wanted {
	WANTED_AUTO,
	WANTED_RANGE,
	WANTED_SINGLE,
	WANTED_NOTHING, /* no word of the option's */
};

static enum wanted read_word(const char *word)
{
	static const char *const words[] = {"auto", "range", "single"};
	enum wanted found = WANTED_AUTO;

	while (word && found < WANTED_NOTHING && strcmp(word, words[found]) != 0)
		found++;
	return found;
}

int ids_check(const char *word, const struct jail *jail, struct error *err)
{
	enum wanted wanted = read_word(word);

	if (wanted == WANTED_NOTHING)
		return error_set(err, EINVAL,
				 "--ids: '%s' is neither 'auto' nor 'range' nor 'single'",
				 word);
	if (wanted != WANTED_AUTO && !(jail->namespaces & CLONE_NEWUSER))
		return error_set(err, EINVAL, "--ids cannot be used with --share user");
	if (wanted == WANTED_SINGLE && jail->by_root && jail->map.is_range) {
		error_set(err, EINVAL, "--ids=single is not for root");
		return error_hint(err, "the jail's root would be the host's root; as an "
				       "ordinary user it is that user");
	}
	return 0;
}

static int obey_owners(struct jail *jail, struct error *err)
{
	int r = owners_read(&jail->image, &jail->owners, err);

	if (r < 0 || !jail->owners)
		return r;
	/* Nobody demanded it: who has no subordinate ids goes without. */
	if (idmap_widen(&jail->map, NULL) == 0)
		return 0;
	free(jail->owners);
	jail->owners = NULL;
	return 0;
}

int ids_choose(const struct options *options, struct jail *jail, struct error *err)
{
	enum wanted wanted = read_word(options->ids);
	int r = 0;

	if (!(jail->namespaces & CLONE_NEWUSER) || wanted == WANTED_SINGLE)
		return 0;
	if (wanted == WANTED_RANGE)
		r = idmap_widen(&jail->map, err);
	if (r < 0)
		return error_wrap(err, "--ids=range");
	if (jail->root == JAIL_ROOT_WRITE)
		return 0;
	/* A user could not remove what is kept under subordinate ids: only on demand. */
	if (options->keep && !jail->by_root && wanted != WANTED_RANGE)
		return 0;
	return obey_owners(jail, err);
}
