/*
 * https://protobuf.dev/programming-guides/encoding/
 *
 * Hostile input is why this is not protobuf-c: nothing is allocated, nothing
 * recurses, and a count or length never exceeds the bytes that are there.
 */
#include "ingest/pb.h"

enum { VARINT, FIXED64, BYTES, FIXED32 = 5 };

bool
ws_pb_next(struct ws_cur *c, struct ws_pb_field *f)
{
	uint64_t tag;

	if (ws_cur_left(c) == 0)
		return false;
	*f = (struct ws_pb_field){ 0 };
	tag = ws_cur_uleb(c);
	if (tag > UINT32_MAX || tag >> 3 == 0) {
		ws_cur_fail(c, "protobuf field number");
		return false;
	}
	f->number = (uint32_t)tag >> 3;
	f->wire = tag & 7;
	switch (f->wire) {
	case VARINT:
		f->value = ws_cur_uleb(c);
		break;
	case FIXED64:
		f->value = ws_cur_u64(c);
		break;
	case BYTES:
		f->sub = ws_cur_sub(c, ws_cur_uleb(c));
		break;
	case FIXED32:
		f->value = ws_cur_u32(c);
		break;
	default:
		ws_cur_fail(c, "protobuf wire type 0, 1, 2 or 5");
	}
	return ws_cur_ok(c);
}

bool
ws_pb_each(struct ws_cur *parent, struct ws_pb_field *f,
    void (*put)(void *arg, uint64_t value), void *arg)
{
	uint64_t v;

	if (f->wire == VARINT) {
		put(arg, f->value);
		return true;
	}
	if (f->wire != BYTES)
		return false;
	while (ws_cur_left(&f->sub) > 0) {
		v = ws_cur_uleb(&f->sub);
		if (ws_cur_ok(&f->sub))
			put(arg, v);
	}
	if (!ws_cur_ok(&f->sub) && ws_cur_ok(parent)) {
		ws_cur_fail(parent, f->sub.bad);
		parent->bad_off = f->sub.bad_off;
	}
	return true;
}
