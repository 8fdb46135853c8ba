/* ELF files, kallsyms, maps of JITs, and the names they give. */
#include <elf.h>

#include "../parsers/elf_parts.h"
#include "base/mem.h"
#include "model/symtab.h"
#include "parse_mem.h"
#include "symbols/resolve.h"
#include "tap.h"

extern const struct ws_parser ws_parser_elf, ws_parser_kallsyms,
    ws_parser_perf_map, ws_parser_perf_data;

/* Parses a file of testdata into the dictionary of a bundle. */
struct bundle {
	struct ws_dict *dict;
	struct ws_arena *arena;
	struct ws_sink *sink;
	enum ws_status status;
};

static void
bundle_init(struct bundle *b)
{
	b->dict = ws_dict_new();
	b->arena = ws_arena_new();
	b->sink = ws_sink_new_null(b->dict);
	b->status = WS_OK;
}

static void
bundle_fini(struct bundle *b)
{
	ws_sink_free(b->sink);
	ws_arena_free(b->arena);
	ws_dict_free(b->dict);
}

static void
add_bytes(struct bundle *b, const struct ws_parser *parser, const char *name,
    const void *p, size_t n)
{
	struct ws_limits limits;
	struct ws_budget budget = { .limits = &limits };
	struct ws_err err = { .off = 0 };
	struct ws_stream *stream;
	struct ws_source *src;

	ws_limits_init(&limits);
	stream = ws_stream_new_mem(&budget, p, n);
	src = ws_source_new(stream, ws_sv_of(name), b->arena);
	b->status = parser->parse(src, b->sink, &err);
	ws_source_free(src);
	ws_stream_free(stream);
}

static void
add(struct bundle *b, const struct ws_parser *parser, const char *name,
    const char *path)
{
	size_t n;
	char *p = read_testdata(path, &n);

	add_bytes(b, parser, name, p == NULL ? "" : p, n);
	free(p);
}

/* The name of an address, or "". */
static const char *
name_of(struct bundle *b, const char *mapping, uint64_t addr)
{
	struct ws_frame f = { .mapping = ws_dict_cstr(b->dict, mapping),
		.addr = addr };
	ws_id frame = ws_dict_frame(b->dict, &f), stack, func;
	struct ws_resolver *r;
	const ws_id *v;

	stack = ws_dict_stack(b->dict, &frame, 1);
	r = ws_resolver_new(b->dict);
	stack = ws_resolver_stack(r, stack);
	ws_dict_get_stack(b->dict, stack, &v);
	func = ws_dict_get_frame(b->dict, v[0])->func;
	ws_resolver_free(r);
	return ws_dict_text(b->dict, func).p;
}

static enum ws_refusal
refusal(struct bundle *b, const char *mapping, uint64_t addr)
{
	struct ws_frame f = { .mapping = ws_dict_cstr(b->dict, mapping),
		.addr = addr };
	ws_id frame = ws_dict_frame(b->dict, &f), stack, which;
	enum ws_refusal why = WS_REFUSED_NOT;
	struct ws_resolver *r;

	stack = ws_dict_stack(b->dict, &frame, 1);
	r = ws_resolver_new(b->dict);
	ws_resolver_stack(r, stack);
	ws_resolver_mapping(r, 0, &which, &why);
	ws_resolver_free(r);
	return why;
}

static void
told_build(struct bundle *b, const char *mapping, const char *hex)
{
	struct ws_mapped m = { .mapping = ws_dict_cstr(b->dict, mapping) };

	ws_build_id_parse(&m.build_id, ws_sv_of(hex));
	ws_symtab_map(ws_dict_symtab(b->dict), &m);
}

static const char spin[] = "/srv/spin/spin",
		  right[] = "c1eacea510dd3ce8a77fb0a9b47ec90d4f8acc19",
		  wrong[] = "00eacea510dd3ce8a77fb0a9b47ec90d4f8acc19";

