/* -traces, one sample after the other, and the tables of -top and its kin. */
#include <string.h>

#include "ingest/scan.h"
#include "model/event.h"
#include "pproftool.h"

static bool
is_rule(struct ws_sv s)
{
	return ws_sv_starts(s, "-----------+-----");
}

/* "Type: cpu" */
static bool
read_type(struct ws_sv s, struct ws_sv *type)
{
	s = ws_sv_trim(s);
	if (!ws_scan_text(&s, "Type: "))
		return false;
	*type = ws_sv_field(&s);
	return type->n > 0 && type->n < 64;
}

struct traces {
	struct pproftool *p;
	bool within, valued, broken;
	uint64_t off;
};

static void
end_trace(struct traces *t)
{
	struct pproftool *p = t->p;

	if (t->valued && !t->broken && p->n_frame > 0)
		pproftool_sample(p);
	else if (t->within && (t->valued || t->broken))
		pproftool_lose(p, t->off, "a sample without value or stack");
	p->n_frame = p->labels.n = 0;
	t->valued = t->broken = false;
}

/* "     class:  E" */
static void
take_label(struct pproftool *p, struct ws_sv s)
{
	struct ws_sv value = ws_sv_trim(s), key = ws_sv_split(&value, ':');

	if (ws_sv_is(key, "bytes"))
		return;
	ws_buf_puts(&p->labels, p->labels.n > 0 ? ", " : "");
	ws_buf_putsv(&p->labels, key);
	ws_buf_putc(&p->labels, '=');
	ws_buf_putsv(&p->labels, ws_sv_trim(value));
}

static void
take_trace_line(struct traces *t, struct ws_sv s)
{
	struct pproftool *p = t->p;
	struct ws_sv rest = s, first = ws_sv_field(&rest);
	enum ws_unit unit;
	double v;

	if (ws_sv_starts(s, "             ")) {
		if (t->valued)
			pproftool_push(p, pproftool_frame(p, s, 0));
		return;
	}
	if (first.n > 1 && first.p[first.n - 1] == ':' && !t->valued) {
		take_label(p, s);
		return;
	}
	if (t->valued || !pproftool_value(first, &v, &unit) ||
	    (p->type[0].unit != unit && p->type[0].unit != WS_U_NONE &&
		v != 0)) {
		t->broken = t->broken || first.n > 0;
		return;
	}
	t->valued = true;
	p->value[0] = v;
	pproftool_push(p, pproftool_frame(p, rest, 0));
}

static void
take_trace_head(struct traces *t, struct ws_sv s)
{
	struct pproftool *p = t->p;
	struct ws_sv type;
	double duration, total;

	if (read_type(s, &type)) {
		p->type[0] = pproftool_type(p, type);
		p->n_type = 1;
	}
	if (pproftool_duration(s, &duration, &total))
		pproftool_capture(p, WS_N_CAPTURE_DURATION, duration);
}

void
pproftool_traces(struct pproftool *p, struct ws_cur all)
{
	struct ws_lines lines = { .cur = all };
	struct ws_line line;
	struct traces t = { .p = p };

	while (p->out.status == WS_OK && ws_lines_next(&lines, &line)) {
		if (is_rule(line.text)) {
			end_trace(&t);
			t.within = true;
			t.off = line.off;
		} else if (!t.within) {
			take_trace_head(&t, line.text);
		} else if (line.ended) {
			take_trace_line(&t, line.text);
		}
	}
	/* What follows the last rule may go on. */
	if (t.valued || t.broken)
		pproftool_lose(p, t.off, "a sample without its end");
	ws_lines_fini(&lines);
}

static void
put_counter(
    struct pproftool *p, ws_id name, ws_id track, enum ws_unit unit, double v)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.name = name;
	ev.track = track;
	ev.unit = (uint8_t)unit;
	ev.value = v;
	ws_batch_put(&p->out, &ev);
}

/* "     0.28s 11.76% 11.76%      1.95s 81.93%  main.mk"; with a bar before the
 * name in -tree. */
static bool
read_row(struct ws_sv s, double v[2], enum ws_unit unit[2], struct ws_sv *name)
{
	for (size_t i = 0; i < 5; i++) {
		struct ws_sv f = ws_sv_field(&s);

		if (i == 0 || i == 3) {
			if (!pproftool_value(f, &v[i == 3], &unit[i == 3]))
				return false;
		} else if (!ws_sv_ends(f, "%")) {
			return false;
		}
	}
	/* 0 has no unit. */
	if (v[0] == 0)
		unit[0] = unit[1];
	s = ws_sv_trim(s);
	if (ws_scan_text(&s, "|"))
		s = ws_sv_trim(s);
	if (ws_sv_ends(s, " (inline)"))
		s.n -= strlen(" (inline)");
	else if (ws_sv_ends(s, " (partial-inline)"))
		s.n -= strlen(" (partial-inline)");
	*name = s;
	return s.n > 0;
}

/* "Showing nodes accounting for 2.16s, 90.76% of 2.38s total" */
static bool
read_total(struct ws_sv s, double *total, enum ws_unit *unit)
{
	size_t end = ws_sv_find(s, " total"), at = end;

	if (ws_sv_find(s, "howing ") >= s.n || end >= s.n)
		return false;
	while (at > 0 && s.p[at - 1] != ' ')
		at--;
	return pproftool_value(
	    (struct ws_sv){ s.p + at, end - at }, total, unit);
}

static void
take_table_line(struct pproftool *p, struct ws_sv s)
{
	struct ws_buf track = { 0 };
	struct ws_sv name;
	enum ws_unit unit[2];
	double v[2];
	ws_id id;

	if (read_type(s, &name))
		p->type_name = ws_dict_str(p->sink->dict, name);
	else if (pproftool_duration(s, &v[0], &v[1]))
		put_counter(
		    p, WS_N_PPROF_TOP_DURATION, p->type_name, WS_U_TIME, v[0]);
	else if (read_total(s, v, unit))
		put_counter(
		    p, WS_N_PPROF_TOP_TOTAL, p->type_name, unit[0], v[0]);
	if (!read_row(s, v, unit, &name))
		return;
	ws_buf_putsv(&track, ws_dict_text(p->sink->dict, p->type_name));
	ws_buf_puts(&track, ": ");
	ws_buf_putsv(&track, name);
	id = ws_dict_str(p->sink->dict, ws_buf_sv(&track));
	put_counter(p, WS_N_PPROF_TOP_FLAT, id, unit[0], v[0]);
	put_counter(p, WS_N_PPROF_TOP_CUM, id, unit[1], v[1]);
	p->rows++;
	ws_buf_fini(&track);
}

void
pproftool_table(struct pproftool *p, struct ws_cur all)
{
	struct ws_lines lines = { .cur = all };
	struct ws_line line;

	while (p->out.status == WS_OK && ws_lines_next(&lines, &line)) {
		struct ws_sv s = line.text;

		if (ws_scan_text(&s, "(pprof) "))
			s = ws_sv_trim(s);
		if (line.ended)
			take_table_line(p, s);
		else if (s.n > 0)
			pproftool_lose(p, line.off, "the last line may be cut");
	}
	ws_lines_fini(&lines);
}
