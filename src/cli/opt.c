#include "cli/opt.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/units.h"
#include "cli/cli.h"

enum { MAX_OPTS = 64, FIRST_LONG = 256 };

const struct ws_opt ws_opt_common[] = {
	{ 'h', "help", WS_OPT_FLAG, WS_OPT_AT(help), NULL, "show this help" },
	{ 0, "color", WS_OPT_TEXT, WS_OPT_AT(color), "WHEN",
	    "auto, always or never" },
	{ 0, "ascii", WS_OPT_FLAG, WS_OPT_AT(ascii), NULL,
	    "no characters outside ASCII" },
	{ 0, NULL, WS_OPT_FLAG, 0, NULL, NULL },
};

const struct ws_opt ws_opt_rules[] = {
	{ 'r', "rules", WS_OPT_LIST, WS_OPT_AT(rules), "FILE",
	    "add a rules file (repeatable)" },
	{ 0, "rules-dir", WS_OPT_TEXT, WS_OPT_AT(rules_dir), "DIR",
	    "use this folder instead of the shipped rules" },
	{ 'D', "param", WS_OPT_LIST, WS_OPT_AT(define), "PARAM=VALUE",
	    "change a threshold (repeatable)" },
	{ 0, NULL, WS_OPT_FLAG, 0, NULL, NULL },
};

const struct ws_opt ws_opt_choice[] = {
	{ 0, "host", WS_OPT_TEXT, WS_OPT_AT(host), "NAME",
	    "of several machines in the bundle, this one" },
	{ 0, "process", WS_OPT_TEXT, WS_OPT_AT(process), "NAME",
	    "of several processes in the bundle, this one" },
	{ 0, NULL, WS_OPT_FLAG, 0, NULL, NULL },
};

const struct ws_opt ws_opt_limits[] = {
#define X(field, option, value, help)                                          \
	{ 0, option, WS_OPT_SIZE, WS_OPT_AT(limits.field), "N", help },
	WS_LIMITS(X)
#undef X
	    { 0, NULL, WS_OPT_FLAG, 0, NULL, NULL },
};

/* All rows of a command's tables in one list. */
static size_t
collect(const struct ws_cmd *c, const struct ws_opt **out)
{
	const struct ws_opt *const *table, *o;
	size_t n = 0;

	for (table = c->opts; *table != NULL; table++)
		for (o = *table; o->name != NULL && n < MAX_OPTS; o++)
			out[n++] = o;
	return n;
}

static bool
set_size(const char *text, uint64_t *out)
{
	enum ws_unit unit;
	double v;
	size_t n = strlen(text);
	char copy[32];

	/* "4G" means 4 GiB here, as in every tool with a size option. */
	if (n > 0 && n < sizeof(copy) - 3 && strchr("KMG", text[n - 1])) {
		snprintf(copy, sizeof(copy), "%siB", text);
		text = copy;
	}
	if (!ws_unit_parse(ws_sv_of(text), WS_U_NONE, &v, &unit) || v < 1 ||
	    v > 1e15 || (unit != WS_U_COUNT && unit != WS_U_BYTES))
		return false;
	*out = (uint64_t)v;
	return true;
}

static bool
apply(const struct ws_opt *opt, struct ws_options *o, const char *arg)
{
	void *at = (char *)o + opt->at;
	struct ws_list *list = at;

	switch (opt->kind) {
	case WS_OPT_FLAG:
		*(bool *)at = true;
		return true;
	case WS_OPT_TEXT:
		*(const char **)at = arg;
		return true;
	case WS_OPT_LIST:
		if (list->n == WS_LIST_MAX)
			return false;
		list->item[list->n++] = arg;
		return true;
	case WS_OPT_SIZE:
		return set_size(arg, at);
	}
	return false;
}

static void
build(const struct ws_opt *const *list, size_t n, struct option *longs,
    char *shorts)
{
	size_t i, k = 0;

	shorts[k++] = '+'; /* stop at the first operand... */
	shorts[k++] = ':'; /* ...and let us speak */
	for (i = 0; i < n; i++) {
		int has_arg =
		    list[i]->arg != NULL ? required_argument : no_argument;

		longs[i] = (struct option){ list[i]->name, has_arg, NULL,
			FIRST_LONG + (int)i };
		if (list[i]->letter == 0)
			continue;
		shorts[k++] = list[i]->letter;
		if (has_arg)
			shorts[k++] = ':';
	}
	longs[n] = (struct option){ 0 };
	shorts[k] = '\0';
}

