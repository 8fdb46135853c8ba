#include "metrics/benches.h"

#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"

/* More keys than this in one file are left out of the configuration, and so is
 * the end of long values: it is interned whenever it changes. */
enum { KEYS_MAX = 64, TEXT_MAX = 200, ROOM_MIN = 16 };

struct setting {
	ws_id key, value;
};

struct ws_benches {
	struct ws_sink sink;
	ws_id artifact;
	bool is_bench;
	bool has_config; /* marks are the configuration, "note" too */
	struct setting set[KEYS_MAX]; /* of the open artifact, by key text */
	size_t n_set;
	ws_id config;
	bool stale;   /* config is to be made from set[] */
	bool is_full; /* this configuration is one too many */
	struct ws_htab *configs;
	uint64_t left_out;
	size_t room, n_values; /* that one series may keep, that all do */
	struct ws_htab *keys;  /* {artifact, config, track, name} */
	uint32_t previous;     /* the bench of the last value */
	struct ws_bench *bench;
	size_t cap;
	struct ws_htab *units; /* ids of unit texts */
	struct ws_bench_unit *unit;
	size_t cap_unit;
	ws_id of_name[3]; /* name, unit text and kind of the last counter */
};

bool
ws_is_bench_format(struct ws_sv format)
{
	static const char *const formats[] = { "gobench", "benchcsv", "wrk",
		"hey", "vegeta", "k6", "hyperfine", "ab" };

	for (size_t i = 0; i < WS_LEN(formats); i++)
		if (ws_sv_is(format, formats[i]))
			return true;
	return false;
}

double
ws_bench_factor(enum ws_unit kind)
{
	return kind == WS_U_TIME ? 1e-9 : 1;
}

static void
begin(struct ws_sink *s, const struct ws_origin *o)
{
	struct ws_benches *b = (struct ws_benches *)s;

	b->artifact = o->artifact;
	b->is_bench = ws_is_bench_format(ws_dict_text(s->dict, o->format));
	s->ignores = b->is_bench ? 0 : WS_EV_ALL;
	b->has_config = ws_sv_is(ws_dict_text(s->dict, o->format), "gobench");
	b->n_set = 0;
	b->config = 0;
	b->is_full = false;
	b->stale = false;
}

/* By the text of the keys, so that their order in the file does not matter. */
static void
put_setting(struct ws_benches *b, ws_id key, ws_id value)
{
	struct ws_sv text = ws_dict_text(b->sink.dict, key);
	size_t i = 0;

	while (i < b->n_set &&
	       ws_sv_cmp(ws_dict_text(b->sink.dict, b->set[i].key), text) < 0)
		i++;
	b->stale = true;
	if (i < b->n_set && b->set[i].key == key && value != 0) {
		b->set[i].value = value;
	} else if (i < b->n_set && b->set[i].key == key) {
		memmove(&b->set[i], &b->set[i + 1],
		    (b->n_set - i - 1) * sizeof(b->set[0]));
		b->n_set--;
	} else if (value != 0 && b->n_set < KEYS_MAX) {
		memmove(&b->set[i + 1], &b->set[i],
		    (b->n_set - i) * sizeof(b->set[0]));
		b->set[i] = (struct setting){ key, value };
		b->n_set++;
	}
}

static void
put_short(struct ws_buf *b, struct ws_sv text)
{
	if (text.n > TEXT_MAX)
		text.n = TEXT_MAX;
	ws_buf_putsv(b, text);
}

static void
make_config(struct ws_benches *b)
{
	struct ws_buf text = { 0 };

	ws_buf_puts(&text, "");
	for (size_t i = 0; i < b->n_set; i++) {
		put_short(&text, ws_dict_text(b->sink.dict, b->set[i].key));
		ws_buf_puts(&text, ": ");
		put_short(&text, ws_dict_text(b->sink.dict, b->set[i].value));
		ws_buf_putc(&text, '\n');
	}
	b->stale = false;
	b->is_full = ws_htab_count(b->configs) >= WS_BENCH_CONFIGS &&
		     ws_htab_get(b->configs, text.p, text.n) == WS_HTAB_NONE;
	if (!b->is_full) {
		ws_htab_put(b->configs, text.p, text.n, NULL);
		b->config = ws_dict_str(b->sink.dict, ws_buf_sv(&text));
	}
	ws_buf_fini(&text);
}

