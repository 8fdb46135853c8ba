/*
 * Text of Instruments' Edit > Deep Copy, which was the only export before
 * xctrace: cells parted by TABs, the function indented by its depth.  Seen of
 * Instruments 7.3 to 16; Apple specifies nothing.
 *
 * Weights are rounded to two digits behind the point, so differences between a
 * function and its callees would be made of rounding: the column of self weight
 * counts.  Of allocations it is missing; there the number of allocations, which
 * is exact, tells which functions allocate, and its share of bytes is what the
 * callees leave.
 *
 * "name (pid)" and "thread  0xTID" may stand at the top.  Padding is U+2007.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/parser.h"

enum { DEPTH = 1024 };

enum age { AGE_WEIGHT, AGE_TIME, AGE_BYTES };

struct node {
	size_t column;
	ws_id frame;
	double bytes, count; /* inclusive */
	double child_bytes, child_count;
};

struct deep {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	struct node node[DEPTH];
	size_t n;
	enum age age;
	ws_id track;
	uint64_t rows, bad;
};

static bool
read_header(struct ws_sv line, enum age *age)
{
	static const char *const starts[] = { "Weight\tSelf Weight\t",
		"Running Time\tSelf (ms)\t", "Bytes Used\tCount\t" };

	for (size_t i = 0; i < WS_LEN(starts); i++)
		if (ws_sv_starts(line, starts[i]) &&
		    ws_sv_find(line, "Symbol Name") < line.n) {
			*age = (enum age)i;
			return true;
		}
	return false;
}

static const struct {
	const char *name;
	double factor;
	ws_id series;
	enum ws_unit unit;
} units[] = {
	{ "ns", 1, WS_N_INSTR_CPU, WS_U_TIME },
	{ "\xc2\xb5s", 1e3, WS_N_INSTR_CPU, WS_U_TIME },
	{ "us", 1e3, WS_N_INSTR_CPU, WS_U_TIME },
	{ "ms", 1e6, WS_N_INSTR_CPU, WS_U_TIME },
	{ "s", 1e9, WS_N_INSTR_CPU, WS_U_TIME },
	{ "min", 6e10, WS_N_INSTR_CPU, WS_U_TIME },
	{ "cycles", 1, WS_N_INSTR_CYCLES, WS_U_COUNT },
	{ "Kc", 1e3, WS_N_INSTR_CYCLES, WS_U_COUNT },
	{ "Mc", 1e6, WS_N_INSTR_CYCLES, WS_U_COUNT },
	{ "Gc", 1e9, WS_N_INSTR_CYCLES, WS_U_COUNT },
	{ "Bytes", 1, WS_N_INSTR_MALLOC, WS_U_BYTES },
	{ "KB", 1024, WS_N_INSTR_MALLOC, WS_U_BYTES },
	{ "MB", 1048576, WS_N_INSTR_MALLOC, WS_U_BYTES },
	{ "GB", 1073741824, WS_N_INSTR_MALLOC, WS_U_BYTES },
};

