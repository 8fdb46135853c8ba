#include "metrics/latencies.h"

#include <stdlib.h>

#include "base/mem.h"

static struct ws_latency *
find(const struct ws_latencies *l, ws_id what, ws_id type)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i]->what == what && l->v[i]->type == type)
			return l->v[i];
	return NULL;
}

static struct ws_latency *
make(struct ws_latencies *l, ws_id what, ws_id type)
{
	struct ws_latency *new = ws_alloc(sizeof(*new));

	new->what = what;
	new->type = type;
	l->v = ws_grow(l->v, &l->cap, l->n + 1, sizeof(struct ws_latency *));
	return l->v[l->n++] = new;
}

void
ws_latencies_add(struct ws_latencies *l, ws_id what, ws_id type, int64_t ns)
{
	struct ws_latency *at = find(l, what, type);

	if (at == NULL && l->n >= WS_LATENCY_TYPES) {
		type = 0;
		at = find(l, what, type);
	}
	if (at == NULL)
		at = make(l, what, type);
	ws_hist_add(&at->hist, ns);
}

void
ws_latencies_fini(struct ws_latencies *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	*l = (struct ws_latencies){ 0 };
}
