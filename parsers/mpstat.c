/*
 * mpstat of sysstat, text and JSON, from 9.1 to 12.7: the CPU rows of -P and -A, in any
 * locale, several captures in one file.  Specified by mpstat(1) and by what
 * each version prints.
 *
 * A report without an interval is an average since boot: header and rows have
 * the same time.  Left out: rows of averages, nodes (-N, the same again) and
 * interrupts (-I).
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/parser.h"
#include "sysstat_json.h"

struct mpstat {
	struct ws_sysstat s;
	struct ws_layout l;
	bool shares; /* the rows that follow are CPU shares */
	bool boot;
	char start[64]; /* clock of the header */
	size_t start_n;
};

static bool
is_first(struct ws_sv s)
{
	return ws_sv_is(s, "CPU") || ws_sv_is(s, "NODE");
}

/* The order tells mpstat from `sar -u ALL`. */
static bool
is_shares(const struct ws_layout *l)
{
	return l->n > 6 && ws_sv_is(l->token[0], "CPU") &&
	       (ws_sv_is(l->token[1], "%usr") ||
		   ws_sv_is(l->token[1], "%user")) &&
	       ws_sv_is(l->token[2], "%nice") &&
	       ws_sv_is(l->token[3], "%sys") &&
	       ws_sv_is(l->token[4], "%iowait") &&
	       ws_sv_is(l->token[5], "%irq");
}

static bool
take_header(struct mpstat *p, const struct ws_line *line)
{
	struct ws_sysstat_header h;

	if (!ws_sysstat_header(&h, line->text, is_first))
		return false;
	ws_sysstat_cpu_layout(&p->l, h.columns);
	p->shares = !h.average && is_shares(&p->l);
	p->start_n = h.clock.n < sizeof(p->start) ? h.clock.n : 0;
	for (size_t i = 0; i < p->start_n; i++)
		p->start[i] = h.clock.p[i];
	if (!h.average)
		p->s.prefix = h.prefix;
	return true;
}

static void
take_row(struct mpstat *p, const struct ws_line *line, struct ws_sv bare)
{
	struct ws_sv f[WS_SYSSTAT_FIELDS], clock;
	size_t n = ws_row_split(bare, f, WS_SYSSTAT_FIELDS);
	size_t k = ws_sysstat_clock(f, n);
	uint64_t cpu;

	if (k == 0 || !p->shares)
		return;
	if (n != k + p->l.n ||
	    (!ws_sv_is(f[k], "all") && !ws_num_u64(f[k], 0, 1 << 20, &cpu)) ||
	    !ws_sysstat_cpu_is_whole(&p->l, f + k)) {
		ws_sysstat_fault(
		    &p->s, line->off, "a row is not the shares of its header");
		return;
	}
	clock = f[0];
	clock.n = (size_t)(f[k - 1].p + f[k - 1].n - clock.p);
	ws_sysstat_time(&p->s, clock);
	p->boot = ws_sv_eq(clock, (struct ws_sv){ p->start, p->start_n });
	ws_sysstat_cpu_row(&p->s, &p->l, f + k, p->boot);
}

static void
take_line(struct mpstat *p, const struct ws_line *line)
{
	struct ws_sv bare = ws_sysstat_bare(&p->s, line->text);

	if (bare.n == 0)
		return;
	if (!line->ended) {
		ws_sysstat_fault(&p->s, line->off, "the last line is cut");
		return;
	}
	if (ws_sysstat_banner(&p->s, bare, true))
		p->shares = false;
	else if (!take_header(p, line))
		take_row(p, line, bare);
}

static const struct ws_sysstat_word words[] = {
	{ "cpu-load", "cpu", "CPU" },
	{ "cpu-load", "usr", "%usr" },
	{ "cpu-load", "nice", "%nice" },
	{ "cpu-load", "sys", "%sys" },
	{ "cpu-load", "iowait", "%iowait" },
	{ "cpu-load", "irq", "%irq" },
	{ "cpu-load", "soft", "%soft" },
	{ "cpu-load", "steal", "%steal" },
	{ "cpu-load", "guest", "%guest" },
	{ "cpu-load", "gnice", "%gnice" },
	{ "cpu-load", "idle", "%idle" },
};

struct json {
	struct mpstat *p;
	struct ws_sysstat_json j;
};

/* 12.0.1 prints -1 for all CPUs. */
static void
take_object(void *ctx, struct ws_sv columns, const struct ws_sv *cell, size_t n,
    uint64_t off)
{
	struct json *j = ctx;
	struct mpstat *p = j->p;
	uint64_t cpu;

	ws_sysstat_cpu_layout(&p->l, columns);
	if (p->l.n != n || !is_shares(&p->l) ||
	    (!ws_sv_is(cell[0], "all") && !ws_sv_is(cell[0], "-1") &&
		!ws_num_u64(cell[0], 0, 1 << 20, &cpu)) ||
	    !ws_sysstat_cpu_is_whole(&p->l, cell)) {
		ws_sysstat_fault(
		    &p->s, off, "an object is not the shares of a CPU");
		return;
	}
	ws_sysstat_cpu_row(&p->s, &p->l, cell, j->j.single);
}

static void
read_json(struct mpstat *p, struct ws_cur all)
{
	struct json j = { .p = p,
		.j = { .s = &p->s,
		    .word = words,
		    .n_word = WS_LEN(words),
		    .row = take_object } };

	j.j.ctx = &j;
	ws_sysstat_read_json(&j.j, all);
}

static bool
is_json(struct ws_sv head)
{
	return ws_sysstat_is_json(head, "\"cpu-load\"");
}

static bool
is_text(struct ws_sv head)
{
	struct ws_sysstat_header h;
	struct ws_layout l;

	if (!ws_sysstat_find(&h, head, is_first))
		return false;
	ws_sysstat_cpu_layout(&l, h.columns);
	return is_shares(&l);
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	return is_text(a->head) || is_json(a->head) ? WS_BID_SHAPE : WS_BID_NO;
}

static void
read_text(struct mpstat *p, struct ws_source *src, struct ws_sv head)
{
	struct ws_lines lines = { .src = src };
	struct ws_line line;
	struct ws_cur first;

	ws_cur_init(&first, head.p, head.n, 0);
	ws_sysstat_survey(&p->s, first, is_first);
	while (p->s.out.status == WS_OK && ws_lines_next(&lines, &line))
		take_line(p, &line);
	ws_lines_fini(&lines);
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_sv head = ws_source_artifact(src)->head;
	struct mpstat *p;
	struct ws_cur all;
	enum ws_status read = WS_OK, status = WS_OK;

	if (!is_json(head) && !is_text(head))
		return ws_err_set(
		    err, WS_CORRUPT, 0, "no header of mpstat at the start");
	p = ws_alloc(sizeof(*p));
	ws_sysstat_init(&p->s, src, sink);
	if (!is_json(head)) {
		read_text(p, src, head);
	} else {
		read = ws_source_all(src, &all, err);
		if (read <= WS_PARTIAL)
			read_json(p, all);
	}
	read = ws_status_worst(read, ws_source_status(src, err));
	/* Damage of the stream says more than what it did to the rows. */
	if (read <= WS_PARTIAL)
		status = ws_sysstat_finish(
		    &p->s, "mpstat", read == WS_OK ? err : NULL);
	free(p);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_mpstat = {
	.name = "mpstat",
	.title = "mpstat (sysstat) text or JSON",
	.bid = bid,
	.parse = parse,
};
