/*
 * What a Go service ran with: lines "GOMAXPROCS: 2" that bundles carry in an
 * env.txt, the output of `go env` (GOARCH="amd64", on Windows with "set "),
 * and of `go version`.  There is no specification beyond those tools.
 *
 * A "key: value" line was written for the bundle and is kept.  A KEY=value
 * line may come from a whole process environment with passwords in it, so of
 * those only the keys listed here are kept.
 */
#include <string.h>

#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/parser.h"

enum { CPUS_MAX = 1 << 20 };

/* Keys that make a file ours; `number` is the series of a count. */
static const struct {
	const char *key;
	ws_id number;
} known[] = {
	{ "GOARCH", 0 },
	{ "GOGC", 0 },
	{ "GOMAXPROCS", WS_N_GO_MAXPROCS },
	{ "GOMEMLIMIT", 0 },
	{ "GOOS", 0 },
	{ "GOVERSION", 0 },
	{ "NumCPU", WS_N_HOST_CPUS },
	{ "go", 0 },
	{ "goarch", 0 },
	{ "goos", 0 },
	{ "ncpu", WS_N_HOST_CPUS },
};

static const char *const harmless[] = { "CGO_ENABLED", "GO386", "GOAMD64",
	"GOARM", "GOARM64", "GODEBUG", "GOEXPERIMENT", "GOTOOLCHAIN",
	"GOTRACEBACK" };

/* One line of the file. */
struct pair {
	struct ws_sv key, value;
	struct ws_sv os, arch; /* of `go version` */
	bool assigned;         /* KEY=value */
	bool quoted;           /* so the value shows its end */
};

struct env {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	uint64_t pairs, withheld;
	bool have_version, cut;
};

static bool
is_key(struct ws_sv s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		bool digit = c >= '0' && c <= '9';

		if (!letter && c != '_' &&
		    (i == 0 || (!digit && c != '.' && c != '-')))
			return false;
	}
	return s.n > 0;
}

static void
unquote(struct pair *p)
{
	struct ws_sv s = ws_sv_trim(p->value);

	p->quoted = s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') &&
		    s.p[s.n - 1] == s.p[0];
	p->value = p->quoted ? (struct ws_sv){ s.p + 1, s.n - 2 } : s;
}

/* "go version go1.26.1 linux/amd64" */
static bool
read_version(struct ws_sv line, struct pair *p)
{
	struct ws_sv f[8];
	size_t n = ws_row_split(line, f, WS_LEN(f));

	if (n < 4 || n > WS_LEN(f) || !ws_sv_starts(line, "go version ") ||
	    ws_sv_find(f[n - 1], "/") == f[n - 1].n)
		return false;
	p->key = (struct ws_sv){ line.p, 2 };
	p->value = f[2];
	p->arch = f[n - 1];
	p->os = ws_sv_split(&p->arch, '/');
	return true;
}

static bool
read_pair(struct ws_sv line, struct pair *p)
{
	size_t colon, equals;

	*p = (struct pair){ 0 };
	line = ws_sv_trim(line);
	if (read_version(line, p))
		return true;
	if (ws_sv_starts(line, "set "))
		line = ws_sv_from(line, 4);
	colon = ws_sv_find(line, ":");
	equals = ws_sv_find(line, "=");
	p->assigned = equals < colon;
	if (equals == line.n && colon == line.n)
		return false;
	p->key = (struct ws_sv){ line.p, p->assigned ? equals : colon };
	p->value = ws_sv_from(line, p->key.n + 1);
	if (!p->assigned && p->value.n > 0 && p->value.p[0] != ' ' &&
	    p->value.p[0] != '\t')
		return false;
	unquote(p);
	return is_key(p->key);
}

/* The place of the key in the table, or its length. */
static size_t
find_known(struct ws_sv key)
{
	size_t i = 0;

	while (i < WS_LEN(known) && !ws_sv_is(key, known[i].key))
		i++;
	return i;
}

