#include "ingest/tape.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

enum {
	LINES = 2048,
	CELLS = 8192,
	COPIED = 1 << 20, /* bytes, and a line */
	BLOCKS = 4,
	HEADERS = 4,
	LARGE = 8 << 20 /* bytes that are worth a thread */
};

/* Lines that go from hand to hand at once. */
struct block {
	size_t n, n_cells;
	bool is_read;            /* its numbers are, not only its cells cut */
	struct ws_arena *copies; /* of lines that are not in memory as such */
	size_t n_copied;         /* bytes of these */
	struct ws_cells line[LINES];
	uint16_t like[LINES]; /* the first line with the same text, or itself */
	/* The last line may have room for all that a line can have. */
	uint32_t edge[2 * CELLS + WS_BYTES_EDGES(WS_COLUMNS_MAX)];
	double v[CELLS + WS_COLUMNS_MAX];
	uint16_t header[HEADERS]; /* lines that may come again and again */
	size_t n_header;
};

/* Two processors that write to one line of their caches wait for each other, so
 * what each writes for every line of text is kept apart. */
enum { APART = 128 };

struct ws_tape {
	/* Of who fills blocks. */
	struct ws_source *src;
	struct ws_lines lines; /* of the source or of a window */
	uint64_t passed;       /* of the window */
	size_t line_max;
	size_t blank; /* lines before the next one */
	char apart[APART];

	struct block *block[BLOCKS]; /* [0] alone without a thread */
	bool is_beside; /* the thread runs, and these are shared with it */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t n_filled, n_taken; /* blocks so far */
	bool all_filled, stop;
	char apart_too[APART];

	/* Of who takes them. */
	struct block *now; /* being handed out; NULL: none yet */
	size_t next;       /* line of it */
	bool ended;        /* there is no block after it */
};

static bool
has_room(const struct block *b)
{
	return b->n < LINES && b->n_cells < CELLS && b->n_copied < COPIED;
}

/* Where the next line is cut. */
static uint32_t *
next_edge(struct block *b)
{
	return b->edge + 2 * b->n_cells;
}

/* Of most tables the header has no number at its end, and the rows have. */
static bool
may_be_header(const struct ws_cells *c)
{
	enum { COLUMNS_MIN = 3 };

	struct ws_sv text = c->line.text;

	return c->n >= COLUMNS_MIN &&
	       (text.p[text.n - 1] < '0' || text.p[text.n - 1] > '9');
}

/* Adds the line that was cut, unless it has no field. */
static void
add_line(struct ws_tape *s, struct block *b)
{
	struct ws_cells *c = &b->line[b->n];

	if (c->n == 0) {
		s->blank++;
		return;
	}
	c->blank = s->blank;
	s->blank = 0;
	b->like[b->n] = (uint16_t)b->n;
	b->n_cells += c->n_cut;
	if (may_be_header(c))
		b->header[b->n_header++ % HEADERS] = (uint16_t)b->n;
	b->n++;
}

static void
read_numbers(struct block *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct ws_cells *c = &b->line[i];
		const struct ws_cells *same = &b->line[b->like[i]];

		if (c == same) {
			ws_cells_numbers(c, b->v + (c->edge - b->edge) / 2);
			continue;
		}
		c->v = same->v;
		c->good = same->good;
		c->bytes = same->bytes;
		c->whole = same->whole;
		c->small = same->small;
	}
	b->is_read = true;
}

/* The first bytes of a text, as a number. */
static uint64_t
start_of(const char *p)
{
	uint64_t start;

	memcpy(&start, p, sizeof(start));
	return start;
}

/* Adds the line that `ahead` begins with when a header of the block is the
 * same, with that one's cells; returns its length with the line end, or 0. */
static size_t
repeat_header(struct ws_tape *s, struct block *b, struct ws_sv ahead)
{
	for (size_t i = 0; i < HEADERS && i < b->n_header; i++) {
		const struct ws_cells *h = &b->line[b->header[i]];
		struct ws_sv text = h->line.text;

		if (text.n < sizeof(uint64_t) || text.n >= ahead.n ||
		    start_of(text.p) != start_of(ahead.p) ||
		    ahead.p[text.n] != '\n' ||
		    memcmp(text.p, ahead.p, text.n) != 0)
			continue;
		b->line[b->n] = *h;
		b->line[b->n].line.text.p = ahead.p;
		b->line[b->n].line.ended = true;
		b->line[b->n].blank = s->blank;
		s->blank = 0;
		b->like[b->n++] = b->header[i];
		return text.n + 1;
	}
	return 0;
}

