/*
 * Many bundles, a line each.  Every bundle is read by a process of its own,
 * forked off after the rules are loaded: one that dies, or fills its memory, is
 * a line that says so and not the end of the others.  Lines come in the order
 * of the operands, however many run at a time.
 *
 * A worker's standard error and its line go through one pipe, parted by a NUL,
 * and the parent reads the pipes in order until they end; a worker that has more
 * to say than a pipe holds waits for its turn.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "base/num.h"
#include "cli/cli.h"

enum { MAX_JOBS = 64, MAX_SAID = 1 << 20 };

static const struct ws_opt own[] = {
	{ 'j', "jobs", WS_OPT_TEXT, WS_OPT_AT(jobs), "N",
	    "bundles at a time; default is the number of CPUs" },
	{ 0, "json", WS_OPT_FLAG, WS_OPT_AT(json), NULL,
	    "an object a line, schema whyslow.batch/1" },
	{ 0, NULL, WS_OPT_FLAG, 0, NULL, NULL },
};

struct worker {
	pid_t pid;
	int fd; /* its pipe; -1: it could not be started */
};

/* What is known of one bundle in the end. */
struct row {
	const char *path;
	const struct ws_diagnosis *d; /* NULL: there is none */
	const char *sha256, *failed;
	int status;
};

static void
put_json_row(FILE *f, const struct row *r)
{
	const struct ws_diagnosis *d = r->d;
	bool is_class =
	    d != NULL && d->cls < WS_CLASSES && ws_class_defs[d->cls].is_class;
	struct ws_json j;

	ws_json_init(&j, f, false);
	ws_json_open(&j, '{');
	ws_json_key_str(&j, "schema", "whyslow.batch/1");
	ws_json_key_str(&j, "bundle", r->path);
	ws_json_key_str(&j, "sha256", r->sha256);
	ws_json_key_num(&j, "status", r->status);
	ws_json_key_str(&j, "failed", r->failed);
	ws_json_key_str(&j, "outcome", d ? ws_outcome_key(d) : NULL);
	ws_json_key_str(
	    &j, "class", is_class ? ws_class_defs[d->cls].key : NULL);
	ws_json_key_str(
	    &j, "confidence", d ? ws_confidence_name(d->confidence) : NULL);
	ws_json_key_str(&j, "sentence", d ? d->sentence : NULL);
	ws_json_close(&j, '}');
	ws_json_end(&j);
}

static void
put_row(FILE *f, const struct ws_options *o, const struct row *r)
{
	const struct ws_diagnosis *d = r->d;
	struct ws_buf path = { 0 };
	const char *verdict = r->failed;

	if (o->json) {
		put_json_row(f, r);
		return;
	}
	if (d != NULL)
		verdict = d->outcome == WS_OUT_DECIDED
			      ? ws_class_defs[d->cls].key
			      : ws_outcome_key(d);
	ws_buf_put_safe(&path, ws_sv_of(r->path));
	fprintf(f, "%-13s %-6s %.*s\n", verdict,
	    d != NULL ? ws_confidence_name(d->confidence) : "-",
	    WS_SV_ARG(path));
	ws_buf_fini(&path);
}

/* The worker: its exit status tells that of the bundle. */
static void
work(const struct ws_options *o, const struct ws_rules *rules, const char *path,
    int fd)
{
	struct row r = { .path = path, .failed = "failed" };
	struct ws_run *run;
	FILE *out;

	dup2(fd, STDERR_FILENO);
	run = ws_cli_run(o, rules, 1, (char **)&path, &r.status);
	if (run != NULL) {
		r.status = ws_cli_status(run);
		r.sha256 = ws_run_report(run, false)->sha256;
	}
	if (run != NULL && r.status == WS_EXIT_OK) {
		r.d = ws_run_diagnosis(run);
		r.failed = NULL;
	}
	fflush(stderr);
	out = fdopen(fd, "w");
	if (out != NULL) {
		fputc('\0', out);
		put_row(out, o, &r);
		fclose(out);
	}
	_exit(out != NULL ? r.status : WS_EXIT_IO);
}

