/* What names of Go functions say, for the readers of texts, which show stacks
 * without the functions of the runtime at their end. */
#ifndef WS_PARSERS_GOFUNC_H
#define WS_PARSERS_GOFUNC_H

#include "base/str.h"

/* pkg._Cfunc_x: the stub of a C function, which calls runtime.cgocall and
 * nothing else.  Not those that convert strings in Go. */
bool gofunc_is_stub(struct ws_sv func);
/* A function that tells what its goroutine is in, whatever it called. */
bool gofunc_is_telling(struct ws_sv func);

#endif
