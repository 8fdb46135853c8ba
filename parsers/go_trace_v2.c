/*
 * Execution traces of Go 1.22 and later: the header names the version of the
 * format (22, 23, 25, 26).  Specified by internal/trace of Go alone.
 *
 * Read: all timed events; of experiments (GODEBUG=traceallocfree=1) only how
 * many there are.  Not read: parents of tasks, the tasks of regions, the data
 * of experimental batches.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "go_trace_v2.h"

static ws_id
stack_of(struct ws_dict *d, const char *func)
{
	struct ws_frame frame = { .func = ws_dict_cstr(d, func) };
	ws_id id = ws_dict_frame(d, &frame);

	return ws_dict_stack(d, &id, 1);
}

static void
setup(struct v2 *v, struct ws_gt *m, struct ws_cur *c, unsigned version)
{
	v->m = m;
	v->base = v->p = c->p;
	v->base_off = c->off;
	v->end = c->end;
	v->version = version;
	v->last = INT64_MIN;
	v->lost_stack = stack_of(m->dict, "");
	v->callback_stack = stack_of(m->dict, "runtime.cgocallbackg");
	v2_tables_init(v);
	ws_gt_table_init(&v->threads, sizeof(struct v2_thread));
}

static void
teardown(struct v2 *v)
{
	v2_tables_fini(v);
	ws_gt_table_fini(&v->threads);
	free(v->batch);
	free(v->cursor);
	free(v->heap);
	free(v);
}

static void
report(struct v2 *v)
{
	struct ws_gt *m = v->m;

	for (size_t i = 0; i < WS_LEN(v->counts); i++)
		if (v->counts[i] > 0)
			ws_source_tally(
			    m->src, v2_events[i].name, v->counts[i]);
	if (v->n_cpu > 0)
		ws_source_tally(m->src, "CPUSample", v->n_cpu);
	ws_source_detail(m->src, "%.2f s, %" PRIu64 " generation%s%s",
	    m->first == WS_T_NONE ? 0 : (double)(m->last - m->first) / 1e9,
	    v->generations, v->generations == 1 ? "" : "s",
	    v->n_experiment > 0 ? ", with experimental batches" : "");
}

enum ws_status
ws_gt_parse_v2(
    struct ws_gt *m, struct ws_cur *c, unsigned version, struct ws_err *err)
{
	struct v2 *v = ws_alloc(sizeof(*v));
	bool found;

	setup(v, m, c, version);
	while (m->out.status == WS_OK && v2_index(v)) {
		v2_merge(v);
		ws_source_passed(m->src, v2_off(v, v->p));
	}
	report(v);
	ws_cur_skip(c, (uint64_t)(v->p - c->p));
	found = v->generations > 0;
	teardown(v);
	return found ? WS_OK
		     : ws_err_set(err, WS_CORRUPT, c->off,
			   "wanted a generation of a trace, found none");
}