static struct worker
start(
    const struct ws_options *o, const struct ws_rules *rules, const char *path)
{
	struct worker w = { -1, -1 };
	int fd[2];

	if (pipe(fd) != 0)
		return w;
	fflush(NULL);
	w.pid = fork();
	if (w.pid == 0) {
		close(fd[0]);
		work(o, rules, path, fd[1]);
	}
	close(fd[1]);
	w.fd = fd[0];
	if (w.pid < 0) {
		close(fd[0]);
		w.fd = -1;
	}
	return w;
}

/* All that the worker says, to the end of its pipe; a flood is cut off. */
static void
hear(struct ws_buf *b, int fd)
{
	char part[4096];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		if (b->n < MAX_SAID)
			ws_buf_put(b, part, (size_t)n);
	}
	close(fd);
}

/* What is before the NUL goes to standard error, below the bundle's name;
 * where the NUL is, or the end. */
static size_t
put_said(const char *path, const struct ws_buf *said)
{
	size_t at = 0;

	while (at < said->n && said->p[at] != '\0')
		at++;
	if (at > 0) {
		ws_cli_warn("%s:", path);
		fwrite(said->p, 1, at, stderr);
	}
	return at;
}

/* Prints what the worker leaves; returns the status of its bundle. */
static int
finish(const struct ws_options *o, const struct worker *w, const char *path)
{
	struct row r = {
		.path = path, .failed = "crashed", .status = WS_EXIT_INTERNAL
	};
	struct ws_buf said = { 0 };
	size_t at;
	int status = 0;

	if (w->fd >= 0) {
		hear(&said, w->fd);
		while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	at = put_said(path, &said);
	if (w->fd >= 0 && WIFEXITED(status)) {
		r.status = WEXITSTATUS(status);
		r.failed = "failed";
	}
	if (at < said.n)
		fwrite(said.p + at + 1, 1, said.n - at - 1, stdout);
	else
		put_row(stdout, o, &r);
	ws_buf_fini(&said);
	return r.status;
}

/* The first status that is not 0 stays, but a crash outweighs all. */
static int
worse(int a, int b)
{
	return a == WS_EXIT_OK || b == WS_EXIT_INTERNAL ? b : a;
}

static int
run_all(const struct ws_options *o, const struct ws_rules *rules, int jobs,
    int n, char **path)
{
	struct worker w[MAX_JOBS];
	int started = 0, status = WS_EXIT_OK;

	for (int i = 0; i < n; i++) {
		for (; started < n && started < i + jobs; started++)
			w[started % jobs] = start(o, rules, path[started]);
		status = worse(status, finish(o, &w[i % jobs], path[i]));
	}
	return status;
}

/* 0 when it is none. */
static int
read_jobs(const struct ws_options *o)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t n = cpus < 1 ? 1 : cpus > MAX_JOBS ? MAX_JOBS : (uint64_t)cpus;

	if (o->jobs != NULL && !ws_num_u64(ws_sv_of(o->jobs), 1, MAX_JOBS, &n))
		return 0;
	return (int)n;
}

static int
batch(struct ws_options *o, int argc, char **argv)
{
	struct ws_rules *rules;
	int status, jobs = read_jobs(o);

	if (jobs == 0) {
		ws_cli_usage("batch: --jobs wants 1 to %d, found '%s'",
		    MAX_JOBS, o->jobs);
		return WS_EXIT_USAGE;
	}
	if (argc < 1) {
		ws_cli_usage("batch: wanted one bundle or more");
		return WS_EXIT_USAGE;
	}
	rules = ws_cli_rules(o);
	if (rules == NULL)
		return WS_EXIT_RULES;
	status = run_all(o, rules, jobs, argc, argv);
	ws_rules_free(rules);
	return status;
}

static const struct ws_opt *const opts[] = { own, ws_opt_rules, ws_opt_common,
	ws_opt_choice, ws_opt_limits, NULL };

const struct ws_cmd ws_cmd_batch = { "batch", "BUNDLE...",
	"a line for each of many bundles, several at a time", opts, batch };
