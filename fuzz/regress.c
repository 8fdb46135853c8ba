/*
 * Replays a fuzz target without libFuzzer: over every file of the target's
 * seed folder (or those named as arguments), whole and cut short.  Small files
 * are cut at every byte, larger ones at every byte of their head and at places
 * spread over the rest, as far as the budget goes.  Each file has a process of
 * its own, so that a crash is one failed test point that names the cut.
 *
 *   replay_x             all seeds
 *   replay_x FILE...     these, e.g. what libFuzzer found
 *   replay_x FILE CUT    the first CUT bytes, here and now, for a debugger
 */
#include <ftw.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "fuzz.h"
#include "tap.h"

enum {
	FILE_BYTES = 64 << 20, /* more of a file is not read */
	HEAD = 4096,           /* cut at every byte up to here */
	SPREAD = 1000,         /* and at so many places behind it */
	FEWEST = 8,            /* even for the largest file */
	FILE_SECONDS = 120     /* a file that takes longer hangs */
};

/* Bytes to feed in all, where sanitizers cost the more. */
#if defined(__SANITIZE_ADDRESS__)
static const double budget = 192e6;
#else
static const double budget = 512e6;
#endif

struct seed {
	char *path;
	const char *name; /* the end of path, below the source folder */
	size_t size;
};

static struct seed *seeds;
static size_t n_seeds, cap_seeds;
static size_t top_length; /* of the path of the source folder */

/* Up to n bytes from whichever of the two is open. */
static size_t
read_some(FILE *raw, gzFile zipped, uint8_t *p, size_t n)
{
	int got;

	if (raw != NULL)
		return fread(p, 1, n, raw);
	got = zipped != NULL ? gzread(zipped, p, (unsigned)n) : 0;
	return got > 0 ? (size_t)got : 0;
}

/* The bytes of a file, gunzipped when the target wants that; to be freed by
 * the caller. */
static uint8_t *
slurp(const char *path, size_t *size)
{
	FILE *raw = fuzz_unpack ? NULL : fopen(path, "rb");
	gzFile zipped = fuzz_unpack ? gzopen(path, "rb") : NULL;
	uint8_t *p = NULL;
	size_t n = 0, cap = 32768, got;

	do {
		cap *= 2;
		p = realloc(p, cap);
		fuzz_require(p != NULL);
		got = read_some(raw, zipped, p + n, cap - n);
		n += got;
	} while (n == cap && n < FILE_BYTES);
	if (raw != NULL)
		fclose(raw);
	if (zipped != NULL)
		gzclose(zipped);
	*size = n;
	return p;
}

static void
add_seed(const char *path, size_t skip)
{
	struct seed *s;

	if (n_seeds == cap_seeds) {
		cap_seeds = cap_seeds ? 2 * cap_seeds : 64;
		seeds = realloc(seeds, cap_seeds * sizeof(*seeds));
		fuzz_require(seeds != NULL);
	}
	s = &seeds[n_seeds++];
	s->path = strdup(path);
	fuzz_require(s->path != NULL);
	s->name = s->path + skip;
	free(slurp(path, &s->size));
}

static int
visit(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	const char *name = path + ftw->base;

	(void)st;
	/* Notes and expectations lie beside the inputs. */
	if (kind == FTW_F && strcmp(name, "SOURCE") != 0 &&
	    strcmp(name, "dump") != 0)
		add_seed(path, top_length + 1);
	return 0;
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(
	    ((const struct seed *)a)->path, ((const struct seed *)b)->path);
}

/* Cuts in the head and behind it when nothing bounds them. */
static size_t
all_cuts(size_t size)
{
	if (size <= HEAD)
		return size;
	return HEAD + (size - HEAD < SPREAD ? size - HEAD : SPREAD);
}

static double
cost(size_t size, size_t cuts)
{
	double head = cuts < HEAD ? cuts : HEAD;

	/* When there are fewer cuts than head, they are spread over all. */
	if (cuts < HEAD && size > HEAD)
		return (double)cuts * size / 2;
	return head * head / 2 + (cuts - head) * ((double)size + HEAD) / 2;
}

