/*
 * An insertion-ordered hash table from byte strings to dense indexes 0, 1, 2…
 * Values are arrays beside it, indexed the same way.  The hash is seeded per
 * process against flooding; the order of indexes is the order of insertion, so
 * no output depends on the seed.
 */
#ifndef WS_HTAB_H
#define WS_HTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define WS_HTAB_NONE UINT32_MAX

struct ws_htab;

struct ws_htab *ws_htab_new(void);
void ws_htab_free(struct ws_htab *h);
uint32_t ws_htab_count(const struct ws_htab *h);
/* The index of the key, or WS_HTAB_NONE. */
uint32_t ws_htab_get(const struct ws_htab *h, const void *key, size_t n);
/* The index of the key, which is copied in if new; *is_new may be NULL. */
uint32_t ws_htab_put(
    struct ws_htab *h, const void *key, size_t n, bool *is_new);
/* The key of an index below the count; stays valid until ws_htab_free.
 * Keys are aligned for uint64_t and followed by a NUL. */
struct ws_sv ws_htab_key(const struct ws_htab *h, uint32_t index);

#endif
