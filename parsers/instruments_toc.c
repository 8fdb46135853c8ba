/*
 * `xctrace export --toc`: what was recorded, when, for how long, and which
 * tables there are.  Of several runs the last counts.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "ingest/when.h"
#include "instruments.h"

static void
put_mark(struct instr *t, const char *name, struct ws_sv text)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);

	if (text.n == 0)
		return;
	ev.name = ws_dict_cstr(t->sink->dict, name);
	ev.peer = ws_dict_str(t->sink->dict, text);
	ws_batch_put(&t->out, &ev);
}

void
instr_toc_begin(struct instr *t)
{
	t->in_toc = true;
	t->toc.seen = true;
	t->toc.in_target = t->toc.wants_text = false;
}

static struct ws_sv
attribute(const char *name, int n, const xmlChar **a)
{
	for (int i = 0; i < n; i++, a += 5)
		if (strcmp((const char *)a[0], name) == 0)
			return instr_sv(a[3], a[4]);
	return (struct ws_sv){ "", 0 };
}

/* What makes the time that samples stand for another one. */
static void
tell_options(struct instr *t, int n, const xmlChar **a)
{
	static const char *const options[] = { "record-waiting-threads",
		"context-switch-sampling", "high-frequency-sampling" };
	char text[64];

	if (!ws_sv_is(attribute("schema", n, a), "time-profile"))
		return;
	for (size_t i = 0; i < WS_LEN(options); i++)
		if (ws_sv_is(attribute(options[i], n, a), "1")) {
			snprintf(
			    text, sizeof(text), "instruments.%s", options[i]);
			put_mark(t, text, WS_SV("1"));
		}
}

static void
take_process(struct instr *t, int n, const xmlChar **a)
{
	uint64_t pid;

	if (!ws_num_u64(attribute("pid", n, a), 1, UINT32_MAX, &pid))
		return;
	t->toc.pid = pid;
	put_mark(t, "instruments.target", attribute("name", n, a));
}

static bool
is_text(struct ws_sv name)
{
	return ws_sv_is(name, "start-date") || ws_sv_is(name, "duration") ||
	       ws_sv_is(name, "template-name") ||
	       ws_sv_is(name, "instruments-version") ||
	       ws_sv_is(name, "recording-mode") || ws_sv_is(name, "end-reason");
}

void
instr_toc_element(
    struct instr *t, struct ws_sv name, int n, const xmlChar **attributes)
{
	t->toc.wants_text = false;
	if (ws_sv_is(name, "target"))
		t->toc.in_target = true;
	else if (ws_sv_is(name, "run"))
		t->toc.pid = 0;
	else if (ws_sv_is(name, "process") && t->toc.in_target)
		take_process(t, n, attributes);
	else if (ws_sv_is(name, "device") && t->toc.in_target)
		put_mark(
		    t, "macos.version", attribute("os-version", n, attributes));
	else if (ws_sv_is(name, "table")) {
		t->count.rows++;
		tell_options(t, n, attributes);
	} else if (is_text(name)) {
		t->toc.wants_text = true;
		t->toc.text.n = 0;
	}
}

static void
anchor_clock(struct instr *t)
{
	struct ws_clock c = { .kind = WS_CLOCK_MONOTONIC,
		.how = WS_CLOCK_ANCHORED,
		.ns_per_tick = 1,
		.offset = t->toc.start,
		.resolution = 1 };

	t->clock = ws_dict_clock(t->sink->dict, &c);
}

void
instr_toc_end(struct instr *t, struct ws_sv name)
{
	struct ws_sv text = { t->toc.text.p, t->toc.text.n };
	struct ws_when when;
	double seconds;

	if (ws_sv_is(name, "target"))
		t->toc.in_target = false;
	if (!t->toc.wants_text || !is_text(name))
		return;
	t->toc.wants_text = false;
	text = ws_sv_trim(text);
	if (ws_sv_is(name, "duration")) {
		if (ws_num_f64(text, 0, 1e7, &seconds))
			t->toc.duration = seconds * 1e9;
	} else if (ws_sv_is(name, "start-date")) {
		if (!ws_source_date(t->src, text, false, &when) || !when.utc)
			return;
		t->toc.start = when.ns;
		anchor_clock(t);
	} else if (ws_sv_is(name, "instruments-version")) {
		ws_source_version(t->src, "Instruments %.*s",
		    (int)(text.n < 64 ? text.n : 64), text.p);
	} else if (ws_sv_is(name, "template-name")) {
		put_mark(t, "instruments.template", text);
	}
}

void
instr_toc_finish(struct instr *t)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	if (!t->toc.seen)
		return;
	ev.name = WS_N_INSTR_DURATION;
	ev.unit = WS_U_TIME;
	ev.value = t->toc.duration;
	if (t->toc.duration > 0)
		ws_batch_put(&t->out, &ev);
	if (t->toc.pid == 0)
		return;
	ev.name = ws_dict_cstr(t->sink->dict, "instruments.target.pid");
	ev.unit = WS_U_NONE;
	ev.value = (double)t->toc.pid;
	ws_batch_put(&t->out, &ev);
}
