/*
 * Compares the times that whyslow reads from execution traces with those of
 * `go tool trace -pprof=KIND`, for each of its four kinds:
 *   oracle_pprof WHYSLOW GO SCRATCH FILE...
 * Prints a line for each kind of a file that differs, then the totals; files
 * that the peer does not read are left out.
 *
 * The peer's numbers are computed from whyslow's own events by the peer's
 * rules, which have to give the peer's counts exactly, and its times but for
 * rounding.  So the rules below say all that is different, and that it is only
 * a matter of what is added up.  Where `top --of trace.KIND` differs it is
 * because these rules are wrong, or made for another question:
 *
 * - Nothing counts until a goroutine has run for the first time.  The wait of
 *   a new goroutine for its first P is left out, which is most of the waiting
 *   for Ps where goroutines are made for each task: in the trace of esbuild
 *   0.28.2, 3.8 s of 62 s.  (The tool of Go 1.19 counts it.)
 * - Goroutines of the runtime and of the tracer count like the program's.
 * - "sync" are all reasons with "sync", "chan" or "select" in their names.  So
 *   waiting for the collector or for the world to be stopped is
 *   synchronisation too.
 * - What goes on when the trace ends does not count.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"

enum kind { NET, SYNC, SYSCALL, SCHED, KINDS };

static const char *const kinds[] = { "net", "sync", "syscall", "sched" };

struct sum {
	long long n, time;
};

struct go {
	char state[32];
	bool ran, is_open[KINDS];
	long long since[KINDS];
};

struct rules {
	struct ws_htab *ids;
	struct go *go;
	size_t cap;
	struct sum sum[KINDS];
};

static struct go *
go_of(struct rules *r, const char *track)
{
	bool is_new;
	uint32_t i = ws_htab_put(r->ids, track, strlen(track), &is_new);

	r->go = ws_grow(r->go, &r->cap, (size_t)i + 1, sizeof(*r->go));
	if (is_new)
		memset(&r->go[i], 0, sizeof(r->go[i]));
	return &r->go[i];
}

/* The kind that a span is of, or KINDS. */
static enum kind
kind_of(const char *state, const char *reason)
{
	if (strcmp(state, "runnable") == 0)
		return SCHED;
	if (strncmp(state, "syscall", 7) == 0 || strncmp(state, "cgo", 3) == 0)
		return SYSCALL;
	if (strcmp(state, "blocked") != 0)
		return KINDS;
	if (strcmp(reason, "network") == 0)
		return NET;
	return strstr(reason, "chan") != NULL ||
		       strstr(reason, "sync") != NULL ||
		       strstr(reason, "select") != NULL
		   ? SYNC
		   : KINDS;
}

/* Blocked for one reason and then for another is one wait to the peer. */
static bool
goes_on(enum kind open, enum kind kind, const char *state)
{
	return kind == open ||
	       ((open == NET || open == SYNC) && strcmp(state, "blocked") == 0);
}

static void
take_state(struct rules *r, struct go *g, const char *state, const char *reason,
    long long t)
{
	enum kind kind = kind_of(state, reason);

	/* The rest of a call whose P was taken away. */
	if (strstr(state, ".lost") != NULL &&
	    strncmp(g->state, state, strlen(g->state)) == 0 && *g->state)
		return;
	snprintf(g->state, sizeof(g->state), "%s", state);
	g->ran |= strcmp(state, "running") == 0;
	for (int k = 0; k < KINDS; k++) {
		if (g->is_open[k] && !goes_on((enum kind)k, kind, state)) {
			g->is_open[k] = false;
			r->sum[k].n += t > g->since[k];
			r->sum[k].time += t - g->since[k];
		} else if (!g->is_open[k] && (int)kind == k && g->ran) {
			g->is_open[k] = true;
			g->since[k] = t;
		}
	}
}

static void
take_line(struct rules *r, const char *line)
{
	static const char prefix[] = "goroutine.";
	const char *name, *track, *reason;
	json_t *e;

	if (strstr(line, "\"goroutine.") == NULL)
		return;
	e = json_loads(line, 0, NULL);
	name = json_string_value(json_object_get(e, "name"));
	track = json_string_value(json_object_get(e, "track"));
	reason = json_string_value(json_object_get(e, "peer"));
	if (name != NULL && track != NULL &&
	    strncmp(name, prefix, sizeof(prefix) - 1) == 0 &&
	    strcmp(json_string_value(json_object_get(e, "ev")), "span") == 0)
		take_state(r, go_of(r, track), name + sizeof(prefix) - 1,
		    reason != NULL ? reason : "",
		    json_integer_value(json_object_get(e, "t")));
	json_decref(e);
}

static bool
apply_rules(struct rules *r, const char *whyslow, const char *file)
{
	char command[8192], *line = NULL;
	size_t cap = 0;
	FILE *f;

	*r = (struct rules){ .ids = ws_htab_new() };
	snprintf(command, sizeof(command),
	    "'%s' events --jsonl '%s' 2>/dev/null </dev/null", whyslow, file);
	f = popen(command, "r");
	if (f == NULL)
		return false;
	while (getline(&line, &cap, f) > 0)
		take_line(r, line);
	free(line);
	free(r->go);
	ws_htab_free(r->ids);
	return pclose(f) == 0;
}

/* False when the peer does not read the file. */
static bool
ask_peer(struct sum *s, const char *go, const char *scratch, const char *file,
    const char *kind)
{
	char command[8192], *line = NULL;
	size_t cap = 0;
	bool good;
	FILE *f;

	snprintf(command, sizeof(command),
	    "'%s' tool trace -pprof=%s '%s' >'%s' 2>/dev/null </dev/null && "
	    "'%s' tool pprof -raw '%s' 2>/dev/null",
	    go, kind, file, scratch, go, scratch);
	*s = (struct sum){ 0, 0 };
	f = popen(command, "r");
	if (f == NULL)
		return false;
	while (getline(&line, &cap, f) > 0) {
		long long n, time;
		char end;

		if (sscanf(line, " %lld %lld%c", &n, &time, &end) == 3 &&
		    end == ':') {
			s->n += n;
			s->time += time;
		}
	}
	good = pclose(f) == 0;
	free(line);
	return good;
}

/* Both round each time of an event to whole ns, in ways of their own. */
static bool
is_same(const struct sum *a, const struct sum *b)
{
	long long d = a->time > b->time ? a->time - b->time : b->time - a->time;

	return a->n == b->n && d <= a->n;
}

int
main(int argc, char **argv)
{
	unsigned same = 0, different = 0, unread = 0;

	if (argc < 5)
		return 64;
	for (int i = 4; i < argc; i++) {
		struct rules r;
		struct sum peer;

		if (strchr(argv[i], '\'') != NULL ||
		    !ask_peer(&peer, argv[2], argv[3], argv[i], kinds[0]) ||
		    !apply_rules(&r, argv[1], argv[i])) {
			unread++;
			continue;
		}
		for (int k = 0; k < KINDS; k++) {
			ask_peer(&peer, argv[2], argv[3], argv[i], kinds[k]);
			if (is_same(&peer, &r.sum[k])) {
				same++;
				continue;
			}
			different++;
			printf("%s: %s: %lld times, %lld ns; the peer has "
			       "%lld times, %lld ns\n",
			    argv[i], kinds[k], r.sum[k].n, r.sum[k].time,
			    peer.n, peer.time);
		}
	}
	printf("%u profiles as the peer has them, %u not, %u files that it "
	       "does not read\n",
	    same, different, unread);
	return different > 0;
}