static void
test_programs(void)
{
	struct bundle b;

	bundle_init(&b);
	add(&b, &ws_parser_elf, "bin/other", "elf/program/input.elf");
	told_build(&b, spin, right);
	ok(b.status == WS_OK, "an ELF file");
	is_str(name_of(&b, spin, 0x11da), "leaf", "a name by build id");
	is_str(name_of(&b, spin, 0x11da + 0x100000), "", "not in the file");
	bundle_fini(&b);

	bundle_init(&b);
	add(&b, &ws_parser_elf, "x/spin", "elf/program/input.elf");
	is_str(name_of(&b, spin, 0x11da), "leaf", "a name by path");
	told_build(&b, spin, wrong);
	is_str(name_of(&b, spin, 0x11db), "", "another build has no say");
	ok(refusal(&b, spin, 0x11dc) == WS_REFUSED_BUILD_ID, "which is told");
	bundle_fini(&b);

	bundle_init(&b);
	add(&b, &ws_parser_elf, "a/spin", "elf/program/input.elf");
	add(&b, &ws_parser_elf, "b/spin", "elf/stripped/input.elf");
	is_str(name_of(&b, spin, 0x11da), "", "two files of the name");
	ok(refusal(&b, spin, 0x11dc) == WS_REFUSED_UNSURE, "are not sure");
	bundle_fini(&b);
}

static void
test_stripped(void)
{
	struct bundle b;

	bundle_init(&b);
	add(&b, &ws_parser_elf, "spin", "elf/stripped/input.elf");
	told_build(&b, spin, right);
	is_str(name_of(&b, spin, 0x11da), "", "without symbols, no name");
	add(&b, &ws_parser_elf, "usr/lib/debug/c1.debug",
	    "elf/debug/input.elf");
	is_str(name_of(&b, spin, 0x11db), "leaf", "what was stripped off");
	bundle_fini(&b);

	bundle_init(&b);
	add(&b, &ws_parser_elf, "d.debug", "elf/debug/input.elf");
	told_build(&b, spin, right);
	is_str(name_of(&b, spin, 0x11da), "",
	    "that alone does not know where the code was in the file");
	bundle_fini(&b);

	bundle_init(&b);
	add(&b, &ws_parser_elf, "spin", "elf/minidebug/input.elf");
	told_build(&b, spin, right);
	is_str(name_of(&b, spin, 0x11da), "leaf", "MiniDebugInfo");
	bundle_fini(&b);
}

/* objdump and perf name these so.  What was stripped off has _init without a
 * size before them, and no relocations. */
static void
test_plt(void)
{
	struct bundle b;

	bundle_init(&b);
	add(&b, &ws_parser_elf, "spin", "elf/program/input.elf");
	told_build(&b, spin, right);
	is_str(name_of(&b, spin, 0x1018), "_init", "before the entries");
	is_str(name_of(&b, spin, 0x1021), ".plt", "the first entry");
	is_str(name_of(&b, spin, 0x1030), "free@plt", "an entry");
	is_str(name_of(&b, spin, 0x10bf), "pthread_mutex_lock@plt",
	    "the last entry");
	is_str(name_of(&b, spin, 0x10c0), "", "behind the entries");
	bundle_fini(&b);

	bundle_init(&b);
	add(&b, &ws_parser_elf, "spin", "elf/stripped/input.elf");
	told_build(&b, spin, right);
	is_str(name_of(&b, spin, 0x108c), "malloc@plt",
	    "an entry of a stripped program");
	add(&b, &ws_parser_elf, "usr/lib/debug/c1.debug",
	    "elf/debug/input.elf");
	is_str(name_of(&b, spin, 0x1018), "_init", "of what was stripped off");
	is_str(name_of(&b, spin, 0x108d), "malloc@plt",
	    "which does not hide the entry");
	bundle_fini(&b);
}

