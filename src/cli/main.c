#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

const struct ws_cmd *const ws_cmds[] = { &ws_cmd_diagnose, &ws_cmd_ls,
	&ws_cmd_events, &ws_cmd_facts, &ws_cmd_top, &ws_cmd_timeline,
	&ws_cmd_explain, &ws_cmd_diff, &ws_cmd_batch, &ws_cmd_rules,
	&ws_cmd_completion, &ws_cmd_version, &ws_cmd_help };
const size_t ws_n_cmds = WS_LEN(ws_cmds);

const struct ws_cmd *
ws_cmd_find(const char *name)
{
	size_t i;

	for (i = 0; i < ws_n_cmds; i++)
		if (strcmp(ws_cmds[i]->name, name) == 0)
			return ws_cmds[i];
	return NULL;
}

static int
unknown_command(const char *word)
{
	const char *names[32], *near;
	size_t i;

	assert(ws_n_cmds <= WS_LEN(names));
	for (i = 0; i < ws_n_cmds; i++)
		names[i] = ws_cmds[i]->name;
	near = ws_did_you_mean(word, names, ws_n_cmds);
	if (near != NULL && access(word, F_OK) != 0)
		ws_cli_usage(
		    "unknown command '%s', did you mean %s?", word, near);
	else
		ws_cli_usage("unknown command '%s'; write ./%s to read a "
			     "bundle of that name",
		    word, word);
	return WS_EXIT_USAGE;
}

/* A bare word is always a command, so that new commands never change what an
 * old script means; a bundle has a '/' or a '.' in it, or is "-". */
static bool
is_bundle(const char *word)
{
	return strcmp(word, "-") == 0 || strpbrk(word, "/.") != NULL;
}

static bool
is_color(const char *when)
{
	return strcmp(when, "auto") == 0 || strcmp(when, "always") == 0 ||
	       strcmp(when, "never") == 0;
}

static int
run(const struct ws_cmd *c, int argc, char **argv)
{
	struct ws_options o = { .color = "auto" };
	int used;

	ws_limits_init(&o.limits);
	used = ws_opt_parse(c, &o, argc, argv);
	if (used < 0)
		return WS_EXIT_USAGE;
	if (!is_color(o.color)) {
		ws_cli_usage(
		    "--color wants auto, always or never, found '%s'", o.color);
		return WS_EXIT_USAGE;
	}
	if (o.help) {
		ws_opt_help(c);
		return ws_cli_flush(WS_EXIT_OK);
	}
	/* Nothing else tells it. */
	o.limits.digest = o.jsonl || ws_cli_is_format(&o, "json");
	ws_cli_heap();
	return ws_cli_flush(c->run(&o, argc - used, argv + used));
}

int
main(int argc, char **argv)
{
	const struct ws_cmd *c;

	signal(SIGPIPE, SIG_DFL);
	/* Times in zip archives; see ingest/bundle_archive.c. */
	setenv("TZ", "UTC0", 1);
	if (argc < 2)
		return run(&ws_cmd_help, argc, argv) == 0 ? WS_EXIT_USAGE
							  : WS_EXIT_IO;
	if (strcmp(argv[1], "--version") == 0)
		return run(&ws_cmd_version, argc - 1, argv + 1);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return run(&ws_cmd_help, argc - 1, argv + 1);
	if (argv[1][0] == '-' || is_bundle(argv[1]))
		return run(&ws_cmd_diagnose, argc, argv);
	c = ws_cmd_find(argv[1]);
	if (c == NULL)
		return unknown_command(argv[1]);
	return run(c, argc - 1, argv + 1);
}
