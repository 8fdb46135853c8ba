/* What the tests of the rules language share: loading a text, hearing the
 * complaints, putting facts. */
#ifndef WS_RULES_KIT_H
#define WS_RULES_KIT_H

#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "rules/test.h"
#include "tap.h"

struct kit {
	struct ws_rules *r;
	struct ws_buf errors, warnings;
	unsigned n_errors, n_warnings;
};

static inline void
kit_error(void *arg, const char *text)
{
	struct kit *k = arg;

	k->n_errors++;
	ws_buf_printf(&k->errors, "%s\n", text);
}

static inline void
kit_warning(void *arg, const char *text)
{
	struct kit *k = arg;

	k->n_warnings++;
	ws_buf_printf(&k->warnings, "%s\n", text);
}

static inline struct ws_complain
kit_complain(struct kit *k)
{
	return (struct ws_complain){ kit_error, kit_warning, k };
}

static inline void
kit_init(struct kit *k)
{
	*k = (struct kit){ .r = ws_rules_new() };
	ws_buf_puts(&k->errors, "");
	ws_buf_puts(&k->warnings, "");
}

static inline void
kit_fini(struct kit *k)
{
	ws_rules_free(k->r);
	ws_buf_fini(&k->errors);
	ws_buf_fini(&k->warnings);
}

static inline enum ws_status
kit_load(struct kit *k, const char *name, const char *text)
{
	struct ws_complain c = kit_complain(k);

	return ws_rules_load_text(k->r, name, ws_sv_of(text), &c);
}

static inline enum ws_status
kit_check(struct kit *k)
{
	struct ws_complain c = kit_complain(k);

	return ws_rules_check(k->r, &c);
}

/* Loads and checks; says what went wrong when something did. */
static inline bool
kit_rules(struct kit *k, const char *text)
{
	kit_init(k);
	if (kit_load(k, "t.rules", text) == WS_OK && kit_check(k) == WS_OK)
		return true;
	printf("# %s\n", k->errors.p);
	return false;
}

static inline uint32_t
kit_fact_id(const struct kit *k, const char *name)
{
	return ws_catalogue_find(ws_rules_catalogue(k->r), ws_sv_of(name));
}

/* A sampled fact when lo < hi. */
static inline void
kit_put(struct kit *k, struct ws_facts *f, const char *name, double v,
    const double range[2])
{
	struct ws_fact fact = WS_FACT_OF(kit_fact_id(k, name), v);

	if (range != NULL) {
		fact.lo = range[0];
		fact.hi = range[1];
	}
	ws_facts_put(f, &fact);
}

static inline const struct ws_judgement *
kit_judgement(const struct ws_eval *e, const char *id)
{
	const struct ws_judgement *all;
	size_t n = ws_eval_all(e, &all);

	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].rule->id, id) == 0)
			return &all[i];
	return NULL;
}

#endif
