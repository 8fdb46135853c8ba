/*
 * iostat -o JSON (from 11.5.1).  A file that was cut off by a signal or a full
 * disk is not JSON any more (until 12.1.4 even after ^C), and with -y 11.5.5
 * printed a comma too many; so this is a scanner that takes each object when
 * it closes and asks nothing of what lies between.
 *
 * From 12.1.2 to 12.2.0 throughput is in sectors whatever its key says, which
 * the mean request size gives away: a first pass looks at the busiest device.
 * With -y, 12.2 and later leave a blank line at the start of "statistics".
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ingest/jscan.h"
#include "iostat.h"

enum { DEPTH = 16 };

struct pair {
	struct ws_sv key, value;
};

struct scan {
	struct ws_iostat *io;
	struct ws_jscan j;
	bool survey; /* the first pass: nothing goes out */
	double busiest;

	struct ws_sv opened_by[DEPTH]; /* key of each open container */
	size_t depth;
	struct ws_sv key; /* of the value that comes next */
	bool has_key;

	struct pair pair[WS_COLUMNS_MAX]; /* of the innermost object */
	size_t n;
	bool spoilt; /* something in it was not a pair */
	uint64_t off;
};

/* A list that begins with a blank line or a comma lacks its first item. */
static bool
lacks_first(const struct ws_jscan *j)
{
	unsigned lines = 0;
	size_t at = j->at;

	while (at < j->in.n && strchr(" \t\r\n", j->in.p[at]) != NULL &&
	       j->in.p[at] != '\0')
		lines += j->in.p[at++] == '\n';
	return lines > 1 || (at < j->in.n && j->in.p[at] == ',');
}

static struct ws_sv
find_pair(const struct scan *s, const char *key)
{
	for (size_t i = 0; i < s->n; i++)
		if (ws_sv_is(s->pair[i].key, key))
			return s->pair[i].value;
	return (struct ws_sv){ 0 };
}

static bool
pair_number(const struct scan *s, const char *key, double *v)
{
	return ws_cell_number(find_pair(s, key), v);
}

/* Is the throughput of this device in sectors?  Two sectors are a kB. */
static void
survey_device(struct scan *s)
{
	double reads, writes, size, rate, expected;

	if (!pair_number(s, "r/s", &reads) || !pair_number(s, "w/s", &writes) ||
	    !pair_number(s, "rareq-sz", &size) || reads + writes <= s->busiest)
		return;
	if (!pair_number(s, "rkB/s", &rate) && !pair_number(s, "rMB/s", &rate))
		return;
	expected = 2 * reads * size;
	if (reads < 1 || expected <= 0)
		return;
	s->busiest = reads + writes;
	s->io->sectors = rate > expected * 0.98 && rate < expected * 1.02;
}

/* The pairs but the device's name as a row under a header of their keys. */
static void
put_object(struct scan *s, bool is_cpu, struct ws_sv device)
{
	struct ws_iostat_layout *l = ws_alloc(sizeof(*l));
	struct ws_sv cell[WS_COLUMNS_MAX];
	struct ws_number number[WS_COLUMNS_MAX];
	struct ws_buf header = { 0 };
	struct ws_iostat_row r = { .l = l, .cell = cell,
		.number = number, .off = s->off };

	for (size_t i = 0; i < s->n; i++) {
		if (ws_sv_is(s->pair[i].key, "disk_device"))
			continue;
		ws_buf_putsv(&header, s->pair[i].key);
		ws_buf_putc(&header, ' ');
		number[r.n] = ws_cell_read(s->pair[i].value);
		cell[r.n++] = s->pair[i].value;
	}
	r.device = device;
	if (is_cpu)
		ws_iostat_cpu_layout(&l->l, ws_buf_sv(&header));
	else
		ws_iostat_device_layout(&l->l, ws_buf_sv(&header));
	ws_iostat_plan(s->io, l);
	s->io->seen |= is_cpu ? 0 : ws_iostat_columns(&l->l);
	if (l->l.n != r.n)
		ws_sysstat_fault(&s->io->s, s->off, "an object has odd keys");
	else if (is_cpu)
		ws_iostat_cpu_row(s->io, &r);
	else
		ws_iostat_device_row(s->io, &r);
	ws_buf_fini(&header);
	free(l);
}

