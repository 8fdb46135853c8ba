/*
 * What `time` tells of a command when it has ended: GNU time with -v and
 * without (1.7 to 1.9), that of BusyBox, `time -p` of POSIX, and the `time` of
 * bash.  Specified by time(1), and by getrusage(2) for what the numbers are.
 *
 * They are sums over the whole run, of the command and of all its children,
 * and become rates of that run, under the series of a process.  The command's
 * own output may stand before them, and several runs after one another (-a).
 *
 * Sizes of text, data and stack, swaps, messages and signals are 0 on Linux
 * and not taken; neither is "Percent of CPU", which is rounded from the times
 * beside it.  The memory of GNU time 1.7 is four times too large where the
 * system did not mend it, and nothing shows it; that of BusyBox always is, and
 * is not taken: the blank in its times shows it.  Not read: formats of one's own
 * (-f), time -l of macOS and the BSDs, the `time` of zsh and csh.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/load.h"
#include "ingest/parser.h"

enum { HEAD_LINES = 3, BLOCK = 512 };

enum value {
	USER,
	SYSTEM,
	ELAPSED,
	RSS,
	MAJOR,
	MINOR,
	VOLUNTARY,
	INVOLUNTARY,
	INPUTS,
	OUTPUTS,
	VALUES
};

/* Of -v; what follows the label is the number. */
static const struct {
	const char *label;
	enum value value;
} labels[] = {
	{ "User time (seconds): ", USER },
	{ "System time (seconds): ", SYSTEM },
	{ "Elapsed (wall clock) time (h:mm:ss or m:ss): ", ELAPSED },
	{ "Maximum resident set size (kbytes): ", RSS },
	{ "Major (requiring I/O) page faults: ", MAJOR },
	{ "Minor (reclaiming a frame) page faults: ", MINOR },
	{ "Voluntary context switches: ", VOLUNTARY },
	{ "Involuntary context switches: ", INVOLUNTARY },
	{ "File system inputs: ", INPUTS },
	{ "File system outputs: ", OUTPUTS },
};

/* Of the two lines without -v: the number stands before the word. */
static const struct {
	const char *word;
	enum value value;
} words[] = {
	{ "user ", USER },
	{ "system ", SYSTEM },
	{ "elapsed ", ELAPSED },
	{ "maxresident)k", RSS },
	{ "inputs+", INPUTS },
	{ "outputs ", OUTPUTS },
	{ "major+", MAJOR },
	{ "minor)pagefaults", MINOR },
};

/* Of bash and -p. */
static const struct {
	const char *word;
	enum value value;
} short_words[] = {
	{ "real", ELAPSED },
	{ "user", USER },
	{ "sys", SYSTEM },
};

/* What a number over the time of the run is. */
static const struct {
	enum value value;
	ws_id name;
	enum ws_unit unit;
	double factor;
} rates[] = {
	{ USER, WS_N_PROCESS_CPU_USER, WS_U_RATIO, 1 },
	{ SYSTEM, WS_N_PROCESS_CPU_SYS, WS_U_RATIO, 1 },
	{ MAJOR, WS_N_PROCESS_FAULTS_MAJOR, WS_U_RATE, 1 },
	{ MINOR, WS_N_PROCESS_FAULTS_MINOR, WS_U_RATE, 1 },
	{ VOLUNTARY, WS_N_PROCESS_SWITCHES_VOLUNTARY, WS_U_RATE, 1 },
	{ INVOLUNTARY, WS_N_PROCESS_SWITCHES_INVOLUNTARY, WS_U_RATE, 1 },
	{ INPUTS, WS_N_PROCESS_IO_READ, WS_U_BRATE, BLOCK },
	{ OUTPUTS, WS_N_PROCESS_IO_WRITE, WS_U_BRATE, BLOCK },
};

struct timed {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	struct ws_buf command;
	bool open, damaged;
	bool busybox;     /* the run is of its time */
	double v[VALUES]; /* as printed, of times the seconds; or NaN */
	uint64_t off;     /* of the run */
	uint64_t runs, failed;
};

/* Adds the number before the mark to what counts 60 times as much. */
static bool
add_part(struct ws_sv *s, char mark, double *sum)
{
	double v;

	if (!ws_num_decimal(ws_sv_trim(ws_sv_split(s, mark)), &v) || v < 0)
		return false;
	*sum = *sum * 60 + v;
	return true;
}

