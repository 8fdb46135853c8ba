/*
 * The note to paste into a bug report, in Markdown as code hosts read it
 * (CommonMark with tables): diagnosis, evidence, plan, design, before and
 * after, success.  Without a diagnosis it says so and asks for captures.
 */
#include <math.h>
#include <string.h>

#include "report/parts.h"
#include "report/text.h"

/* Text from rules and captures: what Markdown would take for its own is
 * escaped, controls are made visible. */
static void
put_plain(FILE *f, const char *text)
{
	struct ws_buf b = { 0 };

	ws_buf_put_safe(&b, ws_sv_of(text != NULL ? text : ""));
	for (size_t i = 0; i < b.n; i++) {
		if (strchr("\\`*_|<>[]#", b.p[i]) != NULL)
			fputc('\\', f);
		fputc(b.p[i], f);
	}
	ws_buf_fini(&b);
}

/* A name or command; one that has backquotes is put as text. */
static void
put_code(FILE *f, const char *text)
{
	struct ws_buf b = { 0 };

	if (strchr(text, '`') != NULL || strchr(text, '|') != NULL) {
		put_plain(f, text);
		return;
	}
	ws_buf_put_safe(&b, ws_sv_of(text));
	fprintf(f, "`%.*s`", WS_SV_ARG(b));
	ws_buf_fini(&b);
}

static void
put_heading(FILE *f, const char *text)
{
	fprintf(f, "\n## %s\n\n", text);
}

/* Prints the buffer as text and empties it. */
static void
flush(FILE *f, struct ws_buf *b)
{
	put_plain(f, ws_text_str(b));
	b->n = 0;
}

static void
put_verdict(FILE *f, const struct ws_report *r)
{
	const struct ws_diagnosis *d = r->diagnosis;
	const struct ws_class_def *def =
	    d->cls < WS_CLASSES ? &ws_class_defs[d->cls] : NULL;

	fputs("# Why is ", f);
	put_plain(f, r->bundle);
	fputs(" slow?\n\n**", f);
	if (d->outcome == WS_OUT_INSUFFICIENT)
		fputs("No diagnosis: no usable evidence", f);
	else if (d->outcome == WS_OUT_OPEN)
		fputs(def ? "No diagnosis yet; leading: " : "No diagnosis yet",
		    f);
	if (def != NULL && def->is_class)
		fprintf(f, "%s ", def->key);
	if (def != NULL)
		put_plain(f, def->name);
	fprintf(f, "** (confidence %s)\n\n", ws_confidence_name(d->confidence));
	put_plain(f, d->sentence);
	fputs("\n\n", f);
	put_plain(f, d->basis);
	fputc('\n', f);
}

static void
put_sources(FILE *f, const struct ws_judgement *j)
{
	struct ws_buf b = { 0 };

	for (size_t i = 0; i < j->n_used; i++)
		if (j->used[i].fact && j->used[i].presence == WS_VALUE)
			ws_text_join(&b, j->used[i].fact->artifact);
	flush(f, &b);
	ws_buf_fini(&b);
}

static void
put_evidence(FILE *f, const struct ws_report *r)
{
	const struct ws_diagnosis *d = r->diagnosis;

	if (d->n_evidence == 0)
		return;
	put_heading(f, "Evidence");
	fputs("| class | weight | what was seen | in | rule |\n"
	      "|---|---|---|---|---|\n",
	    f);
	for (size_t i = 0; i < d->n_evidence; i++) {
		const struct ws_judgement *j = d->evidence[i];

		fprintf(f, "| %s | %+d%s | ", ws_class_defs[j->rule->cls].key,
		    j->rule->weight, j->weak ? " (weak)" : "");
		put_plain(f, j->text);
		fputs(" | ", f);
		put_sources(f, j);
		fputs(" | ", f);
		put_code(f, j->rule->id);
		fputs(" |\n", f);
	}
}

