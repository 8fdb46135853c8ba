/* The rule set: its files, its names, its settings. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/parse.h"

enum { FILE_MAX = 1 << 20 };

struct ws_rules *
ws_rules_new(void)
{
	struct ws_rules *r = ws_alloc(sizeof(*r));

	r->arena = ws_arena_new();
	for (size_t k = 0; k < WS_NAME_KINDS; k++)
		r->name[k] = ws_htab_new();
	return r;
}

void
ws_rules_free(struct ws_rules *r)
{
	if (r == NULL)
		return;
	for (size_t k = 0; k < WS_NAME_KINDS; k++)
		ws_htab_free(r->name[k]);
	ws_catalogue_free(r->catalogue);
	free(r->texts.v);
	ws_arena_free(r->arena);
	free(r);
}

uint32_t
ws_rules_add_text(
    struct ws_rules *r, const char *name, struct ws_sv text, bool is_test)
{
	struct ws_text *t = ws_arena_alloc(r->arena, sizeof(*t));
	const char *slash;

	t->name = t->base = ws_arena_dup(r->arena, ws_sv_of(name));
	slash = strrchr(t->name, '/');
	if (slash != NULL)
		t->base = slash + 1;
	t->text = ws_arena_sv(r->arena, text);
	t->is_test = is_test;
	r->texts.v = ws_grow(r->texts.v, &r->texts.cap, r->texts.n + 1,
	    sizeof(struct ws_text *));
	r->texts.v[r->texts.n] = t;
	return (uint32_t)r->texts.n++;
}

enum ws_status
ws_rules_load_text(struct ws_rules *r, const char *name, struct ws_sv text,
    const struct ws_complain *c)
{
	struct ws_problems report;
	uint32_t file;

	if (text.n > FILE_MAX) {
		ws_problems_init(&report, c, &r->texts);
		ws_problems_plain(&report, "%s: %zu bytes, at most %d", name,
		    text.n, (int)FILE_MAX);
		r->broken = true;
		return WS_LIMIT;
	}
	file = ws_rules_add_text(r, name, text, false);
	r->checked = false;
	if (ws_parse(r, file, NULL, c))
		return WS_OK;
	r->broken = true;
	return WS_CORRUPT;
}

enum ws_status
ws_rules_read(const char *path, struct ws_buf *b, struct ws_problems *report)
{
	FILE *f = fopen(path, "rb");
	char part[8192];
	size_t n;
	bool failed;

	if (f == NULL) {
		ws_problems_plain(report, "%s: %s", path, strerror(errno));
		return WS_IO;
	}
	while (b->n <= FILE_MAX && (n = fread(part, 1, sizeof(part), f)) > 0)
		ws_buf_put(b, part, n);
	failed = ferror(f) != 0;
	fclose(f);
	if (failed) {
		ws_problems_plain(report, "%s: %s", path, strerror(errno));
		return WS_IO;
	}
	if (b->n > FILE_MAX) {
		ws_problems_plain(
		    report, "%s: more than %d bytes", path, (int)FILE_MAX);
		return WS_LIMIT;
	}
	return WS_OK;
}

enum ws_status
ws_rules_load(struct ws_rules *r, const char *path, const struct ws_complain *c)
{
	struct ws_problems report;
	struct ws_buf b = { 0 };
	enum ws_status status;

	ws_problems_init(&report, c, &r->texts);
	status = ws_rules_read(path, &b, &report);
	if (status == WS_OK)
		status = ws_rules_load_text(r, path, ws_buf_sv(&b), c);
	else
		r->broken = true;
	ws_buf_fini(&b);
	return status;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The paths of files with that ending, sorted; owned by the arena. */
static bool
list_files(struct ws_rules *r, const char *dir, const char *ending,
    struct ws_list *out)
{
	DIR *d = opendir(dir);
	struct ws_buf b = { 0 };
	struct dirent *e;

	if (d == NULL)
		return false;
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.' ||
		    !ws_sv_ends(ws_sv_of(e->d_name), ending))
			continue;
		b.n = 0;
		ws_buf_printf(&b, "%s/%s", dir, e->d_name);
		ws_list_add(
		    r->arena, out, ws_arena_dup(r->arena, ws_buf_sv(&b)));
	}
	closedir(d);
	ws_buf_fini(&b);
	if (out->n > 0)
		qsort(out->v, out->n, sizeof(*out->v), by_name);
	return true;
}

enum ws_status
ws_rules_load_dir(
    struct ws_rules *r, const char *path, const struct ws_complain *c)
{
	struct ws_list rules = { 0 }, symbols = { 0 };
	struct ws_problems report;
	struct ws_buf b = { 0 };
	enum ws_status status = WS_OK;

