/*
 * Dumps of the metrics that a Go program keeps of itself: package
 * runtime/metrics (Go 1.16 to 1.27) as lines "NAME VALUE" or "NAME: VALUE", or
 * as JSON with such names for keys, however deep; and what expvar answers to
 * /debug/vars, an object with memstats in it.  Specified by the documentation
 * of these packages; how the former is written is up to each program.
 *
 * A histogram in JSON is an object with two lists of numbers, counts and
 * buckets, the latter one longer: the fields of metrics.Float64Histogram.
 *
 * Several dumps may be in one file; a name that comes again begins the next.
 * Averages since the start (GCCPUFraction) are not read, and neither is what
 * has no meaning of its own in the table of gort.c; it is counted.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "gort.h"
#include "ingest/columns.h"
#include "ingest/jscan.h"
#include "ingest/parser.h"

enum {
	DEPTH = 64,
	LIST = 4096, /* numbers of a histogram */
	ENOUGH = 3   /* names in the head that make it a dump */
};

struct list {
	double *v;
	size_t n, cap;
};

struct json {
	struct gort *g;
	struct ws_jscan in;
	size_t depth;
	struct ws_sv key; /* of the value that comes next */
	bool has_key;
	size_t memstats; /* depth within memstats, or 0 */
	bool broken;     /* nested too deep */
	/* A histogram. */
	const struct gort_meaning *of;
	size_t of_depth;
	struct list counts, buckets, *into;
};

static bool
is_json(struct ws_sv head)
{
	head = ws_sv_trim(head);
	return head.n > 0 && (head.p[0] == '{' || head.p[0] == '[');
}

