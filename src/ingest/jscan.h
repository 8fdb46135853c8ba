/*
 * A scanner of JSON that may be cut off anywhere, or be several documents one
 * after the other: it gives one token after the other, and asks of what lies
 * between them no more than it must.  Memory does not grow with the input.
 */
#ifndef WS_JSCAN_H
#define WS_JSCAN_H

#include "base/cursor.h"
#include "base/str.h"

enum ws_jtoken {
	WS_J_END,    /* no whole token is left */
	WS_J_OPEN,   /* { or [ */
	WS_J_CLOSE,  /* } or ] */
	WS_J_KEY,    /* a string before a colon */
	WS_J_STRING, /* another one */
	WS_J_WORD    /* a number, true, false, null */
};

struct ws_jscan {
	struct ws_sv in;
	size_t at;
	uint64_t base; /* offset of in */
	char bracket;  /* of the last open or close */
};

void ws_jscan_init(struct ws_jscan *j, struct ws_cur all);
/* *text is the key, the string or the word, without quotes; escapes stay as
 * they are.  A word that the input ends in may go on: it is no token. */
enum ws_jtoken ws_jscan_next(struct ws_jscan *j, struct ws_sv *text);
/* Passes blanks; returns the number of line ends among them. */
unsigned ws_jscan_blanks(struct ws_jscan *j);
uint64_t ws_jscan_off(const struct ws_jscan *j);
/* True when something is left that is no whole token. */
bool ws_jscan_is_cut(const struct ws_jscan *j);

#endif
