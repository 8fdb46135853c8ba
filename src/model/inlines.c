#include "model/inlines.h"

#include <stdlib.h>

#include "base/mem.h"

void
ws_inlines_fini(struct ws_inlines *s)
{
	free(s->call);
	free(s->range);
}

uint32_t
ws_inlines_call(struct ws_inlines *s, struct ws_call call)
{
	if (s->n_call >= UINT32_MAX || call.parent > s->n_call)
		return 0;
	s->call =
	    ws_grow(s->call, &s->cap_call, s->n_call + 1, sizeof(*s->call));
	s->call[s->n_call++] = call;
	return (uint32_t)s->n_call;
}

void
ws_inlines_put(struct ws_inlines *s, uint32_t at, uint32_t call)
{
	struct ws_inline_range *last =
	    s->n_range > 0 ? &s->range[s->n_range - 1] : NULL;

	if (last != NULL && at < last->at)
		return;
	/* What has no code is nowhere; what goes on is no news. */
	if (last != NULL && last->at == at) {
		last->call = call;
		return;
	}
	if ((last != NULL ? last->call : 0) == call)
		return;
	s->range =
	    ws_grow(s->range, &s->cap_range, s->n_range + 1, sizeof(*s->range));
	s->range[s->n_range++] = (struct ws_inline_range){ at, call };
}

uint32_t
ws_inlines_at(const struct ws_inlines *s, uint32_t at)
{
	size_t lo = 0, hi = s->n_range, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (s->range[mid].at <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo == 0 ? 0 : s->range[lo - 1].call;
}
