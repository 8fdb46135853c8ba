/*
 * drop_frames and keep_frames: what a producer says is of no interest.  As
 * google/pprof applies them: from the root, behind at least one frame that
 * stays, the first function that matches drop_frames in full (and keep_frames
 * not) is cut with all that it called.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/regex.h"
#include "pprof.h"

struct prune {
	struct pprof *p;
	struct ws_regex *drop, *keep;
	struct ws_matcher *matcher;
	signed char *of; /* a function's answer: 1 cut, -1 stays, 0 not known */
	struct ws_buf name;
};

static void
put_note(struct pprof *p, const char *what, const char *why)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);
	struct ws_buf b = { 0 };

	ws_buf_printf(&b, "%s is not applied: %s", what, why);
	ev.name = WS_N_MARK_NOTE;
	ev.peer = ws_dict_str(p->sink->dict, ws_buf_sv(&b));
	ws_sink_events(p->sink, &ev, 1);
	ws_buf_fini(&b);
}

/* The expression anchored at both ends, or NULL. */
static struct ws_regex *
compile(struct pprof *p, const char *what, uint64_t string)
{
	struct ws_sv text = pprof_text(p, string);
	struct ws_err err = { .off = WS_OFF_NONE };
	struct ws_buf b = { 0 };
	struct ws_regex *r;

	if (text.n == 0)
		return NULL;
	ws_buf_puts(&b, "^(?:");
	ws_buf_putsv(&b, text);
	ws_buf_puts(&b, ")$");
	r = ws_regex_new(ws_buf_sv(&b), &err);
	if (r == NULL)
		put_note(p, what, err.text);
	ws_buf_fini(&b);
	return r;
}

/* Without a leading dot and without arguments: what is from the first
 * parenthesis on that begins neither of two names. */
static struct ws_sv
simplify(struct prune *r, struct ws_sv s)
{
	static const char *const part[] = { "(anonymous namespace)",
		"operator()" };
	size_t at, n;

	if (s.n > 0 && s.p[0] == '.')
		s = ws_sv_from(s, 1);
	for (at = 0; at < s.n; at++) {
		if (ws_sv_starts(ws_sv_from(s, at), part[0]))
			at += strlen(part[0]) - 1;
		else if (ws_sv_starts(ws_sv_from(s, at), part[1]))
			at += strlen(part[1]) - 1;
		else if (s.p[at] == '(')
			break;
	}
	n = at;
	r->name.n = 0;
	ws_buf_put(&r->name, s.p, n);
	return ws_buf_sv(&r->name);
}

static bool
is_cut(struct prune *r, uint64_t id)
{
	uint32_t place = pprof_ids_get(&r->p->function_ids, id);
	struct ws_sv name;
	bool cut;

	if (place == PPROF_NONE)
		return false;
	if (r->of[place] != 0)
		return r->of[place] > 0;
	name = pprof_text(r->p, r->p->functions.v[place].name);
	cut = false;
	if (name.n > 0) {
		name = simplify(r, name);
		cut =
		    ws_regex_match(r->drop, r->matcher, name) == WS_FOUND_YES &&
		    (r->keep == NULL || ws_regex_match(r->keep, r->matcher,
					    name) != WS_FOUND_YES);
	}
	r->of[place] = cut ? 1 : -1;
	return cut;
}

/* Lines run from the innermost one. */
static void
mark(struct prune *r, struct pprof_location *l)
{
	const struct pprof_line *line = &r->p->lines.v[l->first];
	uint32_t i = l->n;

	if (l->bare)
		return;
	while (i > 0 && !is_cut(r, line[i - 1].function))
		i--;
	if (i == 0)
		return;
	r->p->prunes = l->cut = true;
	l->cut_all = i == l->n;
	if (!l->cut_all) {
		l->first += i;
		l->n -= i;
	}
}

void
pprof_prune(struct pprof *p)
{
	struct prune r = { .p = p };
	size_t i;

	r.drop = compile(p, "drop_frames", p->drop);
	if (r.drop == NULL)
		return;
	r.keep = compile(p, "keep_frames", p->keep);
	r.matcher = ws_matcher_new();
	r.of = ws_alloc_array(p->functions.n + 1, 1);
	for (i = 0; i < p->locations.n; i++)
		mark(&r, &p->locations.v[i]);
	ws_regex_free(r.drop);
	ws_regex_free(r.keep);
	ws_matcher_free(r.matcher);
	ws_buf_fini(&r.name);
	free(r.of);
}
