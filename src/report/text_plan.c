/* The first screen: what to do, and what is not known. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/err.h"
#include "report/text.h"

#define STEPS_SHOWN   2
#define MISSING_SHOWN 5
#define RULES_NAMED   3

static void
put_labelled(const struct ws_page *p, const char *label, const char *text)
{
	ws_page_row(p,
	    (struct ws_cell[]){ { .text = label, .at = 4, .width = 8 },
		{ .text = text, .at = 13 } },
	    2);
}

/* "1.7x", "42x", "1000x": two digits, without an exponent. */
static void
put_factor(struct ws_buf *b, double v)
{
	ws_buf_printf(b, "%.*fx", v < 9.95 ? 1 : 0, v);
}

void
ws_impact_show(struct ws_buf *b, const struct ws_action *x)
{
	if (!x->has_impact) {
		ws_buf_puts(b, "not known from this bundle");
		return;
	}
	put_factor(b, x->lo);
	ws_buf_puts(b, " to ");
	put_factor(b, x->hi);
	if (isfinite(x->cap) && x->cap <= x->hi) {
		ws_buf_puts(b, ", which is the cap");
	} else if (isfinite(x->cap)) {
		ws_buf_puts(b, ", never above ");
		put_factor(b, x->cap);
	}
	ws_buf_printf(b, " (%s)", x->basis);
}

void
ws_then_show(struct ws_buf *b, const struct ws_action *x)
{
	char share[32];

	if (isnan(x->then.share))
		return;
	ws_unit_format(share, x->then.share, WS_U_RATIO);
	ws_buf_printf(
	    b, "largest: %s, %s of the time left", x->then.title, share);
}

static void
put_impact(const struct ws_page *p, const struct ws_action *x)
{
	struct ws_buf b = { 0 };

	ws_impact_show(&b, x);
	put_labelled(p, "expected", ws_text_str(&b));
	b.n = 0;
	ws_then_show(&b, x);
	if (b.n > 0)
		put_labelled(p, "then", ws_text_str(&b));
	ws_buf_fini(&b);
}

bool
ws_figure_show(struct ws_buf *b, const struct ws_action *x, size_t i)
{
	const struct ws_figure *f = &x->advice->figure[i];
	char value[32];

	if (isnan(x->figure[i]))
		return false;
	ws_unit_format(value, x->figure[i], ws_expr_unit(f->of));
	ws_buf_printf(b, "%s: %s", f->label, value);
	return true;
}

static void
put_figures(const struct ws_page *p, const struct ws_action *x)
{
	struct ws_buf b = { 0 };

	for (size_t i = 0; i < x->advice->n_figure; i++) {
		size_t n = b.n;

		ws_buf_puts(&b, n > 0 ? "; " : "");
		if (!ws_figure_show(&b, x, i))
			b.n = n;
	}
	if (b.n > 0)
		put_labelled(p, "sizes", ws_text_str(&b));
	ws_buf_fini(&b);
}

const char *
ws_effort_name(const struct ws_advice *a)
{
	return a->effort == 'S'   ? "small"
	       : a->effort == 'M' ? "medium"
				  : "large";
}

static void
put_effort(const struct ws_page *p, const struct ws_advice *a)
{
	struct ws_buf b = { 0 };

	ws_buf_puts(&b, ws_effort_name(a));
	if (a->risk)
		ws_buf_printf(&b, "; risk: %s", a->risk);
	put_labelled(p, "effort", ws_text_str(&b));
	ws_buf_fini(&b);
}

static void
put_targets(const struct ws_page *p, const struct ws_target *t, size_t n)
{
	struct ws_buf b = { 0 };
	char share[32];

	for (size_t i = 0; i < n; i++) {
		ws_unit_format(share, t[i].share, WS_U_RATIO);
		ws_buf_printf(
		    &b, "%s%s (%s)", i ? ", " : "", t[i].subject, share);
	}
	if (n > 0)
		put_labelled(p, "at", ws_text_str(&b));
	ws_buf_fini(&b);
}

static void
put_steps(const struct ws_page *p, const struct ws_advice *a)
{
	struct ws_buf b = { 0 };
	size_t n = a->n_step;

	for (size_t i = 0; i < n && (i < STEPS_SHOWN || n == i + 1); i++)
		put_labelled(p, i == 0 ? "do" : "", a->step[i]);
	if (n > STEPS_SHOWN + 1) {
		ws_buf_printf(&b, "(%zu more steps: whyslow rules show %s)",
		    n - STEPS_SHOWN, a->id);
		put_labelled(p, "", ws_text_str(&b));
	}
	ws_buf_fini(&b);
}

