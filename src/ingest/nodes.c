#include "ingest/nodes.h"

#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"
#include "base/moment.h"

/* Folders whose members are nodes or processes, in bundles of cockroach,
 * nomad, elastic-agent and the like. */
static const char *const markers[] = { "nodes", "node", "server", "servers",
	"client", "clients", "hosts", "pods", "components", "instances",
	"replicas", "processes" };

/* Formats of one process; the others may be of a machine. */
static const char *const of_process[] = { "pprof", "pprof-text", "goroutines",
	"go-trace" };

struct ws_nodes {
	struct ws_arena *arena;
	struct ws_htab *keys; /* of nodes, in their order */
	struct ws_node *node;
	size_t cap, cap_of;
	int *of;               /* of each entry */
	struct ws_htab *names; /* of artifacts, in the order of node_of */
	int *node_of;
	size_t cap_names;
};

/* One way to see a path: with one part left open. */
struct pattern {
	struct ws_sv part; /* the first one seen there */
	bool differs;
};

struct patterns {
	struct ws_htab *keys;
	struct pattern *pattern;
	size_t cap;
};

static bool
is_one_of(struct ws_sv s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ws_sv_is(s, list[i]))
			return true;
	return false;
}

static bool
is_used(const struct ws_entry *e)
{
	return e->format != NULL && e->events > 0;
}

static bool
is_process(const struct ws_entry *e)
{
	return is_used(e) &&
	       is_one_of(ws_sv_of(e->format), of_process, WS_LEN(of_process));
}

/* Each folder of a path is left open in a copy of it.  Paths that are longer or
 * deeper than any of a support bundle would make gigabytes of that. */
enum { PATH_BYTES = 512, FOLDERS = 32 };

/* Calls for every folder in the path: the path up to its end, its name. */
static bool
next_folder(struct ws_sv path, size_t *at, struct ws_sv *part)
{
	const char *slash =
	    *at < path.n ? memchr(path.p + *at, '/', path.n - *at) : NULL;

	if (slash == NULL)
		return false;
	*part = (struct ws_sv){ path.p + *at, (size_t)(slash - path.p) - *at };
	*at = (size_t)(slash - path.p) + 1;
	return true;
}

static struct pattern *
pattern_of(struct patterns *t, const struct ws_entry *e, struct ws_sv part)
{
	struct ws_sv path = ws_sv_of(e->name);
	size_t from = (size_t)(part.p - path.p);
	struct ws_buf b = { 0 };
	bool is_new;
	uint32_t i;

	ws_buf_put(&b, path.p, from);
	ws_buf_putc(&b, '\0');
	ws_buf_putsv(&b, ws_sv_from(path, from + part.n));
	ws_buf_putc(&b, '\0');
	ws_buf_puts(&b, e->format);
	ws_buf_puts(&b, e->version);
	i = ws_htab_put(t->keys, b.p, b.n, &is_new);
	ws_buf_fini(&b);
	if (is_new) {
		t->pattern = ws_grow(
		    t->pattern, &t->cap, (size_t)i + 1, sizeof(*t->pattern));
		t->pattern[i] = (struct pattern){ part, false };
	}
	return &t->pattern[i];
}

/* Sees every path with each of its folders left open. */
static void
see_patterns(struct patterns *t, const struct ws_entry *e, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct ws_sv part, path = ws_sv_of(e[i].name);
		size_t at = 0, depth = 0;

		/* A tree of cgroups has the same files in every folder. */
		if (!is_used(&e[i]) || strcmp(e[i].format, "procfs") == 0)
			continue;
		while (path.n <= PATH_BYTES && depth++ < FOLDERS &&
		       next_folder(path, &at, &part)) {
			struct pattern *p;

			if (ws_is_moment(part))
				continue;
			p = pattern_of(t, &e[i], part);
			p->differs = p->differs || !ws_sv_eq(p->part, part);
		}
	}
}

