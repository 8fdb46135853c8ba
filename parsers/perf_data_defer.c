/*
 * From 6.19 on the kernel may leave out the user's part of a call chain and
 * give it later, when the thread returns to user mode, in a record of its own:
 * the same part for all samples of that stay in the kernel.  A mark and a cookie
 * at the end of the chain tell which.  Until then the samples wait here.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "perf_data_sample.h"

#define CONTEXT_USER_DEFERRED ((uint64_t)-640)

enum {
	WAITING_MAX = 1 << 10,
	WORD = 8,
	/* One part of a chain may be that of all samples that wait.  Past this
	 * many addresses for each byte of the recording, and some, it is not
	 * put to more of them. */
	WORDS_PER_BYTE = 8,
	WORDS_FREE = 4 << 20
};

struct waiting {
	struct pd_sample s; /* its windows point to bytes */
	struct ws_event ev;
	uint64_t cookie;
	unsigned char *bytes; /* the chain without the mark */
	size_t n;
};

struct pd_defer {
	struct pd *d;
	struct waiting *v;
	size_t n, cap;
	struct pd_taker *to;
	unsigned char *joined;
	size_t cap_joined;
	uint64_t words_left;
};

struct pd_defer *
pd_defer_new(struct pd *d, struct pd_taker *to)
{
	struct pd_defer *f = ws_alloc(sizeof(*f));

	f->d = d;
	f->to = to;
	f->words_left = WORDS_FREE + d->size * WORDS_PER_BYTE;
	return f;
}

void
pd_defer_free(struct pd_defer *f)
{
	if (f == NULL)
		return;
	free(f->v);
	free(f->joined);
	free(f);
}

/* Gives one to the user as it is. */
static void
give_up(struct pd_defer *f, struct waiting *w)
{
	f->d->deferred++;
	f->to->take(f->to, &w->s, &w->ev);
	free(w->bytes);
}

static void
let_go(struct pd_defer *f, size_t n)
{
	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++)
		give_up(f, &f->v[i]);
	f->n -= n;
	memmove(f->v, f->v + n, f->n * sizeof(*f->v));
}

bool
pd_defer_put(
    struct pd_defer *f, const struct pd_sample *s, const struct ws_event *ev)
{
	size_t n = pd_left(&s->chain);
	struct waiting *w;

	if (n < 2 * WORD || pd_load64(s->chain.end - 2 * WORD, s->chain.big) !=
				CONTEXT_USER_DEFERRED)
		return false;
	if (f->n == WAITING_MAX)
		let_go(f, WAITING_MAX / 2);
	f->v = ws_grow(f->v, &f->cap, f->n + 1, sizeof(*w));
	w = &f->v[f->n++];
	*w = (struct waiting){ .s = *s, .ev = *ev, .n = n - 2 * WORD };
	w->cookie = pd_load64(s->chain.end - WORD, s->chain.big);
	w->bytes = ws_alloc(w->n + 1);
	memcpy(w->bytes, s->chain.p, w->n);
	w->s.chain.p = w->bytes;
	w->s.chain.end = w->bytes + w->n;
	/* What else the record held is gone by then. */
	w->s.read = w->s.raw = (struct pd_in){ 0 };
	return true;
}

static void
join(struct pd_defer *f, struct waiting *w, const struct pd_in *user)
{
	size_t n = pd_left(user);

	if (n / WORD > f->words_left) {
		give_up(f, w);
		return;
	}
	f->words_left -= n / WORD;
	f->joined = ws_grow(f->joined, &f->cap_joined, w->n + n + 1, 1);
	memcpy(f->joined, w->bytes, w->n);
	memcpy(f->joined + w->n, user->p, n);
	w->s.chain.p = f->joined;
	w->s.chain.end = f->joined + w->n + n;
	f->to->take(f->to, &w->s, &w->ev);
	free(w->bytes);
}

void
pd_defer_chain(struct pd_defer *f, const struct pd_rec *r)
{
	uint32_t tid = pd_trailer_of(f->d, r).tid;
	struct pd_in in = pd_body(f->d, r), user;
	uint64_t cookie = pd_u64(&in), n;
	size_t kept = 0;

	n = pd_u64(&in);
	user = in;
	if (in.bad || !pd_skip_items(&in, n, WORD))
		return;
	user.end = in.p;
	for (size_t i = 0; i < f->n; i++) {
		if (f->v[i].cookie == cookie && f->v[i].s.tid == tid)
			join(f, &f->v[i], &user);
		else if (kept++ < i)
			f->v[kept - 1] = f->v[i];
	}
	f->n = kept;
}

void
pd_defer_finish(struct pd_defer *f)
{
	let_go(f, f->n);
}
