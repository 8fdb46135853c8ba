/* What is written with the instructions of some machines gives what the same
 * gives in C: both are here, under two names. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define WS_NO_SIMD
#define ws_num_row       plain_num_row
#define ws_bytes_control plain_bytes_control
#define ws_bytes_fields  plain_bytes_fields
#define ws_bytes_line    plain_bytes_line
#include "base/bytes.c"
#include "base/num_row.c"
#undef ws_num_row
#undef ws_bytes_control
#undef ws_bytes_fields
#undef ws_bytes_line

#include "tap.h"

struct plain_num_row ws_num_row(
    struct ws_sv line, const uint32_t *edge, size_t n, double *v);
size_t ws_bytes_control(struct ws_sv s);
size_t ws_bytes_fields(struct ws_sv line, uint32_t *edge, size_t max);
size_t ws_bytes_line(
    struct ws_sv ahead, uint32_t *edge, size_t max, size_t *fields);

enum { MAX = 64, LINE_MAX_BYTES = 300 };

static unsigned seed = 1;

static unsigned
random_below(unsigned n)
{
	seed = seed * 1103515245 + 12345;
	return seed / 65536 % n;
}

/* A line of what numbers consist of, and now and then of anything. */
static size_t
write_line(char *line, unsigned kind)
{
	static const char *const of[] = { "0123456789.  ", "0123456789.,- %k",
		"12345678.00        ", "9 .\t\r\n", "1" };
	size_t n = random_below(LINE_MAX_BYTES);

	for (size_t i = 0; i < n; i++)
		line[i] = of[kind][random_below((unsigned)strlen(of[kind]))];
	for (unsigned i = random_below(4); n > 0 && i > 0 && kind == 1; i--)
		line[random_below((unsigned)n)] = (char)random_below(256);
	return n;
}

static bool
is_same_row(struct ws_sv line, const uint32_t *edge, size_t n)
{
	double a[MAX], b[MAX];
	struct plain_num_row x = ws_num_row(line, edge, n, a);
	struct plain_num_row y = plain_num_row(line, edge, n, b);
	bool same =
	    x.good == y.good && x.whole == y.whole && x.small == y.small;

	for (size_t i = 0; same && i < n; i++)
		same = isnan(a[i]) ? isnan(b[i]) : a[i] == b[i];
	return same;
}

static bool
is_same(struct ws_sv s)
{
	static uint32_t a[WS_BYTES_EDGES(MAX)], b[WS_BYTES_EDGES(MAX)];
	size_t fields = ws_bytes_fields(s, a, MAX), k, l;
	size_t cut = fields < MAX ? fields : MAX;
	bool same = fields == plain_bytes_fields(s, b, MAX) &&
		    memcmp(a, b, 2 * cut * sizeof(*a)) == 0 &&
		    ws_bytes_control(s) == plain_bytes_control(s) &&
		    is_same_row(s, a, cut);

	same = same &&
	       ws_bytes_line(s, a, MAX, &k) == plain_bytes_line(s, b, MAX, &l);
	cut = k < MAX ? k : MAX;
	return same && k == l && memcmp(a, b, 2 * cut * sizeof(*a)) == 0;
}

/* Room for a text that ends the process when it is left. */
static char *
fenced(size_t *size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *p =
	    mmap(NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED ||
	    mprotect(p + page, page, PROT_READ | PROT_WRITE) != 0)
		abort();
	*size = page;
	return p + page;
}

/* At either end of its room. */
static bool
is_same_anywhere(char *room, size_t size, const char *line, size_t n)
{
	char *end = room + size - n;

	memcpy(room, line, n);
	if (!is_same((struct ws_sv){ room, n }))
		return false;
	memcpy(end, line, n);
	return is_same((struct ws_sv){ end, n });
}

int
main(void)
{
	enum { KINDS = 5, LINES = 20000 };

	size_t size, n;
	char line[LINE_MAX_BYTES], *room = fenced(&size);
	bool same = true;

	for (unsigned kind = 0; kind < KINDS; kind++) {
		for (unsigned i = 0; same && i < LINES; i++) {
			n = write_line(line, kind);
			same = is_same_anywhere(room, size, line, n);
			if (!same)
				printf("# \"%.*s\"\n", (int)n, line);
		}
		ok(same, "lines of kind %u", kind);
	}
	return tap_done();
}
