#include <jansson.h>
#include <math.h>
#include <string.h>

#include "compare/compare.h"

enum { GOALS_MAX = 1024 };

static bool
holds(double found, const char *op, double value)
{
	if (strcmp(op, "<") == 0)
		return found < value;
	if (strcmp(op, "<=") == 0)
		return found <= value;
	if (strcmp(op, ">") == 0)
		return found > value;
	if (strcmp(op, ">=") == 0)
		return found >= value;
	return strcmp(op, "!=") == 0 ? found != value : found == value;
}

static bool
is_operator(const char *op)
{
	static const char *const known[] = { "<", "<=", ">", ">=", "=", "!=" };

	for (size_t i = 0; i < WS_LEN(known); i++)
		if (strcmp(op, known[i]) == 0)
			return true;
	return false;
}

static void
judge(struct ws_goal *g, const struct ws_facts *after)
{
	const struct ws_catalogue *c = ws_facts_catalogue(after);
	uint32_t id = ws_catalogue_find(c, ws_sv_of(g->fact));
	const struct ws_fact *f =
	    id == UINT32_MAX ? NULL : ws_facts_get(after, id, NULL);

	g->found = NAN;
	g->met = WS_MET_UNKNOWN;
	if (id != UINT32_MAX) {
		g->unit = ws_catalogue_get(c, id)->unit;
		g->presence = ws_facts_presence(after, id);
	}
	if (f == NULL || f->presence != WS_VALUE || f->text != NULL)
		return;
	g->found = f->value;
	g->met = holds(f->value, g->op, g->value) ? WS_MET : WS_NOT_MET;
}

/* A metric of which a member is missing or of the wrong type is none. */
static bool
read_goal(struct ws_arena *a, const char *advice, json_t *o, struct ws_goal *g)
{
	const char *fact = json_string_value(json_object_get(o, "fact"));
	const char *op = json_string_value(json_object_get(o, "op"));
	const json_t *value = json_object_get(o, "value");

	if (fact == NULL || op == NULL || !json_is_number(value) ||
	    !is_operator(op))
		return false;
	g->advice = ws_arena_dup(a, ws_sv_of(advice));
	g->fact = ws_arena_dup(a, ws_sv_of(fact));
	g->op = ws_arena_dup(a, ws_sv_of(op));
	g->value = json_number_value(value);
	return true;
}

static size_t
read_plan(struct ws_arena *a, json_t *plan, struct ws_goal *goal)
{
	json_t *action, *metric;
	size_t i, k, n = 0;

	json_array_foreach(plan, i, action)
	{
		const char *id =
		    json_string_value(json_object_get(action, "id"));

		json_array_foreach(json_object_get(action, "success"), k,
		    metric) if (n < GOALS_MAX &&
				read_goal(a, id != NULL ? id : "", metric,
				    &goal[n])) n++;
	}
	return n;
}

enum ws_status
ws_compare_goals(struct ws_arena *a, struct ws_sv json,
    const struct ws_facts *after, const struct ws_goal **out, size_t *n,
    struct ws_err *err)
{
	json_error_t why;
	json_t *doc = json_loadb(json.p, json.n, 0, &why);
	json_t *plan = json_object_get(doc, "plan");
	struct ws_goal *goal;

	*n = 0;
	if (doc == NULL)
		return ws_err_set(err, WS_CORRUPT, (uint64_t)why.position,
		    "the plan is no JSON: %s", why.text);
	if (!json_is_array(plan)) {
		json_decref(doc);
		return ws_err_set(err, WS_CORRUPT, WS_OFF_NONE,
		    "wanted a report with \"plan\", as diagnose --json "
		    "prints it");
	}
	goal = ws_arena_alloc(a, GOALS_MAX * sizeof(*goal));
	*n = read_plan(a, plan, goal);
	json_decref(doc);
	for (size_t i = 0; i < *n; i++)
		judge(&goal[i], after);
	*out = goal;
	return WS_OK;
}
