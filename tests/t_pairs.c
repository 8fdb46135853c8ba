/* Objects of scalars in JSON that may be damaged: which of them are given. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/pairs.h"
#include "tap.h"

struct heard {
	struct ws_buf said;
};

static void
on_open(void *ctx, const struct ws_pairs *s, char bracket)
{
	struct heard *h = ctx;

	ws_buf_printf(&h->said, "%c%u", bracket, s->gap);
	ws_buf_putsv(&h->said, ws_pairs_list(s));
	ws_buf_putc(&h->said, ' ');
}

static void
on_pair(void *ctx, const struct ws_pairs *s, struct ws_sv value)
{
	struct heard *h = ctx;

	ws_buf_putsv(&h->said, s->key);
	ws_buf_putc(&h->said, '=');
	ws_buf_putsv(&h->said, value);
	ws_buf_putc(&h->said, ' ');
}

static void
on_close(void *ctx, const struct ws_pairs *s)
{
	struct heard *h = ctx;

	ws_buf_printf(&h->said, "}%zu@%u%s ", s->n, (unsigned)s->off,
	    s->spoilt ? "!" : "");
}

static void
is_heard(const char *json, const char *want, bool complete)
{
	static const struct ws_pairs_ops ops = { on_open, on_pair, on_close };
	struct ws_pairs *s = calloc(1, sizeof(*s));
	struct heard h = { { 0 } };
	struct ws_cur c;
	bool got;

	ws_cur_init(&c, json, strlen(json), 0);
	got = ws_pairs_read(s, &ops, &h, c);
	ws_buf_putc(&h.said, '.');
	ok(got == complete && ws_sv_is(ws_buf_sv(&h.said), want), "%s: %.*s",
	    json, WS_SV_ARG(ws_buf_sv(&h.said)));
	ws_buf_fini(&h.said);
	free(s);
}

static void
test_find(void)
{
	static const struct ws_pairs_ops none = { 0 };
	struct ws_pairs *s = calloc(1, sizeof(*s));
	struct ws_cur c;

	ws_cur_init(&c, "{\"a\": 1, \"b\": \"x\"", 17, 0);
	ok(!ws_pairs_read(s, &none, NULL, c) &&
		ws_sv_is(ws_pairs_find(s, "a"), "1") &&
		ws_pairs_find(s, "c").n == 0,
	    "values by their keys");
	free(s);
}

int
main(void)
{
	char deep[64];

	is_heard("", ".", true);
	is_heard("{\"a\": 1, \"b\": \"x\"}", "{0 a=1 b=x }2@0 .", true);
	is_heard(
	    "{\"a\": [\n\n{\"b\": 2}]}", "{0 [2a {0 b=2 }1@9 }0@9 .", true);
	is_heard("{\"a\": [,{\"b\": 2},,]}", "{0 [2a {0 b=2 }1@8 }0@8 .", true);
	is_heard("{\"a\": 1, 2}", "{0 a=1 }1@0! .", true);
	is_heard("{\"a\": 1, \"b\": 2", "{0 a=1 .", false);
	is_heard("{\"a\": 1}{\"a", "{0 a=1 }1@0 {0 .", false);
	is_heard("}]", "}0@0 .", true);
	memset(deep, '[', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	is_heard(
	    deep, "[0 [0 [0 [0 [0 [0 [0 [0 [0 [0 [0 [0 [0 [0 [0 [0 .", false);
	test_find();
	return tap_done();
}
