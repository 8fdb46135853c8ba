/* The text forms: a head, records "numbers @ addresses", a memory map or
 * functions. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/units.h"
#include "gperftools.h"

/* What the first line says. */
struct head {
	enum {
		NONE,
		HEAP,
		GROWTH,
		FRAGMENTATION,
		CONTENTION,
		JAVA_HEAP,
		THREADS
	} kind;

	double rate; /* heap: bytes of one sample */
	bool scaled; /* heap: values are to be multiplied */
	bool has_alloc;
};

enum { JAVA_RATE = 512 << 10 }; /* bytes of one sample */

/* What a record's numbers are multiplied with. */
struct scales {
	double period, hz;
	bool java;
};

static void
skip_blanks(struct ws_sv *s)
{
	while (s->n > 0 && (s->p[0] == ' ' || s->p[0] == '\t'))
		*s = ws_sv_from(*s, 1);
}

static bool
take_number(struct ws_sv *s, int64_t *out)
{
	size_t n;

	skip_blanks(s);
	n = s->n > 0 && s->p[0] == '-';
	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	if (!ws_num_i64((struct ws_sv){ s->p, n }, INT64_MIN, INT64_MAX, out))
		return false;
	*s = ws_sv_from(*s, n);
	return true;
}

static bool
take_char(struct ws_sv *s, char c)
{
	skip_blanks(s);
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = ws_sv_from(*s, 1);
	return true;
}

/* 1: 2 [3: 4] @ */
static bool
take_four(struct ws_sv *s, int64_t v[4])
{
	return take_number(s, &v[0]) && take_char(s, ':') &&
	       take_number(s, &v[1]) && take_char(s, '[') &&
	       take_number(s, &v[2]) && take_char(s, ':') &&
	       take_number(s, &v[3]) && take_char(s, ']') && take_char(s, '@');
}

/* "heap_v2/524288", "heapprofile", ...; "heap/" is Go's. */
static bool
read_heap_kind(struct ws_sv s, struct head *h)
{
	struct ws_sv word = s, rate;
	int64_t v;

	word.n = ws_sv_find(s, "/");
	rate = ws_sv_from(s, word.n + 1);
	h->kind = HEAP;
	h->rate = 1;
	if (ws_sv_is(word, "growthz"))
		h->kind = GROWTH;
	else if (ws_sv_is(word, "fragmentationz"))
		h->kind = FRAGMENTATION;
	else if (ws_sv_is(word, "heap_v2") || ws_sv_is(word, "heapz_v2"))
		h->scaled = true;
	else if (!ws_sv_is(word, "heapprofile"))
		return false;
	if (!h->scaled)
		return true;
	if (!ws_num_i64(rate, 1, INT64_MAX, &v))
		return false;
	h->rate = (double)v;
	return true;
}

static bool
read_head(struct ws_sv line, struct head *h)
{
	struct ws_sv s = ws_sv_trim(line);
	int64_t v[4];

	*h = (struct head){ .kind = NONE };
	if (ws_sv_starts(s, "--- contentionz "))
		h->kind = CONTENTION;
	else if (ws_sv_is(s, "--- heapz 1 ---"))
		h->kind = JAVA_HEAP;
	else if (ws_sv_starts(s, "--- threadz ") ||
		 (ws_sv_starts(s, "--- Thread ") && ws_sv_ends(s, "---")))
		h->kind = THREADS;
	if (h->kind != NONE)
		return true;
	if (!ws_sv_starts(s, "heap profile:"))
		return false;
	s = ws_sv_from(s, strlen("heap profile:"));
	if (!take_four(&s, v) || !read_heap_kind(ws_sv_trim(s), h))
		return false;
	h->has_alloc = h->kind == HEAP && ((v[2] != v[0] && v[2] != 0) ||
					      (v[3] != v[1] && v[3] != 0));
	return true;
}

bool
gp_is_text(struct ws_sv line)
{
	struct head h;

	return read_head(line, &h);
}

static bool
is_map_start(struct ws_sv s)
{
	return ws_sv_find(s, "--- Memory map: ---") < s.n ||
	       ws_sv_find(s, "MAPPED_LIBRARIES:") < s.n;
}

static bool
says_nothing(struct ws_sv s)
{
	return s.n == 0 || s.p[0] == '#';
}

void
gp_take_addresses(struct gp *g, struct ws_sv line, uint64_t less)
{
	uint64_t addr;
	size_t at;

	for (;;) {
		at = ws_sv_find(line, "0x");
		if (at == line.n)
			return;
		line = ws_sv_from(line, at);
		if (!gp_take_hex(&line, &addr))
			line = ws_sv_from(line, 2);
		else if (!gp_add_address(g, addr - (addr > 0 ? less : 0)))
			return;
	}
}

