/*
 * Which artifacts are the same file, copied again: their paths differ in
 * nothing but what one part of them tells of the time ("t0/a/cpu.stat" and
 * "t1/a/cpu.stat", "00_29_12-stat" and "00_29_42-stat").
 */
#ifndef WS_SNAPSHOTS_H
#define WS_SNAPSHOTS_H

#include "base/str.h"

struct ws_snapshots;

struct ws_snapshots *ws_snapshots_new(void);
void ws_snapshots_free(struct ws_snapshots *s);
/* A path, and when it was copied: in s since some start, NaN when unknown. */
void ws_snapshots_add(struct ws_snapshots *s, struct ws_sv path, double at);
/* A number that the copies of a file share and no other file has; of a path
 * that was added, after the last of them. */
uint32_t ws_snapshots_file(const struct ws_snapshots *s, struct ws_sv path);

#endif
