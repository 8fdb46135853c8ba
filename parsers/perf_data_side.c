/* The first walk: everything but the samples. */
#include <inttypes.h>

#include "base/mem.h"
#include "model/symtab.h"
#include "perf_data.h"

static const char *const types[PD_TYPES] = {
	[PD_R_MMAP] = "MMAP",
	[PD_R_LOST] = "LOST",
	[PD_R_COMM] = "COMM",
	[PD_R_EXIT] = "EXIT",
	[PD_R_THROTTLE] = "THROTTLE",
	[PD_R_UNTHROTTLE] = "UNTHROTTLE",
	[PD_R_FORK] = "FORK",
	[PD_R_READ] = "READ",
	[PD_R_SAMPLE] = "SAMPLE",
	[PD_R_MMAP2] = "MMAP2",
	[PD_R_AUX] = "AUX",
	[12] = "ITRACE_START",
	[PD_R_LOST_SAMPLES] = "LOST_SAMPLES",
	[PD_R_SWITCH] = "SWITCH",
	[PD_R_SWITCH_CPU_WIDE] = "SWITCH_CPU_WIDE",
	[16] = "NAMESPACES",
	[PD_R_KSYMBOL] = "KSYMBOL",
	[18] = "BPF_EVENT",
	[19] = "CGROUP",
	[20] = "TEXT_POKE",
	[21] = "AUX_OUTPUT_HW_ID",
	[PD_R_DEFERRED] = "CALLCHAIN_DEFERRED",
	[PD_R_ATTR] = "ATTR",
	[65] = "EVENT_TYPE",
	[PD_R_TRACING_DATA] = "TRACING_DATA",
	[PD_R_BUILD_ID] = "BUILD_ID",
	[PD_R_FINISHED_ROUND] = "FINISHED_ROUND",
	[69] = "ID_INDEX",
	[70] = "AUXTRACE_INFO",
	[PD_R_AUXTRACE] = "AUXTRACE",
	[72] = "AUXTRACE_ERROR",
	[73] = "THREAD_MAP",
	[74] = "CPU_MAP",
	[75] = "STAT_CONFIG",
	[76] = "STAT",
	[77] = "STAT_ROUND",
	[PD_R_EVENT_UPDATE] = "EVENT_UPDATE",
	[79] = "TIME_CONV",
	[PD_R_FEATURE] = "FEATURE",
	[PD_R_COMPRESSED] = "COMPRESSED",
	[82] = "FINISHED_INIT",
	[PD_R_COMPRESSED2] = "COMPRESSED2",
	[84] = "BPF_METADATA",
	[85] = "SCHEDSTAT_CPU",
	[86] = "SCHEDSTAT_DOMAIN",
};

const char *
pd_type_name(uint32_t type)
{
	return type < PD_TYPES ? types[type] : NULL;
}

/* Without times, the order of the file stands in for them. */
static uint64_t
time_of(struct pd *d, const struct pd_rec *r)
{
	return pd_has_time(d) ? pd_trailer_of(d, r).time : r->seq;
}

enum { KERNEL_MODE = 1, GUEST_MODES = 4 };

static bool
has_any(struct ws_sv s, const char *const *prefix, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ws_sv_starts(s, prefix[i]))
			return true;
	return false;
}

/* Memory without a file: what runs there was made at run time, and is named by
 * a map that the program may have written, as in perf's tools/perf/util/map.c. */
static bool
is_anonymous(struct ws_sv name)
{
	static const char *const prefix[] = { "//anon", "/dev/zero",
		"/anon_hugepage", "[anon", "[stack", "[heap]", "/SYSV",
		"/memfd:" };

	return has_any(name, prefix, WS_LEN(prefix));
}

