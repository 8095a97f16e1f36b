/* SPDX-License-Identifier: MIT */
/*
 * A ring of pieces. The caller fills them in order and writes them in order; threads take the filled ones
 * in between. libzstd's own threads would do, but its static archive comes without them on Debian, and
 * what they write is not what it writes without. Called by sink.
 */
#include "zstdframes.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "common/fd.h"
#include "common/processors.h"

enum {
	LEVEL = 3,
	PIECE = 1 << 22, /* twice the window of this level */
	THREADS_MAX = 8,
	PIECES_MAX = THREADS_MAX + 2, /* one is being filled, one waits */
};

enum state { EMPTY, FULL, TAKEN, DONE };

struct piece {
	enum state state;
	char *in, *out;
	size_t used;   /* bytes of `in` */
	size_t result; /* of ZSTD_compress2 */
};

struct worker {
	struct zstdframes *frames;
	ZSTD_CCtx *context;
	pthread_t thread;
};

struct zstdframes {
	int fd;
	/* Pieces are counted without end, the ring is modulo `count`. */
	size_t filling, written, count;
	struct worker workers[THREADS_MAX];
	unsigned worker_count; /* 0: the caller compresses by workers[0].context */
	pthread_mutex_t lock;  /* of what follows */
	pthread_cond_t changed;
	bool stop;
	size_t todo;
	struct piece pieces[PIECES_MAX];
};

static struct piece *piece_at(struct zstdframes *frames, size_t number)
{
	return &frames->pieces[number % frames->count];
}

static void compress(ZSTD_CCtx *context, struct piece *piece)
{
	piece->result = ZSTD_compress2(context, piece->out, ZSTD_compressBound(PIECE),
				       piece->in, piece->used);
}

static void set_state(struct zstdframes *frames, struct piece *piece, enum state state)
{
	pthread_mutex_lock(&frames->lock);
	piece->state = state;
	pthread_cond_broadcast(&frames->changed);
	pthread_mutex_unlock(&frames->lock);
}

/* Waits for a filled piece; NULL when there will be none. */
static struct piece *take(struct zstdframes *frames)
{
	struct piece *piece = NULL;

	pthread_mutex_lock(&frames->lock);
	while (!frames->stop && piece_at(frames, frames->todo)->state != FULL)
		pthread_cond_wait(&frames->changed, &frames->lock);
	if (!frames->stop) {
		piece = piece_at(frames, frames->todo++);
		piece->state = TAKEN;
	}
	pthread_mutex_unlock(&frames->lock);
	return piece;
}

static void *run(void *data)
{
	struct worker *worker = data;
	struct piece *piece;

	while ((piece = take(worker->frames))) {
		compress(worker->context, piece);
		set_state(worker->frames, piece, DONE);
	}
	return NULL;
}

/* Parameters within their bounds cannot fail. */
static bool open_worker(struct zstdframes *frames, struct worker *worker)
{
	worker->frames = frames;
	worker->context = ZSTD_createCCtx();
	if (!worker->context)
		return false;
	ZSTD_CCtx_setParameter(worker->context, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(worker->context, ZSTD_c_checksumFlag, 1);
	return true;
}

/* As many threads as can be had, up to one a processor: the caller reads and writes meanwhile. */
static bool start(struct zstdframes *frames)
{
	unsigned wanted = processors_count(THREADS_MAX);

	if (!open_worker(frames, &frames->workers[0]))
		return false;
	while (frames->worker_count < wanted) {
		struct worker *worker = &frames->workers[frames->worker_count];

		if (!worker->context && !open_worker(frames, worker))
			break;
		if (pthread_create(&worker->thread, NULL, run, worker) != 0)
			break;
		frames->worker_count++;
	}
	return true;
}

int zstdframes_new(int fd, struct zstdframes **ret, struct error *err)
{
	struct zstdframes *frames = calloc(1, sizeof(*frames));

	if (!frames)
		return error_nomem(err);
	frames->fd = fd;
	frames->count = processors_count(THREADS_MAX) + 2;
	pthread_mutex_init(&frames->lock, NULL);
	pthread_cond_init(&frames->changed, NULL);
	if (!start(frames)) {
		zstdframes_free(frames);
		return error_nomem(err);
	}
	*ret = frames;
	return 0;
}

/* Waits until the first piece that is not written is compressed, and writes it. */
static int write_next(struct zstdframes *frames, struct error *err)
{
	struct piece *piece = piece_at(frames, frames->written);

	pthread_mutex_lock(&frames->lock);
	while (piece->state != DONE)
		pthread_cond_wait(&frames->changed, &frames->lock);
	piece->state = EMPTY;
	pthread_mutex_unlock(&frames->lock);
	frames->written++;
	piece->used = 0;
	if (ZSTD_isError(piece->result))
		return error_set(err, EIO, "cannot write the image: zstd: %s",
				 ZSTD_getErrorName(piece->result));
	return fd_write_all(frames->fd, piece->out, piece->result, "the image", err);
}

/* The piece that is filled now, empty at first; its buffers are kept for the next round. */
static int open_piece(struct zstdframes *frames, struct piece **ret, struct error *err)
{
	if (frames->filling - frames->written == frames->count) {
		int r = write_next(frames, err);

		if (r < 0)
			return r;
	}
	struct piece *piece = piece_at(frames, frames->filling);
	if (!piece->in)
		piece->in = malloc(PIECE);
	if (!piece->out)
		piece->out = malloc(ZSTD_compressBound(PIECE));
	*ret = piece;
	return piece->in && piece->out ? 0 : error_nomem(err);
}

static void close_piece(struct zstdframes *frames, struct piece *piece)
{
	frames->filling++;
	if (frames->worker_count) {
		set_state(frames, piece, FULL);
		return;
	}
	compress(frames->workers[0].context, piece);
	piece->state = DONE;
}

int zstdframes_write(struct zstdframes *frames, const char *data, size_t size,
		     struct error *err)
{
	while (size) {
		struct piece *piece;
		int r = open_piece(frames, &piece, err);

		if (r < 0)
			return r;
		size_t room = PIECE - piece->used, part = size < room ? size : room;
		memcpy(piece->in + piece->used, data, part);
		piece->used += part;
		data += part;
		size -= part;
		if (piece->used == PIECE)
			close_piece(frames, piece);
	}
	return 0;
}

int zstdframes_finish(struct zstdframes *frames, struct error *err)
{
	struct piece *piece;
	int r = open_piece(frames, &piece, err);

	if (r == 0 && (piece->used || !frames->filling))
		close_piece(frames, piece);
	while (r == 0 && frames->written < frames->filling)
		r = write_next(frames, err);
	return r;
}

void zstdframes_free(struct zstdframes *frames)
{
	if (!frames)
		return;
	pthread_mutex_lock(&frames->lock);
	frames->stop = true;
	pthread_cond_broadcast(&frames->changed);
	pthread_mutex_unlock(&frames->lock);
	for (unsigned i = 0; i < frames->worker_count; i++)
		pthread_join(frames->workers[i].thread, NULL);
	for (unsigned i = 0; i < THREADS_MAX; i++)
		ZSTD_freeCCtx(frames->workers[i].context);
	for (size_t i = 0; i < PIECES_MAX; i++) {
		free(frames->pieces[i].in);
		free(frames->pieces[i].out);
	}
	pthread_cond_destroy(&frames->changed);
	pthread_mutex_destroy(&frames->lock);
	free(frames);
}
