/* CPU profiles as words: a head, (count, depth, addresses)..., (0, 1, 0). */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "gperftools.h"

/* How words are written; all four occur. */
struct form {
	unsigned size;
	bool big;
};

static const struct form forms[] = { { 4, false }, { 4, true }, { 8, false },
	{ 8, true } };

enum { HEAD_WORDS = 5 };

static uint64_t
word(struct ws_cur *c, const struct form *f)
{
	c->big = f->big;
	return f->size == 4 ? ws_cur_u32(c) : ws_cur_u64(c);
}

/* 0, 3 words follow, 0 or 1 for Java, period in us, 0. */
static bool
read_head(struct ws_cur *c, const struct form *f, uint64_t *period, bool *java)
{
	uint64_t w[HEAD_WORDS];
	size_t i;

	for (i = 0; i < HEAD_WORDS; i++)
		w[i] = word(c, f);
	*java = w[2] == 1;
	*period = w[3];
	return ws_cur_ok(c) && w[0] == 0 && w[1] == 3 && w[2] <= 1 &&
	       w[3] > 0 && w[3] < UINT32_MAX && w[4] == 0;
}

/* The form of the words behind a head, at which *c is left; or NULL. */
static const struct form *
find_form(struct ws_cur *c, uint64_t *period, bool *java)
{
	struct ws_cur at;
	size_t i;

	for (i = 0; i < WS_LEN(forms); i++) {
		at = *c;
		if (!read_head(&at, &forms[i], period, java))
			continue;
		*c = at;
		return &forms[i];
	}
	return NULL;
}

bool
gp_is_binary(struct ws_sv head)
{
	struct ws_cur c;
	uint64_t period;
	bool java;

	ws_cur_init(&c, head.p, head.n, 0);
	return find_form(&c, &period, &java) != NULL;
}

/* One record; false at the end of all, and behind what is cut. */
static bool
read_sample(struct gp *g, struct ws_cur *c, const struct form *f)
{
	uint64_t off = c->off, count = word(c, f), n = word(c, f), i, addr;
	struct gp_sample *s;
	bool room = true;

	if (!ws_cur_ok(c) && c->bad_off == off && ws_cur_left(c) == 0) {
		gp_fault(g, off, "wanted the record that ends all samples");
		return false;
	}
	if (!ws_cur_ok(c) || n > ws_cur_left(c) / f->size) {
		gp_lose(g, off, "wanted a whole sample");
		return false;
	}
	s = gp_add_sample(g, off);
	s->v[0] = (double)count;
	s->v[1] = (double)count * g->period;
	for (i = 0; i < n; i++) {
		addr = word(c, f);
		if (i > 0 && !g->no_addresses && addr > 0)
			addr--;
		room = room && gp_add_address(g, addr);
	}
	if (count == 0 && n == 1 && g->addr[s->first] == 0) {
		g->n_sample--;
		g->n_addr = s->first;
		return false;
	}
	if (!room)
		gp_fault(g, off, "a stack cut at the depth limit");
	return true;
}

/* Takes the caller of the leaf out. */
static void
drop_second(struct gp *g, struct gp_sample *s)
{
	g->addr[s->first + 1] = g->addr[s->first];
	s->first++;
	s->n--;
}

/* The address that nearly all samples have above the leaf, or 0. */
static uint64_t
common_second(const struct gp *g)
{
	struct ws_htab *seen = ws_htab_new();
	size_t i, enough = g->n_sample - g->n_sample / 32, *count = NULL;
	size_t cap = 0;
	uint64_t found = 0;
	bool is_new;
	uint32_t at;

	for (i = 0; i < g->n_sample && found == 0; i++) {
		const struct gp_sample *s = &g->sample[i];
		uint64_t second = s->n > 1 ? g->addr[s->first + 1] : 0;

		if (s->n < 2)
			continue;
		at = ws_htab_put(seen, &second, sizeof(second), &is_new);
		count = ws_grow(count, &cap, (size_t)at + 1, sizeof(*count));
		count[at] = is_new ? 1 : count[at] + 1;
		if (count[at] >= enough)
			found = second;
	}
	ws_htab_free(seen);
	free(count);
	return found;
}

/* The signal handler may leave up to two frames of its own, and the leaf a
 * second time, as a caller. */
static void
strip(struct gp *g)
{
	uint64_t second;
	size_t i;
	int k;

	for (k = 0; k < 2 && (second = common_second(g)) != 0; k++)
		for (i = 0; i < g->n_sample; i++)
			if (g->sample[i].n > 1 &&
			    g->addr[g->sample[i].first + 1] == second)
				drop_second(g, &g->sample[i]);
	for (i = 0; i < g->n_sample; i++)
		if (g->sample[i].n > 1 &&
		    g->addr[g->sample[i].first] ==
			g->addr[g->sample[i].first + 1] + 1)
			drop_second(g, &g->sample[i]);
}

void
gp_read_binary(struct gp *g, struct ws_cur *c)
{
	uint64_t period;
	const struct form *f = find_form(c, &period, &g->no_addresses);

	g->kind = g->no_addresses ? "cpu, Java" : "cpu";
	g->period = (double)period * 1e3;
	gp_add_series(g, "pprof.cpu.samples", WS_U_COUNT, 1);
	gp_add_series(g, "pprof.cpu", WS_U_TIME, 1);
	while (read_sample(g, c, f))
		continue;
	if (!g->no_addresses)
		strip(g);
}
