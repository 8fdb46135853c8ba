/*
 * Feature sections: what perf notes of the machine, the events and itself.
 * Read are those that say something about times, names and places; the rest
 * (topologies, caches, BPF programs, capabilities of PMUs) is not.
 */
#include <inttypes.h>

#include "base/mem.h"
#include "model/symtab.h"
#include "perf_data.h"

enum {
	F_TRACING_DATA = 1,
	F_BUILD_ID,
	F_HOSTNAME,
	F_OSRELEASE,
	F_VERSION,
	F_ARCH,
	F_NRCPUS,
	F_CPUDESC,
	F_CMDLINE = 11,
	F_EVENT_DESC,
	F_CLOCKID = 23,
	F_DIR_FORMAT,
	F_CLOCK_DATA = 29
};

static struct ws_sv
read_string(struct pd_in *in)
{
	struct pd_in sub = pd_sub(in, pd_u32(in));

	return pd_text(&sub);
}

static ws_id
intern_string(struct pd *d, struct pd_in *in)
{
	return ws_dict_str(d->sink->dict, read_string(in));
}

static ws_id
read_cmdline(struct pd *d, struct pd_in *in)
{
	struct ws_buf b = { 0 };
	uint32_t n = pd_u32(in);
	ws_id id;

	for (uint32_t i = 0; i < n && !in->bad; i++) {
		struct ws_sv s = read_string(in);

		if (i > 0 && s.n > 0)
			ws_buf_putc(&b, ' ');
		ws_buf_putsv(&b, s);
	}
	id = ws_dict_str(d->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id;
}

/* The attribute with one of the ids; else the nth, when there are as many. */
static struct pd_attr *
attr_for(struct pd *d, uint64_t id, uint32_t nth)
{
	uint32_t i = d->ids == NULL ? WS_HTAB_NONE
				    : ws_htab_get(d->ids, &id, sizeof(id));

	if (i != WS_HTAB_NONE)
		return &d->attr[d->id_attr[i]];
	return nth < d->n_attr ? &d->attr[nth] : NULL;
}

static void
read_events(struct pd *d, struct pd_in in)
{
	uint32_t n = pd_u32(&in), size, n_ids;

	size = pd_u32(&in);
	for (uint32_t i = 0; i < n && !in.bad; i++) {
		struct pd_attr *a;
		struct pd_in ids;
		ws_id name;

		pd_skip(&in, size);
		n_ids = pd_u32(&in);
		name = intern_string(d, &in);
		ids = pd_sub(&in, (uint64_t)n_ids * 8);
		if (in.bad)
			return;
		a = attr_for(d, pd_u64(&ids), i);
		if (a != NULL && name != 0)
			a->event = name;
	}
}

/* The same records as in pipe mode, type and all. */
static void
read_build_ids(struct pd *d, struct pd_in in)
{
	while (pd_left(&in) >= 8) {
		struct pd_rec r = { .type = PD_R_BUILD_ID };
		uint16_t size;

		/* perf of 2.6 left the type out. */
		pd_u32(&in);
		r.misc = pd_u16(&in);
		size = pd_u16(&in);
		if (size < 8 || size - 8u > pd_left(&in))
			return;
		r.p = in.p;
		r.n = size - 8u;
		pd_build_id(d, &r);
		pd_skip(&in, r.n);
	}
}

static void
read_clock(struct pd_about *a, struct pd_in *in)
{
	pd_u32(in); /* version */
	a->clockid = pd_u32(in);
	a->wall = pd_u64(in);
	a->wall_at = pd_u64(in);
	a->has_clock_data = !in->bad;
}

void
pd_feature(struct pd *d, uint64_t number, struct pd_in in)
{
	struct pd_about *a = &d->about;
	uint32_t v;

	switch (number) {
	case F_TRACING_DATA:
		pd_formats(d, in);
		return;
	case F_BUILD_ID:
		read_build_ids(d, in);
		return;
	case F_HOSTNAME:
		a->hostname = intern_string(d, &in);
		break;
	case F_OSRELEASE:
		a->release = intern_string(d, &in);
		break;
	case F_VERSION:
		a->version = intern_string(d, &in);
		break;
	case F_ARCH:
		a->arch = intern_string(d, &in);
		break;
	case F_NRCPUS: /* online and available, in an order that varies */
		a->cpus = pd_u32(&in);
		v = pd_u32(&in);
		a->cpus = v > a->cpus ? v : a->cpus;
		break;
	case F_CPUDESC:
		a->cpu = intern_string(d, &in);
		break;
	case F_CMDLINE:
		a->cmdline = read_cmdline(d, &in);
		break;
	case F_EVENT_DESC:
		read_events(d, in);
		break;
	case F_DIR_FORMAT:
		a->is_dir = true;
		break;
	case F_CLOCK_DATA:
		read_clock(a, &in);
		break;
	default:
		break;
	}
}

/* The table is behind the data: an offset and a size for each bit that is set,
 * in the order of bits. */
void
pd_features(struct pd *d, uint64_t table, const uint64_t bits[4])
{
	struct pd_in in;
	uint64_t off, size;

	if (table > d->size)
		return;
	in = pd_in(d, d->base + table, (size_t)(d->size - table));
	for (unsigned i = 0; i < 256; i++) {
		if (!(bits[i / 64] >> i % 64 & 1))
			continue;
		off = pd_u64(&in);
		size = pd_u64(&in);
		if (in.bad) {
			pd_fault(d, table, "the table of features is cut");
			return;
		}
		if (off > d->size || size > d->size - off)
			pd_fault(d, table,
			    "feature %u at %" PRIu64 " of %" PRIu64
			    " bytes is not in the file",
			    i, off, size);
		else
			pd_feature(d, i, pd_in(d, d->base + off, (size_t)size));
	}
}

static void
put_mark(struct pd *d, const char *name, ws_id text)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);

	if (text == 0)
		return;
	ev.name = ws_dict_cstr(d->sink->dict, name);
	ev.peer = text;
	ws_batch_put(&d->out, &ev);
}

static const char *
go_arch(struct ws_sv arch)
{
	static const char *const names[][2] = { { "x86_64", "amd64" },
		{ "aarch64", "arm64" }, { "armv7l", "arm" }, { "i686", "386" },
		{ "ppc64le", "ppc64le" }, { "s390x", "s390x" },
		{ "riscv64", "riscv64" } };

	for (size_t i = 0; i < WS_LEN(names); i++)
		if (ws_sv_is(arch, names[i][0]))
			return names[i][1];
	return NULL;
}

void
pd_about_emit(struct pd *d)
{
	const struct pd_about *a = &d->about;
	const char *arch = go_arch(ws_dict_text(d->sink->dict, a->arch));
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	put_mark(d, "hostname", a->hostname);
	put_mark(d, "osrelease", a->release);
	put_mark(d, "arch", a->arch);
	put_mark(d, "goos", ws_dict_cstr(d->sink->dict, "linux"));
	if (arch != NULL)
		put_mark(d, "goarch", ws_dict_cstr(d->sink->dict, arch));
	put_mark(d, "cpudesc", a->cpu);
	put_mark(d, "cmdline", a->cmdline);
	if (a->cpus == 0)
		return;
	ev.name = WS_N_HOST_CPUS;
	ev.unit = WS_U_COUNT;
	ev.value = a->cpus;
	ws_batch_put(&d->out, &ev);
}