/* "profile-10.0.0.1:9000-cpu.pprof", as minio names them; empty when not. */
static struct ws_sv
name_in_file(struct ws_sv path)
{
	static const char *const kinds[] = { "cpu", "profile", "mem", "heap",
		"allocs", "block", "mutex", "goroutine", "goroutines",
		"threads", "threadcreate", "trace" };
	struct ws_sv part, name = path, none = { path.p, 0 };
	size_t at = 0, dash;

	while (next_folder(path, &at, &part))
		name = ws_sv_from(path, at);
	if (ws_sv_starts(name, "profile-"))
		name = ws_sv_from(name, 8);
	else if (ws_sv_starts(name, "pprof-"))
		name = ws_sv_from(name, 6);
	else
		return none;
	for (dash = name.n; dash > 0 && name.p[dash - 1] != '-'; dash--)
		;
	if (dash < 2)
		return none;
	part = ws_sv_from(name, dash);
	part.n = ws_sv_find(part, ".");
	if (!is_one_of(part, kinds, WS_LEN(kinds)))
		return none;
	name.n = dash - 1;
	return name;
}

/* Where a path belongs by itself; empty when nowhere. */
static struct ws_sv
key_of_path(struct patterns *t, const struct ws_entry *e)
{
	struct ws_sv path = ws_sv_of(e->name), part, last = { NULL, 0 };
	bool seen = is_used(e) && strcmp(e->format, "procfs") != 0;
	size_t at = 0, depth = 0;

	while (path.n <= PATH_BYTES && depth++ < FOLDERS &&
	       next_folder(path, &at, &part)) {
		if (is_one_of(last, markers, WS_LEN(markers)) ||
		    (seen && !ws_is_moment(part) &&
			pattern_of(t, e, part)->differs))
			return (struct ws_sv){ path.p, at - 1 };
		last = part;
	}
	return is_process(e) ? name_in_file(path) : (struct ws_sv){ path.p, 0 };
}

static int
add_node(struct ws_nodes *g, struct ws_sv key)
{
	bool is_new;
	uint32_t i = ws_htab_get(g->keys, key.p, key.n);

	if (i != WS_HTAB_NONE)
		return (int)i;
	if (ws_htab_count(g->keys) == WS_NODES_MAX)
		return WS_NODE_ALL;
	i = ws_htab_put(g->keys, key.p, key.n, &is_new);
	g->node = ws_grow(g->node, &g->cap, (size_t)i + 1, sizeof(*g->node));
	g->node[i] = (struct ws_node){
		.name = ws_arena_dup(g->arena, key), .host = "", .program = ""
	};
	return (int)i;
}

/* Puts entries that lie in the folder of a node into it. */
static void
join_folders(struct ws_nodes *g, const struct ws_entry *e, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct ws_sv path = ws_sv_of(e[i].name), part;
		size_t at = 0;

		while (
		    g->of[i] == WS_NODE_ALL && next_folder(path, &at, &part)) {
			uint32_t k = ws_htab_get(g->keys, path.p, at - 1);

			if (k != WS_HTAB_NONE)
				g->of[i] = (int)k;
		}
	}
}

static void
part_by_path(struct ws_nodes *g, const struct ws_entry *e, size_t n)
{
	struct patterns t = { .keys = ws_htab_new() };

	see_patterns(&t, e, n);
	for (size_t i = 0; i < n; i++) {
		struct ws_sv key = key_of_path(&t, &e[i]);

		/* A folder in which nothing was read is no node. */
		if (key.n > 0 && is_used(&e[i]))
			g->of[i] = add_node(g, key);
	}
	join_folders(g, e, n);
	ws_htab_free(t.keys);
	free(t.pattern);
}

static const char *
host_of(const struct ws_entry *e)
{
	return e->host;
}

static const char *
program_of(const struct ws_entry *e)
{
	return e->program;
}

/* What artifacts of no node say of themselves, where not all say the same. */
static void
part_by_word(struct ws_nodes *g, const struct ws_entry *e, size_t n,
    const char *(*word)(const struct ws_entry *))
{
	const char *first = NULL;
	bool differ = false;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!is_used(&e[i]) || *word(&e[i]) == '\0')
			continue;
		differ = differ ||
			 (first != NULL && strcmp(first, word(&e[i])) != 0);
		first = word(&e[i]);
	}
	for (i = 0; differ && i < n; i++)
		if (g->of[i] == WS_NODE_ALL && is_used(&e[i]) &&
		    *word(&e[i]) != '\0')
			g->of[i] = add_node(g, ws_sv_of(word(&e[i])));
}

