#include "perf_data_in.h"

uint16_t
pd_load16(const unsigned char *p, bool big)
{
	return big ? (uint16_t)(p[0] << 8 | p[1])
		   : (uint16_t)(p[1] << 8 | p[0]);
}

uint16_t
pd_u16(struct pd_in *in)
{
	if (!pd_has(in, 2))
		return 0;
	in->p += 2;
	return pd_load16(in->p - 2, in->big);
}

uint8_t
pd_u8(struct pd_in *in)
{
	return pd_has(in, 1) ? *in->p++ : 0;
}

struct pd_in
pd_sub(struct pd_in *in, uint64_t n)
{
	struct pd_in sub = *in;

	if (!pd_has(in, n))
		n = 0;
	sub.p = in->p;
	in->p += n;
	sub.end = in->p;
	sub.bad = in->bad;
	return sub;
}

struct ws_sv
pd_text(const struct pd_in *in)
{
	size_t n = pd_left(in);
	const unsigned char *nul = n > 0 ? memchr(in->p, '\0', n) : NULL;

	return (struct ws_sv){ (const char *)in->p,
		nul != NULL ? (size_t)(nul - in->p) : n };
}