	ws_problems_init(&report, c, &r->texts);
	if (!list_files(r, path, ".rules", &rules)) {
		ws_problems_plain(&report, "%s: %s", path, strerror(errno));
		r->broken = true;
		return WS_IO;
	}
	if (rules.n == 0) {
		ws_problems_plain(&report, "%s: no *.rules file", path);
		r->broken = true;
		return WS_CORRUPT;
	}
	ws_buf_printf(&b, "%s/symbols", path);
	list_files(r, b.p, ".sym", &symbols);
	ws_buf_fini(&b);
	for (size_t i = 0; i < symbols.n; i++)
		status =
		    ws_status_worst(status, ws_rules_load(r, symbols.v[i], c));
	for (size_t i = 0; i < rules.n; i++)
		status =
		    ws_status_worst(status, ws_rules_load(r, rules.v[i], c));
	return status;
}

static enum ws_status
set_value(struct ws_param *p, const char *text, struct ws_err *err)
{
	char lo[32], hi[32];
	enum ws_unit unit;
	double value;

	if (!ws_literal_read(text, p->unit, &value, &unit))
		return ws_err_set(err, WS_CORRUPT, WS_OFF_NONE,
		    "%s: wanted a value of unit %s, found '%s'", p->name,
		    ws_unit_name(p->unit), text);
	if (value < p->lo || value > p->hi) {
		ws_unit_format(lo, p->lo, p->unit);
		ws_unit_format(hi, p->hi, p->unit);
		return ws_err_set(err, WS_CORRUPT, WS_OFF_NONE,
		    "%s: wanted %s to %s, found %s", p->name, lo, hi, text);
	}
	p->value = value;
	return WS_OK;
}

enum ws_status
ws_rules_set(struct ws_rules *r, struct ws_sv setting, struct ws_err *err)
{
	size_t eq = ws_sv_find(setting, "=");
	struct ws_sv name = ws_sv_trim((struct ws_sv){ setting.p, eq });
	struct ws_param_decl *d;
	struct ws_near near;
	struct ws_sv shown;

	if (eq == setting.n)
		return ws_err_set(err, WS_CORRUPT, WS_OFF_NONE,
		    "wanted name=value, found '%.*s'", WS_SV_ARG(setting));
	d = ws_decl_find(r, WS_NAME_PARAM, name);
	if (d != NULL)
		return set_value(&d->param,
		    ws_arena_dup(
			r->arena, ws_sv_trim(ws_sv_from(setting, eq + 1))),
		    err);
	shown = ws_arena_sv(r->arena, name);
	return ws_err_set(err, WS_CORRUPT, WS_OFF_NONE, "no parameter '%s'%s",
	    shown.p, ws_decl_near(r, WS_NAME_PARAM, shown.p, &near));
}

const struct ws_catalogue *
ws_rules_catalogue(const struct ws_rules *r)
{
	return r->catalogue;
}

const struct ws_queries *
ws_rules_queries(const struct ws_rules *r)
{
	return &r->queries;
}

size_t
ws_rules_all(const struct ws_rules *r, const struct ws_rule *const **out)
{
	*out = (const struct ws_rule *const *)r->decl[WS_NAME_RULE].v;
	return r->decl[WS_NAME_RULE].n;
}

size_t
ws_rules_params(const struct ws_rules *r, const struct ws_param *const **out)
{
	*out = (const struct ws_param *const *)r->decl[WS_NAME_PARAM].v;
	return r->decl[WS_NAME_PARAM].n;
}

size_t
ws_rules_advice(const struct ws_rules *r, const struct ws_advice *const **out)
{
	*out = (const struct ws_advice *const *)r->decl[WS_NAME_ADVICE].v;
	return r->decl[WS_NAME_ADVICE].n;
}

const struct ws_rule *
ws_rules_find(const struct ws_rules *r, struct ws_sv id)
{
	const struct ws_rule_decl *d = ws_decl_find(r, WS_NAME_RULE, id);

	return d != NULL ? &d->rule : NULL;
}

size_t
ws_rules_designs(const struct ws_rules *r, const struct ws_design *const **out)
{
	*out = (const struct ws_design *const *)r->decl[WS_NAME_DESIGN].v;
	return r->decl[WS_NAME_DESIGN].n;
}

size_t
ws_rules_waits(const struct ws_rules *r, const struct ws_waits *const **out)
{
	*out = (const struct ws_waits *const *)r->decl[WS_NAME_WAITS].v;
	return r->decl[WS_NAME_WAITS].n;
}

const struct ws_advice *
ws_rules_find_advice(const struct ws_rules *r, struct ws_sv id)
{
	const struct ws_advice_decl *d = ws_decl_find(r, WS_NAME_ADVICE, id);

	return d != NULL ? &d->advice : NULL;
}

size_t
ws_rules_files(const struct ws_rules *r, const char *const **out)
{
	*out = (const char *const *)r->files.v;
	return r->files.n;
}
