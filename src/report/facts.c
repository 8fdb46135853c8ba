/* `whyslow facts`: every fact with its evidence. */
#include <math.h>

#include "base/json.h"
#include "report/page.h"
#include "report/parts.h"

void
ws_fact_show(struct ws_buf *b, const struct ws_fact_def *def, double value)
{
	char text[32];

	ws_unit_format(text, value, def->unit);
	ws_buf_puts(b, text);
}

const struct ws_fact_def *
ws_fact_def_of(const struct ws_report *r, const struct ws_fact *f)
{
	return ws_catalogue_get(ws_facts_catalogue(r->facts), f->def);
}

static void
put_value(
    struct ws_buf *b, const struct ws_fact_def *def, const struct ws_fact *f)
{
	if (f->presence != WS_VALUE)
		return;
	if (def->unit == WS_U_TEXT)
		ws_buf_puts(b, f->text ? f->text : "");
	else
		ws_fact_show(b, def, f->value);
}

static void
put_interval(
    struct ws_buf *b, const struct ws_fact_def *def, const struct ws_fact *f)
{
	if (f->presence != WS_VALUE || isnan(f->lo) || isnan(f->hi))
		return;
	ws_fact_show(b, def, f->lo);
	ws_buf_puts(b, " to ");
	ws_fact_show(b, def, f->hi);
}

enum { NAME, SUBJECT, VALUE, INTERVAL, PRESENCE, FROM, COLUMNS };

static const char *const head[COLUMNS] = { [NAME] = "FACT",
	[SUBJECT] = "SUBJECT",
	[VALUE] = "VALUE",
	[INTERVAL] = "95 % INTERVAL",
	[PRESENCE] = "PRESENCE",
	[FROM] = "FROM" };

static void
put_row(const void *ctx, size_t i, struct ws_buf *cell)
{
	const struct ws_report *r = ctx;
	const struct ws_fact *const *f;
	const struct ws_fact_def *def;

	ws_facts_all(r->facts, &f);
	def = ws_fact_def_of(r, f[i]);
	ws_buf_puts(&cell[NAME], def->name);
	ws_buf_puts(&cell[SUBJECT], f[i]->subject ? f[i]->subject : "");
	put_value(&cell[VALUE], def, f[i]);
	put_interval(&cell[INTERVAL], def, f[i]);
	ws_buf_puts(&cell[PRESENCE], ws_presence_name(f[i]->presence));
	ws_buf_puts(&cell[FROM], f[i]->artifact ? f[i]->artifact : "");
}

void
ws_report_facts(FILE *f, const struct ws_report *r, const struct ws_style *s)
{
	const struct ws_page page = { f, s };
	const struct ws_fact *const *all;
	struct ws_grid grid = { .head = head,
		.n_column = COLUMNS,
		.n_row = ws_facts_all(r->facts, &all),
		.row = put_row,
		.ctx = r,
		.right = 1u << VALUE };

	ws_page_grid(&page, &grid);
}

void
ws_json_fact(
    struct ws_json *j, const struct ws_fact_def *def, const struct ws_fact *f)
{
	bool has_value = f && f->presence == WS_VALUE;

	ws_json_key(j, "value");
	if (has_value && def->unit == WS_U_TEXT)
		ws_json_str(j, f->text);
	else
		ws_json_num(j, has_value ? f->value : NAN);
	ws_json_key(j, "unit");
	ws_json_str(j, ws_unit_name(def->unit));
	ws_json_key(j, "artifact");
	ws_json_str(j, f ? f->artifact : NULL);
	ws_json_key(j, "samples");
	ws_json_num(j, f ? f->samples : NAN);
	ws_json_key(j, "lo");
	ws_json_num(j, has_value ? f->lo : NAN);
	ws_json_key(j, "hi");
	ws_json_num(j, has_value ? f->hi : NAN);
}

static void
put_json_fact(
    struct ws_json *j, const struct ws_report *r, const struct ws_fact *f)
{
	const struct ws_fact_def *def = ws_fact_def_of(r, f);

	ws_json_open(j, '{');
	ws_json_key(j, "name");
	ws_json_str(j, def->name);
	ws_json_key(j, "subject");
	ws_json_str(j, f->subject);
	ws_json_fact(j, def, f);
	ws_json_key(j, "presence");
	ws_json_str(j, ws_presence_name(f->presence));
	ws_json_key(j, "lost");
	ws_json_num(j, f->lost);
	ws_json_close(j, '}');
}

void
ws_report_facts_json(FILE *f, const struct ws_report *r)
{
	const struct ws_fact *const *all;
	size_t n = ws_facts_all(r->facts, &all);
	struct ws_json j;

	ws_json_init(&j, f, true);
	ws_json_open(&j, '{');
	ws_json_key(&j, "schema");
	ws_json_str(&j, "whyslow.facts/1");
	ws_json_key(&j, "facts");
	ws_json_open(&j, '[');
	for (size_t i = 0; i < n; i++)
		put_json_fact(&j, r, all[i]);
	ws_json_close(&j, ']');
	ws_json_close(&j, '}');
	ws_json_end(&j);
}
