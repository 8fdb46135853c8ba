#include "ingest/limits.h"

#include <stddef.h>

void
ws_limits_init(struct ws_limits *l)
{
#define X(field, option, value, help) l->field = (value);
	WS_LIMITS(X)
#undef X
	l->strict = false;
	l->digest = true;
}

bool
ws_limits_set(struct ws_limits *l, struct ws_sv name, uint64_t value)
{
#define X(field, option, preset, help)                                         \
	if (ws_sv_is(name, option)) {                                          \
		l->field = value;                                              \
		return true;                                                   \
	}
	WS_LIMITS(X)
#undef X
	return false;
}
