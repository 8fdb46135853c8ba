/* `whyslow ls`: what is in the bundle and what became of it. */
#include <inttypes.h>

#include "base/err.h"
#include "report/page.h"
#include "report/parts.h"

enum { NAME, FORMAT, VERSION, STATUS, EVENTS, LOST, BYTES, DETAIL, COLUMNS };

static const char *const head[COLUMNS] = { [NAME] = "ARTIFACT",
	[FORMAT] = "FORMAT",
	[VERSION] = "VERSION",
	[STATUS] = "STATUS",
	[EVENTS] = "EVENTS",
	[LOST] = "LOST",
	[BYTES] = "BYTES",
	[DETAIL] = "DETAIL" };

static void
put_row(const void *ctx, size_t i, struct ws_buf *cell)
{
	const struct ws_report *r = ctx;
	const struct ws_report_artifact *a = &r->artifact[i];

	ws_buf_puts(&cell[NAME], a->name);
	ws_buf_puts(&cell[FORMAT], a->format ? a->format : "unknown");
	ws_buf_puts(&cell[VERSION], a->version ? a->version : "");
	ws_buf_puts(&cell[STATUS], ws_status_name(a->status));
	ws_buf_printf(&cell[EVENTS], "%" PRIu64, a->events);
	ws_buf_printf(&cell[LOST], "%" PRIu64, a->lost);
	ws_buf_printf(&cell[BYTES], "%" PRIu64, a->bytes);
	ws_buf_puts(&cell[DETAIL], a->detail ? a->detail : "");
	if (a->status != WS_OK && a->off != WS_OFF_NONE)
		ws_buf_printf(&cell[DETAIL], " (at 0x%" PRIx64 ")", a->off);
}

enum { NODE, HOST, PROGRAM, FILES, CHOSEN, NODE_COLUMNS };

static const char *const node_head[NODE_COLUMNS] = { [NODE] = "NODE",
	[HOST] = "HOST",
	[PROGRAM] = "PROGRAM",
	[FILES] = "ARTIFACTS",
	[CHOSEN] = "" };

static void
put_node(const void *ctx, size_t i, struct ws_buf *cell)
{
	const struct ws_report *r = ctx;
	const struct ws_report_node *g = &r->nodes[i];

	ws_buf_puts(&cell[NODE], g->name);
	ws_buf_puts(&cell[HOST], g->host);
	ws_buf_puts(&cell[PROGRAM], g->program);
	ws_buf_printf(&cell[FILES], "%zu", g->artifacts);
	ws_buf_puts(&cell[CHOSEN], (int)i == r->node ? "diagnosed" : "");
}

static void
put_nodes(const struct ws_page *page, const struct ws_report *r)
{
	const struct ws_grid grid = { .head = node_head,
		.n_column = NODE_COLUMNS,
		.n_row = r->n_node,
		.row = put_node,
		.ctx = r,
		.right = 1u << FILES };

	ws_page_text(page, 0, "");
	ws_page_grid(page, &grid);
}

void
ws_report_ls(FILE *f, const struct ws_report *r, const struct ws_style *s)
{
	const struct ws_page page = { f, s };
	struct ws_grid grid = { .head = head,
		.n_column = COLUMNS,
		.n_row = r->n_artifact,
		.row = put_row,
		.ctx = r,
		.right = 1u << EVENTS | 1u << LOST | 1u << BYTES };

	ws_page_grid(&page, &grid);
	if (r->n_node > 0)
		put_nodes(&page, r);
	if (r->status != WS_OK && r->detail && *r->detail)
		ws_page_text(&page, 0, r->detail);
}

/* All records and those of each type. */
static void
put_records(struct ws_json *j, const struct ws_report_artifact *a)
{
	uint64_t all = 0;

	for (size_t i = 0; i < a->n_record; i++)
		all += a->record[i].n;
	ws_json_key(j, "records");
	ws_json_u64(j, all);
	ws_json_key(j, "records_by_type");
	ws_json_open(j, '{');
	for (size_t i = 0; i < a->n_record; i++) {
		ws_json_key(j, a->record[i].type);
		ws_json_u64(j, a->record[i].n);
	}
	ws_json_close(j, '}');
}

static void
put_artifact(
    struct ws_json *j, const struct ws_report_artifact *a, bool with_records)
{
	const struct {
		const char *key, *text;
	} texts[] = { { "name", a->name }, { "format", a->format },
		{ "version", a->version },
		{ "status", ws_status_name(a->status) },
		{ "detail", a->detail } };

	const struct {
		const char *key;
		uint64_t n;
	} numbers[] = { { "bytes", a->bytes }, { "events", a->events },
		{ "lost", a->lost } };

	ws_json_open(j, '{');
	for (size_t i = 0; i < WS_LEN(texts); i++) {
		ws_json_key(j, texts[i].key);
		ws_json_str(j, texts[i].text);
	}
	for (size_t i = 0; i < WS_LEN(numbers); i++) {
		ws_json_key(j, numbers[i].key);
		ws_json_u64(j, numbers[i].n);
	}
	ws_json_key(j, "offset");
	if (a->off == WS_OFF_NONE)
		ws_json_null(j);
	else
		ws_json_u64(j, a->off);
	if (a->node >= 0) {
		ws_json_key(j, "node");
		ws_json_u64(j, (uint64_t)a->node);
	}
	if (with_records)
		put_records(j, a);
	ws_json_close(j, '}');
}

/* Only of bundles of several processes. */
static void
put_node_list(struct ws_json *j, const struct ws_report *r)
{
	ws_json_key(j, "node");
	ws_json_u64(j, (uint64_t)r->node);
	ws_json_key(j, "nodes");
	ws_json_open(j, '[');
	for (size_t i = 0; i < r->n_node; i++) {
		const struct {
			const char *key, *text;
		} texts[] = { { "name", r->nodes[i].name },
			{ "host", r->nodes[i].host },
			{ "program", r->nodes[i].program } };

		ws_json_open(j, '{');
		for (size_t k = 0; k < WS_LEN(texts); k++) {
			ws_json_key(j, texts[k].key);
			ws_json_str(j, texts[k].text);
		}
		ws_json_key(j, "artifacts");
		ws_json_u64(j, r->nodes[i].artifacts);
		ws_json_close(j, '}');
	}
	ws_json_close(j, ']');
}

void
ws_json_bundle(struct ws_json *j, const struct ws_report *r, bool with_records)
{
	const struct {
		const char *key, *text;
	} texts[] = { { "name", r->bundle }, { "sha256", r->sha256 },
		{ "status", ws_status_name(r->status) },
		{ "detail", r->detail } };

	ws_json_open(j, '{');
	for (size_t i = 0; i < WS_LEN(texts); i++) {
		ws_json_key(j, texts[i].key);
		ws_json_str(j, texts[i].text);
	}
	ws_json_key(j, "artifacts");
	ws_json_open(j, '[');
	for (size_t i = 0; i < r->n_artifact; i++)
		put_artifact(j, &r->artifact[i], with_records);
	ws_json_close(j, ']');
	if (r->n_node > 0)
		put_node_list(j, r);
	ws_json_close(j, '}');
}

void
ws_report_ls_json(FILE *f, const struct ws_report *r)
{
	struct ws_json j;

	ws_json_init(&j, f, true);
	ws_json_bundle(&j, r, true);
	ws_json_end(&j);
}
