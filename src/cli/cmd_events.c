#include "cli/cli.h"

static const struct ws_opt own[] = {
	{ 0, "jsonl", WS_OPT_FLAG, WS_OPT_AT(jsonl), NULL,
	    "one JSON object a line" },
	{ 0, "strict", WS_OPT_FLAG, WS_OPT_AT(strict), NULL,
	    "any fault makes an artifact corrupt: exit 65" },
	{ 0, NULL, WS_OPT_FLAG, 0, NULL, NULL },
};

static int
events(struct ws_options *o, int argc, char **argv)
{
	struct ws_err err = { WS_OK, WS_OFF_NONE, "" };
	struct ws_dict *dict;
	struct ws_sink *dump;
	struct ws_bundle *b;
	int status;

	if (argc != 1) {
		ws_cli_usage("events: wanted one bundle, found %d", argc);
		return WS_EXIT_USAGE;
	}
	o->limits.strict = o->strict;
	dict = ws_dict_new();
	dump = ws_sink_new_dump(dict, stdout, o->jsonl);
	b = ws_bundle_read(argv[0], &o->limits, dump, &err);
	if (b == NULL)
		status = ws_cli_error(&err);
	else
		status = o->strict ? ws_cli_strict_status(b)
				   : ws_cli_bundle_status(b);
	ws_bundle_free(b);
	ws_sink_free(dump);
	ws_dict_free(dict);
	return status;
}

static const struct ws_opt *const opts[] = { own, ws_opt_common, ws_opt_limits,
	NULL };

const struct ws_cmd ws_cmd_events = { "events", "BUNDLE",
	"print every event of the common model", opts, events };