static const struct ws_opt *
by_code(const struct ws_opt *const *list, size_t n, int code)
{
	size_t i;

	if (code >= FIRST_LONG && (size_t)(code - FIRST_LONG) < n)
		return list[code - FIRST_LONG];
	for (i = 0; i < n; i++)
		if (list[i]->letter != 0 && list[i]->letter == code)
			return list[i];
	return NULL;
}

static int
unknown_option(const struct ws_cmd *c, const struct ws_opt *const *list,
    size_t n, const char *word)
{
	const char *names[MAX_OPTS], *near;
	char name[64];
	size_t i;

	for (i = 0; i < n; i++)
		names[i] = list[i]->name;
	while (*word == '-')
		word++;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
	/* One letter resembles everything. */
	near = strlen(name) > 1 ? ws_did_you_mean(name, names, n) : NULL;
	if (near != NULL)
		ws_cli_usage("%s: unknown option '%s', did you mean --%s?",
		    c->name, name, near);
	else
		ws_cli_usage("%s: unknown option '%s'; see whyslow %s "
			     "--help",
		    c->name, name, c->name);
	return -1;
}

/* What getopt refused; the word that holds a letter of a cluster is not known
 * to have been passed yet. */
static int
refuse(const struct ws_cmd *c, const struct ws_opt *const *list, size_t n,
    int code, const char *word)
{
	const struct ws_opt *opt =
	    optopt != 0 ? by_code(list, n, optopt) : NULL;
	const char letter[2] = { optopt < FIRST_LONG ? (char)optopt : '\0',
		'\0' };

	if (opt == NULL)
		return unknown_option(
		    c, list, n, letter[0] != '\0' ? letter : word);
	if (code == ':')
		ws_cli_usage("%s: option --%s wants an argument, %s", c->name,
		    opt->name, opt->arg);
	else
		ws_cli_usage(
		    "%s: option --%s takes no argument", c->name, opt->name);
	return -1;
}

/* Parses the options behind argv[0]; the number of arguments passed, or -1.
 * *ended tells that the last of them was "--". */
static int
parse_run(const struct ws_cmd *c, struct ws_options *o, int argc, char **argv,
    bool *ended)
{
	const struct ws_opt *list[MAX_OPTS], *opt;
	struct option longs[MAX_OPTS + 1];
	char shorts[2 * MAX_OPTS + 3];
	size_t n = collect(c, list);
	int code, before = 1;

	build(list, n, longs, shorts);
	for (optind = 1;; before = optind) {
		code = getopt_long(argc, argv, shorts, longs, NULL);
		if (code == -1)
			break;
		if (code == ':' || code == '?')
			return refuse(c, list, n, code, argv[optind - 1]);
		opt = by_code(list, n, code);
		if (!apply(opt, o, optarg)) {
			ws_cli_usage("%s: '%s' cannot be %s of --%s", c->name,
			    optarg, opt->arg, opt->name);
			return -1;
		}
	}
	*ended = optind > before;
	return optind;
}

/*
 * Options may stand before and after operands, as users expect; operands are
 * moved to the end in their order.  "--" ends the options.
 */
int
ws_opt_parse(
    const struct ws_cmd *c, struct ws_options *o, int argc, char **argv)
{
	char **operand = ws_alloc_array((size_t)argc + 1, sizeof(*operand));
	int n = 0, at = 0, i, used;
	bool ended = false;

	while (at < argc && !ended) {
		used = parse_run(c, o, argc - at, argv + at, &ended);
		if (used < 0) {
			free(operand);
			return -1;
		}
		at += used;
		if (!ended && at < argc)
			operand[n++] = argv[at];
	}
	for (; at < argc && ended; at++)
		operand[n++] = argv[at];
	for (i = 0; i < n; i++)
		argv[argc - n + i] = operand[i];
	free(operand);
	return argc - n;
}

void
ws_opt_help(const struct ws_cmd *c)
{
	const struct ws_opt *list[MAX_OPTS];
	size_t i, n = collect(c, list);

	printf("usage: whyslow %s [options] %s\n  %s\n\noptions:\n", c->name,
	    c->args, c->summary);
	for (i = 0; i < n; i++) {
		char left[64], letter[8] = "    ";

		if (list[i]->letter != 0)
			snprintf(
			    letter, sizeof(letter), "-%c, ", list[i]->letter);
		snprintf(left, sizeof(left), "%s--%s%s%s", letter,
		    list[i]->name, list[i]->arg != NULL ? " " : "",
		    list[i]->arg != NULL ? list[i]->arg : "");
		printf("  %-30s %s\n", left, list[i]->help);
	}
}