/* A host that is that of a folder's node: its counters belong there. */
static void
join_hosts(struct ws_nodes *g, const struct ws_entry *e, size_t n)
{
	size_t i, k, nodes = ws_htab_count(g->keys);

	for (i = 0; i < n; i++)
		if (g->of[i] != WS_NODE_ALL && *e[i].host != '\0')
			g->node[g->of[i]].host = e[i].host;
	for (i = 0; i < n; i++)
		for (k = 0; g->of[i] == WS_NODE_ALL && k < nodes; k++)
			if (*e[i].host != '\0' &&
			    strcmp(g->node[k].host, e[i].host) == 0)
				g->of[i] = (int)k;
}

/* Profiles at the top, where others lie in nodes, are of one more. */
static void
part_top(struct ws_nodes *g, const struct ws_entry *e, size_t n)
{
	bool parted = false;
	size_t i;

	for (i = 0; i < n; i++)
		parted =
		    parted || (is_process(&e[i]) && g->of[i] != WS_NODE_ALL);
	for (i = 0; parted && i < n; i++)
		if (is_process(&e[i]) && g->of[i] == WS_NODE_ALL)
			g->of[i] = add_node(g, ws_sv_of("."));
}

static void
count(struct ws_nodes *g, const struct ws_entry *e, size_t n)
{
	struct ws_htab *seen = ws_htab_new();

	for (size_t i = 0; i < n; i++) {
		struct ws_node *to = g->of[i] >= 0 ? &g->node[g->of[i]] : NULL;
		struct ws_buf b = { 0 };
		bool is_new;

		if (to == NULL || !is_used(&e[i]))
			continue;
		ws_buf_printf(&b, "%d %s", g->of[i], e[i].format);
		if (strncmp(e[i].format, "pprof", 5) == 0)
			ws_buf_printf(&b, " %s", e[i].version);
		ws_htab_put(seen, b.p, b.n, &is_new);
		ws_buf_fini(&b);
		to->kinds += is_new;
		to->artifacts++;
		to->events += e[i].events;
		if (*e[i].host != '\0')
			to->host = e[i].host;
		if (*e[i].program != '\0')
			to->program = e[i].program;
	}
	ws_htab_free(seen);
}

static void
index_names(struct ws_nodes *g, const struct ws_entry *e, size_t n)
{
	g->names = ws_htab_new();
	for (size_t i = 0; i < n; i++) {
		bool is_new;
		uint32_t k = ws_htab_put(
		    g->names, e[i].name, strlen(e[i].name), &is_new);

		g->node_of = ws_grow(g->node_of, &g->cap_names, (size_t)k + 1,
		    sizeof(*g->node_of));
		g->node_of[k] = g->of[i];
	}
}

struct place {
	const char *name;
	int at;
};

static int
compare(const void *a, const void *b)
{
	return strcmp(
	    ((const struct place *)a)->name, ((const struct place *)b)->name);
}

/* By name, so that the order of members of an archive does not show. */
static void
sort(struct ws_nodes *g, size_t n)
{
	size_t i, count = ws_htab_count(g->keys);
	struct place *place = ws_alloc_array(count + 1, sizeof(*place));
	struct ws_node *sorted = ws_alloc_array(count + 1, sizeof(*sorted));
	int *to = ws_alloc_array(count + 1, sizeof(*to));

	for (i = 0; i < count; i++)
		place[i] = (struct place){ g->node[i].name, (int)i };
	qsort(place, count, sizeof(*place), compare);
	for (i = 0; i < count; i++) {
		sorted[i] = g->node[place[i].at];
		to[place[i].at] = (int)i;
	}
	for (i = 0; i < n; i++)
		g->of[i] = g->of[i] >= 0 ? to[g->of[i]] : g->of[i];
	free(place);
	free(to);
	free(g->node);
	g->node = sorted;
}

struct ws_nodes *
ws_nodes_new(const struct ws_bundle *b)
{
	struct ws_nodes *g = ws_alloc(sizeof(*g));
	const struct ws_entry *e;
	size_t n;

	e = ws_bundle_entries(b, &n);
	g->arena = ws_arena_new();
	g->keys = ws_htab_new();
	g->of = ws_alloc_array(n + 1, sizeof(*g->of));
	for (size_t i = 0; i < n; i++)
		g->of[i] = WS_NODE_ALL;
	part_by_path(g, e, n);
	join_hosts(g, e, n);
	part_by_word(g, e, n, host_of);
	if (ws_htab_count(g->keys) == 0)
		part_by_word(g, e, n, program_of);
	part_top(g, e, n);
	sort(g, n);
	count(g, e, n);
	index_names(g, e, n);
	return g;
}

