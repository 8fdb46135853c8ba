/*
 * Regular expressions of PCRE2 on bytes, with limits: rules and users write
 * them, and what they are matched with comes from captures.
 */
#ifndef WS_REGEX_H
#define WS_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

struct ws_regex;

/* NULL with *err, whose text says what is wrong and at which offset of the
 * pattern. */
struct ws_regex *ws_regex_new(struct ws_sv pattern, struct ws_err *err);
/* Turns it into machine code, where that can be, for who matches it often: it
 * takes as long as a hundred matches.  Once more is without effect. */
void ws_regex_quicken(struct ws_regex *r);
void ws_regex_free(struct ws_regex *r);

/* Memory for matching, for any number of expressions one after the other. */
struct ws_matcher;

struct ws_matcher *ws_matcher_new(void);
void ws_matcher_free(struct ws_matcher *m);

enum ws_found { WS_FOUND_NO, WS_FOUND_YES, WS_FOUND_LIMIT };

/* Looks for r anywhere in s.  WS_FOUND_LIMIT: not known after 100 000 steps. */
enum ws_found ws_regex_match(
    const struct ws_regex *r, struct ws_matcher *m, struct ws_sv s);

#endif
