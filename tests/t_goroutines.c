/* The parser of goroutine dumps, on the test data and on its cuts. */
#include "base/htab.h"
#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_goroutines;

static void
parse_file(struct parsed *r, const char *path)
{
	size_t n;
	char *p = read_testdata(path, &n);

	parse_mem(r, &ws_parser_goroutines, path, p == NULL ? "" : p, n);
	free(p);
}

/* The nth sample (from 0), or NULL. */
static const struct ws_event *
sample(const struct parsed *r, size_t nth)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->ev[i].kind == WS_EV_SAMPLE && nth-- == 0)
			return &r->ev[i];
	return NULL;
}

/* "func:line" of one frame of a stack; "" past its end. */
static const char *
frame(const struct parsed *r, const struct ws_event *ev, size_t at)
{
	static char text[512];
	const ws_id *ids;
	size_t n =
	    ev == NULL ? 0 : ws_dict_get_stack(r->sink.dict, ev->stack, &ids);
	const struct ws_frame *f;

	if (at >= n)
		return "";
	f = ws_dict_get_frame(r->sink.dict, ids[at]);
	snprintf(text, sizeof(text), "%s:%u",
	    ws_dict_text(r->sink.dict, f->func).p, (unsigned)f->line);
	return text;
}

static const char *
track(const struct parsed *r, size_t nth)
{
	const struct ws_event *ev = sample(r, nth);
	struct ws_sv s = { NULL, 0 };

	if (ev != NULL)
		s = ws_dict_text(r->sink.dict, ev->track);
	return s.n > 0 ? s.p : "";
}

/* Samples whose leaf is that function. */
static size_t
leaves(const struct parsed *r, const char *func)
{
	size_t n = 0;

	for (size_t i = 0; sample(r, i) != NULL; i++)
		n +=
		    strncmp(frame(r, sample(r, i), 0), func, strlen(func)) == 0;
	return n;
}

static size_t
samples(const struct parsed *r)
{
	return parsed_count(r, WS_EV_SAMPLE, WS_N_PPROF_GOROUTINE);
}

static double
hidden(const struct parsed *r)
{
	return parsed_value(r, "", WS_N_PPROF_GOROUTINE_HIDDEN, 0);
}

static void
test_real(void)
{
	struct parsed r;

	parse_file(&r, "goroutines/real/input.txt");
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE && samples(&r) == 33,
	    "33 goroutines");
	ok(leaves(&r, "runtime.semacquire1:0") == 31,
	    "31 of them wait for a mutex");
	is_str(frame(&r, sample(&r, 1), 2),
	    "internal/sync.(*Mutex).lockSlow:149",
	    "functions with their lines");
	is_str(track(&r, 1), "state=sync.Mutex.Lock", "the state is kept");
	ok(hidden(&r) == 0, "nothing is hidden");
	ok(parsed_value(&r, "pprof.goroutine", WS_N_CAPTURE_PERIOD, 0) == 1,
	    "the capture is told even without samples");
	ok(parsed_count(&r, WS_EV_EDGE, WS_N_EDGE_CREATE) == 32,
	    "who created whom");
	parsed_fini(&r);
	parse_file(&r, "goroutines/real-cgo/input.txt");
	ok(samples(&r) == 17 && leaves(&r, "runtime.cgocall:0") == 16,
	    "7 in state syscall and 9 runnable at the same place are in C");
	parsed_fini(&r);
	parse_file(&r, "goroutines/real-runnable/input.txt");
	ok(leaves(&r, "runtime.") == 0 && hidden(&r) == 17,
	    "runnable does not tell what it was in");
	parsed_fini(&r);
}

static void
test_versions(void)
{
	struct parsed r;

	parse_file(&r, "goroutines/go1.5/input.txt");
	ok(samples(&r) == 3, "Go 1.5");
	is_str(parsed_mark(&r, "fatal error", 0),
	    "fatal error: all goroutines are asleep - deadlock!", "deadlock");
	is_str(frame(&r, sample(&r, 1), 0), "runtime.chanrecv:0",
	    "chan receive is runtime.chanrecv");
	is_str(frame(&r, sample(&r, 1), 1), "main.worker:9", "and its caller");
	ok(sample(&r, 1) != NULL && sample(&r, 1)->dur == 180000000000,
	    "three minutes");
	parsed_fini(&r);
	parse_file(&r, "goroutines/go1.19/input.txt");
	ok(samples(&r) == 10 && leaves(&r, "runtime.semacquire1") == 6,
	    "Go 1.19 says semacquire for a mutex");
	parsed_fini(&r);
	parse_file(&r, "goroutines/go1.26/input.txt");
	ok(samples(&r) == 10 && leaves(&r, "runtime.selectgo") == 2,
	    "Go 1.26: two in select");
	parsed_fini(&r);
	parse_file(&r, "goroutines/go1.26-leaked/input.txt");
	is_str(track(&r, 1), "state=chan send (nil chan), leaked=true",
	    "a leaked one");
	parsed_fini(&r);
	parse_file(&r, "goroutines/labels/input.txt");
	is_str(track(&r, 0), "state=sync.Mutex.Lock, tenant=blue, zone=a",
	    "labels");
	is_str(track(&r, 1), "state=chan send, durable=true, bubble=3",
	    "synctest");
	is_str(frame(&r, sample(&r, 2), 0), "runtime.netpollblock:0",
	    "IO wait (scan)");
	parsed_fini(&r);
}

