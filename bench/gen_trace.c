/*
 * Writes an execution trace of Go 1.22 of any size, with the load of a busy
 * service: gen_trace [-b bytes] [-l live] [-p procs] [-s seed] FILE
 * Ps run goroutines that allocate, make system calls, wait for each other, make
 * others and end; `live` of them wait at any time.  Goroutine ids, times and
 * stacks go on growing, and strings and stacks have other numbers in every
 * generation, as those of a real tracer.  `go tool trace` reads it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"

enum {
	FUNCTIONS = 3000,
	STACKS = 6000,
	DEPTH = 24,
	PROCS_MAX = 64,
	GENERATION = 900 * 1000, /* bytes of events */
	BATCH = 60000,
	FREQUENCY = 15625000, /* units of 64 ns */
	REASON = FUNCTIONS,   /* the string behind the names of functions */
	FILE_NAME,
	STRINGS
};

/* Places below the first are where goroutines wait and call. */
enum { BORN = 17, MAKES, WOKEN, PLACES };

enum { RUNNABLE = 1, RUNNING, WAITING = 4 };

struct options {
	uint64_t bytes, live, procs, seed;
	const char *file;
};

struct go {
	uint64_t id, seq;
	unsigned state;
};

struct proc {
	struct go *g; /* NULL: idle */
	uint64_t seq, since;
	struct ws_buf batch;
	uint64_t batch_start;
};

struct list {
	struct go **v;
	size_t n, cap;
};

struct world {
	FILE *out;
	const struct options *o;
	uint64_t random, time, gen, next_go, written, heap;
	struct proc proc[PROCS_MAX];
	struct list runnable, waiting;
	/* Numbers in this generation; 0: not used so far. */
	uint32_t stack[STACKS], string[STRINGS];
	uint32_t n_stacks, n_strings;
	uint64_t events; /* bytes of this generation */
	struct ws_buf table;
};

static uint64_t
draw(struct world *w, uint64_t below)
{
	uint64_t z = (w->random += 0x9e3779b97f4a7c15u);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (z ^ z >> 31) % below;
}

static void
put(struct ws_buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		ws_buf_putc(b, (char)(v | 0x80));
	ws_buf_putc(b, (char)v);
}

static void
push(struct list *l, struct go *g)
{
	l->v = ws_grow(l->v, &l->cap, l->n + 1, sizeof(struct go *));
	l->v[l->n++] = g;
}

/* Takes out any, which the last one then stands for. */
static struct go *
pull(struct list *l, size_t i)
{
	struct go *g = l->v[i];

	l->v[i] = l->v[--l->n];
	return g;
}

/* Thread 0 is none: tables. */
static void
write_batch(struct world *w, uint64_t thread, uint64_t time, struct ws_buf *b)
{
	struct ws_buf head = { 0 };

	put(&head, 1);
	put(&head, w->gen);
	put(&head, thread == 0 ? UINT64_MAX : thread);
	put(&head, time);
	/* The size is padded to ten bytes. */
	for (unsigned i = 0; i < 9; i++)
		ws_buf_putc(&head, (char)((b->n >> (7 * i) & 0x7f) | 0x80));
	ws_buf_putc(&head, 0);
	fwrite(head.p, 1, head.n, w->out);
	fwrite(b->p, 1, b->n, w->out);
	w->written += head.n + b->n;
	w->events += head.n + b->n;
	ws_buf_fini(&head);
	b->n = 0;
}

static void
flush_proc(struct world *w, struct proc *p)
{
	if (p->batch.n > 0)
		write_batch(w, 1000 + (uint64_t)(p - w->proc), p->batch_start,
		    &p->batch);
}

/* An event of this P's thread; what follows are its numbers. */
static struct ws_buf *
event(struct world *w, struct proc *p, unsigned type)
{
	w->time += 1 + draw(w, 100);
	if (p->batch.n > BATCH)
		flush_proc(w, p);
	if (p->batch.n == 0)
		p->batch_start = p->since = w->time;
	put(&p->batch, type);
	put(&p->batch, w->time - p->since);
	p->since = w->time;
	return &p->batch;
}

/* Of a place of a role of goroutines; roles are as many as handlers. */
static uint64_t
stack(struct world *w, const struct go *g, uint64_t place)
{
	uint64_t i = g->id % (STACKS / PLACES) * PLACES + place;

	if (w->stack[i] == 0)
		w->stack[i] = ++w->n_stacks;
	return w->stack[i];
}