static struct ws_bench_unit *
unit_of(struct ws_benches *b, ws_id unit)
{
	bool is_new;
	uint32_t i = ws_htab_put(b->units, &unit, sizeof(unit), &is_new);

	if (is_new) {
		b->unit = ws_grow(
		    b->unit, &b->cap_unit, (size_t)i + 1, sizeof(*b->unit));
		b->unit[i] = (struct ws_bench_unit){ 0 };
	}
	return &b->unit[i];
}

static ws_id tidy(struct ws_dict *d, struct ws_sv raw, enum ws_unit kind);

/* "ns/op better=lower assume=exact" */
static void
put_unit(struct ws_benches *b, struct ws_sv text)
{
	struct ws_sv unit = ws_sv_field(&text), pair;
	struct ws_bench_unit *u;

	/* The unit may be written as in results or in whole units. */
	u = unit_of(
	    b, tidy(b->sink.dict, unit,
		   ws_sv_find(unit, "ns") < unit.n ? WS_U_TIME : WS_U_BYTES));
	while ((pair = ws_sv_field(&text)).n > 0)
		if (ws_sv_is(pair, "assume=exact"))
			u->exact = true;
		else if (ws_sv_is(pair, "better=higher"))
			u->better = 1;
		else if (ws_sv_is(pair, "better=lower"))
			u->better = -1;
}

/* Names that do not say their unit. */
static const struct {
	ws_id name;
	const char *unit;
} known[] = {
	{ WS_N_BENCH_TIME, "sec/op" },
	{ WS_N_BENCH_BYTES_RATE, "B/s" },
	{ WS_N_BENCH_ALLOC_BYTES, "B/op" },
	{ WS_N_BENCH_ALLOCS, "allocs/op" },
	{ WS_N_BENCH_RATE, "op/s" },
	{ WS_N_BENCH_MEAN, "mean-sec" },
	{ WS_N_BENCH_P50, "p50-sec" },
	{ WS_N_BENCH_P90, "p90-sec" },
	{ WS_N_BENCH_P95, "p95-sec" },
	{ WS_N_BENCH_P99, "p99-sec" },
	{ WS_N_BENCH_LONGEST, "max-sec" },
	{ WS_N_BENCH_ERRORS, "errors" },
	{ WS_N_BENCH_USER, "user-sec/op" },
	{ WS_N_BENCH_SYSTEM, "sys-sec/op" },
	{ WS_N_BENCH_RSS, "maxrss-bytes" },
};

/* The word in whole units, as benchstat shows it; NULL: as it is. */
static const char *
whole_word(struct ws_sv word, enum ws_unit kind)
{
	static const char *const times[] = { "ns", "us", "\xc2\xb5s", "ms" };
	static const char *const sizes[] = { "KB", "MB" };
	size_t i;

	for (i = 0; i < WS_LEN(times) && kind == WS_U_TIME; i++)
		if (ws_sv_is(word, times[i]))
			return "sec";
	for (i = 0;
	     i < WS_LEN(sizes) && (kind == WS_U_BYTES || kind == WS_U_BRATE);
	     i++)
		if (ws_sv_is(word, sizes[i]))
			return "B";
	return NULL;
}

/* Words of the numerator change, as values do in the parser; those of the
 * denominator stay. */