/* Two relocations of 32-bit ARM, big-endian: for symbols 3 and 5. */
static void
test_plt_of_arm(void)
{
	static const char rel[] = "\0\0\1\0\0\0\3\x16\0\0\1\4\0\0\5\x16";
	struct elf_plt t = { .relocs = { { rel, 16 }, 0, true, false },
		.addr = 0x8000,
		.size = 20 + 12 };
	uint64_t addr = 0;
	uint32_t symbol = 0;

	elf_plt_shape(&t, EM_ARM, 4);
	ok(elf_plt_entry(&t, 0, &addr, &symbol) && addr == 0x8014 &&
		symbol == 3,
	    "an entry of ARM");
	ok(!elf_plt_entry(&t, 1, &addr, &symbol),
	    "none where the section has ended");
	t.size = 20 + 2 * 12;
	ok(elf_plt_entry(&t, 1, &addr, &symbol) && addr == 0x8020 &&
		symbol == 5,
	    "the next");
	ok(!elf_plt_entry(&t, 2, &addr, &symbol), "none without a relocation");
	elf_plt_shape(&t, EM_S390, 32);
	ok(t.header == 32 && t.entry == 32, "sizes as the section tells");
	elf_plt_shape(&t, EM_S390, 0);
	ok(!elf_plt_entry(&t, 0, &addr, &symbol), "none of no size");
}

/* A return address that is the first byte of the next function belongs to
 * the one before. */
static void
test_callers(void)
{
	struct ws_frame f = { .func = 0 };
	struct ws_symbols *s;
	struct ws_resolver *r;
	struct bundle b;
	ws_id v[2], stack;
	const ws_id *out;

	bundle_init(&b);
	s = ws_symtab_add(
	    ws_dict_symtab(b.dict), WS_SV("prog"), WS_SYMBOLS_ELF);
	ws_symbols_load(s, (struct ws_load){ 0, 0x1000, 0x400000 });
	ws_symbols_put(s, 0x400100, 0x100, WS_SV("first"));
	ws_symbols_put(s, 0x400200, 0x100, WS_SV("second"));
	ws_symbols_finish(s);
	f.mapping = ws_dict_cstr(b.dict, "/bin/prog");
	f.addr = 0x200;
	v[0] = v[1] = ws_dict_frame(b.dict, &f);
	stack = ws_dict_stack(b.dict, v, 2);
	r = ws_resolver_new(b.dict);
	ws_dict_get_stack(b.dict, ws_resolver_stack(r, stack), &out);
	is_str(ws_dict_text(b.dict, ws_dict_get_frame(b.dict, out[0])->func).p,
	    "second", "the innermost function is where it was");
	is_str(ws_dict_text(b.dict, ws_dict_get_frame(b.dict, out[1])->func).p,
	    "first", "a caller is where the call was");
	ws_resolver_free(r);
	bundle_fini(&b);
}

/* A program of one function with `depth` calls in one another at 0x10. */
static void
add_inlined(struct bundle *b, unsigned depth)
{
	struct ws_symbols *s = ws_symtab_add(
	    ws_dict_symtab(b->dict), WS_SV("prog"), WS_SYMBOLS_PCLNTAB);
	uint32_t call = 0, name;

	ws_symbols_load(s, (struct ws_load){ 0, 0x1000, 0x400000 });
	s->lo = 0x400000;
	s->hi = 0x400100;
	ws_symbols_put(s, s->lo, 0x100, WS_SV("main.outer"));
	for (unsigned i = 0; i < depth; i++) {
		char text[] = { 'a', (char)('0' + i % 64), '\0' };

		ws_symbols_text(s, ws_sv_of(text), &name);
		call = ws_inlines_call(
		    &s->inlines, (struct ws_call){ name, call });
	}
	ws_inlines_put(&s->inlines, 0x10, call);
	ws_inlines_put(&s->inlines, 0x20, 0);
	ws_symbols_finish(s);
}

static void
put_frame(struct ws_buf *b, const struct ws_dict *d, ws_id id)
{
	const struct ws_frame *f = ws_dict_get_frame(d, id);

	ws_buf_putsv(b, ws_dict_text(d, f->func));
	ws_buf_puts(b, f->inlined ? "<" : ";");
}

