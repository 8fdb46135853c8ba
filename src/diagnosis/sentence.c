/* The verdict in one or two sentences that can be pasted into a bug report. */
#include "diagnosis/parts.h"

#define RULED_OUT_NAMED 2

/* What follows the evidence for an outcome that is no bottleneck class. */
static const char *
remark_of(enum ws_class cls)
{
	switch (cls) {
	case WS_CLASS_COMPUTE:
		return " The CPUs do the program's own work; only less work "
		       "an operation or more CPUs make it faster.";
	case WS_CLASS_UNDERLOADED:
		return " The program was not pushed: raise the load and "
		       "capture again.";
	case WS_CLASS_STARVED:
		return " Look at quotas, steal and neighbours before the "
		       "program.";
	case WS_CLASS_EXTERNAL:
		return " Look at what it calls before the program itself.";
	default:
		return "";
	}
}

static const struct ws_judgement *
strongest(const struct ws_case *c, enum ws_class cls)
{
	for (size_t i = 0; i < c->d->n_evidence; i++)
		if (ws_vote_is(c->d->evidence[i], cls, 1))
			return c->d->evidence[i];
	return NULL;
}

static void
put_text(struct ws_buf *b, const struct ws_judgement *j)
{
	struct ws_sv s =
	    ws_sv_trim(ws_sv_of(j->text && *j->text ? j->text : j->rule->id));

	if (ws_sv_ends(s, "."))
		s.n--;
	ws_buf_putsv(b, s);
}

static void
put_why(struct ws_buf *b, const struct ws_case *c, enum ws_class cls)
{
	const struct ws_judgement *j = strongest(c, cls);

	if (j) {
		ws_buf_puts(b, ": ");
		put_text(b, j);
	}
	ws_buf_putc(b, '.');
}

/* The first place that the plan or the evidence names. */
static const struct ws_target *
find_site(struct ws_case *c)
{
	const struct ws_judgement *j = strongest(c, c->d->cls);
	const struct ws_target *t;

	if (j && ws_targets_find(c, j->rule->targets, &t) > 0)
		return t;
	for (size_t i = 0; i < c->d->n_action; i++)
		if (c->d->action[i].n_target > 0)
			return c->d->action[i].target;
	return NULL;
}

static void
put_ruled_out(struct ws_buf *b, const struct ws_diagnosis *d)
{
	unsigned n = 0;

	for (enum ws_class c = 0; c < WS_CLASSES && n < RULED_OUT_NAMED; c++) {
		if (d->score[c].state != WS_RULED_OUT ||
		    d->score[c].points >= 0 || !ws_class_defs[c].is_class)
			continue;
		ws_buf_printf(b, "%s%s (%s)", n++ ? " nor " : " Not ",
		    ws_class_defs[c].name, ws_class_defs[c].key);
	}
	if (n > 0)
		ws_buf_putc(b, '.');
}

/* Whether the evidence names the place itself. */
static bool
tells(const struct ws_judgement *j, const char *subject)
{
	struct ws_sv text = ws_sv_of(j != NULL ? j->text : NULL);

	return ws_sv_find(text, subject) < text.n;
}

static void
put_decided(struct ws_buf *b, struct ws_case *c)
{
	const struct ws_class_def *def = &ws_class_defs[c->d->cls];
	const struct ws_target *site = find_site(c);

	ws_buf_printf(b, "Bottleneck: %s (class %s)", def->name, def->key);
	if (site && !tells(strongest(c, c->d->cls), site->subject))
		ws_buf_printf(b, ", mostly in %s", site->subject);
	put_why(b, c, c->d->cls);
	put_ruled_out(b, c->d);
}

static void
put_other(struct ws_buf *b, struct ws_case *c)
{
	ws_buf_printf(b, "The program is %s", ws_class_defs[c->d->cls].name);
	put_why(b, c, c->d->cls);
	ws_buf_puts(b, remark_of(c->d->cls));
}

static void
put_candidates(struct ws_buf *b, const struct ws_diagnosis *d)
{
	for (size_t i = 0; i < d->n_candidate; i++)
		ws_buf_printf(b, "%s%s",
		    i == 0                   ? ""
		    : i + 1 < d->n_candidate ? ", "
					     : " and ",
		    ws_class_defs[d->candidate[i]].key);
}

static void
put_leader(struct ws_buf *b, struct ws_case *c)
{
	const struct ws_diagnosis *d = c->d;

	if (d->n_candidate > 1) {
		ws_buf_puts(b, "The evidence fits ");
		put_candidates(b, d);
		ws_buf_puts(b, "; ");
	} else {
		ws_buf_puts(b, "Not sure yet: ");
	}
	ws_buf_printf(b, "%s (%s) leads with %.3g points",
	    ws_class_defs[d->cls].key, ws_class_defs[d->cls].name,
	    d->score[d->cls].points);
	put_why(b, c, d->cls);
}

static void
put_unestablished(struct ws_buf *b, struct ws_case *c)
{
	const struct ws_diagnosis *d = c->d;

	ws_buf_puts(b, "No class is established");
	if (d->n_candidate > 0) {
		ws_buf_puts(b, ": there is some evidence for ");
		put_candidates(b, d);
		put_why(b, c, d->candidate[0]);
	} else {
		ws_buf_puts(b, ": nothing in the bundle speaks for any.");
	}
}

static void
put_next(struct ws_buf *b, const struct ws_diagnosis *d)
{
	if (d->n_collect > 0)
		ws_buf_printf(b, " Most would be decided by: %s.",
		    ws_source_defs[d->collect[0].source].title);
}

void
ws_sentence_write(struct ws_case *c)
{
	struct ws_buf b = { 0 };

	switch (c->d->outcome) {
	case WS_OUT_DECIDED:
		put_decided(&b, c);
		break;
	case WS_OUT_OTHER:
		put_other(&b, c);
		break;
	case WS_OUT_OPEN:
		if (c->d->cls != WS_CLASS_NONE)
			put_leader(&b, c);
		else
			put_unestablished(&b, c);
		put_next(&b, c->d);
		break;
	case WS_OUT_INSUFFICIENT:
		ws_buf_puts(
		    &b, "Nothing in the bundle tells where the time goes.");
		put_next(&b, c->d);
		break;
	}
	c->d->sentence = ws_text_keep(c, &b);
}
