/*
 * A streaming JSON writer.  Commas, escapes and indentation are its business;
 * nesting is the caller's.  Invalid UTF-8 becomes U+FFFD, NaN and infinities
 * become null, '<' becomes \u003c.
 */
#ifndef WS_JSON_H
#define WS_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"

struct ws_json {
	FILE *f;
	unsigned depth;
	bool first; /* nothing was written yet at this depth */
	bool after_key;
	bool pretty; /* one member a line, two blanks a level */
};

void ws_json_init(struct ws_json *j, FILE *f, bool pretty);
void ws_json_open(struct ws_json *j, char bracket);  /* '{' or '[' */
void ws_json_close(struct ws_json *j, char bracket); /* '}' or ']' */
void ws_json_key(struct ws_json *j, const char *key);
void ws_json_str(struct ws_json *j, const char *cstr); /* NULL gives null */
void ws_json_sv(struct ws_json *j, struct ws_sv s);
void ws_json_u64(struct ws_json *j, uint64_t v);
void ws_json_i64(struct ws_json *j, int64_t v);
/* Shortest of up to 12 significant digits; integers without exponent. */
void ws_json_num(struct ws_json *j, double v);
void ws_json_bool(struct ws_json *j, bool v);
void ws_json_null(struct ws_json *j);
/* A member of an object: key and value. */
void ws_json_key_str(struct ws_json *j, const char *key, const char *cstr);
void ws_json_key_num(struct ws_json *j, const char *key, double v);
void ws_json_end(struct ws_json *j); /* the newline after the document */

#endif
