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

/* The text between the braces; the check has seen to its names.  False when it
 * stands for something unknown. */
static bool
put_placeholder(struct ws_buf *b, const struct ws_scene *s, struct ws_sv inner)
{
	const struct ws_fact *fact;
	struct ws_sv name;
	uint32_t def;

	if (ws_sv_starts(inner, "$")) {
		put_param(b, s, ws_sv_from(inner, 1));
		return true;
	}
	name = ws_sv_split(&inner, ':');
	def = ws_catalogue_find(ws_facts_catalogue(s->f), name);
	if (def == UINT32_MAX)
		return false;
	fact = ws_scene_fact(s, def);
	if (inner.n == 0) {
		ws_fact_print(b, fact,
		    ws_catalogue_get(ws_facts_catalogue(s->f), def)->unit);
		return fact != NULL;
	}
	if (fact == NULL || fact->subject == NULL) {
		ws_buf_puts(b, "unknown");
		return false;
	}
	ws_buf_put_safe(b, ws_sv_of(fact->subject));
	return true;
}

/* Prints up to the character `stop` or the end, and returns where that is;
 * *known turns false by a placeholder for something unknown. */
static const char *
put_until(struct ws_buf *b, const struct ws_scene *s, const char *say,
    char stop, bool *known)
{
	struct ws_buf part = { 0 };
	const char *close;
	bool all;

	while (*say != '\0' && *say != stop) {
		if ((*say == '{' || *say == '[') && say[1] == *say) {
			ws_buf_putc(b, *say);
			say += 2;
		} else if (*say == '{' && (close = strchr(say, '}')) != NULL) {
			*known &= put_placeholder(b, s,
			    (struct ws_sv){
				say + 1, (size_t)(close - say - 1) });
			say = close + 1;
		} else if (*say == '[' && stop == '\0') {
			all = true;
			say = put_until(&part, s, say + 1, ']', &all);
			say += *say == ']';
			if (all)
				ws_buf_putsv(b, ws_buf_sv(&part));
			part.n = 0;
		} else {
			ws_buf_putc(b, *say++);
		}
	}
	ws_buf_fini(&part);
	return say;
}

void
ws_say_print(struct ws_buf *b, const struct ws_scene *s, const char *say)
{
	bool known = true;

	put_until(b, s, say, '\0', &known);
}
