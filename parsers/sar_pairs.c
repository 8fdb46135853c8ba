/*
 * What `sadf -p` makes of the files of sar: a line for each number, of six
 * fields between tabs: host, interval, time, item or "-", column, number.
 * Neighbours of the same time and item are a row.
 */
#include "sar.h"

#include "base/num.h"

enum { FIELDS = 6 };

struct pairs {
	struct ws_sysstat *s;
	ws_sar_row *row;
	void *ctx;
	/* The row: columns with a blank behind each, cells with a tab, as an item
	 * may hold blanks. */
	struct ws_buf columns, cells;
	struct ws_buf key; /* time and item of it */
	size_t n;
	uint64_t off;
};

/* Returns how many fields there are, which may be more than those kept. */
static size_t
split(struct ws_sv line, struct ws_sv *f, size_t max)
{
	size_t n = 0;

	while (line.n > 0) {
		struct ws_sv field = ws_sv_trim(ws_sv_split(&line, '\t'));

		if (n < max)
			f[n] = field;
		n++;
	}
	return n;
}

static bool
is_cpu(struct ws_sv column)
{
	return ws_sv_is(column, "%user") || ws_sv_is(column, "%usr");
}

/* The column that says what a row is of, by its first number; NULL when it is
 * of the machine.  Rows of an ITEM are left out, as sar's own are. */
static const char *
item_column(struct ws_sv item, struct ws_sv column)
{
	if (ws_sv_is(item, "-"))
		return NULL;
	if (is_cpu(column))
		return "CPU";
	if (ws_sv_is(column, "tps"))
		return "DEV";
	return ws_sv_starts(column, "rx") ? "IFACE" : "ITEM";
}

static void
put_word(struct ws_buf *b, struct ws_sv word, char end)
{
	ws_buf_putsv(b, word);
	ws_buf_putc(b, end);
}

static void
end_row(struct pairs *p)
{
	struct ws_sv cell[WS_COLUMNS_MAX];
	size_t n = split(ws_buf_sv(&p->cells), cell, WS_COLUMNS_MAX);

	if (p->n > 0 && n <= WS_COLUMNS_MAX)
		p->row(p->ctx, ws_buf_sv(&p->columns), cell, n, p->off);
	p->columns.n = p->cells.n = p->key.n = 0;
	p->n = 0;
}

static void
begin_row(struct pairs *p, const struct ws_sv *f, uint64_t off)
{
	const char *column = item_column(f[3], f[4]);
	struct ws_sv item = f[3];

	if (!ws_sysstat_stamp(p->s, f[2])) {
		ws_sysstat_fault(p->s, off, "a line without a time");
		return;
	}
	if (f[0].n > 0)
		ws_source_host(p->s->src, f[0]);
	p->off = off;
	put_word(&p->key, f[2], ' ');
	put_word(&p->key, f[3], ' ');
	if (column == NULL)
		return;
	if (ws_sv_is(ws_sv_of(column), "CPU") && ws_sv_starts(item, "cpu"))
		item = ws_sv_from(item, 3);
	put_word(&p->columns, ws_sv_of(column), ' ');
	put_word(&p->cells, item, '\t');
}

/* True when the line goes on with the row: its time and item are the same, and
 * it has no such column yet. */
static bool
goes_on(const struct pairs *p, const struct ws_sv *f)
{
	struct ws_sv key = ws_buf_sv(&p->key), word;
	struct ws_sv columns = ws_buf_sv(&p->columns);

	if (p->n == 0 || p->n + 2 > WS_COLUMNS_MAX ||
	    key.n != f[2].n + f[3].n + 2 ||
	    !ws_sv_eq((struct ws_sv){ key.p, f[2].n }, f[2]) ||
	    !ws_sv_eq((struct ws_sv){ key.p + f[2].n + 1, f[3].n }, f[3]))
		return false;
	for (word = ws_sv_field(&columns); word.n > 0;
	     word = ws_sv_field(&columns))
		if (ws_sv_eq(word, f[4]))
			return false;
	/* A device's row begins with tps, a CPU's with its user time. */
	return ws_sv_is(f[3], "-") || (!ws_sv_is(f[4], "tps") && !is_cpu(f[4]));
}

static void
take_line(struct pairs *p, const struct ws_line *line)
{
	struct ws_sv f[FIELDS];
	size_t n = split(line->text, f, FIELDS);

	if (n == 0)
		return;
	if (!line->ended) {
		ws_sysstat_fault(p->s, line->off, "the last line is cut");
		return;
	}
	/* A restart has five. */
	if (n != FIELDS) {
		end_row(p);
		if (n > 3 && ws_sv_starts(f[3], "LINUX-RESTART"))
			ws_sysstat_note(
			    p->s, "the machine was restarted in this log");
		return;
	}
	if (!goes_on(p, f)) {
		end_row(p);
		begin_row(p, f, line->off);
	}
	if (p->key.n == 0)
		return;
	put_word(&p->columns, f[4], ' ');
	put_word(&p->cells, f[5], '\t');
	p->n++;
}

/* "2026-11-23 07:31:34 UTC", or seconds since 1970. */
static bool
is_stamp(struct ws_sv s)
{
	struct ws_sv date = s, clock;
	struct ws_when when;
	uint64_t seconds;

	ws_sv_field(&date);
	clock = ws_sv_field(&date);
	s.n -= date.n;
	return clock.n == 0 ? ws_num_u64(s, 1, UINT64_C(1) << 33, &seconds)
			    : ws_when_read(s, false, &when);
}

bool
ws_sar_is_pairs(struct ws_sv head, ws_sysstat_is_first *is_known)
{
	struct ws_sv line = ws_sv_split(&head, '\n'), f[FIELDS];
	double v;

	if (split(line, f, FIELDS) != FIELDS || !ws_cell_number(f[1], &v) ||
	    !is_stamp(f[2]) || !ws_cell_number(f[5], &v))
		return false;
	return is_known(f[4]) || item_column(f[3], f[4]) != NULL;
}

void
ws_sar_read_pairs(
    struct ws_sysstat *s, ws_sar_row *row, void *ctx, struct ws_source *src)
{
	struct pairs p = { .s = s, .row = row, .ctx = ctx };
	struct ws_lines lines = { .src = src };
	struct ws_line line;

	while (s->out.status == WS_OK && ws_lines_next(&lines, &line))
		take_line(&p, &line);
	end_row(&p);
	ws_lines_fini(&lines);
	ws_buf_fini(&p.columns);
	ws_buf_fini(&p.cells);
	ws_buf_fini(&p.key);
}
