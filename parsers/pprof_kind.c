/*
 * Which series the values of a profile belong to, and in which unit.  A pprof
 * file does not say of what kind it is: the sample types do, except that block
 * and mutex profiles have the same ones.  Those are told apart by who is
 * charged: a mutex profile holds the stack that unlocks, a block profile the
 * stack that waited.
 */
#include <stdio.h>
#include <string.h>

#include "pprof.h"

struct unit {
	const char *name; /* lower case, without a final s */
	enum ws_unit unit;
	double scale;
};

static const struct unit units[] = {
	{ "count", WS_U_COUNT, 1 },
	{ "nanosecond", WS_U_TIME, 1 },
	{ "ns", WS_U_TIME, 1 },
	{ "microsecond", WS_U_TIME, 1e3 },
	{ "us", WS_U_TIME, 1e3 },
	{ "millisecond", WS_U_TIME, 1e6 },
	{ "ms", WS_U_TIME, 1e6 },
	{ "second", WS_U_TIME, 1e9 },
	{ "sec", WS_U_TIME, 1e9 },
	{ "s", WS_U_TIME, 1e9 },
	{ "minute", WS_U_TIME, 60e9 },
	{ "min", WS_U_TIME, 60e9 },
	{ "hour", WS_U_TIME, 3600e9 },
	{ "byte", WS_U_BYTES, 1 },
	{ "b", WS_U_BYTES, 1 },
	{ "kilobyte", WS_U_BYTES, 1024 },
	{ "kb", WS_U_BYTES, 1024 },
	{ "kib", WS_U_BYTES, 1024 },
	{ "megabyte", WS_U_BYTES, 1 << 20 },
	{ "mb", WS_U_BYTES, 1 << 20 },
	{ "mib", WS_U_BYTES, 1 << 20 },
	{ "gigabyte", WS_U_BYTES, 1 << 30 },
	{ "gb", WS_U_BYTES, 1 << 30 },
	{ "gib", WS_U_BYTES, 1 << 30 },
};

/* Words of Go and google/pprof first, then those of profilers of Python, Ruby,
 * .NET, Rust and C++ for the same things. */
static const struct known {
	const char *type;
	enum ws_unit unit;
	ws_id series;
} known[] = {
	{ "cpu", WS_U_TIME, WS_N_PPROF_CPU },
	{ "alloc_objects", WS_U_COUNT, WS_N_PPROF_ALLOC_COUNT },
	{ "alloc_space", WS_U_BYTES, WS_N_PPROF_ALLOC },
	{ "inuse_objects", WS_U_COUNT, WS_N_PPROF_INUSE_COUNT },
	{ "inuse_space", WS_U_BYTES, WS_N_PPROF_INUSE },
	/* As heap profiles of C++ and Java are converted. */
	{ "objects", WS_U_COUNT, WS_N_PPROF_INUSE_COUNT },
	{ "space", WS_U_BYTES, WS_N_PPROF_INUSE },
	{ "goroutine", WS_U_COUNT, WS_N_PPROF_GOROUTINE },
	{ "threadcreate", WS_U_COUNT, WS_N_PPROF_THREADCREATE },
	{ "cpu-time", WS_U_TIME, WS_N_PPROF_CPU },
	{ "cpu_time", WS_U_TIME, WS_N_PPROF_CPU },
	{ "cpu-samples", WS_U_COUNT, WS_N_PPROF_CPU_SAMPLES },
	{ "cpu_samples", WS_U_COUNT, WS_N_PPROF_CPU_SAMPLES },
	{ "alloc-samples", WS_U_COUNT, WS_N_PPROF_ALLOC_COUNT },
	{ "alloc_samples", WS_U_COUNT, WS_N_PPROF_ALLOC_COUNT },
	{ "alloc-space", WS_U_BYTES, WS_N_PPROF_ALLOC },
	{ "alloc_size", WS_U_BYTES, WS_N_PPROF_ALLOC },
	{ "heap-space", WS_U_BYTES, WS_N_PPROF_INUSE },
	{ "wall", WS_U_TIME, WS_N_PPROF_WALL },
	{ "wall-time", WS_U_TIME, WS_N_PPROF_WALL },
	{ "wall_time", WS_U_TIME, WS_N_PPROF_WALL },
};

