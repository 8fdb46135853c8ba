/*
 * -raw: the profile as profile.String() prints it.  Samples come before the
 * locations that they name, so that the lines are read twice.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/scan.h"
#include "model/event.h"
#include "pproftool.h"

enum part { HEAD, TYPES, SAMPLES, LOCATIONS, MAPPINGS };

struct raw {
	struct pproftool *p;
	enum part part;
	bool pending; /* a sample that may have labels yet */
	uint32_t id;  /* index of the location that is being read */
	uint64_t address;
	bool any;
	double period, duration;
};

static enum part
next_part(enum part part, struct ws_sv line)
{
	if (part == HEAD && ws_sv_is(ws_sv_trim(line), "Samples:"))
		return TYPES;
	if (ws_sv_is(line, "Locations"))
		return LOCATIONS;
	return ws_sv_is(line, "Mappings") ? MAPPINGS : part;
}

static uint64_t
read_hex(struct ws_sv s)
{
	uint64_t v = 0;

	for (size_t i = 0; i < s.n && i < 16; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *d = strchr(digits, s.p[i]);

		if (d == NULL || *d == '\0')
			break;
		v = v << 4 | (uint64_t)(d - digits);
	}
	return v;
}

/* "     1: 0x470a4a M=1 func file:482:0 s=445", then one line for each
 * function that it was inlined into, without what stands before the name. */
static void
take_location(struct raw *r, struct ws_sv s)
{
	struct pproftool *p = r->p;
	bool is_new, inlined = ws_sv_starts(s, "             ");
	size_t end;
	uint64_t id;

	s = ws_sv_trim(s);
	if (!inlined) {
		if (!ws_scan_u64(&s, &id) || !ws_scan_text(&s, ": 0x"))
			return;
		r->address = read_hex(ws_sv_field(&s));
		s = ws_sv_trim(s);
		if (ws_sv_starts(s, "M="))
			ws_sv_field(&s);
		s = ws_sv_trim(s);
		ws_scan_text(&s, "[F] ");
		r->id = ws_htab_put(p->ids, &id, sizeof(id), &is_new);
		p->range = ws_grow(p->range, &p->cap_range, (size_t)r->id + 1,
		    sizeof(*p->range));
		p->range[r->id].at = p->n_line;
		p->range[r->id].n = 0;
		r->any = true;
	}
	for (end = s.n; end > 3 && memcmp(s.p + end - 3, " s=", 3) != 0;)
		end--;
	if (!r->any)
		return;
	/* Without a function there is neither name nor place. */
	end = end > 3 ? end : 3;
	p->line =
	    ws_grow(p->line, &p->cap_line, p->n_line + 1, sizeof(*p->line));
	p->line[p->n_line++] =
	    pproftool_frame(p, (struct ws_sv){ s.p, end - 3 }, r->address);
	p->range[r->id].n++;
}

/* The last one may lack functions when nothing follows it. */
static void
forget_last(struct raw *r)
{
	if (r->any)
		r->p->range[r->id].n = 0;
}

static enum ws_unit
unit_of(struct ws_sv unit)
{
	if (ws_sv_is(unit, "count"))
		return WS_U_COUNT;
	if (ws_sv_is(unit, "bytes"))
		return WS_U_BYTES;
	return ws_sv_is(unit, "nanoseconds") ? WS_U_TIME : WS_U_NONE;
}

/* "samples/count cpu/nanoseconds[dflt]" */
static void
take_types(struct pproftool *p, struct ws_sv s)
{
	struct ws_sv type;

	while ((type = ws_sv_field(&s)).n > 0 && p->n_type < PPROFTOOL_TYPES) {
		struct ws_sv unit = type, name = ws_sv_split(&unit, '/');

		if (ws_sv_ends(unit, "[dflt]"))
			unit.n -= strlen("[dflt]");
		p->type[p->n_type] = pproftool_type(p, name);
		if (p->type[p->n_type].unit == WS_U_NONE)
			p->type[p->n_type].unit = unit_of(unit);
		if (ws_sv_is(unit, "microseconds"))
			p->type[p->n_type].scale = 1e3;
		else if (ws_sv_is(unit, "milliseconds"))
			p->type[p->n_type].scale = 1e6;
		p->n_type++;
	}
}

static void
put_pending(struct raw *r)
{
	if (r->pending)
		pproftool_sample(r->p);
	r->pending = false;
	r->p->labels.n = 0;
}

/* "class:[E] worker:[1]" as "class=E, worker=1"; sizes of objects are no
 * labels of the program's. */
