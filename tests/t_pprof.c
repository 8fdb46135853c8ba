/* The pprof reader on profiles written here field by field. */
#include <stdlib.h>

#include "pprof_write.h"
#include "tap.h"

static void
test_plain(void)
{
	struct form f = { 0 };
	struct caught c = { 0 };
	const struct ws_frame *frame;

	catch_form(&c, &f);
	ok(is_whole(&c), "a plain profile is read in full");
	is_str(first_stack(&c), STACK LABELS, "stack, lines and labels");
	ok(c.bid == WS_BID_EXACT, "bid exact for one that is all in the head");
	is_str(c.version, "cpu", "version");
	is_str(c.detail, "5.00 s at 100 Hz", "detail");
	ok(c.ev[0].kind == WS_EV_COUNTER &&
		c.ev[0].name == WS_N_CAPTURE_DURATION && c.ev[0].value == 5e9 &&
		c.ev[0].track == WS_N_PPROF_CPU &&
		c.ev[0].t == 1700000000000000000,
	    "the duration first, on the wall clock, of the cpu series");
	ok(c.ev[1].name == WS_N_CAPTURE_PERIOD && c.ev[1].value == 1e7 &&
		c.ev[1].unit == WS_U_TIME,
	    "then the period");
	ok(ws_sv_is(ws_dict_text(c.sink.dict, c.ev[2].peer), "hello"),
	    "then the comment");
	frame = ws_dict_get_frame(c.sink.dict, 1);
	ok(frame && frame->addr == 0x2000 &&
		ws_sv_is(
		    ws_dict_text(c.sink.dict, frame->mapping), "/srv/app") &&
		ws_sv_is(ws_dict_text(c.sink.dict, frame->file), "main.go"),
	    "address, binary and file of a frame");
	caught_free(&c);
}

static void
test_forms(void)
{
	static const struct {
		const char *name;
		struct form form;
	} same[] = {
		{ "unpacked", { .packing = UNPACKED } },
		{ "mixed", { .packing = MIXED } },
		{ "string table first", { .strings_first = true } },
		{ "ids of 64 bits",
		    { .id = { 0, UINT64_MAX, 1ull << 63, 1ull << 32 } } },
		{ "ids that are not dense", { .id = { 0, 90000, 3, 800000 } } },
		{ "ids of two and of three bytes",
		    { .id = { 0, 16384, 8192, 5 } } },
		{ "ids that are dense but not in order",
		    { .id = { 0, 3, 9, 1 } } },
	};
	struct caught c = { 0 };
	size_t i;

	for (i = 0; i < WS_LEN(same); i++) {
		catch_form(&c, &same[i].form);
		ok(is_whole(&c), "%s: the same", same[i].name);
		caught_free(&c);
	}
}

static void
test_empty(void)
{
	struct form f = { .no_samples = true };
	struct caught c = { 0 };
	struct ws_buf b = { 0 };

	catch_form(&c, &f);
	ok(c.status == WS_OK && c.samples == 0 && c.faults == 0 &&
		c.count[WS_N_CAPTURE_DURATION] == 1,
	    "a profile without samples is sound and says its duration");
	caught_free(&c);
	PUT_RECORD(&b, 1, 1, 2);
	put_record(&b, 6, NULL, 0);
	ws_buf_puts(&b, "\x32\x09goroutine\x32\x05"
			"count");
	catch_bytes(&c, "x", ws_buf_sv(&b), 0);
	ok(c.status == WS_OK && c.n == 1 &&
		c.ev[0].name == WS_N_CAPTURE_PERIOD &&
		c.ev[0].track == WS_N_PPROF_GOROUTINE,
	    "the smallest valid profile: collected, nothing in it");
	caught_free(&c);
	ws_buf_fini(&b);
	catch_bytes(&c, "x", WS_SV(""), 0);
	ok(c.status == WS_CORRUPT && c.bid == WS_BID_NO, "no bytes: corrupt");
	caught_free(&c);
	f = (struct form){ .no_types = true };
	catch_form(&c, &f);
	ok(c.status == WS_CORRUPT && c.samples == 0,
	    "samples without types: corrupt");
	caught_free(&c);
}

/* The small profile and one more top-level field. */
static void
catch_more(struct caught *c, struct ws_buf *more)
{
	struct ws_buf b = { 0 };

	put_profile(&b, &(struct form){ 0 });
	ws_buf_put(&b, more->p, more->n);
	ws_buf_fini(more);
	*more = (struct ws_buf){ 0 };
	catch_bytes(c, "cpu.pb", ws_buf_sv(&b), 0);
	ws_buf_fini(&b);
}