static uint64_t
string(struct world *w, unsigned i)
{
	if (w->string[i] == 0)
		w->string[i] = ++w->n_strings;
	return w->string[i];
}

static void
tell_state(struct world *w, struct proc *p, struct go *g)
{
	struct ws_buf *b = event(w, p, 25); /* GoStatus */

	g->seq = 0;
	put(b, g->id);
	put(b,
	    g->state == RUNNING ? 1000 + (uint64_t)(p - w->proc) : UINT64_MAX);
	put(b, g->state);
}

static void
begin_generation(struct world *w)
{
	w->gen++;
	w->events = w->n_stacks = w->n_strings = 0;
	memset(w->stack, 0, sizeof(w->stack));
	memset(w->string, 0, sizeof(w->string));
	for (size_t i = 0; i < w->o->procs; i++) {
		struct proc *p = &w->proc[i];
		struct ws_buf *b = event(w, p, 13); /* ProcStatus */

		p->seq = 0;
		put(b, i);
		put(b, 1);
		if (p->g != NULL)
			tell_state(w, p, p->g);
	}
	for (size_t i = 0; i < w->waiting.n; i++)
		tell_state(w, &w->proc[0], w->waiting.v[i]);
	for (size_t i = 0; i < w->runnable.n; i++)
		tell_state(w, &w->proc[0], w->runnable.v[i]);
}

/* Frames of a stack are the same whenever it is asked for. */
static void
put_stack(struct world *w, uint64_t i)
{
	struct world fixed = { .random = i * 7919 };
	unsigned depth = 3 + (unsigned)draw(&fixed, DEPTH);

	put(&w->table, 3);
	put(&w->table, w->stack[i]);
	put(&w->table, depth);
	for (unsigned k = 0; k < depth; k++) {
		unsigned f = (unsigned)draw(&fixed, FUNCTIONS);

		put(&w->table, 0x400000 + f * 64);
		put(&w->table, string(w, f));
		put(&w->table, string(w, FILE_NAME));
		put(&w->table, 10 + f % 900);
	}
	if (w->table.n > BATCH) {
		write_batch(w, 0, w->time, &w->table);
		put(&w->table, 2);
	}
}

static void
put_string(struct world *w, unsigned i)
{
	char text[64];

	if (i == REASON)
		snprintf(text, sizeof(text), "chan receive");
	else if (i == FILE_NAME)
		snprintf(text, sizeof(text), "/src/service/handler.go");
	else
		snprintf(
		    text, sizeof(text), "example.org/service.Function%u", i);
	put(&w->table, 5);
	put(&w->table, w->string[i]);
	put(&w->table, strlen(text));
	ws_buf_puts(&w->table, text);
	if (w->table.n > BATCH) {
		write_batch(w, 0, w->time, &w->table);
		put(&w->table, 4);
	}
}

static void
end_generation(struct world *w)
{
	for (size_t i = 0; i < w->o->procs; i++)
		flush_proc(w, &w->proc[i]);
	put(&w->table, 8); /* Frequency */
	put(&w->table, FREQUENCY);
	write_batch(w, 0, w->time, &w->table);
	put(&w->table, 2);
	for (uint64_t i = 0; i < STACKS; i++)
		if (w->stack[i] != 0)
			put_stack(w, i);
	write_batch(w, 0, w->time, &w->table);
	put(&w->table, 4);
	for (unsigned i = 0; i < STRINGS; i++)
		if (w->string[i] != 0)
			put_string(w, i);
	write_batch(w, 0, w->time, &w->table);
}

static void
create(struct world *w, struct proc *p)
{
	struct ws_buf *b = event(w, p, 14); /* GoCreate */
	struct go *g = ws_alloc(sizeof(*g));

	g->id = ++w->next_go;
	g->state = RUNNABLE;
	push(&w->runnable, g);
	put(b, g->id);
	put(b, stack(w, g, BORN));
	put(b, stack(w, p->g, MAKES));
}

static void
start(struct world *w, struct proc *p)
{
	struct ws_buf *b;

	p->g = pull(&w->runnable, draw(w, w->runnable.n));
	p->g->state = RUNNING;
	b = event(w, p, 16); /* GoStart */
	put(b, p->g->id);
	put(b, ++p->g->seq);
}

static void
wake(struct world *w, struct proc *p)
{
	struct go *g = pull(&w->waiting, draw(w, w->waiting.n));
	struct ws_buf *b = event(w, p, 21); /* GoUnblock */

	g->state = RUNNABLE;
	push(&w->runnable, g);
	put(b, g->id);
	put(b, ++g->seq);
	put(b, stack(w, g, WOKEN));
}

