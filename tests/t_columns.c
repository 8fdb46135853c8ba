/* Lines, tables and dates in text. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ingest/cells.h"
#include "ingest/when.h"
#include "model/event.h"
#include "tap.h"

static const struct ws_column table[] = {
	{ "r/s", WS_N_DISK_READS, WS_U_RATE, 1 },
	{ "rkB/s", WS_N_DISK_READ_BYTES, WS_U_BRATE, 1024 },
	{ "%util", WS_N_DISK_UTIL, WS_U_RATIO, 0.01 },
};

static void
check_line(struct ws_lines *l, const char *want, uint64_t off, bool ended)
{
	struct ws_line line;

	ok(ws_lines_next(l, &line) && ws_sv_is(line.text, want) &&
		line.off == off && line.ended == ended,
	    "line '%s' at %d", want, (int)off);
}

static void
test_lines(void)
{
	static const char text[] = "\xef\xbb\xbfone\r\n"
				   "\x1b[1;32mtwo\x1b[0m 2\x1b[K\n"
				   "\n"
				   "th\0ree\r\r\n"
				   "\x1b";
	struct ws_lines l = { 0 };
	struct ws_line line;

	ws_cur_init(&l.cur, text, sizeof(text) - 1, 100);
	check_line(&l, "one", 100, true);
	check_line(&l, "two 2", 108, true);
	check_line(&l, "", 128, true);
	check_line(&l, "three", 129, true);
	check_line(&l, "", 138, false);
	ok(!ws_lines_next(&l, &line), "no line behind the last");
	ws_lines_fini(&l);
	ws_cur_init(&l.cur, "a\nb", 3, 0);
	check_line(&l, "a", 0, true);
	check_line(&l, "b", 2, false);
	ws_lines_fini(&l);
}

static void
check_number(const char *cell, double want)
{
	double got = NAN;
	bool good = ws_cell_number(ws_sv_of(cell), &got);

	if (isnan(want))
		ok(!good && isnan(got), "'%s' is no number", cell);
	else
		ok(good && fabs(got - want) <= 1e-9 * fabs(want),
		    "'%s' is %g, want %g", cell, got, want);
}

static void
test_cells(void)
{
	static const char *const bad[] = { "", "-", ".", "1.", ".5", "1.2.3",
		"1,2.3", "nan", "inf", "0x10", "1e5", "12K", "k", "%", "1kk",
		"1 2", "--1", "1-", "sda",
		"11111111111111111111111111111111111111111" };
	double v;

	check_number("0", 0);
	check_number("12", 12);
	check_number("-3", -3);
	check_number("+3", 3);
	check_number("0,57", 0.57);
	check_number("0.57", 0.57);
	check_number("6.4%", 6.4);
	check_number("28.2k", 28.2 * 1024);
	check_number("146.3M", 146.3 * 1048576);
	check_number("1,5G", 1.5 * 1073741824.0);
	check_number("0.0B", 0);
	check_number("8s", 4096);
	for (size_t i = 0; i < WS_LEN(bad); i++)
		check_number(bad[i], NAN);
	ok(ws_cell_value(&table[1], WS_SV("2.00"), &v) && v == 2048,
	    "a plain cell takes the factor of its column");
	ok(ws_cell_value(&table[1], WS_SV("2.0M"), &v) && v == 2097152,
	    "a suffix replaces it");
	ok(ws_cell_value(&table[2], WS_SV("50%"), &v) && v == 0.5,
	    "a percent sign does not");
}

static void
test_layout(void)
{
	struct ws_layout l;
	struct ws_sv f[3];
	char line[2048];
	size_t n;

	ok(ws_layout_read(&l, WS_SV("Device  r/s what %util"), table, 3) == 2,
	    "two known columns");
	ok(l.n == 4 && l.col[0] == NULL && l.col[1] == &table[0] &&
		l.col[2] == NULL && l.col[3] == &table[2],
	    "each at its place");
	ok(ws_sv_is(l.token[2], "what"), "unknown tokens keep their text");
	ok(ws_layout_find(&l, "%util") == 3, "a token is found");
	ok(ws_layout_find(&l, "await") == 4, "or is not");
	ok(ws_layout_read(&l, WS_SV(""), table, 3) == 0 && l.n == 0,
	    "no tokens in an empty line");
	memset(line, 'x', sizeof(line));
	ok(ws_layout_read(&l, (struct ws_sv){ line, sizeof(line) }, table, 3) ==
		    0 &&
		l.n == 0,
	    "a line that is too long");
	for (n = 0; n < 2 * (WS_COLUMNS_MAX + 1); n++)
		line[n] = n % 2 != 0 ? ' ' : 'x';
	ok(ws_layout_read(&l, (struct ws_sv){ line, n }, table, 3) == 0 &&
		l.n == 0,
	    "a line with too many tokens");
	ok(ws_row_split(WS_SV(" a b\tc  d "), f, 3) == 4 && ws_sv_is(f[2], "c"),
	    "a row says how many fields it has and keeps those that fit");
}

enum { NO = -1 };

/* seconds: since 1970, NO when the text is no date */
static void
check_when(const char *text, bool comma, int64_t seconds, bool utc)
{
	struct ws_when w;
	bool good = ws_when_read(ws_sv_of(text), comma, &w);

	if (seconds == NO)
		ok(!good, "'%s' is no date", text);
	else
		ok(good && w.ns == seconds * 1000000000 && w.utc == utc,
		    "'%s' is %lld", text,
		    (long long)(good ? w.ns / 1000000000 : NO));
}

