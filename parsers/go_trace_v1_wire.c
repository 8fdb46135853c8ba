#include "go_trace_v1_wire.h"

enum {
	NEVER = 255, /* arguments of a record that the version lacks */
	STRING_MAX = 1000000,
	SIZED = 3 /* the length of all arguments comes before them */
};

const struct v1_kind v1_kinds[V1_TYPES] = {

#define V1_KIND(id, name, since, args, flags)                                  \
	[V1_##id] = { name, since, args, flags },
#include "go_trace_v1.def"
#undef V1_KIND
};

static unsigned
arguments(enum v1_type type, unsigned version)
{
	const struct v1_kind *k = &v1_kinds[type];
	unsigned n = k->args, old = version < 7;

	if (k->flags & V1_PLAIN)
		return n + old;
	n += 1 + old + ((k->flags & V1_STK) != 0);
	if (type == V1_SWEEP_DONE && version < 9)
		return n - 2;
	if (type == V1_STW_START && version < 10)
		return n - 1;
	/* Sequence numbers of their own came with header 7. */
	if (old &&
	    (type == V1_GC_START || type == V1_START || type == V1_UNBLOCK))
		return n - 1;
	return n;
}

void
v1_wire_init(struct v1_wire *w, unsigned version)
{
	w->version = version;
	w->lead = version < 7 ? 2 : 1;
	for (unsigned i = 0; i < V1_TYPES; i++)
		w->want[i] = version < v1_kinds[i].since
				 ? NEVER
				 : (uint8_t)arguments((enum v1_type)i, version);
}

static bool
read_string(struct ws_cur *c, struct v1_record *r)
{
	uint64_t n;

	r->n = 1;
	r->a[0] = ws_cur_uleb(c);
	n = ws_cur_uleb(c);
	if (ws_cur_ok(c) && (r->a[0] == 0 || n == 0 || n > STRING_MAX))
		ws_cur_fail(c, "a string of 1 to 1000000 bytes with an id");
	r->text = ws_cur_take(c, n);
	return ws_cur_ok(c);
}

static void
read_sized(struct ws_cur *c, struct v1_record *r)
{
	uint64_t n = ws_cur_uleb(c);
	struct ws_cur sub = ws_cur_sub(c, n);

	r->body = sub;
	if (r->type == V1_STACK)
		return;
	while (ws_cur_left(&sub) > 0 && r->n < V1_ARGS)
		r->a[r->n++] = ws_cur_uleb(&sub);
	if (!ws_cur_ok(&sub) || ws_cur_left(&sub) > 0)
		ws_cur_fail(c, "arguments of the length before them");
}

static void
read_counted(struct ws_cur *c, struct v1_record *r, unsigned n)
{
	struct ws_cur start = *c;

	while (r->n < n)
		r->a[r->n++] = ws_cur_uleb(c);
	if (r->type == V1_STACK)
		r->body = ws_cur_sub(&start, c->off - start.off);
}

bool
v1_read(const struct v1_wire *w, struct ws_cur *c, struct v1_record *r)
{
	unsigned head, k;

	r->off = c->off;
	head = ws_cur_u8(c);
	r->type = head & 0x3f;
	k = head >> 6;
	r->n = 0;
	if (r->type >= V1_TYPES || w->want[r->type] == NEVER) {
		ws_cur_fail(c, "a type of record that the version has");
		return false;
	}
	if (r->type == V1_STRING)
		return read_string(c, r);
	if (k == SIZED)
		read_sized(c, r);
	else
		read_counted(c, r, k + w->lead);
	if (r->type == V1_LOG)
		r->text = ws_cur_take(c, ws_cur_uleb(c));
	if (r->type != V1_STACK && r->n != w->want[r->type])
		ws_cur_fail(c, "as many arguments as the record has");
	return ws_cur_ok(c);
}
