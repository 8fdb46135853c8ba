/* What the files of the reader of profiles as text share. */
#ifndef WS_PARSERS_PPROF_TEXT_H
#define WS_PARSERS_PPROF_TEXT_H

#include "ingest/columns.h"
#include "ingest/parser.h"

enum pprof_text_kind {
	PPROF_TEXT_NONE,
	PPROF_TEXT_COUNT, /* goroutine, threadcreate, and custom profiles */
	PPROF_TEXT_HEAP,
	PPROF_TEXT_BLOCK,
	PPROF_TEXT_MUTEX,
	PPROF_TEXT_FOREIGN /* of C++ or Java */
};

/* The first line of a profile. */
struct pprof_text_head {
	enum pprof_text_kind kind;
	struct ws_sv name; /* "goroutine" */
	const char *what;  /* FOREIGN: which one it is */
	uint64_t total[4]; /* of a record's numbers, in their order */
	uint64_t rate;     /* HEAP: mean bytes between samples */
	unsigned n;        /* numbers of a record */
};

bool pprof_text_head(struct ws_sv line, struct pprof_text_head *h);

/* "16: 8192 [40: 20480] @ 0x4122ef 0x465b61" */
struct pprof_text_record {
	uint64_t v[4];
	struct ws_sv addresses;
};

bool pprof_text_record(
    struct ws_sv line, unsigned n, struct pprof_text_record *r);
/* Cuts the next address off *s; false at the end or when it is none. */
bool pprof_text_address(struct ws_sv *s, uint64_t *address);

/* "#	0x4622a4	sync.(*Mutex).Lock+0x24	/usr/go/src/sync/mutex.go:90" */
struct pprof_text_frame {
	uint64_t pc;
	struct ws_sv func, file; /* empty when the runtime did not know */
	uint32_t line;
};

bool pprof_text_frame(struct ws_sv line, struct pprof_text_frame *f);

/* The Go release that wrote a mutex profile as far as its frames tell it: the
 * minor number, or 0. */
unsigned pprof_text_release(struct ws_cur all);

/* {"k":"v", "k2":"v2"} as "k=v, k2=v2". */
bool pprof_text_labels(struct ws_sv line, struct ws_buf *out);

/* The lines after "# runtime.MemStats". */
struct pprof_text_memstats {
	uint64_t pause[256];
	unsigned n_pause;
	uint64_t num_gc;
	bool have_num_gc;
};

void pprof_text_memstats(
    struct pprof_text_memstats *m, struct ws_sv line, struct ws_batch *out);
void pprof_text_pauses(
    const struct pprof_text_memstats *m, struct ws_batch *out);

#endif