/* What is inlined at an address are frames; a caller's are those of the call
 * and not of what comes behind it. */
static void
test_inlined(void)
{
	struct ws_frame f = { .func = 0 };
	struct ws_buf text = { 0 };
	struct ws_resolver *r;
	struct bundle b;
	ws_id v[3];
	const ws_id *out;
	size_t n;

	bundle_init(&b);
	add_inlined(&b, 2);
	f.mapping = ws_dict_cstr(b.dict, "/bin/prog");
	f.addr = 0x20;
	v[0] = v[1] = ws_dict_frame(b.dict, &f);
	f.addr = 0x10;
	v[2] = ws_dict_frame(b.dict, &f);
	v[0] = ws_dict_stack(b.dict, v, 3);
	r = ws_resolver_new(b.dict);
	n = ws_dict_get_stack(b.dict, ws_resolver_stack(r, v[0]), &out);
	for (size_t i = 0; i < n; i++)
		put_frame(&text, b.dict, out[i]);
	is_str(text.p, "main.outer;a1<a0<main.outer;main.outer;",
	    "inlined functions are frames");
	ws_buf_fini(&text);
	ws_resolver_free(r);
	bundle_fini(&b);
}

/* Addresses of callers that are not behind a call. */
static void
test_exact(void)
{
	struct ws_frame f = { .func = 0 };
	struct ws_symbols *s;
	struct ws_resolver *r;
	struct bundle b;
	ws_id v[3], stack[2], is[3];
	const ws_id *out;

	bundle_init(&b);
	s = ws_symtab_add(
	    ws_dict_symtab(b.dict), WS_SV("prog"), WS_SYMBOLS_ELF);
	ws_symbols_load(s, (struct ws_load){ 0, 0x1000, 0x400000 });
	ws_symbols_put(s, 0x400100, 0x100, WS_SV("first"));
	ws_symbols_put(s, 0x400200, 0x100, WS_SV("second"));
	ws_symbols_put(s, 0x400300, 0x100, WS_SV("runtime.asyncPreempt.abi0"));
	ws_symbols_finish(s);
	f.mapping = ws_dict_cstr(b.dict, "/bin/prog");
	f.addr = 0x308;
	v[0] = ws_dict_frame(b.dict, &f);
	f.addr = 0x200;
	v[1] = v[2] = ws_dict_frame(b.dict, &f);
	stack[0] = ws_dict_stack(b.dict, v, 3);
	f.exact = true;
	v[0] = v[1] = v[2] = ws_dict_frame(b.dict, &f);
	stack[1] = ws_dict_stack(b.dict, v, 3);
	r = ws_resolver_new(b.dict);
	for (int i = 0; i < 2; i++) {
		ws_dict_get_stack(b.dict, ws_resolver_stack(r, stack[i]), &out);
		for (int k = 0; k < 3; k++)
			is[k] = ws_dict_get_frame(b.dict, out[k])->func;
		is_str(ws_dict_text(b.dict, is[1]).p, "second",
		    i == 0 ? "a function goes on behind a signal"
			   : "an exact address");
		is_str(ws_dict_text(b.dict, is[2]).p,
		    i == 0 ? "first" : "second", "  and its caller");
	}
	ws_resolver_free(r);
	bundle_fini(&b);
}

/* What one artifact calls the call, another knows what comes behind. */
static void
test_lent_calls(void)
{
	struct ws_frame f = { .addr = 0x77 };
	struct ws_resolver *r;
	struct bundle b;
	ws_id v[2], stack;
	const ws_id *out;

	bundle_init(&b);
	f.mapping = ws_dict_cstr(b.dict, "/bin/x");
	f.func = ws_dict_cstr(b.dict, "lent");
	ws_dict_frame(b.dict, &f);
	f.func = 0;
	f.addr = 0x78;
	v[0] = v[1] = ws_dict_frame(b.dict, &f);
	stack = ws_dict_stack(b.dict, v, 2);
	r = ws_resolver_new(b.dict);
	ws_dict_get_stack(b.dict, ws_resolver_stack(r, stack), &out);
	ok(ws_dict_get_frame(b.dict, out[0])->func == 0 &&
		ws_dict_get_frame(b.dict, out[1])->func ==
		    ws_dict_cstr(b.dict, "lent"),
	    "a name that is lent for a call is that of the caller");
	ws_resolver_free(r);
	bundle_fini(&b);
}

