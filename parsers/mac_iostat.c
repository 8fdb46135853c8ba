/*
 * iostat of macOS: with intervals, -d, -C, -U in any mix, -o (old style), -I
 * (sums).  Specified by iostat(8) of macOS; nothing like that of Linux.
 *
 * The first row is an average since boot.  The header comes again every 20 rows
 * and when disks come and go.  Transfers of both directions are one number;
 * there is no time of a request, no queue, no iowait.  disk3 on an APFS disk
 * counts what disk0 counts.  msps of -o is in microseconds, whatever its name
 * says, and mostly 0; it is not read, and neither are the sums of -I.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/parser.h"

enum { BID_LINES = 6, SCREEN = 18, DEVICES = 16 };

static const struct ws_column table[] = {
	{ "KB/t", WS_N_DISK_SIZE, WS_U_BYTES, 1024 },
	{ "tps", WS_N_DISK_OPS, WS_U_RATE, 1 },
	{ "MB/s", WS_N_DISK_BYTES, WS_U_BRATE, 1048576 },
	{ "us", WS_N_CPU_USER, WS_U_RATIO, 0.01 },
	{ "sy", WS_N_CPU_SYS, WS_U_RATIO, 0.01 },
	{ "id", WS_N_CPU_IDLE, WS_U_RATIO, 0.01 },
	{ "1m", WS_N_LOAD_1, WS_U_COUNT, 1 },
};

struct iostat {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	struct ws_layout l;
	ws_id device[DEVICES], ticks;
	size_t devices;
	char names[512]; /* the line of devices before the header */
	size_t n_names;
	char before[512]; /* the line before this one */
	size_t n_before;
	uint64_t rows, since_header, bad;
	bool since_boot, have_header;
};

static bool
is_disk_token(struct ws_sv s)
{
	return ws_sv_is(s, "KB/t") || ws_sv_is(s, "sps");
}

/* Only what macOS prints: groups of three for disks, then CPU, then load. */
static bool
is_header(struct ws_sv line, size_t *devices)
{
	struct ws_sv f[WS_COLUMNS_MAX];
	size_t n = ws_row_split(line, f, WS_COLUMNS_MAX), i = 0;

	*devices = 0;
	if (n == 0 || n > WS_COLUMNS_MAX)
		return false;
	for (; i + 2 < n && is_disk_token(f[i]); i += 3)
		++*devices;
	if (i + 2 < n && ws_sv_is(f[i], "us") && ws_sv_is(f[i + 1], "sy") &&
	    ws_sv_is(f[i + 2], "id"))
		i += 3;
	if (i + 2 < n && ws_sv_is(f[i], "1m") && ws_sv_is(f[i + 1], "5m"))
		i += 3;
	return i == n && *devices <= DEVICES;
}

/* "disk0  disk6       cpu    load average" */
static bool
fits_names(struct ws_sv names, struct ws_sv header)
{
	size_t devices, n = 0;
	struct ws_sv f;

	if (!is_header(header, &devices))
		return false;
	for (f = ws_sv_field(&names); f.n > 0; f = ws_sv_field(&names)) {
		if (ws_sv_is(f, "cpu") || ws_sv_is(f, "load") ||
		    ws_sv_is(f, "average"))
			break;
		n++;
	}
	return n == devices && (devices > 0 || f.n > 0);
}

static void
take_header(struct iostat *p, struct ws_sv header)
{
	struct ws_sv names = { p->before, p->n_before };
	struct ws_sv old = { p->names, p->n_names }, f;
	size_t i;

	/* The same devices before the screen is full: another capture. */
	if (!p->have_header ||
	    (ws_sv_eq(names, old) && p->since_header < SCREEN))
		p->since_boot = true;
	memcpy(p->names, p->before, p->n_before);
	p->n_names = p->n_before;
	ws_layout_read(&p->l, header, table, WS_LEN(table));
	is_header(header, &p->devices);
	for (i = 0; i < p->devices; i++) {
		f = ws_sv_field(&names);
		p->device[i] = ws_dict_str(p->sink->dict, f);
	}
	p->have_header = true;
	p->since_header = 0;
}

static bool
take_row(struct iostat *p, struct ws_sv line)
{
	struct ws_sv f[WS_COLUMNS_MAX];
	double v[WS_COLUMNS_MAX];
	size_t n = ws_row_split(line, f, WS_COLUMNS_MAX), i;

	if (n != p->l.n || n > WS_COLUMNS_MAX)
		return false;
	for (i = 0; i < n; i++)
		if (!ws_num_f64(f[i], 0, 1e12, &v[i]))
			return false;
	for (i = 0; i < n; i++) {
		struct ws_event ev = WS_EVENT(WS_EV_COUNTER);
		const struct ws_column *c = p->l.col[i];

		if (c == NULL)
			continue;
		ev.t = (int64_t)p->rows;
		ev.clock = p->ticks;
		ev.name = c->name;
		ev.unit = (uint8_t)c->unit;
		ev.value = v[i] * c->factor;
		ev.track = i / 3 < p->devices ? p->device[i / 3] : 0;
		if (p->since_boot && c->name != WS_N_LOAD_1)
			ev.peer = WS_N_SINCE_BOOT;
		ws_batch_put(&p->out, &ev);
	}
	p->rows++;
	p->since_header++;
	p->since_boot = false;
	return true;
}

static void
take_line(struct iostat *p, const struct ws_line *line)
{
	struct ws_sv names = { p->before, p->n_before };

	if (ws_sv_trim(line->text).n == 0)
		return;
	if (fits_names(names, line->text)) {
		take_header(p, line->text);
	} else if (!line->ended) {
		p->bad++;
		ws_sink_fault(p->sink, line->off, "the last line is cut");
	} else if (p->have_header && line->text.n < 2000 &&
		   !take_row(p, line->text) &&
		   ws_sv_find(line->text, "disk") == line->text.n &&
		   ws_sv_find(line->text, "cpu") == line->text.n) {
		p->bad++;
		ws_sink_fault(
		    p->sink, line->off, "a row does not fit its header");
	}
	p->n_before = line->text.n < sizeof(p->before) ? line->text.n : 0;
	memcpy(p->before, line->text.p, p->n_before);
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_sv last = { "", 0 };
	struct ws_cur c;

	ws_cur_init(&c, a->head.p, a->head.n, 0);
	for (int i = 0; i < BID_LINES && ws_cur_left(&c) > 0; i++) {
		struct ws_sv line = ws_cur_line(&c);

		if (fits_names(last, line))
			return WS_BID_SHAPE;
		last = line;
	}
	return WS_BID_NO;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_clock ticks = { .kind = WS_CLOCK_TICKS };
	struct ws_lines lines;
	struct ws_line line;
	struct iostat *p;
	struct ws_cur all;
	enum ws_status read = ws_source_all(src, &all, err), status;

	if (read > WS_PARTIAL)
		return read;
	p = ws_alloc(sizeof(*p));
	p->src = src;
	p->sink = sink;
	p->ticks = ws_dict_clock(sink->dict, &ticks);
	ws_batch_init(&p->out, sink);
	lines = (struct ws_lines){ .cur = all };
	while (p->out.status == WS_OK && ws_lines_next(&lines, &line))
		take_line(p, &line);
	ws_lines_fini(&lines);
	ws_source_tally(src, "row", p->rows);
	status = ws_rows_end(&p->out, p->rows, p->bad > 0, "iostat of macOS",
	    read == WS_OK ? err : NULL);
	free(p);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_mac_iostat = {
	.name = "mac-iostat",
	.title = "iostat (macOS) text",
	.bid = bid,
	.parse = parse,
};
