#include "sysstat_json.h"

#include <stdlib.h>

#include "base/mem.h"

/* The list that an object is in, or its own key. */
static struct ws_sv
list_of(const struct ws_pairs *s)
{
	struct ws_sv own = ws_pairs_list(s);

	if (own.n > 0 || s->depth < 2)
		return own;
	return s->opened_by[s->depth - 2];
}

static bool
is_taken(const struct ws_sysstat_json *j, struct ws_sv list)
{
	for (size_t i = 0; i < j->n_word; i++)
		if (ws_sv_is(list, j->word[i].list))
			return true;
	return false;
}

static const struct ws_sysstat_word *
find_word(const struct ws_sysstat_json *j, struct ws_sv list, struct ws_sv key)
{
	for (size_t i = 0; i < j->n_word; i++)
		if (ws_sv_is(list, j->word[i].list) &&
		    ws_sv_is(key, j->word[i].key))
			return &j->word[i];
	return NULL;
}

void
ws_sysstat_json_stamp(struct ws_sysstat_json *j, struct ws_sv date,
    struct ws_sv time, bool utc, uint64_t off)
{
	struct ws_buf b = { 0 };

	ws_buf_putsv(&b, date);
	ws_buf_putc(&b, ' ');
	ws_buf_putsv(&b, time);
	if (utc)
		ws_buf_puts(&b, " UTC");
	if (!ws_sysstat_stamp(j->s, ws_buf_sv(&b)))
		ws_sysstat_fault(j->s, off, "a report without a time");
	ws_buf_fini(&b);
}

void
ws_sysstat_json_row(struct ws_sysstat_json *j, struct ws_sv list,
    const struct ws_pair *pair, size_t n_pair, uint64_t off)
{
	struct ws_sv cell[WS_PAIRS_MAX];
	struct ws_buf columns = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < n_pair && is_taken(j, list); i++) {
		const struct ws_sysstat_word *w =
		    find_word(j, list, pair[i].key);

		if (w != NULL && w->column == NULL)
			continue;
		if (w != NULL)
			ws_buf_puts(&columns, w->column);
		else
			ws_buf_putsv(&columns, pair[i].key);
		ws_buf_putc(&columns, ' ');
		cell[n++] = pair[i].value;
	}
	if (n > 0)
		j->row(j->ctx, ws_buf_sv(&columns), cell, n, off);
	ws_buf_fini(&columns);
}

static void
close_object(void *ctx, const struct ws_pairs *s)
{
	struct ws_sysstat_json *j = ctx;
	struct ws_sv list = list_of(s);

	if (ws_sv_is(ws_pairs_list(s), "timestamp"))
		/* {"date": "2026-11-23", "time": "05:49:06", "utc": 1} */
		ws_sysstat_json_stamp(j, ws_pairs_find(s, "date"),
		    ws_pairs_find(s, "time"),
		    ws_sv_is(ws_pairs_find(s, "utc"), "1"), s->off);
	else if (!is_taken(j, list) || s->n == 0)
		return;
	else if (s->spoilt)
		ws_sysstat_fault(
		    j->s, s->off, "an object is not made of keys and values");
	else
		ws_sysstat_json_row(j, list, s->pair, s->n, s->off);
}

static void
take_pair(void *ctx, const struct ws_pairs *s, struct ws_sv value)
{
	struct ws_sysstat_json *j = ctx;

	if (ws_sv_is(s->key, "timestamp"))
		ws_sysstat_time(j->s, value);
	else if (s->depth > 0 && !ws_sv_is(ws_pairs_list(s), "timestamp"))
		ws_sysstat_json_head(j->s, s->key, value);
}

bool
ws_sysstat_json_is_single(struct ws_cur all)
{
	struct ws_sv text = { (const char *)all.p, ws_cur_left(&all) };
	size_t at = ws_sv_find(text, "\"timestamp\"");

	text = ws_sv_from(text, at + 1);
	return ws_sv_find(text, "\"timestamp\"") == text.n;
}

void
ws_sysstat_read_json(struct ws_sysstat_json *j, struct ws_cur all)
{
	static const struct ws_pairs_ops ops = { .pair = take_pair,
		.close = close_object };
	struct ws_pairs *s = ws_alloc(sizeof(*s));

	j->single = ws_sysstat_json_is_single(all);
	if (!ws_pairs_read(s, &ops, j, all))
		ws_sysstat_fault(j->s, ws_jscan_off(&s->in),
		    "the document ends inside an object or list");
	free(s);
}
