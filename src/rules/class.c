#include "rules/rules.h"

const struct ws_class_def ws_class_defs[WS_CLASSES] = {
#define WS_CLASS(id, key, name, is_class) { key, name, is_class },
#include "rules/classes.def"
#undef WS_CLASS
};

enum ws_class
ws_class_by_key(struct ws_sv key)
{
	int i = 0;

	while (i < WS_CLASSES && !ws_sv_is(key, ws_class_defs[i].key))
		i++;
	return (enum ws_class)i;
}

const char *
ws_truth_name(enum ws_truth t)
{
	return t == WS_TRUE ? "true" : t == WS_FALSE ? "false" : "unknown";
}