static void
test_damage(void)
{
	struct caught c = { 0 };
	struct form f = { .no_function = true };
	struct ws_buf b = { 0 }, part = { 0 };

	catch_form(&c, &f);
	ok(c.status == WS_PARTIAL && c.faults == 1 && c.samples == 4,
	    "missing function: samples are kept");
	is_str(first_stack(&c), "?:30<main.work:20;main.main:10" LABELS,
	    "and the frame has no name");
	caught_free(&c);
	f = (struct form){ .bad_name = true };
	catch_form(&c, &f);
	ok(c.status == WS_PARTIAL && c.samples == 4 &&
		ws_dict_get_frame(c.sink.dict, 1)->func == 0 &&
		ws_dict_get_frame(c.sink.dict, 1)->addr == 0x2000,
	    "string index out of range: an offset in the file, no name");
	caught_free(&c);

	put_number(&part, 1, 77);
	put_array(&part, 2, (uint64_t[]){ 1, 10 }, 2, UNPACKED);
	put_part(&b, 2, &part);
	catch_more(&c, &b);
	ok(c.status == WS_PARTIAL && c.samples == 4 && c.lost == 1 &&
		c.faults == 1,
	    "missing location: that sample is lost");
	caught_free(&c);
	PUT_RECORD(&b, 2, 1, 5);
	catch_more(&c, &b);
	ok(c.status == WS_PARTIAL && c.samples == 4 && c.lost == 1,
	    "one value for two types: that sample is lost");
	is_str(c.fault, "samples with another number of values than types: 1",
	    "and the fault says so");
	caught_free(&c);
	PUT_RECORD(&b, 4, 1, 1, 0xdead);
	catch_more(&c, &b);
	ok(c.status == WS_PARTIAL && c.faults == 1 &&
		strcmp(first_stack(&c), STACK LABELS) == 0,
	    "duplicate location: the first one counts");
	caught_free(&c);
	PUT_RECORD(&b, 5, 0, S_LEAF);
	catch_more(&c, &b);
	ok(c.status == WS_PARTIAL && c.faults == 1, "id 0 is a fault");
	caught_free(&c);
	put_number(&part, 1, 500);
	put_number(&part, 2, 88);
	put_part(&b, 4, &part);
	catch_more(&c, &b);
	ok(c.status == WS_PARTIAL && c.faults == 1 && c.samples == 4,
	    "missing mapping is a fault");
	caught_free(&c);
	put_number(&b, 2, 1);
	catch_more(&c, &b);
	ok(c.status == WS_PARTIAL && c.faults == 1 && c.samples == 4,
	    "a number where a message belongs is a fault");
	caught_free(&c);
}

static void
test_wire(void)
{
	static const struct {
		const char *name;
		struct ws_sv bytes;
	} bad[] = {
		{ "a group", WS_SV("\x13\x60\x05\x60\x05\x60\x05\x14") },
		{ "wire type 6", WS_SV("\x16\x60\x05\x60\x05\x60\x05") },
		{ "field 0", WS_SV("\x00") },
		{ "a varint of 11 bytes",
		    WS_SV("\x60\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") },
		{ "a length past the end", WS_SV("\x3a\x05"
						 "ab") },
		{ "a length of 64 bits",
		    WS_SV("\x3a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") },
	};
	struct caught c = { 0 };
	struct ws_buf b = { 0 };
	size_t i;

	for (i = 0; i < WS_LEN(bad); i++) {
		ws_buf_putsv(&b, bad[i].bytes);
		catch_more(&c, &b);
		ok(c.status == WS_PARTIAL && c.samples == 4 &&
			c.ev[1].value == 1e7 &&
			strcmp(c.fault,
			    "no whole field from here on, behind 2 samples") ==
			    0,
		    "%s: what was before it counts", bad[i].name);
		caught_free(&c);
	}
	put_varint(&b, 99 << 3 | 1);
	ws_buf_put(&b, "12345678", 8);
	put_varint(&b, 98 << 3 | 5);
	ws_buf_put(&b, "1234", 4);
	catch_more(&c, &b);
	ok(is_whole(&c), "unknown fields are passed over");
	caught_free(&c);
}

