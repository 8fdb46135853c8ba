/*
 * What captures of macOS need beside sums per stack: whose time it is, states
 * of threads, and which threads several captures saw.
 */
#ifndef WS_MACOS_H
#define WS_MACOS_H

#include "model/sink.h"

struct ws_macos;

struct ws_macos *ws_macos_new(struct ws_dict *d);
void ws_macos_free(struct ws_macos *m);
struct ws_sink *ws_macos_sink(struct ws_macos *m);

#endif
