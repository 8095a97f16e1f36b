/* SPDX-License-Identifier: MIT */
/*
 * sha256 by nettle (FIPS 180-4), which uses the processor's own instructions where it has them. Files
 * are taken in turns by as many threads as there are processors; all read by position, as the files of
 * an archive share one descriptor. Called by plan and by verifydigests.
 */
#include "digests.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/processors.h"
#include "common/strmap.h"
#include "content.h"
#include "twins.h"

enum {
	BUFFER = 1 << 17, /* stays in the cache between reading and hashing */
	THREADS_MAX = 16,
};

struct job {
	const struct manifest *manifest;
	const bool *wanted; /* one for each entry */
	enum digests_care care;
	struct digest *ret;
	_Atomic size_t next;
	atomic_bool failed;
};

struct worker {
	struct job *job;
	pthread_t thread;
	int result;
	struct error err; /* its cause */
};

static void write_text(struct sha256_ctx *context, char *ret)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t bytes[SHA256_DIGEST_SIZE];

	sha256_digest(context, sizeof(bytes), bytes);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		ret[2 * i] = digits[bytes[i] >> 4];
		ret[2 * i + 1] = digits[bytes[i] & 0xf];
	}
	ret[DIGEST_LENGTH] = '\0';
}

static int hash_file(const struct content_stream *stream, const char *name, char *buffer,
		     struct sha256_ctx *context, struct error *err)
{
	uint64_t done = 0;

	while (done < stream->size) {
		uint64_t left = stream->size - done;
		ssize_t got = pread(stream->fd, buffer,
				    left < BUFFER ? (size_t)left : BUFFER,
				    (off_t)(stream->start + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, errno, "cannot read %s", name);
		if (!got)
			return error_set(err, ENODATA,
					 "%s became shorter while it was read", name);
		sha256_update(context, (size_t)got, (const uint8_t *)buffer);
		done += (uint64_t)got;
	}
	return 0;
}

static int hash_entry(const struct job *job, size_t i, char *buffer, struct error *err)
{
	const struct entry *entry = job->manifest->entries[i];
	_cleanup_content_ struct content_stream stream = CONTENT_NONE;
	struct sha256_ctx context;

	sha256_init(&context);
	int r = content_open(job->manifest->content, entry, &stream, err);
	if (r < 0 && job->care == DIGESTS_OF_READABLE) {
		job->ret[i].code = -r;
		return 0;
	}
	if (r < 0)
		return r;
	job->ret[i].changed = stream.changed;
	if (stream.fd < 0)
		sha256_update(&context, stream.size, (const uint8_t *)stream.text);
	else
		r = hash_file(&stream, entry->path, buffer, &context, err);
	if (r == 0)
		write_text(&context, job->ret[i].text);
	return r;
}

static void *run(void *data)
{
	struct worker *worker = data;
	struct job *job = worker->job;
	_cleanup_free_ char *buffer = malloc(BUFFER);
	size_t i;

	if (!buffer)
		worker->result = error_nomem(&worker->err);
	while (worker->result == 0 && !atomic_load(&job->failed) &&
	       (i = atomic_fetch_add(&job->next, 1)) < job->manifest->count)
		if (job->wanted[i])
			worker->result = hash_entry(job, i, buffer, &worker->err);
	if (worker->result < 0)
		atomic_store(&job->failed, true);
	return NULL;
}

/* This thread is one of them: where no other can be had, it takes longer, that is all. */
static int run_all(struct job *job, struct error *err)
{
	struct worker workers[THREADS_MAX] = {{.job = job}};
	unsigned wanted = processors_count(THREADS_MAX), count = 1;
	int r = 0;

	for (; count < wanted; count++) {
		workers[count].job = job;
		if (pthread_create(&workers[count].thread, NULL, run, &workers[count]) !=
		    0)
			break;
	}
	run(&workers[0]);
	for (unsigned i = 1; i < count; i++)
		pthread_join(workers[i].thread, NULL);
	for (unsigned i = 0; i < count && r == 0; i++) {
		r = workers[i].result;
		if (r < 0)
			*err = workers[i].err;
	}
	return r;
}

/* Chooses the first of the files that are hard links of each other. */
static int choose(const struct manifest *manifest, bool *ret, struct error *err)
{
	_cleanup_twins_ struct twins twins = {0};
	const struct entry *twin;

	for (size_t i = 0; i < manifest->count; i++) {
		const struct entry *entry = manifest->entries[i];

		if (entry->type != ENTRY_FILE || !strcmp(entry->path, RECORD_PATH))
			continue;
		int r = twins_find(&twins, entry, &twin, err);
		if (r < 0)
			return r;
		ret[i] = !twin;
	}
	return 0;
}

/* The others have what the first one has. */
static int share(const struct manifest *manifest, struct digest *ret, struct error *err)
{
	_cleanup_twins_ struct twins twins = {0};
	_cleanup_strmap_ struct strmap firsts = {0};
	const struct entry *twin;
	int r = 0;

	for (size_t i = 0; r == 0 && i < manifest->count; i++) {
		const struct entry *entry = manifest->entries[i];

		if (entry->type != ENTRY_FILE || !entry->inode)
			continue;
		r = twins_find(&twins, entry, &twin, err);
		if (r == 0 && !twin)
			r = strmap_put(&firsts, entry->path, &ret[i], err);
		else if (r == 0)
			ret[i] = *(const struct digest *)strmap_get(&firsts, twin->path);
	}
	return r;
}

int digests_make(const struct manifest *manifest, enum digests_care care,
		 struct digest *ret, struct error *err)
{
	_cleanup_free_ bool *wanted = calloc(manifest->count + 1, sizeof(*wanted));
	struct job job = {
		.manifest = manifest, .wanted = wanted, .care = care, .ret = ret};

	if (!wanted)
		return error_nomem(err);
	memset(ret, 0, manifest->count * sizeof(*ret));
	int r = choose(manifest, wanted, err);
	if (r == 0)
		r = run_all(&job, err);
	return r == 0 ? share(manifest, ret, err) : r;
}

bool digests_is_one(const char *text)
{
	return strlen(text) == DIGEST_LENGTH &&
	       strspn(text, "0123456789abcdef") == DIGEST_LENGTH;
}
