/*
 * Events as lines, for `whyslow events` and for golden tests.  A field that
 * has nothing in it is left out.  Ids never show, so that two dictionaries
 * give the same dump.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "model/sink.h"

struct dump_sink {
	struct ws_sink sink;
	FILE *f;
	bool is_json;
	struct ws_json j;
};

/* One line in either form; the text form is collected in `line`. */
struct row {
	struct dump_sink *out;
	struct ws_buf line;
};

static void
row_open(struct row *r, struct dump_sink *out, const char *ev)
{
	*r = (struct row){ .out = out };
	if (out->is_json) {
		ws_json_init(&out->j, out->f, false);
		ws_json_open(&out->j, '{');
		ws_json_key(&out->j, "ev");
		ws_json_str(&out->j, ev);
	} else {
		ws_buf_puts(&r->line, ev);
	}
}

static void
row_close(struct row *r)
{
	if (r->out->is_json) {
		ws_json_close(&r->out->j, '}');
		ws_json_end(&r->out->j);
	} else {
		ws_buf_putc(&r->line, '\n');
		fwrite(r->line.p, 1, r->line.n, r->out->f);
	}
	ws_buf_fini(&r->line);
}

static bool
needs_quotes(struct ws_sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ' ' || s.p[i] == '"' || s.p[i] == '=')
			return true;
	return s.n == 0;
}

static void
put_quoted(struct ws_buf *b, struct ws_sv s)
{
	size_t from = 0;

	ws_buf_putc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '"')
			continue;
		ws_buf_put_safe(b, (struct ws_sv){ s.p + from, i - from });
		ws_buf_puts(b, "\\\"");
		from = i + 1;
	}
	ws_buf_put_safe(b, ws_sv_from(s, from));
	ws_buf_putc(b, '"');
}

static void
row_sv(struct row *r, const char *key, struct ws_sv s)
{
	if (r->out->is_json) {
		ws_json_key(&r->out->j, key);
		ws_json_sv(&r->out->j, s);
		return;
	}
	ws_buf_printf(&r->line, " %s=", key);
	if (needs_quotes(s))
		put_quoted(&r->line, s);
	else
		ws_buf_put_safe(&r->line, s);
}

static void
row_id(struct row *r, const char *key, ws_id id)
{
	if (id != 0)
		row_sv(r, key, ws_dict_text(r->out->sink.dict, id));
}

static void
row_u64(struct row *r, const char *key, uint64_t v)
{
	if (r->out->is_json) {
		ws_json_key(&r->out->j, key);
		ws_json_u64(&r->out->j, v);
	} else {
		ws_buf_printf(&r->line, " %s=%" PRIu64, key, v);
	}
}

static void
row_time(struct row *r, const char *key, int64_t t)
{
	if (t == WS_T_NONE)
		return;
	if (r->out->is_json) {
		ws_json_key(&r->out->j, key);
		ws_json_i64(&r->out->j, t);
	} else {
		ws_buf_printf(&r->line, " %s=%" PRId64, key, t);
	}
}

static void
row_num(struct row *r, const char *key, double v)
{
	bool is_whole = fabs(v) < 1e15 && v == floor(v);

	if (r->out->is_json) {
		ws_json_key(&r->out->j, key);
		ws_json_num(&r->out->j, v);
	} else if (is_whole) {
		ws_buf_printf(&r->line, " %s=%.0f", key, v);
	} else {
		ws_buf_printf(&r->line, " %s=%.12g", key, v);
	}
}

static void
put_frame(struct ws_buf *b, const struct ws_dict *d, const struct ws_frame *f)
{
	if (f->func == 0) {
		ws_buf_printf(b, "0x%" PRIx64, f->addr);
		return;
	}
	ws_buf_putsv(b, ws_dict_text(d, f->func));
	if (f->file == 0)
		return;
	ws_buf_puts(b, " (");
	ws_buf_putsv(b, ws_dict_text(d, f->file));
	if (f->line != 0)
		ws_buf_printf(b, ":%" PRIu32, f->line);
	ws_buf_putc(b, ')');
}

