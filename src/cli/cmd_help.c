#include <stdio.h>

#include "base/json.h"
#include "cli/cli.h"
#include "config.h"

static const struct ws_opt json_only[] = {
	{ 0, "json", WS_OPT_FLAG, WS_OPT_AT(json), NULL, "JSON instead" },
	{ 0, NULL, WS_OPT_FLAG, 0, NULL, NULL },
};

static const struct ws_opt *const version_opts[] = { json_only, ws_opt_common,
	NULL };
static const struct ws_opt *const help_opts[] = { ws_opt_common, NULL };

static void
print_version_json(void)
{
	struct ws_json j;
	size_t i;

	ws_json_init(&j, stdout, true);
	ws_json_open(&j, '{');
	ws_json_key(&j, "name");
	ws_json_str(&j, "whyslow");
	ws_json_key(&j, "version");
	ws_json_str(&j, PACKAGE_VERSION);
	ws_json_key(&j, "formats");
	ws_json_open(&j, '[');
	for (i = 0; i < ws_n_parsers; i++)
		ws_json_str(&j, ws_parsers[i]->name);
	ws_json_close(&j, ']');
	ws_json_close(&j, '}');
	ws_json_end(&j);
}

static int
version(struct ws_options *o, int argc, char **argv)
{
	size_t i;

	(void)argc;
	(void)argv;
	if (o->json) {
		print_version_json();
		return WS_EXIT_OK;
	}
	printf("whyslow %s\nformats:", PACKAGE_VERSION);
	for (i = 0; i < ws_n_parsers; i++)
		printf(" %s", ws_parsers[i]->name);
	putchar('\n');
	return WS_EXIT_OK;
}

static int
help(struct ws_options *o, int argc, char **argv)
{
	const struct ws_cmd *c;
	size_t i;

	(void)o;
	if (argc > 0) {
		c = ws_cmd_find(argv[0]);
		if (c == NULL) {
			ws_cli_usage("no command is called '%s'", argv[0]);
			return WS_EXIT_USAGE;
		}
		ws_opt_help(c);
		return WS_EXIT_OK;
	}
	puts("usage: whyslow BUNDLE\n"
	     "       whyslow COMMAND [options] ...\n\n"
	     "Says why a Go service is slow, from what is attached to a bug "
	     "report.\nBUNDLE is a folder, a file, an archive (tar, zip) or "
	     "-.\n\ncommands:");
	for (i = 0; i < ws_n_cmds; i++)
		printf("  %-10s %s\n", ws_cmds[i]->name, ws_cmds[i]->summary);
	puts("\n'whyslow help COMMAND' lists its options; whyslow(1) is the "
	     "manual.");
	return WS_EXIT_OK;
}

const struct ws_cmd ws_cmd_version = { "version", "",
	"print the version and the formats it reads", version_opts, version };
const struct ws_cmd ws_cmd_help = { "help", "[COMMAND]",
	"list the commands, or the options of one", help_opts, help };