/*
 * Adds a line in memory without control characters in it; returns its length
 * with the line end, or 0 when it is none, as one that may begin with a byte
 * order mark.
 */
static size_t
add_plain_line(struct ws_tape *s, struct block *b, struct ws_sv ahead)
{
	struct ws_cells *c = &b->line[b->n];
	size_t n;

	if (ahead.p[0] == '\n') {
		s->blank++;
		return 1;
	}
	if (ahead.p[0] == '\xef')
		return 0;
	n = repeat_header(s, b, ahead);
	if (n > 0)
		return n;
	n = ws_bytes_line(ahead, next_edge(b), WS_COLUMNS_MAX, &c->n);
	if (n == ahead.n)
		return 0;
	c->n_cut = c->n < WS_COLUMNS_MAX ? c->n : WS_COLUMNS_MAX;
	c->edge = next_edge(b);
	c->line.text = (struct ws_sv){ ahead.p, n };
	c->line.ended = true;
	if (ahead.p[n] == '\r' && n + 1 < ahead.n)
		n++;
	if (ahead.p[n] != '\n' || n > s->line_max)
		return 0;
	add_line(s, b);
	return n + 1;
}

/* What is ahead in memory, and its offset. */
static struct ws_sv
rest_of(const struct ws_tape *s, uint64_t *off)
{
	const struct ws_cur *c = &s->lines.cur;

	if (s->lines.src != NULL) {
		*off = ws_source_at(s->src);
		return ws_source_rest(s->src);
	}
	*off = c->off;
	return (struct ws_sv){ (const char *)c->p, ws_cur_left(c) };
}

/* Leaves n bytes of it behind. */
static void
pass(struct ws_tape *s, size_t n)
{
	enum { CHUNK = 4 << 20 };

	struct ws_sv passed;
	uint64_t off;

	if (s->lines.src != NULL) {
		ws_source_chunk(s->src, n, &passed, &off);
		return;
	}
	ws_cur_take(&s->lines.cur, n);
	if (s->lines.cur.off - s->passed < CHUNK)
		return;
	s->passed = s->lines.cur.off;
	ws_source_passed(s->src, s->passed);
}

/* Adds lines of what is in memory, up to one that is not plain. */
static bool
add_plain_lines(struct ws_tape *s, struct block *b)
{
	enum { SOON = 2048 };

	uint64_t off;
	struct ws_sv rest = rest_of(s, &off), ahead = rest;
	size_t n, had;

	while (has_room(b) && ahead.n > 0) {
		/* At a new page, processors do not do that by themselves. */
		if (ahead.n > SOON)
			ws_prefetch(ahead.p + SOON);
		had = b->n;
		n = add_plain_line(s, b, ahead);
		if (n == 0)
			break;
		if (b->n > had)
			b->line[had].line.off = off + (rest.n - ahead.n);
		ahead = ws_sv_from(ahead, n);
	}
	if (ahead.n < rest.n)
		pass(s, rest.n - ahead.n);
	return ahead.n < rest.n;
}

/* Adds a copy of any line; false at the end. */
static bool
add_any_line(struct ws_tape *s, struct block *b)
{
	struct ws_cells *c = &b->line[b->n];

	if (!has_room(b))
		return true;
	if (!ws_lines_next(&s->lines, &c->line))
		return false;
	if (b->copies == NULL)
		b->copies = ws_arena_new();
	c->line.text = ws_arena_sv(b->copies, c->line.text);
	b->n_copied += c->line.text.n;
	ws_cells_cut(c, next_edge(b));
	add_line(s, b);
	return true;
}

/* Cuts what the block has room for; false when the text ends with it. */
static bool
cut_lines(struct ws_tape *s, struct block *b)
{
	b->n = b->n_cells = b->n_header = b->n_copied = 0;
	b->is_read = false;
	ws_arena_free(b->copies);
	b->copies = NULL;
	while (has_room(b))
		if (!add_plain_lines(s, b) && !add_any_line(s, b))
			return false;
	return true;
}

static struct block *
nth_block(struct ws_tape *s, size_t n)
{
	struct block **b = &s->block[n % BLOCKS];

	if (*b == NULL)
		*b = ws_alloc(sizeof(**b));
	return *b;
}

/*
 * Both sides wait for half of the blocks at a time: waking somebody takes as
 * long as a block does.
 */
static bool
may_fill(const struct ws_tape *s)
{
	return s->n_filled - s->n_taken <= BLOCKS / 2 || s->stop;
}

