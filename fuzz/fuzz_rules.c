/*
 * The rules language: any text may be loaded and checked, and what passes the
 * check can be judged on facts, also when there are none.
 */
#include <math.h>

#include "fuzz.h"
#include "rules/eval.h"

const char fuzz_seeds[] = "rules";
const bool fuzz_unpack = false;

static void
count(void *arg, const char *text)
{
	fuzz_require(text != NULL && text[0] != '\0');
	++*(unsigned *)arg;
}

static void
judge(const struct ws_rules *r, const struct ws_facts *f)
{
	struct ws_eval *e = ws_eval_new(r, f, NULL, 1);
	const struct ws_judgement *j;
	size_t n = ws_eval_all(e, &j);
	struct ws_buf text = { 0 };

	for (size_t i = 0; i < n; i++) {
		fuzz_require(j[i].rule != NULL && j[i].truth <= WS_TRUE);
		fuzz_require(j[i].truth != WS_TRUE || j[i].text != NULL);
		ws_eval_explain(r, f, j[i].rule, &text);
	}
	ws_buf_fini(&text);
	ws_eval_free(e);
}

/* A value for every fact, the same for all. */
static void
fill(struct ws_facts *f, double value)
{
	const struct ws_catalogue *c = ws_facts_catalogue(f);

	for (uint32_t i = 0; i < ws_catalogue_count(c); i++) {
		struct ws_fact fact = WS_FACT_OF(i, value);

		fact.text = "1.22";
		fact.subject = ws_catalogue_get(c, i)->subject;
		ws_facts_put(f, &fact);
	}
}

static void
judge_checked(const struct ws_rules *r)
{
	static const double values[] = { 0, 0.5, 1e18 };
	struct ws_facts *f = ws_facts_new(ws_rules_catalogue(r));

	judge(r, f);
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		fill(f, values[i]);
		judge(r, f);
	}
	ws_facts_free(f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	unsigned errors = 0;
	struct ws_complain c = { .error = count, .arg = &errors };
	struct ws_rules *r = ws_rules_new();
	struct ws_sv text = { (const char *)p, n };
	enum ws_status loaded, checked;

	loaded = ws_rules_load_text(r, "input.rules", text, &c);
	fuzz_require(loaded == WS_OK || errors > 0);
	checked = ws_rules_check(r, &c);
	if (loaded == WS_OK && checked == WS_OK)
		judge_checked(r);
	ws_rules_free(r);
	return 0;
}