static void
test_crash(void)
{
	struct parsed r;

	parse_file(&r, "goroutines/crash-log/input.txt");
	ok(r.status == WS_OK && samples(&r) == 3,
	    "a crash in a log, without goroutines of the runtime");
	is_str(parsed_mark(&r, "panic", 0),
	    "panic: runtime error: invalid memory address or nil pointer "
	    "dereference",
	    "what it died of");
	is_str(r.entry.version, "panic", "version");
	is_str(frame(&r, sample(&r, 0), 0), "runtime.gopanic:792",
	    "panic is runtime.gopanic");
	is_str(frame(&r, sample(&r, 0), 3),
	    "app.example/shop.(*Cart[...]).Total:88", "a generic method");
	is_str(frame(&r, sample(&r, 0), 6), "", "goexit is left out");
	is_str(track(&r, 1), "state=chan receive, locked=thread", "locked");
	is_str(frame(&r, sample(&r, 1), 0), "runtime.gopark:435",
	    "what is shown needs no translation");
	ok(sample(&r, 2) != NULL && sample(&r, 2)->stack == 0 &&
		hidden(&r) == 1,
	    "one without a stack");
	parsed_fini(&r);
	parse_file(&r, "goroutines/log-prefix/input.txt");
	ok(r.status == WS_OK && samples(&r) == 2, "behind a prefix");
	is_str(parsed_mark(&r, "panic", 0), "panic: boom", "the panic too");
	parsed_fini(&r);
	parse_file(&r, "goroutines/twice/input.txt");
	ok(r.status == WS_OK && samples(&r) == 2, "a second dump is left out");
	parsed_fini(&r);
	parse_file(&r, "goroutines/elided/input.txt");
	is_str(frame(&r, sample(&r, 0), 2), "main.deep:8", "around the gap");
	is_str(frame(&r, sample(&r, 0), 3), "", "which is no frame");
	parsed_fini(&r);
}

static void
test_damage(void)
{
	struct parsed r;

	parse_file(&r, "goroutines/interleaved/input.txt");
	ok(r.status == WS_PARTIAL && samples(&r) == 1 && r.faults == 1,
	    "a goroutine with a foreign line in it is lost");
	parsed_fini(&r);
	parse_file(&r, "goroutines/torn/input.txt");
	ok(r.status == WS_PARTIAL && samples(&r) == 4, "a torn one is lost");
	parsed_fini(&r);
	parse_mem(&r, &ws_parser_goroutines, "x", "no dump\n", 8);
	ok(r.status == WS_CORRUPT && r.bid == WS_BID_NO, "no dump");
	parsed_fini(&r);
	parse_file(&r, "goroutines/prose/input.txt");
	ok(r.bid == WS_BID_NO, "a text about a dump");
	parsed_fini(&r);
}

/* All frames that the run saw, as text. */
static struct ws_htab *
frames_of(const struct parsed *r)
{
	struct ws_htab *h = ws_htab_new();

	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; *frame(r, &r->ev[i], k) != '\0'; k++) {
			const char *s = frame(r, &r->ev[i], k);

			ws_htab_put(h, s, strlen(s), NULL);
		}
	return h;
}

static void
check_cuts(const char *path)
{
	struct parsed whole, part;
	size_t n, bad = 0, most = 0;
	char *p = read_testdata(path, &n);
	struct ws_htab *known;

	parse_mem(&whole, &ws_parser_goroutines, path, p, n);
	known = frames_of(&whole);
	for (size_t cut = 0; cut < n; cut++) {
		struct ws_htab *seen;

		parse_mem(&part, &ws_parser_goroutines, "cut", p, cut);
		seen = frames_of(&part);
		for (uint32_t i = 0; i < ws_htab_count(seen); i++) {
			struct ws_sv s = ws_htab_key(seen, i);

			bad += ws_htab_get(known, s.p, s.n) == WS_HTAB_NONE;
		}
		/* Goroutines come one by one. */
		bad += samples(&part) < most || samples(&part) > most + 1;
		most = samples(&part);
		ws_htab_free(seen);
		parsed_fini(&part);
	}
	ok(n > 0 && bad == 0, "%s cut at each of %zu bytes", path, n);
	ws_htab_free(known);
	parsed_fini(&whole);
	free(p);
}

int
main(void)
{
	test_real();
	test_versions();
	test_crash();
	test_damage();
	check_cuts("goroutines/go1.19/input.txt");
	check_cuts("goroutines/crash-log/input.txt");
	check_cuts("goroutines/labels/input.txt");
	check_cuts("goroutines/real-cgo/input.txt");
	check_cuts("goroutines/elided/input.txt");
	return tap_done();
}