static ws_id
tidy(struct ws_dict *d, struct ws_sv raw, enum ws_unit kind)
{
	struct ws_buf b = { 0 };
	struct ws_sv rest = raw;
	ws_id id;

	while (rest.n > 0) {
		struct ws_sv word = rest;
		const char *whole;

		for (word.n = 0; word.n < rest.n && rest.p[word.n] != '-' &&
				 rest.p[word.n] != '/' && rest.p[word.n] != '*';
		     word.n++)
			;
		whole = whole_word(word, kind);
		if (whole != NULL)
			ws_buf_puts(&b, whole);
		else
			ws_buf_putsv(&b, word);
		rest = ws_sv_from(rest, word.n);
		if (rest.n == 0)
			break;
		if (rest.p[0] == '/') {
			ws_buf_putsv(&b, rest);
			break;
		}
		ws_buf_putc(&b, rest.p[0]);
		rest = ws_sv_from(rest, 1);
	}
	id = ws_dict_str(d, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id;
}

static ws_id
unit_text(struct ws_benches *b, const struct ws_event *e)
{
	if (b->of_name[0] == e->name && b->of_name[2] == e->unit)
		return b->of_name[1];
	b->of_name[0] = e->name;
	b->of_name[2] = e->unit;
	b->of_name[1] = 0;
	for (size_t i = 0; i < WS_LEN(known); i++)
		if (known[i].name == e->name)
			b->of_name[1] =
			    ws_dict_cstr(b->sink.dict, known[i].unit);
	if (b->of_name[1] == 0)
		b->of_name[1] = tidy(
		    b->sink.dict, ws_dict_text(b->sink.dict, e->name), e->unit);
	return b->of_name[1];
}

static void
thin(struct ws_benches *b, struct ws_bench *s)
{
	size_t i, kept = (s->n + 1) / 2;

	b->n_values -= s->n - kept;
	for (i = 0; i < kept; i++)
		s->value[i] = s->value[2 * i];
	s->n = kept;
	s->every *= 2;
}

/* Makes room for values of all series, at the cost of the longest. */
static void
thin_all(struct ws_benches *b)
{
	size_t i, n = ws_benches_count(b);

	b->room /= 2;
	for (i = 0; i < n; i++) {
		struct ws_bench *s = &b->bench[i];

		if (s->n <= b->room)
			continue;
		while (s->n > b->room)
			thin(b, s);
		s->cap = s->n;
		s->value = ws_realloc(s->value, s->cap * sizeof(*s->value));
	}
}

static void
add_value(struct ws_benches *b, struct ws_bench *s, double v)
{
	uint64_t nth = s->seen++;

	/* A power of two, as with counters. */
	if ((nth & (s->every - 1)) != 0)
		return;
	if (b->n_values >= WS_BENCH_VALUES && b->room > ROOM_MIN)
		thin_all(b);
	while (s->n >= b->room)
		thin(b, s);
	if ((nth & (s->every - 1)) != 0)
		return;
	s->value = ws_grow(s->value, &s->cap, s->n + 1, sizeof(*s->value));
	s->value[s->n++] = v;
	b->n_values++;
}

/* As with counters: results repeat their units and names in order. */
static struct ws_bench *
bench_after(struct ws_benches *b, const struct ws_event *e)
{
	struct ws_bench *s;

	if (b->bench == NULL)
		return NULL;
	s = &b->bench[b->bench[b->previous].next];
	if (s->artifact != b->artifact || s->config != b->config ||
	    s->track != e->track || s->name != e->name)
		return NULL;
	b->previous = (uint32_t)(s - b->bench);
	return s;
}

/* NULL when there are too many already. */
static struct ws_bench *
bench_of(struct ws_benches *b, const struct ws_event *e)
{
	ws_id key[4] = { b->artifact, b->config, e->track, e->name };
	struct ws_bench *found = bench_after(b, e);
	bool is_new = false;
	uint32_t i;

	if (found != NULL)
		return found;
	i = ws_htab_count(b->keys) < WS_BENCH_ALL
		? ws_htab_put(b->keys, key, sizeof(key), &is_new)
		: ws_htab_get(b->keys, key, sizeof(key));
	if (i == WS_HTAB_NONE)
		return NULL;
	if (is_new) {
		b->bench = ws_grow(
		    b->bench, &b->cap, (size_t)i + 1, sizeof(*b->bench));
		b->bench[i] = (struct ws_bench){ .artifact = b->artifact,
			.track = e->track,
			.config = b->config,
			.name = e->name,
			.unit = unit_text(b, e),
			.kind = e->unit,
			.every = 1,
			.first = (uint64_t)e->t };
	}
	b->bench[b->previous].next = i;
	b->previous = i;
	return &b->bench[i];
}

/* What tells how a result was got is no result. */
static bool
is_result(const struct ws_event *e)
{
	return e->track != 0 && e->name != WS_N_BENCH_ITERATIONS &&
	       e->name != WS_N_BENCH_REQUESTS &&
	       e->name != WS_N_BENCH_DURATION &&
	       e->name != WS_N_BENCH_CLIENTS && e->name != WS_N_BENCH_INTERVAL;
}

static enum ws_status
add_counter(struct ws_benches *b, const struct ws_event *e)
{
	struct ws_bench *s;

	if (!is_result(e))
		return WS_OK;
	if (b->stale)
		make_config(b);
	if (b->is_full) {
		b->left_out++;
		return WS_OK;
	}
	s = bench_of(b, e);
	if (s == NULL)
		return WS_LIMIT;
	s->last = (uint64_t)e->t;
	add_value(b, s, e->value);
	return WS_OK;
}

static void
add_mark(struct ws_benches *b, const struct ws_event *e)
{
	if (e->name == WS_N_BENCH_UNIT)
		put_unit(b, ws_dict_text(b->sink.dict, e->peer));
	else if (b->has_config && e->name != WS_N_BENCH_FAILED)
		put_setting(b, e->name, e->peer);
}

static enum ws_status
events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	struct ws_benches *b = (struct ws_benches *)s;
	enum ws_status status = WS_OK;

	if (!b->is_bench)
		return WS_OK;
	for (size_t i = 0; i < n && status == WS_OK; i++)
		if (ev[i].kind == WS_EV_MARK)
			add_mark(b, &ev[i]);
		else if (ev[i].kind == WS_EV_COUNTER)
			status = add_counter(b, &ev[i]);
	return status;
}

