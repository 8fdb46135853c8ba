/*
 * Writes an export of Instruments of any size, from a seed, in the shape of
 * Xcode 16: gen_instruments [-n rows] [-f functions] [-s seed] [-t table] FILE
 * table is time-profile, virtual-memory (the default) or thread-state.  Values
 * stand once and are referred to, as in real exports: one stack in ten is new,
 * mostly by the place in its innermost function.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"

enum { THREADS = 12, STACKS = 4096, DEPTH = 12 };

struct options {
	uint64_t rows, functions, seed;
	const char *table, *file;
};

struct gen {
	FILE *out;
	uint64_t random, id, now;
	uint64_t *frame;          /* id of a function, or 0 */
	uint64_t thread[THREADS]; /* ids */
	uint64_t process, binary, core[8], state, weight, operation[4];
	uint64_t stack[STACKS];
	size_t stacks;
	const struct options *o;
};

static uint64_t
next_random(struct gen *g, uint64_t below)
{
	uint64_t z = (g->random += 0x9e3779b97f4a7c15u);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (z ^ z >> 31) % below;
}

/* Few functions and stacks are hot, and most are rare. */
static uint64_t
next_skewed(struct gen *g, uint64_t below)
{
	return next_random(g, next_random(g, next_random(g, below) + 1) + 1);
}

static void
put_schema(struct gen *g, const char *const *columns)
{
	fprintf(g->out,
	    "<?xml version=\"1.0\"?>\n<trace-query-result>\n<node xpath='"
	    "//trace-toc[1]/run[1]/data[1]/table[1]'><schema name=\"%s\">",
	    g->o->table);
	for (; columns[0] != NULL; columns += 2)
		fprintf(g->out,
		    "<col><mnemonic>%s</mnemonic><name>%s</name>"
		    "<engineering-type>%s</engineering-type></col>",
		    columns[0], columns[0], columns[1]);
	fputs("</schema>", g->out);
}

/* A reference when the value was seen, else its definition. */
static bool
put_ref(struct gen *g, const char *name, uint64_t *id)
{
	if (*id != 0) {
		fprintf(g->out, "<%s ref=\"%" PRIu64 "\"/>", name, *id);
		return true;
	}
	*id = ++g->id;
	return false;
}

static void
put_time(struct gen *g, const char *name)
{
	g->now += 1000 + next_random(g, 500000);
	fprintf(g->out,
	    "<%s id=\"%" PRIu64 "\" fmt=\"%02u:%02u.%03u.%03u\">%" PRIu64
	    "</%s>",
	    name, ++g->id, (unsigned)(g->now / 60000000000u),
	    (unsigned)(g->now / 1000000000 % 60),
	    (unsigned)(g->now / 1000000 % 1000),
	    (unsigned)(g->now / 1000 % 1000), g->now, name);
}

static void
put_process(struct gen *g)
{
	if (put_ref(g, "process", &g->process))
		return;
	fprintf(g->out,
	    "<process id=\"%" PRIu64
	    "\" fmt=\"server (4242)\"><pid id=\"%" PRIu64
	    "\" fmt=\"4242\">4242</pid><device-session id=\"%" PRIu64
	    "\" fmt=\"local\">local</device-session></process>",
	    g->process, g->id + 1, g->id + 2);
	g->id += 2;
}

static void
put_thread(struct gen *g)
{
	unsigned which = (unsigned)next_random(g, THREADS);

	if (put_ref(g, "thread", &g->thread[which]))
		return;
	fprintf(g->out,
	    "<thread id=\"%" PRIu64 "\" fmt=\"0x%x (server, pid: 4242)\">"
	    "<tid id=\"%" PRIu64 "\" fmt=\"0x%x\">%u</tid>",
	    g->thread[which], 0x2f000 + which, g->id + 1, 0x2f000 + which,
	    0x2f000 + which);
	g->id++;
	put_process(g);
	fputs("</thread>", g->out);
}

static void
put_text(struct gen *g, const char *name, uint64_t *id, const char *text)
{
	if (!put_ref(g, name, id))
		fprintf(g->out, "<%s id=\"%" PRIu64 "\" fmt=\"%s\">%s</%s>",
		    name, *id, text, text, name);
}

static void
put_core(struct gen *g)
{
	unsigned n = (unsigned)next_random(g, WS_LEN(g->core));

	if (!put_ref(g, "core", &g->core[n]))
		fprintf(g->out,
		    "<core id=\"%" PRIu64 "\" fmt=\"CPU %u (%s Core)\">%u"
		    "</core>",
		    g->core[n], n, n < 4 ? "E" : "P", n);
}