static bool
may_take(const struct ws_tape *s)
{
	return s->n_filled - s->n_taken >= BLOCKS / 2 || s->all_filled;
}

/* Waits for a block that is free; NULL when the tape is being closed. */
static struct block *
wait_for_free(struct ws_tape *s)
{
	struct block *b;

	pthread_mutex_lock(&s->lock);
	if (s->n_filled - s->n_taken == BLOCKS)
		while (!may_fill(s))
			pthread_cond_wait(&s->changed, &s->lock);
	b = s->stop ? NULL : nth_block(s, s->n_filled);
	pthread_mutex_unlock(&s->lock);
	return b;
}

/* Who takes blocks has hardly any left, and had better read some himself. */
static bool
runs_short(struct ws_tape *s)
{
	bool is_short;

	pthread_mutex_lock(&s->lock);
	is_short = s->n_filled - s->n_taken < BLOCKS / 2;
	pthread_mutex_unlock(&s->lock);
	return is_short;
}

static void
hand_over(struct ws_tape *s, bool is_last)
{
	pthread_mutex_lock(&s->lock);
	s->n_filled++;
	s->all_filled = is_last;
	if (may_take(s))
		pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

/* The thread. */
static void *
fill_blocks(void *tape)
{
	struct ws_tape *s = tape;
	struct block *b;
	bool more = true;

	while (more && (b = wait_for_free(s)) != NULL) {
		more = cut_lines(s, b);
		if (!runs_short(s))
			read_numbers(b);
		hand_over(s, !more);
	}
	return NULL;
}

/* The block that is full for the longest, once the one before is done with. */
static struct block *
take_block(struct ws_tape *s)
{
	struct block *b = NULL;

	pthread_mutex_lock(&s->lock);
	if (s->now != NULL) {
		s->n_taken++;
		if (may_fill(s))
			pthread_cond_signal(&s->changed);
	}
	if (s->n_filled == s->n_taken)
		while (!may_take(s))
			pthread_cond_wait(&s->changed, &s->lock);
	if (s->n_filled > s->n_taken)
		b = s->block[s->n_taken % BLOCKS];
	pthread_mutex_unlock(&s->lock);
	return b;
}

/* The next block, read; NULL at the end. */
static struct block *
next_block(struct ws_tape *s)
{
	struct block *b = NULL;

	if (s->is_beside) {
		b = take_block(s);
	} else if (!s->ended) {
		b = nth_block(s, 0);
		s->ended = !cut_lines(s, b);
	}
	if (b != NULL && !b->is_read)
		read_numbers(b);
	return b;
}

static bool
start_thread(struct ws_tape *s)
{
	uint64_t off;

	return rest_of(s, &off).n >= LARGE &&
	       sysconf(_SC_NPROCESSORS_ONLN) > 1 &&
	       pthread_create(&s->thread, NULL, fill_blocks, s) == 0;
}

static struct ws_tape *
open_lines(struct ws_source *src, const struct ws_lines *lines, uint64_t max)
{
	struct ws_tape *s = ws_alloc(sizeof(*s));

	s->src = src;
	s->lines = *lines;
	s->line_max = max < SIZE_MAX ? (size_t)max : SIZE_MAX;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	s->is_beside = start_thread(s);
	return s;
}

struct ws_tape *
ws_tape_open(struct ws_source *src)
{
	struct ws_lines lines = { .src = src };

	return open_lines(src, &lines, ws_source_limits(src)->line);
}

struct ws_tape *
ws_tape_open_window(struct ws_source *src, const struct ws_cur *all)
{
	struct ws_lines lines = { .cur = *all };

	return open_lines(src, &lines, WS_LINE_MAX);
}

const struct ws_cells *
ws_tape_next(struct ws_tape *s)
{
	while (s->now == NULL || s->next == s->now->n) {
		struct block *b = next_block(s);

		s->now = b;
		s->next = 0;
		if (b == NULL)
			return NULL;
	}
	return &s->now->line[s->next++];
}

static void
stop_thread(struct ws_tape *s)
{
	pthread_mutex_lock(&s->lock);
	s->stop = true;
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
}

void
ws_tape_close(struct ws_tape *s)
{
	if (s->is_beside)
		stop_thread(s);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	for (size_t i = 0; i < BLOCKS; i++)
		if (s->block[i] != NULL) {
			ws_arena_free(s->block[i]->copies);
			free(s->block[i]);
		}
	ws_lines_fini(&s->lines);
	free(s);
}
