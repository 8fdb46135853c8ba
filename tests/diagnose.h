/* A verdict from rules and facts written in the test. */
#ifndef WS_TEST_DIAGNOSE_H
#define WS_TEST_DIAGNOSE_H

#include <math.h>
#include <stdlib.h>

#include "diagnosis/diagnosis.h"
#include "tap.h"

struct lab {
	struct ws_arena *arena;
	struct ws_rules *rules;
	struct ws_facts *facts;
	struct ws_eval *eval;
	const struct ws_diagnosis *d;
};

/* One vote, whose text is "ID says so". */
#define VOTE(id, cls, weight, group, when)                                     \
	"rule " id " { class " cls "; weight " weight "; group " group         \
	"; when " when "; say \"" id " says so\"; }\n"

static inline void
lab_complain(void *arg, const char *text)
{
	(void)arg;
	printf("# %s\n", text);
}

static inline struct lab
lab_new(const char *text)
{
	const struct ws_complain c = { .error = lab_complain };
	struct lab l = { .arena = ws_arena_new(), .rules = ws_rules_new() };

	if (ws_rules_load_text(l.rules, "inline", ws_sv_of(text), &c) !=
		WS_OK ||
	    ws_rules_check(l.rules, &c) != WS_OK) {
		ok(false, "the rules of the test are sound");
		exit(tap_done());
	}
	l.facts = ws_facts_new(ws_rules_catalogue(l.rules));
	return l;
}

static inline void
lab_put(struct lab *l, const char *name, double value, double lo, double hi)
{
	uint32_t id =
	    ws_catalogue_find(ws_rules_catalogue(l->rules), ws_sv_of(name));
	struct ws_fact f = WS_FACT_OF(id, value);

	f.lo = lo;
	f.hi = hi;
	f.artifact = "made.up";
	ws_facts_put(l->facts, &f);
}

static inline void
lab_set(struct lab *l, const char *name, double value)
{
	lab_put(l, name, value, NAN, NAN);
}

static inline void
lab_site(struct lab *l, const char *name, const char *subject, double value)
{
	uint32_t id =
	    ws_catalogue_find(ws_rules_catalogue(l->rules), ws_sv_of(name));
	struct ws_fact f = WS_FACT_OF(id, value);

	f.subject = subject;
	f.artifact = "made.up";
	ws_facts_put(l->facts, &f);
}

static inline const struct ws_diagnosis *
lab_judge(struct lab *l)
{
	ws_eval_free(l->eval);
	l->eval = ws_eval_new(l->rules, l->facts, NULL, 1);
	l->d = ws_diagnose(l->arena, l->rules, l->facts, l->eval);
	return l->d;
}

static inline void
lab_free(struct lab *l)
{
	ws_eval_free(l->eval);
	ws_facts_free(l->facts);
	ws_rules_free(l->rules);
	ws_arena_free(l->arena);
}

static inline bool
near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

#endif
