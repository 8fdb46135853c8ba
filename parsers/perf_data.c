/*
 * perf.data, what `perf record` of Linux writes: files, pipes and the folders of
 * --threads, of 2.6.31 up to 6.19, in both byte orders.  Specified by tools/perf/Documentation/
 * perf.data-file-format.txt and include/uapi/linux/perf_event.h of Linux.  The
 * former is wrong about attr_size, which counts the section of ids behind the
 * attribute too.
 *
 * The file is walked twice: for events, names and maps, and then for samples,
 * so that each finds what it needs whatever the order; pages of a mapped file
 * are given back behind both.  Stacks are kept, samples are not.
 *
 * Not read: hardware traces (AUXTRACE), the user's stack that --call-graph
 * dwarf copies (its first function is), branch stacks, guests, BPF programs,
 * counts of `perf stat record`.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "perf_data.h"

enum {
	FILE_HEADER = 104,
	PIPE_HEADER = 16,
	SIZE_AT = 8,
	FAULTS_TOLD = 100,
	SECTION = 16,
	DETAIL_MAX = 200
};

static const char little[] = "PERFILE2", other_end[] = "2ELIFREP",
		  first_version[] = "PERFFILE";

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_sv h = a->head;
	bool big = ws_sv_starts(h, other_end);
	uint64_t size;

	if (ws_sv_starts(h, first_version))
		return WS_BID_MAGIC;
	if (!big && !ws_sv_starts(h, little))
		return WS_BID_NO;
	if (h.n < PIPE_HEADER)
		return WS_BID_MAGIC;
	size = pd_load64((const unsigned char *)h.p + SIZE_AT, big);
	return size == FILE_HEADER || size == PIPE_HEADER ? WS_BID_EXACT
							  : WS_BID_MAGIC;
}

void
pd_fault(struct pd *d, uint64_t off, const char *fmt, ...)
{
	struct ws_buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	ws_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	if (off != WS_OFF_NONE && off > d->size)
		off = d->size;
	if (d->faults++ < FAULTS_TOLD)
		ws_sink_fault(d->sink, off, b.p);
	if (d->why.status == WS_OK)
		ws_err_set(&d->why, WS_PARTIAL, off, "%s", b.p);
	ws_buf_fini(&b);
}

struct pd_in
pd_in(const struct pd *d, const void *p, size_t n)
{
	struct pd_in in = { .p = p, .big = d->big };

	in.end = in.p + n;
	return in;
}

struct pd_in
pd_body(const struct pd *d, const struct pd_rec *r)
{
	return pd_in(d, r->p, r->n);
}

/* [off, off + size) of the file, as much of it as there is. */
static struct pd_in
section(struct pd *d, uint64_t off, uint64_t size, const char *what)
{
	if (off > d->size || size > d->size - off) {
		pd_fault(d, WS_OFF_NONE,
		    "%s at %" PRIu64 " of %" PRIu64 " bytes, in a file of %zu",
		    what, off, size, d->size);
		off = off < d->size ? off : d->size;
		size = d->size - off;
	}
	return pd_in(d, d->base + off, (size_t)size);
}

static void
read_ids(struct pd *d, uint64_t index, struct pd_in at)
{
	uint64_t off = pd_u64(&at);
	struct pd_in ids;

	ids = section(d, off, pd_u64(&at), "the ids of an event");
	/* Sections may overlap; all ids of a file are in it once. */
	while (pd_left(&ids) >= 8 && d->n_ids < d->size / 8) {
		pd_attr_id(d, index, pd_u64(&ids));
		d->n_ids++;
	}
}

static void
read_attrs(struct pd *d, struct pd_in in, uint64_t entry)
{
	uint64_t index;

	if (entry < SECTION || entry > SIZE_MAX / 2)
		return;
	while (pd_left(&in) >= entry) {
		struct pd_in one = pd_sub(&in, entry - SECTION);
		struct pd_in ids = pd_sub(&in, SECTION);

		if (pd_attr_add(d, one, &index))
			read_ids(d, index, ids);
		else
			pd_fault(d, (uint64_t)(one.p - d->base),
			    "an event without a sound attribute");
	}
}