static void
put_success(const struct ws_page *p, const struct ws_advice *a)
{
	struct ws_buf b = { 0 };
	char value[32];

	for (size_t i = 0; i < a->n_success; i++) {
		const struct ws_success *s = &a->success[i];

		ws_unit_format(value, s->value, s->unit);
		ws_buf_printf(
		    &b, "%s%s %s %s", i ? ", " : "", s->fact, s->op, value);
	}
	if (a->n_success > 0)
		put_labelled(p, "check", ws_text_str(&b));
	ws_buf_fini(&b);
}

static void
put_action(const struct ws_page *p, const struct ws_diagnosis *d, size_t i)
{
	const struct ws_action *x = &d->action[i];
	const struct ws_advice *a = x->advice;
	struct ws_buf title = { 0 }, number = { 0 };

	ws_buf_printf(&number, "%zu", i + 1);
	ws_buf_puts(&title, a->title ? a->title : a->id);
	if (a->cls != d->cls && a->cls < WS_CLASSES)
		ws_buf_printf(&title, " (class %s)", ws_class_defs[a->cls].key);
	ws_page_row(p,
	    (struct ws_cell[]){
		{ .text = ws_text_str(&number), .at = 1, .width = 2 },
		{ .text = ws_text_str(&title), .at = 4, .look = WS_BOLD } },
	    2);
	put_impact(p, x);
	put_effort(p, a);
	put_targets(p, x->target, x->n_target);
	put_figures(p, x);
	put_steps(p, a);
	put_success(p, a);
	ws_buf_fini(&title);
	ws_buf_fini(&number);
}

void
ws_text_plan(const struct ws_page *p, const struct ws_report *r)
{
	if (r->diagnosis->n_action == 0)
		return;
	ws_page_title(p, "PLAN");
	for (size_t i = 0; i < r->diagnosis->n_action; i++)
		put_action(p, r->diagnosis, i);
}

void
ws_text_traps(const struct ws_page *p, const struct ws_report *r)
{
	if (r->diagnosis->n_trap > 0)
		ws_page_title(p, "TRAPS");
	for (size_t i = 0; i < r->diagnosis->n_trap; i++) {
		const struct ws_trap_seen *t = &r->diagnosis->trap[i];
		char share[32] = "";

		if (!isnan(t->share))
			ws_unit_format(share, t->share, WS_U_RATIO);
		ws_page_row(p,
		    (struct ws_cell[]){ { .text = t->judgement->text,
					    .at = 2,
					    .width = ws_page_width(p) - 11 },
			{ .text = share,
			    .at = ws_page_width(p) - 7,
			    .flow = WS_RIGHT } },
		    2);
		put_targets(p, t->target, t->n_target);
	}
}

/* One line of UNSURE, with the title before the first. */
static void
put_doubt(const struct ws_page *p, size_t *n, struct ws_buf *b)
{
	if ((*n)++ == 0)
		ws_page_title(p, "UNSURE");
	ws_page_text(p, 2, ws_text_str(b));
	ws_buf_fini(b);
	*b = (struct ws_buf){ 0 };
}

static void
put_damage(const struct ws_page *p, const struct ws_report *r, size_t *n)
{
	struct ws_buf b = { 0 };

	if (r->status != WS_OK && r->detail && *r->detail) {
		ws_buf_printf(&b, "%s: %s", r->bundle, r->detail);
		put_doubt(p, n, &b);
	}
	for (size_t i = 0; i < r->n_artifact; i++) {
		const struct ws_report_artifact *a = &r->artifact[i];

		if (a->status == WS_OK || a->status == WS_UNSUPPORTED)
			continue;
		ws_buf_printf(&b, "%s %s", a->name, ws_status_name(a->status));
		if (a->off != WS_OFF_NONE)
			ws_buf_printf(&b, " at 0x%" PRIx64, a->off);
		if (a->detail && *a->detail)
			ws_buf_printf(&b, ": %s", a->detail);
		put_doubt(p, n, &b);
	}
}

static void
put_quality(const struct ws_page *p, const struct ws_diagnosis *d, size_t *n)
{
	struct ws_buf b = { 0 };

	for (size_t i = 0; i < d->n_quality; i++) {
		ws_buf_printf(&b, "%s (%s)",
		    d->quality[i]->text ? d->quality[i]->text : "",
		    d->quality[i]->rule->id);
		put_doubt(p, n, &b);
	}
}

