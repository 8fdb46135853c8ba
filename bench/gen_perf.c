/*
 * Makes a recording longer: gen_perf TIMES FROM TO writes the samples of a
 * perf.data file TIMES over, each time later than before.  What else was
 * recorded comes once.  Only files of this machine's byte order, with IDs
 * before the address as perf 6 writes them, and nothing packed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 104, DATA = 40, ATTRS = 24, SAMPLE = 9, TIME = 1 << 2 };

static unsigned char *
slurp(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	unsigned char *p = NULL;
	long size;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0)
		exit(66);
	rewind(f);
	*n = (size_t)size;
	p = malloc(*n);
	if (p == NULL || fread(p, 1, *n, f) != *n)
		exit(74);
	fclose(f);
	return p;
}

static uint64_t
get(const unsigned char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static void
put(unsigned char *p, uint64_t v)
{
	memcpy(p, &v, sizeof(v));
}

/* Where the time is in a sample: after IDENTIFIER, IP and TID. */
static size_t
time_at(uint64_t sample_type)
{
	return 8 + 8 * ((sample_type >> 16 & 1) + (sample_type & 1) +
			   (sample_type >> 1 & 1));
}

/* Writes the samples of the section, later by `later`; their bytes. */
static uint64_t
write_samples(unsigned char *p, const unsigned char *end, uint64_t later,
    size_t at, FILE *to)
{
	uint64_t written = 0;
	uint16_t size;
	uint32_t type;

	for (; end - p >= 8; p += size) {
		memcpy(&type, p, sizeof(type));
		memcpy(&size, p + 6, sizeof(size));
		if (size < 8 || size > end - p)
			break;
		if (type != SAMPLE)
			continue;
		put(p + at, get(p + at) + later);
		fwrite(p, 1, size, to);
		written += size;
	}
	return written;
}

int
main(int argc, char **argv)
{
	const uint64_t later = UINT64_C(1000000000) * 3600;
	unsigned char *p;
	uint64_t from, size, extra = 0, types, n_features = 0;
	size_t n, at;
	FILE *to;
	long times;

	if (argc != 4 || (times = strtol(argv[1], NULL, 10)) < 1)
		return 64;
	p = slurp(argv[2], &n);
	to = fopen(argv[3], "wb");
	if (to == NULL || n < HEADER)
		return 73;
	from = get(p + DATA);
	size = get(p + DATA + 8);
	types = get(p + get(p + ATTRS) + 24);
	at = time_at(types);
	if (!(types & TIME) || from + size > n)
		return 65;
	fwrite(p, 1, from + size, to);
	for (long i = 1; i < times; i++)
		extra +=
		    write_samples(p + from, p + from + size, later, at, to);
	/* The table of features lies behind the data, and they behind it. */
	for (int i = 0; i < 256; i++)
		n_features += p[72 + i / 8] >> i % 8 & 1;
	for (uint64_t i = 0; i < n_features; i++) {
		unsigned char *entry = p + from + size + 16 * i;

		put(entry, get(entry) + extra);
	}
	fwrite(p + from + size, 1, n - from - size, to);
	put(p + DATA + 8, size + extra);
	rewind(to);
	fwrite(p, 1, HEADER, to);
	free(p);
	return fclose(to) == 0 ? 0 : 74;
}
