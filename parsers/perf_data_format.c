/*
 * The tracing data: the texts that the kernel has for each tracepoint in
 * /sys/kernel/tracing/events, which tell where its fields are.
 */
#include "base/mem.h"
#include "base/num.h"
#include "perf_data.h"

enum { FORMATS_MAX = 1 << 16, FIELDS_MAX = 1 << 20 };

static struct ws_sv
read_text(struct pd_in *in, uint64_t n)
{
	struct pd_in sub = pd_sub(in, n);

	return (struct ws_sv){ (const char *)sub.p, pd_left(&sub) };
}

static struct ws_sv
read_name(struct pd_in *in)
{
	struct ws_sv s = pd_text(in);

	pd_skip(in, (uint64_t)s.n + 1);
	return s;
}

/* The number behind "key:" in a part of a line. */
static bool
number_after(struct ws_sv line, const char *key, uint64_t *v)
{
	size_t at = ws_sv_find(line, key);
	struct ws_sv s = ws_sv_from(line, at + strlen(key));

	if (at == line.n)
		return false;
	return ws_num_u64(ws_sv_trim(ws_sv_split(&s, ';')), 0, UINT32_MAX, v);
}

/* "field:char prev_comm[16];  offset:8; ..." */
static void
read_field(struct pd *d, struct ws_sv line)
{
	struct ws_sv decl = ws_sv_from(line, 6);
	uint64_t off, size;
	size_t from;

	if (!number_after(line, "offset:", &off) ||
	    !number_after(line, "size:", &size) || d->n_field == FIELDS_MAX)
		return;
	decl = ws_sv_split(&decl, ';');
	decl.n = ws_sv_find(decl, "[");
	decl = ws_sv_trim(decl);
	for (from = decl.n; from > 0 && decl.p[from - 1] != ' '; from--)
		;
	d->field =
	    ws_grow(d->field, &d->cap_field, d->n_field + 1, sizeof(*d->field));
	d->field[d->n_field++] = (struct pd_field){ ws_sv_from(decl, from),
		(uint32_t)off, (uint32_t)size };
}

static void
read_format(struct pd *d, struct ws_sv system, struct ws_sv text)
{
	struct pd_format f = { .first = d->n_field };
	struct ws_buf b = { 0 };
	struct ws_sv line, name = { "", 0 };
	bool is_new;

	while (text.n > 0) {
		line = ws_sv_trim(ws_sv_split(&text, '\n'));
		if (ws_sv_starts(line, "name: "))
			name = ws_sv_from(line, 6);
		else if (ws_sv_starts(line, "ID: "))
			ws_num_u64(ws_sv_from(line, 4), 0, UINT32_MAX, &f.id);
		else if (ws_sv_starts(line, "field:"))
			read_field(d, line);
		else if (ws_sv_starts(line, "print fmt"))
			break;
	}
	if (name.n == 0 || d->n_format == FORMATS_MAX)
		return;
	f.n = d->n_field - f.first;
	ws_buf_putsv(&b, system);
	ws_buf_putc(&b, ':');
	ws_buf_putsv(&b, name);
	f.name = ws_dict_str(d->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	if (d->format_ids == NULL)
		d->format_ids = ws_htab_new();
	ws_htab_put(d->format_ids, &f.id, sizeof(f.id), &is_new);
	if (!is_new)
		return;
	d->format =
	    ws_grow(d->format, &d->cap_format, d->n_format + 1, sizeof(f));
	d->format[d->n_format++] = f;
}

static void
read_systems(struct pd *d, struct pd_in *in)
{
	uint32_t systems = pd_u32(in), events;
	struct ws_sv name;

	while (systems-- > 0 && !in->bad) {
		name = read_name(in);
		events = pd_u32(in);
		while (events-- > 0 && !in->bad) {
			uint64_t n = pd_u64(in);

			read_format(d, name, read_text(in, n));
		}
	}
}

void
pd_formats(struct pd *d, struct pd_in in)
{
	static const char magic[] = "\x17\x08\x44tracing";
	struct ws_sv head = read_text(&in, sizeof(magic) - 1);
	uint32_t n;

	if (!ws_sv_is(head, magic)) {
		pd_fault(d, WS_OFF_NONE, "tracing data without their magic");
		return;
	}
	read_name(&in);           /* version */
	in.big = pd_u8(&in) != 0; /* they have a byte order of their own */
	pd_skip(&in, 1 + 4);      /* size of a long, of a page */
	read_name(&in);           /* header_page */
	pd_skip(&in, pd_u64(&in));
	read_name(&in); /* header_event */
	pd_skip(&in, pd_u64(&in));
	n = pd_u32(&in);
	while (n-- > 0 && !in.bad)
		pd_skip(&in, pd_u64(&in));
	read_systems(d, &in);
	if (in.bad)
		pd_fault(d, WS_OFF_NONE, "the tracing data are cut");
}

const struct pd_format *
pd_format_of(const struct pd *d, uint64_t id)
{
	uint32_t i = d->format_ids == NULL
			 ? WS_HTAB_NONE
			 : ws_htab_get(d->format_ids, &id, sizeof(id));

	return i == WS_HTAB_NONE ? NULL : &d->format[i];
}

const struct pd_field *
pd_format_field(const struct pd *d, const struct pd_format *f, const char *name)
{
	for (size_t i = f->first; i < f->first + f->n; i++)
		if (ws_sv_is(d->field[i].name, name))
			return &d->field[i];
	return NULL;
}
