/*
 * Aggregations that dtrace(1) prints: ustack(), stack() and scalar keys with a
 * value each, and quantize distributions; of macOS, Solaris and FreeBSD, with
 * or without -q.  Specified by the DTrace guide.
 *
 * A stack is a block of indented lines, the innermost function first; a blank
 * line within a record parts the kernel's stack from the program's, which calls
 * it.  A record ends in its value.  The header of a probe that fired may stand
 * anywhere; so may what dtrace says on standard error.
 *
 * A value counts how often the probe fired.  Only a description of a profile-N
 * probe tells what that is in time: a CPU has 1/N s a firing.
 *
 * Not read: output of printf() and trace(), values that are not whole numbers.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/parser.h"

enum { BID_LINES = 400, STACK_MAX = 1024 };

struct dtrace {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	ws_id stack[STACK_MAX];
	size_t n;
	struct ws_buf key; /* lines of a record that are no frames */
	double period;     /* ns of CPU time a firing, or 0 */
	bool in_buckets;
	double buckets; /* sum of a distribution */
	uint64_t records, lost;
};

static struct ws_sv
before(struct ws_sv s, size_t n)
{
	return (struct ws_sv){ s.p, n < s.n ? n : s.n };
}

static size_t
find_last(struct ws_sv s, const char *what)
{
	size_t at = ws_sv_find(s, what), last = s.n;

	while (at < s.n) {
		last = at++;
		at += ws_sv_find(ws_sv_from(s, at), what);
	}
	return last;
}

static bool
hex(struct ws_sv s, uint64_t *v)
{
	*v = 0;
	if (!ws_sv_starts(s, "0x") || s.n < 3 || s.n > 18)
		return false;
	for (size_t i = 2; i < s.n; i++) {
		char c = s.p[i];

		if (c >= '0' && c <= '9')
			*v = *v << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			*v = *v << 4 | (uint64_t)(c - 'a' + 10);
		else
			return false;
	}
	return true;
}

static bool
is_indented(struct ws_sv line)
{
	return line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
}

/* "module`symbol+0x1f", "module`0x1f", "0x1f", "symbol+0x1f" */
static bool
is_frame(struct ws_sv line)
{
	struct ws_sv s = ws_sv_trim(line);
	uint64_t v;

	if (!is_indented(line) || s.n == 0)
		return false;
	return ws_sv_find(s, "`") < s.n || hex(s, &v) ||
	       hex(ws_sv_from(s, find_last(s, "+0x") + 1), &v);
}

static bool
read_value(struct ws_sv s, double *v)
{
	int64_t n;

	if (!ws_num_i64(ws_sv_trim(s), INT64_MIN, INT64_MAX, &n))
		return false;
	*v = (double)n;
	return true;
}

/* "CPU     ID                    FUNCTION:NAME" */
static bool
is_header(struct ws_sv line)
{
	struct ws_sv a = ws_sv_field(&line), b = ws_sv_field(&line);

	return ws_sv_is(a, "CPU") && ws_sv_is(b, "ID") &&
	       ws_sv_is(ws_sv_trim(line), "FUNCTION:NAME");
}

/* "  0  64091                        :tick-60s" */
static bool
is_firing(struct ws_sv line)
{
	struct ws_sv a = ws_sv_field(&line), b = ws_sv_field(&line), c;
	uint64_t v;

	c = ws_sv_field(&line);
	return ws_num_u64(a, 0, 65535, &v) &&
	       ws_num_u64(b, 0, UINT32_MAX, &v) && ws_sv_find(c, ":") < c.n &&
	       ws_sv_trim(line).n == 0;
}

static bool
is_distribution(struct ws_sv line)
{
	return ws_sv_find(line, "- Distribution -") < line.n;
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_cur c;
	unsigned frames = 0;
	double v;

	ws_cur_init(&c, a->head.p, a->head.n, 0);
	for (int i = 0; i < BID_LINES && ws_cur_left(&c) > 0; i++) {
		struct ws_sv line = ws_cur_line(&c);

		if (is_header(line) || is_distribution(line))
			return WS_BID_SHAPE;
		if (is_frame(line) && ws_sv_find(line, "`") < line.n)
			frames++;
		else if (frames > 0 && is_indented(line) &&
			 read_value(line, &v))
			return WS_BID_SHAPE;
		else if (ws_sv_trim(line).n > 0 && frames > 0)
			return WS_BID_NO;
	}
	return WS_BID_NO;
}

static void
take_frame(struct dtrace *d, struct ws_sv line)
{
	struct ws_dict *dict = d->sink->dict;
	struct ws_sv s = ws_sv_trim(line), name;
	size_t at = ws_sv_find(s, "`");
	struct ws_frame f = { 0 };
	uint64_t v;

	name = at < s.n ? ws_sv_from(s, at + 1) : s;
	if (at < s.n)
		f.mapping = ws_dict_str(dict, before(s, at));
	at = find_last(name, "+0x");
	if (hex(name, &v))
		f.addr = v;
	else if (at > 0)
		f.func = ws_dict_str(dict, hex(ws_sv_from(name, at + 1), &v)
					       ? before(name, at)
					       : name);
	if (d->n < STACK_MAX)
		d->stack[d->n++] = ws_dict_frame(dict, &f);
}

static void
forget(struct dtrace *d)
{
	d->n = 0;
	d->key.n = 0;
	d->in_buckets = false;
	d->buckets = 0;
}