static void
leave(struct world *w, struct proc *p, unsigned type, unsigned state)
{
	struct ws_buf *b = event(w, p, type); /* GoStop, GoBlock */

	put(b, string(w, REASON));
	put(b, stack(w, p->g, draw(w, BORN)));
	p->g->state = state;
	push(state == WAITING ? &w->waiting : &w->runnable, p->g);
	p->g = NULL;
}

static void
call(struct world *w, struct proc *p)
{
	struct ws_buf *b = event(w, p, 22); /* GoSyscallBegin */

	put(b, ++p->seq);
	put(b, stack(w, p->g, draw(w, BORN)));
	event(w, p, 23); /* GoSyscallEnd */
}

static void
allocate(struct world *w, struct proc *p)
{
	w->heap = 8000000 + (w->heap + 8192) % 64000000;
	put(event(w, p, 37), w->heap); /* HeapAlloc */
}

/* About what a service does: of 100 events 30 are calls, 20 allocations. */
static void
act(struct world *w, struct proc *p)
{
	uint64_t dice = draw(w, 100);

	if (p->g == NULL && w->runnable.n > 0)
		start(w, p);
	else if (p->g == NULL)
		return;
	else if (dice < 30)
		call(w, p);
	else if (dice < 50)
		allocate(w, p);
	else if (dice < 64 && w->runnable.n < 64)
		create(w, p);
	else if (dice < 78 && w->waiting.n >= w->o->live)
		wake(w, p);
	else if (dice < 90)
		leave(w, p, 20, WAITING);
	else if (dice < 94)
		leave(w, p, 19, RUNNABLE);
	else {
		event(w, p, 17); /* GoDestroy */
		free(p->g);
		p->g = NULL;
	}
	while (w->runnable.n == 0 && p->g != NULL)
		create(w, p);
}

static void
write_trace(struct world *w)
{
	static const char header[16] = "go 1.22 trace";

	fwrite(header, 1, sizeof(header), w->out);
	w->written = sizeof(header);
	w->time = UINT64_C(1) << 34;
	for (size_t i = 0; i < w->o->procs; i++) {
		w->proc[i].g = ws_alloc(sizeof(struct go));
		w->proc[i].g->id = ++w->next_go;
		w->proc[i].g->state = RUNNING;
	}
	while (w->written < w->o->bytes) {
		begin_generation(w);
		while (w->events < GENERATION && w->written < w->o->bytes)
			act(w, &w->proc[draw(w, w->o->procs)]);
		end_generation(w);
	}
}

static void
forget(struct list *l)
{
	while (l->n > 0)
		free(pull(l, l->n - 1));
	free(l->v);
}

static bool
read_options(struct options *o, int argc, char **argv)
{
	uint64_t *to;
	int c;

	*o = (struct options){ 500000000, 2000, 4, 1, NULL };
	while ((c = getopt(argc, argv, "b:l:p:s:")) != -1) {
		to = c == 'b'   ? &o->bytes
		     : c == 'l' ? &o->live
		     : c == 'p' ? &o->procs
				: &o->seed;
		if (c == '?' ||
		    !ws_num_u64(ws_sv_of(optarg), 0, UINT64_MAX / 2, to))
			return false;
	}
	o->file = argv[optind];
	return optind + 1 == argc && o->procs > 0 && o->procs <= PROCS_MAX;
}

int
main(int argc, char **argv)
{
	struct options o;
	struct world *w = ws_alloc(sizeof(*w));
	bool good;

	if (!read_options(&o, argc, argv)) {
		fprintf(stderr,
		    "usage: gen_trace [-b bytes] [-l live] [-p procs] "
		    "[-s seed] FILE\n");
		free(w);
		return 64;
	}
	w->o = &o;
	w->random = o.seed;
	w->out = fopen(o.file, "w");
	good = w->out != NULL;
	if (good) {
		write_trace(w);
		good = !ferror(w->out);
		good = fclose(w->out) == 0 && good;
	}
	if (!good)
		perror(o.file);
	for (size_t i = 0; i < o.procs; i++) {
		free(w->proc[i].g);
		ws_buf_fini(&w->proc[i].batch);
	}
	forget(&w->runnable);
	forget(&w->waiting);
	ws_buf_fini(&w->table);
	free(w);
	return good ? 0 : 74;
}