/* Leaf first: a list of strings in JSON, joined by ';' in text. */
static void
row_stack(struct row *r, ws_id stack)
{
	const struct ws_dict *d = r->out->sink.dict;
	struct ws_buf b = { 0 };
	const ws_id *frames;
	size_t n = ws_dict_get_stack(d, stack, &frames);

	if (n == 0)
		return;
	if (r->out->is_json) {
		ws_json_key(&r->out->j, "stack");
		ws_json_open(&r->out->j, '[');
	}
	for (size_t i = 0; i < n; i++) {
		put_frame(&b, d, ws_dict_get_frame(d, frames[i]));
		if (r->out->is_json) {
			ws_json_sv(&r->out->j, ws_buf_sv(&b));
			b.n = 0;
		} else if (i + 1 < n) {
			ws_buf_putc(&b, ';');
		}
	}
	if (r->out->is_json)
		ws_json_close(&r->out->j, ']');
	else
		row_sv(r, "stack", ws_buf_sv(&b));
	ws_buf_fini(&b);
}

/* Spans, marks and edges carry a value only now and then. */
static bool
has_value(const struct ws_event *e)
{
	return e->value != 0 || e->kind == WS_EV_SAMPLE ||
	       e->kind == WS_EV_COUNTER || e->kind == WS_EV_LOSS;
}

static void
row_track(struct row *r, const char *key, ws_id id)
{
	struct ws_buf b = { 0 };

	if (!ws_track_is_numbered(id)) {
		row_id(r, key, id);
		return;
	}
	ws_buf_printf(&b, "%s %" PRIu32, ws_track_kind_name(ws_track_kind(id)),
	    ws_track_number(id));
	row_sv(r, key, ws_buf_sv(&b));
	ws_buf_fini(&b);
}

static void
dump_event(struct dump_sink *d, const struct ws_event *e)
{
	const struct ws_clock *c = ws_dict_get_clock(d->sink.dict, e->clock);
	struct row r;

	row_open(&r, d, ws_event_kind_name(e->kind));
	row_id(&r, "name", e->name);
	if (has_value(e))
		row_num(&r, "value", e->value);
	if (e->unit != WS_U_NONE)
		row_sv(&r, "unit", ws_sv_of(ws_unit_name(e->unit)));
	row_track(&r, "track", e->track);
	row_track(&r, "peer", e->peer);
	row_stack(&r, e->stack);
	row_time(&r, "t", e->t);
	row_time(&r, "dur", e->dur);
	if (e->clock != 0)
		row_sv(&r, "clock", ws_sv_of(ws_clock_kind_name(c->kind)));
	row_close(&r);
}

static void
dump_begin(struct ws_sink *s, const struct ws_origin *o)
{
	struct row r;

	row_open(&r, (struct dump_sink *)s, "begin");
	row_id(&r, "artifact", o->artifact);
	row_id(&r, "format", o->format);
	row_close(&r);
}

static enum ws_status
dump_events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	struct dump_sink *d = (struct dump_sink *)s;

	for (size_t i = 0; i < n; i++)
		dump_event(d, &ev[i]);
	return ferror(d->f) ? WS_IO : WS_OK;
}

static void
dump_fault(struct ws_sink *s, uint64_t off, const char *what)
{
	struct row r;

	row_open(&r, (struct dump_sink *)s, "fault");
	if (off != WS_OFF_NONE)
		row_u64(&r, "off", off);
	row_sv(&r, "text", ws_sv_of(what));
	row_close(&r);
}

static void
dump_end(struct ws_sink *s, enum ws_status status)
{
	struct row r;

	row_open(&r, (struct dump_sink *)s, "end");
	row_sv(&r, "status", ws_sv_of(ws_status_name(status)));
	row_close(&r);
}

static const struct ws_sink_ops dump_ops = {
	.begin = dump_begin,
	.events = dump_events,
	.fault = dump_fault,
	.end = dump_end,
};

struct ws_sink *
ws_sink_new_dump(struct ws_dict *d, FILE *f, int jsonl)
{
	struct dump_sink *s = ws_alloc(sizeof *s);

	s->sink.ops = &dump_ops;
	s->sink.dict = d;
	s->f = f;
	s->is_json = jsonl != 0;
	return &s->sink;
}
