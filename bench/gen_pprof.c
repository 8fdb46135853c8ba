/*
 * Writes a CPU profile of any size, in the field order of the Go runtime, from
 * a seed: gen_pprof [-n samples] [-d frames] [-f functions] [-u stacks]
 * [-s seed] [-l] FILE.  Each sample has a random stack, one of as many as -u
 * says; -l gives each a label of its own.  FILE is compressed when its name
 * ends in .gz.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/num.h"
#include "base/str.h"

enum { STR_SAMPLES = 1, STR_COUNT, STR_CPU, STR_NS, STR_BINARY, STR_KEY };

enum { STR_FIRST = 7, PERIOD = 10000000 };

struct options {
	uint64_t samples, frames, functions, stacks, seed;
	bool labels;
	const char *file;
};

static uint64_t
next_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static void
put_varint(struct ws_buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		ws_buf_putc(b, (char)(v | 0x80));
	ws_buf_putc(b, (char)v);
}

static void
put_number(struct ws_buf *b, unsigned field, uint64_t v)
{
	put_varint(b, (uint64_t)field << 3);
	put_varint(b, v);
}

/* A message, a string or a packed run; empties *part. */
static void
put_part(struct ws_buf *b, unsigned field, struct ws_buf *part)
{
	put_varint(b, (uint64_t)field << 3 | 2);
	put_varint(b, part->n);
	ws_buf_put(b, part->p, part->n);
	part->n = 0;
}

static void
put_string(struct ws_buf *b, const char *text)
{
	put_varint(b, 6 << 3 | 2);
	put_varint(b, strlen(text));
	ws_buf_puts(b, text);
}

static void
put_type(struct ws_buf *b, unsigned field, uint64_t type, uint64_t unit)
{
	struct ws_buf part = { 0 };

	put_number(&part, 1, type);
	put_number(&part, 2, unit);
	put_part(b, field, &part);
	ws_buf_fini(&part);
}

static bool
flush(gzFile out, struct ws_buf *b)
{
	bool good =
	    b->n == 0 || gzwrite(out, b->p, (unsigned)b->n) == (int)b->n;

	b->n = 0;
	return good;
}

static bool
put_samples(gzFile out, struct ws_buf *b, const struct options *o)
{
	struct ws_buf sample = { 0 }, part = { 0 };
	uint64_t i, k, state = o->seed, count;
	bool good = true;

	for (i = 0; good && i < o->samples; i++) {
		if (o->stacks > 0)
			state = o->seed + (i % o->stacks << 32);
		for (k = 0; k < o->frames; k++)
			put_varint(
			    &part, 1 + next_random(&state) % o->functions);
		put_part(&sample, 1, &part);
		count = 1 + next_random(&state) % 3;
		put_number(&sample, 2, count);
		put_number(&sample, 2, count * PERIOD);
		if (o->labels) {
			put_number(&part, 1, STR_KEY);
			put_number(&part, 2, STR_FIRST + o->functions + i);
			put_part(&sample, 3, &part);
		}
		put_part(b, 2, &sample);
		if (b->n > 1 << 20)
			good = flush(out, b);
	}
	ws_buf_fini(&sample);
	ws_buf_fini(&part);
	return good && flush(out, b);
}

static bool
put_functions(gzFile out, struct ws_buf *b, const struct options *o)
{
	struct ws_buf part = { 0 }, line = { 0 };
	uint64_t i;
	bool good = true;

	put_number(&part, 1, 1);
	put_number(&part, 2, 0x400000);
	put_number(&part, 3, 0x400000 + o->functions * 64);
	put_number(&part, 5, STR_BINARY);
	put_number(&part, 7, 1);
	put_part(b, 3, &part);
	for (i = 1; good && i <= o->functions; i++) {
		put_number(&line, 1, i);
		put_number(&line, 2, i % 1000 + 1);
		put_number(&part, 1, i);
		put_number(&part, 2, 1);
		put_number(&part, 3, 0x400000 + i * 64);
		put_part(&part, 4, &line);
		put_part(b, 4, &part);
		put_number(&part, 1, i);
		put_number(&part, 2, STR_FIRST + i - 1);
		put_number(&part, 4, STR_BINARY);
		put_part(b, 5, &part);
		if (b->n > 1 << 20)
			good = flush(out, b);
	}
	ws_buf_fini(&part);
	ws_buf_fini(&line);
	return good && flush(out, b);
}

static bool
put_strings(gzFile out, struct ws_buf *b, const struct options *o)
{
	static const char *const fixed[] = { "", "samples", "count", "cpu",
		"nanoseconds", "/srv/bench", "request" };
	char text[64];
	uint64_t i;
	size_t k;
	bool good = true;

	for (k = 0; k < WS_LEN(fixed); k++)
		put_string(b, fixed[k]);
	for (i = 0; i < o->functions; i++) {
		snprintf(text, sizeof(text),
		    "bench/layer%" PRIu64 ".(*Worker).step%" PRIu64, i % 97, i);
		put_string(b, text);
	}
	for (i = 0; good && o->labels && i < o->samples; i++) {
		snprintf(text, sizeof(text), "r-%08" PRIx64, i);
		put_string(b, text);
		if (b->n > 1 << 20)
			good = flush(out, b);
	}
	return good && flush(out, b);
}

static bool
write_profile(const struct options *o)
{
	struct ws_buf b = { 0 };
	size_t n = strlen(o->file);
	bool gz = n > 3 && strcmp(o->file + n - 3, ".gz") == 0;
	gzFile out = gzopen(o->file, gz ? "wb6" : "wbT");
	bool good;

	if (!out)
		return false;
	put_number(&b, 9, 1700000000000000000u);
	put_type(&b, 1, STR_SAMPLES, STR_COUNT);
	put_type(&b, 1, STR_CPU, STR_NS);
	put_number(&b, 10, 30000000000u);
	put_type(&b, 11, STR_CPU, STR_NS);
	put_number(&b, 12, PERIOD);
	good = put_samples(out, &b, o) && put_functions(out, &b, o) &&
	       put_strings(out, &b, o);
	ws_buf_fini(&b);
	return gzclose(out) == Z_OK && good;
}

static bool
read_options(int argc, char **argv, struct options *o)
{
	uint64_t *number;
	int c;

	while ((c = getopt(argc, argv, "n:d:f:u:s:l")) != -1) {
		if (c == 'l') {
			o->labels = true;
			continue;
		}
		number = c == 'n'   ? &o->samples
			 : c == 'd' ? &o->frames
			 : c == 'f' ? &o->functions
			 : c == 'u' ? &o->stacks
			 : c == 's' ? &o->seed
				    : NULL;
		if (!number ||
		    !ws_num_u64(ws_sv_of(optarg), 1, 100000000, number))
			return false;
	}
	if (optind + 1 != argc)
		return false;
	o->file = argv[optind];
	return true;
}

int
main(int argc, char **argv)
{
	struct options o = {
		.samples = 200000, .frames = 60, .functions = 40000, .seed = 1
	};

	if (!read_options(argc, argv, &o)) {
		fprintf(stderr, "usage: gen_pprof [-n samples] [-d frames] "
				"[-f functions] [-u stacks] [-s seed] "
				"[-l] FILE\n");
		return 64;
	}
	if (!write_profile(&o)) {
		fprintf(stderr, "gen_pprof: cannot write %s\n", o.file);
		return 73;
	}
	return 0;
}