/* On 32-bit producers the bitmap was one of 32-bit words: without the bit of
 * the host's name, which all set, they are taken for swapped. */
static void
read_bitmap(struct pd *d, struct pd_in in, uint64_t bits[4])
{
	enum { HOSTNAME = 3 };

	for (unsigned i = 0; i < 4; i++)
		bits[i] = pd_u64(&in);
	if (d->big && !(bits[0] >> HOSTNAME & 1))
		for (unsigned i = 0; i < 4; i++)
			bits[i] = bits[i] << 32 | bits[i] >> 32;
}

static void
read_file_header(struct pd *d)
{
	struct pd_in in = pd_in(d, d->base, FILE_HEADER), attrs;
	uint64_t entry, off, size, bits[4];

	pd_skip(&in, PIPE_HEADER);
	entry = pd_u64(&in);
	off = pd_u64(&in);
	size = pd_u64(&in);
	attrs = section(d, off, size, "events");
	off = pd_u64(&in);
	size = pd_u64(&in);
	pd_skip(&in, SECTION);
	read_bitmap(d, in, bits);
	read_attrs(d, attrs, entry);
	d->data_off = off < d->size ? off : d->size;
	d->data_end = d->size;
	if (size == 0) {
		/* perf was killed before it could write the sizes. */
		pd_fault(d, d->data_off, "the recording was not finished");
	} else if (size > d->size - d->data_off) {
		pd_fault(d, d->data_off,
		    "data of %" PRIu64 " bytes, of which there are %" PRIu64,
		    size, d->size - d->data_off);
	} else {
		d->data_end = d->data_off + size;
		pd_features(d, d->data_end, bits);
	}
	pd_attrs_finish(d);
}

/* perf counts in sched_clock(), near CLOCK_MONOTONIC but drifting, unless a
 * clock was asked for. */
static void
make_clock(struct pd *d)
{
	enum { REALTIME = 0, MONOTONIC = 1, RAW = 4, BOOT = 7 };
	struct ws_clock c = { .kind = WS_CLOCK_MONOTONIC,
		.how = WS_CLOCK_GUESSED,
		.ns_per_tick = 1,
		.resolution = 1 };
	const struct pd_about *a = &d->about;
	const struct pd_attr *attr = d->n_attr > 0 ? d->attr : NULL;

	if (attr != NULL && (attr->flags >> PD_F_CLOCKID & 1)) {
		if (attr->clockid == REALTIME)
			c.kind = WS_CLOCK_WALL;
		else if (attr->clockid == BOOT)
			c.kind = WS_CLOCK_BOOT;
		c.how = attr->clockid == REALTIME ? WS_CLOCK_EXACT
						  : WS_CLOCK_GUESSED;
	}
	if (a->has_clock_data && a->wall <= INT64_MAX &&
	    a->wall_at <= a->wall) {
		c.how = WS_CLOCK_ANCHORED;
		c.offset = (int64_t)(a->wall - a->wall_at);
		ws_source_time(d->src, (int64_t)a->wall);
	}
	d->clock = ws_dict_clock(d->sink->dict, &c);
}

static struct ws_event
counter(struct pd *d, ws_id name, enum ws_unit unit, double value)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.clock = d->clock;
	ev.t = d->first;
	ev.name = name;
	ev.unit = (uint8_t)unit;
	ev.value = value;
	return ev;
}

