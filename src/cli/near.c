#include <string.h>

#include "base/compat.h"
#include "cli/opt.h"

enum { MAX_WORD = 32 };

/* Edit distance with transpositions (optimal string alignment); words over
 * MAX_WORD bytes are far from everything. */
static size_t
distance(const char *a, const char *b)
{
	size_t d[MAX_WORD + 1][MAX_WORD + 1];
	size_t n = strlen(a), m = strlen(b), i, j;

	if (n > MAX_WORD || m > MAX_WORD)
		return MAX_WORD;
	for (i = 0; i <= n; i++)
		d[i][0] = i;
	for (j = 0; j <= m; j++)
		d[0][j] = j;
	for (i = 1; i <= n; i++)
		for (j = 1; j <= m; j++) {
			size_t best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			if (d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	return d[n][m];
}

const char *
ws_did_you_mean(const char *word, const char *const *words, size_t n)
{
	const char *best = NULL;
	size_t i, least = strlen(word) / 3 + 1;

	for (i = 0; i < n; i++) {
		size_t d = distance(word, words[i]);

		if (d <= least && (best == NULL || d < least)) {
			least = d;
			best = words[i];
		}
	}
	return best;
}
