/* Address spaces and names of threads over time. */
#include "perf_data_maps.h"

#include <stdlib.h>

#include "base/htab.h"
#include "base/mem.h"

enum { FEW = 8, GENERATIONS = 256, HINTS = 256, NONE = UINT32_MAX };

struct map {
	uint64_t start, end, pgoff;
	ws_id name, func;
	bool absolute, gone;
};

/*
 * With many maps: a segment tree over the places where maps begin and end.
 * Node i covers a run of the stretches between two bounds; list[first[i]] up to
 * first[i + 1] are the maps that cover all of it, by falling age.
 */
struct tree {
	uint64_t *bound;
	size_t n_bound, leaves;
	uint32_t *first, *list;
};

struct space {
	struct map *map; /* in the order of time */
	uint64_t *time;  /* beside map */
	size_t n, cap, cap_time;
	uint32_t parent, parent_epoch, generation;
	struct tree tree;
};

struct moment {
	uint64_t time;
	uint32_t what;
};

/* What something was over time. */
struct line {
	struct moment *v;
	size_t n, cap;
};

/* Where an id was found last. */
struct hint {
	uint32_t id, index;
	bool set;
};

struct pd_maps {
	struct pd_change *change;
	size_t n_change, cap_change;
	struct space *space; /* the first is the kernel's */
	size_t n_space, cap_space;
	struct ws_htab *pids, *tids;
	struct line *proc, *comm; /* by index of pid, of tid */
	uint32_t *tgid;           /* by index of tid, NONE when unknown */
	size_t cap_proc, cap_comm, cap_tgid;
	struct hint pid_hint[HINTS], tid_hint[HINTS];
};

struct pd_maps *
pd_maps_new(void)
{
	struct pd_maps *m = ws_alloc(sizeof(*m));

	m->pids = ws_htab_new();
	m->tids = ws_htab_new();
	return m;
}

static void
free_lines(struct line *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		free(v[i].v);
	free(v);
}

void
pd_maps_free(struct pd_maps *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->n_space; i++) {
		free(m->space[i].map);
		free(m->space[i].time);
		free(m->space[i].tree.bound);
		free(m->space[i].tree.first);
		free(m->space[i].tree.list);
	}
	free(m->space);
	free_lines(m->proc, ws_htab_count(m->pids));
	free_lines(m->comm, ws_htab_count(m->tids));
	free(m->tgid);
	ws_htab_free(m->pids);
	ws_htab_free(m->tids);
	free(m->change);
	free(m);
}

void
pd_maps_add(struct pd_maps *m, const struct pd_change *c)
{
	m->change = ws_grow(
	    m->change, &m->cap_change, m->n_change + 1, sizeof(*m->change));
	m->change[m->n_change++] = *c;
}

static uint32_t
new_space(struct pd_maps *m, uint32_t parent)
{
	struct space s = { .parent = NONE };
	const struct space *p;

	/* A space without maps of its own adds no step to the way up. */
	while (parent != NONE && m->space[parent].n == 0)
		parent = m->space[parent].parent;
	if (parent != NONE) {
		p = &m->space[parent];
		s.generation = p->generation + 1;
		if (s.generation < GENERATIONS) {
			s.parent = parent;
			s.parent_epoch = (uint32_t)p->n;
		}
	}
	m->space = ws_grow(m->space, &m->cap_space, m->n_space + 1, sizeof(s));
	m->space[m->n_space] = s;
	return (uint32_t)m->n_space++;
}

static void
put_moment(struct line *l, uint64_t time, uint32_t what)
{
	l->v = ws_grow(l->v, &l->cap, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = (struct moment){ time, what };
}

/* What held at the time; of before the first moment, the first. */
static uint32_t
at_time(const struct line *l, uint64_t time)
{
	size_t lo = 0, hi = l->n, mid;

	if (hi > 0 && l->v[hi - 1].time <= time)
		return l->v[hi - 1].what;
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (l->v[mid].time <= time)
			lo = mid + 1;
		else
			hi = mid;
	}
	return l->n == 0 ? NONE : l->v[lo > 0 ? lo - 1 : 0].what;
}

static struct line *
proc_of(struct pd_maps *m, uint32_t pid)
{
	bool is_new;
	uint32_t i = ws_htab_put(m->pids, &pid, sizeof(pid), &is_new);

	if (is_new) {
		m->proc = ws_grow(
		    m->proc, &m->cap_proc, (size_t)i + 1, sizeof(*m->proc));
		m->proc[i] = (struct line){ 0 };
	}
	return &m->proc[i];
}