static void
put_time(FILE *f, const struct ws_report *r)
{
	const struct ws_diagnosis *d = r->diagnosis;
	char share[32];

	if (d->n_leaf == 0)
		return;
	put_heading(f, "Where the time goes");
	fputs("| | share | class | from |\n|---|---|---|---|\n", f);
	for (size_t i = 0; i < d->n_leaf; i++) {
		ws_unit_format(share, d->leaf[i].share, WS_U_RATIO);
		fputs("| ", f);
		put_plain(f, d->leaf[i].title);
		fprintf(f, " | %s | %s | ", share, d->leaf[i].cls);
		put_plain(f, d->leaf[i].source);
		fputs(" |\n", f);
	}
}

static void
put_item(FILE *f, const char *label, struct ws_buf *b)
{
	if (b->n == 0)
		return;
	fprintf(f, "- %s: ", label);
	flush(f, b);
	fputc('\n', f);
}

static void
put_targets(FILE *f, const struct ws_action *x)
{
	char share[32];

	for (size_t i = 0; i < x->n_target; i++) {
		ws_unit_format(share, x->target[i].share, WS_U_RATIO);
		fputs(i == 0 ? "- at: " : ", ", f);
		put_code(f, x->target[i].subject);
		fprintf(f, " (%s)", share);
	}
	if (x->n_target > 0)
		fputc('\n', f);
}

static void
put_steps(FILE *f, const struct ws_action *x)
{
	const struct ws_advice *a = x->advice;

	fputc('\n', f);
	for (size_t i = 0; i < a->n_step; i++) {
		fprintf(f, "%zu. ", i + 1);
		put_plain(f, a->step[i]);
		fputc('\n', f);
	}
	/* Of a rules file, whose author may end the block as he likes. */
	if (x->code != NULL && strstr(x->code, "```") == NULL)
		fprintf(f, "\n```go\n%s\n```\n", x->code);
}

static void
put_action(FILE *f, const struct ws_diagnosis *d, size_t i)
{
	const struct ws_action *x = &d->action[i];
	struct ws_buf b = { 0 };

	fprintf(f, "### %zu. ", i + 1);
	put_plain(f, x->advice->title);
	fputs("\n\n", f);
	ws_impact_show(&b, x);
	put_item(f, "expected throughput", &b);
	ws_then_show(&b, x);
	put_item(f, "then", &b);
	put_targets(f, x);
	ws_buf_puts(&b, ws_effort_name(x->advice));
	put_item(f, "effort", &b);
	ws_buf_puts(&b, x->advice->risk != NULL ? x->advice->risk : "");
	put_item(f, "risk", &b);
	for (size_t k = 0; k < x->advice->n_figure; k++)
		if (ws_figure_show(&b, x, k))
			put_item(f, "size", &b);
	put_steps(f, x);
	fputc('\n', f);
	ws_buf_fini(&b);
}

static void
put_plan(FILE *f, const struct ws_report *r)
{
	const struct ws_diagnosis *d = r->diagnosis;

	put_heading(f, "Plan");
	if (d->n_action == 0)
		fputs(d->outcome == WS_OUT_DECIDED || d->outcome == WS_OUT_OTHER
			  ? "Nothing is to be mended by this evidence.\n"
			  : "None: there is no plan without a diagnosis. "
			    "See the next captures.\n",
		    f);
	for (size_t i = 0; i < d->n_action; i++)
		put_action(f, d, i);
}

static void
put_design(FILE *f, const struct ws_report *r)
{
	const struct ws_sketch *s = r->diagnosis->sketch;
	struct ws_buf b = { 0 };

	if (s == NULL)
		return;
	put_heading(f, "Concurrency design");
	put_plain(f, s->design->title);
	fputs(":\n\n```\n", f);
	for (size_t i = 0; i < s->design->n_queue;) {
		i = ws_design_line(&b, s, i);
		fprintf(f, "%s\n", ws_text_str(&b));
		b.n = 0;
	}
	fputs("```\n\n", f);
	for (size_t i = 0; i < s->design->n_stage; i++) {
		ws_design_stage(&b, s, i);
		put_item(f, s->design->stage[i].name, &b);
	}
	for (size_t i = 0; i < s->design->n_queue; i++) {
		ws_design_queue(&b, s, i);
		put_item(f, s->design->queue[i].name, &b);
	}
	for (size_t i = 0; i < s->design->n_note; i++) {
		fputs("- ", f);
		put_plain(f, s->design->note[i]);
		fputc('\n', f);
	}
	ws_buf_fini(&b);
}

