/* Facts and reasons as text. */
#include <math.h>
#include <string.h>

#include "rules/value.h"

void
ws_fact_print(struct ws_buf *b, const struct ws_fact *fact, enum ws_unit unit)
{
	char text[32];

	if (fact == NULL) {
		ws_buf_puts(b, "unknown");
	} else if (unit == WS_U_TEXT) {
		ws_buf_put_safe(b, ws_sv_of(fact->text));
	} else {
		ws_unit_format(text, fact->value, unit);
		ws_buf_puts(b, text);
	}
}

void
ws_presence_print(
    struct ws_buf *b, enum ws_source_id source, enum ws_presence p)
{
	static const struct {
		const char *before, *behind; /* the title of the source */
	} words[] = {
		[WS_ABSENT] = { "no ", " in the bundle" },
		[WS_UNSUPPORTED_HERE] = { "this version or system has no ",
		    " to tell it" },
		[WS_DISABLED] = { "the ", " was not switched on" },
		[WS_EMPTY] = { "the ", " was collected, nothing in it" },
		[WS_VALUE] = { "the ", " in the bundle does not tell" },
	};

	ws_buf_puts(b, words[p].before);
	ws_buf_puts(b, ws_source_defs[source].title);
	ws_buf_puts(b, words[p].behind);
}

static void
put_param(struct ws_buf *b, const struct ws_scene *s, struct ws_sv name)
{
	const struct ws_param_decl *d = ws_decl_find(s->r, WS_NAME_PARAM, name);
	bool scaled;
	char text[32];

	if (d == NULL)
		return;
	scaled = s->scaled < s->r->decl[WS_NAME_PARAM].n &&
		 s->r->decl[WS_NAME_PARAM].v[s->scaled] == d;
	ws_unit_format(
	    text, d->param.value * (scaled ? s->scale : 1), d->param.unit);
	ws_buf_puts(b, text);
}

/* The text between the braces; the check has seen to its names. */
static void
put_placeholder(struct ws_buf *b, const struct ws_scene *s, struct ws_sv inner)
{
	const struct ws_fact *fact;
	struct ws_sv name;
	uint32_t def;

	if (ws_sv_starts(inner, "$")) {
		put_param(b, s, ws_sv_from(inner, 1));
		return;
	}
	name = ws_sv_split(&inner, ':');
	def = ws_catalogue_find(ws_facts_catalogue(s->f), name);
	if (def == UINT32_MAX)
		return;
	fact = ws_scene_fact(s, def);
	if (inner.n == 0)
		ws_fact_print(b, fact,
		    ws_catalogue_get(ws_facts_catalogue(s->f), def)->unit);
	else if (fact == NULL || fact->subject == NULL)
		ws_buf_puts(b, "unknown");
	else
		ws_buf_put_safe(b, ws_sv_of(fact->subject));
}

void
ws_say_print(struct ws_buf *b, const struct ws_scene *s, const char *say)
{
	const char *open, *close;

	for (; (open = strchr(say, '{')) != NULL; say = close + 1) {
		ws_buf_put(b, say, (size_t)(open - say));
		close = open + 1;
		if (*close == '{') {
			ws_buf_putc(b, '{');
			continue;
		}
		close = strchr(open, '}');
		if (close == NULL)
			break;
		put_placeholder(b, s,
		    (struct ws_sv){ open + 1, (size_t)(close - open - 1) });
	}
	ws_buf_puts(b, open == NULL ? say : open);
}
