/* Symbol groups: what a name belongs to, and what hostile patterns cost. */
#include <stdlib.h>
#include <time.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/mem.h"
#include "symbols/classify.h"
#include "tap.h"

#define PAT(h, t)                                                              \
	{                                                                      \
		.how = WS_MATCH_##h, .text = (t), .line = 7                    \
	}
#define PATV(h, t, a, b)                                                       \
	{                                                                      \
		.how = WS_MATCH_##h, .text = (t), .since = (a), .until = (b)   \
	}
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define GROUP(n, p)                                                            \
	{                                                                      \
		.name = (n), .file = "x.sym", .pat = (p), .n_pat = COUNT(p)    \
	}

static const struct ws_pattern mark[] = { PAT(EXACT, "runtime.gcDrain"),
	PAT(EXACT, "slices.pdqsort[...]"),
	PATV(EXACT, "runtime.scanobject", 1019, 1025) };

static const struct ws_pattern runtime[] = { PAT(PREFIX, "runtime."),
	PAT(PREFIX, "internal/runtime/") };

static const struct ws_pattern drain[] = { PAT(PREFIX, "runtime.gcDrain"),
	PAT(PREFIX, "runtime.gcDrainM"), PAT(EXACT, "runtime.gcDrain") };

static const struct ws_pattern malloc_family[] = {
	PAT(REGEX, "^runtime\\.mallocgc(Small|Tiny)?"),
	PAT(REGEX, "\\(\\*Pool(\\[[^]]*\\])?\\)\\.(Get|Put)$"),
	PATV(REGEX, "^runtime\\.scanObjects?Small$", 1026, 0)
};

static const struct ws_pattern other[] = { PAT(EXACT, "main.main"),
	PAT(PREFIX, "runtimf"), PAT(EXACT, "pthread_cond_wait"),
	PAT(EXACT, "read"), PAT(EXACT, "[unknown]"),
	PAT(EXACT, "operator new[]") };

static const struct ws_group groups[] = { GROUP("mark", mark),
	GROUP("runtime", runtime), GROUP("drain", drain),
	GROUP("malloc", malloc_family), GROUP("other", other) };

/* The groups of a name as letters, "mrdao" for all five. */
static const char *
letters(struct ws_symset *s, const char *name)
{
	static char out[8];
	struct ws_gset set;
	size_t n = 0;

	ws_symset_classify(s, ws_sv_of(name), &set);
	for (uint32_t i = 0; i < COUNT(groups); i++)
		if (ws_gset_has(&set, i))
			out[n++] = "mrdao"[i];
	out[n] = '\0';
	return out;
}

static struct ws_symset *
compile(const struct ws_group *g, size_t n, uint32_t version)
{
	const struct ws_queries q = { .group = g, .n_group = n };
	struct ws_err err = { 0 };
	struct ws_symset *s = ws_symset_new(&q, version, &err);

	if (s == NULL)
		printf("# %s\n", err.text);
	return s;
}

static void
test_names(void)
{
	struct ws_symset *s = compile(groups, COUNT(groups), 0);

	is_str(letters(s, "runtime.gcDrain"), "mrd", "exact and prefix");
	is_str(letters(s, "runtime.gcDrainMarkWorkerIdle"), "rd",
	    "the longest of three prefixes");
	is_str(letters(s, "runtime.gcDrainN"), "rd", "between two prefixes");
	is_str(letters(s, "runtime.gcZ"), "r", "after all longer prefixes");
	is_str(letters(s, "runtime."), "r", "a prefix is its own prefix");
	is_str(letters(s, "runtime"), "", "shorter than the prefix");
	is_str(letters(s, "runtime/pprof.Do"), "", "not below runtime.");
	is_str(letters(s, "runtimf"), "o", "last prefix");
	is_str(letters(s, "zzz"), "", "after all prefixes");
	is_str(letters(s, ""), "", "no name");
	is_str(letters(s, "main.main.func1"), "", "exact is exact");
	is_str(letters(s, "runtime.mallocgcTiny"), "ra", "regex");
	is_str(letters(s, "xruntime.mallocgc"), "", "anchored regex");
	is_str(letters(s, "a.(*Pool).Get"), "a", "literal inside");
	is_str(letters(s, "a.(*Pool).Getx"), "", "literal, but no match");
	for (int i = 0; i < 100; i++)
		letters(s, "runtime.mallocgcSmall");
	is_str(letters(s, "runtime.mallocgcTiny"), "ra",
	    "a regex that is matched often");
	ok(ws_symset_limited(s) == 0, "no limit was reached");
	ws_symset_free(s);
	ws_symset_free(NULL);
}

