/*
 * One dictionary a bundle: strings, frames, stacks and clocks are interned
 * here and named by 32-bit ids, so that events are small and equality is
 * integer equality.  Id 0 means "none" everywhere.
 */
#ifndef WS_DICT_H
#define WS_DICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "model/clock.h"

typedef uint32_t ws_id;

/* One function in a call stack.  func is 0 while the address is not
 * symbolised. */
struct ws_frame {
	ws_id func;    /* full name, as the producer wrote it */
	ws_id file;    /* source file, or 0 */
	ws_id mapping; /* binary or library, or 0 */
	uint32_t line; /* 0 when unknown */
	uint64_t addr; /* 0 when unknown */
	bool inlined;  /* its caller's frame is the real function */
	bool exact;    /* addr is in the call, not behind it, of a caller too */
};

struct ws_dict;
struct ws_symtab;
struct ws_heading;
struct ws_heading_series;

struct ws_dict *ws_dict_new(void);
void ws_dict_free(struct ws_dict *d);

/* Interns a string; the empty string is id 0. */
ws_id ws_dict_str(struct ws_dict *d, struct ws_sv s);
ws_id ws_dict_cstr(struct ws_dict *d, const char *s);
/* The track of a thread whose process is not told: "?/TID NAME"; the id may be
 * unknown too, and is empty then. */
ws_id ws_dict_thread(struct ws_dict *d, struct ws_sv tid, struct ws_sv name);
/* The text of an id; empty for 0.  NUL-terminated, lives with the dict. */
struct ws_sv ws_dict_text(const struct ws_dict *d, ws_id id);

size_t ws_dict_strings(const struct ws_dict *d); /* ids run from 0 to this */

ws_id ws_dict_frame(struct ws_dict *d, const struct ws_frame *f);
const struct ws_frame *ws_dict_get_frame(const struct ws_dict *d, ws_id id);
size_t ws_dict_frames(const struct ws_dict *d); /* ids run from 1 to this */

/* Interns a stack, leaf first.  The empty stack is id 0. */
ws_id ws_dict_stack(struct ws_dict *d, const ws_id *frames, size_t n);
/* Number of frames, and the frames leaf first; borrowed until the next put. */
size_t ws_dict_get_stack(
    const struct ws_dict *d, ws_id id, const ws_id **frames);
size_t ws_dict_stacks(const struct ws_dict *d);

/* What the bundle has of names for addresses (model/symtab.h). */
struct ws_symtab *ws_dict_symtab(struct ws_dict *d);

ws_id ws_dict_clock(struct ws_dict *d, const struct ws_clock *c);
const struct ws_clock *ws_dict_get_clock(const struct ws_dict *d, ws_id id);

/* Interns the heading of rows (model/row.h), n <= WS_ROW_MAX. */
const struct ws_heading *ws_dict_heading(
    struct ws_dict *d, const struct ws_heading_series *series, size_t n);

#endif
