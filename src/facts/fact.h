/*
 * Facts: the second narrow waist.  A fact is a number (or a text) with its
 * evidence; rules see facts and nothing else.  The catalogue is facts.def plus
 * what rules files declare (shares, sites, accounts).
 */
#ifndef WS_FACT_H
#define WS_FACT_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "facts/catalogue.h"

/* Why there is no value, from worst to best; missing is never zero. */
enum ws_presence {
	WS_ABSENT,           /* no such artifact in the bundle */
	WS_UNSUPPORTED_HERE, /* this version or system cannot have it */
	WS_DISABLED,         /* it was not switched on when captured */
	WS_EMPTY,            /* collected, nothing in it */
	WS_VALUE
};

struct ws_fact {
	uint32_t def; /* index in the catalogue */
	enum ws_presence presence;
	double value;
	double lo, hi;        /* 95 % interval, NaN when not sampled */
	const char *text;     /* of unit text, else NULL */
	const char *subject;  /* NULL: of the bundle */
	const char *artifact; /* where it came from, or NULL */
	double samples, lost; /* how many observations; NaN when unknown */
	int64_t from, to;     /* ns, or INT64_MIN */
};

/* A fact without interval, text, subject or times. */
#define WS_FACT_OF(d, v)                                                       \
	((struct ws_fact){ .def = (d),                                         \
	    .presence = WS_VALUE,                                              \
	    .value = (v),                                                      \
	    .lo = NAN,                                                         \
	    .hi = NAN,                                                         \
	    .samples = NAN,                                                    \
	    .lost = NAN,                                                       \
	    .from = INT64_MIN,                                                 \
	    .to = INT64_MIN })

/* The facts of one bundle. */
struct ws_facts;

struct ws_facts *ws_facts_new(const struct ws_catalogue *c);
void ws_facts_free(struct ws_facts *f);
const struct ws_catalogue *ws_facts_catalogue(const struct ws_facts *f);
/* Copies the fact and its strings; a second one of the same id and subject
 * replaces the first. */
void ws_facts_put(struct ws_facts *f, const struct ws_fact *fact);
/* The fact, or NULL when nobody measured it, which is not the same as zero.
 * With subject NULL and facts that have subjects: the one of largest value. */
const struct ws_fact *ws_facts_get(
    const struct ws_facts *f, uint32_t def, const char *subject);
/* All facts in the order of the catalogue, then by falling value. */
size_t ws_facts_all(
    const struct ws_facts *f, const struct ws_fact *const **out);
/* All facts of one id, by falling value (then by subject); the number. */
size_t ws_facts_of(
    const struct ws_facts *f, uint32_t def, const struct ws_fact *const **out);

/* A view without what the artifact told, to be read and freed while `f` lives
 * on; nothing can be put into it. */
struct ws_facts *ws_facts_without(
    const struct ws_facts *f, const char *artifact);

/* Once all sources are told: what only another operating system has cannot be
 * captured here.  It is WS_UNSUPPORTED_HERE then, and no artifact says so. */
void ws_facts_rule_out(struct ws_facts *f);
/* Presence of a kind of evidence, its artifact (may be NULL) and the number
 * of records in it; the best presence wins when told twice, then the most
 * records. */
void ws_facts_source(struct ws_facts *f, enum ws_source_id s,
    enum ws_presence p, const char *artifact, double records);
enum ws_presence ws_facts_source_presence(
    const struct ws_facts *f, enum ws_source_id s);
const char *ws_facts_source_artifact(
    const struct ws_facts *f, enum ws_source_id s);
/* The fact's own presence; of one that nobody put, that of its source. */
enum ws_presence ws_facts_presence(const struct ws_facts *f, uint32_t def);
/* "absent", "unsupported", "disabled", "empty", "value". */
const char *ws_presence_name(enum ws_presence p);

#endif
