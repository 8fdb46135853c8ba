/*
 * vmstat -m: the kernel's caches of objects, one a line, with how many objects
 * are in use, how many there are, their size, and how many a slab has, which
 * the header calls pages.  Reports follow each other without a mark; the header
 * comes again within them, or with -n never.  So the first cache, when it comes
 * again, begins the next one: all print them in the same order.
 *
 * The memory of a cache is that of all its objects, in use or not.  The sum of
 * a report is told when its end is known: the next one begins, or as many
 * caches as in the one before were read.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/kernel.h"
#include "ingest/when.h"
#include "vmstat.h"

enum { COLUMNS = 5 };

#define MOST (UINT64_C(1) << 50)

struct slabs {
	struct ws_source *src;
	struct ws_kernel k;
	struct ws_buf first; /* cache of each report */
	bool have_header, damaged;
	bool torn;               /* a row of the report at hand */
	size_t prefix;           /* fields before each line */
	double sum;              /* of the report at hand, in bytes */
	uint64_t caches, before; /* in it, and in the last one; 0: none */
	uint64_t reports, rows;
};

/* "Cache                       Num  Total   Size  Pages" */
static bool
take_header(struct slabs *p, const struct ws_sv *f, size_t n)
{
	static const char *const words[] = { "Cache", "Num", "Total", "Size",
		"Pages" };

	if (n < COLUMNS || n > COLUMNS + WS_PREFIX_MAX)
		return false;
	for (size_t i = 0; i < COLUMNS; i++)
		if (!ws_sv_is(f[n - COLUMNS + i], words[i]))
			return false;
	p->prefix = n - COLUMNS;
	p->have_header = true;
	return true;
}

static void
end_report(struct slabs *p, bool complete)
{
	if (complete && !p->torn && p->caches > 0)
		ws_kernel_now(&p->k, WS_N_MEM_SLAB, WS_U_BYTES, p->sum);
	p->before = p->torn ? 0 : p->caches;
	p->torn = false;
	p->caches = 0;
	p->sum = 0;
}

/* Begins a report when the cache is the first one of it. */
static void
see_cache(struct slabs *p, struct ws_sv cache)
{
	if (p->reports > 0 && !ws_sv_eq(cache, ws_buf_sv(&p->first)))
		return;
	end_report(p, true);
	p->reports++;
	p->first.n = 0;
	ws_buf_putsv(&p->first, cache);
}

static void
take_time(struct slabs *p, struct ws_sv text)
{
	struct ws_when when;

	p->k.t = WS_T_NONE;
	if (p->prefix == 0 ||
	    !ws_source_date(p->src, ws_sv_trim(text), false, &when))
		return;
	p->k.t = when.ns;
	p->k.clock = when.utc ? p->k.utc : p->k.local;
}

static void
take_cache(struct slabs *p, struct ws_sv bare, const struct ws_sv *f,
    uint64_t total, uint64_t size)
{
	double bytes = (double)total * (double)size;

	see_cache(p, f[0]);
	take_time(p, ws_row_before(bare, p->prefix));
	p->caches++;
	p->rows++;
	p->sum += bytes;
	if (total == 0)
		return;
	p->k.track = ws_dict_str(p->k.sink->dict, f[0]);
	ws_kernel_now(&p->k, WS_N_MEM_SLAB, WS_U_BYTES, bytes);
	p->k.track = 0;
}

static void
take_line(struct slabs *p, const struct ws_line *line)
{
	struct ws_sv bare = ws_sv_trim(line->text);
	struct ws_sv f[COLUMNS + WS_PREFIX_MAX];
	size_t n = ws_row_split(bare, f, WS_LEN(f));
	uint64_t number[COLUMNS - 1];
	bool sound = n == p->prefix + COLUMNS && line->ended;

	if (n == 0 || take_header(p, f, n) || !p->have_header)
		return;
	for (size_t i = 0; i < WS_LEN(number) && sound; i++)
		sound = ws_num_u64(f[p->prefix + 1 + i], 0, MOST, &number[i]);
	if (sound) {
		take_cache(p, bare, f + p->prefix, number[1], number[2]);
		return;
	}
	p->damaged = p->torn = true;
	ws_sink_fault(p->k.sink, line->off,
	    line->ended ? "a row is not a cache and four numbers"
			: "the last line is cut");
}

static enum ws_status
finish(struct slabs *p, struct ws_err *err)
{
	end_report(p, p->caches == p->before);
	ws_source_tally(p->src, "report", p->reports);
	ws_source_tally(p->src, "row", p->rows);
	return ws_rows_end(&p->k.out, p->rows, p->damaged, "vmstat", err);
}

enum ws_status
ws_vmstat_read_slabs(
    struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct slabs *p = ws_alloc(sizeof(*p));
	struct ws_lines lines = { .src = src };
	struct ws_line line;
	enum ws_status read, status;

	p->src = src;
	ws_kernel_init(&p->k, sink);
	while (p->k.out.status == WS_OK && ws_lines_next(&lines, &line))
		take_line(p, &line);
	ws_lines_fini(&lines);
	read = ws_source_status(src, err);
	/* Damage of the stream says more than what it did to the rows. */
	status = finish(p, read == WS_OK ? err : NULL);
	ws_buf_fini(&p->first);
	free(p);
	return ws_status_worst(read, status);
}
