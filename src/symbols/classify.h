/*
 * Function names into symbol groups.  Groups are data (rules/symbols/?*.sym
 * and rules files); each distinct name is classified once.
 */
#ifndef WS_CLASSIFY_H
#define WS_CLASSIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "facts/query.h"

enum { WS_GROUPS_MAX = 256 };

/* A set of groups, by index into ws_queries.group. */
struct ws_gset {
	uint64_t w[WS_GROUPS_MAX / 64];
};

static inline bool
ws_gset_has(const struct ws_gset *s, uint32_t group)
{
	return s->w[group / 64] >> (group % 64) & 1;
}

struct ws_symset;

/*
 * Compiles the groups: exact names into a hash table, prefixes into a sorted
 * list, regular expressions with PCRE2 (match limit 100 000; JIT, where there
 * is one, for those that meet many names) behind a literal prefilter.  Patterns of other Go releases than
 * `go_version` are left out; 0 (unknown) keeps all.  NULL with *err naming
 * file, line and the regular expression's fault.
 */
struct ws_symset *ws_symset_new(
    const struct ws_queries *q, uint32_t go_version, struct ws_err *err);
void ws_symset_free(struct ws_symset *s);
/* The groups of a full function name.  Type parameters in brackets are
 * normalised to [...] before matching, and what assemblers, linkers and
 * optimisers append (".abi0", "@@GLIBC_2.3.2", ".isra.0") is cut off. */
void ws_symset_classify(
    struct ws_symset *s, struct ws_sv func, struct ws_gset *out);
/* Names whose matching ran into the match limit: they count as no match. */
uint64_t ws_symset_limited(const struct ws_symset *s);

#endif