static bool
is_told(const struct ws_diagnosis *d, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(d->missing[k].reason, d->missing[i].reason) == 0)
			return true;
	return false;
}

/* "A-ONE, A-TWO and 3 more": the rules that one reason keeps from judging. */
static void
put_rules_like(struct ws_buf *b, const struct ws_diagnosis *d, size_t i)
{
	size_t n = 0;

	for (size_t k = i; k < d->n_missing; k++)
		if (strcmp(d->missing[k].reason, d->missing[i].reason) == 0 &&
		    n++ < RULES_NAMED)
			ws_text_join(b, d->missing[k].rule->id);
	if (n > RULES_NAMED)
		ws_buf_printf(b, " and %zu more", n - RULES_NAMED);
}

static void
put_missing(const struct ws_page *p, const struct ws_diagnosis *d, size_t *n)
{
	struct ws_buf b = { 0 };
	size_t told = 0;

	for (size_t i = 0; i < d->n_missing; i++) {
		if (is_told(d, i) || told++ >= MISSING_SHOWN)
			continue;
		put_rules_like(&b, d, i);
		ws_buf_printf(&b, " not judged: %s", d->missing[i].reason);
		put_doubt(p, n, &b);
	}
	if (told > MISSING_SHOWN) {
		told -= MISSING_SHOWN;
		ws_buf_printf(&b, "%zu more reason%s for unknown rules: --json",
		    told, told == 1 ? "" : "s");
		put_doubt(p, n, &b);
	}
}

static void
put_open_classes(
    const struct ws_page *p, const struct ws_diagnosis *d, size_t *n)
{
	struct ws_buf b = { 0 }, names = { 0 };

	for (enum ws_class c = 0; c < WS_CLASSES; c++)
		if (d->score[c].state == WS_STATE_OPEN)
			ws_text_join(&names, ws_class_defs[c].key);
	if (names.n > 0) {
		ws_buf_printf(
		    &b, "neither shown nor ruled out: %s", ws_text_str(&names));
		put_doubt(p, n, &b);
	}
	ws_buf_fini(&names);
}

void
ws_text_unsure(const struct ws_page *p, const struct ws_report *r)
{
	size_t n = 0;

	put_damage(p, r, &n);
	put_quality(p, r->diagnosis, &n);
	put_missing(p, r->diagnosis, &n);
	put_open_classes(p, r->diagnosis, &n);
}

static void
put_capture(const struct ws_page *p, const struct ws_collect *c)
{
	struct ws_buf b = { 0 };

	ws_page_row(p,
	    &(struct ws_cell){
		.text = c->command, .at = 2, .flow = WS_COMMAND },
	    1);
	ws_buf_printf(&b, "%s%s%s", c->why ? c->why : "",
	    c->cost && *c->cost ? "; " : "", c->cost ? c->cost : "");
	ws_page_text(p, 6, ws_text_str(&b));
	ws_buf_fini(&b);
}

/* As a shell reads it: names of bundles come from strangers, commands get
 * pasted. */
static void
put_quoted(struct ws_buf *b, const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._+/-";

	if (strcmp(name, "-") == 0 ||
	    (*name && *name != '-' && name[strspn(name, plain)] == '\0')) {
		ws_buf_puts(b, name);
		return;
	}
	ws_buf_puts(b, *name == '-' ? "./'" : "'");
	for (; *name; name++)
		ws_buf_puts(b, *name == '\'' ? "'\\''" : (char[]){ *name, 0 });
	ws_buf_putc(b, '\'');
}

void
ws_text_next(const struct ws_page *p, const struct ws_report *r)
{
	const struct ws_diagnosis *d = r->diagnosis;
	struct ws_buf b = { 0 };

	ws_page_title(p, "NEXT");
	for (size_t i = 0; i < d->n_collect; i++)
		put_capture(p, &d->collect[i]);
	if (d->n_collect == 0)
		ws_page_text(p, 2,
		    d->confidence == WS_HIGH
			? "no further capture needed"
			: "no capture is known that would decide more");
	if (d->n_evidence > 0) {
		ws_buf_printf(
		    &b, "whyslow explain %s ", d->evidence[0]->rule->id);
		put_quoted(&b, r->path != NULL ? r->path : r->bundle);
		ws_page_row(p,
		    &(struct ws_cell){
			.text = ws_text_str(&b), .at = 2, .flow = WS_WHOLE },
		    1);
	}
	ws_buf_fini(&b);
}