/* "0:00.20", "1:02:03", "12.5", of bash "2m3.4s", of BusyBox "2m 3.40s" and
 * "1h 2m 03s" */
static bool
read_clock(struct ws_sv s, double *seconds)
{
	double sum = 0;

	if (ws_sv_ends(s, "s")) {
		if (ws_sv_find(s, "h") < s.n && !add_part(&s, 'h', &sum))
			return false;
		if (!add_part(&s, 'm', &sum) || !add_part(&s, 's', &sum) ||
		    s.n > 0)
			return false;
	} else {
		do
			if (!add_part(&s, ':', &sum))
				return false;
		while (s.n > 0);
	}
	*seconds = sum;
	return sum < 1e9;
}

static void
put(struct timed *p, ws_id track, ws_id name, enum ws_unit unit, double value)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.name = name;
	ev.unit = (uint8_t)unit;
	ev.track = track;
	ev.value = value;
	if (!isnan(value) && value < 1e15)
		ws_batch_put(&p->out, &ev);
}

static void
begin_run(struct timed *p, struct ws_sv command, uint64_t off)
{
	p->open = true;
	p->off = off;
	p->command.n = 0;
	ws_buf_putsv(&p->command, command);
	for (size_t i = 0; i < VALUES; i++)
		p->v[i] = NAN;
}

/* A run that took no time that could be measured has no rates. */
static void
end_run(struct timed *p)
{
	double elapsed = p->v[ELAPSED];
	ws_id track;

	if (!p->open)
		return;
	p->open = false;
	if (isnan(elapsed)) {
		p->damaged = true;
		ws_sink_fault(
		    p->sink, p->off, "a run without the time that it took");
		return;
	}
	track = ws_dict_str(p->sink->dict, ws_buf_sv(&p->command));
	put(p, track, WS_N_PROCESS_RUN_TIME, WS_U_TIME, elapsed * 1e9);
	if (!p->busybox)
		put(p, track, WS_N_PROCESS_RSS, WS_U_BYTES, p->v[RSS] * 1024);
	if (elapsed > 0) {
		put(p, track, WS_N_PROCESS_CPU_TOTAL, WS_U_RATIO,
		    (p->v[USER] + p->v[SYSTEM]) / elapsed);
		for (size_t i = 0; i < WS_LEN(rates); i++)
			put(p, track, rates[i].name, rates[i].unit,
			    p->v[rates[i].value] * rates[i].factor / elapsed);
	}
	p->runs++;
}

static void
set_value(struct timed *p, enum value value, struct ws_sv text)
{
	double v;

	if (value == ELAPSED)
		p->busybox = ws_sv_find(text, " ") < text.n;
	if (value <= ELAPSED ? read_clock(text, &v)
			     : ws_num_decimal(text, &v) && v >= 0)
		p->v[value] = v;
	else
		p->damaged = true;
}

/* The number that ends where the word begins; empty when there is none. */
static struct ws_sv
number_before(struct ws_sv line, const char *word)
{
	size_t at = ws_sv_find(line, word), from = at;

	while (at < line.n && from > 0 &&
	       ((line.p[from - 1] >= '0' && line.p[from - 1] <= '9') ||
		   line.p[from - 1] == '.' || line.p[from - 1] == ',' ||
		   line.p[from - 1] == ':'))
		from--;
	return (struct ws_sv){ line.p + from, at - from };
}

static bool
is_verbose(struct ws_sv line)
{
	struct ws_sv rest;

	return ws_label_read(line, "Command being timed: \"", &rest);
}

static bool
is_plain(struct ws_sv line)
{
	return number_before(line, "user ").n > 0 &&
	       number_before(line, "system ").n > 0 &&
	       number_before(line, "elapsed ").n > 0;
}

/* "real 0.20" or "real	0m0.204s": 0, 1, 2 for real, user, sys; 3 for none. */
static size_t
short_word(struct ws_sv line, struct ws_sv *value)
{
	struct ws_sv rest = line, word = ws_sv_field(&rest);
	double v;
	size_t i = 0;

	*value = ws_sv_trim(rest);
	if (value->n == 0 || !read_clock(*value, &v))
		return WS_LEN(short_words);
	while (i < WS_LEN(short_words) && !ws_sv_is(word, short_words[i].word))
		i++;
	return i;
}

