/* The first screen: the verdict, why, and where the time goes. */
#include "report/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *
ws_text_str(struct ws_buf *b)
{
	ws_buf_putc(b, '\0');
	return b->p;
}

void
ws_text_join(struct ws_buf *b, const char *text)
{
	struct ws_sv rest = ws_buf_sv(b);

	if (!text || !*text)
		return;
	while (rest.n > 0) {
		struct ws_sv one = rest;
		size_t n = ws_sv_find(rest, ", ");

		one.n = n;
		if (ws_sv_is(one, text))
			return;
		rest = ws_sv_from(rest, n + 2);
	}
	ws_buf_printf(b, "%s%s", b->n ? ", " : "", text);
}

static void
put_counts(struct ws_buf *b, const struct ws_report *r)
{
	size_t used = 0, damaged = 0, ignored = 0;

	for (size_t i = 0; i < r->n_artifact; i++) {
		const struct ws_report_artifact *a = &r->artifact[i];
		bool read = a->format != NULL && a->status <= WS_PARTIAL;

		used += read;
		damaged += a->status != WS_OK && a->status != WS_UNSUPPORTED;
		ignored += !read && a->status <= WS_UNSUPPORTED;
	}
	ws_buf_printf(b, "  %zu artifact%s, %zu used", r->n_artifact,
	    r->n_artifact == 1 ? "" : "s", used);
	if (damaged > 0)
		ws_buf_printf(b, ", %zu damaged", damaged);
	if (ignored > 0)
		ws_buf_printf(b, ", %zu ignored", ignored);
}

static void
put_environment(struct ws_buf *b, const struct ws_report *r)
{
	const struct ws_fact *go =
	    ws_facts_get(r->facts, WS_F_GO_VERSION, NULL);
	const struct ws_fact *cpus =
	    ws_facts_get(r->facts, WS_F_HOST_CPUS, NULL);
	char text[32];

	if (go && go->presence == WS_VALUE) {
		ws_unit_format(text, go->value, WS_U_VERSION);
		ws_buf_printf(b, "  Go %s", text);
	}
	if (cpus && cpus->presence == WS_VALUE)
		ws_buf_printf(b, "  %.0f CPU%s", cpus->value,
		    cpus->value == 1 ? "" : "s");
}

static void
put_header(const struct ws_page *p, const struct ws_report *r)
{
	struct ws_buf b = { 0 };

	ws_buf_puts(&b, r->bundle);
	put_counts(&b, r);
	put_environment(&b, r);
	ws_page_text(p, 0, ws_text_str(&b));
	ws_buf_fini(&b);
	ws_text_nodes(p, r);
}

static void
put_name(struct ws_buf *b, const struct ws_diagnosis *d)
{
	const struct ws_class_def *def =
	    d->cls < WS_CLASSES ? &ws_class_defs[d->cls] : NULL;

	if (d->outcome == WS_OUT_OPEN)
		ws_buf_puts(b, def ? "open, leading: " : "open");
	else if (d->outcome == WS_OUT_INSUFFICIENT)
		ws_buf_puts(b, "insufficient: no usable evidence");
	if (def && def->is_class)
		ws_buf_printf(b, "%s  ", def->key);
	if (def)
		ws_buf_puts(b, def->name);
}

static void
put_verdict(const struct ws_page *p, const struct ws_report *r)
{
	static const struct {
		const char *text;
		enum ws_look look;
	} confidence[] = { [WS_LOW] = { "confidence LOW", WS_BAD },
		[WS_MEDIUM] = { "confidence MEDIUM", WS_DOUBT },
		[WS_HIGH] = { "confidence HIGH", WS_GOOD } };
	const struct ws_diagnosis *d = r->diagnosis;
	unsigned right = ws_page_width(p) - 17;
	struct ws_buf b = { 0 };

	put_name(&b, d);
	fputc('\n', p->f);
	ws_page_row(p,
	    (struct ws_cell[]){ { .text = "VERDICT", .look = WS_BOLD },
		{ .text = ws_text_str(&b),
		    .at = 9,
		    .width = right - 11,
		    .look = WS_BOLD },
		{ .text = confidence[d->confidence].text,
		    .at = right,
		    .flow = WS_RIGHT,
		    .look = confidence[d->confidence].look } },
	    3);
	ws_buf_fini(&b);
	ws_page_text(p, 2, d->sentence);
	ws_page_text(p, 2, d->basis);
}

