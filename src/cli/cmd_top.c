#include <math.h>
#include <string.h>

#include "base/htab.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/cli.h"
#include "metrics/top.h"

static const struct ws_opt own[] = {
	{ 0, "of", WS_OPT_TEXT, WS_OPT_AT(of), "SERIES",
	    "pprof.cpu (default), pprof.mutex, pprof.alloc, ..." },
	{ 0, "by", WS_OPT_TEXT, WS_OPT_AT(by), "KIND",
	    "func (default), line, file, mapping, label, label=KEY" },
	{ 0, "focus", WS_OPT_TEXT, WS_OPT_AT(focus), "REGEX",
	    "only samples with a matching frame" },
	{ 0, "ignore", WS_OPT_TEXT, WS_OPT_AT(ignore), "REGEX",
	    "no samples with a matching frame" },
	{ 0, "artifact", WS_OPT_TEXT, WS_OPT_AT(artifact), "NAME",
	    "of this artifact alone" },
	{ 0, "cum", WS_OPT_FLAG, WS_OPT_AT(cum), NULL,
	    "sort by cumulative value" },
	{ 0, "no-inlines", WS_OPT_FLAG, WS_OPT_AT(no_inlines), NULL,
	    "charge inlined functions to what they are in" },
	{ 'n', "rows", WS_OPT_TEXT, WS_OPT_AT(limit_rows), "N",
	    "print at most N rows (text: 20, JSON: all)" },
	{ 0, "json", WS_OPT_FLAG, WS_OPT_AT(json), NULL, "JSON instead" },
	{ 0, NULL, WS_OPT_FLAG, 0, NULL, NULL },
};

/* What the command line asks for. */
struct wanted {
	const struct ws_options *o;
	const char *of;
	struct ws_top_ask ask;
	uint64_t rows;
};

/* A profile's rows and how many to show. */
struct table {
	const struct wanted *w;
	const struct ws_profile *profile;
	struct ws_top top;
	size_t show;
};

static const struct {
	const char *name, *title;
	enum ws_top_by by;
} kinds[] = {
	{ "func", "function", WS_TOP_FUNC },
	{ "line", "line", WS_TOP_LINE },
	{ "file", "file", WS_TOP_FILE },
	{ "mapping", "mapping", WS_TOP_MAPPING },
	{ "label", "label", WS_TOP_LABEL },
};

static void
json_pair(struct ws_json *j, const char *key, const char *text)
{
	if (text == NULL)
		return;
	ws_json_key(j, key);
	ws_json_str(j, text);
}

static void
print_json(const struct table *t)
{
	const struct wanted *w = t->w;
	struct ws_json j;
	size_t i;

	ws_json_init(&j, stdout, true);
	ws_json_open(&j, '{');
	ws_json_key(&j, "total");
	ws_json_num(&j, ws_profile_whole(t->profile));
	json_pair(&j, "unit", ws_unit_name(t->profile->unit));
	json_pair(&j, "by", w->o->by);
	json_pair(&j, "focus", w->o->focus);
	json_pair(&j, "ignore", w->o->ignore);
	json_pair(&j, "artifact", w->o->artifact);
	if (w->ask.no_inlines) {
		ws_json_key(&j, "no_inlines");
		ws_json_bool(&j, true);
	}
	if (w->ask.focus != NULL || w->ask.ignore != NULL) {
		ws_json_key(&j, "kept");
		ws_json_num(&j, t->top.kept);
	}
	ws_json_key(&j, "rows");
	ws_json_open(&j, '[');
	for (i = 0; i < t->show; i++) {
		ws_json_open(&j, '{');
		json_pair(&j, "name", t->top.row[i].name);
		ws_json_key(&j, "flat");
		ws_json_num(&j, t->top.row[i].flat);
		ws_json_key(&j, "cum");
		ws_json_num(&j, t->top.row[i].cum);
		ws_json_close(&j, '}');
	}
	ws_json_close(&j, ']');
	ws_json_close(&j, '}');
	ws_json_end(&j);
}

static double
percent(double v, double whole)
{
	return whole > 0 ? 100 * v / whole : 0;
}

static void
print_head(const struct table *t, double whole)
{
	const struct ws_profile *p = t->profile;
	const char *title = kinds[t->w->ask.by].title;
	char text[32];

	ws_unit_format(text, whole, p->unit);
	printf("total %s in %llu samples; %zu of %zu %ss\n", text,
	    (unsigned long long)p->samples, t->show, t->top.n, title);
	if (t->w->ask.focus != NULL || t->w->ask.ignore != NULL) {
		ws_unit_format(text, t->top.kept, p->unit);
		printf("focus and ignore keep %s, %.2f%%\n", text,
		    percent(t->top.kept, whole));
	}
	printf(
	    "%10s %7s %10s %7s  %s\n", "flat", "flat%", "cum", "cum%", title);
}

static void
print_text(const struct table *t)
{
	const struct ws_profile *p = t->profile;
	double whole = ws_profile_whole(p);
	struct ws_buf name = { 0 };
	char flat[32], cum[32];
	size_t i;

	print_head(t, whole);
	for (i = 0; i < t->show; i++) {
		const struct ws_top_row *r = &t->top.row[i];

		name.n = 0;
		ws_buf_put_safe(&name, ws_sv_of(r->name));
		ws_unit_format(flat, r->flat, p->unit);
		ws_unit_format(cum, r->cum, p->unit);
		printf("%10s %6.2f%% %10s %6.2f%%  %s\n", flat,
		    percent(r->flat, whole), cum, percent(r->cum, whole),
		    name.p != NULL ? name.p : "");
	}
	ws_buf_fini(&name);
}