static void
resolve_unit(struct pprof *p, struct pprof_type *t)
{
	struct ws_sv text = pprof_text(p, t->unit);
	char lower[16] = "";
	size_t i;

	t->to = WS_U_NONE;
	t->scale = 1;
	if (text.n > 2 && (text.p[text.n - 1] | 0x20) == 's')
		text.n--;
	if (text.n == 0 || text.n >= sizeof(lower))
		return;
	for (i = 0; i < text.n; i++)
		lower[i] = text.p[i] >= 'A' && text.p[i] <= 'Z'
			       ? (char)(text.p[i] | 0x20)
			       : text.p[i];
	for (i = 0; i < WS_LEN(units); i++) {
		if (strcmp(lower, units[i].name) != 0)
			continue;
		t->to = units[i].unit;
		t->scale = units[i].scale;
		return;
	}
}

static bool
type_is(struct pprof *p, const struct pprof_type *t, const char *type,
    enum ws_unit unit)
{
	return t->to == unit && ws_sv_is(pprof_text(p, t->type), type);
}

/* The type of that name and unit, or NULL. */
static struct pprof_type *
find_type(struct pprof *p, const char *type, enum ws_unit unit)
{
	size_t i;

	for (i = 0; i < p->types.n; i++)
		if (type_is(p, &p->types.v[i], type, unit))
			return &p->types.v[i];
	return NULL;
}

static bool
is_any(struct ws_sv s, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ws_sv_starts(s, list[i]))
			return true;
	return false;
}

/* 0 for the leaf of one that unlocks, 1 for one that waits, else -1. */
static int
side(struct ws_sv f)
{
	/* runtime.unlock: the runtime's own locks, in the profile since 1.22
	 * as _LostContendedRuntimeLock and since 1.25 with stacks. */
	static const char *const holders[] = { "runtime.unlock",
		"runtime._LostContendedRuntimeLock", "runtime.semrelease",
		"sync.runtime_Semrelease", "internal/sync.runtime_Semrelease",
		"sync.(*Mutex).Unlock", "sync.(*Mutex).unlock",
		"internal/sync.(*Mutex).Unlock",
		"internal/sync.(*Mutex).unlock", "sync.(*RWMutex).Unlock",
		"sync.(*RWMutex).RUnlock", "sync.(*RWMutex).rUnlock",
		"sync.(*rlocker).Unlock" };
	static const char *const waiters[] = { "runtime.chanrecv",
		"runtime.chansend", "runtime.selectgo", "runtime.selectnb",
		"runtime.block", "runtime.semacquire",
		"sync.runtime_Semacquire", "internal/sync.runtime_Semacquire",
		"sync.runtime_notifyListWait", "sync.(*Mutex).Lock",
		"sync.(*Mutex).lock", "internal/sync.(*Mutex).Lock",
		"internal/sync.(*Mutex).lock", "sync.(*RWMutex).Lock",
		"sync.(*RWMutex).RLock", "sync.(*rlocker).Lock",
		"sync.(*WaitGroup).Wait", "sync.(*Cond).Wait",
		"reflect.chanrecv", "reflect.chansend", "reflect.rselect" };

	if (is_any(f, holders, WS_LEN(holders)))
		return 0;
	return is_any(f, waiters, WS_LEN(waiters)) ? 1 : -1;
}

/* What follows the last slash. */
static struct ws_sv
base_name(struct ws_sv path)
{
	size_t i = path.n;

	while (i > 0 && path.p[i - 1] != '/')
		i--;
	return ws_sv_from(path, i);
}

static void
tell_contention(
    struct pprof *p, struct pprof_type *count, struct pprof_type *delay)
{
	struct ws_sv name = base_name(ws_source_artifact(p->tape.src)->name);
	bool mutex, block;

	pprof_leaves(p, side, p->votes);
	mutex = p->votes[0] > p->votes[1];
	block = p->votes[0] < p->votes[1];
	p->told = "by its leaf functions";
	if (!mutex && !block) {
		p->votes[0] = p->votes[1] = 0;
		mutex = ws_sv_find(name, "mutex") < name.n;
		block = ws_sv_find(name, "block") < name.n;
		p->told = "block or mutex was told by the file name alone";
	}
	if (mutex == block) {
		p->told = "block or mutex profile: nothing in it says which";
		return;
	}
	count->series = mutex ? WS_N_PPROF_MUTEX_COUNT : WS_N_PPROF_BLOCK_COUNT;
	delay->series = mutex ? WS_N_PPROF_MUTEX : WS_N_PPROF_BLOCK;
}

