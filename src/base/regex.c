#include "base/regex.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/mem.h"

enum {
	MATCH_LIMIT = 100000,
	DEPTH_LIMIT = 10000, /* nested backtracking, without JIT */
	HEAP_LIMIT = 8192,   /* KiB, without JIT */
	JIT_STACK_MIN = 32 << 10,
	JIT_STACK_MAX = 512 << 10
};

struct ws_regex {
	pcre2_code *code;
	bool is_quick;
};

struct ws_matcher {
	pcre2_match_context *context;
	pcre2_match_data *data;
	pcre2_jit_stack *stack;
};

struct ws_regex *
ws_regex_new(struct ws_sv pattern, struct ws_err *err)
{
	struct ws_regex *r;
	pcre2_code *code;
	int error;
	size_t at;

	code = pcre2_compile((PCRE2_SPTR)(pattern.n > 0 ? pattern.p : ""),
	    pattern.n, PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C, &error, &at,
	    NULL);
	if (code == NULL) {
		char why[160] = "";

		pcre2_get_error_message(error, (PCRE2_UCHAR *)why, sizeof(why));
		ws_err_set(
		    err, WS_CORRUPT, WS_OFF_NONE, "%s at offset %zu", why, at);
		return NULL;
	}
	r = ws_alloc(sizeof(*r));
	r->code = code;
	return r;
}

void
ws_regex_quicken(struct ws_regex *r)
{
	if (!r->is_quick)
		pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE);
	r->is_quick = true; /* or the interpreter goes on */
}

void
ws_regex_free(struct ws_regex *r)
{
	if (r == NULL)
		return;
	pcre2_code_free(r->code);
	free(r);
}

struct ws_matcher *
ws_matcher_new(void)
{
	struct ws_matcher *m = ws_alloc(sizeof(*m));

	m->context = pcre2_match_context_create(NULL);
	m->data = pcre2_match_data_create(1, NULL);
	if (m->context == NULL || m->data == NULL)
		ws_out_of_memory(sizeof(*m));
	pcre2_set_match_limit(m->context, MATCH_LIMIT);
	pcre2_set_depth_limit(m->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(m->context, HEAP_LIMIT);
	/* Without one, JIT code makes do with 32 KiB of the C stack. */
	m->stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
	pcre2_jit_stack_assign(m->context, NULL, m->stack);
	return m;
}

void
ws_matcher_free(struct ws_matcher *m)
{
	if (m == NULL)
		return;
	pcre2_match_data_free(m->data);
	pcre2_match_context_free(m->context);
	pcre2_jit_stack_free(m->stack);
	free(m);
}

enum ws_found
ws_regex_match(const struct ws_regex *r, struct ws_matcher *m, struct ws_sv s)
{
	int found = pcre2_match(r->code, (PCRE2_SPTR)(s.n > 0 ? s.p : ""), s.n,
	    0, 0, m->data, m->context);

	if (found >= 0)
		return WS_FOUND_YES;
	return found == PCRE2_ERROR_NOMATCH ? WS_FOUND_NO : WS_FOUND_LIMIT;
}