/* As many cuts of a file as cost at most `share`. */
static size_t
cuts_for(size_t size, double share)
{
	size_t all = all_cuts(size), n;

	if (cost(size, all) <= share)
		return all;
	n = (size_t)(2 * share / size);
	if (n < FEWEST)
		n = FEWEST;
	return n < all ? n : all;
}

/* The largest share a file at which all files stay in the budget. */
static double
fair_share(void)
{
	double lo = 0, hi = budget;

	for (int round = 0; round < 40; round++) {
		double share = (lo + hi) / 2, sum = 0;

		for (size_t i = 0; i < n_seeds; i++)
			sum +=
			    cost(seeds[i].size, cuts_for(seeds[i].size, share));
		*(sum <= budget ? &lo : &hi) = share;
	}
	return lo;
}

/* The length of the i-th of n cuts. */
static size_t
cut_at(size_t size, size_t i, size_t n)
{
	if (n < all_cuts(size))
		return (size_t)((double)size * i / n);
	if (i < HEAD)
		return i;
	return HEAD + (size_t)((double)(size - HEAD) * (i - HEAD) / (n - HEAD));
}

/* From an allocation of just this size, so that a read past it is seen. */
static void
feed(const uint8_t *p, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	fuzz_require(copy != NULL);
	if (n > 0)
		memcpy(copy, p, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

/* Feeds one file, whole and then cut; *now is the length being fed. */
static void
replay(const struct seed *s, size_t cuts, volatile size_t *now)
{
	size_t size = 0;
	uint8_t *p = slurp(s->path, &size);

	*now = size;
	feed(p, size);
	for (size_t i = 0; i < cuts && size > 0; i++) {
		*now = cut_at(size, i, cuts);
		feed(p, *now);
	}
	free(p);
}

static void
test_seed(const struct seed *s, size_t cuts, volatile size_t *now)
{
	int status = 0;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		alarm(FILE_SECONDS);
		replay(s, cuts, now);
		exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		status = -1;
	ok(status == 0, "%s, whole and cut at %zu places", s->name, cuts);
	if (status != 0)
		printf("# %s %d with the first %zu bytes\n",
		    WIFSIGNALED(status) ? "signal" : "exit",
		    WIFSIGNALED(status) ? WTERMSIG(status)
					: WEXITSTATUS(status),
		    *now);
}

static void
find_seeds(void)
{
	const char *top = getenv("srcdir");
	char path[4096];

	if (top == NULL)
		top = ".";
	top_length = strlen(top);
	snprintf(path, sizeof(path), "%s/%s", top, fuzz_seeds);
	if (nftw(path, visit, 16, FTW_PHYS) != 0)
		printf("# %s cannot be walked\n", path);
	if (n_seeds > 0)
		qsort(seeds, n_seeds, sizeof(*seeds), by_path);
}

static int
one_cut(const char *path, size_t cut)
{
	size_t size = 0;
	uint8_t *p = slurp(path, &size);

	feed(p, cut < size ? cut : size);
	free(p);
	return 0;
}

int
main(int argc, char **argv)
{
	volatile size_t *now = mmap(NULL, sizeof(*now), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct stat st;
	double share;

	fuzz_require(now != MAP_FAILED);
	if (argc == 3 && stat(argv[2], &st) != 0)
		return one_cut(argv[1], strtoul(argv[2], NULL, 10));
	for (int i = 1; i < argc; i++)
		add_seed(argv[i], 0);
	if (argc == 1)
		find_seeds();
	share = fair_share();
	for (size_t i = 0; i < n_seeds; i++)
		test_seed(&seeds[i], cuts_for(seeds[i].size, share), now);
	ok(n_seeds > 0, "%zu files replayed", n_seeds);
	for (size_t i = 0; i < n_seeds; i++)
		free(seeds[i].path);
	free(seeds);
	return tap_done();
}
