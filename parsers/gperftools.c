/*
 * Profiles from before the protobuf form: of gperftools (C++) CPU profiles in
 * binary, heap, growth, fragmentation and contention profiles and thread dumps
 * as text; of Java agents CPU profiles in binary, heap and contention profiles
 * as text.  Specified by docs/cpuprofile-fileformat.html of gperftools and by
 * the legacy readers of google/pprof, whose adjustments are made here too:
 * callers are one less than the return address, frames of the signal handler
 * are taken out, heap samples are scaled up.
 *
 * Functions have names only in Java profiles and in thread dumps; the others
 * have addresses and, mostly, a memory map.  Contention is charged to who
 * released the lock in some versions and to who waited in others; it is a
 * series of its own and neither of mutex nor of block profiles.
 *
 * Not read: heap profiles of jemalloc, symbol sections of pprof --raw.  Heap
 * profiles of Go as text are pprof-text.
 */
#include "gperftools.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
gp_fault(struct gp *g, uint64_t off, const char *what)
{
	ws_sink_fault(g->sink, off, what);
	if (g->faults++ == 0)
		g->bad_off = off;
}

void
gp_lose(struct gp *g, uint64_t off, const char *what)
{
	gp_fault(g, off, what);
	g->lost++;
}

void
gp_add_series(struct gp *g, const char *name, enum ws_unit unit, double scale)
{
	g->series[g->n_values++] =
	    (struct gp_series){ ws_dict_cstr(g->sink->dict, name), unit,
		    scale };
}

struct gp_sample *
gp_add_sample(struct gp *g, uint64_t off)
{
	struct gp_sample *s;

	g->sample = ws_grow(
	    g->sample, &g->cap_sample, g->n_sample + 1, sizeof(*g->sample));
	s = &g->sample[g->n_sample++];
	*s = (struct gp_sample){ .off = off, .first = g->n_addr };
	return s;
}

bool
gp_add_address(struct gp *g, uint64_t addr)
{
	struct gp_sample *s = &g->sample[g->n_sample - 1];

	if (s->n >= ws_source_limits(g->src)->depth)
		return false;
	g->addr =
	    ws_grow(g->addr, &g->cap_addr, g->n_addr + 1, sizeof(*g->addr));
	g->addr[g->n_addr++] = addr;
	s->n++;
	return true;
}

void
gp_unsample(double *count, double *size, double rate)
{
	double scale;

	if (*count == 0 || *size == 0) {
		*count = *size = 0;
		return;
	}
	if (rate <= 1)
		return;
	scale = 1 / (1 - exp(-(*size / *count) / rate));
	/* Objects so small that none of them can have been seen. */
	if (!isfinite(scale))
		return;
	*count = trunc(*count * scale);
	*size = trunc(*size * scale);
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_cur c;
	int i;

	if (gp_is_binary(a->head))
		return WS_BID_MAGIC;
	ws_cur_init(&c, a->head.p, a->head.n, 0);
	/* Thread dumps may begin with empty lines. */
	for (i = 0; i < 4 && ws_cur_left(&c) > 0; i++) {
		struct ws_sv line = ws_sv_trim(ws_cur_line(&c));

		if (line.n > 0)
			return gp_is_text(line) ? WS_BID_MAGIC : WS_BID_NO;
	}
	return WS_BID_NO;
}

static void
put_counter(struct gp *g, struct ws_batch *out, ws_id name, enum ws_unit unit,
    double value)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.name = name;
	ev.track = g->series[g->n_values - 1].name;
	ev.unit = (uint8_t)unit;
	ev.value = value;
	ws_batch_put(out, &ev);
}

static void
put_sample(
    struct gp *g, struct ws_batch *out, const struct gp_sample *s, ws_id *stack)
{
	struct ws_event ev = WS_EVENT(WS_EV_SAMPLE);
	size_t i;

