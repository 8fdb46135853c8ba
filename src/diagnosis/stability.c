#include "diagnosis/parts.h"

/* How much a threshold is moved to see whether the verdict hangs on it. */
static const double changes[] = { 0.75, 1.25 };

static bool
keeps_verdict(const struct ws_case *c, const char *param, double scale)
{
	struct ws_eval *e =
	    ws_eval_again(c->eval, c->rules, c->facts, param, scale);
	const struct ws_judgement *all;
	struct ws_verdict v;
	size_t n;

	if (e == NULL)
		return true;
	n = ws_eval_all(e, &all);
	ws_verdict_reach(&v, all, n, c->facts);
	ws_eval_free(e);
	return v.outcome == c->verdict.outcome && v.cls == c->verdict.cls;
}

double
ws_stability_try(const struct ws_case *c)
{
	const struct ws_param *const *param;
	size_t n = ws_rules_params(c->rules, &param);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < WS_LEN(changes); k++)
			kept += keeps_verdict(c, param[i]->name, changes[k]);
	return n ? (double)kept / (double)(n * WS_LEN(changes)) : 1;
}
