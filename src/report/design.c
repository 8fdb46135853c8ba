/* The concurrency design, as a diagram of characters and a few lines. */
#include <math.h>
#include <string.h>

#include "report/parts.h"
#include "report/text.h"

/* "decode x2" */
static void
put_stage(struct ws_buf *b, const struct ws_sketch *s, const char *name)
{
	const struct ws_design *d = s->design;

	ws_buf_printf(b, "[%s", name);
	for (size_t i = 0; i < d->n_stage; i++)
		if (strcmp(d->stage[i].name, name) == 0 && !isnan(s->runs[i]))
			ws_buf_printf(b, " x%.0f", s->runs[i]);
	ws_buf_putc(b, ']');
}

/* " --tasks 256--> " */
static void
put_queue(struct ws_buf *b, const struct ws_sketch *s, size_t i)
{
	ws_buf_printf(b, " --%s", s->design->queue[i].name);
	if (!isnan(s->holds[i]))
		ws_buf_printf(b, " %.0f", s->holds[i]);
	ws_buf_puts(b, "--> ");
}

size_t
ws_design_line(struct ws_buf *b, const struct ws_sketch *s, size_t from)
{
	const struct ws_queue *q = s->design->queue;
	size_t i = from, n = s->design->n_queue;

	put_stage(b, s, q[i].from);
	do {
		put_queue(b, s, i);
		put_stage(b, s, q[i].to);
		i++;
	} while (i < n && strcmp(q[i].from, q[i - 1].to) == 0);
	return i;
}

void
ws_design_stage(struct ws_buf *b, const struct ws_sketch *s, size_t i)
{
	const struct ws_stage *stage = &s->design->stage[i];

	ws_buf_printf(b, "%s", stage->does);
	if (stage->owns != NULL)
		ws_buf_printf(b, "; owns %s", stage->owns);
	if (s->at[i] != NULL)
		ws_buf_printf(b, "; now %s", s->at[i]);
}

void
ws_design_queue(struct ws_buf *b, const struct ws_sketch *s, size_t i)
{
	const struct ws_queue *q = &s->design->queue[i];

	if (isnan(s->holds[i]))
		ws_buf_puts(b, "its capacity is not known from this bundle");
	else
		ws_buf_printf(b, "holds %.0f", s->holds[i]);
	if (q->full != NULL)
		ws_buf_printf(b, "; when full: %s", q->full);
	if (q->closed != NULL)
		ws_buf_printf(b, "; closed by %s", q->closed);
}

/* Lets go of the buffer's text, so that the next may be written. */
static void
put_row(const struct ws_page *p, const char *label, struct ws_buf *b)
{
	ws_page_row(p,
	    (struct ws_cell[]){ { .text = label, .at = 4, .width = 10 },
		{ .text = ws_text_str(b), .at = 15 } },
	    2);
	b->n = 0;
}

void
ws_text_design(const struct ws_page *p, const struct ws_report *r)
{
	const struct ws_sketch *s = r->diagnosis->sketch;
	struct ws_buf b = { 0 };

	if (s == NULL)
		return;
	ws_page_title(p, "DESIGN");
	ws_page_text(p, 2, s->design->title);
	for (size_t i = 0; i < s->design->n_queue;) {
		i = ws_design_line(&b, s, i);
		ws_page_text(p, 4, ws_text_str(&b));
		b.n = 0;
	}
	for (size_t i = 0; i < s->design->n_stage; i++) {
		ws_design_stage(&b, s, i);
		put_row(p, s->design->stage[i].name, &b);
	}
	for (size_t i = 0; i < s->design->n_queue; i++) {
		ws_design_queue(&b, s, i);
		put_row(p, s->design->queue[i].name, &b);
	}
	for (size_t i = 0; i < s->design->n_note; i++) {
		ws_buf_puts(&b, s->design->note[i]);
		put_row(p, "", &b);
	}
	ws_buf_fini(&b);
}

static void
put_json_stage(struct ws_json *j, const struct ws_sketch *s, size_t i)
{
	const struct ws_stage *stage = &s->design->stage[i];

	ws_json_open(j, '{');
	ws_json_key_str(j, "name", stage->name);
	ws_json_key_num(j, "runs", s->runs[i]);
	ws_json_key_str(j, "does", stage->does);
	ws_json_key_str(j, "owns", stage->owns);
	ws_json_key_str(j, "at", s->at[i]);
	ws_json_close(j, '}');
}

static void
put_json_queue(struct ws_json *j, const struct ws_sketch *s, size_t i)
{
	const struct ws_queue *q = &s->design->queue[i];

	ws_json_open(j, '{');
	ws_json_key_str(j, "name", q->name);
	ws_json_key_str(j, "from", q->from);
	ws_json_key_str(j, "to", q->to);
	ws_json_key_num(j, "capacity", s->holds[i]);
	ws_json_key_str(j, "closed_by", q->closed);
	ws_json_key_str(j, "full", q->full);
	ws_json_close(j, '}');
}

void
ws_json_design(struct ws_json *j, const struct ws_report *r)
{
	const struct ws_sketch *s = r->diagnosis->sketch;

	if (s == NULL) {
		ws_json_null(j);
		return;
	}
	ws_json_open(j, '{');
	ws_json_key_str(j, "id", s->design->id);
	ws_json_key_str(j, "class", ws_class_defs[s->design->cls].key);
	ws_json_key_str(j, "title", s->design->title);
	ws_json_key(j, "stages");
	ws_json_open(j, '[');
	for (size_t i = 0; i < s->design->n_stage; i++)
		put_json_stage(j, s, i);
	ws_json_close(j, ']');
	ws_json_key(j, "queues");
	ws_json_open(j, '[');
	for (size_t i = 0; i < s->design->n_queue; i++)
		put_json_queue(j, s, i);
	ws_json_close(j, ']');
	ws_json_key(j, "notes");
	ws_json_open(j, '[');
	for (size_t i = 0; i < s->design->n_note; i++)
		ws_json_str(j, s->design->note[i]);
	ws_json_close(j, ']');
	ws_json_close(j, '}');
}