static void
take_labels(struct pproftool *p, struct ws_sv s)
{
	for (s = ws_sv_trim(s); s.n > 0; s = ws_sv_trim(s)) {
		size_t at = ws_sv_find(s, ":["), end;
		struct ws_sv key = { s.p, at }, value;

		value = ws_sv_from(s, at + 2);
		end = ws_sv_find(value, "]");
		if (at >= s.n || end >= value.n)
			return;
		s = ws_sv_from(value, end + 1);
		value.n = end;
		if (ws_sv_is(key, "bytes"))
			continue;
		ws_buf_puts(&p->labels, p->labels.n > 0 ? ", " : "");
		ws_buf_putsv(&p->labels, key);
		ws_buf_putc(&p->labels, '=');
		ws_buf_putsv(&p->labels, value);
	}
}

/* The frames of a location; false when it is not there. */
static bool
push_location(struct pproftool *p, struct ws_sv text)
{
	uint64_t id;
	uint32_t i;
	bool fits = true;

	if (!ws_num_u64(text, 0, UINT64_MAX, &id))
		return false;
	i = ws_htab_get(p->ids, &id, sizeof(id));
	if (i == WS_HTAB_NONE || p->range[i].n == 0)
		return false;
	for (size_t k = 0; k < p->range[i].n && fits; k++)
		fits = pproftool_push(p, p->line[p->range[i].at + k]);
	return true;
}

/* "         1   10000000: 1 2 3"; false when it is none. */
static bool
take_sample(struct raw *r, struct ws_sv s, uint64_t off)
{
	struct pproftool *p = r->p;
	size_t colon = ws_sv_find(s, ":"), n = 0;
	struct ws_sv values = { s.p, colon }, id;
	double value[PPROFTOOL_TYPES] = { 0 };

	if (colon >= s.n)
		return false;
	while (n < p->n_type) {
		int64_t v;

		if (!ws_num_i64(ws_sv_field(&values), INT64_MIN, INT64_MAX, &v))
			return false;
		value[n++] = (double)v;
	}
	put_pending(r);
	memcpy(p->value, value, sizeof(value));
	p->n_frame = 0;
	s = ws_sv_from(s, colon + 1);
	while ((id = ws_sv_field(&s)).n > 0)
		if (!push_location(p, id)) {
			pproftool_lose(
			    p, off, "a sample at a location that is not told");
			return true;
		}
	r->pending = true;
	return true;
}

static void
take_head(struct raw *r, struct ws_sv s)
{
	if (ws_scan_text(&s, "Period: ") && !ws_scan_number(&s, &r->period))
		r->period = 0;
	if (ws_scan_text(&s, "Duration: ") && !ws_scan_number(&s, &r->duration))
		r->duration = 0;
}

static void
begin_samples(struct raw *r, struct ws_sv line)
{
	take_types(r->p, line);
	if (r->duration > 0)
		pproftool_capture(
		    r->p, WS_N_CAPTURE_DURATION, r->duration * 1e9);
	if (r->period > 0)
		pproftool_capture(r->p, WS_N_CAPTURE_PERIOD, r->period);
	r->part = SAMPLES;
}

static void
take_line(struct raw *r, const struct ws_line *line, bool locations)
{
	enum part part = next_part(r->part, line->text);

	if (part != r->part) {
		r->part = part;
		return;
	}
	if (locations) {
		if (part == LOCATIONS)
			take_location(r, line->text);
		return;
	}
	if (part == HEAD)
		take_head(r, line->text);
	else if (part == TYPES)
		begin_samples(r, line->text);
	else if (part == SAMPLES && !take_sample(r, line->text, line->off) &&
		 r->pending)
		take_labels(r->p, line->text);
}

static void
read_lines(struct raw *r, struct ws_cur all, bool locations)
{
	struct ws_lines lines = { .cur = all };
	struct ws_line line;

	r->part = HEAD;
	while (r->p->out.status == WS_OK && ws_lines_next(&lines, &line))
		if (line.ended)
			take_line(r, &line, locations);
	ws_lines_fini(&lines);
}

void
pproftool_raw(struct pproftool *p, struct ws_cur all)
{
	struct raw r = { .p = p };

	read_lines(&r, all, true);
	if (r.part != MAPPINGS) {
		forget_last(&r);
		pproftool_lose(p, all.off + ws_cur_left(&all),
		    "the file ends before the mappings");
	}
	p->empty = r.part == MAPPINGS;
	read_lines(&r, all, false);
	put_pending(&r);
}
