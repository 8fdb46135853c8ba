#include "base/moment.h"

#include "base/num.h"

/* Of captures of one process that follow each other; numbers may follow. */
static const char *const words[] = { "before", "after", "start", "end", "first",
	"last", "old", "new", "baseline", "idle", "load", "run", "round",
	"iteration", "sample", "capture", "step", "pass", "phase", "attempt",
	"interval", "snapshot", "t", "try" };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_number(char c)
{
	return is_digit(c) || c == '-' || c == '_';
}

/* What may stand between the numbers of a date and time. */
static bool
is_joint(char c)
{
	return c == '-' || c == '_' || c == ':' || c == '.' || c == '+' ||
	       c == 'T' || c == 't';
}

static bool
is_word(struct ws_sv s)
{
	for (size_t i = 0; i < WS_LEN(words); i++)
		if (ws_sv_is(s, words[i]))
			return true;
	return false;
}

/* "10.0.0.7": a machine. */
static bool
is_address(struct ws_sv s)
{
	uint64_t v;

	for (int i = 0; i < 4; i++)
		if (!ws_num_u64(ws_sv_split(&s, '.'), 0, 255, &v))
			return false;
	return s.n == 0;
}

bool
ws_is_moment(struct ws_sv s)
{
	size_t digits = 0, others = 0, stem = s.n;

	while (stem > 0 && is_number(s.p[stem - 1]))
		stem--;
	if (is_word((struct ws_sv){ s.p, stem }))
		return true;
	for (size_t i = 0; i < s.n; i++) {
		digits += is_digit(s.p[i]);
		others +=
		    !is_digit(s.p[i]) && !is_joint(s.p[i]) && s.p[i] != 'Z';
	}
	return digits > 0 && others == 0 && !is_address(s);
}

bool
ws_is_bare_number(struct ws_sv s)
{
	size_t i = 0;

	while (i < s.n && is_digit(s.p[i]))
		i++;
	return s.n > 0 && i == s.n && s.p[0] != '0';
}

/* The end of the numbers that begin at i. */
static size_t
end_of_numbers(struct ws_sv s, size_t i)
{
	while (i < s.n &&
	       (is_digit(s.p[i]) ||
		   (is_joint(s.p[i]) && i + 1 < s.n && is_digit(s.p[i + 1]))))
		i++;
	return i < s.n && s.p[i] == 'Z' ? i + 1 : i;
}

/* The end of the letters that begin at i, and of the number behind a word. */
static size_t
end_of_word(struct ws_sv s, size_t i, bool *is_one)
{
	size_t from = i;

	while (i < s.n && is_letter(s.p[i]))
		i++;
	*is_one = is_word((struct ws_sv){ s.p + from, i - from });
	while (*is_one && i < s.n && is_number(s.p[i]))
		i++;
	return i;
}

bool
ws_moment_next(struct ws_sv name, size_t *at, struct ws_sv *moment)
{
	while (*at < name.n) {
		size_t from = *at;
		bool is_one = false;

		if (is_digit(name.p[from])) {
			*at = end_of_numbers(name, from);
			is_one = !is_address(
			    (struct ws_sv){ name.p + from, *at - from });
		} else if (is_letter(name.p[from])) {
			*at = end_of_word(name, from, &is_one);
		} else {
			++*at;
		}
		*moment = (struct ws_sv){ name.p + from, *at - from };
		if (is_one)
			return true;
	}
	return false;
}
