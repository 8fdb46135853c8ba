#include "pipeline/measures.h"

#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/num.h"

/* Where a result came from, taken apart. */
struct result {
	const struct ws_bench *bench;
	struct ws_sv name, config, label;
};

/* Where the results of a column stand in their artifact. */
struct place {
	ws_id artifact; /* 0: in several */
	uint64_t first, last;
};

struct cells {
	struct ws_arena *arena;
	struct place place[WS_COLUMNS_COMPARED]; /* as in columns */
	const struct ws_projection *p;
	struct ws_htab *keys; /* config, row, column, unit */
	struct ws_htab *columns;
	struct ws_htab *apart; /* keys of the configuration to leave out */
	struct ws_measures out;
	size_t cap, cap_note;
	size_t *cap_value; /* of each measure */
	size_t cap_caps;
};

struct ws_sv
ws_bench_row_name(struct ws_sv name)
{
	if (ws_sv_starts(name, "Benchmark") && name.n > 9)
		return ws_sv_from(name, 9);
	return name;
}

/* "key: value" of the next line; false at the end. */
static bool
next_setting(struct ws_sv *config, struct ws_sv *key, struct ws_sv *value)
{
	struct ws_sv line;

	if (config->n == 0)
		return false;
	line = ws_sv_split(config, '\n');
	*key = ws_sv_split(&line, ':');
	*value = ws_sv_trim(line);
	return true;
}

static struct ws_sv
setting(struct ws_sv config, struct ws_sv wanted)
{
	struct ws_sv key, value;

	while (next_setting(&config, &key, &value))
		if (ws_sv_eq(key, wanted))
			return value;
	return (struct ws_sv){ "", 0 };
}

/* Cuts the -N of GOMAXPROCS off. */
static struct ws_sv
cut_procs(struct ws_sv *name)
{
	size_t i = name->n;
	struct ws_sv digits;
	uint64_t n;

	while (i > 0 && name->p[i - 1] != '-' && name->p[i - 1] != '/')
		i--;
	digits = ws_sv_from(*name, i);
	if (i == 0 || name->p[i - 1] != '-' ||
	    !ws_num_u64(digits, 1, 65536, &n))
		return (struct ws_sv){ "", 0 };
	name->n = i - 1;
	return digits;
}

static struct ws_sv
part_of(struct ws_sv name, struct ws_sv wanted)
{
	struct ws_sv procs = cut_procs(&name), part, key;

	if (ws_sv_is(wanted, "gomaxprocs"))
		return procs;
	ws_sv_split(&name, '/');
	while (name.n > 0) {
		part = ws_sv_split(&name, '/');
		key = ws_sv_split(&part, '=');
		if (ws_sv_eq(key, wanted))
			return part;
	}
	return (struct ws_sv){ "", 0 };
}

static struct ws_sv
value_of(const struct result *r, const char *key)
{
	struct ws_sv name = r->name;

	if (strcmp(key, ".file") == 0)
		return r->label;
	if (strcmp(key, ".fullname") == 0)
		return name;
	if (strcmp(key, ".name") == 0) {
		cut_procs(&name);
		return ws_sv_split(&name, '/');
	}
	if (key[0] == '/')
		return part_of(name, ws_sv_of(key + 1));
	return setting(r->config, ws_sv_of(key));
}

static bool
passes(const struct ws_projection *p, const struct result *r)
{
	for (size_t i = 0; i < p->n_filter; i++) {
		struct ws_sv want = ws_sv_of(p->filter[i]);
		struct ws_sv key = ws_sv_split(&want, ':');
		struct ws_buf text = { 0 };
		bool same;

		ws_buf_putsv(&text, key);
		same = text.n > 0 && ws_sv_eq(value_of(r, text.p), want);
		ws_buf_fini(&text);
		if (!same)
			return false;
	}
	return true;
}

static bool
is_ignored(const struct cells *c, struct ws_sv key)
{
	if (c->p->col != NULL && ws_sv_is(key, c->p->col))
		return true;
	for (size_t i = 0; i < c->p->n_ignore; i++)
		if (ws_sv_is(key, c->p->ignore[i]))
			return true;
	return ws_htab_get(c->apart, key.p, key.n) != WS_HTAB_NONE;
}

static void
put_config(const struct cells *c, struct ws_sv config, struct ws_buf *b)
{
	struct ws_sv key, value;

	while (next_setting(&config, &key, &value)) {
		if (is_ignored(c, key))
			continue;
		ws_buf_putsv(b, key);
		ws_buf_puts(b, ": ");
		ws_buf_putsv(b, value);
		ws_buf_putc(b, '\n');
	}
}

