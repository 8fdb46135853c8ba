/* The second pass: from samples as they were kept to events. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pprof.h"

enum {
	LABELS_MAX = 64,  /* of one sample */
	LABEL_TEXT = 256, /* bytes of a key or of a value */
	/* Inlining makes more frames than the file has bytes for.  Past this
	 * many for each byte, and some, a file is a bomb. */
	FRAMES_PER_BYTE = 8,
	FRAMES_FREE = 4 << 20
};

struct run {
	struct pprof *p;
	uint64_t frames_left;
	ws_id *stack;
	size_t n, cap;
	size_t room; /* frames that fit the stack and the depth limit */
	/* By dense location id: its frame when it has just one and was used
	 * before, else 0. */
	ws_id *quick;
	uint64_t n_quick;
	const int64_t *values;
	size_t n_values;
	struct pprof_in labels[LABELS_MAX];
	unsigned n_labels;
	bool missing, deep, label_fault;
	/* Of frames at the leaf: how many drop_frames cuts, and how many it
	 * would if a frame that stays came next. */
	size_t cut, cut_next;
	struct ws_buf items, track;
	struct ws_batch batch;
};

/* Room for n more frames, as far as the depth limit lets them in. */
static void
reserve(struct run *r, size_t n)
{
	size_t depth = (size_t)r->p->limits->depth;

	n = n < depth - r->n ? n : depth - r->n;
	if (r->n + n > r->cap)
		r->stack =
		    ws_grow(r->stack, &r->cap, r->n + n, sizeof(*r->stack));
	r->room = r->cap < depth ? r->cap : depth;
}

static void
push_location(struct run *r, uint64_t id)
{
	const struct pprof_location *l = pprof_location(r->p, id);
	const ws_id *frames;
	size_t n;

	if (ws_unlikely(!l)) {
		r->missing = true;
		return;
	}
	frames = &r->p->frames[l->first];
	if (!l->cut)
		r->cut = r->cut_next;
	else if (!l->cut_all)
		r->cut_next = r->n;
	if (l->n == 1 && id < r->n_quick)
		r->quick[id] = *frames;
	n = l->n;
	if (n > r->room - r->n) {
		reserve(r, n);
		if (n > r->room - r->n) {
			r->deep = true;
			n = r->room - r->n;
		}
	}
	if (n > 0)
		memcpy(&r->stack[r->n], frames, n * sizeof(*frames));
	r->n += n;
	if (l->cut_all)
		r->cut_next = r->n;
}

/* Nearly all bytes of a big profile are read here. */
static bool
push_packed(struct run *r, struct pprof_in in)
{
	uint64_t id;
	ws_id frame;

	reserve(r, (size_t)(in.end - in.p));
	while (in.p < in.end) {
		if (ws_unlikely(!pprof_varint(&in, &id)))
			return false;
		frame = id < r->n_quick ? r->quick[id] : 0;
		if (ws_likely(frame != 0 && r->n < r->room))
			r->stack[r->n++] = frame;
		else
			push_location(r, id);
	}
	return true;
}

static bool
take_locations(struct run *r, const struct pprof_field *f)
{
	if (f->wire == PPROF_BYTES)
		return push_packed(r, f->in);
	if (f->wire == PPROF_VARINT)
		push_location(r, f->value);
	return f->wire == PPROF_VARINT;
}

static bool
take_label(struct run *r, const struct pprof_field *f)
{
	if (f->wire != PPROF_BYTES)
		return false;
	if (r->n_labels < LABELS_MAX)
		r->labels[r->n_labels++] = f->in;
	else
		r->label_fault = true;
	return true;
}

static bool
read_sample(struct run *r, struct pprof_in in)
{
	struct pprof_field f;
	bool good = true;

	r->n = r->cut = r->cut_next = 0;
	r->n_labels = 0;
	r->missing = r->deep = r->label_fault = false;
	while (good && pprof_next(&in, &f)) {
		if (f.number == 1)
			good = take_locations(r, &f);
		else if (f.number == 3)
			good = take_label(r, &f);
	}
	return good && in.bad == NULL;
}

/* Text of a label, shortened to LABEL_TEXT. */
static void
put_text(struct run *r, uint64_t index)
{
	struct ws_sv s = pprof_text(r->p, index);

	if (s.n > LABEL_TEXT) {
		s.n = LABEL_TEXT;
		r->label_fault = true;
	}
	ws_buf_putsv(&r->items, s);
}

