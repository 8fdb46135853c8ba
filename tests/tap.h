/* Test Anything Protocol in thirty lines.  Use: ok(cond, "name", ...), then
 * `return tap_done();` */
#ifndef WS_TAP_H
#define WS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static unsigned tap_count, tap_failed;

__attribute__((format(printf, 2, 3))) static inline bool
ok(bool good, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %u - ", good ? "" : "not ", ++tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	tap_failed += !good;
	return good;
}

/* Compares strings and shows both when they differ. */
static inline bool
is_str(const char *got, const char *want, const char *name)
{
	bool same = strcmp(got, want) == 0;

	ok(same, "%s", name);
	if (!same)
		printf("# got:  %s\n# want: %s\n", got, want);
	return same;
}

static inline int
tap_done(void)
{
	printf("1..%u\n", tap_count);
	fflush(stdout);
	return tap_failed != 0;
}

#endif
