#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "model/batch.h"

enum { ESC = 0x1b, FIELDS_MAX = 128 };

static bool
has_mark(struct ws_sv s)
{
	return ws_sv_starts(s, "\xef\xbb\xbf");
}

static bool
is_clean(struct ws_sv s)
{
	if (has_mark(s))
		return false;
	/* Most lines have no control characters at all. */
	s = ws_sv_from(s, ws_bytes_control(s));
	return s.n == 0 || (memchr(s.p, ESC, s.n) == NULL &&
			       memchr(s.p, '\r', s.n) == NULL &&
			       memchr(s.p, '\0', s.n) == NULL);
}

/* The length of a terminal control sequence (ECMA-48 5.4) at the start of s,
 * a lone ESC being one byte long. */
static size_t
sequence_length(struct ws_sv s)
{
	size_t i = 2;

	if (s.n < 2 || s.p[1] != '[')
		return 1;
	while (i < s.n && (s.p[i] < '@' || s.p[i] > '~'))
		i++;
	return i < s.n ? i + 1 : s.n;
}

static struct ws_sv
clean(struct ws_buf *b, struct ws_sv s)
{
	if (is_clean(s))
		return s;
	if (has_mark(s))
		s = ws_sv_from(s, 3);
	b->n = 0;
	while (s.n > 0) {
		size_t skip = 1;

		if (s.p[0] == ESC)
			skip = sequence_length(s);
		else if (s.p[0] != '\r' && s.p[0] != '\0')
			ws_buf_putc(b, s.p[0]);
		s = ws_sv_from(s, skip);
	}
	return ws_buf_sv(b);
}

bool
ws_lines_next(struct ws_lines *l, struct ws_line *line)
{
	struct ws_sv raw;

	if (l->src != NULL) {
		if (!ws_source_line(l->src, &raw, &line->off))
			return false;
		line->ended = ws_source_line_ended(l->src);
		line->text = raw;
		if (!ws_source_line_plain(l->src) || has_mark(raw))
			line->text = clean(&l->buf, raw);
		return true;
	}
	if (ws_cur_left(&l->cur) == 0)
		return false;
	line->off = l->cur.off;
	raw = ws_cur_line(&l->cur);
	line->ended = l->cur.p[-1] == '\n' && raw.n <= WS_LINE_MAX;
	if (raw.n > WS_LINE_MAX)
		raw.n = WS_LINE_MAX;
	line->text = clean(&l->buf, raw);
	return true;
}

void
ws_lines_fini(struct ws_lines *l)
{
	ws_buf_fini(&l->buf);
}

static const struct ws_column *
find_column(struct ws_sv token, const struct ws_column *table, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ws_sv_is(token, table[i].token))
			return &table[i];
	return NULL;
}

size_t
ws_layout_read(struct ws_layout *l, struct ws_sv line,
    const struct ws_column *table, size_t n_table)
{
	size_t known = 0;

	l->n = 0;
	if (line.n > sizeof(l->text))
		return 0;
	if (line.n > 0)
		memcpy(l->text, line.p, line.n);
	l->n = ws_row_split(
	    (struct ws_sv){ l->text, line.n }, l->token, WS_COLUMNS_MAX);
	if (l->n > WS_COLUMNS_MAX) {
		l->n = 0;
		return 0;
	}
	for (size_t i = 0; i < l->n; i++) {
		l->col[i] = find_column(l->token[i], table, n_table);
		known += l->col[i] != NULL;
	}
	return known;
}

size_t
ws_layout_find(const struct ws_layout *l, const char *token)
{
	size_t i = 0;

	while (i < l->n && !ws_sv_is(l->token[i], token))
		i++;
	return i;
}

struct ws_sv
ws_row_after(struct ws_sv line, size_t fields)
{
	for (size_t i = 0; i < fields; i++)
		ws_sv_field(&line);
	if (fields > 0 && line.n > 0)
		line = ws_sv_from(line, 1);
	return line;
}

struct ws_sv
ws_row_before(struct ws_sv line, size_t fields)
{
	struct ws_sv rest = line;

	for (size_t i = 0; i < fields; i++)
		ws_sv_field(&rest);
	return (struct ws_sv){ line.p, (size_t)(rest.p - line.p) };
}

enum ws_status
ws_rows_end(struct ws_batch *out, uint64_t rows, bool damaged, const char *tool,
    struct ws_err *err)
{
	enum ws_status status = ws_batch_flush(out);

	if (status != WS_OK)
		return status;
	if (damaged)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "%llu whole rows; others were cut or damaged",
		    (unsigned long long)rows);
	if (rows == 0)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "a header of %s, but no row below it", tool);
	return WS_OK;
}

size_t
ws_row_split(struct ws_sv line, struct ws_sv *field, size_t max)
{
	uint32_t edge[WS_BYTES_EDGES(FIELDS_MAX)];
	size_t n;

	assert(max <= FIELDS_MAX);
	n = ws_bytes_fields(line, edge, max);
	for (size_t i = 0; i < n && i < max; i++)
		field[i] = (struct ws_sv){ line.p + edge[2 * i],
			edge[2 * i + 1] - edge[2 * i] };
	return n;
}
