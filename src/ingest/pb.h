/*
 * The protobuf wire format, read field by field from a cursor.  Groups (wire
 * types 3 and 4) are refused; unknown fields are skipped by the caller simply
 * by not looking at them.
 */
#ifndef WS_PB_H
#define WS_PB_H

#include "base/cursor.h"

struct ws_pb_field {
	uint32_t number;   /* field number, >= 1 */
	uint8_t wire;      /* 0 varint, 1 64 bit, 2 bytes, 5 32 bit */
	uint64_t value;    /* of wire types 0, 1 and 5 */
	struct ws_cur sub; /* of wire type 2: the bytes as a window */
};

/* The next field; false at the end or when the cursor has failed. */
bool ws_pb_next(struct ws_cur *c, struct ws_pb_field *f);
/* A field of scalar type: calls put for one value or for each of a packed
 * run.  False when the wire type fits neither. */
bool ws_pb_each(struct ws_cur *parent, struct ws_pb_field *f,
    void (*put)(void *arg, uint64_t value), void *arg);

#endif
