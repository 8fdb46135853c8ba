#include "model/event.h"

#include <stddef.h>

const char *
ws_event_kind_name(enum ws_event_kind k)
{
	switch (k) {
	case WS_EV_SPAN:
		return "span";
	case WS_EV_SAMPLE:
		return "sample";
	case WS_EV_COUNTER:
		return "counter";
	case WS_EV_MARK:
		return "mark";
	case WS_EV_EDGE:
		return "edge";
	case WS_EV_LOSS:
		return "loss";
	case WS_EV_KINDS:
		break;
	}
	return "?";
}

const char *
ws_known_name_help(ws_id id)
{
	static const char *const help[] = {
		NULL,
#define WS_NAME(name_id, text, sentence) sentence,
#include "model/names.def"
#undef WS_NAME
	};

	return id < WS_LEN(help) ? help[id] : NULL;
}

const char *
ws_track_kind_name(enum ws_track_kind k)
{
	static const char *const name[WS_TRACK_KINDS] = { "goroutine", "proc",
		"thread", "task" };

	return k < WS_TRACK_KINDS ? name[k] : "track";
}
