/*
 * Names for the addresses that recordings have instead of functions, from what
 * the bundle itself holds (model/symtab.h) and from other artifacts that show
 * the same address with a name.  Never from the machine that analyses: there
 * the same path is another file.
 */
#ifndef WS_RESOLVE_H
#define WS_RESOLVE_H

#include "model/dict.h"

struct ws_resolver;

/* Ask when the whole bundle is read. */
struct ws_resolver *ws_resolver_new(struct ws_dict *d);
void ws_resolver_free(struct ws_resolver *r);

/*
 * The stack with every function named that can be; itself when nothing is
 * new.  Callers are looked up by the byte before their return address, which
 * is in the call; the innermost frame of the user and of the kernel are not
 * return addresses, nor are those that go on behind a signal, nor exact ones.  What was inlined at an address becomes frames of its own
 * inside that of the function it was put into.  What is in a Go program without being Go, nor any symbol,
 * is "[C code in PROGRAM]".
 */
ws_id ws_resolver_stack(struct ws_resolver *r, ws_id stack);

/* Why a mapping has no names. */
enum ws_refusal {
	WS_REFUSED_NOT,
	WS_REFUSED_BUILD_ID, /* the file of that name is another build */
	WS_REFUSED_UNSURE    /* several files, or several builds of one name */
};

/* The mappings that were asked for so far: the nth, with what came of it;
 * false behind the last. */
bool ws_resolver_mapping(const struct ws_resolver *r, size_t nth,
    ws_id *mapping, enum ws_refusal *why);

#endif