/* Stripped programs of Go, from the file to the frames of a caller. */
static void
test_go_programs(void)
{
	static const char *const paths[] = { "elf/go/input.elf",
		"elf/go-pie/input.elf" };
	struct ws_frame f = { .addr = 0x120 }; /* 0x1020 in memory */
	struct ws_resolver *r;
	const ws_id *out;
	struct bundle b;
	ws_id v[2];
	size_t n;

	for (size_t i = 0; i < WS_LEN(paths); i++) {
		struct ws_buf text = { 0 };

		bundle_init(&b);
		add(&b, &ws_parser_elf, "bin/svc", paths[i]);
		f.mapping = ws_dict_cstr(b.dict, "/srv/svc");
		v[0] = v[1] = ws_dict_frame(b.dict, &f);
		v[0] = ws_dict_stack(b.dict, v, 2);
		r = ws_resolver_new(b.dict);
		n = ws_dict_get_stack(b.dict, ws_resolver_stack(r, v[0]), &out);
		for (size_t k = 0; k < n; k++)
			put_frame(&text, b.dict, out[k]);
		is_str(text.p,
		    "main.mid<main.work;main.leaf<main.mid<main.work;",
		    paths[i]);
		ws_buf_fini(&text);
		ws_resolver_free(r);
		bundle_fini(&b);
	}
}

/* Recordings whose every frame is many. */
static void
test_inlined_many(void)
{
	enum { STACKS = 80, DEPTH = 4000 };

	static ws_id v[DEPTH];
	struct ws_frame f = { .addr = 0x11 };
	struct ws_resolver *r;
	struct bundle b;
	size_t most = 0, all = 0, n;
	const ws_id *out;

	bundle_init(&b);
	add_inlined(&b, 200);
	f.mapping = ws_dict_cstr(b.dict, "/bin/prog");
	for (size_t i = 0; i < DEPTH; i++)
		v[i] = ws_dict_frame(b.dict, &f);
	for (size_t i = 0; i < STACKS; i++)
		ws_dict_stack(b.dict, v, DEPTH - i);
	r = ws_resolver_new(b.dict);
	for (ws_id i = 1; i <= STACKS; i++) {
		n = ws_dict_get_stack(b.dict, ws_resolver_stack(r, i), &out);
		all += n;
		most = n > most ? n : most;
	}
	ok(most > 60 * (size_t)DEPTH && most <= 65 * (size_t)DEPTH,
	    "a frame is 65 at most");
	ok(all > 4 << 20 && all < (4 << 20) + 5 * STACKS * DEPTH,
	    "all are bounded by what there was: %zu", all);
	ws_resolver_free(r);
	bundle_fini(&b);
}