	for (i = 0; i < s->n; i++)
		stack[i] = gp_frame(g, g->addr[s->first + i]);
	ev.stack = ws_dict_stack(g->sink->dict, stack, s->n);
	for (i = 0; i < g->n_values; i++) {
		if (s->v[i] == 0)
			continue;
		ev.name = g->series[i].name;
		ev.unit = (uint8_t)g->series[i].unit;
		ev.value = s->v[i] * g->series[i].scale;
		ws_batch_put(out, &ev);
	}
}

static enum ws_status
emit(struct gp *g)
{
	const struct gp_series *main = &g->series[g->n_values - 1];
	struct ws_event loss = WS_EVENT(WS_EV_LOSS);
	struct ws_batch out;
	size_t i, deepest = 0;
	ws_id *stack;

	ws_batch_init(&out, g->sink);
	if (g->duration > 0)
		put_counter(
		    g, &out, WS_N_CAPTURE_DURATION, WS_U_TIME, g->duration);
	put_counter(g, &out, WS_N_CAPTURE_PERIOD,
	    main->name == WS_N_PPROF_CPU || main->unit == WS_U_BYTES
		? main->unit
		: WS_U_COUNT,
	    g->period > 0 ? g->period : 1);
	for (i = 0; i < g->n_sample; i++)
		deepest = g->sample[i].n > deepest ? g->sample[i].n : deepest;
	stack = ws_alloc_array(deepest + 1, sizeof(*stack));
	for (i = 0; i < g->n_sample; i++)
		put_sample(g, &out, &g->sample[i], stack);
	free(stack);
	loss.name = main->name;
	loss.unit = WS_U_COUNT;
	loss.value = (double)g->lost;
	if (g->lost > 0)
		ws_batch_put(&out, &loss);
	return ws_batch_flush(&out);
}

static void
read_lines(struct gp *g, struct ws_cur *c, bool binary)
{
	struct ws_lines l = { .cur = *c };

	if (!binary)
		gp_read_text(g, &l);
	else if (g->no_addresses)
		gp_read_functions(g, &l);
	else
		gp_read_maps(g, &l);
	ws_lines_fini(&l);
}

static enum ws_status
read_profile(struct gp *g, struct ws_cur *c, struct ws_err *err)
{
	bool binary =
	    gp_is_binary((struct ws_sv){ (const char *)c->p, ws_cur_left(c) });
	enum ws_status status;

	if (binary)
		gp_read_binary(g, c);
	read_lines(g, c, binary);
	if (g->n_values == 0)
		return ws_err_set(err, WS_CORRUPT, 0,
		    "wanted the head of a profile, found none whole");
	gp_repair_maps(g);
	ws_source_version(g->src, "%s", g->kind);
	ws_source_tally(g->src, "record", g->n_sample);
	ws_source_tally(g->src, "mapping", g->n_map);
	status = emit(g);
	if (status != WS_OK || g->faults == 0)
		return status;
	return ws_err_set(err, WS_PARTIAL, g->bad_off,
	    "%zu whole records, %llu left out", g->n_sample,
	    (unsigned long long)g->lost);
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct gp g = { .src = src, .sink = sink };
	struct ws_err own = { .off = WS_OFF_NONE };
	enum ws_status read, found;
	struct ws_cur c;

	read = ws_source_all(src, &c, err);
	if (read > WS_PARTIAL)
		return read;
	g.symbols = ws_htab_new();
	found = read_profile(&g, &c, &own);
	if (found > read && err != NULL)
		*err = own;
	ws_htab_free(g.symbols);
	ws_buf_fini(&g.build);
	free(g.symbol);
	free(g.sample);
	free(g.addr);
	free(g.map);
	return ws_status_worst(read, found);
}

const struct ws_parser ws_parser_gperftools = {
	.name = "gperftools",
	.title = "profile of gperftools or Java before protobuf",
	.bid = bid,
	.parse = parse,
};
