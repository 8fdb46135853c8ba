/*
 * Compares what whyslow counts in execution traces with an oracle:
 *   oracle_trace GOLDEN.jsonl WHYSLOW
 * A line of the oracle is {"FILE": {"status": "ok", "counts": {TYPE: N, ...}}}
 * with FILE beside it; where a trace of the first format was also counted
 * before its events were put in order, those are "raw_counts", and either will
 * do.  Prints one line a file that differs, then the totals.  Files that the
 * oracle gave up on are left out: a lenient reader gets further.
 */
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned same, different;

/* `whyslow ls --json FILE`, parsed; NULL when that is no JSON. */
static json_t *
list(const char *whyslow, const char *folder, const char *file)
{
	char command[8192], path[4096];
	const char *packed = "";
	json_t *root;
	FILE *f;

	if (strchr(file, '\'') != NULL)
		return NULL;
	snprintf(path, sizeof(path), "%s/%s", folder, file);
	if (access(path, R_OK) != 0)
		packed = ".xz"; /* kept so to save room; read as it is */
	snprintf(command, sizeof(command),
	    "'%s' ls --json '%s%s' 2>/dev/null </dev/null", whyslow, path,
	    packed);
	f = popen(command, "r");
	if (f == NULL)
		return NULL;
	root = json_loadf(f, 0, NULL);
	pclose(f);
	return root;
}

/* The counts of the only artifact, or NULL. */
static json_t *
counts_of(json_t *root)
{
	json_t *bundle = json_object_get(root, "bundle");
	json_t *artifacts =
	    json_object_get(bundle ? bundle : root, "artifacts");

	return json_object_get(json_array_get(artifacts, 0), "records_by_type");
}

/* Whether all of `want` is in `got`; the first difference goes to why. */
static bool
holds(json_t *want, json_t *got, char *why, size_t n)
{
	const char *type;
	json_t *value;

	json_object_foreach(want, type, value)
	{
		json_int_t found =
		    json_integer_value(json_object_get(got, type));

		if (found == json_integer_value(value))
			continue;
		snprintf(why, n, "%s: wanted %lld, found %lld", type,
		    (long long)json_integer_value(value), (long long)found);
		return false;
	}
	return true;
}

static void
compare(const char *file, json_t *oracle, json_t *got)
{
	char why[256], raw_why[256];
	json_t *raw = json_object_get(oracle, "raw_counts");
	json_t *counts = json_object_get(oracle, "counts");

	snprintf(why, sizeof(why), "no records_by_type");
	if (got != NULL &&
	    (holds(counts, got, why, sizeof(why)) ||
		(raw != NULL && holds(raw, got, raw_why, sizeof(raw_why))))) {
		same++;
		return;
	}
	different++;
	printf("%s: %s\n", file, why);
}

static void
check_line(const char *line, const char *folder, const char *whyslow)
{
	json_t *root = json_loads(line, 0, NULL), *oracle;
	const char *file;

	json_object_foreach(root, file, oracle)
	{
		const char *status =
		    json_string_value(json_object_get(oracle, "status"));
		json_t *got;

		if (status == NULL || strcmp(status, "ok") != 0)
			continue;
		got = list(whyslow, folder, file);
		compare(file, oracle, counts_of(got));
		json_decref(got);
	}
	json_decref(root);
}

int
main(int argc, char **argv)
{
	char *line = NULL, *slash;
	size_t cap = 0;
	FILE *f = argc == 3 ? fopen(argv[1], "r") : NULL;

	if (f == NULL) {
		fprintf(stderr, "oracle_trace: %s\n",
		    argc == 3 ? strerror(errno) : "GOLDEN.jsonl WHYSLOW");
		return 2;
	}
	slash = strrchr(argv[1], '/');
	if (slash != NULL)
		*slash = '\0';
	while (getline(&line, &cap, f) > 0)
		check_line(line, slash ? argv[1] : ".", argv[2]);
	free(line);
	fclose(f);
	printf(
	    "%u traces as the oracle counts them, %u not\n", same, different);
	return different > 0 || same == 0;
}
