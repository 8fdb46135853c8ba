/* For the tests of the pprof reader: writes a small profile field by field. */
#ifndef WS_TESTS_PPROF_WRITE_H
#define WS_TESTS_PPROF_WRITE_H

#include "base/str.h"
#include "pprof_caught.h"

static const char *const strings[] = { "", "samples", "count", "cpu",
	"nanoseconds", "main.main", "main.work", "main.leaf", "main.go",
	"/srv/app", "tenant", "blue", "bytes", "zone", "hello", "main\\.wor.",
	"main\\.leaf", "main\\..*", "main\\.main", "(" };

enum {
	S_SAMPLES = 1,
	S_COUNT,
	S_CPU,
	S_NS,
	S_MAIN,
	S_WORK,
	S_LEAF,
	S_FILE,
	S_BINARY,
	S_TENANT,
	S_BLUE,
	S_BYTES,
	S_ZONE,
	S_HELLO,
	S_RE_WORK,
	S_RE_LEAF,
	S_RE_ALL,
	S_RE_MAIN,
	S_RE_BAD
};

enum packing { PACKED, UNPACKED, MIXED };

/* How the small profile is written; all zero is the plain one. */
struct form {
	enum packing packing;
	bool strings_first, no_samples, no_types, bad_name, no_function;
	uint64_t id[4]; /* of things 1 to 3; 0: the number itself */
	int64_t value;  /* of cpu in the first sample; 0: 30000000 */
	uint64_t drop, keep;
	unsigned times; /* the samples are written; 0: once */
};

static inline void
put_varint(struct ws_buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		ws_buf_putc(b, (char)(v | 0x80));
	ws_buf_putc(b, (char)v);
}

static inline void
put_number(struct ws_buf *b, unsigned field, uint64_t v)
{
	put_varint(b, (uint64_t)field << 3);
	put_varint(b, v);
}

/* A message; empties *part. */
static inline void
put_part(struct ws_buf *b, unsigned field, struct ws_buf *part)
{
	put_varint(b, (uint64_t)field << 3 | 2);
	put_varint(b, part->n);
	ws_buf_put(b, part->p, part->n);
	ws_buf_fini(part);
	*part = (struct ws_buf){ 0 };
}

/* Fields i of a message from v[i - 1], zeros left out. */
static inline void
put_record(struct ws_buf *b, unsigned field, const uint64_t *v, unsigned n)
{
	struct ws_buf part = { 0 };
	unsigned i;

	for (i = 0; i < n; i++)
		if (v[i] != 0)
			put_number(&part, i + 1, v[i]);
	put_part(b, field, &part);
}

#define PUT_RECORD(b, field, ...)                                              \
	put_record(b, field, (const uint64_t[]){ __VA_ARGS__ },                \
	    WS_LEN(((const uint64_t[]){ __VA_ARGS__ })))

static inline void
put_array(struct ws_buf *b, unsigned field, const uint64_t *v, size_t n,
    enum packing how)
{
	struct ws_buf run = { 0 };
	size_t i, first = how == PACKED ? 0 : how == MIXED ? 1 : n;

	for (i = 0; i < first && i < n; i++)
		put_number(b, field, v[i]);
	for (; i < n; i++)
		put_varint(&run, v[i]);
	if (run.n > 0)
		put_part(b, field, &run);
}

static inline void
put_strings(struct ws_buf *b)
{
	struct ws_buf part = { 0 };
	size_t i;

	for (i = 0; i < WS_LEN(strings); i++) {
		ws_buf_puts(&part, strings[i]);
		put_part(b, 6, &part);
	}
}

static inline uint64_t
id(const struct form *f, unsigned i)
{
	return f->id[i] ? f->id[i] : i;
}

/* Location 1 is main.main; 2 is main.leaf inlined into main.work. */
static inline void
put_places(struct ws_buf *b, const struct form *f)
{
	struct ws_buf part = { 0 };
	unsigned i;

	PUT_RECORD(b, 3, id(f, 1), 0x400000, 0x500000, 0, S_BINARY);
	put_number(&part, 1, id(f, 1));
	put_number(&part, 2, id(f, 1));
	put_number(&part, 3, 0x401000);
	PUT_RECORD(&part, 4, id(f, 1), 10);
	put_part(b, 4, &part);
	put_number(&part, 1, id(f, 2));
	put_number(&part, 2, id(f, 1));
	put_number(&part, 3, 0x402000);
	PUT_RECORD(&part, 4, id(f, 3), 30);
	PUT_RECORD(&part, 4, id(f, 2), 20);
	put_part(b, 4, &part);
	for (i = 1; i <= 3; i++)
		if (i != 3 || !f->no_function)
			PUT_RECORD(b, 5, id(f, i),
			    f->bad_name ? 99 : S_MAIN + i - 1, 0, S_FILE);
}