/* A group votes once: the strongest, which stands before the others. */
static bool
is_counted(const struct ws_diagnosis *d, size_t i)
{
	const struct ws_rule *r = d->evidence[i]->rule;

	for (size_t k = 0; k < i; k++) {
		const struct ws_rule *o = d->evidence[k]->rule;

		if (o->cls == r->cls && (o->weight > 0) == (r->weight > 0) &&
		    o->group && r->group && strcmp(o->group, r->group) == 0)
			return false;
	}
	return true;
}

static void
put_sources(struct ws_buf *b, const struct ws_judgement *j)
{
	for (size_t i = 0; i < j->n_used; i++)
		if (j->used[i].fact && j->used[i].presence == WS_VALUE)
			ws_text_join(b, j->used[i].fact->artifact);
}

static void
put_evidence(const struct ws_page *p, const struct ws_diagnosis *d, size_t i)
{
	const struct ws_judgement *j = d->evidence[i];
	bool counts = is_counted(d, i);
	double weight = j->weak ? j->rule->weight / 2.0 : j->rule->weight;
	unsigned right = ws_page_width(p) - 6;
	struct ws_buf text = { 0 }, from = { 0 }, vote = { 0 };

	ws_buf_printf(&text, "%s%s%s", j->rule->weight < 0 ? "against: " : "",
	    j->text ? j->text : "", j->weak ? " (weak)" : "");
	put_sources(&from, j);
	ws_buf_printf(&vote, counts ? "%+.3g" : "(%+.3g)", weight);
	ws_page_row(p,
	    (struct ws_cell[]){ { .text = j->rule->id, .at = 2, .width = 12 },
		{ .text = ws_text_str(&text), .at = 15, .width = right - 34 },
		{ .text = ws_text_str(&from), .at = right - 18, .width = 17 },
		{ .text = ws_text_str(&vote), .at = right, .flow = WS_RIGHT } },
	    4);
	ws_buf_fini(&text);
	ws_buf_fini(&from);
	ws_buf_fini(&vote);
}

static bool
is_candidate(const struct ws_diagnosis *d, enum ws_class c)
{
	for (size_t i = 0; i < d->n_candidate; i++)
		if (d->candidate[i] == c)
			return true;
	return false;
}

static void
put_why_head(const struct ws_page *p)
{
	unsigned right = ws_page_width(p) - 6;

	fputc('\n', p->f);
	ws_page_row(p,
	    (struct ws_cell[]){ { .text = "WHY", .look = WS_BOLD },
		{ .text = "FROM", .at = right - 18, .look = WS_BOLD },
		{ .text = "WEIGHT",
		    .at = right,
		    .flow = WS_RIGHT,
		    .look = WS_BOLD } },
	    3);
}

static void
put_why(const struct ws_page *p, const struct ws_report *r)
{
	const struct ws_diagnosis *d = r->diagnosis;
	size_t n = 0;

	for (size_t i = 0; i < d->n_evidence; i++) {
		if (!is_candidate(d, d->evidence[i]->rule->cls))
			continue;
		if (n++ == 0)
			put_why_head(p);
		put_evidence(p, d, i);
	}
}