static void
read_heap_record(struct gp *g, const struct head *h, const struct ws_line *line)
{
	struct ws_sv s = ws_sv_trim(line->text);
	struct gp_sample *sample;
	double value[4];
	int64_t v[4];
	int i, from = h->has_alloc ? 0 : 2;

	/* Ours go as pprof has them: allocated, then in use. */
	if (!take_four(&s, v) || (v[0] == 0 && v[1] != 0) ||
	    (h->has_alloc && v[2] == 0 && v[3] != 0)) {
		gp_lose(g, line->off,
		    "wanted a record N: BYTES [N: BYTES] @ ADDRESS...");
		return;
	}
	for (i = 0; i < 4; i++)
		value[i] = (double)v[(i + 2) % 4];
	for (i = 0; h->scaled && i < 4; i += 2)
		gp_unsample(&value[i], &value[i + 1], h->rate);
	sample = gp_add_sample(g, line->off);
	memcpy(sample->v, value + from, (size_t)(4 - from) * sizeof(*value));
	gp_take_addresses(g, s, 1);
}

/* False at the start of the memory map, or at the end. */
static bool
next_line(struct gp *g, struct ws_lines *l, struct ws_line *line)
{
	while (ws_lines_next(l, line)) {
		line->text = ws_sv_trim(line->text);
		if (is_map_start(line->text))
			return false;
		if (says_nothing(line->text))
			continue;
		if (line->ended)
			return true;
		gp_lose(g, line->off, "wanted the end of the last line");
	}
	return false;
}

static void
read_heap(struct gp *g, const struct head *h, struct ws_lines *l)
{
	static const char *const names[][2] = {
		[HEAP] = { "pprof.inuse.objects", "pprof.inuse" },
		[GROWTH] = { "pprof.growth.objects", "pprof.growth" },
		[FRAGMENTATION] = { "pprof.fragmentation.objects",
		    "pprof.fragmentation" },
	};
	struct ws_line line;

	g->kind = h->kind == HEAP     ? "heap"
		  : h->kind == GROWTH ? "growth"
				      : "fragmentation";
	g->period = h->rate;
	if (h->has_alloc) {
		gp_add_series(g, "pprof.alloc.objects", WS_U_COUNT, 1);
		gp_add_series(g, "pprof.alloc", WS_U_BYTES, 1);
	}
	gp_add_series(g, names[h->kind][0], WS_U_COUNT, 1);
	gp_add_series(g, names[h->kind][1], WS_U_BYTES, 1);
	while (next_line(g, l, &line))
		read_heap_record(g, h, &line);
	gp_read_maps(g, l);
}

static double
unit_scale(struct ws_sv word, enum ws_unit *unit)
{
	static const struct {
		const char *word;
		enum ws_unit unit;
		double scale;
	} units[] = { { "bytes", WS_U_BYTES, 1 },
		{ "nanoseconds", WS_U_TIME, 1 },
		{ "microseconds", WS_U_TIME, 1e3 },
		{ "milliseconds", WS_U_TIME, 1e6 },
		{ "seconds", WS_U_TIME, 1e9 } };

	size_t i;

	for (i = 0; i < WS_LEN(units); i++)
		if (ws_sv_is(word, units[i].word)) {
			*unit = units[i].unit;
			return units[i].scale;
		}
	*unit = WS_U_NONE;
	return 1;
}

/* "key = value"; false when the line is none. */
static bool
read_attribute(
    struct gp *g, struct ws_sv s, struct scales *x, struct gp_series *main)
{
	size_t at = ws_sv_find(s, "=");
	struct ws_sv key = ws_sv_trim((struct ws_sv){ s.p, at });
	struct ws_sv value = ws_sv_trim(ws_sv_from(s, at + 1));
	int64_t v;

	if (at == s.n)
		return false;
	if (ws_sv_is(key, "format"))
		x->java = ws_sv_is(value, "java");
	else if (ws_sv_is(key, "resolution"))
		main->scale = unit_scale(value, &main->unit);
	if (!ws_num_i64(value, 0, INT64_MAX, &v))
		return true;
	if (ws_sv_is(key, "cycles/second"))
		x->hz = (double)v;
	else if (ws_sv_is(key, "sampling period"))
		x->period = (double)v;
	else if (ws_sv_is(key, "ms since reset"))
		g->duration = (double)v * 1e6;
	return true;
}

/* TOTAL COUNT @ ADDRESSES; the total is cycles, or of Java's resolution. */
static void
read_pair(
    struct gp *g, const struct ws_line *line, const struct scales *x, bool heap)
{
	struct ws_sv s = line->text;
	struct gp_sample *sample;
	int64_t total, count;
	double v[2];

