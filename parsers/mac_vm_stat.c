/*
 * vm_stat of macOS: `vm_stat` alone (since boot) and `vm_stat INTERVAL`, from
 * 10.6 on; columns by name, as their number grew.  Specified by vm_stat(1).
 *
 * The page size is that of the banner: 16384 bytes on Apple silicon, 4096 on
 * Intel.  The banner comes again after each 21 rows, and the first row after
 * any banner counts since boot.  Numbers that are too wide lose digits to a K,
 * M or G, which is a power of 1000.  Rows have no time, and what they count is
 * of an interval whose length nobody wrote down: these are no rates.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/parser.h"

enum { BID_LINES = 8 };

#define BANNER "Mach Virtual Memory Statistics: (page size of "

/* A factor of 0 stands for the page size. */
static const struct ws_column table[] = {
	{ "free", WS_N_VM_FREE, WS_U_BYTES, 0 },
	{ "active", WS_N_MEM_ACTIVE, WS_U_BYTES, 0 },
	{ "inactive", WS_N_MEM_INACTIVE, WS_U_BYTES, 0 },
	{ "file-backed", WS_N_MEM_CACHE, WS_U_BYTES, 0 },
	{ "cmprssor", WS_N_VM_COMPRESSED, WS_U_BYTES, 0 },
	{ "faults", WS_N_VM_FAULTS, WS_U_COUNT, 1 },
	{ "copy", WS_N_VM_COW, WS_U_COUNT, 1 },
	{ "0fill", WS_N_VM_ZERO_FILL, WS_U_COUNT, 1 },
	{ "dcomprs", WS_N_VM_DECOMPRESSIONS, WS_U_BYTES, 0 },
	{ "comprs", WS_N_VM_COMPRESSIONS, WS_U_BYTES, 0 },
	{ "pageins", WS_N_VM_PAGE_INS, WS_U_BYTES, 0 },
	{ "pageout", WS_N_VM_PAGE_OUTS, WS_U_BYTES, 0 },
	{ "swapins", WS_N_VM_SWAP_INS, WS_U_BYTES, 0 },
	{ "swapouts", WS_N_VM_SWAP_OUTS, WS_U_BYTES, 0 },
};

/* Labels of the snapshot and the column that says the same. */
static const struct {
	const char *label, *token;
} labels[] = {
	{ "Pages free", "free" },
	{ "Pages active", "active" },
	{ "Pages inactive", "inactive" },
	{ "File-backed pages", "file-backed" },
	{ "Pages occupied by compressor", "cmprssor" },
	{ "\"Translation faults\"", "faults" },
	{ "Pages copy-on-write", "copy" },
	{ "Pages zero filled", "0fill" },
	{ "Decompressions", "dcomprs" },
	{ "Compressions", "comprs" },
	{ "Pageins", "pageins" },
	{ "Pageouts", "pageout" },
	{ "Swapins", "swapins" },
	{ "Swapouts", "swapouts" },
};

struct vm_stat {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	struct ws_layout l;
	ws_id ticks;
	double page;
	uint64_t rows, boots, bad;
	bool since_boot, snapshot;
};

static bool
read_banner(struct ws_sv line, double *page)
{
	struct ws_sv s = ws_sv_trim(line);
	uint64_t v;
	size_t n = 0;

	if (!ws_sv_starts(s, BANNER))
		return false;
	s = ws_sv_from(s, sizeof(BANNER) - 1);
	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	if (!ws_num_u64((struct ws_sv){ s.p, n }, 512, 1 << 24, &v))
		return false;
	*page = (double)v;
	return true;
}

/* "5919477K": thousands. */
static bool
read_number(struct ws_sv s, double *out)
{
	static const char suffixes[] = "KMG";
	double factor = 1;
	uint64_t v;

	for (size_t i = 0; s.n > 1 && i < 3; i++) {
		factor *= 1000;
		if (s.p[s.n - 1] != suffixes[i])
			continue;
		s.n--;
		if (!ws_num_u64(s, 0, UINT64_MAX, &v))
			return false;
		*out = (double)v * factor;
		return true;
	}
	if (!ws_num_u64(s, 0, UINT64_MAX, &v))
		return false;
	*out = (double)v;
	return true;
}