static void
test_normalised(void)
{
	struct ws_symset *s = compile(groups, COUNT(groups), 0);

	is_str(letters(s, "slices.pdqsort[go.shape.int]"), "m", "generic");
	is_str(letters(s, "slices.pdqsort[go.shape.struct { a []int; b "
			  "map[string]int }]"),
	    "m", "nested brackets");
	is_str(letters(s, "slices.pdqsort[...]"), "m", "normal already");
	is_str(letters(s, "slices.pdqsort[go.shape.int"), "", "open bracket");
	is_str(letters(s, "a.(*Pool[go.shape.[]uint8]).Get"), "a",
	    "generic receiver");
	is_str(letters(s, "[unknown]"), "o", "no word before the bracket");
	is_str(letters(s, "operator new[]"), "o", "empty brackets");
	is_str(letters(s, "runtime.gcDrain.abi0"), "mrd", "Go's ABI suffix");
	is_str(letters(s, "main.main.abi0x"), "", "no suffix");
	is_str(letters(s, "pthread_cond_wait@@GLIBC_2.3.2"), "o",
	    "symbol version");
	is_str(letters(s, "read$NOCANCEL"), "o", "Darwin variant");
	is_str(letters(s, "read.isra.0"), "o", "optimiser's clone");
	is_str(letters(s, "read.part.x"), "", "no clone");
	ws_symset_free(s);
}

static void
test_releases(void)
{
	static const struct {
		uint32_t version;
		const char *object, *objects;
	} want[] = { { 0, "mr", "ra" }, { 1018, "r", "r" }, { 1019, "mr", "r" },
		{ 1025, "mr", "r" }, { 1026, "r", "ra" }, { 1027, "r", "ra" } };

	for (size_t i = 0; i < COUNT(want); i++) {
		struct ws_symset *s =
		    compile(groups, COUNT(groups), want[i].version);
		char name[32];

		snprintf(name, sizeof(name), "release %u",
		    (unsigned)want[i].version);
		is_str(letters(s, "runtime.scanobject"), want[i].object, name);
		is_str(letters(s, "runtime.scanObjectsSmall"), want[i].objects,
		    name);
		ws_symset_free(s);
	}
}

static void
test_limit(void)
{
	static const struct ws_pattern bad[] = { PAT(REGEX, "^(a|aa|a.)+$"),
		PAT(REGEX, "(x+x+)+y") };
	static const struct ws_group g[] = { GROUP("bad", bad) };
	struct ws_symset *s = compile(g, 1, 0);
	struct timespec a, b;
	struct ws_gset set;
	char name[4096];
	double took;

	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 2] = '\n';
	clock_gettime(CLOCK_MONOTONIC, &a);
	ws_symset_classify(s, (struct ws_sv){ name, sizeof(name) }, &set);
	memset(name, 'x', sizeof(name));
	ws_symset_classify(s, (struct ws_sv){ name, sizeof(name) }, &set);
	ok(ws_symset_limited(s) == 1, "the prefilter spares a hopeless match");
	memset(name, 'a', 40);
	ws_symset_classify(s, (struct ws_sv){ name, sizeof(name) }, &set);
	clock_gettime(CLOCK_MONOTONIC, &b);
	took = (double)(b.tv_sec - a.tv_sec) +
	       (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	ok(!ws_gset_has(&set, 0), "a match given up is no match");
	ok(took < 2, "gave up in %.3f s", took);
	ws_symset_classify(s, WS_SV("aaa"), &set);
	ok(ws_gset_has(&set, 0), "the same pattern still works");
	ok(ws_symset_limited(s) == 2, "and is not counted");
	ws_symset_free(s);
}

