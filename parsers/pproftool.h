/* What the files of the reader of `go tool pprof` output share. */
#ifndef WS_PPROFTOOL_H
#define WS_PPROFTOOL_H

#include "base/htab.h"
#include "ingest/columns.h"
#include "ingest/source.h"
#include "model/batch.h"

enum pproftool_form {
	PPROFTOOL_NONE,
	PPROFTOOL_TABLE, /* -top, -tree, -peek */
	PPROFTOOL_TRACES,
	PPROFTOOL_RAW
};

enum { PPROFTOOL_TYPES = 16 };

/* "cpu/nanoseconds" of -raw, "cpu" of the others. */
struct pproftool_type {
	ws_id series; /* 0: told by the leaves, or not read */
	enum ws_unit unit;
	double scale;
	bool contention;
};

struct pproftool {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	enum pproftool_form form;
	struct pproftool_type type[PPROFTOOL_TYPES];
	size_t n_type;
	ws_id type_name; /* of the header of a table */
	uint64_t samples, rows, lost, lost_off;
	bool empty; /* it may have no samples and be whole */
	bool bomb;  /* samples were left out, of more frames than can be */
	/* The sample that is being read, leaf first. */
	ws_id *frame;
	size_t n_frame, cap_frame;
	uint64_t frames_left; /* that all samples may have */
	double value[PPROFTOOL_TYPES];
	struct ws_buf labels;
	/* -raw: frames of the locations. */
	struct ws_htab *ids;

	struct pproftool_range {
		size_t at, n;
	} * range;

	size_t cap_range;
	ws_id *line;
	size_t n_line, cap_line;
};

/* "1.22s", "515.24kB", "12": in the base unit of *unit. */
bool pproftool_value(struct ws_sv s, double *v, enum ws_unit *unit);
struct pproftool_type pproftool_type(
    const struct pproftool *p, struct ws_sv name);
/* The length of a capture, its period; of the first type that is read. */
void pproftool_capture(struct pproftool *p, ws_id name, double v);
void pproftool_lose(struct pproftool *p, uint64_t off, const char *what);
/* "main.f /src/x.go:17 (inline)"; by its address where that is empty. */
ws_id pproftool_frame(struct pproftool *p, struct ws_sv text, uint64_t address);
/* False when the stack is as deep as one may be. */
bool pproftool_push(struct pproftool *p, ws_id frame);
/* The sample is whole. */
void pproftool_sample(struct pproftool *p);

void pproftool_raw(struct pproftool *p, struct ws_cur all);
void pproftool_traces(struct pproftool *p, struct ws_cur all);
void pproftool_table(struct pproftool *p, struct ws_cur all);
/* "Duration: 3.03s, Total samples = 2.38s (78.54%)" */
bool pproftool_duration(struct ws_sv line, double *duration, double *total);
/* The header of a table. */
bool pproftool_is_table(struct ws_sv line);

#endif
