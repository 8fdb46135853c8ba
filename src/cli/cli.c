#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"

static void
say(const char *fmt, va_list ap)
{
	struct ws_buf raw = { 0 }, safe = { 0 };

	fflush(stdout);
	ws_buf_vprintf(&raw, fmt, ap);
	ws_buf_put_safe(&safe, ws_buf_sv(&raw));
	fprintf(stderr, "whyslow: %s\n", safe.p);
	ws_buf_fini(&raw);
	ws_buf_fini(&safe);
}

void
ws_cli_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void
ws_cli_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	fputs("Try 'whyslow help'.\n", stderr);
}

/*
 * A bundle that can be opened is read, however damaged it is.  What fails
 * beside that are the symbol groups of the rules, whose patterns are compiled
 * when they are needed.
 */
int
ws_cli_error(const struct ws_err *err)
{
	ws_cli_warn("%s", err->text);
	return err->status == WS_IO ? WS_EXIT_NO_INPUT : WS_EXIT_RULES;
}

static void
print_problem(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "%s\n", text);
}

static bool
is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Beside the program, as in a build tree; else where they are installed. */
static const char *
shipped_rules(char *path, size_t size)
{
	const char *env = getenv("WHYSLOW_RULES");
	ssize_t n;
	char *slash;

	if (env != NULL && *env != '\0')
		return env;
	n = readlink("/proc/self/exe", path, size - sizeof("/rules"));
	path[n > 0 ? n : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash != NULL) {
		memcpy(slash, "/rules", sizeof("/rules"));
		if (is_dir(path))
			return path;
	}
	return WS_PKGDATADIR "/rules";
}

static bool
load_all(
    struct ws_rules *r, const struct ws_options *o, const struct ws_complain *c)
{
	char path[4096];
	const char *dir = o->rules_dir != NULL
			      ? o->rules_dir
			      : shipped_rules(path, sizeof(path));
	struct ws_err err;
	size_t i;

	if (!is_dir(dir)) {
		ws_cli_warn("no rules in %s; name their folder with "
			    "--rules-dir or WHYSLOW_RULES",
		    dir);
		return false;
	}
	if (ws_rules_load_dir(r, dir, c) != WS_OK)
		return false;
	for (i = 0; i < o->rules.n; i++)
		if (ws_rules_load(r, o->rules.item[i], c) != WS_OK)
			return false;
	if (ws_rules_check(r, c) != WS_OK)
		return false;
	for (i = 0; i < o->define.n; i++)
		if (ws_rules_set(r, ws_sv_of(o->define.item[i]), &err) !=
		    WS_OK) {
			ws_cli_warn("-D %s: %s", o->define.item[i], err.text);
			return false;
		}
	return true;
}

struct ws_rules *
ws_cli_rules(const struct ws_options *o)
{
	static const struct ws_complain complain = { .error = print_problem };

	return ws_cli_rules_with(o, &complain);
}

struct ws_rules *
ws_cli_rules_with(const struct ws_options *o, const struct ws_complain *c)
{
	struct ws_rules *r = ws_rules_new();

	if (load_all(r, o, c))
		return r;
	ws_rules_free(r);
	return NULL;
}

bool
ws_cli_is_one(int argc)
{
	if (argc != 1)
		ws_cli_usage("wanted one bundle, found %d", argc);
	return argc == 1;
}

struct ws_run *
ws_cli_run(const struct ws_options *o, const struct ws_rules *rules, int argc,
    char **argv, int *status)
{
	struct ws_err err = { WS_OK, WS_OFF_NONE, "" };
	struct ws_run *run = NULL;

	*status = WS_EXIT_USAGE;
	if (!ws_cli_is_one(argc))
		return NULL;
	run = ws_run_new(argv[0], rules, &o->limits,
	    &(struct ws_choice){ o->host, o->process, false }, &err);
	if (run == NULL)
		*status = ws_cli_error(&err);
	return run;
}

struct ws_run *
ws_cli_read(const struct ws_options *o, const struct ws_rules *rules,
    bool tracks, const char *path, int *status)
{
	struct ws_err err = { WS_OK, WS_OFF_NONE, "" };
	struct ws_run *run;

	run = ws_run_read(path, rules, &o->limits,
	    &(struct ws_choice){ o->host, o->process, tracks }, &err);
	if (run == NULL)
		*status = ws_cli_error(&err);
	return run;
}