static void
close_object(struct scan *s)
{
	struct ws_sv device = find_pair(s, "disk_device");
	bool is_cpu =
	    s->depth > 0 && ws_sv_is(s->opened_by[s->depth - 1], "avg-cpu");

	if (device.n == 0 && !is_cpu)
		return;
	if (s->survey)
		survey_device(s);
	else if (s->spoilt)
		ws_sysstat_fault(
		    &s->io->s, s->off, "an object is not made of keys and values");
	else
		put_object(s, is_cpu, device);
}

static void
take_pair(struct scan *s, struct ws_sv value)
{
	struct ws_when when;
	double cpus;

	if (!s->has_key) {
		s->spoilt = true;
		return;
	}
	s->has_key = false;
	if (s->n < WS_COLUMNS_MAX)
		s->pair[s->n++] = (struct pair){ s->key, value };
	else
		s->spoilt = true;
	if (s->survey)
		return;
	if (ws_sv_is(s->key, "number-of-cpus") && ws_cell_number(value, &cpus))
		ws_sysstat_cpus(&s->io->s, cpus);
	if (ws_sv_is(s->key, "release"))
		ws_sysstat_mark(&s->io->s, "kernel", value);
	if (ws_sv_is(s->key, "date"))
		ws_sysstat_mark(&s->io->s, "date", value);
	if (ws_sv_is(s->key, "timestamp") &&
	    ws_when_read(value, s->io->s.comma, &when))
		ws_sysstat_set_time(&s->io->s, &when);
}

static void
open_container(struct scan *s, char bracket)
{
	bool in_statistics = s->depth > 0 && bracket == '{' &&
			     ws_sv_is(s->opened_by[s->depth - 1], "statistics");

	s->opened_by[s->depth++] = s->has_key ? s->key : (struct ws_sv){ 0 };
	s->n = 0;
	s->spoilt = false;
	s->off = ws_jscan_off(&s->j) - 1;
	if (s->survey) {
		s->has_key = false;
		return;
	}
	if (in_statistics)
		ws_iostat_report(s->io, NULL);
	if (bracket == '[' && s->has_key && ws_sv_is(s->key, "statistics")) {
		ws_iostat_capture(s->io);
		if (lacks_first(&s->j))
			ws_iostat_not_since_boot(s->io);
	}
	s->has_key = false;
}

static void
close_container(struct scan *s, char bracket)
{
	if (bracket == '}')
		close_object(s);
	s->n = 0;
	s->has_key = false;
	if (s->depth > 0)
		s->depth--;
}

/* One token; false at the end. */
static bool
step(struct scan *s)
{
	struct ws_sv text;

	switch (ws_jscan_next(&s->j, &text)) {
	case WS_J_END:
		return false;
	case WS_J_OPEN:
		if (s->depth == DEPTH)
			return false;
		open_container(s, s->j.bracket);
		break;
	case WS_J_CLOSE:
		close_container(s, s->j.bracket);
		break;
	case WS_J_KEY:
		s->key = text;
		s->has_key = true;
		break;
	case WS_J_STRING:
	case WS_J_WORD:
		take_pair(s, text);
		break;
	}
	return true;
}

static void
run(struct ws_iostat *io, struct ws_cur all, bool survey)
{
	struct scan *s = ws_alloc(sizeof(*s));

	s->io = io;
	s->survey = survey;
	ws_jscan_init(&s->j, all);
	while (io->s.out.status == WS_OK && step(s))
		;
	if (!survey && (s->depth > 0 || ws_jscan_is_cut(&s->j)))
		ws_sysstat_fault(&io->s, ws_jscan_off(&s->j),
		    "the document ends inside an object or list");
	free(s);
}

void
ws_iostat_read_json(struct ws_iostat *p, struct ws_cur all)
{
	run(p, all, true);
	run(p, all, false);
}