static void
add(struct list *l, double v)
{
	if (l->n >= LIST)
		return;
	l->v = ws_grow(l->v, &l->cap, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = v;
}

/* Bucket i is from bound i to bound i + 1. */
static void
put_histogram(struct json *j)
{
	if (j->counts.n > 0 && j->buckets.n == j->counts.n + 1)
		for (size_t i = 0; i < j->counts.n; i++)
			gort_bucket(
			    j->g, j->of, j->buckets.v[i + 1], j->counts.v[i]);
	j->of = NULL;
}

/* The list that a key of a histogram names. */
static struct list *
list_of(struct json *j, struct ws_sv key)
{
	if (ws_sv_find(key, "ount") < key.n)
		return &j->counts;
	if (ws_sv_find(key, "ucket") < key.n)
		return &j->buckets;
	return NULL;
}

static const struct gort_meaning *
meaning(const struct json *j)
{
	if (!j->has_key)
		return NULL;
	if (j->memstats > 0 && j->memstats == j->depth)
		return gort_memstats(j->key);
	return gort_runtime(j->key);
}

static void
open(struct json *j)
{
	if (j->depth == DEPTH) {
		j->broken = true;
		return;
	}
	if (j->of != NULL) {
		j->into = j->has_key ? list_of(j, j->key) : j->into;
	} else if (meaning(j) != NULL) {
		j->of = meaning(j);
		j->of_depth = j->depth;
		j->counts.n = j->buckets.n = 0;
		j->into = NULL;
	}
	j->depth++;
	if (j->has_key && ws_sv_is(j->key, "memstats"))
		j->memstats = j->depth;
	j->has_key = false;
}

static void
close_one(struct json *j)
{
	if (j->depth > 0)
		j->depth--;
	if (j->depth < j->memstats)
		j->memstats = 0;
	j->into = NULL;
	if (j->of != NULL && j->depth <= j->of_depth)
		put_histogram(j);
	j->has_key = false;
}

static void
take_value(struct json *j, struct ws_sv text)
{
	const struct gort_meaning *m = meaning(j);
	double v;
	bool number = gort_number(text, &v);

	if (j->into != NULL && number)
		add(j->into, v);
	else if (j->of == NULL && m != NULL && number)
		gort_put(j->g, m, v);
	else if (j->has_key && gort_is_key(j->key))
		j->g->other++;
	j->has_key = false;
}

static void
read_json(struct gort *g, struct ws_cur all)
{
	struct json *j = ws_alloc(sizeof(*j));
	struct ws_sv text;
	enum ws_jtoken t;

	j->g = g;
	ws_jscan_init(&j->in, all);
	while (g->out.status == WS_OK && !j->broken &&
	       (t = ws_jscan_next(&j->in, &text)) != WS_J_END) {
		if (t == WS_J_OPEN)
			open(j);
		else if (t == WS_J_CLOSE)
			close_one(j);
		else if (t != WS_J_KEY)
			take_value(j, text);
		if (t == WS_J_KEY)
			j->key = text;
		j->has_key = t == WS_J_KEY;
	}
	if (j->broken || j->depth > 0 || ws_jscan_is_cut(&j->in)) {
		g->torn++;
		ws_sink_fault(g->sink, ws_jscan_off(&j->in),
		    j->broken ? "the document is nested too deep"
			      : "the document ends inside an object or list");
	}
	free(j->counts.v);
	free(j->buckets.v);
	free(j);
}

/* "NAME VALUE", "NAME: VALUE" or "NAME = VALUE", behind whatever a log puts
 * before it. */
static bool
split_line(struct ws_sv line, struct ws_sv *key, struct ws_sv *value)
{
	struct ws_sv rest = line;

	do {
		*key = ws_sv_field(&rest);
		if (key->n == 0)
			return false;
		if (key->p[key->n - 1] == ':')
			key->n--;
	} while (!gort_is_key(*key));
	*value = ws_sv_field(&rest);
	if (ws_sv_is(*value, "=") || ws_sv_is(*value, ":"))
		*value = ws_sv_field(&rest);
	return true;
}

static void
take_line(struct gort *g, const struct ws_line *line)
{
	const struct gort_meaning *m;
	struct ws_sv key, value;
	double v;

	if (!split_line(line->text, &key, &value))
		return;
	m = gort_runtime(key);
	if (!line->ended) {
		g->torn++;
		ws_sink_fault(g->sink, line->off,
		    "the last value of the file may be cut");
	} else if (m != NULL && gort_number(value, &v)) {
		gort_put(g, m, v);
	} else {
		g->other++;
	}
}

static void
read_text(struct gort *g, struct ws_cur all)
{
	struct ws_lines lines = { .cur = all };
	struct ws_line line;

	while (g->out.status == WS_OK && ws_lines_next(&lines, &line))
		take_line(g, &line);
	ws_lines_fini(&lines);
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	bool json = is_json(ws_source_artifact(src)->head);
	struct gort *g;
	struct ws_cur all;
	enum ws_status read = ws_source_all(src, &all, err), status;

	if (read > WS_PARTIAL)
		return read;
	g = ws_alloc(sizeof(*g));
	g->src = src;
	g->sink = sink;
	ws_batch_init(&g->out, sink);
	if (json)
		read_json(g, all);
	else
		read_text(g, all);
	ws_source_version(src, "%s", json ? "JSON" : "text");
	status = gort_finish(g, read == WS_OK ? err : NULL);
	free(g);
	return ws_status_worst(read, status);
}

/* Keys of runtime/metrics, or memstats with some of its members. */
static enum ws_bid
bid_json(struct ws_cur c)
{
	struct ws_jscan in;
	struct ws_sv text;
	enum ws_jtoken t;
	unsigned names = 0, members = 0;
	bool memstats = false;

	ws_jscan_init(&in, c);
	while ((t = ws_jscan_next(&in, &text)) != WS_J_END) {
		if (t != WS_J_KEY)
			continue;
		names += gort_runtime(text) != NULL;
		memstats = memstats || ws_sv_is(text, "memstats");
		members += memstats && gort_memstats(text) != NULL;
	}
	return names >= ENOUGH || members >= ENOUGH ? WS_BID_SHAPE : WS_BID_NO;
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_cur c;
	unsigned names = 0;

	ws_cur_init(&c, a->head.p, a->head.n, 0);
	if (is_json(a->head))
		return bid_json(c);
	while (ws_cur_left(&c) > 0) {
		struct ws_sv line = ws_cur_line(&c), key, value;
		double v;

		if (ws_sv_starts(line, "Benchmark"))
			return WS_BID_NO;
		names += split_line(line, &key, &value) &&
			 gort_runtime(key) != NULL && gort_number(value, &v);
	}
	return names >= ENOUGH ? WS_BID_SHAPE : WS_BID_NO;
}

const struct ws_parser ws_parser_runtime_metrics = {
	.name = "runtime-metrics",
	.title = "runtime/metrics as text or JSON, expvar",
	.bid = bid,
	.parse = parse,
};