/* One label as "key=value"; false when there is none to show. */
static bool
put_label(struct run *r, struct pprof_in in)
{
	uint64_t v[4]; /* key, str, num, num_unit */
	struct ws_sv key;

	if (!pprof_numbers(in, v, WS_LEN(v))) {
		r->label_fault = true;
		return false;
	}
	key = pprof_text(r->p, v[0]);
	/* Of a heap profile this is the size of the objects, one of the
	 * numbers of the sample and not a place in the program. */
	if (r->p->heap && v[1] == 0 && ws_sv_is(key, "bytes"))
		return false;
	if (v[1] == 0 && v[2] == 0 && v[3] == 0)
		return false;
	if (key.n == 0) {
		r->label_fault = true;
		return false;
	}
	put_text(r, v[0]);
	ws_buf_putc(&r->items, '=');
	if (v[1] == PPROF_OTHER) {
		ws_buf_puts(&r->items, "(other)");
		return true;
	}
	if (v[1] != 0) {
		put_text(r, v[1]);
		return true;
	}
	ws_buf_printf(&r->items, "%" PRId64, (int64_t)v[2]);
	if (v[3] != 0) {
		ws_buf_putc(&r->items, ' ');
		put_text(r, v[3]);
	}
	return true;
}

static int
compare_items(const void *a, const void *b)
{
	return ws_sv_cmp(*(const struct ws_sv *)a, *(const struct ws_sv *)b);
}

/* The labels of the sample as one sorted text. */
static ws_id
track_of(struct run *r)
{
	struct ws_sv items[LABELS_MAX];
	size_t ends[LABELS_MAX], from = 0;
	unsigned i, n = 0;

	r->items.n = r->track.n = 0;
	for (i = 0; i < r->n_labels; i++)
		if (put_label(r, r->labels[i]))
			ends[n++] = r->items.n;
	for (i = 0; i < n; i++) {
		items[i] = (struct ws_sv){ r->items.p + from, ends[i] - from };
		from = ends[i];
	}
	if (n == 0)
		return 0;
	if (n == 1)
		return ws_dict_str(r->p->sink->dict, items[0]);
	qsort(items, n, sizeof(*items), compare_items);
	for (i = 0; i < n; i++) {
		if (i > 0)
			ws_buf_puts(&r->track, ", ");
		ws_buf_putsv(&r->track, items[i]);
	}
	return ws_dict_str(r->p->sink->dict, ws_buf_sv(&r->track));
}

static bool
worth_nothing(const struct run *r)
{
	size_t i;

	for (i = 0; i < r->n_values; i++)
		if (r->values[i] != 0 && r->p->types.v[i].series != 0)
			return false;
	return true;
}

static void
put_cpu(struct run *r, struct ws_event ev)
{
	const struct pprof *p = r->p;

	ev.name = WS_N_PPROF_CPU;
	ev.unit = WS_U_TIME;
	ev.value *= (double)p->period * p->period_type.scale;
	ws_batch_put(&r->batch, &ev);
}

static void
put_sample(struct run *r)
{
	struct ws_event ev = WS_EVENT(WS_EV_SAMPLE);
	const struct pprof_type *t = r->p->types.v;
	size_t i;

	if (worth_nothing(r))
		return;
	ev.clock = r->p->clock;
	ev.stack =
	    ws_dict_stack(r->p->sink->dict, r->stack + r->cut, r->n - r->cut);
	if (r->n_labels > 0)
		ev.track = track_of(r);
	for (i = 0; i < r->n_values; i++, t++) {
		if (r->values[i] == 0 || t->series == 0)
			continue;
		ev.name = t->series;
		ev.unit = (uint8_t)t->to;
		ev.value = (double)r->values[i] * t->scale;
		ws_batch_put(&r->batch, &ev);
		if (t->series == WS_N_PPROF_CPU_SAMPLES && r->p->cpu_of_period)
			put_cpu(r, ev);
	}
}

static void
take_sample(struct run *r, struct pprof_in in, const struct pprof_sample *s)
{
	struct pprof *p = r->p;
	uint64_t off = s->off;

	r->values = p->kept.sums.v + s->first;
	r->n_values = s->n_values;
	if (!read_sample(r, in))
		pprof_faults(p, PPROF_F_BAD_SAMPLE, off, s->count);
	else if (r->missing)
		pprof_faults(p, PPROF_F_NO_LOCATION, off, s->count);
	else if (r->n_values != p->types.n)
		pprof_faults(p, PPROF_F_VALUE_COUNT, off, s->count);
	else if (r->n > r->frames_left)
		pprof_over(p, "frames of all stacks");
	else {
		r->frames_left -= r->n;
		put_sample(r);
		if (r->deep)
			pprof_faults(p, PPROF_F_DEEP, off, s->count);
		if (r->label_fault)
			pprof_faults(p, PPROF_F_BAD_LABEL, off, s->count);
		return;
	}
	p->lost += s->count;
}

static struct ws_event
counter(const struct pprof *p, ws_id name, enum ws_unit unit, double value)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.t = p->time != 0 ? p->time : WS_T_NONE;
	ev.clock = p->clock;
	ev.name = name;
	ev.unit = (uint8_t)unit;
	ev.value = value;
	ev.track = p->primary;
	return ev;
}

static void
put_mark(struct run *r, ws_id name, ws_id text)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);

	ev.clock = r->p->clock;
	ev.name = name;
	ev.peer = text;
	if (text != 0)
		ws_batch_put(&r->batch, &ev);
}

