#include "base/json.h"

#include <inttypes.h>
#include <math.h>

void
ws_json_init(struct ws_json *j, FILE *f, bool pretty)
{
	*j = (struct ws_json){ .f = f, .first = true, .pretty = pretty };
}

static void
put_newline(struct ws_json *j)
{
	if (!j->pretty)
		return;
	fputc('\n', j->f);
	for (unsigned i = 0; i < j->depth; i++)
		fputs("  ", j->f);
}

/* What stands between the last thing written and a value or key. */
static void
put_separator(struct ws_json *j)
{
	if (!j->after_key) {
		if (!j->first)
			fputc(',', j->f);
		if (j->depth > 0)
			put_newline(j);
	}
	j->after_key = false;
	j->first = false;
}

void
ws_json_open(struct ws_json *j, char bracket)
{
	put_separator(j);
	fputc(bracket, j->f);
	j->depth++;
	j->first = true;
}

void
ws_json_close(struct ws_json *j, char bracket)
{
	j->depth--;
	if (!j->first)
		put_newline(j);
	fputc(bracket, j->f);
	j->first = false;
}

/* The letter after the backslash, or 0 when there is no short form. */
static char
short_escape(uint32_t c)
{
	switch (c) {
	case '"':
	case '\\':
		return (char)c;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return 0;
	}
}

static bool
is_plain(uint32_t c)
{
	return c >= 0x20 && c != '"' && c != '\\' && c != '<';
}

static void
put_run(struct ws_json *j, struct ws_sv run)
{
	if (run.n > 0)
		fwrite(run.p, 1, run.n, j->f);
}

static void
put_escape(struct ws_json *j, uint32_t c)
{
	char letter = short_escape(c);

	if (letter != 0)
		fprintf(j->f, "\\%c", letter);
	else
		fprintf(j->f, "\\u%04x", (unsigned)c);
}

static void
put_string(struct ws_json *j, struct ws_sv s)
{
	struct ws_sv run = { s.p, 0 };
	uint32_t c = 0;
	size_t n;

	fputc('"', j->f);
	while (run.n < s.n) {
		n = ws_sv_utf8(ws_sv_from(s, run.n), &c);
		if (n > 0 && is_plain(c)) {
			run.n += n;
			continue;
		}
		put_run(j, run);
		if (n > 0)
			put_escape(j, c);
		else
			fputs("\xef\xbf\xbd", j->f);
		s = ws_sv_from(s, run.n + 1);
		run = (struct ws_sv){ s.p, 0 };
	}
	put_run(j, run);
	fputc('"', j->f);
}

void
ws_json_key(struct ws_json *j, const char *key)
{
	put_separator(j);
	put_string(j, ws_sv_of(key));
	fputs(j->pretty ? ": " : ":", j->f);
	j->after_key = true;
}

void
ws_json_str(struct ws_json *j, const char *cstr)
{
	if (cstr == NULL)
		ws_json_null(j);
	else
		ws_json_sv(j, ws_sv_of(cstr));
}

void
ws_json_sv(struct ws_json *j, struct ws_sv s)
{
	put_separator(j);
	put_string(j, s);
}

void
ws_json_u64(struct ws_json *j, uint64_t v)
{
	put_separator(j);
	fprintf(j->f, "%" PRIu64, v);
}

void
ws_json_i64(struct ws_json *j, int64_t v)
{
	put_separator(j);
	fprintf(j->f, "%" PRId64, v);
}

void
ws_json_num(struct ws_json *j, double v)
{
	if (!isfinite(v)) {
		ws_json_null(j);
		return;
	}
	put_separator(j);
	/* -0 + 0 is 0. */
	if (v == floor(v) && fabs(v) < 1e18)
		fprintf(j->f, "%.0f", v + 0.0);
	else
		fprintf(j->f, "%.12g", v);
}

void
ws_json_bool(struct ws_json *j, bool v)
{
	put_separator(j);
	fputs(v ? "true" : "false", j->f);
}

void
ws_json_null(struct ws_json *j)
{
	put_separator(j);
	fputs("null", j->f);
}

void
ws_json_key_str(struct ws_json *j, const char *key, const char *cstr)
{
	ws_json_key(j, key);
	ws_json_str(j, cstr);
}

void
ws_json_key_num(struct ws_json *j, const char *key, double v)
{
	ws_json_key(j, key);
	ws_json_num(j, v);
}

void
ws_json_end(struct ws_json *j)
{
	fputc('\n', j->f);
	j->first = true;
}