static uint32_t
tid_index(struct pd_maps *m, uint32_t tid)
{
	bool is_new;
	uint32_t i = ws_htab_put(m->tids, &tid, sizeof(tid), &is_new);

	if (is_new) {
		m->comm = ws_grow(
		    m->comm, &m->cap_comm, (size_t)i + 1, sizeof(*m->comm));
		m->tgid = ws_grow(
		    m->tgid, &m->cap_tgid, (size_t)i + 1, sizeof(*m->tgid));
		m->comm[i] = (struct line){ 0 };
		m->tgid[i] = NONE;
	}
	return i;
}

/* The newest space of a process. */
static uint32_t
space_now(struct pd_maps *m, uint32_t pid, uint64_t time)
{
	struct line *l;

	if (pid == (uint32_t)PD_KERNEL_PID)
		return 0;
	l = proc_of(m, pid);
	if (l->n == 0)
		put_moment(l, time, new_space(m, NONE));
	return l->v[l->n - 1].what;
}

static void
take_map(struct pd_maps *m, const struct pd_change *c)
{
	uint32_t i = space_now(m, c->pid, c->time);
	struct space *s = &m->space[i];

	s->map = ws_grow(s->map, &s->cap, s->n + 1, sizeof(*s->map));
	s->time = ws_grow(s->time, &s->cap_time, s->n + 1, sizeof(*s->time));
	s->map[s->n] = (struct map){ c->start, c->end, c->pgoff, c->name,
		c->func, c->absolute, c->kind == PD_C_UNMAP };
	s->time[s->n++] = c->time;
}

static void
take_comm(struct pd_maps *m, const struct pd_change *c)
{
	uint32_t i = tid_index(m, c->tid);

	put_moment(&m->comm[i], c->time, c->name);
	m->tgid[i] = c->pid;
	if (c->exec)
		put_moment(proc_of(m, c->pid), c->time, new_space(m, NONE));
}

static void
take_fork(struct pd_maps *m, const struct pd_change *c)
{
	uint32_t child = tid_index(m, c->tid), from, parent;

	from = ws_htab_get(m->tids, &c->ptid, sizeof(c->ptid));
	m->tgid[child] = c->pid;
	if (from != WS_HTAB_NONE && m->comm[from].n > 0)
		put_moment(&m->comm[child], c->time,
		    m->comm[from].v[m->comm[from].n - 1].what);
	if (c->pid == c->ppid)
		return;
	parent = c->exec ? NONE : space_now(m, c->ppid, c->time);
	put_moment(proc_of(m, c->pid), c->time, new_space(m, parent));
}