static inline void
put_samples(struct ws_buf *b, const struct form *f)
{
	struct ws_buf part = { 0 };
	uint64_t places[2] = { id(f, 2), id(f, 1) };
	uint64_t values[2] = { 3, (uint64_t)(f->value ? f->value : 30000000) };

	put_array(&part, 1, places, 2, f->packing);
	put_array(&part, 2, values, 2, f->packing);
	PUT_RECORD(&part, 3, S_ZONE, 0, 7, S_BYTES);
	PUT_RECORD(&part, 3, S_TENANT, S_BLUE);
	put_part(b, 2, &part);
	values[0] = 1;
	values[1] = 10000000;
	put_array(&part, 1, &places[1], 1, f->packing);
	put_array(&part, 2, values, 2, f->packing);
	put_part(b, 2, &part);
}

static inline void
put_profile(struct ws_buf *b, const struct form *f)
{
	unsigned i;

	if (f->strings_first)
		put_strings(b);
	put_number(b, 9, 1700000000000000000u);
	if (!f->no_types) {
		PUT_RECORD(b, 1, S_SAMPLES, S_COUNT);
		PUT_RECORD(b, 1, S_CPU, S_NS);
	}
	for (i = 0; !f->no_samples && (i == 0 || i < f->times); i++)
		put_samples(b, f);
	put_places(b, f);
	put_number(b, 10, 5000000000u);
	PUT_RECORD(b, 11, S_CPU, S_NS);
	put_number(b, 12, 10000000);
	if (f->drop)
		put_number(b, 7, f->drop);
	if (f->keep)
		put_number(b, 8, f->keep);
	put_number(b, 13, S_HELLO);
	if (!f->strings_first)
		put_strings(b);
}

static inline void
catch_form(struct caught *c, const struct form *f)
{
	struct ws_buf b = { 0 };

	put_profile(&b, f);
	catch_bytes(c, "cpu.pb", ws_buf_sv(&b), 0);
	ws_buf_fini(&b);
}

/* "leaf<work<main@tenant=blue" of the first sample; < inlined, ; called. */
static inline const char *
first_stack(const struct caught *c)
{
	static char out[256];
	const ws_id *frames;
	const struct ws_frame *f;
	size_t i, k, n, at = 0;

	out[0] = '\0';
	for (i = 0; i < c->n && c->ev[i].kind != WS_EV_SAMPLE; i++)
		continue;
	if (i == c->n)
		return "no sample";
	n = ws_dict_get_stack(c->sink.dict, c->ev[i].stack, &frames);
	for (k = 0; k < n && at < sizeof(out) / 2; k++) {
		f = ws_dict_get_frame(c->sink.dict, frames[k]);
		at += (size_t)snprintf(out + at, sizeof(out) - at, "%s:%u%s",
		    f->func ? ws_dict_text(c->sink.dict, f->func).p : "?",
		    f->line,
		    f->inlined  ? "<"
		    : k + 1 < n ? ";"
				: "");
	}
	snprintf(out + at, sizeof(out) - at, "@%s",
	    c->ev[i].track ? ws_dict_text(c->sink.dict, c->ev[i].track).p : "");
	return out;
}

#define STACK   "main.leaf:30<main.work:20;main.main:10"
#define LABELS  "@tenant=blue, zone=7 bytes"
#define CPU_SUM 40e6

static inline bool
is_whole(const struct caught *c)
{
	return c->status == WS_OK && c->faults == 0 && c->samples == 4 &&
	       c->lost == 0 && c->sum[WS_N_PPROF_CPU] == CPU_SUM &&
	       c->sum[WS_N_PPROF_CPU_SAMPLES] == 4 &&
	       strcmp(first_stack(c), STACK LABELS) == 0;
}

#endif
