/*
 * Elements to cells.  Speed matters here: names are compared as pointers into
 * the document's dictionary, nothing is allocated for an element, and most of
 * them are references, which end in start_ref().
 */
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "instruments.h"
#include "instruments_scan.h"

/* Depth is limited by ourselves, as libxml2 does not do it when pushed. */
enum { DEPTH_MAX = 256, ATTRIBUTES_MAX = 256 };

static const struct {
	enum instr_kind kind;
	const char *name;
} aliases[] = {
	{ INSTR_TIME, "start-time" },
	{ INSTR_TIME, "event-time" },
	{ INSTR_DURATION, "duration-on-core" },
	{ INSTR_DURATION, "duration-waiting" },
	{ INSTR_NUMBER, "address" },
	{ INSTR_NUMBER, "size-in-bytes" },
	{ INSTR_NUMBER, "disk-size-in-bytes" },
	{ INSTR_NUMBER, "network-size-in-bytes" },
	{ INSTR_NUMBER, "event-count" },
	{ INSTR_NUMBER, "kdebug-class" },
	{ INSTR_NUMBER, "kdebug-subclass" },
	{ INSTR_NUMBER, "kdebug-code" },
	{ INSTR_NUMBER, "kdebug-func" },
	{ INSTR_TEXT, "thread-state" },
	{ INSTR_TEXT, "core-state" },
	{ INSTR_TEXT, "vm-op" },
	{ INSTR_TEXT, "diskio-operation" },
	{ INSTR_TEXT, "short-string" },
	{ INSTR_TEXT, "medium-length-string" },
	{ INSTR_TEXT, "hang-type" },
	{ INSTR_TEXT, "thermal-state" },
	{ INSTR_SKIP, "device-session" },
	{ INSTR_SKIP, "narrative-text" },
	{ INSTR_SKIP, "file-path" },
	{ INSTR_SKIP, "boolean" },
	{ INSTR_SKIP, "register-content" },
	{ INSTR_SKIP, "syscall-arg" },
	{ INSTR_SKIP, "syscall-return" },
	{ INSTR_SKIP, "sched-priority" },
	{ INSTR_SKIP, "pmc-events" },
	{ INSTR_SKIP, "os-log-metadata" },
	{ INSTR_SKIP, "time-sample-kind" },
	{ INSTR_NARRATIVE, "formatted-label" },
};

static enum instr_kind
kind_of(struct ws_sv s)
{
	static const char *const names[] = {

#define KIND(id, name) name,
#include "instruments.def"
#undef KIND
	};

	for (size_t i = INSTR_SENTINEL; i < INSTR_KINDS; i++)
		if (ws_sv_is(s, names[i]))
			return (enum instr_kind)i;
	for (size_t i = 0; i < WS_LEN(aliases); i++)
		if (ws_sv_is(s, aliases[i].name))
			return aliases[i].kind;
	return ws_sv_ends(s, "backtrace") ? INSTR_BACKTRACE : INSTR_OTHER;
}

/* What fits when the cache is full is looked up each time. */
enum instr_kind
instr_known_kind(struct instr *t, const xmlChar *name)
{
	size_t at = ((uintptr_t)name * UINT64_C(0x9e3779b97f4a7c15) >> 40) %
		    INSTR_CACHE;
	enum instr_kind k;

	while (t->cache[at].name != NULL) {
		if (t->cache[at].name == name)
			return (enum instr_kind)t->cache[at].kind;
		at = (at + 1) % INSTR_CACHE;
	}
	k = kind_of(ws_sv_of((const char *)name));
	if (t->cached < INSTR_CACHE / 2) {
		t->cache[at].name = name;
		t->cache[at].kind = (uint8_t)k;
		t->cached++;
	}
	return k;
}