static int
compare_changes(const void *a, const void *b)
{
	const struct pd_change *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

void
pd_maps_finish(struct pd_maps *m, struct ws_dict *d)
{
	uint32_t idle = tid_index(m, 0);

	new_space(m, NONE);
	put_moment(&m->comm[idle], 0, ws_dict_cstr(d, "swapper"));
	m->tgid[idle] = 0;
	if (m->n_change > 0)
		qsort(m->change, m->n_change, sizeof(*m->change),
		    compare_changes);
	for (size_t i = 0; i < m->n_change; i++) {
		const struct pd_change *c = &m->change[i];

		if (c->kind == PD_C_COMM)
			take_comm(m, c);
		else if (c->kind == PD_C_FORK)
			take_fork(m, c);
		else
			take_map(m, c);
	}
	free(m->change);
	m->change = NULL;
	m->n_change = m->cap_change = 0;
}

static uint32_t
epoch_of(const struct space *s, uint64_t time)
{
	size_t lo = 0, hi = s->n, mid;

	if (hi == 0 || s->time[hi - 1] <= time)
		return (uint32_t)hi;
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (s->time[mid] <= time)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (uint32_t)lo;
}

static uint32_t
index_of(const struct ws_htab *ids, struct hint *hints, uint32_t id)
{
	struct hint *h = &hints[id % HINTS];

	if (!h->set || h->id != id)
		*h = (struct hint){ id, ws_htab_get(ids, &id, sizeof(id)),
			true };
	return h->index;
}

struct pd_space_at
pd_maps_space(struct pd_maps *m, uint32_t pid, uint64_t time)
{
	struct pd_space_at at = { 0, 0 };
	uint32_t i;

	if (pid != (uint32_t)PD_KERNEL_PID) {
		i = index_of(m->pids, m->pid_hint, pid);
		at.space =
		    i == WS_HTAB_NONE ? NONE : at_time(&m->proc[i], time);
	}
	if (at.space != NONE)
		at.epoch = epoch_of(&m->space[at.space], time);
	return at;
}

static int
compare_bounds(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
make_bounds(struct space *s)
{
	struct tree *t = &s->tree;
	size_t n = 0;

	t->bound = ws_alloc_array(2 * s->n, sizeof(*t->bound));
	for (size_t i = 0; i < s->n; i++) {
		t->bound[n++] = s->map[i].start;
		t->bound[n++] = s->map[i].end;
	}
	qsort(t->bound, n, sizeof(*t->bound), compare_bounds);
	t->n_bound = 1;
	for (size_t i = 1; i < n; i++)
		if (t->bound[i] != t->bound[t->n_bound - 1])
			t->bound[t->n_bound++] = t->bound[i];
	for (t->leaves = 1; t->leaves < t->n_bound;)
		t->leaves *= 2;
}

/* The stretch that ip is in: bound[i] <= ip < bound[i + 1]; or n_bound. */
static size_t
stretch_of(const struct tree *t, uint64_t ip)
{
	size_t lo = 0, hi = t->n_bound, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (t->bound[mid] <= ip)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo == 0 ? t->n_bound : lo - 1;
}

/* Calls put for each node whose stretches map i covers: at most two a level. */
static void
cover(struct tree *t, const struct map *map, uint32_t i,
    void (*put)(struct tree *, size_t node, uint32_t map))
{
	size_t lo, hi;

	if (map->start >= map->end)
		return;
	lo = stretch_of(t, map->start) + t->leaves;
	hi = stretch_of(t, map->end) + t->leaves;
	for (; lo < hi; lo /= 2, hi /= 2) {
		if (lo & 1)
			put(t, lo++, i);
		if (hi & 1)
			put(t, --hi, i);
	}
}

static void
count_node(struct tree *t, size_t node, uint32_t map)
{
	(void)map;
	t->first[node + 1]++;
}

/* first[node] counts up to where the next node begins; put right after. */
static void
list_node(struct tree *t, size_t node, uint32_t map)
{
	t->list[t->first[node]++] = map;
}

static void
make_tree(struct space *s)
{
	struct tree *t = &s->tree;
	size_t nodes;

	make_bounds(s);
	nodes = 2 * t->leaves + 1;
	t->first = ws_alloc_array(nodes + 1, sizeof(*t->first));
	for (uint32_t i = 0; i < s->n; i++)
		cover(t, &s->map[i], i, count_node);
	for (size_t i = 0; i < nodes; i++)
		t->first[i + 1] += t->first[i];
	t->list = ws_alloc_array((size_t)t->first[nodes] + 1, sizeof(*t->list));
	for (uint32_t i = 0; i < s->n; i++)
		cover(t, &s->map[i], i, list_node);
	for (size_t i = nodes; i > 0; i--)
		t->first[i] = t->first[i - 1];
	t->first[0] = 0;
}

/* The last map of the node's list that is older than epoch, or NONE. */
static uint32_t
last_of(const struct tree *t, size_t node, uint32_t epoch)
{
	uint32_t lo = t->first[node], hi = t->first[node + 1], from = lo;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (t->list[mid] < epoch)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > from ? t->list[lo - 1] : NONE;
}

static const struct map *
find_in_tree(struct space *s, uint32_t epoch, uint64_t ip)
{
	struct tree *t = &s->tree;
	uint32_t best = NONE, i;
	size_t node;

	if (t->bound == NULL)
		make_tree(s);
	node = stretch_of(t, ip);
	if (node >= t->n_bound)
		return NULL;
	for (node += t->leaves; node > 0; node /= 2) {
		i = last_of(t, node, epoch);
		if (i != NONE && (best == NONE || i > best))
			best = i;
	}
	return best == NONE ? NULL : &s->map[best];
}

static const struct map *
find_map(struct space *s, uint32_t epoch, uint64_t ip)
{
	if (s->n > FEW)
		return find_in_tree(s, epoch, ip);
	while (epoch-- > 0)
		if (ip >= s->map[epoch].start && ip < s->map[epoch].end)
			return &s->map[epoch];
	return NULL;
}

struct pd_place
pd_maps_find(struct pd_maps *m, struct pd_space_at at, uint64_t ip)
{
	struct pd_place p = { .addr = ip };
	const struct map *map = NULL;
	struct space *s;

	while (at.space != NONE && map == NULL) {
		s = &m->space[at.space];
		map = find_map(s, at.epoch, ip);
		at.space = s->parent;
		at.epoch = s->parent_epoch;
	}
	if (map == NULL || map->gone)
		return p;
	p.mapping = map->name;
	p.func = map->func;
	if (!map->absolute)
		p.addr = ip - map->start + map->pgoff;
	return p;
}

ws_id
pd_maps_comm(struct pd_maps *m, uint32_t tid, uint64_t time)
{
	uint32_t i = index_of(m->tids, m->tid_hint, tid), name;

	if (i == WS_HTAB_NONE)
		return 0;
	name = at_time(&m->comm[i], time);
	return name == NONE ? 0 : name;
}

uint32_t
pd_maps_pid(struct pd_maps *m, uint32_t tid)
{
	uint32_t i = ws_htab_get(m->tids, &tid, sizeof(tid));

	return i == WS_HTAB_NONE || m->tgid[i] == NONE ? tid : m->tgid[i];
}