void
ws_nodes_free(struct ws_nodes *g)
{
	if (g == NULL)
		return;
	ws_htab_free(g->keys);
	ws_htab_free(g->names);
	ws_arena_free(g->arena);
	free(g->node);
	free(g->node_of);
	free(g->of);
	free(g);
}

/* A single node is the whole bundle. */
size_t
ws_nodes_count(const struct ws_nodes *g)
{
	size_t n = ws_htab_count(g->keys);

	return n > 1 ? n : 0;
}

const struct ws_node *
ws_nodes_get(const struct ws_nodes *g, size_t i)
{
	return &g->node[i];
}

int
ws_nodes_of(const struct ws_nodes *g, size_t entry)
{
	return g->of[entry];
}

static bool
is_better(const struct ws_node *a, const struct ws_node *b)
{
	if (a->kinds != b->kinds)
		return a->kinds > b->kinds;
	if (a->events != b->events)
		return a->events > b->events;
	return strcmp(a->name, b->name) < 0;
}

static bool
is_named(const struct ws_node *g, const char *word, const char *said)
{
	size_t n = word != NULL ? strlen(word) : 0, all = strlen(g->name);

	return word == NULL || strcmp(word, said) == 0 ||
	       strcmp(word, g->name) == 0 ||
	       (all > n && g->name[all - n - 1] == '/' &&
		   strcmp(word, g->name + all - n) == 0);
}

size_t
ws_nodes_find(const struct ws_nodes *g, const char *host, const char *program)
{
	size_t i, n = ws_nodes_count(g), best = n;

	for (i = 0; i < n; i++)
		if (is_named(&g->node[i], host, g->node[i].host) &&
		    is_named(&g->node[i], program, g->node[i].program) &&
		    (best == n || is_better(&g->node[i], &g->node[best])))
			best = i;
	return best;
}

size_t
ws_nodes_best(const struct ws_nodes *g)
{
	return ws_nodes_find(g, NULL, NULL);
}

struct pick {
	struct ws_sink sink;
	struct ws_sink *target;
	const struct ws_nodes *nodes;
	int node;
	bool open; /* the artifact at hand is passed on */
};

static void
pick_begin(struct ws_sink *s, const struct ws_origin *o)
{
	struct pick *p = (struct pick *)s;
	struct ws_sv name = ws_dict_text(s->dict, o->artifact);
	uint32_t i = ws_htab_get(p->nodes->names, name.p, name.n);
	int of = i != WS_HTAB_NONE ? p->nodes->node_of[i] : WS_NODE_ALL;

	p->open = of == WS_NODE_ALL || of == p->node;
	if (p->open)
		ws_sink_begin(p->target, o);
}

static enum ws_status
pick_events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	struct pick *p = (struct pick *)s;

	return p->open ? ws_sink_events(p->target, ev, n) : WS_OK;
}

static enum ws_status
pick_rows(struct ws_sink *s, const struct ws_row *row, size_t n)
{
	struct pick *p = (struct pick *)s;

	return p->open ? ws_sink_rows(p->target, row, n) : WS_OK;
}

static void
pick_fault(struct ws_sink *s, uint64_t off, const char *what)
{
	struct pick *p = (struct pick *)s;

	if (p->open)
		ws_sink_fault(p->target, off, what);
}

static void
pick_end(struct ws_sink *s, enum ws_status status)
{
	struct pick *p = (struct pick *)s;

	if (p->open)
		ws_sink_end(p->target, status);
}

static const struct ws_sink_ops pick_ops = {
	.begin = pick_begin,
	.events = pick_events,
	.rows = pick_rows,
	.fault = pick_fault,
	.end = pick_end,
};

struct ws_sink *
ws_nodes_sink(const struct ws_nodes *g, size_t node, struct ws_sink *target)
{
	struct pick *p = ws_alloc(sizeof(*p));

	p->sink.ops = &pick_ops;
	p->sink.dict = target->dict;
	p->target = target;
	p->nodes = g;
	p->node = (int)node;
	return &p->sink;
}