/* "4.93 s  100.0%", "4273.0ms", "846,00 ms": the event's value and series. */
static bool
read_weight(struct ws_sv s, struct ws_event *ev)
{
	char text[32];
	struct ws_sv num, unit;
	size_t n = 0;
	double v;

	s = ws_sv_trim(s);
	while (n < s.n && n < sizeof(text) &&
	       ((s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == '.' ||
		   s.p[n] == ',')) {
		text[n] = s.p[n] == ',' ? '.' : s.p[n];
		n++;
	}
	num = (struct ws_sv){ text, n };
	s = ws_sv_from(s, n);
	unit = ws_sv_field(&s);
	if (!ws_num_f64(num, 0, 1e15, &v))
		return false;
	for (size_t i = 0; i < WS_LEN(units); i++) {
		if (!ws_sv_is(unit, units[i].name))
			continue;
		ev->name = units[i].series;
		ev->unit = (uint8_t)units[i].unit;
		ev->value = v * units[i].factor;
		return true;
	}
	return false;
}

static void
put_stack(struct deep *d, struct ws_event *ev)
{
	ws_id stack[DEPTH];
	size_t n = 0;

	for (size_t i = d->n; i-- > 0;)
		if (d->node[i].frame != 0)
			stack[n++] = d->node[i].frame;
	ev->track = d->track;
	ev->stack = ws_dict_stack(d->sink->dict, stack, n);
	if (ev->value > 0)
		ws_batch_put(&d->out, ev);
}

/* What its callees left of an allocating function. */
static void
close_last(struct deep *d)
{
	struct node *last = &d->node[d->n - 1];
	struct ws_event ev = WS_EVENT(WS_EV_SAMPLE);

	ev.name = WS_N_INSTR_MALLOC;
	ev.unit = WS_U_BYTES;
	ev.value = last->bytes - last->child_bytes;
	if (d->age == AGE_BYTES && last->count > last->child_count)
		put_stack(d, &ev);
	if (d->n > 1) {
		last[-1].child_bytes += last->bytes;
		last[-1].child_count += last->count;
	}
	d->n--;
}

static void
close_all(struct deep *d)
{
	while (d->n > 0)
		close_last(d);
}

/* "srv (4242)" and "thread  0x1a2b" are no functions. */
static bool
take_owner(struct deep *d, struct ws_sv name)
{
	size_t at = ws_sv_find(name, " (");
	struct ws_sv pid = ws_sv_from(name, at + 2), f;
	struct ws_buf b = { 0 };
	uint64_t v;

	if (pid.n < 2 || pid.p[pid.n - 1] != ')' ||
	    !ws_num_u64((struct ws_sv){ pid.p, pid.n - 1 }, 0, UINT32_MAX, &v))
		return false;
	f = (struct ws_sv){ pid.p, pid.n - 1 };
	ws_buf_putsv(&b, f);
	ws_buf_putc(&b, ' ');
	ws_buf_putsv(&b, (struct ws_sv){ name.p, at });
	d->track = ws_dict_str(d->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return true;
}

static void
open_node(struct deep *d, struct ws_sv cell)
{
	struct node *n;
	struct ws_frame f = { 0 };
	struct ws_sv name = ws_sv_trim(cell);
	size_t column = (size_t)(name.p - cell.p);

	while (d->n > 0 && d->node[d->n - 1].column >= column)
		close_last(d);
	if (d->n == DEPTH)
		close_last(d);
	n = &d->node[d->n++];
	*n = (struct node){ .column = column };
	if ((d->n <= 1 && take_owner(d, name)) ||
	    (d->n <= 2 && ws_sv_starts(name, "thread ") &&
		ws_sv_find(name, " 0x") < name.n))
		return;
	f.func = ws_dict_str(d->sink->dict, name);
	n->frame = ws_dict_frame(d->sink->dict, &f);
}

static bool
take_row(struct deep *d, struct ws_sv line)
{
	struct ws_sv weight = ws_sv_split(&line, '\t');
	struct ws_sv self = ws_sv_trim(ws_sv_split(&line, '\t'));
	size_t tab = ws_sv_find(line, "\t");
	struct ws_event ev = WS_EVENT(WS_EV_SAMPLE), whole = ev;
	struct node *n;
	uint64_t ms;

	/* Old layouts have an empty cell before the function. */
	if (tab < line.n)
		line = ws_sv_from(line, tab + 1);
	if (ws_sv_trim(line).n == 0 || !read_weight(weight, &whole))
		return false;
	open_node(d, line);
	n = &d->node[d->n - 1];
	if (d->age == AGE_BYTES) {
		n->bytes = whole.value;
		if (!ws_num_u64(self, 0, UINT64_MAX, &ms))
			return false;
		n->count = (double)ms;
	} else if (d->age == AGE_TIME && ws_num_u64(self, 0, 1 << 30, &ms)) {
		ev.name = whole.name;
		ev.unit = whole.unit;
		ev.value = (double)ms * 1e6;
		put_stack(d, &ev);
	} else if (read_weight(self, &ev)) {
		put_stack(d, &ev);
	} else if (!ws_sv_is(self, "-")) {
		return false;
	}
	d->rows++;
	return true;
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_cur c;
	enum age age;

	ws_cur_init(&c, a->head.p, a->head.n, 0);
	return read_header(ws_cur_line(&c), &age) ? WS_BID_SHAPE : WS_BID_NO;
}

static void
take_line(struct deep *d, const struct ws_line *line)
{
	enum age age;

	if (read_header(line->text, &age)) {
		close_all(d);
		d->age = age;
	} else if (ws_sv_trim(line->text).n == 0) {
		close_all(d);
		d->track = 0;
	} else if (!line->ended || !take_row(d, line->text)) {
		d->bad++;
		ws_sink_fault(d->sink, line->off, "a row that is cut");
	}
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_line line = { .ended = true };
	struct ws_lines lines;
	struct deep *d;
	struct ws_cur all;
	enum ws_status read = ws_source_all(src, &all, err), status;

	if (read > WS_PARTIAL)
		return read;
	d = ws_alloc(sizeof(*d));
	d->src = src;
	d->sink = sink;
	ws_batch_init(&d->out, sink);
	lines = (struct ws_lines){ .cur = all };
	while (d->out.status == WS_OK && ws_lines_next(&lines, &line))
		take_line(d, &line);
	ws_lines_fini(&lines);
	/* Callees of the open ones may be missing from a file that is cut. */
	if (line.ended)
		close_all(d);
	ws_source_tally(src, "row", d->rows);
	status = ws_batch_flush(&d->out);
	if (status == WS_OK && (d->bad > 0 || d->rows == 0))
		status = ws_err_set(read == WS_OK ? err : NULL, WS_PARTIAL,
		    WS_OFF_NONE, "%" PRIu64 " whole rows, %" PRIu64 " cut",
		    d->rows, d->bad);
	free(d);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_mac_deepcopy = {
	.name = "deep-copy",
	.title = "Instruments (Deep Copy) text",
	.bid = bid,
	.parse = parse,
};