void
instr_buf_put(struct instr_buf *b, const void *p, size_t n)
{
	if (n > sizeof(b->p) - b->n)
		n = sizeof(b->p) - b->n;
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

static void
give_up(struct instr *t, enum ws_status status, const char *why)
{
	t->stop = why;
	t->stop_status = status;
	xmlStopParser(t->ctxt);
}

/* Decimal digits and nothing else. */
static uint64_t
read_id(const xmlChar *p, const xmlChar *end)
{
	uint64_t v = 0;

	if (p == end || end - p > 18)
		return INSTR_NO_ID;
	for (; p < end; p++) {
		if (*p < '0' || *p > '9')
			return INSTR_NO_ID;
		v = v * 10 + (uint64_t)(*p - '0');
	}
	return v;
}

/* Ids are dense and rise; one far beyond what the values so far need is not
 * believed, and what refers to it dangles: else each could ask for as much
 * memory as lies between it and the one before. */
static void
define(struct instr *t, uint64_t id, struct instr_cell c)
{
	enum { GAP = 1 << 12, PER_VALUE = 16 };

	size_t n;

	t->defined++;
	if (id >= t->ids) {
		if (id > GAP + PER_VALUE * t->defined)
			return;
		n = (size_t)id + 1;
		if (n > t->cap_value)
			t->value = ws_grow(
			    t->value, &t->cap_value, n, sizeof(*t->value));
		memset(t->value + t->ids, 0, (n - t->ids) * sizeof(*t->value));
		t->ids = n;
	}
	if (c.v >> INSTR_VALUE_BITS != 0) {
		t->far =
		    ws_grow(t->far, &t->cap_far, t->n_far + 1, sizeof(*t->far));
		t->far[t->n_far] = c.v;
		c.v = t->n_far++;
		c.kind |= INSTR_FAR;
	}
	t->value[id] = (uint64_t)c.kind << INSTR_VALUE_BITS | c.v;
}

static inline struct instr_cell
look_up(const struct instr *t, uint64_t id)
{
	struct instr_cell c = { INSTR_UNSEEN, 0 };

	if (id >= t->ids)
		return c;
	c.kind = (uint8_t)(t->value[id] >> INSTR_VALUE_BITS);
	c.v = t->value[id] & ((UINT64_C(1) << INSTR_VALUE_BITS) - 1);
	if (c.kind & INSTR_FAR) {
		c.kind &= (uint8_t)~INSTR_FAR;
		c.v = t->far[c.v];
	}
	return c;
}

static void
push_addresses(struct instr *t, ws_id stack)
{
	const ws_id *frame;
	size_t n = ws_dict_get_stack(t->sink->dict, stack, &frame);

	t->s.from_addresses = true;
	for (size_t i = 0; i < n; i++)
		instr_push_frame(t, frame[i]);
}

static void
give_to_stack(struct instr *t, struct instr_cell c)
{
	struct instr_scratch *s = &t->s;

	if (c.kind == INSTR_FRAME) {
		instr_push_frame(t, (ws_id)c.v);
	} else if (c.kind == INSTR_ADDRESSES) {
		push_addresses(t, (ws_id)c.v);
	} else if (c.kind == INSTR_ADDRESS) {
		s->pc = c.v;
	} else if (c.kind == INSTR_BACKTRACE) {
		s->inner = (ws_id)c.v;
		s->has_inner = true;
	}
}

/* Hands a value to the element that it is in. */
static void
give(struct instr *t, unsigned parent, struct instr_cell c)
{
	struct instr_scratch *s = &t->s;

	switch (parent) {
	case INSTR_ROW:
		if (t->cells < INSTR_COLUMNS)
			t->cell[t->cells] = c;
		t->cells++;
		break;
	case INSTR_BACKTRACE:
	case INSTR_TAGGED:
	case INSTR_KPERF:
		give_to_stack(t, c);
		break;
	case INSTR_FRAME:
		if (c.kind == INSTR_BINARY)
			s->frame.mapping = (ws_id)c.v;
		break;
	case INSTR_SOURCE:
		if (c.kind == INSTR_PATH)
			s->frame.file = (ws_id)c.v;
		break;
	case INSTR_THREAD:
		if (c.kind == INSTR_TID)
			s->tid = c.v;
		else if (c.kind == INSTR_PROCESS)
			s->thread_process = c;
		break;
	case INSTR_PROCESS:
		if (c.kind == INSTR_PID)
			s->pid = c.v;
		break;
	case INSTR_NARRATIVE:
		if (c.kind == INSTR_THREAD && s->waker.kind != INSTR_THREAD)
			s->waker = c;
		break;
	default:
		break;
	}
}

/* A tagged backtrace is stored as the backtrace that it is.  Values told by
 * what is in them may be of several kinds. */
static bool
is_same_kind(unsigned name, unsigned stored)
{
	if (name == INSTR_TAGGED || name == INSTR_KPERF)
		name = INSTR_BACKTRACE;
	return name == stored || stored == INSTR_SENTINEL ||
	       stored == INSTR_SKIP ||
	       (name == INSTR_OTHER &&
		   (stored == INSTR_NUMBER || stored == INSTR_REAL));
}

/* What a reference of that name stands for. */
static struct instr_cell
resolve(struct instr *t, unsigned name, uint64_t id)
{
	struct instr_cell c = look_up(t, id);

	if (is_same_kind(name, c.kind))
		return c;
	t->count.dangling++;
	return (struct instr_cell){ INSTR_SENTINEL, 0 };
}

/* An element that stands for an earlier one.  Cells are looked up when the row
 * ends: until then the entry, which is seldom at hand, is on its way. */
static void
start_ref(struct instr *t, enum instr_kind k, const xmlChar **a)
{
	uint64_t id = read_id(a[3], a[4]);
	unsigned parent = t->open[t->depth - 1].kind;

	t->open[t->depth].kind = INSTR_UNSEEN;
	if (parent != INSTR_ROW) {
		give(t, parent, resolve(t, k, id));
		return;
	}
	if (id < t->ids)
		__builtin_prefetch(&t->value[id]);
	give(
	    t, parent, (struct instr_cell){ (uint8_t)(k | INSTR_PENDING), id });
}

static void
resolve_row(struct instr *t)
{
	for (size_t i = 0; i < t->cells && i < INSTR_COLUMNS; i++) {
		struct instr_cell *c = &t->cell[i];

		if (c->kind & INSTR_PENDING)
			*c = resolve(
			    t, c->kind & (unsigned)~INSTR_PENDING, c->v);
	}
}

/* An attribute's text.  libxml2 does not expand entities here, and hands out
 * each '&' as a reference, whatever it was written as. */
static struct ws_sv
plain(struct instr *t, const xmlChar *from, const xmlChar *to)
{
	static const char amp[] = "&#38;";
	struct ws_sv s = instr_sv(from, to);
	struct instr_buf *b = &t->s.plain;
	size_t at;

	if (s.n == 0 || memchr(s.p, '&', s.n) == NULL)
		return s;
	b->n = 0;
	for (at = ws_sv_find(s, amp); at < s.n; at = ws_sv_find(s, amp)) {
		instr_buf_put(b, s.p, at + 1);
		s = ws_sv_from(s, at + sizeof(amp) - 1);
	}
	instr_buf_put(b, s.p, s.n);
	return instr_buf_sv(b);
}

static uint64_t
hex(struct ws_sv s)
{
	uint64_t v = 0;

	if (!ws_sv_starts(s, "0x") || s.n > 18)
		return 0;
	for (size_t i = 2; i < s.n; i++) {
		char c = s.p[i];

		if (c >= '0' && c <= '9')
			v = v << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (uint64_t)(c - 'a' + 10);
		else
			return 0;
	}
	return v;
}

static void
start_frame(struct instr *t, int n, const xmlChar **a)
{
	struct ws_frame *f = &t->s.frame;
	uint64_t limit = ws_source_limits(t->src)->string;
	struct ws_sv name = { "", 0 };

	*f = (struct ws_frame){ 0 };
	for (int i = 0; i < n; i++, a += 5) {
		struct ws_sv v = instr_sv(a[3], a[4]);

		if (a[0] == t->a_name)
			name = plain(t, a[3], a[4]);
		else if (a[0] == t->a_addr)
			f->addr = hex(v);
	}
	if (name.n > limit)
		name.n = (size_t)limit;
	/* The address is one behind where the thread was or will return to,
	 * in the leaf as well.  A function that has a name needs none. */
	if (name.n > 0 && !ws_sv_starts(name, "0x")) {
		f->func = ws_dict_str(t->sink->dict, name);
		f->addr = 0;
	} else if (f->addr > 0) {
		f->addr--;
	}
}

static void
start_binary(struct instr *t, int n, const xmlChar **a)
{
	struct ws_sv name = { "", 0 };

	for (int i = 0; i < n; i++, a += 5)
		if (a[0] == t->a_path || (a[0] == t->a_name && name.n == 0))
			if (a[4] > a[3])
				name = plain(t, a[3], a[4]);
	t->s.number = ws_dict_str(t->sink->dict, name);
}

static void
start_source(struct instr *t, int n, const xmlChar **a)
{
	uint64_t line;

	for (int i = 0; i < n; i++, a += 5)
		if (a[0] == t->a_line &&
		    ws_num_u64(instr_sv(a[3], a[4]), 0, UINT32_MAX, &line))
			t->s.frame.line = (uint32_t)line;
}

static void
take_fmt(struct instr *t, struct instr_buf *to, int n, const xmlChar **a)
{
	to->n = 0;
	for (int i = 0; i < n; i++, a += 5)
		if (a[0] == t->a_fmt) {
			struct ws_sv v = plain(t, a[3], a[4]);

			instr_buf_put(to, v.p, v.n);
		}
}

static void
start_scalar(struct instr *t)
{
	t->wants_text = true;
	t->s.number = 0;
	t->s.digits = t->s.other = t->s.ended = false;
	t->s.text.n = 0;
}

/* An element of a row that is no reference. */
static void
start_cell(struct instr *t, enum instr_kind k, int n, const xmlChar **a)
{
	struct instr_scratch *s = &t->s;

	switch (k) {
	case INSTR_FRAME:
		start_frame(t, n, a);
		break;
	case INSTR_BINARY:
		start_binary(t, n, a);
		break;
	case INSTR_SOURCE:
		start_source(t, n, a);
		break;
	case INSTR_TAGGED:
	case INSTR_KPERF:
	case INSTR_BACKTRACE:
		s->n_stack = 0;
		s->from_addresses = s->has_inner = false;
		s->pc = 0;
		break;
	case INSTR_THREAD:
		take_fmt(t, &s->thread_fmt, n, a);
		s->tid = 0;
		s->thread_process = (struct instr_cell){ INSTR_SENTINEL, 0 };
		break;
	case INSTR_PROCESS:
		take_fmt(t, &s->process_fmt, n, a);
		s->pid = 0;
		break;
	case INSTR_NARRATIVE:
		s->waker = (struct instr_cell){ INSTR_SENTINEL, 0 };
		break;
	case INSTR_TEXT:
	case INSTR_SYSCALL:
		take_fmt(t, &s->fmt, n, a);
		start_scalar(t);
		break;
	case INSTR_ADDRESSES:
		s->n_addresses = 0;
		start_scalar(t);
		break;
	case INSTR_SKIP:
	case INSTR_SENTINEL:
		break;
	default:
		start_scalar(t);
		break;
	}
}

static void
start_outside(struct instr *t, enum instr_kind k, int n, const xmlChar **a)
{
	if (k == INSTR_NODE) {
		instr_table_begin(t);
	} else if (k == INSTR_SCHEMA) {
		for (int i = 0; i < n; i++, a += 5)
			if (a[0] == t->a_name)
				instr_table_schema(t, instr_sv(a[3], a[4]));
	} else if (k == INSTR_COL) {
		t->table.mnemonic[0] = t->table.type[0] = '\0';
	} else if (k == INSTR_MNEMONIC || k == INSTR_TYPE) {
		start_scalar(t);
	} else if (k == INSTR_ROW && t->depth > 0) {
		t->in_row = true;
		t->cells = 0;
		if (n > 0 && t->table.row == NULL)
			instr_detail(t, n, a);
	}
}

static uint64_t
id_of(const struct instr *t, int n, const xmlChar **a)
{
	for (int i = 0; i < n; i++, a += 5)
		if (a[0] == t->a_id)
			return read_id(a[3], a[4]);
	return INSTR_NO_ID;
}

void
instr_start(struct instr *t, enum instr_kind k, int n, const xmlChar **a)
{
	struct instr_open *o = &t->open[t->depth];

	t->wants_text = false;
	if (t->in_row && n == 1 && a[0] == t->a_ref) {
		start_ref(t, k, a);
	} else {
		o->kind = (uint8_t)k;
		o->id = id_of(t, n, a);
		if (t->in_row)
			start_cell(t, k, n, a);
		else
			start_outside(t, k, n, a);
	}
	t->depth++;
}

static void
on_start(void *ctx, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int n_ns, const xmlChar **ns, int n, int n_default,
    const xmlChar **a)
{
	struct instr *t = ctx;
	enum instr_kind k;

	(void)prefix, (void)uri, (void)n_ns, (void)ns, (void)n_default;
	t->wants_text = false;
	if (n > ATTRIBUTES_MAX) {
		give_up(t, WS_LIMIT, "an element of more than 256 attributes");
		n = 0;
	}
	if (t->depth >= INSTR_NESTING) {
		if (++t->depth > DEPTH_MAX)
			give_up(
			    t, WS_LIMIT, "elements are nested deeper than 256");
		return;
	}
	k = instr_known_kind(t, name);
	if (t->depth == 0 && k == INSTR_TOC)
		instr_toc_begin(t);
	if (t->in_toc) {
		instr_toc_element(t, ws_sv_of((const char *)name), n, a);
		t->depth++;
	} else {
		instr_start(t, k, n, a);
	}
}

static void
keep_name(char *to, size_t size, struct ws_sv v)
{
	size_t n = v.n < size ? v.n : 0;

	memcpy(to, v.p, n);
	to[n] = '\0';
}

static void
end_outside(struct instr *t, unsigned kind)
{
	struct ws_sv text = ws_sv_trim(instr_buf_sv(&t->s.text));

	if (kind == INSTR_MNEMONIC)
		keep_name(t->table.mnemonic, sizeof(t->table.mnemonic), text);
	else if (kind == INSTR_TYPE)
		keep_name(t->table.type, sizeof(t->table.type), text);
	else if (kind == INSTR_COL)
		instr_table_column(t);
}

static void
end_row(struct instr *t)
{
	t->in_row = false;
	resolve_row(t);
	instr_row(t);
}

void
instr_end(struct instr *t)
{
	struct instr_open o = t->open[--t->depth];
	struct instr_cell c;

	t->wants_text = false;
	if (!t->in_row) {
		end_outside(t, o.kind);
	} else if (o.kind == INSTR_ROW) {
		end_row(t);
	} else if (o.kind != INSTR_UNSEEN) {
		c = instr_end_cell(t, o.kind);
		if (o.id != INSTR_NO_ID)
			define(t, o.id, c);
		if (o.kind != INSTR_SOURCE)
			give(t, t->open[t->depth - 1].kind, c);
	}
}

static void
on_end(
    void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct instr *t = ctx;
	const xmlParserInput *in = t->ctxt->input;

	(void)prefix, (void)uri;
	t->tag_end = in->consumed + (uint64_t)(in->cur - in->base);
	if (t->depth > INSTR_NESTING) {
		t->depth--;
		t->wants_text = false;
	} else if (t->in_toc) {
		t->depth--;
		instr_toc_end(t, ws_sv_of((const char *)name));
	} else {
		instr_end(t);
	}
	if (t->depth == 0) {
		t->root_ended = true;
		xmlStopParser(t->ctxt);
	}
}

/* Nearly always the whole text, in digits that cannot overflow. */
static bool
take_short(struct instr_scratch *s, const xmlChar *p, int n)
{
	uint64_t v = 0;

	if (s->digits || s->other || n < 1 || n > 18)
		return false;
	for (const xmlChar *end = p + n; p < end; p++) {
		unsigned d = (unsigned)*p - '0';

		if (d > 9)
			return false;
		v = v * 10 + d;
	}
	s->number = v;
	s->digits = true;
	return true;
}

static void
take_digits(struct instr *t, const xmlChar *p, int n)
{
	struct instr_scratch *s = &t->s;
	unsigned d;

	for (; n > 0; n--, p++) {
		d = (unsigned)*p - '0';
		if (d > 9) {
			s->other |= *p > ' ';
			s->ended = s->digits;
			continue;
		}
		s->other |= s->ended || s->number > (UINT64_MAX - d) / 10;
		s->number = s->number * 10 + d;
		s->digits = true;
	}
}

static void
take_addresses(struct instr *t, const xmlChar *p, int n)
{
	for (; n > 0; n--, p++) {
		if (*p >= '0' && *p <= '9')
			take_digits(t, p, 1);
		else
			instr_end_address(t);
	}
}

void
instr_text(struct instr *t, const xmlChar *p, int n)
{
	if (!t->wants_text)
		return;
	switch (t->open[t->depth - 1].kind) {
	case INSTR_TEXT:
	case INSTR_SYSCALL:
	case INSTR_PATH:
	case INSTR_OTHER:
	case INSTR_MNEMONIC:
	case INSTR_TYPE:
		instr_buf_put(&t->s.text, p, (size_t)n);
		break;
	case INSTR_ADDRESSES:
		take_addresses(t, p, n);
		break;
	default:
		if (!take_short(&t->s, p, n))
			take_digits(t, p, n);
		break;
	}
}

static void
on_text(void *ctx, const xmlChar *p, int n)
{
	struct instr *t = ctx;

	if (t->in_toc && t->toc.wants_text)
		instr_buf_put(&t->toc.text, p, (size_t)n);
	instr_text(t, p, n);
}

static void
on_doctype(void *ctx, const xmlChar *name, const xmlChar *external,
    const xmlChar *system)
{
	(void)name, (void)external, (void)system;
	give_up(ctx, WS_CORRUPT, "a DOCTYPE, which no export has");
}

/* All that is said about errors is read from the context afterwards. */
static void
on_error(void *ctx, xmlErrorPtr error)
{
	(void)ctx, (void)error;
}

static const xmlChar *
intern(struct instr *t, const char *name)
{
	return xmlDictLookup(t->ctxt->dict, (const xmlChar *)name, -1);
}

void
instr_xml_begin(struct instr *t)
{
	xmlSAXHandler sax = { .initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		/* The same: whether blanks matter is not looked into. */
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.internalSubset = on_doctype,
		.serror = on_error };

	t->ctxt = xmlCreatePushParserCtxt(&sax, t, NULL, 0, NULL);
	if (t->ctxt == NULL)
		ws_out_of_memory(sizeof(*t->ctxt));
	xmlCtxtUseOptions(t->ctxt, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
	t->a_id = intern(t, "id");
	t->a_ref = intern(t, "ref");
	t->a_fmt = intern(t, "fmt");
	t->a_name = intern(t, "name");
	t->a_addr = intern(t, "addr");
	t->a_line = intern(t, "line");
	t->a_path = intern(t, "path");
	memset(t->cache, 0, sizeof(t->cache));
	t->cached = t->depth = 0;
	t->ids = t->n_far = t->defined = 0;
	t->fed = t->tag_end = 0;
	instr_scan_begin(t->scan);
	t->in_toc = t->in_row = t->wants_text = t->root_ended = false;
	instr_table_begin(t);
}

void
instr_xml_fini(struct instr *t)
{
	free(t->scan);
	free(t->value);
	free(t->far);
	free(t->s.stack);
	free(t->s.addresses);
}