static void
test_when(void)
{
	struct ws_when w;

	check_when("1970-01-01 00:00:00", false, 0, false);
	check_when("2026-11-23T00:29:12+0000", false, 1795393752, true);
	check_when("2026-11-23T01:29:12+01:00", false, 1795393752, true);
	check_when("2026-11-22T19:29:12-05", false, 1795393752, true);
	check_when("2026-11-23T00:29:12.123456Z", false, 1795393752, true);
	check_when("2026-11-23 00:29:12", false, 1795393752, false);
	check_when("11/23/26 00:29:12", false, 1795393752, false);
	check_when("23/11/26 00:29:12", false, 1795393752, false);
	check_when("23.11.2026 00:29:12", true, 1795393752, false);
	check_when("11/22/2026 07:31:34 PM", false, 1795375894, false);
	check_when(
	    "11/22/2026 07:31:34\xe2\x80\xafp.m.", false, 1795375894, false);
	check_when("11/22/2026 12:00:01 AM", false, 1795305601, false);
	check_when("2026\xe5\xb9\xb4"
		   "11\xe6\x9c\x88"
		   "22\xe6\x97\xa5 19\xe6\x99\x82"
		   "31\xe5\x88\x86"
		   "40\xe7\xa7\x92",
	    false, 1795375900, false);
	check_when("\xdb\xb2\xdb\xb0\xdb\xb2\xdb\xb6/\xdb\xb1\xdb\xb1/"
		   "\xdb\xb2\xdb\xb2 19:31:40",
	    false, 1795375900, false);
	check_when("2024-02-29 00:00:00", false, 1709164800, false);
	check_when("2023-02-29 00:00:00", false, NO, false);
	check_when("2026-13-01 00:00:00", false, NO, false);
	check_when("2026-00-01 00:00:00", false, NO, false);
	check_when("2026-04-31 00:00:00", false, NO, false);
	check_when("2026-04-30 24:00:00", false, NO, false);
	check_when("11/22/2026 13:31:34 PM", false, NO, false);
	check_when("2026-11-23 00:29:1", false, NO, false);
	check_when("2026-11-23 00:29", false, NO, false);
	check_when("2026-11-23 00:29:12 x", false, NO, false);
	check_when("9999-01-01 00:00:00", false, NO, false);
	check_when("15 0 8 5 0 72", false, NO, false);
	check_when("15.42 0.00 8.04", false, NO, false);
	check_when("10.10.10.10.10.10x", false, NO, false);
	check_when("", false, NO, false);
	ok(ws_when_read(WS_SV("02/03/26 00:00:00"), false, &w) && w.ambiguous &&
		w.ns == INT64_C(1770076800000000000),
	    "a short year is month/day, perhaps");
	ok(ws_when_read(WS_SV("02/03/2026 00:00:00"), false, &w) &&
		w.ambiguous && w.ns == INT64_C(1772409600000000000),
	    "a long one is day/month, perhaps");
	ok(ws_when_read(WS_SV("02/03/26 00:00:00"), true, &w) && !w.ambiguous &&
		w.ns == INT64_C(1772409600000000000),
	    "with decimal commas it is day/month");
	ok(ws_when_read(WS_SV("02/02/26 00:00:00"), false, &w) && !w.ambiguous,
	    "2 February is the same either way");
}

/* A line with its cells. */
struct cut {
	struct ws_cells cells;
	struct ws_cells_room room;
};

static const struct ws_cells *
cut(struct cut *c, struct ws_sv line)
{
	c->cells.line = (struct ws_line){ line, 0, true };
	ws_cells_read(&c->cells, c->room.edge, c->room.v);
	return &c->cells;
}

/* True when cell i is what is read of its text alone. */
static bool
is_as_cell(const struct ws_cells *c, size_t i, struct ws_sv text)
{
	struct ws_cell one = ws_cell_read(text);
	struct ws_sv cell = ws_cells_at(c, i);
	bool good = c->good >> i & 1, bytes = c->bytes >> i & 1;
	bool whole = c->whole >> i & 1, small = c->small >> i & 1;
	uint64_t u;

	return cell.p == text.p && cell.n == text.n && good == one.good &&
	       bytes == (one.good && one.bytes) &&
	       (good ? c->v[i] == one.v : isnan(c->v[i])) &&
	       whole == (text.n <= 16 && ws_num_u64(text, 0, UINT64_MAX, &u)) &&
	       (!small || (one.v >= 0 && one.v < 1e8));
}