static uint64_t
scramble(uint64_t z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* A place in a function; a caller's is seen again and again, and the leaf is
 * somewhere else each time, which makes most of the stacks new. */
static void
put_frame(struct gen *g, uint64_t f, bool leaf)
{
	uint64_t offset = leaf ? next_random(g, 0x90) * 4 : 0x41;
	uint64_t fresh = 0, *id = leaf ? &fresh : &g->frame[f];

	if (put_ref(g, "frame", id))
		return;
	fprintf(g->out,
	    "<frame id=\"%" PRIu64 "\" name=\"main.(*Server).handle%" PRIu64
	    "\" addr=\"0x%" PRIx64 "\">",
	    *id, f, 0x100001000 + f * 0x240 + offset);
	if (!put_ref(g, "binary", &g->binary))
		fprintf(g->out,
		    "<binary id=\"%" PRIu64 "\" name=\"server\" UUID=\""
		    "5F0C5D7A-4D3A-3F57-9D50-6C3B4E1F2A10\" arch=\"arm64\" "
		    "load-addr=\"0x100000000\" path=\"/opt/server\"/>",
		    g->binary);
	fputs("</frame>", g->out);
}

static size_t
any_stack(struct gen *g)
{
	return (size_t)next_skewed(g, STACKS);
}

static void
put_stack(struct gen *g, size_t which)
{
	if (which >= g->stacks || next_random(g, 10) == 0)
		which = g->stacks < STACKS ? g->stacks++ : which;
	else if (put_ref(g, "backtrace", &g->stack[which]))
		return;
	g->stack[which] = ++g->id;
	fprintf(g->out, "<backtrace id=\"%" PRIu64 "\">", g->id);
	/* Callers are shared: the tree of calls narrows towards its root. */
	for (uint64_t i = 0; i < 3 + scramble(which) % DEPTH; i++)
		put_frame(g, scramble((which >> i) * 64 + i) % g->o->functions,
		    i == 0);
	fputs("</backtrace>", g->out);
}

static void
put_number(struct gen *g, const char *name, uint64_t v)
{
	fprintf(g->out,
	    "<%s id=\"%" PRIu64 "\" fmt=\"%" PRIu64 "\">%" PRIu64 "</%s>", name,
	    ++g->id, v, v, name);
}

static void
row_profile(struct gen *g)
{
	put_time(g, "sample-time");
	put_thread(g);
	put_process(g);
	put_core(g);
	put_text(g, "thread-state", &g->state, "Running");
	put_text(g, "weight", &g->weight, "1000000");
	put_stack(g, any_stack(g));
}

static void
row_fault(struct gen *g)
{
	static const char *const operations[] = { "Zero Fill", "Page Cache Hit",
		"File Backed Page In", "Copy On Write" };
	size_t stack = any_stack(g);
	/* What faults at a place is mostly of one kind. */
	size_t which = next_random(g, 10) > 0
			   ? stack % WS_LEN(operations)
			   : (size_t)next_random(g, WS_LEN(operations));

	put_time(g, "start-time");
	put_number(g, "duration", 400 + next_random(g, 20000));
	put_thread(g);
	put_text(g, "vm-op", &g->operation[which], operations[which]);
	put_process(g);
	fputs("<sentinel/><sentinel/>", g->out);
	put_number(
	    g, "address", 0x14000000000 + next_random(g, 1 << 20) * 16384);
	put_text(g, "size-in-bytes", &g->weight, "16384");
	put_stack(g, stack);
}

static void
row_state(struct gen *g)
{
	put_time(g, "start-time");
	put_thread(g);
	put_text(g, "thread-state", &g->state, "Blocked");
	put_number(g, "duration", 400 + next_random(g, 2000000));
	put_process(g);
	put_core(g);
}

static const struct {
	const char *name;
	const char *columns[24];
	void (*row)(struct gen *);
} tables[] = {
	{ "virtual-memory",
	    { "start", "start-time", "duration", "duration", "thread", "thread",
		"operation", "vm-op", "process", "process", "cputime",
		"duration-on-core", "waittime", "duration-waiting", "address",
		"address", "size", "size-in-bytes", "backtrace", "backtrace",
		NULL },
	    row_fault },
	{ "time-profile",
	    { "time", "sample-time", "thread", "thread", "process", "process",
		"core", "core", "thread-state", "thread-state", "weight",
		"weight", "stack", "backtrace", NULL },
	    row_profile },
	{ "thread-state",
	    { "start", "start-time", "thread", "thread", "state",
		"thread-state", "duration", "duration", "process", "process",
		"core", "core", NULL },
	    row_state },
};

static int
generate(const struct options *o)
{
	struct gen g = { .o = o, .random = o->seed };
	size_t k = 0;

	while (k < WS_LEN(tables) && strcmp(tables[k].name, o->table) != 0)
		k++;
	g.out = k < WS_LEN(tables) ? fopen(o->file, "w") : NULL;
	if (g.out == NULL) {
		fprintf(stderr, "gen_instruments: cannot write %s of %s\n",
		    o->file, o->table);
		return 73;
	}
	g.frame = ws_alloc_array((size_t)o->functions, sizeof(*g.frame));
	memset(g.frame, 0, (size_t)o->functions * sizeof(*g.frame));
	put_schema(&g, tables[k].columns);
	for (uint64_t i = 0; i < o->rows; i++) {
		fputs("<row>", g.out);
		tables[k].row(&g);
		fputs("</row>\n", g.out);
	}
	fputs("</node></trace-query-result>\n", g.out);
	free(g.frame);
	return fclose(g.out) == 0 ? 0 : 73;
}

int
main(int argc, char **argv)
{
	struct options o = { .rows = 550000,
		.functions = 20000,
		.seed = 1,
		.table = "virtual-memory" };
	bool good = true;
	int c;

	while ((c = getopt(argc, argv, "n:f:s:t:")) != -1) {
		struct ws_sv v = ws_sv_of(optarg);

		if (c == 'n')
			good &= ws_num_u64(v, 1, UINT32_MAX, &o.rows);
		else if (c == 'f')
			good &= ws_num_u64(v, 1, 1 << 20, &o.functions);
		else if (c == 's')
			good &= ws_num_u64(v, 0, UINT64_MAX, &o.seed);
		else if (c == 't')
			o.table = optarg;
		else
			good = false;
	}
	if (!good || optind + 1 != argc) {
		fputs("usage: gen_instruments [-n rows] [-f functions] "
		      "[-s seed] [-t table] FILE\n",
		    stderr);
		return 64;
	}
	o.file = argv[optind];
	return generate(&o);
}