/* The strongest evidence about a class that is no candidate. */
static void
put_class(const struct ws_page *p, const struct ws_report *r, enum ws_class c,
    const char *silence)
{
	const struct ws_diagnosis *d = r->diagnosis;
	bool is_against = d->score[c].state == WS_RULED_OUT;
	const struct ws_judgement *j = NULL;
	struct ws_buf b = { 0 };

	for (size_t i = 0; !j && i < d->n_evidence; i++)
		if (d->evidence[i]->rule->cls == c &&
		    (d->evidence[i]->rule->weight < 0) == is_against)
			j = d->evidence[i];
	ws_buf_printf(&b, "%s: ", ws_class_defs[c].name);
	if (j)
		ws_buf_printf(
		    &b, "%s (%s)", j->text ? j->text : "", j->rule->id);
	else
		ws_buf_puts(&b, silence);
	ws_page_row(p,
	    (struct ws_cell[]){
		{ .text =
			ws_class_defs[c].is_class ? ws_class_defs[c].key : "-",
		    .at = 2,
		    .width = 2 },
		{ .text = ws_text_str(&b), .at = 5 } },
	    2);
	ws_buf_fini(&b);
}

static void
put_classes(const struct ws_page *p, const struct ws_report *r,
    enum ws_class_state state, const char *title)
{
	bool is_first = true;

	for (enum ws_class c = 0; c < WS_CLASSES; c++) {
		if (r->diagnosis->score[c].state != state ||
		    is_candidate(r->diagnosis, c))
			continue;
		if (is_first)
			ws_page_title(p, title);
		is_first = false;
		put_class(p, r, c, "nothing speaks for it");
	}
}

static void
put_second(const struct ws_page *p, const struct ws_report *r)
{
	put_classes(p, r, WS_SECONDARY, "ALSO SEEN");
}

static void
put_not_cause(const struct ws_page *p, const struct ws_report *r)
{
	if (r->diagnosis->outcome != WS_OUT_INSUFFICIENT)
		put_classes(p, r, WS_RULED_OUT, "NOT THE CAUSE");
}

static void
put_leaf(const struct ws_page *p, const struct ws_leaf *l)
{
	unsigned room = ws_page_width(p) - 50;
	unsigned n = (unsigned)lround(l->share * room);
	struct ws_buf bar = { 0 };
	char share[32];

	ws_unit_format(share, l->share, WS_U_RATIO);
	for (unsigned i = 0; i < n && i < room; i++)
		ws_buf_putc(&bar, '#');
	ws_page_row(p,
	    (struct ws_cell[]){ { .text = l->title, .at = 2, .width = 34 },
		{ .text = share, .at = 37, .width = 7, .flow = WS_RIGHT },
		{ .text = l->cls, .at = 46, .width = 2 },
		{ .text = ws_text_str(&bar), .at = 50 } },
	    4);
	ws_buf_fini(&bar);
}

static void
put_time(const struct ws_page *p, const struct ws_report *r)
{
	const struct ws_diagnosis *d = r->diagnosis;
	struct ws_buf from = { 0 };

	if (d->n_leaf == 0)
		return;
	ws_page_title(p, "WHERE THE TIME GOES");
	for (size_t i = 0; i < d->n_leaf; i++) {
		put_leaf(p, &d->leaf[i]);
		ws_text_join(&from, d->leaf[i].source);
	}
	ws_page_row(p,
	    (struct ws_cell[]){ { .text = "from", .at = 2 },
		{ .text = ws_text_str(&from), .at = 7 } },
	    2);
	ws_buf_fini(&from);
}

void
ws_report_text(FILE *f, const struct ws_report *r, const struct ws_style *s)
{
	static void (*const parts[])(
	    const struct ws_page *, const struct ws_report *) = { put_header,
		put_verdict, put_why, put_second, put_not_cause, put_time,
		ws_text_bench, ws_text_plan, ws_text_design, ws_text_traps,
		ws_text_unsure, ws_text_next };
	const struct ws_page page = { f, s };

	for (size_t i = 0; i < WS_LEN(parts); i++)
		parts[i](&page, r);
}

void
ws_report_line(FILE *f, const struct ws_report *r)
{
	const struct ws_diagnosis *d = r->diagnosis;
	struct ws_buf b = { 0 };

	ws_buf_put_safe(&b, ws_sv_of(r->bundle));
	fprintf(f, "%s %s %.*s\n",
	    d->outcome == WS_OUT_DECIDED ? ws_class_defs[d->cls].key
					 : ws_outcome_key(d),
	    ws_confidence_name(d->confidence), WS_SV_ARG(b));
	ws_buf_fini(&b);
}
