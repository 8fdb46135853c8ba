/*
 * pprof profiles in protobuf, as written by runtime/pprof and net/http/pprof
 * of Go (1.9 and later; 1.19 to 1.27 were tried), by google/pprof -proto, and
 * by the profilers of other languages that took up the format.  Specified by
 * proto/profile.proto of google/pprof; the rules of its profile package hold
 * where the schema is silent.  Fields may come in any order: strings are last
 * in what Go writes.
 *
 * Not read: columns of lines, doc_url.  drop_frames and keep_frames are applied.
 * The text forms (debug=1, debug=2) and those of gperftools and Java before
 * protobuf are other formats.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pprof.h"

/* What a bid has seen so far. */
struct look {
	unsigned fields;              /* whole and right */
	bool evidence;                /* something that chance does not write */
	uint64_t strings, string_max; /* and the largest index used */
	bool first_empty;
};

/* By field number of a profile: the highest field number of that message, and
 * which of its fields are bytes, or may be when packed. */
static const struct shape {
	uint8_t fields;
	uint32_t bytes, packed;
} shapes[] = { [1] = { 2, 0, 0 },
	[2] = { 3, 1u << 3, 1u << 1 | 1u << 2 },
	[3] = { 10, 0, 0 },
	[4] = { 5, 1u << 4, 0 },
	[5] = { 5, 0, 0 },
	[11] = { 2, 0, 0 } };

static bool
fits(const struct shape *s, struct pprof_in in)
{
	struct pprof_field f;
	uint32_t bit;

	while (pprof_next(&in, &f)) {
		if (f.number > s->fields)
			return false;
		bit = 1u << f.number;
		if (s->packed & bit) {
			if (f.wire != PPROF_BYTES && f.wire != PPROF_VARINT)
				return false;
			continue;
		}
		if (f.wire != (s->bytes & bit ? PPROF_BYTES : PPROF_VARINT))
			return false;
	}
	return in.bad == NULL;
}

/* Strings of a profile of any sense. */
enum { PLACE_MAX = 1 << 24 };

static bool
look_type(struct look *l, struct pprof_in in)
{
	uint64_t v[2];

	if (!fits(&shapes[1], in) || !pprof_numbers(in, v, WS_LEN(v)))
		return false;
	l->string_max = v[0] > l->string_max ? v[0] : l->string_max;
	l->string_max = v[1] > l->string_max ? v[1] : l->string_max;
	l->evidence |= v[0] > 0 && v[0] < PLACE_MAX && v[1] < PLACE_MAX;
	return true;
}

static bool
look_number(struct look *l, const struct pprof_field *f)
{
	/* 2001 to 2096: the first bytes of a text can make a number, but
	 * hardly one of these. */
	if (f->number == 9 && f->value > 1000000000ull * 1000000000 &&
	    f->value < 4000000000ull * 1000000000)
		l->evidence = true;
	return f->wire == PPROF_VARINT;
}

static bool
look_field(struct look *l, const struct pprof_field *f)
{
	if (f->number > 15)
		return false;
	if (f->number == 13)
		return f->wire == PPROF_VARINT || f->wire == PPROF_BYTES;
	if (f->number > 6 && f->number != 11)
		return look_number(l, f);
	if (f->wire != PPROF_BYTES)
		return false;
	if (f->number == 1 || f->number == 11)
		return look_type(l, f->in);
	if (f->number != 6)
		return fits(&shapes[f->number], f->in);
	if (l->strings++ == 0)
		l->first_empty = f->in.p == f->in.end;
	else if (l->first_empty && f->in.p < f->in.end)
		l->evidence = true; /* "" and then text: a string table */
	return true;
}

/* Fields that hold to the schema before one that does not, or before the
 * bytes end inside one: then the file is a damaged profile, and not something
 * else. */
enum { SURE = 8, LIKELY = 3 };

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct pprof_in in = { 0 };
	struct pprof_field f;
	struct look l = { 0 };

	if (a->head.n == 0)
		return WS_BID_NO;
	in.p = (const unsigned char *)a->head.p;
	in.end = in.p + a->head.n;
	while (pprof_next(&in, &f)) {
		if (!look_field(&l, &f))
			return l.evidence && l.fields >= SURE ? WS_BID_MAGIC
							      : WS_BID_NO;
		l.fields++;
	}
	if (!l.evidence || (in.bad && l.fields < LIKELY))
		return WS_BID_NO;
	if (!in.bad && a->whole && l.first_empty && l.string_max < l.strings)
		return WS_BID_EXACT;
	return WS_BID_MAGIC;
}

