/*
 * A second opinion: every sound profile under testdata/pprof, or of the files
 * in argv, is also unpacked by protobuf-c, and each sample event is held
 * against it: value, stack with names, lines and addresses, in the order of the
 * file, samples of the same places and labels added up.
 */
#include <dirent.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/htab.h"
#include "pprof_caught.h"
#include "tap.h"
#include "tests/profile.pb-c.h"

/* Where in the unpacked profile the next event must come from. */
struct expected {
	const Ws__Pprof__Profile *p;
	size_t sample, value;
	double sum[8]; /* by value type */
	uint64_t events, wrong;
	/* CPU time that is not in the file: samples times the period */
	bool has_cpu;
	double last;
	ws_id series[8]; /* as first seen */
};

static const Ws__Pprof__Location *
find_location(const Ws__Pprof__Profile *p, uint64_t id)
{
	size_t i;

	for (i = 0; i < p->n_location; i++)
		if (p->location[i]->id == id)
			return p->location[i];
	return NULL;
}

static const Ws__Pprof__Function *
find_function(const Ws__Pprof__Profile *p, uint64_t id)
{
	size_t i;

	for (i = 0; i < p->n_function; i++)
		if (p->function[i]->id == id)
			return p->function[i];
	return NULL;
}

static bool
same_text(struct caught *c, ws_id id, const char *want)
{
	return ws_sv_is(ws_dict_text(c->sink.dict, id), want);
}

static const Ws__Pprof__Mapping *
find_mapping(const Ws__Pprof__Profile *p, uint64_t id)
{
	size_t i;

	for (i = 0; i < p->n_mapping; i++)
		if (p->mapping[i]->id == id)
			return p->mapping[i];
	return NULL;
}

/*
 * An address is told as its place in the file, where the mapping says which.
 * Where it does not (mappings of kernels are often all zeros), and a function
 * is named, there is none to tell.
 */
static uint64_t
place_of(const struct expected *e, const Ws__Pprof__Location *l)
{
	const Ws__Pprof__Mapping *m = find_mapping(e->p, l->mapping_id);

	if (!m || l->mapping_id == 0)
		return l->address;
	if (m->memory_start != 0 && l->address >= m->memory_start &&
	    l->address < m->memory_limit)
		return l->address - m->memory_start + m->file_offset;
	if (l->n_line > 0 && e->p->string_table[m->filename][0] != '\0')
		return 0;
	return l->address;
}

static bool
same_frame(struct caught *c, const struct expected *e, ws_id frame,
    const Ws__Pprof__Location *l, size_t line)
{
	const struct ws_frame *f = ws_dict_get_frame(c->sink.dict, frame);
	const Ws__Pprof__Function *fn;

	if (!f || f->addr != place_of(e, l))
		return false;
	if (l->n_line == 0)
		return f->func == 0 && f->line == 0 && !f->inlined;
	fn = find_function(e->p, l->line[line]->function_id);
	return fn && same_text(c, f->func, e->p->string_table[fn->name]) &&
	       same_text(c, f->file, e->p->string_table[fn->filename]) &&
	       f->line == (uint64_t)l->line[line]->line &&
	       f->inlined == (line + 1 < l->n_line);
}

static bool
same_stack(struct caught *c, const struct expected *e, ws_id stack)
{
	const Ws__Pprof__Sample *s = e->p->sample[e->sample];
	const Ws__Pprof__Location *l;
	const ws_id *frames;
	size_t n = ws_dict_get_stack(c->sink.dict, stack, &frames);
	size_t i, k, at = 0;

	for (i = 0; i < s->n_location_id; i++) {
		l = find_location(e->p, s->location_id[i]);
		if (!l)
			return false;
		for (k = 0; k == 0 || k < l->n_line; k++, at++)
			if (at >= n || !same_frame(c, e, frames[at], l, k))
				return false;
	}
	return at == n;
}

/* To the next value that is not zero. */
static bool
settle(struct expected *e)
{
	for (; e->sample < e->p->n_sample; e->sample++, e->value = 0)
		for (; e->value < e->p->sample[e->sample]->n_value; e->value++)
			if (e->p->sample[e->sample]->value[e->value] != 0)
				return true;
	return false;
}

static void
check_event(struct caught *c, const struct ws_event *ev)
{
	struct expected *e = c->arg;
	int64_t want;

	if (ev->kind != WS_EV_SAMPLE)
		return;
	if (ev->name == WS_N_PPROF_CPU && !e->has_cpu) {
		e->wrong += ev->value != e->last * (double)e->p->period;
		return;
	}
	e->last = ev->value;
	e->events++;
	if (!settle(e) || e->value >= WS_LEN(e->series)) {
		e->wrong++;
		return;
	}
	want = e->p->sample[e->sample]->value[e->value];
	if (e->series[e->value] == 0)
		e->series[e->value] = ev->name;
	e->wrong += ev->value != (double)want ||
		    ev->name != e->series[e->value] ||
		    !same_stack(c, e, ev->stack);
	e->value++;
}

