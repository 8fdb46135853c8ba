/*
 * What facts there are: the fixed ones of facts.def and what rules files
 * declare (shares, sums, sites, accounts), and the kinds of evidence that they
 * come from.
 */
#ifndef WS_CATALOGUE_H
#define WS_CATALOGUE_H

#include <stdint.h>

#include "base/str.h"
#include "base/units.h"

enum ws_source_id {

#define WS_SOURCE(id, name, title, collect, cost) WS_S_##id,
#include "facts/sources.def"
#undef WS_SOURCE
	WS_S_COUNT_OF
};

struct ws_source_def {
	const char *name, *title, *collect, *cost;
};

extern const struct ws_source_def ws_source_defs[WS_S_COUNT_OF];
/* WS_S_COUNT_OF when there is none of that name. */
enum ws_source_id ws_source_by_name(struct ws_sv name);

/* Fixed facts have these ids; declared ones follow. */
enum ws_fact_id {

#define WS_FACT(id, name, unit, source, subject, help) WS_F_##id,
#include "facts/facts.def"
#undef WS_FACT
	WS_F_FIXED
};

struct ws_fact_def {
	const char *name, *help;
	const char *subject; /* "device", "function"; NULL: of the bundle */
	enum ws_unit unit;
	enum ws_source_id source;
};

/* The catalogue: fixed facts and declared ones, with unique names. */
struct ws_catalogue;

struct ws_catalogue *ws_catalogue_new(void);
void ws_catalogue_free(struct ws_catalogue *c);
/* Declares a fact (strings are copied); its id, or UINT32_MAX when the name
 * is taken. */
uint32_t ws_catalogue_add(
    struct ws_catalogue *c, const struct ws_fact_def *def);
uint32_t ws_catalogue_find(const struct ws_catalogue *c, struct ws_sv name);
const struct ws_fact_def *ws_catalogue_get(
    const struct ws_catalogue *c, uint32_t id);
uint32_t ws_catalogue_count(const struct ws_catalogue *c);

#endif
