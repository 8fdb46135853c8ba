/* The protobuf wire format on raw pointers, for the hot loops of the pprof
 * reader: every access is checked against the end of its window. */
#ifndef WS_PARSERS_PPROF_WIRE_H
#define WS_PARSERS_PPROF_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compat.h"

/* Bytes being read; `bad` is what was wanted where reading stopped, and
 * `missing` how many bytes more would do, 0 when none would. */
struct pprof_in {
	const unsigned char *p, *end;
	const char *bad;
	uint64_t missing;
};

struct pprof_field {
	uint32_t number;
	uint8_t wire;
	uint64_t value;     /* of a number */
	struct pprof_in in; /* of a message, a string or a packed run */
};

enum { PPROF_VARINT = 0, PPROF_BYTES = 2 };

/* A varint of at most 10 bytes; false with in->bad set when it is cut. */
bool pprof_varint_slow(struct pprof_in *in, uint64_t *v);
/* The next field; false at the end or with in->bad set. */
bool pprof_next(struct pprof_in *in, struct pprof_field *f);
/* The numbers of a message without parts: field i into out[i - 1]; false when
 * it is damaged. */
bool pprof_numbers(struct pprof_in in, uint64_t *out, unsigned n);

static inline bool
pprof_varint(struct pprof_in *in, uint64_t *v)
{
	const unsigned char *p = in->p;
	uint32_t w, ends;

	if (ws_unlikely(in->end - p < 4))
		return pprof_varint_slow(in, v);
	if (p[0] < 0x80) {
		*v = p[0];
		in->p = p + 1;
		return true;
	}
	/* Whether two bytes or three is a coin toss in ids: no branch on it. */
	w = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
	ends = ~w & UINT32_C(0x80808080);
	if (ws_unlikely(ends == 0))
		return pprof_varint_slow(in, v);
	in->p = p + (ws_lowest_bit(ends) >> 3) + 1;
	w &= ends ^ (ends - 1);
	*v = (w & 0x7f) | (w >> 1 & 0x3f80) | (w >> 2 & 0x1fc000) |
	     (w >> 3 & 0xfe00000);
	return true;
}

#endif