static void
test_values(void)
{
	struct form f = { .value = -20000000 };
	struct caught c = { 0 };
	struct ws_buf b = { 0 }, part = { 0 };
	uint64_t i;

	catch_form(&c, &f);
	ok(c.status == WS_OK && c.sum[WS_N_PPROF_CPU] == -10e6,
	    "negative values are kept");
	caught_free(&c);
	for (i = 0; i < 2; i++) {
		put_number(&part, 1, 1);
		put_array(&part, 2, (uint64_t[]){ 0, i }, 2, PACKED);
		put_part(&b, 2, &part);
	}
	put_number(&b, 12, 5);
	catch_more(&c, &b);
	ok(c.sum[WS_N_PPROF_CPU] == CPU_SUM + 1 && c.samples == 5 &&
		c.status == WS_OK && c.lost == 0,
	    "zero values make no events");
	ok(c.ev[1].value == 5, "of a number that comes twice the last counts");
	caught_free(&c);
}

static void
test_concatenated(void)
{
	struct caught c = { 0 };
	struct form f[2] = { { 0 }, { .packing = UNPACKED } };
	struct ws_buf b = { 0 };
	int i;

	for (i = 0; i < 2; i++) {
		f[0].strings_first = f[1].strings_first = i == 1;
		put_profile(&b, &f[0]);
		put_profile(&b, &f[1]);
		put_profile(&b, &f[0]);
		catch_bytes(&c, "x", ws_buf_sv(&b), 0);
		ok(c.status == WS_PARTIAL && c.faults == 1 && c.samples == 12 &&
			c.lost == 0 && c.sum[WS_N_PPROF_CPU] == 3 * CPU_SUM &&
			c.count[WS_N_CAPTURE_DURATION] == 3 &&
			ws_dict_frames(c.sink.dict) == 3,
		    "three profiles in one file, strings %s",
		    i ? "first" : "last");
		caught_free(&c);
		b.n = 0;
	}
	ws_buf_fini(&b);
}

static void
test_truncation(void)
{
	struct ws_buf b = { 0 };
	struct caught c = { 0 };
	bool good = true;
	char *copy;
	size_t n;

	put_profile(&b, &(struct form){ 0 });
	for (n = 0; n < b.n && good; n++) {
		/* Of the exact size, so that a sanitizer sees a read past
		 * the end. */
		copy = ws_alloc(n);
		memcpy(copy, b.p, n);
		catch_bytes(&c, "x", (struct ws_sv){ copy, n }, 0);
		good = c.status <= WS_CORRUPT && c.status != WS_UNSUPPORTED &&
		       c.samples <= 4 && c.sum[WS_N_PPROF_CPU] <= CPU_SUM &&
		       (c.status == WS_OK) == (c.faults == 0 && n > 0);
		free(copy);
		caught_free(&c);
	}
	ok(good, "cut at each of %zu bytes, at %zu", b.n, n);
	b.n = 0;
	put_profile(&b, &(struct form){ .no_samples = true });
	ws_buf_puts(&b, "\x12\x20\x08\x01");
	catch_bytes(&c, "x", ws_buf_sv(&b), 0);
	ok(c.status == WS_PARTIAL && c.lost == 1 && c.samples == 0,
	    "a sample that is cut is one that is lost");
	caught_free(&c);
	ws_buf_fini(&b);
}

static void
test_flips(void)
{
	struct ws_buf b = { 0 };
	struct caught c = { 0 };
	bool good = true;
	size_t i;
	unsigned bit;

	put_profile(&b, &(struct form){ 0 });
	for (i = 0; i < b.n; i++)
		for (bit = 0; bit < 8; bit++) {
			b.p[i] = (char)(b.p[i] ^ 1 << bit);
			catch_bytes(&c, "x", ws_buf_sv(&b), 0);
			good &= c.status <= WS_CORRUPT && c.samples <= 4;
			b.p[i] = (char)(b.p[i] ^ 1 << bit);
			caught_free(&c);
		}
	ok(good, "each bit turned over: no crash, no more samples");
	ws_buf_fini(&b);
}

