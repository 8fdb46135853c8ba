#include "model/clock.h"

#include <stddef.h>

const char *
ws_clock_kind_name(enum ws_clock_kind k)
{
	switch (k) {
	case WS_CLOCK_WALL:
		return "wall";
	case WS_CLOCK_WALL_LOCAL:
		return "wall-local";
	case WS_CLOCK_MONOTONIC:
		return "monotonic";
	case WS_CLOCK_BOOT:
		return "boot";
	case WS_CLOCK_TICKS:
		return "ticks";
	case WS_CLOCK_NONE:
		break;
	}
	return "none";
}

static bool
is_wall(enum ws_clock_kind k)
{
	return k == WS_CLOCK_WALL || k == WS_CLOCK_WALL_LOCAL;
}

bool
ws_clock_comparable(const struct ws_clock *a, const struct ws_clock *b)
{
	if (a == NULL || b == NULL)
		return false;
	if (a->how >= WS_CLOCK_ANCHORED && b->how >= WS_CLOCK_ANCHORED)
		return true;
	return a->kind == b->kind && is_wall(a->kind);
}