static bool
hit_limit(const struct ws_bundle *b, struct ws_err *err)
{
	const struct ws_entry *e;
	size_t i, n;

	if (ws_bundle_status(b, err) == WS_LIMIT)
		return true;
	e = ws_bundle_entries(b, &n);
	for (i = 0; i < n; i++) {
		if (e[i].status != WS_LIMIT)
			continue;
		ws_err_set(
		    err, WS_LIMIT, e[i].off, "%s: %s", e[i].name, e[i].detail);
		return true;
	}
	return false;
}

/* Says of the first artifacts why each was not read. */
static void
warn_unread(const struct ws_entry *e, size_t n)
{
	enum { SHOWN = 5 };

	size_t i;

	if (n == 0) {
		ws_cli_warn("there is no file in it; name the folder or "
			    "archive that has the profiles and logs");
		return;
	}
	for (i = 0; i < n && i < SHOWN; i++)
		ws_cli_warn("%s: %s", e[i].name, e[i].detail);
	if (n > SHOWN)
		ws_cli_warn("%zu more were not read", n - SHOWN);
	ws_cli_warn("nothing in it could be read; whyslow ls tells of all, "
		    "and whyslow-formats(5) what is read");
}

/* The worst that kept anything from being read; limits before damage, since
 * raising a limit is something the user can do. */
int
ws_cli_bundle_status(const struct ws_bundle *b)
{
	struct ws_err err = { WS_OK, WS_OFF_NONE, "" };
	size_t i, n;
	const struct ws_entry *e = ws_bundle_entries(b, &n);

	for (i = 0; i < n; i++)
		if (e[i].format != NULL && e[i].status <= WS_PARTIAL)
			return WS_EXIT_OK;
	if (hit_limit(b, &err)) {
		ws_cli_warn("nothing was read before a limit: %s", err.text);
		return WS_EXIT_LIMIT;
	}
	warn_unread(e, n);
	return WS_EXIT_DATA;
}

int
ws_cli_strict_status(const struct ws_bundle *b)
{
	size_t i, n;
	const struct ws_entry *e = ws_bundle_entries(b, &n);

	for (i = 0; i < n; i++) {
		if (e[i].format == NULL || e[i].status == WS_OK)
			continue;
		ws_cli_warn("%s is %s: %s", e[i].name,
		    ws_status_name(e[i].status), e[i].detail);
		return WS_EXIT_DATA;
	}
	return ws_cli_bundle_status(b);
}

int
ws_cli_status(const struct ws_run *run)
{
	return ws_cli_bundle_status(ws_run_bundle(run));
}

static unsigned
columns(void)
{
	const char *env = getenv("COLUMNS");
	struct winsize w;
	uint64_t n;

	if (env != NULL && ws_num_u64(ws_sv_of(env), 40, 1000, &n))
		return (unsigned)n;
	if (isatty(STDOUT_FILENO) &&
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= 40)
		return w.ws_col;
	return 80;
}

static bool
wants_color(const char *when)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (strcmp(when, "always") == 0)
		return true;
	if (strcmp(when, "never") == 0 || (no != NULL && *no != '\0') ||
	    (term != NULL && strcmp(term, "dumb") == 0))
		return false;
	return isatty(STDOUT_FILENO);
}

static bool
wants_utf8(void)
{
	static const char *const var[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	size_t i;

	for (i = 0; i < WS_LEN(var); i++) {
		const char *v = getenv(var[i]);

		if (v != NULL && *v != '\0')
			return strstr(v, "UTF-8") != NULL ||
			       strstr(v, "utf8") != NULL;
	}
	return false;
}

bool
ws_cli_is_format(const struct ws_options *o, const char *format)
{
	const char *is = o->format != NULL ? o->format : "text";

	return strcmp(o->json ? "json" : is, format) == 0;
}

bool
ws_cli_check_format(const struct ws_options *o)
{
	static const char *const formats[] = { "text", "md", "json" };
	const char *near;

	for (size_t i = 0; i < WS_LEN(formats); i++)
		if (ws_cli_is_format(o, formats[i]))
			return true;
	near = ws_did_you_mean(o->format, formats, WS_LEN(formats));
	ws_cli_usage("--format wants text, md or json, found '%s'%s%s%s",
	    o->format, near != NULL ? ", did you mean " : "",
	    near != NULL ? near : "", near != NULL ? "?" : "");
	return false;
}

struct ws_style
ws_cli_style(const struct ws_options *o)
{
	return (struct ws_style){ .width = columns(),
		.color = wants_color(o->color),
		.utf8 = !o->ascii && wants_utf8() };
}

int
ws_cli_flush(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	ws_cli_warn("standard output: %s", strerror(errno));
	return WS_EXIT_IO;
}
