/*
 * The Go code of an advice with the names of this bundle.  ${FACT|DEFAULT} is
 * the subject of largest value (of `at`, of what the action is aimed at), as "main.serve app.go:12"; ${FACT:func|DEFAULT}
 * its function alone, as a call would name it: "lookup" for
 * "main.(*Cache).lookup.func1 cache.go:70" and for "main._Cfunc_lookup".
 */
#include <ctype.h>
#include <string.h>

#include "diagnosis/parts.h"

static bool
is_letter(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Names that the compiler makes: "func1" of a closure, "2" of a second init,
 * "gowrap1". */
static bool
is_made_up(struct ws_sv part)
{
	static const char *const made[] = { "func", "gowrap", "deferwrap" };
	size_t at = 0;

	for (size_t i = 0; i < WS_LEN(made); i++)
		if (ws_sv_starts(part, made[i]))
			at = strlen(made[i]);
	for (; at < part.n; at++)
		if (!isdigit((unsigned char)part.p[at]))
			return false;
	return true;
}

/* The last part of a function's name that a person has written; empty where
 * it is none that code may use. */
static struct ws_sv
own_name(struct ws_sv function)
{
	struct ws_sv best = { "", 0 }, part;

	while (function.n > 0) {
		part = ws_sv_split(&function, '.');
		if (!is_made_up(part))
			best = part;
	}
	if (ws_sv_starts(best, "_Cfunc_"))
		best = ws_sv_from(best, strlen("_Cfunc_"));
	for (size_t i = 0; i < best.n; i++)
		if (!is_letter(best.p[i]))
			best.n = 0;
	return best;
}

/* Names come from strangers, and the code gets pasted. */
static void
put_subject(struct ws_buf *b, const char *subject)
{
	size_t from = b->n;

	ws_buf_put_safe(b, ws_sv_of(subject));
	for (; from < b->n; from++)
		if (b->p[from] == '`')
			b->p[from] = '\'';
}

static void
put_name(struct ws_buf *b, struct ws_case *c, const struct ws_action *x,
    struct ws_sv inner)
{
	struct ws_sv name = ws_sv_split(&inner, '|'), how = name;
	const struct ws_target *target;
	const char *fact = ws_arena_dup(c->arena, ws_sv_split(&how, ':'));
	struct ws_sv subject, function;
	size_t n = x->n_target;

	target = x->target;
	if (strcmp(fact, "at") != 0)
		n = ws_targets_find(c, fact, &target);
	if (n == 0) {
		ws_buf_putsv(b, inner);
		return;
	}
	if (how.n == 0) {
		put_subject(b, target[0].subject);
		return;
	}
	subject = ws_sv_of(target[0].subject);
	function = own_name(ws_sv_split(&subject, ' '));
	ws_buf_putsv(b, function.n > 0 ? function : inner);
}

const char *
ws_pattern_fill(struct ws_case *c, const struct ws_action *x)
{
	const char *code = x->advice->code, *open, *close;
	struct ws_buf b = { 0 };

	if (code == NULL)
		return NULL;
	for (; (open = strstr(code, "${")) != NULL; code = close + 1) {
		ws_buf_put(&b, code, (size_t)(open - code));
		open += 2;
		close = strchr(open, '}');
		if (close == NULL)
			break;
		put_name(
		    &b, c, x, (struct ws_sv){ open, (size_t)(close - open) });
	}
	ws_buf_puts(&b, open == NULL ? code : "");
	return ws_text_keep(c, &b);
}