/* How long it was, and how far apart samples are where that is fixed. */
static void
put_capture(struct pd *d)
{
	const double second = 1e9;
	struct ws_event ev;

	if (ws_dict_get_clock(d->sink->dict, d->clock)->kind == WS_CLOCK_WALL)
		ws_source_time(d->src, d->first);
	for (size_t i = 0; i < d->n_attr; i++) {
		const struct pd_attr *a = &d->attr[i];
		bool is_rate = a->flags >> PD_F_FREQ & 1;
		double period = (double)a->period;

		if (a->samples == 0)
			continue;
		if (d->first != WS_T_NONE && d->last > d->first) {
			ev = counter(d, WS_N_CAPTURE_DURATION, WS_U_TIME,
			    (double)(d->last - d->first));
			ev.track = a->series;
			ws_batch_put(&d->out, &ev);
		}
		if (is_rate && a->unit == WS_U_TIME && period > 0)
			period = second / period;
		else if (is_rate || period == 0)
			continue;
		ev = counter(d, WS_N_CAPTURE_PERIOD, a->unit, period);
		ev.track = a->series;
		ws_batch_put(&d->out, &ev);
	}
}

static void
put_loss(struct pd *d, const char *name, uint64_t n)
{
	struct ws_event ev = WS_EVENT(WS_EV_LOSS);

	if (n == 0)
		return;
	ev.clock = d->clock;
	ev.name = ws_dict_cstr(d->sink->dict, name);
	ev.unit = WS_U_COUNT;
	ev.value = (double)n;
	ws_batch_put(&d->out, &ev);
}

static void
put_note(struct pd *d, uint64_t n, const char *what)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);
	struct ws_buf b = { 0 };

	if (n == 0)
		return;
	ws_buf_printf(&b, "%" PRIu64 " %s", n, what);
	ev.name = WS_N_MARK_NOTE;
	ev.peer = ws_dict_str(d->sink->dict, ws_buf_sv(&b));
	ws_batch_put(&d->out, &ev);
	ws_buf_fini(&b);
}

static void
put_notes(struct pd *d)
{
	put_note(d, d->auxtrace, "bytes of hardware traces not read");
	put_note(d, d->user_stacks,
	    "samples with a copy of the user's stack, of which only the "
	    "innermost function is read");
	put_note(d, d->deferred,
	    "call chains whose user part was to come later and did not");
}

static void
tell(struct pd *d)
{
	struct ws_dict *dict = d->sink->dict;
	struct ws_sv version = ws_dict_text(dict, d->about.version);
	struct ws_buf b = { 0 };

	for (uint32_t i = 0; i < PD_TYPES; i++)
		if (d->count[i] > 0)
			ws_source_tally(d->src, pd_type_name(i), d->count[i]);
	if (d->unknown > 0)
		ws_source_tally(d->src, "unknown", d->unknown);
	ws_buf_printf(&b, "%s%s%s",
	    d->pipe         ? "pipe"
	    : d->n_part > 0 ? "folder"
			    : "file",
	    d->big ? ", big-endian" : "", d->packed > 0 ? ", zstd" : "");
	for (size_t i = 0; i < d->n_attr && b.n < DETAIL_MAX; i++)
		if (d->attr[i].samples > 0)
			ws_buf_printf(&b, ", %" PRIu64 " %s",
			    d->attr[i].samples,
			    ws_dict_text(dict, pd_attr_name(d, &d->attr[i])).p);
	if (version.n > 0)
		ws_source_version(d->src, "perf %.*s", WS_SV_ARG(version));
	ws_source_detail(d->src, "%s", b.p);
	ws_buf_fini(&b);
}

static void
setup(struct pd *d, struct ws_source *src, struct ws_sink *sink,
    const struct ws_cur *c)
{
	*d = (struct pd){ .src = src,
		.sink = sink,
		.limits = ws_source_limits(src),
		.base = c->p,
		.size = ws_cur_left(c),
		.id_at = -1,
		.id_back = -1,
		.first = WS_T_NONE,
		.last = WS_T_NONE };
	d->n_part = ws_source_parts(src, &d->part);
	if (d->n_part > 0)
		d->size = (size_t)d->part[0];
	d->why.off = WS_OFF_NONE;
	d->maps = pd_maps_new();
	ws_batch_init(&d->out, sink);
}

static void
fini(struct pd *d)
{
	pd_maps_free(d->maps);
	ws_htab_free(d->ids);
	ws_htab_free(d->format_ids);
	free(d->attr);
	free(d->id_attr);
	free(d->format);
	free(d->field);
}

