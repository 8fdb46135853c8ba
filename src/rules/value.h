/* Values and truths of expressions over facts. */
#ifndef WS_VALUE_H
#define WS_VALUE_H

#include "rules/eval.h"
#include "rules/ruleset.h"

/* What an expression is evaluated against. */
struct ws_scene {
	const struct ws_rules *r;
	const struct ws_facts *f;
	uint32_t scaled; /* parameter whose value is multiplied, or none */
	double scale;
};

struct ws_value ws_value_of(const struct ws_scene *s, const struct ws_expr *x);
/* Of an expression of unit bool. */
struct ws_kleene ws_truth_of(const struct ws_scene *s, const struct ws_expr *x);
/* The fact itself; NULL when it has no value. */
const struct ws_fact *ws_scene_fact(const struct ws_scene *s, uint32_t def);
/* Whether the sources that `needs` names were collected. */
bool ws_needs_met(const struct ws_scene *s, const struct ws_expr *needs);

/* "no CPU profile in the bundle" and the like. */
void ws_presence_print(
    struct ws_buf *b, enum ws_source_id source, enum ws_presence p);

/* `say` with its {placeholders} filled in, and what is in brackets left out where
 * one in it is unknown. */
void ws_say_print(struct ws_buf *b, const struct ws_scene *s, const char *say);
/* "94.9 %", or the text of a text fact. */
void ws_fact_print(
    struct ws_buf *b, const struct ws_fact *fact, enum ws_unit unit);

#endif