/* Each once, though several actions may want it. */
static bool
is_new(const struct ws_diagnosis *d, size_t action, const struct ws_success *s)
{
	for (size_t i = 0; i < action; i++)
		for (size_t k = 0; k < d->action[i].advice->n_success; k++)
			if (strcmp(d->action[i].advice->success[k].fact,
				s->fact) == 0)
				return false;
	return true;
}

/* What the change will be compared with. */
static void
put_before(FILE *f, const struct ws_report *r)
{
	struct ws_buf b = { 0 };
	const char *label;

	for (size_t i = 0; (label = ws_bench_row(&b, r, i)) != NULL; i++) {
		if (i == 0)
			fputs("Before:\n\n", f);
		put_item(f, label, &b);
	}
	if (ws_bench_row(&b, r, 0) == NULL)
		fputs("No benchmark was in the bundle: measure before the "
		      "change, in several runs.\n",
		    f);
	fputc('\n', f);
	ws_buf_fini(&b);
}

static void
put_success(FILE *f, const struct ws_report *r)
{
	const struct ws_diagnosis *d = r->diagnosis;
	char value[32];

	if (d->n_action == 0)
		return;
	put_heading(f, "Before, after and success");
	put_before(f, r);
	fputs("Keep this bundle and its report (`whyslow --json`). After the "
	      "change capture the same again and compare:\n\n"
	      "```\nwhyslow diff --plan report.json BEFORE AFTER\n```\n\n"
	      "The change is a success when\n\n",
	    f);
	for (size_t i = 0; i < d->n_action; i++)
		for (size_t k = 0; k < d->action[i].advice->n_success; k++) {
			const struct ws_success *s =
			    &d->action[i].advice->success[k];

			if (!is_new(d, i, s))
				continue;
			ws_unit_format(value, s->value, s->unit);
			fprintf(f, "- `%s %s %s`\n", s->fact, s->op, value);
		}
	fputs("- throughput rises within the range expected above, and the "
	      "99th percentile does not\n",
	    f);
}

static void
put_doubts(FILE *f, const struct ws_report *r)
{
	const struct ws_diagnosis *d = r->diagnosis;

	if (d->n_quality == 0 && d->n_trap == 0)
		return;
	put_heading(f, "Mind");
	for (size_t i = 0; i < d->n_quality; i++) {
		fputs("- ", f);
		put_plain(f, d->quality[i]->text);
		fputc('\n', f);
	}
	for (size_t i = 0; i < d->n_trap; i++) {
		fputs("- ", f);
		put_plain(f, d->trap[i].judgement->text);
		fputc('\n', f);
	}
}

static void
put_next(FILE *f, const struct ws_report *r)
{
	const struct ws_diagnosis *d = r->diagnosis;

	if (d->n_collect == 0)
		return;
	put_heading(f, "Next captures");
	for (size_t i = 0; i < d->n_collect; i++) {
		fputs("- ", f);
		put_plain(f, d->collect[i].why);
		fprintf(f, " (%s):\n\n  ```\n  %s\n  ```\n", d->collect[i].cost,
		    d->collect[i].command);
	}
}

void
ws_report_md(FILE *f, const struct ws_report *r)
{
	static void (*const parts[])(FILE *,
	    const struct ws_report *) = { put_verdict, put_evidence, put_time,
		put_plan, put_design, put_success, put_doubts, put_next };

	for (size_t i = 0; i < WS_LEN(parts); i++)
		parts[i](f, r);
}