/* False when there is no whole header of a version that is read. */
static bool
read_header(struct pd *d, struct ws_err *err)
{
	struct ws_sv head = { (const char *)d->base, d->size };
	uint64_t size;

	if (ws_sv_starts(head, first_version)) {
		ws_err_set(err, WS_UNSUPPORTED, 0,
		    "perf.data of version 1 (before Linux 2.6.33)");
		return false;
	}
	d->big = ws_sv_starts(head, other_end);
	if (head.n < PIPE_HEADER) {
		ws_err_set(err, WS_CORRUPT, 0,
		    "wanted a header of %d bytes, found %zu", PIPE_HEADER,
		    head.n);
		return false;
	}
	size = pd_load64(d->base + SIZE_AT, d->big);
	d->pipe = size == PIPE_HEADER;
	if (d->pipe) {
		d->data_off = PIPE_HEADER;
		d->data_end = d->size;
	} else if (size != FILE_HEADER || head.n < FILE_HEADER) {
		ws_err_set(err, WS_CORRUPT, SIZE_AT,
		    "wanted a header of %d or %d bytes, found %" PRIu64
		    " in a file of %zu",
		    FILE_HEADER, PIPE_HEADER, size, head.n);
		return false;
	} else {
		read_file_header(d);
	}
	return true;
}

/* Since 6.1 perf asks for the lost samples of each event at the end (LOST of
 * read_format).  Those that the kernel's own records tell are among them. */
static void
put_losses(struct pd *d)
{
	uint64_t records = d->lost, samples = d->lost_samples;
	bool counted = false;

	for (size_t i = 0; i < d->n_attr; i++)
		counted = counted || (d->attr[i].read_format & PD_READ_LOST);
	if (counted && samples >= records)
		records = 0;
	else if (counted)
		samples = 0;
	put_loss(d, "perf.lost", records);
	put_loss(d, "perf.lost_samples", samples + d->bad_samples);
	put_loss(d, "perf.throttled", d->throttled);
}

static enum ws_status
finish(struct pd *d, struct ws_err *err)
{
	enum ws_status status;
	uint64_t records = d->unknown;

	for (uint32_t i = 0; i < PD_TYPES; i++)
		records += d->count[i];
	put_capture(d);
	put_losses(d);
	put_notes(d);
	tell(d);
	status = ws_batch_flush(&d->out);
	if (d->about.is_dir && d->n_part == 0)
		pd_fault(d, WS_OFF_NONE,
		    "the samples are in data.0 and so on, which belong to "
		    "this file in a folder");
	if (d->n_attr == 0)
		return ws_err_set(err, WS_CORRUPT, WS_OFF_NONE,
		    "wanted the attributes of an event, found none");
	if (records == 0 && d->why.status != WS_OK)
		return ws_err_set(
		    err, WS_CORRUPT, d->why.off, "%s", d->why.text);
	if (d->why.status > status) {
		*err = d->why;
		status = d->why.status;
	}
	return status;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_cur c = { 0 };
	enum ws_status status = ws_source_all(src, &c, err), found;
	struct ws_err own = { .off = WS_OFF_NONE };
	struct pd d;

	if (status > WS_PARTIAL)
		return status;
	setup(&d, src, sink, &c);
	if (!read_header(&d, &own)) {
		found = own.status;
	} else {
		pd_walk(&d, true, pd_side);
		pd_attrs_finish(&d);
		pd_maps_finish(d.maps, sink->dict);
		make_clock(&d);
		if (d.n_attr > 0) {
			pd_about_emit(&d);
			pd_samples(&d);
		}
		found = finish(&d, &own);
	}
	fini(&d);
	if (found > status && err != NULL)
		*err = own;
	return ws_status_worst(status, found);
}

const struct ws_parser ws_parser_perf_data = {
	.name = "perf-data",
	.title = "perf.data of Linux perf",
	.bid = bid,
	.parse = parse,
};
