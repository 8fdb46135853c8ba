/*
 * Scripts that complete commands and options in a shell, made of the same
 * tables as getopt's input and --help.  Operands are files.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static const struct ws_opt *const opts[] = { ws_opt_common, NULL };

/* Goes over the rows of a command's tables. */
static void
each_option(const struct ws_cmd *c,
    void (*put)(const struct ws_cmd *c, const struct ws_opt *o))
{
	for (const struct ws_opt *const *t = c->opts; *t != NULL; t++)
		for (const struct ws_opt *o = *t; o->name != NULL; o++)
			put(c, o);
}

static void
put_commands(void)
{
	for (size_t i = 0; i < ws_n_cmds; i++)
		printf("%s%s", i > 0 ? " " : "", ws_cmds[i]->name);
}

static void
bash_option(const struct ws_cmd *c, const struct ws_opt *o)
{
	(void)c;
	printf(" --%s", o->name);
}

/* What a word that wants an argument is followed by is left to files. */
static void
put_bash(void)
{
	puts("# Completion of whyslow for bash: source <(whyslow completion "
	     "bash)\n"
	     "_whyslow()\n{\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} words=\n"
	     "\tcase ${COMP_WORDS[1]} in");
	for (size_t i = 0; i < ws_n_cmds; i++) {
		printf("\t%s) words='", ws_cmds[i]->name);
		each_option(ws_cmds[i], bash_option);
		puts("' ;;");
	}
	fputs("\t*) words='", stdout);
	each_option(&ws_cmd_diagnose, bash_option);
	puts("' ;;\n\tesac");
	fputs("\tif [ \"$COMP_CWORD\" = 1 ] && [ \"${cur#-}\" = \"$cur\" ]; "
	      "then\n\t\twords='",
	    stdout);
	put_commands();
	puts("'\n\telif [ \"${cur#-}\" = \"$cur\" ]; then\n\t\twords=\n\tfi\n"
	     "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	     "}\n"
	     "complete -o default -F _whyslow whyslow");
}

/* Text within single quotes; `but` are characters to leave out. */
static void
put_within(const char *text, const char *but)
{
	for (; *text != '\0'; text++)
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (strchr(but, *text) == NULL)
			putchar(*text);
}

static void
zsh_option(const struct ws_cmd *c, const struct ws_opt *o)
{
	(void)c;
	printf(" \\\n\t\t\t'--%s%s[", o->name, o->arg != NULL ? "=" : "");
	put_within(o->help, "[]\\");
	putchar(']');
	if (o->arg != NULL)
		printf(":%s:_files", o->arg);
	putchar('\'');
}

static void
zsh_case(const struct ws_cmd *c, const char *pattern)
{
	printf("\t%s)\n\t\t_arguments", pattern);
	each_option(c, zsh_option);
	puts(" \\\n\t\t\t'*:bundle:_files' ;;");
}

static void
put_zsh(void)
{
	puts("#compdef whyslow\n"
	     "# Completion of whyslow for zsh: whyslow completion zsh > "
	     "\"${fpath[1]}/_whyslow\"\n"
	     "_whyslow()\n{\n\tlocal -a commands\n\tcommands=(");
	for (size_t i = 0; i < ws_n_cmds; i++) {
		printf("\t\t'%s:", ws_cmds[i]->name);
		put_within(ws_cmds[i]->summary, "\\");
		puts("'");
	}
	puts("\t)\n"
	     "\tif (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n"
	     "\t\t_describe command commands\n\t\t_files\n\t\treturn\n\tfi\n"
	     "\tcase $words[2] in");
	for (size_t i = 0; i < ws_n_cmds; i++)
		zsh_case(ws_cmds[i], ws_cmds[i]->name);
	zsh_case(&ws_cmd_diagnose, "*");
	puts("\tesac\n}\n_whyslow \"$@\"");
}

/* The rest of a text in single quotes, which in fish know backslashes. */
static void
fish_text(const char *text)
{
	for (; *text != '\0'; text++)
		printf("%s%c", strchr("\\'", *text) != NULL ? "\\" : "", *text);
	puts("'");
}

static void
fish_option(const struct ws_cmd *c, const struct ws_opt *o)
{
	printf("complete -c whyslow -n '__fish_seen_subcommand_from %s' -l %s",
	    c->name, o->name);
	if (o->letter != 0)
		printf(" -s %c", o->letter);
	fputs(o->arg != NULL ? " -r -d '" : " -d '", stdout);
	fish_text(o->help);
}

static void
put_fish(void)
{
	puts("# Completion of whyslow for fish: whyslow completion fish > "
	     "~/.config/fish/completions/whyslow.fish");
	for (size_t i = 0; i < ws_n_cmds; i++) {
		printf(
		    "complete -c whyslow -n __fish_use_subcommand -a %s -d '",
		    ws_cmds[i]->name);
		fish_text(ws_cmds[i]->summary);
		each_option(ws_cmds[i], fish_option);
	}
}

static int
completion(struct ws_options *o, int argc, char **argv)
{
	static const struct {
		const char *shell;
		void (*put)(void);
	} shells[] = { { "bash", put_bash }, { "zsh", put_zsh },
		{ "fish", put_fish } };

	(void)o;
	for (size_t i = 0; argc == 1 && i < WS_LEN(shells); i++)
		if (strcmp(argv[0], shells[i].shell) == 0) {
			shells[i].put();
			return WS_EXIT_OK;
		}
	ws_cli_usage("completion: wanted bash, zsh or fish");
	return WS_EXIT_USAGE;
}

const struct ws_cmd ws_cmd_completion = { "completion", "bash | zsh | fish",
	"print a script that completes words in a shell", opts, completion };
