/* What outcomes, confidence and states are called, and texts that are kept. */
#include "diagnosis/parts.h"

const char *
ws_text_keep(struct ws_case *c, struct ws_buf *b)
{
	const char *text = ws_arena_dup(c->arena, ws_buf_sv(b));

	ws_buf_fini(b);
	return text;
}

const char *
ws_outcome_key(const struct ws_diagnosis *d)
{
	switch (d->outcome) {
	case WS_OUT_DECIDED:
		return "decided";
	case WS_OUT_OTHER:
		return ws_class_defs[d->cls].key;
	case WS_OUT_OPEN:
		return "open";
	default:
		return "insufficient";
	}
}

const char *
ws_confidence_name(enum ws_confidence c)
{
	return c == WS_HIGH ? "high" : c == WS_MEDIUM ? "medium" : "low";
}

const char *
ws_class_state_name(enum ws_class_state s)
{
	switch (s) {
	case WS_PRIMARY:
		return "primary";
	case WS_SECONDARY:
		return "secondary";
	case WS_STATE_OPEN:
		return "open";
	default:
		return "ruled-out";
	}
}