/* Empties everything but the tape. */
static void
setup(struct pprof *p, struct ws_sink *sink)
{
	struct pprof_tape tape = p->tape;

	memset(p, 0, sizeof(*p));
	p->tape = tape;
	p->sink = sink;
	p->limits = ws_source_limits(tape.src);
	pprof_samples_init(&p->kept);
}

/* Tells what was wrong, each kind once; the first goes to err as well. */
static enum ws_status
report(const struct pprof *p, struct ws_err *err)
{
	static const char *const texts[] = {
#define X(id, text) text,
		PPROF_FAULTS(X)
#undef X
	};
	enum ws_status status = WS_OK;
	const struct pprof_fault *f;
	char line[160];
	unsigned i;

	for (i = 0; i < PPROF_F_COUNT; i++) {
		f = &p->faults[i];
		if (f->n == 0)
			continue;
		if (i == PPROF_F_CUT)
			snprintf(line, sizeof(line),
			    "%s, behind %" PRIu64 " samples", texts[i],
			    p->samples);
		else
			snprintf(
			    line, sizeof(line), "%s: %" PRIu64, texts[i], f->n);
		ws_sink_fault(p->sink, f->off, line);
		if (status == WS_OK)
			status =
			    ws_err_set(err, WS_PARTIAL, f->off, "%s", line);
	}
	return status;
}

static enum ws_status
read_profile(struct pprof *p, struct ws_err *err)
{
	enum ws_status status = WS_OK, told;

	bool usable = p->types.n > 0 || (p->fields > 0 && p->samples == 0 &&
					    p->faults[PPROF_F_CUT].n == 0);

	if (!p->limit && usable) {
		pprof_ids_build(p);
		pprof_prune(p);
		pprof_kind(p);
		pprof_describe(p);
		status = pprof_emit(p);
	}
	told = report(p, err);
	if (p->limit)
		return ws_err_set(err, WS_LIMIT, WS_OFF_NONE,
		    "limit on %s reached", p->limit_what);
	if (p->fields == 0)
		return ws_err_set(err, WS_CORRUPT, 0,
		    "wanted a field of a profile, found none that is whole");
	if (!usable)
		return ws_err_set(err, WS_CORRUPT, WS_OFF_NONE,
		    "wanted sample types, found none for %" PRIu64 " samples",
		    p->samples);
	return ws_status_worst(status, told);
}

/* The profile at which the tape stands. */
static enum ws_status
read_one(struct pprof *p, struct ws_err *err)
{
	enum ws_status status;

	pprof_index(p);
	status = read_profile(p, err);
	pprof_tables_fini(p);
	return status;
}

/* One profile after the other: each has its own strings and ids. */
static enum ws_status
read_more(struct pprof *p, enum ws_status status, struct ws_err *err)
{
	struct ws_sink *sink = p->sink;
	struct ws_err own = { .off = WS_OFF_NONE };
	enum ws_status one;
	bool told = false;

	while (p->more && status < WS_LIMIT) {
		setup(p, sink);
		one = read_one(p, &own);
		if (!told)
			ws_sink_fault(sink, p->start,
			    "concatenated profiles, read one after the other");
		told = true;
		/* One that is whole makes up for one that is not. */
		if (one <= WS_PARTIAL || status <= WS_PARTIAL)
			one = one < WS_LIMIT ? WS_PARTIAL : one;
		if (one > status)
			ws_err_set(err, one, p->start, "%s",
			    one == WS_PARTIAL ? "concatenated profiles"
					      : own.text);
		status = one;
	}
	return status;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_err own = { .off = WS_OFF_NONE };
	enum ws_status status, found;
	struct pprof p = { .tape = { .src = src } };

	setup(&p, sink);
	found = read_one(&p, &own);
	found = read_more(&p, found, &own);
	status = ws_source_status(src, err);
	if (ws_source_at(src) == 0 && p.tape.in.p == p.tape.in.end) {
		if (status == WS_OK)
			status = ws_err_set(err, WS_CORRUPT, 0, "empty input");
	} else if (found > status && err) {
		*err = own;
	}
	return ws_status_worst(status, found);
}

const struct ws_parser ws_parser_pprof = {
	.name = "pprof",
	.title = "pprof profile (protobuf)",
	.bid = bid,
	.parse = parse,
};
