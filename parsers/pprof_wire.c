#include "pprof_wire.h"

#include <stddef.h>
#include <string.h>

static bool
stop(struct pprof_in *in, const char *wanted, uint64_t missing)
{
	in->bad = wanted;
	in->missing = missing;
	return false;
}

bool
pprof_varint_slow(struct pprof_in *in, uint64_t *v)
{
	const unsigned char *p = in->p;
	uint64_t out = 0;
	unsigned shift;

	for (shift = 0; shift < 70; shift += 7) {
		if (p == in->end)
			return stop(in, "a varint", 1);
		/* Bits past the 64th are dropped, as the format says. */
		out |= (uint64_t)(*p & 0x7f) << shift;
		if (*p++ < 0x80) {
			in->p = p;
			*v = out;
			return true;
		}
	}
	return stop(in, "a varint of at most 10 bytes", 0);
}

static bool
fixed(struct pprof_in *in, unsigned n, uint64_t *v)
{
	unsigned i;

	size_t left = (size_t)(in->end - in->p);

	if (left < n)
		return stop(in, "a fixed-width number", n - left);
	*v = 0;
	for (i = 0; i < n; i++)
		*v |= (uint64_t)in->p[i] << (8 * i);
	in->p += n;
	return true;
}

static bool
bytes(struct pprof_in *in, struct pprof_field *f)
{
	uint64_t n, left;

	if (!pprof_varint(in, &n))
		return false;
	left = (uint64_t)(in->end - in->p);
	if (n > left)
		return stop(in, "as many bytes as a length says", n - left);
	f->in.p = in->p;
	f->in.end = in->p += n;
	f->in.bad = NULL;
	f->in.missing = 0;
	return true;
}

bool
pprof_next(struct pprof_in *in, struct pprof_field *f)
{
	const unsigned char *start = in->p;
	uint64_t tag;
	bool good;

	if (in->p == in->end || in->bad)
		return false;
	if (!pprof_varint(in, &tag))
		return false;
	f->wire = tag & 7;
	if (tag < 8 || tag >> 3 > (1u << 29) - 1) {
		in->p = start;
		return stop(in, "a field number", 0);
	}
	f->number = (uint32_t)(tag >> 3);
	if (ws_likely(f->wire == PPROF_BYTES))
		good = bytes(in, f);
	else if (f->wire == PPROF_VARINT)
		good = pprof_varint(in, &f->value);
	else if (f->wire == 1 || f->wire == 5)
		good = fixed(in, f->wire == 1 ? 8 : 4, &f->value);
	else
		good = stop(in, "wire type 0, 1, 2 or 5", 0);
	if (!good)
		in->p = start;
	return good;
}

bool
pprof_numbers(struct pprof_in in, uint64_t *out, unsigned n)
{
	struct pprof_field f;

	memset(out, 0, n * sizeof(*out));
	while (pprof_next(&in, &f)) {
		if (f.number > n)
			continue;
		if (f.wire != PPROF_VARINT)
			return false;
		out[f.number - 1] = f.value;
	}
	return in.bad == NULL;
}