static bool
may_show(const struct pair *p)
{
	if (!p->assigned || find_known(p->key) < WS_LEN(known))
		return true;
	for (size_t i = 0; i < WS_LEN(harmless); i++)
		if (ws_sv_is(p->key, harmless[i]))
			return true;
	return false;
}

static void
put_mark(struct env *e, const char *key, struct ws_sv value)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);

	ev.name = ws_dict_cstr(e->sink->dict, key);
	ev.peer = ws_dict_str(e->sink->dict, value);
	ws_batch_put(&e->out, &ev);
}

static void
put_number(struct env *e, const struct pair *p)
{
	size_t i = find_known(p->key);
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);
	uint64_t v;

	if (i == WS_LEN(known) || known[i].number == 0 ||
	    !ws_num_u64(p->value, 1, CPUS_MAX, &v))
		return;
	ev.name = known[i].number;
	ev.unit = WS_U_COUNT;
	ev.value = (double)v;
	ws_batch_put(&e->out, &ev);
}

static void
put_pair(struct env *e, const struct pair *p)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);

	e->pairs++;
	if (!may_show(p)) {
		e->withheld++;
		return;
	}
	ev.name = ws_dict_str(e->sink->dict, p->key);
	ev.peer = ws_dict_str(e->sink->dict, p->value);
	ws_batch_put(&e->out, &ev);
	put_number(e, p);
	if (p->os.n > 0) {
		put_mark(e, "goos", p->os);
		put_mark(e, "goarch", p->arch);
	}
	if (!e->have_version && ws_sv_starts(p->value, "go1") &&
	    (ws_sv_is(p->key, "go") || ws_sv_is(p->key, "GOVERSION"))) {
		ws_source_version(e->src, "%.*s", WS_SV_ARG(p->value));
		e->have_version = true;
	}
}

/* At least four of five lines are pairs, and one of them is Go's.  A file
 * that go test begins (goos, goarch and pkg) belongs to its own parser. */
static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_cur c;
	uint64_t lines = 0, pairs = 0, go = 0, bench = 0;

	ws_cur_init(&c, a->head.p, a->head.n, 0);
	while (ws_cur_left(&c) > 0) {
		struct ws_sv line = ws_sv_trim(ws_cur_line(&c));
		struct pair p;

		if (ws_sv_starts(line, "Benchmark"))
			return WS_BID_NO;
		lines += line.n > 0;
		if (!read_pair(line, &p))
			continue;
		pairs++;
		go += find_known(p.key) < WS_LEN(known);
		bench +=
		    !p.assigned && p.os.n == 0 &&
		    (ws_sv_is(p.key, "goos") || ws_sv_is(p.key, "goarch") ||
			ws_sv_is(p.key, "pkg"));
	}
	if (go == 0 || bench >= 3 || pairs * 5 < lines * 4)
		return WS_BID_NO;
	return WS_BID_SHAPE;
}

static void
read_lines(struct env *e, struct ws_cur all)
{
	struct ws_lines lines = { .cur = all };
	struct ws_line line;
	struct pair p;

	while (e->out.status == WS_OK && ws_lines_next(&lines, &line)) {
		if (!read_pair(line.text, &p))
			continue;
		if (!line.ended && !p.quoted) {
			e->cut = true;
			ws_sink_fault(e->sink, line.off,
			    "the last line of the file may be cut");
			continue;
		}
		put_pair(e, &p);
	}
	ws_lines_fini(&lines);
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct env e = { .src = src, .sink = sink };
	struct ws_cur all;
	enum ws_status read = ws_source_all(src, &all, err), status;

	if (read > WS_PARTIAL)
		return read;
	ws_batch_init(&e.out, sink);
	read_lines(&e, all);
	ws_source_tally(src, "pair", e.pairs);
	if (e.withheld > 0)
		ws_source_tally(src, "withheld", e.withheld);
	status = ws_batch_flush(&e.out);
	if (status == WS_OK && read == WS_OK && e.cut)
		status = ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "%llu pairs; the last line has no end",
		    (unsigned long long)e.pairs);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_env = {
	.name = "env",
	.title = "settings of a Go program, go env, go version",
	.bid = bid,
	.parse = parse,
};