static struct ws_measure *
cell_of(struct cells *c, const struct result *r, struct ws_sv unit)
{
	struct ws_sv row =
	    value_of(r, c->p->row != NULL ? c->p->row : ".fullname");
	struct ws_sv col = value_of(r, c->p->col != NULL ? c->p->col : ".file");
	struct ws_buf key = { 0 };
	size_t config;
	bool is_new;
	uint32_t i;

	put_config(c, r->config, &key);
	config = key.n;
	ws_buf_putc(&key, '\0');
	ws_buf_putsv(&key, row);
	ws_buf_putc(&key, '\0');
	ws_buf_putsv(&key, col);
	ws_buf_putc(&key, '\0');
	ws_buf_putsv(&key, unit);
	i = ws_htab_put(c->keys, key.p, key.n, &is_new);
	key.n = config;
	if (is_new) {
		c->out.m = ws_grow(
		    c->out.m, &c->cap, (size_t)i + 1, sizeof(*c->out.m));
		c->cap_value = ws_grow(c->cap_value, &c->cap_caps,
		    (size_t)i + 1, sizeof(*c->cap_value));
		c->cap_value[i] = 0;
		c->out.m[i] = (struct ws_measure){
			.config = ws_arena_dup(c->arena, ws_buf_sv(&key)),
			.row = ws_arena_dup(c->arena, row),
			.column = ws_arena_dup(c->arena, col),
			.unit = ws_arena_dup(c->arena, unit)
		};
		c->out.n = (size_t)i + 1;
	}
	ws_buf_fini(&key);
	return &c->out.m[i];
}

static void
add_values(struct cells *c, struct ws_measure *m, const struct ws_bench *b)
{
	size_t at = (size_t)(m - c->out.m);
	double factor = ws_bench_factor(b->kind);
	double *v = (double *)m->value;

	v = ws_grow(v, &c->cap_value[at], m->n + b->n, sizeof(*v));
	for (size_t i = 0; i < b->n; i++)
		v[m->n + i] = b->value[i] * factor;
	m->value = v;
	m->n += b->n;
}

static void
widen(struct place *p, const struct ws_bench *b)
{
	if (p->artifact != b->artifact)
		p->artifact = 0;
	p->first = b->first < p->first ? b->first : p->first;
	p->last = b->last > p->last ? b->last : p->last;
}

static bool
has_room(struct cells *c, const struct result *r)
{
	struct ws_sv col = value_of(r, c->p->col != NULL ? c->p->col : ".file");
	uint32_t i = ws_htab_get(c->columns, col.p, col.n);

	if (i == WS_HTAB_NONE &&
	    ws_htab_count(c->columns) >= WS_COLUMNS_COMPARED) {
		c->out.left_out++;
		return false;
	}
	if (i == WS_HTAB_NONE) {
		i = ws_htab_put(c->columns, col.p, col.n, NULL);
		c->place[i] = (struct place){ r->bench->artifact,
			r->bench->first, r->bench->last };
	}
	widen(&c->place[i], r->bench);
	return true;
}

static struct result
result_of(const struct ws_bench_side *run, size_t i)
{
	const struct ws_bench *b = ws_benches_get(run->benches, i);

	return (struct result){ b,
		ws_bench_row_name(ws_dict_text(run->dict, b->track)),
		ws_dict_text(run->dict, b->config), ws_sv_of(run->label) };
}

static void
add_run(struct cells *c, const struct ws_bench_side *run)
{
	c->out.left_out += ws_benches_left_out(run->benches);
	for (size_t i = 0; i < ws_benches_count(run->benches); i++) {
		struct result r = result_of(run, i);
		struct ws_bench_unit unit =
		    ws_benches_unit(run->benches, r.bench->unit);
		struct ws_measure *m;

		if (!passes(c->p, &r) || !has_room(c, &r))
			continue;
		m = cell_of(c, &r, ws_dict_text(run->dict, r.bench->unit));
		m->exact |= unit.exact;
		m->better = unit.better;
		m->told = unit.told;
		add_values(c, m, r.bench);
	}
}

/* So many pairs are compared between runs; what has more varies anyway. */
enum { PAIRS_MAX = 4096 };

/* Settings of a run: "key\0value", and the values of each key. */
struct settings {
	struct ws_htab *pairs, *keys;
};

static struct settings
settings_of(const struct ws_bench_side *run)
{
	struct settings s = { ws_htab_new(), ws_htab_new() };
	ws_id last = 0;

	for (size_t i = 0; i < ws_benches_count(run->benches); i++) {
		ws_id id = ws_benches_get(run->benches, i)->config;
		struct ws_sv config = ws_dict_text(run->dict, id), key, value;

		if (id == last)
			continue;
		last = id;
		while (ws_htab_count(s.pairs) < PAIRS_MAX &&
		       next_setting(&config, &key, &value)) {
			struct ws_buf pair = { 0 };

			ws_buf_putsv(&pair, key);
			ws_buf_putc(&pair, '\0');
			ws_buf_putsv(&pair, value);
			ws_htab_put(s.pairs, pair.p, pair.n, NULL);
			ws_htab_put(s.keys, key.p, key.n, NULL);
			ws_buf_fini(&pair);
		}
	}
	return s;
}