/* "/lib/modules/6.1/kernel/fs/ext4-x.ko.xz" is "[ext4_x]". */
static ws_id
module_name(struct pd *d, struct ws_sv name)
{
	struct ws_buf b = { 0 };
	struct ws_sv base = name;
	ws_id id;

	for (size_t i = name.n; i > 0; i--) {
		if (name.p[i - 1] != '/')
			continue;
		base = ws_sv_from(name, i);
		break;
	}
	base.n = ws_sv_find(base, ".ko");
	ws_buf_putc(&b, '[');
	for (size_t i = 0; i < base.n; i++)
		ws_buf_putc(&b, base.p[i] == '-' ? '_' : base.p[i]);
	ws_buf_putc(&b, ']');
	id = ws_dict_str(d->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id;
}

static bool
is_module(struct ws_sv name)
{
	return ws_sv_find(name, ".ko") < name.n;
}

/* Names of the kernel differ between records: it is the one that is none of
 * its modules. */
static ws_id
kernel_name(struct pd *d, struct ws_sv name)
{
	if (is_module(name))
		return module_name(d, name);
	if (name.n > 0 && name.p[0] == '[' && !ws_sv_starts(name, "[kernel.") &&
	    !ws_sv_starts(name, "[guest."))
		return ws_dict_str(d->sink->dict, name);
	return ws_dict_cstr(d->sink->dict, "[kernel.kallsyms]");
}

/* The map of the kernel's text is named after its first symbol, whose place
 * is given instead of an offset. */
static void
tell_kernel(struct pd *d, const struct pd_change *c, struct ws_sv name)
{
	static const char prefix[] = "[kernel.kallsyms]";
	struct ws_mapped m = {
		.mapping = c->name, .is_kernel = true, .reference = c->pgoff
	};

	if (!ws_sv_starts(name, prefix))
		return;
	m.symbol =
	    ws_dict_str(d->sink->dict, ws_sv_from(name, sizeof(prefix) - 1));
	if (m.symbol != 0)
		ws_symtab_map(ws_dict_symtab(d->sink->dict), &m);
}

static void
name_user_map(struct pd *d, struct pd_change *c, struct ws_sv name)
{
	struct ws_buf b = { 0 };

	c->name = ws_dict_str(d->sink->dict, name);
	if (ws_sv_is(name, "[vdso]")) {
		c->pgoff = 0;
	} else if (is_anonymous(name)) {
		c->absolute = true;
		ws_buf_printf(&b, "/tmp/perf-%" PRId32 ".map", (int32_t)c->pid);
		c->name = ws_dict_str(d->sink->dict, ws_buf_sv(&b));
		ws_buf_fini(&b);
	}
}

/* Puts the map whose fixed part is read. */
static void
put_map(struct pd *d, const struct pd_rec *r, struct pd_change *c,
    struct ws_sv name)
{
	unsigned mode = r->misc & PD_MISC_CPUMODE;

	if (mode >= GUEST_MODES || name.n == 0)
		return;
	c->kind = PD_C_MAP;
	c->seq = r->seq;
	c->time = time_of(d, r);
	if (c->end < c->start)
		c->end = UINT64_MAX;
	if (mode == KERNEL_MODE || c->pid == (uint32_t)PD_KERNEL_PID) {
		c->pid = (uint32_t)PD_KERNEL_PID;
		c->name = kernel_name(d, name);
		c->absolute = true;
		tell_kernel(d, c, name);
	} else {
		name_user_map(d, c, name);
	}
	pd_maps_add(d->maps, c);
}

static void
take_id(struct pd *d, ws_id mapping, struct ws_sv id, bool is_kernel)
{
	struct ws_mapped m = { .mapping = mapping, .is_kernel = is_kernel };
	size_t i;

	for (i = 0; i < id.n && id.p[i] == '\0'; i++)
		;
	if (i == id.n || id.n > WS_BUILD_ID_MAX)
		return;
	m.build_id.n = (uint8_t)id.n;
	memcpy(m.build_id.id, id.p, id.n);
	ws_symtab_map(ws_dict_symtab(d->sink->dict), &m);
}

static void
take_mmap(struct pd *d, const struct pd_rec *r)
{
	struct pd_in in = pd_body(d, r);
	struct pd_change c = { .seq = r->seq };

	enum { PROT_EXECUTE = 4, ID_MAX = 20 };

	uint32_t prot = PROT_EXECUTE;
	struct pd_in id = in;

	c.pid = pd_u32(&in);
	c.tid = pd_u32(&in);
	c.start = pd_u64(&in);
	c.end = c.start + pd_u64(&in);
	c.pgoff = pd_u64(&in);
	if (r->type == PD_R_MMAP2) {
		id = pd_sub(&in, 24);
		prot = pd_u32(&in);
		pd_u32(&in);
	} else if (r->misc & PD_MISC_DATA) {
		return;
	}
	if (in.bad || !(prot & PROT_EXECUTE))
		return;
	put_map(d, r, &c, pd_text(&in));
	if (r->type == PD_R_MMAP2 && (r->misc & PD_MISC_BUILD_ID) &&
	    id.p[0] <= ID_MAX && c.name != 0)
		take_id(d, c.name,
		    (struct ws_sv){ (const char *)id.p + 4, id.p[0] },
		    c.pid == (uint32_t)PD_KERNEL_PID);
}

/* A function that the kernel made or dropped at run time. */
static void
take_ksymbol(struct pd *d, const struct pd_rec *r)
{
	struct pd_in in = pd_body(d, r);
	struct pd_change c = { .pid = (uint32_t)PD_KERNEL_PID,
		.absolute = true };
	uint16_t flags;

	c.start = pd_u64(&in);
	c.end = c.start + pd_u32(&in);
	pd_u16(&in);
	flags = pd_u16(&in);
	if (in.bad)
		return;
	c.kind = flags & 1 ? PD_C_UNMAP : PD_C_MAP;
	c.seq = r->seq;
	c.time = time_of(d, r);
	c.name = c.func = ws_dict_str(d->sink->dict, pd_text(&in));
	if (c.name != 0)
		pd_maps_add(d->maps, &c);
}

static void
take_comm(struct pd *d, const struct pd_rec *r)
{
	struct pd_in in = pd_body(d, r);
	struct pd_change c = { .kind = PD_C_COMM,
		.seq = r->seq,
		.time = time_of(d, r),
		.exec = (r->misc & PD_MISC_DATA) != 0 };

	c.pid = pd_u32(&in);
	c.tid = pd_u32(&in);
	c.name = ws_dict_str(d->sink->dict, pd_text(&in));
	if (!in.bad)
		pd_maps_add(d->maps, &c);
}

static void
take_fork(struct pd *d, const struct pd_rec *r)
{
	struct pd_in in = pd_body(d, r);
	struct pd_change c = { .kind = PD_C_FORK,
		.seq = r->seq,
		.time = time_of(d, r),
		.exec = (r->misc & PD_MISC_DATA) != 0 };

	c.pid = pd_u32(&in);
	c.ppid = pd_u32(&in);
	c.tid = pd_u32(&in);
	c.ptid = pd_u32(&in);
	if (!in.bad)
		pd_maps_add(d->maps, &c);
}

static void
take_attr(struct pd *d, const struct pd_rec *r)
{
	struct pd_in in = pd_body(d, r), ids = in;
	uint32_t size = pd_left(&in) >= 8 ? pd_load32(in.p + 4, d->big) : 0;
	uint64_t index;

	if (!pd_attr_add(d, in, &index)) {
		pd_fault(d, r->off, "an event without a sound attribute");
		return;
	}
	pd_skip(&ids, size);
	while (pd_left(&ids) >= 8)
		pd_attr_id(d, index, pd_u64(&ids));
}

void
pd_build_id(struct pd *d, const struct pd_rec *r)
{
	struct pd_in in = pd_body(d, r);
	bool is_kernel = (r->misc & PD_MISC_CPUMODE) == KERNEL_MODE;
	struct ws_sv id, name;
	ws_id mapping;

	pd_u32(&in); /* pid */
	id = (struct ws_sv){ (const char *)in.p, 20 };
	pd_skip(&in, 24);
	if (in.bad || (r->misc & PD_MISC_CPUMODE) >= GUEST_MODES)
		return;
	if ((r->misc & PD_MISC_ID_SIZE) && id.p[20] <= 20)
		id.n = (unsigned char)id.p[20];
	name = pd_text(&in);
	mapping =
	    is_kernel ? kernel_name(d, name) : ws_dict_str(d->sink->dict, name);
	if (mapping != 0)
		take_id(d, mapping, id, is_kernel);
}

/* New names of events; units, scales and CPUs say nothing here. */
static void
take_update(struct pd *d, const struct pd_rec *r)
{
	enum { NAME = 2 };
	struct pd_in in = pd_body(d, r);
	uint64_t type = pd_u64(&in), id;
	uint32_t i;
	ws_id name;

	id = pd_u64(&in);
	i = d->ids == NULL ? WS_HTAB_NONE
			   : ws_htab_get(d->ids, &id, sizeof(id));
	if (type != NAME || i == WS_HTAB_NONE)
		return;
	name = ws_dict_str(d->sink->dict, pd_text(&in));
	if (name != 0)
		d->attr[d->id_attr[i]].event = name;
}

static void
take_loss(struct pd *d, const struct pd_rec *r)
{
	struct pd_in in = pd_body(d, r);

	if (r->type == PD_R_LOST) {
		pd_u64(&in);
		d->lost += pd_u64(&in);
	} else if (!(r->misc & PD_MISC_ID_SIZE)) {
		d->lost_samples += pd_u64(&in);
	}
}

/* Records of perf itself, which come in pipe mode or beside the kernel's. */
static void
take_own(struct pd *d, const struct pd_rec *r)
{
	struct pd_in in = pd_body(d, r);

	if (r->type == PD_R_ATTR) {
		take_attr(d, r);
	} else if (r->type == PD_R_TRACING_DATA) {
		/* They lie behind the record. */
		uint64_t n = ((uint64_t)pd_u32(&in) + 7) / 8 * 8;

		in = pd_body(d, r);
		pd_skip(&in, r->n - (n < r->n ? n : r->n));
		pd_formats(d, in);
	} else if (r->type == PD_R_BUILD_ID) {
		pd_build_id(d, r);
	} else if (r->type == PD_R_EVENT_UPDATE) {
		take_update(d, r);
	} else if (r->type == PD_R_FEATURE) {
		uint64_t number = pd_u64(&in);

		pd_feature(d, number, in);
	} else if (r->type == PD_R_AUXTRACE) {
		d->auxtrace += pd_u64(&in);
	}
}

void
pd_side(struct pd *d, const struct pd_rec *r)
{
	if (pd_type_name(r->type) == NULL)
		d->unknown++;
	else
		d->count[r->type]++;
	switch (r->type) {
	case PD_R_SAMPLE:
		break;
	case PD_R_MMAP:
	case PD_R_MMAP2:
		take_mmap(d, r);
		break;
	case PD_R_COMM:
		take_comm(d, r);
		break;
	case PD_R_FORK:
		take_fork(d, r);
		break;
	case PD_R_KSYMBOL:
		take_ksymbol(d, r);
		break;
	case PD_R_LOST:
	case PD_R_LOST_SAMPLES:
		take_loss(d, r);
		break;
	case PD_R_THROTTLE:
		d->throttled++;
		break;
	default:
		if (r->type >= PD_R_ATTR)
			take_own(d, r);
		break;
	}
}
