/* Saying what is wrong in a rules file, and where. */
#ifndef WS_COMPLAIN_H
#define WS_COMPLAIN_H

#include "rules/rules.h"

/* A file that was loaded; its text stays for later messages. */
struct ws_text {
	const char *name; /* as it was given */
	const char *base; /* without folders, for output that must not differ */
	struct ws_sv text;
	const char *pack, *version; /* NULL without a pack statement */
	bool is_test;
};

struct ws_texts {
	struct ws_text **v;
	size_t n, cap;
};

/* A place in a text. */
struct ws_pos {
	uint32_t file; /* in ws_texts */
	uint32_t off;
	uint32_t line; /* from 1 */
};

enum { WS_COMPLAINTS_MAX = 20 };

/* Problems of one load or one check. */
struct ws_problems {
	const struct ws_complain *to; /* may be NULL */
	const struct ws_texts *texts;
	unsigned errors; /* all of them; only so many are told */
	unsigned warnings;
};

void ws_problems_init(struct ws_problems *p, const struct ws_complain *to,
    const struct ws_texts *texts);
/* "file:line:col: text", the line and a caret below the column. */
void ws_problems_error(struct ws_problems *p, struct ws_pos at, const char *fmt,
    ...) WS_PRINTF(3, 4);
void ws_problems_warning(struct ws_problems *p, struct ws_pos at,
    const char *fmt, ...) WS_PRINTF(3, 4);
/* An error at no place in any text. */
void ws_problems_plain(struct ws_problems *p, const char *fmt, ...)
    WS_PRINTF(2, 3);

/* The known name that is nearest to a wrong one. */
struct ws_near {
	struct ws_sv wrong;
	char best[72];
	unsigned distance; /* of best; only smaller ones replace it */
	char hint[112];    /* filled by ws_near_hint() */
};

void ws_near_init(struct ws_near *n, struct ws_sv wrong);
void ws_near_offer(struct ws_near *n, struct ws_sv name);
/* ", did you mean 'x'?", or "" when nothing is near. */
const char *ws_near_hint(struct ws_near *n);

#endif