/* True when the cells of a line are those that are read one by one. */
static bool
is_as_cells(const struct ws_cells *c)
{
	struct ws_sv f[WS_COLUMNS_MAX];
	size_t n = ws_row_split(c->line.text, f, WS_COLUMNS_MAX);
	bool same = c->n == n;

	for (size_t i = 0; same && i < c->n_cut; i++) {
		same = is_as_cell(c, i, f[i]);
		if (!same)
			printf("# cell %zu of \"%.*s\"\n", i,
			    WS_SV_ARG(c->line.text));
	}
	return same;
}

/* Cells read with their row are those that are read one by one. */
static void
test_rows(void)
{
	static const char *const rows[] = { "", " ", "1", "vda 1.50 0,25 -3",
		"vda 1.50 0,25 -3 +4.0", "vdb 1.50 .25 -3 +4.0",
		"7 1.50 0.25 3 4.0", "1 12. .5 , 1,2,3 1.2.3 1.2,3 1e5 - + --",
		"5- 1-2", "vda     .25 ,25 0.25 x.25 .2.5 ..25 25. 2.5 .255",
		"\t5%\r 17.5k 2,0M 1k2 100% % k 0x10 nan -inf \xd9\xa1",
		"1234567890123456 12345678901234567 0.123456789012345 "
		"123456789.12345678 999999999999999999999999.5",
		"9007199254740993 900719925474099.3 00000000000000000001 12x",
		"12345678 1234567.8 123456789 12345678.9 123456789.0 "
		"1234567890",
		"12345678 1234567,8 12345678. .12345678 1.2345678 0.0000001",
		"99999.99 00000.00 54321.09 99999,99 99999 99999999 9999.999",
		"x2345678 1x34567.8 x23456789 12345x789 123456789x 1234.6789.0",
		"12345/67 12345:67 12345-67 12345*67 12345.6x 12345.x7 "
		"x2345.67",
		"\x01 2 \x01"
		"2 3\x01 \xb0\xb1 1\xb2 \xb1\xb2\xb3\xb4\xb5.\xb6\xb7 0 00 "
		"000000000 0000000000" };
	struct cut c;
	bool same = true;

	for (size_t i = 0; i < WS_LEN(rows); i++)
		same &= is_as_cells(cut(&c, ws_sv_of(rows[i])));
	ok(same, "rows are read as cell by cell");
}

/* Lines of all lengths, with a field of any width at their end. */
static void
test_lengths(void)
{
	struct cut c;
	char line[200];
	bool same = true;
	size_t n, width, i;

	for (n = 1; n < sizeof(line); n++)
		for (width = 1; width <= n && width < 20; width++) {
			for (i = 0; i < n - width; i++)
				line[i] = i % 5 == 4 ? ' ' : '7';
			if (i > 0)
				line[i - 1] = '\t';
			for (; i < n; i++)
				line[i] =
				    i + 3 == n ? '.' : (char)('0' + i % 10);
			same &= is_as_cells(cut(&c, (struct ws_sv){ line, n }));
		}
	ok(same, "and so are lines of any length");
	memset(line, ' ', sizeof(line));
	for (i = 0; i < sizeof(line); i += 2)
		line[i] = '8';
	cut(&c, (struct ws_sv){ line, sizeof(line) });
	ok(c.cells.n == 100 && c.cells.v[WS_COLUMNS_MAX - 1] == 8 &&
		c.cells.good == UINT64_MAX,
	    "not more than there is room for");
}

/* Texts of one field, with each byte at each place of it: what a machine reads
 * together is what it reads alone. */
static void
test_bytes(void)
{
	static const char *const texts[] = { "1", "12", "1.23", "123.45",
		"12345.67", "12345678" };
	char line[40];
	struct cut c;
	bool same = true;

	for (size_t t = 0; t < WS_LEN(texts); t++)
		for (size_t at = 0; texts[t][at] != '\0'; at++)
			for (int byte = 1; byte < 256; byte++) {
				int n = snprintf(line, sizeof(line),
				    "12345678 %s %s", texts[t], texts[t]);

				line[9 + at] = (char)byte;
				same &= is_as_cells(
				    cut(&c, (struct ws_sv){ line, (size_t)n }));
			}
	ok(same, "whatever byte is in a number");
}

static void
test_skip(void)
{
	struct cut c;
	struct ws_cells row = *cut(&c, WS_SV("Nov 23 host 1 2.5 3k"));

	ws_cells_skip(&row, 3);
	ok(row.n == 3 && row.good == 7 && row.bytes == 4 && row.whole == 1 &&
		row.v[1] == 2.5 && ws_sv_is(ws_cells_at(&row, 0), "1"),
	    "what a log writer put before a row is left out");
	ws_cells_skip(&row, 5);
	ok(row.n == 0 && row.good == 0, "or the whole row");
	row = *cut(&c,
	    WS_SV("1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 "
		  "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 "
		  "1 1 1 1 1"));
	ws_cells_skip(&row, 3);
	ok(row.n == 65 && row.n_cut == 61 && row.good == ws_low_bits(61),
	    "what has more fields than are cut keeps their number");
}

int
main(void)
{
	test_lines();
	test_cells();
	test_rows();
	test_lengths();
	test_bytes();
	test_skip();
	test_layout();
	test_when();
	return tap_done();
}
