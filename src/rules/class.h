/* The classes of bottleneck, and the outcomes that are none. */
#ifndef WS_CLASS_H
#define WS_CLASS_H

#include <stdbool.h>

#include "base/str.h"

enum ws_class {

#define WS_CLASS(id, key, name, is_class) WS_CLASS_##id,
#include "rules/classes.def"
#undef WS_CLASS
	WS_CLASSES,
	WS_CLASS_NONE = WS_CLASSES /* of traps and quality findings */
};

struct ws_class_def {
	const char *key, *name;
	bool is_class;
};

extern const struct ws_class_def ws_class_defs[WS_CLASSES];
enum ws_class ws_class_by_key(struct ws_sv key); /* WS_CLASSES if none */

#endif
