/*
 * Reading lines of a fixed wording from left to right: each call moves *s past
 * what it read, or leaves it alone and is false.
 */
#ifndef WS_SCAN_H
#define WS_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

bool ws_scan_text(struct ws_sv *s, const char *text);
/* Digits alone. */
bool ws_scan_u64(struct ws_sv *s, uint64_t *v);
/* Digits with at most one '.' within: no sign, no exponent, up to 1e15. */
bool ws_scan_number(struct ws_sv *s, double *v);
/* The number behind the first "key=" of a line that begins a word; *s is not
 * moved. */
bool ws_scan_field(struct ws_sv s, const char *key, uint64_t *v);
/* True for letters, digits and '_'. */
bool ws_scan_is_word(char c);

#endif