static void
put_record(struct dtrace *d, double v)
{
	struct ws_event ev = WS_EVENT(WS_EV_SAMPLE);
	struct ws_sv key = ws_sv_trim(ws_buf_sv(&d->key));

	if (d->n == 0 && key.n == 0)
		return;
	d->records++;
	ev.track = ws_dict_str(d->sink->dict, key);
	ev.name = WS_N_DTRACE_COUNT;
	ev.unit = WS_U_COUNT;
	ev.value = v;
	ev.stack = ws_dict_stack(d->sink->dict, d->stack, d->n);
	if (d->n == 0)
		ev.kind = WS_EV_COUNTER;
	ws_batch_put(&d->out, &ev);
	if (d->n > 0 && d->period > 0 && v > 0) {
		ev.name = WS_N_DTRACE_CPU;
		ev.unit = WS_U_TIME;
		ev.value = v * d->period;
		ws_batch_put(&d->out, &ev);
	}
	forget(d);
}

/* "            4096 |@@@@@@@                   37": a bucket's lower bound. */
static bool
take_bucket(struct dtrace *d, struct ws_sv line)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);
	size_t bar = ws_sv_find(line, "|");
	struct ws_sv low = ws_sv_trim(before(line, bar)), count;
	struct ws_buf name = { 0 };
	double v;

	count = ws_sv_from(line, bar + 1);
	while (count.n > 0 && strchr("@ ", *count.p) != NULL)
		count = ws_sv_from(count, 1);
	if (bar == line.n || !read_value(count, &v))
		return false;
	d->buckets += v;
	if (!(v > 0))
		return true;
	ws_buf_puts(&name, "dtrace.bucket.");
	ws_buf_putsv(&name, low);
	ev.name = ws_dict_str(d->sink->dict, ws_buf_sv(&name));
	ev.track = ws_dict_str(d->sink->dict, ws_sv_trim(ws_buf_sv(&d->key)));
	ev.unit = WS_U_COUNT;
	ev.value = v;
	ws_batch_put(&d->out, &ev);
	ws_buf_fini(&name);
	return true;
}

/* What dtrace says of itself: lost records, and the rate of the probe. */
static void
take_message(struct dtrace *d, struct ws_sv line)
{
	struct ws_sv s = ws_sv_from(line, strlen("dtrace: ")), f;
	size_t at = ws_sv_find(line, "'profile-");
	struct ws_event ev = WS_EVENT(WS_EV_LOSS);
	uint64_t n, rate;

	if (at < line.n) {
		f = ws_sv_from(line, at + strlen("'profile-"));
		f = before(f, ws_sv_find(f, " "));
		f = before(f, ws_sv_find(f, "'"));
		if (ws_num_u64(f, 1, 100000, &rate))
			d->period = 1e9 / (double)rate;
		return;
	}
	f = ws_sv_field(&s);
	if (ws_sv_find(s, "drops") == s.n || !ws_num_u64(f, 1, UINT32_MAX, &n))
		return;
	d->lost += n;
	ev.value = (double)n;
	ws_batch_put(&d->out, &ev);
}

/* "  Safari    12": a key and its value. */
static bool
take_scalar(struct dtrace *d, struct ws_sv line)
{
	struct ws_sv s = ws_sv_trim(line);
	size_t n = s.n;
	double v;

	while (n > 0 && s.p[n - 1] != ' ' && s.p[n - 1] != '\t')
		n--;
	if (n == 0 || d->n > 0 || !read_value(ws_sv_from(s, n), &v))
		return false;
	ws_buf_putsv(&d->key, before(s, n));
	put_record(d, v);
	return true;
}

static void
take_line(struct dtrace *d, struct ws_sv line)
{
	double v;

	if (ws_sv_starts(line, "dtrace: ")) {
		take_message(d, line);
	} else if (is_header(line) || is_firing(line)) {
		return;
	} else if (is_distribution(line)) {
		d->in_buckets = true;
	} else if (d->in_buckets && take_bucket(d, line)) {
		return;
	} else if (d->in_buckets) {
		put_record(d, d->buckets);
		forget(d);
	} else if (is_frame(line)) {
		take_frame(d, line);
	} else if (ws_sv_trim(line).n == 0) {
		return;
	} else if (d->n > 0 && read_value(line, &v)) {
		put_record(d, v);
	} else if (!take_scalar(d, line)) {
		if (d->n > 0)
			forget(d);
		ws_buf_putsv(&d->key, ws_sv_trim(line));
		ws_buf_putc(&d->key, ' ');
		if (d->key.n > 4096)
			d->key.n = 0;
	}
}

static enum ws_status
finish(struct dtrace *d, bool cut, uint64_t off, struct ws_err *err)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);
	enum ws_status status;

	if (d->in_buckets && !cut)
		put_record(d, d->buckets);
	cut = cut || d->n > 0;
	if (cut)
		ws_sink_fault(d->sink, off, "the last record is cut");
	ev.name = WS_N_CAPTURE_PERIOD;
	ev.track = WS_N_DTRACE_CPU;
	ev.unit = WS_U_TIME;
	ev.value = d->period;
	if (d->period > 0 && d->records > 0)
		ws_batch_put(&d->out, &ev);
	ws_source_tally(d->src, "record", d->records);
	status = ws_batch_flush(&d->out);
	if (status == WS_OK && (cut || d->lost > 0))
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "%" PRIu64 " records; %" PRIu64 " were dropped%s",
		    d->records, d->lost,
		    cut ? ", and the last one is cut" : "");
	return status;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_line line = { .ended = true };
	struct ws_lines lines;
	struct dtrace *d;
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
		if (line.ended)
			take_line(d, line.text);
	ws_lines_fini(&lines);
	/* Damage of the stream says more than what it did to the lines. */
	status = finish(d, !line.ended, line.off, read == WS_OK ? err : NULL);
	ws_buf_fini(&d->key);
	free(d);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_dtrace = {
	.name = "dtrace",
	.title = "DTrace aggregations",
	.bid = bid,
	.parse = parse,
};