static void
test_kernel(void)
{
	struct ws_mapped m = { .is_kernel = true,
		.reference = 0xffffffff81000000 };
	static const char kernel[] = "[kernel.kallsyms]";
	struct bundle b;

	bundle_init(&b);
	add(&b, &ws_parser_kallsyms, "kallsyms", "kallsyms/small/input.txt");
	is_str(name_of(&b, kernel, 0xffffffff81000120), "",
	    "kallsyms of an unknown boot");
	m.mapping = ws_dict_cstr(b.dict, kernel);
	m.symbol = ws_dict_cstr(b.dict, "_text");
	ws_symtab_map(ws_dict_symtab(b.dict), &m);
	is_str(name_of(&b, kernel, 0xffffffff81000121), "schedule",
	    "kallsyms of the same boot");
	is_str(name_of(&b, "[ext4]", 0xffffffffc0001010), "ext4_file_read_iter",
	    "a module");
	bundle_fini(&b);

	bundle_init(&b);
	add(&b, &ws_parser_kallsyms,
	    "[kernel.kallsyms]/c1eacea510dd3ce8a77fb0a9b47ec90d4f8acc19/"
	    "kallsyms",
	    "kallsyms/small/input.txt");
	m.mapping = ws_dict_cstr(b.dict, kernel);
	m.symbol = ws_dict_cstr(b.dict, "_text");
	m.reference += 0x2000000;
	ws_symtab_map(ws_dict_symtab(b.dict), &m);
	is_str(name_of(&b, kernel, 0xffffffff83000120), "",
	    "of another boot, by chance at another place");
	told_build(&b, kernel, right);
	is_str(name_of(&b, kernel, 0xffffffff83000121), "schedule",
	    "of the same kernel elsewhere");
	bundle_fini(&b);
}

static void
test_others(void)
{
	static const char jit[] = "7f0000001000 20 old code\n"
				  "7f0000001000 40 Lfoo;::bar (x)\n";
	struct ws_frame f = { .addr = 0x77 };
	struct bundle b;

	bundle_init(&b);
	add_bytes(
	    &b, &ws_parser_perf_map, "tmp/perf-12.map", jit, sizeof(jit) - 1);
	is_str(name_of(&b, "/tmp/perf-12.map", 0x7f0000001030),
	    "Lfoo;::bar (x)", "code made at run time, the later line");
	is_str(name_of(&b, "/tmp/perf-13.map", 0x7f0000001030), "",
	    "of another process");
	f.mapping = ws_dict_cstr(b.dict, "/bin/x");
	f.func = ws_dict_cstr(b.dict, "lent");
	ws_dict_frame(b.dict, &f);
	is_str(name_of(&b, "/bin/x", 0x77), "lent",
	    "another artifact shows the address with a name");
	bundle_fini(&b);
}

static void
test_cuts(const char *path)
{
	size_t n, done = 0;
	char *p = read_testdata(path, &n);
	struct parsed r;

	for (size_t i = 0; p != NULL && i < n; i += 13, done++) {
		parse_mem(&r, &ws_parser_elf, "cut", p, i);
		parsed_fini(&r);
	}
	ok(done > 100, "%s: %zu cuts", path, done);
	free(p);
}

/* A recording with its program gives functions. */
static void
test_recording(void)
{
	struct ws_resolver *r;
	unsigned named = 0, all;
	struct bundle b;

	bundle_init(&b);
	add(&b, &ws_parser_perf_data, "perf.data", "perf-data/file/input.data");
	add(&b, &ws_parser_elf, "spin", "elf/stripped/input.elf");
	add(&b, &ws_parser_elf, "spin.debug", "elf/debug/input.elf");
	r = ws_resolver_new(b.dict);
	all = (unsigned)ws_dict_stacks(b.dict);
	for (ws_id i = 1; i <= all; i++) {
		const ws_id *v;
		ws_id to = ws_resolver_stack(r, i);

		ws_dict_get_stack(b.dict, to, &v);
		named += ws_dict_get_frame(b.dict, v[0])->func != 0;
	}
	ok(all > 4 && named == all - 1, "%u of %u stacks end in the program",
	    named, all);
	ws_resolver_free(r);
	bundle_fini(&b);
}

int
main(void)
{
	test_programs();
	test_stripped();
	test_plt();
	test_plt_of_arm();
	test_callers();
	test_inlined();
	test_inlined_many();
	test_go_programs();
	test_exact();
	test_lent_calls();
	test_kernel();
	test_others();
	test_cuts("elf/program/input.elf");
	test_cuts("elf/minidebug/input.elf");
	test_cuts("elf/go-pie/input.elf");
	test_recording();
	return tap_done();
}