/* The values of a key, for a note. */
static void
put_values(struct ws_buf *b, const struct settings *s, struct ws_sv key)
{
	size_t shown = 0;

	for (uint32_t i = 0; i < ws_htab_count(s->pairs); i++) {
		struct ws_sv value = ws_htab_key(s->pairs, i);
		struct ws_sv of = ws_sv_split(&value, '\0');

		if (!ws_sv_eq(of, key) || shown++ > 2)
			continue;
		ws_buf_puts(b, shown > 1 ? ", " : "");
		ws_buf_putsv(b, value);
	}
	if (shown == 0)
		ws_buf_puts(b, "none");
}

static bool
is_shared(const struct settings *a, const struct settings *b, struct ws_sv key)
{
	for (uint32_t i = 0; i < ws_htab_count(a->pairs); i++) {
		struct ws_sv pair = ws_htab_key(a->pairs, i), value = pair;

		if (ws_sv_eq(ws_sv_split(&value, '\0'), key) &&
		    ws_htab_get(b->pairs, pair.p, pair.n) != WS_HTAB_NONE)
			return true;
	}
	return false;
}

static void
put_note(struct cells *c, const char *text)
{
	c->out.note = ws_grow(
	    c->out.note, &c->cap_note, c->out.n_note + 1, sizeof(*c->out.note));
	c->out.note[c->out.n_note++] = text;
}

static void
set_apart(struct cells *c, struct ws_sv key, const struct settings *a,
    const struct settings *b)
{
	struct ws_buf text = { 0 };
	bool is_new;

	if (is_shared(a, b, key) || is_ignored(c, key))
		return;
	ws_htab_put(c->apart, key.p, key.n, &is_new);
	ws_buf_putsv(&text, key);
	ws_buf_puts(&text, " differs: ");
	put_values(&text, a, key);
	ws_buf_puts(&text, " before, ");
	put_values(&text, b, key);
	ws_buf_puts(&text, " after");
	put_note(c, ws_arena_dup(c->arena, ws_buf_sv(&text)));
	ws_buf_fini(&text);
}

/* Two runs that have no value of a key in common would have no table in
 * common; such a key makes a note instead. */
static void
find_apart(struct cells *c, const struct ws_bench_side *run)
{
	struct settings a = settings_of(&run[0]), b = settings_of(&run[1]);
	uint32_t i;

	for (i = 0; i < ws_htab_count(a.keys); i++)
		set_apart(c, ws_htab_key(a.keys, i), &a, &b);
	for (i = 0; i < ws_htab_count(b.keys); i++)
		set_apart(c, ws_htab_key(b.keys, i), &a, &b);
	ws_htab_free(a.pairs);
	ws_htab_free(a.keys);
	ws_htab_free(b.pairs);
	ws_htab_free(b.keys);
}

/* One column measured after the other: a machine that gets slower or faster
 * looks like a change.  Of two runs the order is not known. */
static void
note_turns(struct cells *c)
{
	uint32_t n = ws_htab_count(c->columns);

	for (uint32_t i = 0; i + 1 < n; i++) {
		const struct place *p = &c->place[i], *q = &c->place[i + 1];

		if (p->artifact == 0 || p->artifact != q->artifact ||
		    p->last == p->first || q->last == q->first ||
		    (p->first < q->last && q->first < p->last))
			continue;
		put_note(c, "the columns were measured one after the other, so "
			    "that a machine that changes looks like a change; "
			    "run them in turns, -count 1 each time");
		return;
	}
}

/* Moves what grew on the heap to the arena. */
static void
settle(struct cells *c)
{
	struct ws_measure *m =
	    ws_arena_alloc(c->arena, (c->out.n + 1) * sizeof(*m));
	const char **note =
	    ws_arena_alloc(c->arena, (c->out.n_note + 1) * sizeof(*note));

	for (size_t i = 0; i < c->out.n; i++) {
		double *v =
		    ws_arena_alloc(c->arena, (c->out.m[i].n + 1) * sizeof(*v));

		memcpy(v, c->out.m[i].value, c->out.m[i].n * sizeof(*v));
		free((double *)c->out.m[i].value);
		m[i] = c->out.m[i];
		m[i].value = v;
	}
	if (c->out.n_note > 0)
		memcpy(note, c->out.note, c->out.n_note * sizeof(*note));
	free(c->out.m);
	free(c->out.note);
	c->out.m = m;
	c->out.note = note;
}

struct ws_measures
ws_measures_make(struct ws_arena *a, const struct ws_bench_side *run,
    size_t n_run, const struct ws_projection *p)
{
	struct cells c = { .arena = a,
		.p = p,
		.keys = ws_htab_new(),
		.columns = ws_htab_new(),
		.apart = ws_htab_new() };

	if (n_run == 2)
		find_apart(&c, run);
	for (size_t i = 0; i < n_run; i++)
		add_run(&c, &run[i]);
	if (n_run == 1)
		note_turns(&c);
	settle(&c);
	free(c.cap_value);
	ws_htab_free(c.keys);
	ws_htab_free(c.columns);
	ws_htab_free(c.apart);
	return c.out;
}
