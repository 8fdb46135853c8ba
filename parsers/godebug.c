/*
 * What GODEBUG makes the Go runtime print to stderr: gctrace=1 of Go 1.5 to
 * 1.27, schedtrace=N and scheddetail=1 of Go 1.9 to 1.27, alone or anywhere in
 * a log, behind what a log writer puts before its lines or in a string of JSON.
 * Specified by the documentation of package runtime and by mgc.go and proc.go
 * there.  Go 1.5 prints five phases of a collection and later ones three; the
 * sizes of stacks and globals came with 1.18, needspinning with 1.20, blanks in
 * the brackets and schedticks with 1.25.
 *
 * The percentage of a gctrace line is since the start of the program, so that a
 * bad minute of an old process does not show in it; it is not read.  What is
 * meant is made of the CPU times of each line and the time until the next.
 * Several programs may share a log; see godebug_gc.c.  The times of both stops
 * are from being asked for, also where the percentage, since Go 1.23, leaves out
 * the time until all Ps have stopped.
 *
 * SCHED 0ms is before the program's first instruction, and is left out.  Not
 * read, but counted: lines of gcpacertrace and scavtrace, and scvg lines of Go
 * before 1.14.  Threads of scheddetail are not looked at, as the line above
 * them has their numbers.  Not recognised: gctrace before Go 1.5.
 */
#include "godebug.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ingest/columns.h"
#include "ingest/parser.h"
#include "ingest/scan.h"

void
godebug_put(struct godebug *g, struct ws_event *ev, ws_id name,
    enum ws_unit unit, double value)
{
	ev->clock = g->clock;
	ev->name = name;
	ev->unit = (uint8_t)unit;
	ev->value = value;
	ws_batch_put(&g->out, ev);
}

static void
fault(struct godebug *g, uint64_t off, const char *what)
{
	if (g->torn++ == 0)
		g->torn_off = off;
	ws_sink_fault(g->sink, off, what);
}

/* True when the line is one of a collection. */
static bool
take_gc(struct godebug *g, const struct ws_line *line)
{
	struct godebug_gc gc;

	switch (godebug_gc_read(line->text, &gc)) {
	case GODEBUG_NONE:
		return false;
	case GODEBUG_TORN:
		fault(g, line->off, "something else in a gctrace line");
		return true;
	case GODEBUG_GOOD:
		break;
	}
	/* "2 P" at the end of a torn file is whole, " (forced)" may lack. */
	gc.whole = line->ended || gc.forced;
	godebug_gc_take(g, &gc);
	return true;
}

static bool
take_sched(struct godebug *g, const struct ws_line *line)
{
	struct godebug_sched row;

	switch (godebug_sched_read(line->text, &row)) {
	case GODEBUG_NONE:
		return false;
	case GODEBUG_TORN:
		fault(g, line->off, "something else in a SCHED line");
		return true;
	case GODEBUG_GOOD:
		break;
	}
	if (line->ended)
		godebug_sched_take(g, &row);
	else
		fault(g, line->off, "a SCHED line without its end");
	return true;
}

static bool
take_detail(struct godebug *g, const struct ws_line *line)
{
	struct godebug_detail d;

	if (!g->in_row)
		return false;
	switch (godebug_detail_read(line->text, &d)) {
	case GODEBUG_NONE:
		return false;
	case GODEBUG_TORN:
		fault(g, line->off, "something else in a line of scheddetail");
		return true;
	case GODEBUG_GOOD:
		break;
	}
	if (line->ended)
		godebug_detail_take(g, &d);
	return true;
}

static void
take_line(struct godebug *g, const struct ws_line *line)
{
	struct ws_sv s = line->text;

	if (take_sched(g, line) || take_detail(g, line))
		return;
	g->followed = g->followed || line->ended;
	if (take_gc(g, line))
		return;
	if (ws_sv_find(s, "pacer: ") < s.n)
		g->pacer++;
	else if (ws_sv_find(s, "scvg") < s.n ||
		 ws_sv_find(s, " KiB work") < s.n)
		g->scavenger++;
}

static void
read_lines(struct godebug *g, struct ws_cur all)
{
	struct ws_lines lines = { .cur = all };
	struct ws_line line;

	while (g->out.status == WS_OK && ws_lines_next(&lines, &line))
		take_line(g, &line);
	ws_lines_fini(&lines);
	godebug_sched_end(g, g->followed);
}

