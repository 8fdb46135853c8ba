/* What the files of the reader of goroutine dumps share. */
#ifndef WS_PARSERS_GOROUTINES_H
#define WS_PARSERS_GOROUTINES_H

#include "base/str.h"

/* "goroutine 7 [chan receive, 5 minutes, locked to thread]:" */
struct goroutines_head {
	uint64_t id, minutes;
	struct ws_sv state;  /* without the notes below */
	struct ws_sv bubble; /* "3" of "synctest bubble 3" */
	struct ws_sv other;  /* a note that no version known to us writes */
	struct ws_sv labels; /* between braces */
	size_t prefix;       /* bytes that a log writer put before the line */
	bool leaked, durable, locked;
};

/* False for any other line. */
bool goroutines_head(struct ws_sv line, struct goroutines_head *h);

/* One of two lines of a frame: "main.(*T).f(0x1, {0x2?, ...})". */
struct goroutines_call {
	struct ws_sv func;
	bool inlined;
};

bool goroutines_call(struct ws_sv line, struct goroutines_call *c);

/* The other one: a tab and "/srv/app/main.go:12 +0x4d". */
struct goroutines_place {
	struct ws_sv file, all;
	uint32_t line;
	bool registers; /* "fp=0x... sp=0x... pc=0x..." behind it */
};

bool goroutines_place(struct ws_sv line, struct goroutines_place *p);

/* "created by main.f in goroutine 1"; *parent is 0 before Go 1.21. */
bool goroutines_creator(
    struct ws_sv line, struct ws_sv *func, uint64_t *parent);
/* "...12 frames elided...", "...additional frames elided..." */
bool goroutines_elided(struct ws_sv line);

/* The function of the runtime that a goroutine in that state is in and that
 * the dump does not show, or NULL. */
const char *goroutines_hidden(struct ws_sv state);
/* True when the state does not tell what hidden function it may be in. */
bool goroutines_is_vague(struct ws_sv state);
/* The track: "state=select, locked=thread, tenant=blue". */
void goroutines_track(struct ws_buf *b, const struct goroutines_head *h);

#endif