static bool
is_level(ws_id name)
{
	return name == WS_N_VM_FREE || name == WS_N_MEM_ACTIVE ||
	       name == WS_N_MEM_INACTIVE || name == WS_N_MEM_CACHE ||
	       name == WS_N_VM_COMPRESSED;
}

static void
put_cell(struct vm_stat *p, const struct ws_column *c, double v)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.t = (int64_t)p->rows;
	ev.clock = p->ticks;
	ev.name = c->name;
	ev.unit = (uint8_t)c->unit;
	ev.value = v * (c->factor > 0 ? c->factor : p->page);
	ev.peer = p->since_boot && !is_level(c->name) ? WS_N_SINCE_BOOT : 0;
	ws_batch_put(&p->out, &ev);
}

static const struct ws_column *
column_of(const char *token)
{
	for (size_t i = 0; i < WS_LEN(table); i++)
		if (ws_sv_is(ws_sv_of(token), table[i].token))
			return &table[i];
	return NULL;
}

/* "Pages free:                             1616097." */
static bool
take_label(struct vm_stat *p, struct ws_sv line)
{
	struct ws_sv label = ws_sv_split(&line, ':'), v = ws_sv_trim(line);
	uint64_t n;

	if (v.n < 2 || v.p[v.n - 1] != '.')
		return false;
	v.n--;
	if (!ws_num_u64(v, 0, UINT64_MAX, &n))
		return false;
	for (size_t i = 0; i < WS_LEN(labels); i++)
		if (ws_sv_is(label, labels[i].label))
			put_cell(p, column_of(labels[i].token), (double)n);
	return true;
}

static bool
take_row(struct vm_stat *p, struct ws_sv line)
{
	struct ws_sv f[WS_COLUMNS_MAX];
	double v[WS_COLUMNS_MAX];
	size_t n = ws_row_split(line, f, WS_COLUMNS_MAX), i;

	if (p->l.n == 0 || n != p->l.n || n > WS_COLUMNS_MAX)
		return false;
	for (i = 0; i < n; i++)
		if (!read_number(f[i], &v[i]))
			return false;
	for (i = 0; i < n; i++)
		if (p->l.col[i] != NULL)
			put_cell(p, p->l.col[i], v[i]);
	p->rows++;
	p->boots += p->since_boot;
	p->since_boot = false;
	return true;
}

static void
take_line(struct vm_stat *p, const struct ws_line *line)
{
	struct ws_layout l;

	if (read_banner(line->text, &p->page)) {
		p->since_boot = true;
		p->l.n = 0;
		return;
	}
	if (p->page == 0 || ws_sv_trim(line->text).n == 0)
		return;
	if (!line->ended) {
		p->bad++;
		ws_sink_fault(p->sink, line->off, "the last line is cut");
		return;
	}
	if (ws_layout_read(&l, line->text, table, WS_LEN(table)) >= 5) {
		/* Its tokens point into itself: it cannot be copied. */
		ws_layout_read(&p->l, line->text, table, WS_LEN(table));
		return;
	}
	if (take_label(p, line->text))
		p->snapshot = true;
	else if (!take_row(p, line->text)) {
		p->bad++;
		ws_sink_fault(
		    p->sink, line->off, "a row does not fit its header");
	}
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_cur c;
	double page;

	ws_cur_init(&c, a->head.p, a->head.n, 0);
	for (int i = 0; i < BID_LINES && ws_cur_left(&c) > 0; i++)
		if (read_banner(ws_cur_line(&c), &page))
			return i == 0 ? WS_BID_MAGIC : WS_BID_SHAPE;
	return WS_BID_NO;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_clock ticks = { .kind = WS_CLOCK_TICKS };
	struct ws_lines lines;
	struct ws_line line;
	struct vm_stat *p;
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
	p->rows += p->snapshot;
	ws_source_tally(src, "row", p->rows);
	ws_source_tally(src, "row since boot", p->boots);
	status = ws_rows_end(&p->out, p->rows, p->bad > 0, "vm_stat",
	    read == WS_OK ? err : NULL);
	free(p);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_mac_vm_stat = {
	.name = "vm-stat",
	.title = "vm_stat (macOS) text",
	.bid = bid,
	.parse = parse,
};