static void
put_note(struct run *r, const char *what, uint64_t pattern)
{
	struct ws_sv text = pprof_text(r->p, pattern);
	struct ws_buf b = { 0 };

	if (text.n == 0 && pattern != 0)
		return;
	ws_buf_puts(&b, what);
	ws_buf_putsv(&b, text);
	put_mark(
	    r, WS_N_MARK_NOTE, ws_dict_str(r->p->sink->dict, ws_buf_sv(&b)));
	ws_buf_fini(&b);
}

/* What is known of the capture as a whole.  One counter at least, so that
 * an empty profile differs from none. */
static void
put_capture(struct run *r)
{
	struct pprof *p = r->p;
	const struct pprof_type *t = &p->period_type;
	struct ws_event ev;
	size_t i;

	ws_source_time(p->tape.src, p->time);
	if (p->duration > 0) {
		ev = counter(
		    p, WS_N_CAPTURE_DURATION, WS_U_TIME, (double)p->duration);
		ws_batch_put(&r->batch, &ev);
	}
	if (p->period != 0 || p->duration <= 0) {
		ev = counter(p, WS_N_CAPTURE_PERIOD, t->to,
		    (double)p->period * t->scale);
		ws_batch_put(&r->batch, &ev);
	}
	for (i = 0; i < p->comments.n; i++)
		put_mark(
		    r, WS_N_MARK_COMMENT, pprof_intern(p, p->comments.v[i]));
	if (p->drop != 0)
		put_note(r, "drop_frames: ", p->drop);
	if (p->keep != 0)
		put_note(r, "keep_frames: ", p->keep);
	if (p->kept.folded > 0)
		put_note(r,
		    "more than 10000 different labels: the rest is (other)", 0);
	if (p->told != NULL && p->votes[0] + p->votes[1] == 0)
		put_note(r, p->told, 0);
}

static void
put_loss(struct run *r)
{
	struct ws_event ev = WS_EVENT(WS_EV_LOSS);

	if (r->p->lost == 0)
		return;
	ev.clock = r->p->clock;
	ev.name = r->p->primary;
	ev.unit = WS_U_COUNT;
	ev.value = (double)r->p->lost;
	ws_batch_put(&r->batch, &ev);
}

static void
put_samples(struct run *r)
{
	const struct pprof_samples *kept = &r->p->kept;
	size_t i;

	for (i = 0; i < kept->v.n; i++) {
		take_sample(r, pprof_samples_get(kept, i), &kept->v.v[i]);
		if (r->p->limit || r->batch.status != WS_OK)
			break;
	}
	while (++i < kept->v.n)
		r->p->lost += kept->v.v[i].count;
}

enum ws_status
pprof_emit(struct pprof *p)
{
	struct run r = { .p = p };
	enum ws_status status;

	r.frames_left =
	    FRAMES_FREE + ws_source_at(p->tape.src) * FRAMES_PER_BYTE;
	/* Where a place may cut, each has to be looked at. */
	r.n_quick = p->prunes ? 0 : p->location_ids.n_dense;
	r.quick = ws_alloc_array((size_t)r.n_quick, sizeof(*r.quick));
	ws_batch_init(&r.batch, p->sink);
	put_capture(&r);
	put_samples(&r);
	put_loss(&r);
	status = ws_batch_flush(&r.batch);
	free(r.stack);
	free(r.quick);
	ws_buf_fini(&r.items);
	ws_buf_fini(&r.track);
	return status;
}

/* The id of the leaf's location, or 0. */
static uint64_t
leaf_of(struct pprof_in in)
{
	struct pprof_field f;
	uint64_t id;

	while (pprof_next(&in, &f)) {
		if (f.number != 1)
			continue;
		if (f.wire == PPROF_VARINT)
			return f.value;
		if (f.wire == PPROF_BYTES && f.in.p < f.in.end &&
		    pprof_varint(&f.in, &id))
			return id;
	}
	return 0;
}

static int
side_of(struct pprof *p, uint64_t id, int (*side)(struct ws_sv function))
{
	const struct pprof_location *l;
	const struct ws_frame *f;
	uint32_t i;
	int which;

	l = id == 0 ? NULL : pprof_location(p, id);
	for (i = 0; l && i < l->n; i++) {
		f = ws_dict_get_frame(p->sink->dict, p->frames[l->first + i]);
		which = side(ws_dict_text(p->sink->dict, f->func));
		if (which >= 0)
			return which;
	}
	return -1;
}

void
pprof_leaves(
    struct pprof *p, int (*side)(struct ws_sv function), uint64_t votes[2])
{
	const struct pprof_samples *kept = &p->kept;
	size_t i;
	int which;

	for (i = 0; i < kept->v.n; i++) {
		which = side_of(p, leaf_of(pprof_samples_get(kept, i)), side);
		if (which >= 0)
			votes[which] += kept->v.v[i].count;
	}
}
