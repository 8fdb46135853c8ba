/*
 * Checks JSON on standard input: one document, or with -l one object a line.
 * Arguments are paths that must lead to a value: "verdict.class", "rows.0".
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/str.h"

enum { LINE_MAX_BYTES = 1 << 20 };

static const json_t *
step(const json_t *at, struct ws_sv name)
{
	char key[64];
	uint64_t i;

	if (json_is_array(at))
		return ws_num_u64(name, 0, 1000000, &i) ? json_array_get(at, i)
							: NULL;
	snprintf(key, sizeof(key), "%.*s", WS_SV_ARG(name));
	return json_object_get(at, key);
}

static int
check_paths(const json_t *doc, char **path)
{
	int missing = 0;

	for (; *path != NULL; path++) {
		struct ws_sv rest = ws_sv_of(*path);
		const json_t *at = doc;

		while (at != NULL && rest.n > 0)
			at = step(at, ws_sv_split(&rest, '.'));
		if (at != NULL)
			continue;
		printf("nothing at %s\n", *path);
		missing = 1;
	}
	return missing;
}

static int
check_lines(void)
{
	static char line[LINE_MAX_BYTES];
	json_error_t err;
	json_t *doc;
	unsigned n = 0;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		n++;
		doc = json_loads(line, JSON_REJECT_DUPLICATES, &err);
		if (!json_is_object(doc)) {
			printf("line %u: %s\n", n, err.text);
			json_decref(doc);
			return 1;
		}
		json_decref(doc);
	}
	return n == 0;
}

int
main(int argc, char **argv)
{
	json_error_t err;
	json_t *doc;
	int status;

	if (argc > 1 && strcmp(argv[1], "-l") == 0)
		return check_lines();
	doc = json_loadf(stdin, JSON_REJECT_DUPLICATES, &err);
	if (doc == NULL) {
		printf("line %d: %s\n", err.line, err.text);
		return 1;
	}
	status = check_paths(doc, argv + 1);
	json_decref(doc);
	return status;
}