static void
test_depth(void)
{
	struct ws_buf b = { 0 }, part = { 0 };
	struct caught c = { 0 };
	const ws_id *frames;
	uint64_t places[100];
	size_t i;

	for (i = 0; i < WS_LEN(places); i++)
		places[i] = 1 + i % 2;
	put_profile(&b, &(struct form){ .no_samples = true });
	put_array(&part, 1, places, WS_LEN(places), PACKED);
	put_array(&part, 2, (uint64_t[]){ 1, 10 }, 2, PACKED);
	put_part(&b, 2, &part);
	catch_bytes(&c, "x", ws_buf_sv(&b), 0);
	ok(c.status == WS_OK &&
		ws_dict_get_stack(c.sink.dict, 1, &frames) == 150,
	    "a stack of 150 frames");
	caught_free(&c);
	catch_bytes(&c, "x", ws_buf_sv(&b), 11);
	ok(c.status == WS_PARTIAL && c.samples == 2 && c.lost == 0 &&
		ws_dict_get_stack(c.sink.dict, 1, &frames) == 11,
	    "cut at the limit of 11, and counted all the same");
	caught_free(&c);
	ws_buf_fini(&b);
}

/* A profile of the types given, with one sample whose leaf is `leaf`. */
static void
catch_kind(struct caught *c, const char *const type[4], const char *leaf,
    const char *name)
{
	struct ws_buf b = { 0 }, part = { 0 };
	uint64_t n = type[2] ? 2 : 1, i;

	PUT_RECORD(&b, 1, 1, 2);
	if (n == 2)
		PUT_RECORD(&b, 1, 3, 4);
	if (leaf) {
		put_number(&part, 1, 1);
		for (i = 0; i < n; i++)
			put_number(&part, 2, 7);
		PUT_RECORD(&part, 3, 6, 0, 64);
		put_part(&b, 2, &part);
		put_number(&part, 1, 1);
		PUT_RECORD(&part, 4, 1);
		put_part(&b, 4, &part);
		PUT_RECORD(&b, 5, 1, 5);
	}
	put_part(&b, 6, &part);
	for (i = 0; i < 6; i++) {
		ws_buf_puts(&part, i == 4    ? leaf ? leaf : "x"
				   : i == 5  ? "bytes"
				   : type[i] ? type[i]
					     : "-");
		put_part(&b, 6, &part);
	}
	catch_bytes(c, name, ws_buf_sv(&b), 0);
	ws_buf_fini(&b);
}

static const struct kind {
	const char *type[4], *leaf, *file, *version;
	const char *first, *second; /* series */
	double value;               /* of the last type, from 7 */
	const char *track;
} kinds[] = {
	{ { "contentions", "count", "delay", "nanoseconds" },
	    "sync.(*Mutex).Unlock", "x", "mutex", "pprof.mutex.contentions",
	    "pprof.mutex", 7, "bytes=64" },
	{ { "contentions", "count", "delay", "nanoseconds" }, "runtime.unlock",
	    "block.pb.gz", "mutex", "pprof.mutex.contentions", "pprof.mutex", 7,
	    "bytes=64" },
	{ { "contentions", "count", "delay", "microseconds" },
	    "runtime.selectgo", "mutex.pb.gz", "block",
	    "pprof.block.contentions", "pprof.block", 7000, "bytes=64" },
	{ { "contentions", "count", "delay", "nanoseconds" }, "foo", "x",
	    "delay", "pprof.contentions", "pprof.delay", 7, "bytes=64" },
	{ { "contentions", "count", "delay", "nanoseconds" }, NULL,
	    "mutexes/block.pb.gz", "block", NULL, "pprof.block", 0, NULL },
	{ { "inuse_objects", "count", "inuse_space", "kilobytes" }, "f", "x",
	    "heap", "pprof.inuse.objects", "pprof.inuse", 7168, "" },
	{ { "objects", "count", "space", "bytes" }, "f", "x", "heap",
	    "pprof.inuse.objects", "pprof.inuse", 7, "" },
	{ { "inuse_space", "bytes", "alloc_space", "bytes" }, "f", "x",
	    "allocs", "pprof.inuse", "pprof.alloc", 7, "" },
	{ { "samples", "count", "time", "nanoseconds" }, "f", "x", "time",
	    "pprof.samples", "pprof.time", 7, "bytes=64" },
	{ { "samples", "count", "cpu", "milliseconds" }, "f", "x", "cpu",
	    "pprof.cpu.samples", "pprof.cpu", 7e6, "bytes=64" },
	{ { "goroutine", "count", NULL, NULL }, "f", "x", "goroutine",
	    "pprof.goroutine", "pprof.goroutine", 7, "bytes=64" },
	{ { "goroutineleak", "count", NULL, NULL }, "f", "x", "goroutineleak",
	    "pprof.goroutineleak", "pprof.goroutineleak", 7, "bytes=64" },
	{ { "cpu", "bananas", NULL, NULL }, "f", "x", "cpu.none",
	    "pprof.cpu.none", "pprof.cpu.none", 7, "bytes=64" },
};