static const struct ws_sink_ops ops = { .begin = begin, .events = events };

struct ws_benches *
ws_benches_new(struct ws_dict *d)
{
	struct ws_benches *b = ws_alloc(sizeof(*b));

	b->sink.ops = &ops;
	b->sink.dict = d;
	b->room = WS_BENCH_MAX;
	b->configs = ws_htab_new();
	b->keys = ws_htab_new();
	b->units = ws_htab_new();
	return b;
}

void
ws_benches_free(struct ws_benches *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; i < ws_benches_count(b); i++)
		free(b->bench[i].value);
	free(b->bench);
	free(b->unit);
	ws_htab_free(b->configs);
	ws_htab_free(b->keys);
	ws_htab_free(b->units);
	free(b);
}

struct ws_sink *
ws_benches_sink(struct ws_benches *b)
{
	return &b->sink;
}

size_t
ws_benches_count(const struct ws_benches *b)
{
	return ws_htab_count(b->keys);
}

const struct ws_bench *
ws_benches_get(const struct ws_benches *b, size_t i)
{
	return &b->bench[i];
}

uint64_t
ws_benches_left_out(const struct ws_benches *b)
{
	return b->left_out;
}

static int
named_direction(struct ws_sv unit)
{
	static const char *const lower[] = { "sec", "bytes", "B", "allocs",
		"faults", "errors", "latency" };
	struct ws_sv per = unit, what = ws_sv_split(&per, '/'), word = what;

	if (ws_sv_is(per, "s") || ws_sv_is(per, "sec"))
		return 1;
	while (what.n > 0)
		word = ws_sv_split(&what, '-');
	for (size_t i = 0; i < WS_LEN(lower); i++)
		if (ws_sv_is(word, lower[i]))
			return -1;
	return 0;
}

struct ws_bench_unit
ws_benches_unit(const struct ws_benches *b, ws_id unit)
{
	struct ws_bench_unit u = { 0 };
	uint32_t i = ws_htab_get(b->units, &unit, sizeof(unit));

	if (i != WS_HTAB_NONE)
		u = b->unit[i];
	u.told = u.better != 0;
	if (u.better == 0)
		u.better = named_direction(ws_dict_text(b->sink.dict, unit));
	return u;
}