static ws_id
known_series(struct pprof *p, const struct pprof_type *t)
{
	size_t i;

	for (i = 0; i < WS_LEN(known); i++)
		if (type_is(p, t, known[i].type, known[i].unit))
			return known[i].series;
	if (type_is(p, t, "time", WS_U_TIME) && p->has_period_type &&
	    type_is(p, &p->period_type, "wallclock", WS_U_TIME))
		return WS_N_PPROF_WALL;
	/* fgprof has "samples" too, but those are of a wall clock. */
	if (type_is(p, t, "samples", WS_U_COUNT) &&
	    (find_type(p, "cpu", WS_U_TIME) ||
		(p->has_period_type &&
		    type_is(p, &p->period_type, "cpu", WS_U_TIME))))
		return WS_N_PPROF_CPU_SAMPLES;
	return 0;
}

/* "pprof.<type>", or "pprof.<type>.<unit>" when another meaning has that
 * name; never one of the well-known series. */
static ws_id
generic_series(struct pprof *p, const struct pprof_type *t)
{
	struct ws_sv type = pprof_text(p, t->type);
	struct ws_dict *d = p->sink->dict;
	struct ws_buf b = { 0 };
	ws_id id;

	ws_buf_puts(&b, "pprof.");
	if (type.n > 0)
		ws_buf_putsv(&b, type);
	else
		ws_buf_printf(&b, "unnamed.%zu", (size_t)(t - p->types.v));
	id = ws_dict_str(d, ws_buf_sv(&b));
	if (id < WS_N_COUNT_OF) {
		ws_buf_printf(&b, ".%s", ws_unit_name(t->to));
		id = ws_dict_str(d, ws_buf_sv(&b));
	}
	ws_buf_fini(&b);
	return id;
}

static bool
taken(const struct pprof *p, const struct pprof_type *t)
{
	const struct pprof_type *before;

	for (before = p->types.v; before < t; before++)
		if (before->series == t->series)
			return true;
	return false;
}

/* The type that the producer shows first: the one it names, else the last. */
static struct pprof_type *
default_type(struct pprof *p)
{
	struct ws_sv want = pprof_text(p, p->default_type);
	size_t i;

	for (i = 0; want.n > 0 && i < p->types.n; i++)
		if (ws_sv_eq(pprof_text(p, p->types.v[i].type), want))
			return &p->types.v[i];
	return p->types.n > 0 ? &p->types.v[p->types.n - 1] : NULL;
}

/* eBPF profilers write nothing but how many samples and, as the period, what
 * CPU time each stands for. */
static void
derive_cpu(struct pprof *p)
{
	p->cpu_of_period = p->types.n == 1 && p->period > 0 &&
			   p->has_period_type &&
			   p->types.v[0].series == WS_N_PPROF_CPU_SAMPLES &&
			   type_is(p, &p->period_type, "cpu", WS_U_TIME);
}

void
pprof_kind(struct pprof *p)
{
	struct pprof_type *t, *count, *delay;
	size_t i;

	for (i = 0; i < p->types.n; i++)
		resolve_unit(p, &p->types.v[i]);
	resolve_unit(p, &p->period_type);
	count = find_type(p, "contentions", WS_U_COUNT);
	delay = find_type(p, "delay", WS_U_TIME);
	if (count && delay)
		tell_contention(p, count, delay);
	for (i = 0; i < p->types.n; i++) {
		t = &p->types.v[i];
		if (t->series == 0)
			t->series = known_series(p, t);
		if (t->series == 0)
			t->series = generic_series(p, t);
		if (t->series == WS_N_PPROF_INUSE ||
		    t->series == WS_N_PPROF_ALLOC)
			p->heap = true;
		if (taken(p, t)) {
			pprof_fault(p, PPROF_F_SAME_TYPE, NULL);
			t->series = 0;
		}
	}
	derive_cpu(p);
	t = default_type(p);
	/* One that repeats another shares its series. */
	p->primary = t == NULL   ? 0
		     : t->series ? t->series
				 : p->types.v[0].series;
	if (p->cpu_of_period)
		p->primary = WS_N_PPROF_CPU;
}