static void
test_errors(void)
{
	static const struct ws_pattern bad[] = { PAT(EXACT, "fine"),
		PATV(REGEX, "a(b", 1026, 0) };
	static const struct ws_pattern utf[] = { PAT(REGEX, "(*UTF)a") };
	static struct ws_group many[WS_GROUPS_MAX + 1];
	const struct ws_group g[] = { GROUP("bad", bad) };
	const struct ws_group u[] = { GROUP("utf", utf) };
	struct ws_queries q = { .group = g, .n_group = 1 };
	struct ws_err err = { 0 };
	struct ws_symset *s;

	ok(ws_symset_new(&q, 0, &err) == NULL, "a bad regex is refused");
	is_str(err.text,
	    "x.sym:0: regex: missing closing parenthesis at offset 3",
	    "and the message says where");
	ok(ws_symset_new(&q, 0, NULL) == NULL, "even if nobody listens");
	s = ws_symset_new(&q, 1025, &err);
	ok(s != NULL, "patterns of other releases are not compiled");
	ws_symset_free(s);
	q.group = u;
	ok(ws_symset_new(&q, 0, &err) == NULL &&
		strncmp(err.text, "x.sym:7: ", 9) == 0,
	    "names are bytes, not UTF-8");
	q.group = many;
	q.n_group = WS_GROUPS_MAX;
	s = ws_symset_new(&q, 0, &err);
	ok(s != NULL, "256 groups fit");
	ws_symset_free(s);
	q.n_group++;
	ok(ws_symset_new(&q, 0, &err) == NULL && err.status == WS_LIMIT,
	    "257 groups do not");
	is_str(err.text, "wanted at most 256 symbol groups, found 257",
	    "and the message says how many");
}

/* The prefilter against PCRE2 alone, on patterns and names that are put
 * together from pieces: a wrong literal would lose a match. */
static const char *const pieces[] = { "ab", "b", "\\.", "(ab)", "(a|b)", "a?",
	"b*", "a+", "[ab]", "[^]a]", "\\w", "(?:b)?", "(?=a)", "a{0,1}", "^",
	"$", "|", "(?!ab)", "b{2}", "\\(", ".", "(?i)A", "[[:alpha:]]", "\\x61",
	"(?<n>b)", "a??", "(b|(?:a))*", "\\Bb", "\\Qa\\E" };

static unsigned
pick(unsigned *seed, unsigned below)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16) % below;
}

static bool
agrees(const char *pattern, unsigned *seed, unsigned *matched)
{
	const struct ws_pattern p = { .how = WS_MATCH_REGEX, .text = pattern };
	const struct ws_group g = { .file = "x", .pat = &p, .n_pat = 1 };
	int error;
	size_t at;
	pcre2_code *code = pcre2_compile(
	    (PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, 0, &error, &at, NULL);
	pcre2_match_data *data;
	struct ws_symset *s;
	bool same = true;

	if (code == NULL)
		return true;
	data = pcre2_match_data_create(1, NULL);
	s = compile(&g, 1, 0);
	for (int i = 0; i < 40 && s != NULL; i++) {
		char name[8];
		size_t n = 1 + pick(seed, 7);
		struct ws_gset set;
		bool want;

		for (size_t k = 0; k < n; k++)
			name[k] = "abab.("[pick(seed, 6)];
		want = pcre2_match(
			   code, (PCRE2_SPTR)name, n, 0, 0, data, NULL) >= 0;
		ws_symset_classify(s, (struct ws_sv){ name, n }, &set);
		*matched += want;
		same &= ws_gset_has(&set, 0) == want;
	}
	ws_symset_free(s);
	pcre2_match_data_free(data);
	pcre2_code_free(code);
	return same;
}

static void
test_prefilter(void)
{
	unsigned seed = 1, wrong = 0, matched = 0;

	for (int i = 0; i < 3000; i++) {
		char pattern[64] = "";
		unsigned n = 1 + pick(&seed, 5);

		while (n-- > 0)
			strcat(pattern, pieces[pick(&seed, COUNT(pieces))]);
		if (!agrees(pattern, &seed, &matched)) {
			printf("# differs: %s\n", pattern);
			wrong++;
		}
	}
	ok(wrong == 0, "the prefilter loses no match of 3000 patterns");
	ok(matched > 10000, "%u of 120000 matched", matched);
}

int
main(void)
{
	test_names();
	test_normalised();
	test_releases();
	test_limit();
	test_errors();
	test_prefilter();
	return tap_done();
}
