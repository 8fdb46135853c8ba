/* What the text and the JSON reader of iostat share: reports become events. */
#ifndef WS_IOSTAT_H
#define WS_IOSTAT_H

#include "sysstat.h"

struct ws_iostat {
	struct ws_sysstat s; /* its time is that of this report */
	bool first;          /* an average since boot, as far as we know */
	bool skip;           /* this report is not to be trusted */
	bool sectors; /* throughput is in sectors, whatever its label says */
	uint64_t in_capture, dropped;
	uint64_t seen; /* columns of the table that occurred anywhere */
	/* Rows that can be checked by Little's law, those whose queue is not
	 * what it says, and those that cannot have been busy for so long. */
	uint64_t checked, odd_queue, odd_util;

	struct ws_iostat_device {
		struct ws_sv name; /* of the dictionary */
		ws_id track;
	} device[64]; /* by a hash of the name */
};

/* A header line, and what follows from it for every row below.  Numbers of
 * columns are those of l. */
struct ws_iostat_layout {
	struct ws_layout l;
	const struct ws_heading *heading;
	uint64_t known, named; /* columns with a meaning, and with a name */
	/* What a printed number is multiplied with, the largest product that
	 * can be, and the columns in which 1e8 is below that. */
	double factor[WS_COLUMNS_MAX], most[WS_COLUMNS_MAX];
	uint64_t roomy;

	/* Columns of rates, and as bits those of the means over them. */
	struct ws_iostat_means {
		uint8_t rate[2];
		uint64_t columns;
	} means[8];

	size_t n_means;

	/* For Little's law: columns of rates and of the time of a request. */
	struct ws_iostat_flow {
		uint8_t rate, time;
	} flow[7];

	size_t n_flow;
	size_t queue, util; /* columns, or l.n */
};

/* One row under its header. */
struct ws_iostat_row {
	const struct ws_iostat_layout *l;
	const double *v;     /* WS_COLUMNS_MAX; NaN where there is no number */
	uint64_t cells;      /* the columns that the row has, as bits */
	uint64_t bytes;      /* of them, those in bytes whatever their column */
	uint64_t small;      /* and those that are from 0 to 1e8 */
	struct ws_sv device; /* empty for the CPU */
	struct ws_sv last;   /* of the CPU: the last cell as printed */
	uint64_t off;
	bool group; /* the device is a sum over others (-g) */
	bool cut;   /* the last cell may be incomplete */
};

void ws_iostat_init(
    struct ws_iostat *p, struct ws_source *src, struct ws_sink *sink);
/* Ends the batch and fills version, detail and tallies. */
enum ws_status ws_iostat_finish(struct ws_iostat *p, struct ws_err *err);

/* A banner: another iostat begins. */
void ws_iostat_capture(struct ws_iostat *p);
/* The next report begins; when is NULL without -t. */
void ws_iostat_report(struct ws_iostat *p, const struct ws_when *when);
/* The first report of this capture is known to be an interval (-y). */
void ws_iostat_not_since_boot(struct ws_iostat *p);
void ws_iostat_cpu_row(struct ws_iostat *p, const struct ws_iostat_row *r);
void ws_iostat_device_row(struct ws_iostat *p, const struct ws_iostat_row *r);

/* Header lines of both kinds; the number of known columns, and which. */
size_t ws_iostat_cpu_layout(struct ws_layout *l, struct ws_sv line);
size_t ws_iostat_device_layout(struct ws_layout *l, struct ws_sv line);
uint64_t ws_iostat_columns(const struct ws_layout *l);
/* Fills the rest of a layout from its l. */
void ws_iostat_plan(struct ws_iostat *p, struct ws_iostat_layout *l);

/* parsers/iostat_json.c */
void ws_iostat_read_json(struct ws_iostat *p, struct ws_cur all);

#endif
