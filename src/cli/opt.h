/*
 * Options.  One table a command gives getopt its input, prints --help, and is
 * what the manual is compared with.
 */
#ifndef WS_OPT_H
#define WS_OPT_H

#include <stdbool.h>
#include <stddef.h>

#include "ingest/limits.h"

/* Exit statuses, as in EXIT STATUS of whyslow(1). */
enum ws_exit {
	WS_EXIT_OK = 0,
	WS_EXIT_MATCHED = 1, /* --fail-on */
	WS_EXIT_OPEN = 2,    /* --strict */
	WS_EXIT_USAGE = 64,
	WS_EXIT_DATA = 65,
	WS_EXIT_NO_INPUT = 66,
	WS_EXIT_NOT_BUILT = 69,
	WS_EXIT_INTERNAL = 70,
	WS_EXIT_CREATE = 73,
	WS_EXIT_IO = 74,
	WS_EXIT_LIMIT = 75,
	WS_EXIT_RULES = 78
};

enum { WS_LIST_MAX = 64 };

/* A repeatable option's arguments. */
struct ws_list {
	const char *item[WS_LIST_MAX];
	size_t n;
};

/* What the options of all commands set. */
struct ws_options {
	bool json, jsonl, quiet, strict, ascii, help, werror, cum, no_inlines;
	const char *format; /* text, md or json */
	const char *color, *fail_on, *rules_dir, *of, *limit_rows;
	const char *host, *process;
	const char *by, *focus, *ignore, *artifact;
	const char *plan, *col, *row, *alpha, *least, *jobs;
	struct ws_list rules, define, ignored, filter;
	struct ws_limits limits;
};

enum ws_opt_kind { WS_OPT_FLAG, WS_OPT_TEXT, WS_OPT_LIST, WS_OPT_SIZE };

struct ws_opt {
	char letter;      /* 0: none */
	const char *name; /* NULL ends a table */
	enum ws_opt_kind kind;
	size_t at;       /* offset in struct ws_options */
	const char *arg; /* what the argument is called; NULL: none */
	const char *help;
};

#define WS_OPT_AT(field) offsetof(struct ws_options, field)

struct ws_cmd {
	const char *name, *args, *summary;
	const struct ws_opt *const *opts; /* tables; NULL ends */
	/* argv[0] is the first argument after the options. */
	int (*run)(struct ws_options *o, int argc, char **argv);
};

extern const struct ws_opt ws_opt_common[]; /* --help, --color, --ascii */
extern const struct ws_opt ws_opt_rules[];  /* --rules, -D, ... */
extern const struct ws_opt ws_opt_choice[]; /* --host, --process */
extern const struct ws_opt ws_opt_limits[];

/*
 * Parses argv[1..] by the command's tables.  Returns the number of arguments
 * consumed, so that argv + the result are the operands; -1 after printing a
 * usage error.
 */
int ws_opt_parse(
    const struct ws_cmd *c, struct ws_options *o, int argc, char **argv);
/* Prints usage and options of a command on standard output. */
void ws_opt_help(const struct ws_cmd *c);
/* The nearest of n words to a mistyped one, or NULL. */
const char *ws_did_you_mean(
    const char *word, const char *const *words, size_t n);

#endif
