/* Which of several processes a report is about. */
#include <string.h>

#include "report/text.h"

enum { SHOWN = 8 };

static void
put_name(struct ws_buf *b, const struct ws_report_node *g)
{
	const char *name[3] = { g->host, g->program, NULL };
	const char *what[] = { "host", "program" };
	const char *before = " (";

	ws_buf_puts(b, g->name);
	for (size_t i = 0; name[i] != NULL; i++) {
		if (*name[i] == '\0' || strcmp(name[i], g->name) == 0)
			continue;
		ws_buf_printf(b, "%s%s %s", before, what[i], name[i]);
		before = ", ";
	}
	if (*before == ',')
		ws_buf_putc(b, ')');
}

void
ws_text_nodes(const struct ws_page *p, const struct ws_report *r)
{
	struct ws_buf b = { 0 };
	size_t others = 0;

	if (r->n_node == 0)
		return;
	ws_buf_puts(&b, "About ");
	put_name(&b, &r->nodes[r->node]);
	ws_buf_printf(&b, ", of %zu in the bundle; not about ", r->n_node);
	for (size_t i = 0; i < r->n_node; i++) {
		if ((int)i == r->node)
			continue;
		if (others++ < SHOWN)
			ws_buf_printf(&b, "%s%s", others > 1 ? ", " : "",
			    r->nodes[i].name);
	}
	if (others > SHOWN)
		ws_buf_printf(&b, " and %zu more", others - SHOWN);
	ws_buf_puts(&b, " (--host, --process)");
	ws_page_text(p, 0, ws_text_str(&b));
	ws_buf_fini(&b);
}