	if (!take_number(&s, &total) || !take_number(&s, &count) ||
	    !take_char(&s, '@') || (heap && count == 0)) {
		gp_lose(
		    g, line->off, "wanted a record TOTAL COUNT @ ADDRESS...");
		return;
	}
	v[0] = (double)count;
	v[1] = (double)total;
	if (heap) {
		gp_unsample(&v[0], &v[1], JAVA_RATE);
	} else if (x->period > 0) {
		v[0] *= x->period;
		v[1] *= x->period;
		if (!x->java && x->hz > 0)
			v[1] = trunc((double)total * x->period / (x->hz / 1e9));
	}
	sample = gp_add_sample(g, line->off);
	memcpy(sample->v, v, sizeof(v));
	gp_take_addresses(g, s, x->java ? 0 : 1);
}

static bool
is_function(struct ws_sv s)
{
	return ws_sv_starts(s, "0x");
}

/* Contention of both, and the heap of Java. */
static void
read_pairs(struct gp *g, const struct head *h, struct ws_lines *l)
{
	bool heap = h->kind == JAVA_HEAP;
	struct scales x = { .java = heap };
	struct gp_series main = { 0, heap ? WS_U_BYTES : WS_U_TIME, 1 };
	struct ws_line line;
	bool more = next_line(g, l, &line);

	while (more && read_attribute(g, line.text, &x, &main))
		more = next_line(g, l, &line);
	g->no_addresses = x.java;
	g->kind = heap     ? "heap, Java"
		  : x.java ? "contention, Java"
			   : "contention";
	g->period = heap ? JAVA_RATE : x.period;
	gp_add_series(g,
	    heap ? "pprof.inuse.objects" : "pprof.contention.contentions",
	    WS_U_COUNT, 1);
	gp_add_series(g, heap ? "pprof.inuse" : "pprof.contention", main.unit,
	    main.scale);
	for (; more && !is_function(line.text); more = next_line(g, l, &line))
		read_pair(g, &line, &x, heap);
	if (!x.java) {
		gp_read_maps(g, l);
		return;
	}
	if (more)
		gp_read_function(g, line.text);
	gp_read_functions(g, l);
}

/* "PC: 0x1 0x2", "0x1: name", "creator: 0x3 0x4": all of the stack, of which
 * only the first address is no caller. */
static void
read_thread_line(struct gp *g, struct ws_sv s)
{
	const struct gp_sample *sample = &g->sample[g->n_sample - 1];
	struct gp_symbol symbol = { 0 };
	struct ws_sv rest = s;
	size_t had = sample->n, at = ws_sv_find(s, "0x");
	uint64_t addr;

	gp_take_addresses(g, s, 1);
	/* It may have moved. */
	sample = &g->sample[g->n_sample - 1];
	if (had == 0 && sample->n > 0)
		g->addr[sample->first]++;
	rest = ws_sv_from(rest, at);
	if (sample->n != had + 1 || !gp_take_hex(&rest, &addr) ||
	    !ws_sv_starts(rest, ": "))
		return;
	symbol.func =
	    ws_dict_str(g->sink->dict, ws_sv_trim(ws_sv_from(rest, 2)));
	gp_name(g, g->addr[sample->first + had], &symbol);
}

/* A thread without a stack of its own is one more of the last. */
static void
end_thread(struct gp *g, bool same)
{
	struct gp_sample *last;

	if (g->n_sample == 0)
		return;
	last = &g->sample[g->n_sample - 1];
	if (!same && last->n > 0)
		return;
	g->n_addr = last->first;
	g->n_sample--;
	if (g->n_sample > 0)
		g->sample[g->n_sample - 1].v[0]++;
}

static void
read_threads(struct gp *g, struct ws_lines *l, struct ws_line *line)
{
	bool more = true, in = false, same = false;

	g->kind = "thread";
	gp_add_series(g, "pprof.thread", WS_U_COUNT, 1);
	for (; more; more = next_line(g, l, line)) {
		struct ws_sv s = ws_sv_trim(line->text);

		if (ws_sv_starts(s, "---- no stack trace for"))
			break;
		if (ws_sv_starts(s, "--- Thread ")) {
			if (in)
				end_thread(g, same);
			gp_add_sample(g, line->off)->v[0] = 1;
			in = true;
			same = false;
		} else if (in && ws_sv_find(s, "same as previous") < s.n) {
			same = true;
		} else if (in) {
			read_thread_line(g, s);
		}
	}
	if (in)
		end_thread(g, same);
	gp_read_maps(g, l);
}

void
gp_read_text(struct gp *g, struct ws_lines *l)
{
	struct ws_line line;
	struct head h = { .kind = NONE };

	while (h.kind == NONE && ws_lines_next(l, &line))
		if (!line.ended || !read_head(line.text, &h))
			h.kind = NONE;
	switch (h.kind) {
	case NONE:
		break;
	case HEAP:
	case GROWTH:
	case FRAGMENTATION:
		read_heap(g, &h, l);
		break;
	case CONTENTION:
	case JAVA_HEAP:
		read_pairs(g, &h, l);
		break;
	case THREADS:
		read_threads(g, l, &line);
		break;
	}
}