static void
tell(struct godebug *g)
{
	static const char *const kind[] = { "", "gctrace", "schedtrace",
		"gctrace and schedtrace" };

	const struct {
		const char *name;
		uint64_t n;
	} tally[] = {
		{ "collection", g->cycles },
		{ "row of the scheduler", g->rows },
		{ "row with goroutines", g->details },
		{ "row at the start, left out", g->starts },
		{ "row that the file may end in", g->cut },
		{ "collection of one program too many", g->foreign },
		{ "line of the pacer", g->pacer },
		{ "line of the scavenger", g->scavenger },
		{ "torn line", g->torn },
	};

	ws_source_version(
	    g->src, "%s", kind[(g->cycles > 0) + 2 * (g->rows > 0)]);
	for (size_t i = 0; i < WS_LEN(tally); i++)
		if (tally[i].n > 0)
			ws_source_tally(g->src, tally[i].name, tally[i].n);
	ws_source_detail(g->src, "%llu collections, %llu rows",
	    (unsigned long long)g->cycles, (unsigned long long)g->rows);
}

static void
put_loss(struct godebug *g)
{
	struct ws_event ev = WS_EVENT(WS_EV_LOSS);

	if (g->torn + g->foreign == 0)
		return;
	ev.name = g->cycles > 0 ? WS_N_GO_GC_CPU : WS_N_GO_SCHED_QUEUED;
	ev.unit = WS_U_COUNT;
	ev.value = (double)(g->torn + g->foreign);
	ws_batch_put(&g->out, &ev);
}

static enum ws_status
finish(struct godebug *g, struct ws_err *err)
{
	enum ws_status status;

	put_loss(g);
	tell(g);
	status = ws_batch_flush(&g->out);
	if (status != WS_OK)
		return status;
	if (g->cycles + g->rows + g->starts + g->cut == 0)
		return ws_err_set(err, WS_CORRUPT, WS_OFF_NONE,
		    "wanted lines of gctrace or schedtrace, found none that is "
		    "whole");
	if (g->torn > 0)
		return ws_err_set(err, WS_PARTIAL, g->torn_off,
		    "%llu torn lines beside %llu collections and %llu rows",
		    (unsigned long long)g->torn, (unsigned long long)g->cycles,
		    (unsigned long long)g->rows);
	return WS_OK;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	static const struct ws_clock since_start = { .kind = WS_CLOCK_MONOTONIC,
		.ns_per_tick = 1 };
	struct godebug *g;
	struct ws_cur all;
	enum ws_status read = ws_source_all(src, &all, err), status;

	if (read > WS_PARTIAL)
		return read;
	g = ws_alloc(sizeof(*g));
	g->src = src;
	g->sink = sink;
	g->clock = ws_dict_clock(sink->dict, &since_start);
	g->states = ws_htab_new();
	ws_batch_init(&g->out, sink);
	read_lines(g, all);
	status = finish(g, read == WS_OK ? err : NULL);
	ws_htab_free(g->states);
	free(g);
	return ws_status_worst(read, status);
}

/* "goroutine 1 [running]:" */
static bool
is_stack(struct ws_sv line)
{
	return ws_sv_starts(line, "goroutine ") && ws_sv_ends(line, "]:");
}

/* Benchmarks and crashes in the same log are the business of other parsers. */
static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_cur c;
	enum ws_bid bid = WS_BID_NO;

	ws_cur_init(&c, a->head.p, a->head.n, 0);
	while (ws_cur_left(&c) > 0) {
		struct ws_sv line = ws_cur_line(&c);
		struct godebug_gc gc;
		struct godebug_sched row;

		if (ws_sv_starts(line, "Benchmark") || is_stack(line))
			return WS_BID_NO;
		if (godebug_gc_read(line, &gc) == GODEBUG_GOOD ||
		    godebug_sched_read(line, &row) == GODEBUG_GOOD)
			bid = WS_BID_SHAPE;
	}
	return bid;
}

const struct ws_parser ws_parser_godebug = {
	.name = "godebug",
	.title = "gctrace, schedtrace and scheddetail of GODEBUG",
	.bid = bid,
	.parse = parse,
};
