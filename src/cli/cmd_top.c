#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/cli.h"

static const struct ws_opt own[] = {
	{ 0, "of", WS_OPT_TEXT, WS_OPT_AT(of), "SERIES",
	    "pprof.cpu (default), pprof.mutex, pprof.alloc, ..." },
	{ 0, "cum", WS_OPT_FLAG, WS_OPT_AT(cum), NULL,
	    "sort by cumulative value" },
	{ 'n', "rows", WS_OPT_TEXT, WS_OPT_AT(limit_rows), "N",
	    "print at most N functions (text: 20, JSON: all)" },
	{ 0, "json", WS_OPT_FLAG, WS_OPT_AT(json), NULL, "JSON instead" },
	{ 0, NULL, WS_OPT_FLAG, 0, NULL, NULL },
};

/* A profile's rows and how many to show.  Rows come by falling flat value. */
struct table {
	const struct ws_profile *profile;
	struct ws_top_row *row;
	size_t n, show;
};

static int
by_cum(const void *pa, const void *pb)
{
	const struct ws_top_row *a = pa, *b = pb;

	if (fabs(a->cum) != fabs(b->cum))
		return fabs(a->cum) > fabs(b->cum) ? -1 : 1;
	if (fabs(a->flat) != fabs(b->flat))
		return fabs(a->flat) > fabs(b->flat) ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void
print_json(const struct table *t)
{
	struct ws_json j;
	size_t i;

	ws_json_init(&j, stdout, true);
	ws_json_open(&j, '{');
	ws_json_key(&j, "total");
	ws_json_num(&j, t->profile->abs_total);
	ws_json_key(&j, "unit");
	ws_json_str(&j, ws_unit_name(t->profile->unit));
	ws_json_key(&j, "rows");
	ws_json_open(&j, '[');
	for (i = 0; i < t->show; i++) {
		ws_json_open(&j, '{');
		ws_json_key(&j, "name");
		ws_json_str(&j, t->row[i].name);
		ws_json_key(&j, "flat");
		ws_json_num(&j, t->row[i].flat);
		ws_json_key(&j, "cum");
		ws_json_num(&j, t->row[i].cum);
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
print_text(const struct table *t)
{
	const struct ws_profile *p = t->profile;
	struct ws_buf name = { 0 };
	char flat[32], cum[32];
	size_t i;

	ws_unit_format(flat, p->abs_total, p->unit);
	printf("total %s in %llu samples; %zu of %zu functions\n", flat,
	    (unsigned long long)p->samples, t->show, t->n);
	printf("%10s %7s %10s %7s  function\n", "flat", "flat%", "cum", "cum%");
	for (i = 0; i < t->show; i++) {
		const struct ws_top_row *r = &t->row[i];

		name.n = 0;
		ws_buf_put_safe(&name, ws_sv_of(r->name));
		ws_unit_format(flat, r->flat, p->unit);
		ws_unit_format(cum, r->cum, p->unit);
		printf("%10s %6.2f%% %10s %6.2f%%  %s\n", flat,
		    percent(r->flat, p->abs_total), cum,
		    percent(r->cum, p->abs_total),
		    name.p != NULL ? name.p : "");
	}
	ws_buf_fini(&name);
}

static void
list_series(const struct ws_run *run, const char *wanted)
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
	ws_cli_warn("no samples of %s in this bundle; it has: %s", wanted,
	    b.n > 0 ? b.p : "none");
	ws_buf_fini(&b);
}

static int
print_top(const struct ws_options *o, struct ws_run *run, uint64_t rows)
{
	const char *of = o->of != NULL ? o->of : "pprof.cpu";
	struct table t;
	int status;

	t.profile = ws_profiles_find(
	    ws_run_profiles(run), ws_dict_cstr(ws_run_dict(run), of));
	if (t.profile == NULL) {
		list_series(run, of);
		status = ws_cli_status(run);
		return status != WS_EXIT_OK ? status : WS_EXIT_DATA;
	}
	t.n = ws_profile_top(t.profile, ws_run_dict(run), &t.row);
	t.show = t.n < rows ? t.n : (size_t)rows;
	if (o->cum && t.n > 1)
		qsort(t.row, t.n, sizeof(*t.row), by_cum);
	if (o->json)
		print_json(&t);
	else
		print_text(&t);
	free(t.row);
	return WS_EXIT_OK;
}

static int
top(struct ws_options *o, int argc, char **argv)
{
	uint64_t rows = o->json ? UINT64_MAX : 20;
	struct ws_rules *rules;
	struct ws_run *run;
	int status;

	if (o->limit_rows != NULL &&
	    !ws_num_u64(ws_sv_of(o->limit_rows), 0, UINT64_MAX, &rows)) {
		ws_cli_usage(
		    "--rows wants a number, found '%s'", o->limit_rows);
		return WS_EXIT_USAGE;
	}
	rules = ws_cli_rules(o);
	if (rules == NULL)
		return WS_EXIT_RULES;
	run = ws_cli_run(o, rules, argc, argv, &status);
	if (run != NULL)
		status = print_top(o, run, rows);
	ws_run_free(run);
	ws_rules_free(rules);
	return status;
}

static const struct ws_opt *const opts[] = { own, ws_opt_rules, ws_opt_common,
	ws_opt_choice, ws_opt_limits, NULL };

const struct ws_cmd ws_cmd_top = { "top", "BUNDLE",
	"print the functions that a profile charges most", opts, top };