static void
put_key(struct ws_buf *b, const Ws__Pprof__Sample *s)
{
	size_t i;

	b->n = 0;
	ws_buf_put(b, s->location_id, s->n_location_id * sizeof(uint64_t));
	for (i = 0; i < s->n_label; i++) {
		const Ws__Pprof__Label *l = s->label[i];
		const int64_t v[] = { -1, l->key, l->str, l->num, l->num_unit };

		ws_buf_put(b, v, sizeof(v));
	}
}

/* Adds each sample to the first of its kind, and leaves zeros. */
static void
add_up(const Ws__Pprof__Profile *p)
{
	struct ws_htab *keys = ws_htab_new();
	size_t *first = NULL, cap = 0, i, k;
	struct ws_buf b = { 0 };
	bool is_new;
	uint32_t at;

	for (i = 0; i < p->n_sample; i++) {
		put_key(&b, p->sample[i]);
		at = ws_htab_put(keys, b.p, b.n, &is_new);
		if (is_new) {
			first = ws_grow(
			    first, &cap, (size_t)at + 1, sizeof(*first));
			first[at] = i;
			continue;
		}
		for (k = 0; k < p->sample[i]->n_value; k++) {
			p->sample[first[at]]->value[k] +=
			    p->sample[i]->value[k];
			p->sample[i]->value[k] = 0;
		}
	}
	ws_htab_free(keys);
	ws_buf_fini(&b);
	free(first);
}

static void
compare(const char *name, struct ws_sv bytes, const Ws__Pprof__Profile *p)
{
	struct expected e = { .p = p };
	struct caught c = { .each = check_event, .arg = &e };
	double total[8] = { 0 };
	bool sums = p->n_sample_type <= WS_LEN(total);
	size_t i, k;

	add_up(p);
	for (i = 0; i < p->n_sample; i++)
		for (k = 0; sums && k < p->sample[i]->n_value; k++)
			total[k] += (double)p->sample[i]->value[k];
	for (k = 0; k < p->n_sample_type; k++)
		e.has_cpu |= strncmp(p->string_table[p->sample_type[k]->type],
				 "cpu", 3) == 0;
	catch_bytes(&c, name, bytes, 0);
	for (k = 0; sums && k < p->n_sample_type; k++)
		sums = e.series[k] >= CAUGHT_NAMES ||
		       (e.series[k] == 0 ? total[k] == 0
					 : c.sum[e.series[k]] == total[k]);
	ok(c.status == WS_OK && e.wrong == 0 && !settle(&e) && sums,
	    "%s: %llu events of %zu samples agree", name,
	    (unsigned long long)e.events, p->n_sample);
	caught_free(&c);
}

/* protobuf-c joins concatenated profiles into one that is wrong. */
static bool
is_sound(const Ws__Pprof__Profile *p)
{
	size_t i, n = p->n_string_table;

	/* What drop_frames cuts, protobuf-c does not. */
	if (n == 0 || p->n_sample_type == 0 || p->drop_frames != 0)
		return false;
	for (i = 1; i < n; i++)
		if (p->string_table[i][0] == '\0')
			return false;
	return true;
}

/* The bytes, inflated when compressed; false when torn or not there. */
static bool
read_file(const char *path, struct ws_buf *b)
{
	gzFile f = gzopen(path, "rb");
	char part[4096];
	int n = 0;

	b->n = 0;
	while (f && (n = gzread(f, part, sizeof(part))) > 0)
		ws_buf_put(b, part, (size_t)n);
	return f && gzclose(f) == Z_OK && n == 0;
}

/* True when the file is a profile that protobuf-c takes. */
static bool
try_file(const char *path, const char *name)
{
	Ws__Pprof__Profile *p = NULL;
	struct ws_buf b = { 0 };
	bool sound;

	if (read_file(path, &b) && b.n > 0)
		p = ws__pprof__profile__unpack(NULL, b.n, (const uint8_t *)b.p);
	sound = p && is_sound(p);
	if (sound)
		compare(name, ws_buf_sv(&b), p);
	if (p)
		ws__pprof__profile__free_unpacked(p, NULL);
	ws_buf_fini(&b);
	return sound;
}

static bool
try_case(const char *folder, const char *name)
{
	static const char *const endings[] = { "pb.gz", "pb" };
	char path[4096];
	size_t i;

	for (i = 0; i < WS_LEN(endings); i++) {
		snprintf(path, sizeof(path), "%s/%s/input.%s", folder, name,
		    endings[i]);
		if (try_file(path, name))
			return true;
	}
	return false;
}

int
main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir");
	char folder[2048];
	struct dirent **cases;
	unsigned compared = 0;
	int i, n;

	for (i = 1; i < argc; i++)
		if (!try_file(argv[i], argv[i]))
			printf("# not a profile to protobuf-c: %s\n", argv[i]);
	if (argc > 1)
		return tap_done();
	snprintf(
	    folder, sizeof(folder), "%s/testdata/pprof", srcdir ? srcdir : ".");
	n = scandir(folder, &cases, NULL, alphasort);
	for (i = 0; i < n; i++) {
		if (cases[i]->d_name[0] != '.')
			compared += try_case(folder, cases[i]->d_name);
		free(cases[i]);
	}
	if (n >= 0)
		free(cases);
	ok(compared >= 30, "%u profiles compared, wanted at least 30",
	    compared);
	return tap_done();
}