static void
put_version(struct pprof *p)
{
	static const struct {
		ws_id series;
		const char *version;
	} names[] = { { WS_N_PPROF_CPU, "cpu" },
		{ WS_N_PPROF_CPU_SAMPLES, "cpu" },
		{ WS_N_PPROF_BLOCK, "block" },
		{ WS_N_PPROF_BLOCK_COUNT, "block" },
		{ WS_N_PPROF_MUTEX, "mutex" },
		{ WS_N_PPROF_MUTEX_COUNT, "mutex" },
		{ WS_N_PPROF_ALLOC, "allocs" },
		{ WS_N_PPROF_ALLOC_COUNT, "allocs" },
		{ WS_N_PPROF_WALL, "wall" }, { WS_N_PPROF_INUSE, "heap" },
		{ WS_N_PPROF_INUSE_COUNT, "heap" } };
	struct ws_sv text = ws_dict_text(p->sink->dict, p->primary);
	struct ws_buf b = { 0 };
	size_t i;

	for (i = 0; i < WS_LEN(names); i++)
		if (names[i].series == p->primary) {
			ws_source_version(p->tape.src, "%s", names[i].version);
			return;
		}
	if (text.n == 0)
		return;
	text = ws_sv_from(text, strlen("pprof."));
	text.n = text.n < 40 ? text.n : 40;
	ws_buf_put_safe(&b, text);
	ws_source_version(p->tape.src, "%s", b.p);
	ws_buf_fini(&b);
}

static void
put_rate(const struct pprof *p, struct ws_buf *b)
{
	const struct pprof_type *t = &p->period_type;
	double period = (double)p->period * t->scale;
	char text[32];

	if (t->to == WS_U_TIME && period > 0) {
		ws_buf_printf(b, "%sat %.4g Hz", b->n ? " " : "", 1e9 / period);
	} else if (t->to == WS_U_BYTES && period > 0) {
		ws_unit_format(text, period, WS_U_BYTES);
		ws_buf_printf(
		    b, "%sone sample each %s", b->n ? ", " : "", text);
	}
}

/* The main program is the first mapping (profile.proto). */
static void
tell_program(struct pprof *p)
{
	struct ws_sv file = { NULL, 0 };

	if (p->mappings.n > 0)
		file = ws_dict_text(
		    p->sink->dict, pprof_intern(p, p->mappings.v[0].file));
	while (ws_sv_find(file, "/") < file.n)
		ws_sv_split(&file, '/');
	if (file.n > 0 && file.p[0] != '[')
		ws_source_program(p->tape.src, file);
}

void
pprof_describe(struct pprof *p)
{
	static const char *const sides[] = { "mutex", "block" };
	struct ws_buf b = { 0 };
	char text[32];

	put_version(p);
	if (p->duration > 0) {
		ws_unit_format(text, (double)p->duration, WS_U_TIME);
		ws_buf_puts(&b, text);
	}
	put_rate(p, &b);
	if (p->told && p->votes[0] != p->votes[1])
		ws_buf_printf(&b, "%s%s by %llu of %llu leaf functions",
		    b.n ? ", " : "", sides[p->votes[0] < p->votes[1]],
		    (unsigned long long)(p->votes[0] > p->votes[1]
					     ? p->votes[0]
					     : p->votes[1]),
		    (unsigned long long)p->samples);
	else if (p->told)
		ws_buf_printf(&b, "%s%s", b.n ? ", " : "", p->told);
	if (b.n > 0)
		ws_source_detail(p->tape.src, "%s", b.p);
	ws_buf_fini(&b);
	tell_program(p);
	ws_source_tally(p->tape.src, "sample", p->samples);
	ws_source_tally(p->tape.src, "location", p->locations.n);
	ws_source_tally(p->tape.src, "function", p->functions.n);
	ws_source_tally(p->tape.src, "mapping", p->mappings.n);
	ws_source_tally(p->tape.src, "string", p->strings.n);
}