static bool
take_short(struct timed *p, const struct ws_line *line)
{
	struct ws_sv value;
	size_t i = short_word(line->text, &value);

	if (i == WS_LEN(short_words))
		return false;
	if (i == 0) {
		end_run(p);
		begin_run(p, WS_SV("a command"), line->off);
	}
	if (p->open)
		set_value(p, short_words[i].value, value);
	return true;
}

static void
take_labels(struct timed *p, struct ws_sv line)
{
	struct ws_sv rest;

	for (size_t i = 0; i < WS_LEN(labels); i++)
		if (ws_label_read(line, labels[i].label, &rest))
			set_value(p, labels[i].value, rest);
	if (ws_label_read(line, "Exit status: ", &rest)) {
		p->failed += !ws_sv_is(rest, "0");
		end_run(p);
	}
}

static void
take_words(struct timed *p, struct ws_sv line)
{
	for (size_t i = 0; i < WS_LEN(words); i++) {
		struct ws_sv v = number_before(line, words[i].word);

		if (v.n > 0)
			set_value(p, words[i].value, v);
	}
}

static void
take_line(struct timed *p, const struct ws_line *line)
{
	struct ws_sv bare = ws_sv_trim(line->text), command;

	if (!line->ended && bare.n > 0) {
		p->damaged = true;
		ws_sink_fault(p->sink, line->off, "the last line is cut");
		return;
	}
	if (is_verbose(bare)) {
		end_run(p);
		ws_label_read(bare, "Command being timed: \"", &command);
		command.n -= ws_sv_ends(command, "\"");
		begin_run(p, command, line->off);
	} else if (is_plain(bare)) {
		end_run(p);
		begin_run(p, WS_SV("a command"), line->off);
		take_words(p, bare);
	} else if (ws_sv_ends(bare, "swaps") && p->open) {
		take_words(p, bare);
		end_run(p);
	} else if (!take_short(p, line) && p->open) {
		take_labels(p, bare);
	}
}

/* At the start it is what the file is; below other output the file may be of
 * another format, which then knows better. */
static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_cur c;
	struct ws_sv value;
	enum ws_bid found = WS_BID_NO;
	int lines = 0;
	size_t next = 0, word;

	ws_cur_init(&c, a->head.p, a->head.n, 0);
	while (ws_cur_left(&c) > 0) {
		struct ws_sv line = ws_sv_trim(ws_cur_line(&c));

		lines += line.n > 0;
		if (is_verbose(line) || is_plain(line))
			found = WS_BID_NAME;
		word = short_word(line, &value);
		next = word == next ? next + 1 : word == 0;
		if (next == WS_LEN(short_words))
			found = WS_BID_NAME;
		if (found != WS_BID_NO)
			return lines <= HEAD_LINES ? WS_BID_SHAPE : found;
	}
	return found;
}

static enum ws_status
finish(struct timed *p, struct ws_err *err)
{
	enum ws_status status;

	ws_source_tally(p->src, "run", p->runs);
	if (p->failed > 0)
		ws_source_detail(p->src, "runs that failed: %llu",
		    (unsigned long long)p->failed);
	status = ws_batch_flush(&p->out);
	if (status == WS_OK && p->damaged)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "%llu runs; something was cut or is no number",
		    (unsigned long long)p->runs);
	if (status == WS_OK && p->runs == 0)
		return ws_err_set(err, WS_CORRUPT, 0, "no run in it");
	return status;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct timed *p = ws_alloc(sizeof(*p));
	struct ws_lines lines = { .src = src };
	struct ws_line line;
	enum ws_status read, status;

	p->src = src;
	p->sink = sink;
	ws_batch_init(&p->out, sink);
	while (p->out.status == WS_OK && ws_lines_next(&lines, &line))
		take_line(p, &line);
	end_run(p);
	ws_lines_fini(&lines);
	read = ws_source_status(src, err);
	/* Damage of the stream says more than what it did to the lines. */
	status = finish(p, read == WS_OK ? err : NULL);
	ws_buf_fini(&p->command);
	free(p);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_time = {
	.name = "time",
	.title = "time of GNU (-v or plain), POSIX and bash",
	.bid = bid,
	.parse = parse,
};