static void
test_kinds(void)
{
	const struct kind *k;
	struct caught c = { 0 };
	struct ws_dict *d;
	ws_id first, last;
	bool good;

	for (k = kinds; k < kinds + WS_LEN(kinds); k++) {
		catch_kind(&c, k->type, k->leaf, k->file);
		d = c.sink.dict;
		last = ws_dict_cstr(d, k->second);
		good = c.status == WS_OK && c.sum[last] == k->value &&
		       c.ev[0].track == last &&
		       strcmp(c.version, k->version) == 0;
		if (k->first) {
			first = ws_dict_cstr(d, k->first);
			good = good &&
			       c.sum[first] ==
				   7 - (first == last) * (7 - k->value) &&
			       ws_sv_is(ws_dict_text(d, c.ev[c.n - 1].track),
				   k->track);
		}
		ok(good, "%s/%s, leaf %s, file %s: %s", k->type[0],
		    k->type[2] ? k->type[2] : k->type[1],
		    k->leaf ? k->leaf : "none", k->file, k->second);
		caught_free(&c);
	}
}

static enum ws_bid
bid_of(const void *p, size_t n, bool whole)
{
	struct ws_artifact a = {
		.name = WS_SV("cpu.pb.gz"), .head = { p, n }, .whole = whole
	};

	return ws_parser_pprof.bid(&a);
}

static void
test_bid(void)
{
	static const struct ws_sv others[] = {
		WS_SV("go 1.26 trace\0\0\0\x01\x02"),
		WS_SV("PERFILE2\x68\0\0\0\0\0\0\0"),
		WS_SV("<?xml version=\"1.0\"?>"),
		WS_SV("<html><body>404 page not found"),
		WS_SV("{\"a\": 1}"),
		WS_SV("goroutine profile: total 7\n"),
		WS_SV("\n\nHello\n\n\n\nthere\n"),
		WS_SV("HZZZ:::::\n"),
		WS_SV("\x0a\x05hello\x12\x03you"),
		WS_SV("\x7f"
		      "ELF\x02\x01\x01"),
		WS_SV("\0\0\0\0\0\0\0\0"),
	};
	struct ws_buf b = { 0 };
	uint64_t state = 42;
	unsigned char noise[512];
	unsigned i, round, claimed = 0;

	for (i = 0; i < WS_LEN(others); i++)
		ok(bid_of(others[i].p, others[i].n, true) == WS_BID_NO,
		    "no bid for other input %u", i);
	for (round = 0; round < 100000; round++) {
		for (i = 0; i < sizeof(noise); i++) {
			state =
			    state * 6364136223846793005u + 1442695040888963407u;
			noise[i] = (unsigned char)(state >> 56);
		}
		/* Begin as a profile may. */
		noise[0] = "\x0a\x48\x5a\x12"[round % 4];
		claimed += bid_of(noise, sizeof(noise), true) != WS_BID_NO;
	}
	ok(claimed == 0, "no bid for noise, %u claimed", claimed);
	PUT_RECORD(&b, 1, 1, 7);
	put_strings(&b);
	ok(bid_of(b.p, b.n, true) == WS_BID_EXACT, "a table that has all");
	PUT_RECORD(&b, 1, 1, WS_LEN(strings));
	ok(bid_of(b.p, b.n, true) == WS_BID_MAGIC, "a text is missing");
	b.n = 0;
	put_profile(&b, &(struct form){ 0 });
	ok(bid_of(b.p, b.n, false) == WS_BID_MAGIC, "a head that goes on");
	ok(bid_of(b.p, b.n - 1, true) == WS_BID_MAGIC, "a cut profile");
	b.p[b.n - 40] ^= 4; /* of a tag or a text, past the first fields */
	ok(bid_of(b.p, b.n, true) >= WS_BID_MAGIC, "a damaged profile");
	ws_buf_fini(&b);
}

int
main(void)
{
	test_plain();
	test_forms();
	test_empty();
	test_damage();
	test_wire();
	test_values();
	test_concatenated();
	test_truncation();
	test_flips();
	test_depth();
	test_kinds();
	test_bid();
	return tap_done();
}