static void
list_series(const struct ws_run *run, const struct wanted *w)
{
	struct ws_profiles *all = ws_run_profiles(run);
	struct ws_htab *names = ws_htab_new();
	struct ws_buf b = { 0 };
	size_t i;
	bool is_new;

	for (i = 0; i < ws_profiles_count(all); i++) {
		struct ws_sv name = ws_dict_text(
		    ws_run_dict(run), ws_profiles_get(all, i)->series);

		ws_htab_put(names, name.p, name.n, &is_new);
		if (!is_new)
			continue;
		ws_buf_puts(&b, b.n > 0 ? ", " : "");
		ws_buf_put_safe(&b, name);
	}
	ws_htab_free(names);
	ws_cli_warn("no samples of %s in %s; %s: %s", w->of,
	    w->o->artifact != NULL ? w->o->artifact : "this bundle",
	    w->o->artifact != NULL ? "the bundle has" : "it has",
	    b.n > 0 ? b.p : "none");
	ws_buf_fini(&b);
}

/* Of the named artifact: the profile of that series, or NULL. */
static const struct ws_profile *
find_in(const struct ws_profiles *all, ws_id series, ws_id artifact)
{
	const struct ws_profile *p;
	size_t i;

	for (i = 0; i < ws_profiles_count(all); i++) {
		p = ws_profiles_get(all, i);
		if (p->series == series && p->artifact == artifact)
			return p;
	}
	return NULL;
}

static const struct ws_profile *
find_profile(const struct wanted *w, struct ws_run *run)
{
	struct ws_dict *d = ws_run_dict(run);
	ws_id series = ws_dict_cstr(d, w->of);

	if (w->o->artifact == NULL)
		return ws_profiles_find(ws_run_profiles(run), series);
	return find_in(
	    ws_run_profiles(run), series, ws_dict_cstr(d, w->o->artifact));
}

static int
print_top(const struct wanted *w, struct ws_run *run)
{
	struct table t = { .w = w, .profile = find_profile(w, run) };
	int status;

	if (t.profile == NULL) {
		list_series(run, w);
		status = ws_cli_status(run);
		return status != WS_EXIT_OK ? status : WS_EXIT_DATA;
	}
	ws_top_init(&t.top, t.profile, ws_run_dict(run), &w->ask);
	t.show = t.top.n < w->rows ? t.top.n : (size_t)w->rows;
	if (t.top.limited > 0)
		ws_cli_warn("%llu names took too long to match: they count as "
			    "no match",
		    (unsigned long long)t.top.limited);
	if (w->o->json)
		print_json(&t);
	else
		print_text(&t);
	ws_top_fini(&t.top);
	return WS_EXIT_OK;
}

static bool
read_by(struct wanted *w)
{
	const char *by = w->o->by != NULL ? w->o->by : "func";
	size_t i, n = strcspn(by, "=");

	for (i = 0; i < WS_LEN(kinds); i++) {
		if (strlen(kinds[i].name) != n ||
		    strncmp(by, kinds[i].name, n) != 0)
			continue;
		w->ask.by = kinds[i].by;
		if (by[n] == '=' && w->ask.by == WS_TOP_LABEL)
			w->ask.label = ws_sv_of(by + n + 1);
		if (by[n] == '\0' || w->ask.label.n > 0)
			return true;
	}
	ws_cli_usage("--by wants func, line, file, mapping, label or label=KEY,"
		     " found '%s'",
	    by);
	return false;
}

static bool
read_regex(const char *option, const char *text, const struct ws_regex **out)
{
	struct ws_err err = { .off = WS_OFF_NONE };
	struct ws_regex *r;

	if (text == NULL)
		return true;
	*out = r = ws_regex_new(ws_sv_of(text), &err);
	if (r == NULL)
		ws_cli_usage("--%s '%s': %s", option, text, err.text);
	else
		ws_regex_quicken(r);
	return r != NULL;
}

static bool
read_wanted(struct wanted *w)
{
	const struct ws_options *o = w->o;

	w->rows = o->json ? UINT64_MAX : 20;
	w->of = o->of != NULL ? o->of : "pprof.cpu";
	w->ask.cum = o->cum;
	w->ask.no_inlines = o->no_inlines;
	if (o->limit_rows != NULL &&
	    !ws_num_u64(ws_sv_of(o->limit_rows), 0, UINT64_MAX, &w->rows)) {
		ws_cli_usage(
		    "--rows wants a number, found '%s'", o->limit_rows);
		return false;
	}
	return read_by(w) && read_regex("focus", o->focus, &w->ask.focus) &&
	       read_regex("ignore", o->ignore, &w->ask.ignore);
}

static int
top_of(const struct wanted *w, const char *path)
{
	struct ws_rules *rules = ws_cli_rules(w->o);
	struct ws_run *run;
	int status;

	if (rules == NULL)
		return WS_EXIT_RULES;
	run =
	    ws_cli_read(w->o, rules, w->ask.by == WS_TOP_LABEL, path, &status);
	if (run != NULL)
		status = print_top(w, run);
	ws_run_free(run);
	ws_rules_free(rules);
	return status;
}

static int
top(struct ws_options *o, int argc, char **argv)
{
	struct wanted w = { .o = o };
	int status = WS_EXIT_USAGE;

	if (read_wanted(&w) && ws_cli_is_one(argc))
		status = top_of(&w, argv[0]);

	ws_regex_free((struct ws_regex *)(uintptr_t)w.ask.focus);
	ws_regex_free((struct ws_regex *)(uintptr_t)w.ask.ignore);
	return status;
}

static const struct ws_opt *const opts[] = { own, ws_opt_rules, ws_opt_common,
	ws_opt_choice, ws_opt_limits, NULL };

const struct ws_cmd ws_cmd_top = { "top", "BUNDLE",
	"print the functions that a profile charges most", opts, top };
