/* Writers of results.  They format; they never compute, filter or sort. */
#ifndef WS_REPORT_H
#define WS_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "compare/compare.h"
#include "diagnosis/diagnosis.h"

/* One artifact of the bundle, as a report shows it (the same fields as
 * struct ws_entry of src/ingest, which reports may not see). */
struct ws_report_artifact {
	const char *name, *format, *version, *detail;
	enum ws_status status;
	uint64_t bytes, events, lost, off;

	const struct ws_report_record {
		const char *type;
		uint64_t n;
	} * record;

	size_t n_record;
	int node; /* index in nodes[], or -1: of all */
};

/* One of several hosts or processes in the bundle. */
struct ws_report_node {
	const char *name, *host, *program;
	size_t artifacts;
};

struct ws_report {
	const char *bundle; /* base name, never a path */
	/* As it was given, for a command to paste; NULL: as the base name. */
	const char *path;
	const char *sha256;
	const char *detail; /* what was wrong with the container, or "" */
	enum ws_status status;
	const struct ws_report_artifact *artifact;
	size_t n_artifact;
	const struct ws_report_node *nodes;
	size_t n_node; /* 0: the bundle is of one process */
	int node;      /* the one that facts and diagnosis are of */
	const struct ws_rules *rules;
	const struct ws_facts *facts;
	const struct ws_diagnosis *diagnosis; /* NULL for `ls` */
};

struct ws_style {
	unsigned width; /* columns of text; 80 when not a terminal */
	bool color, utf8;
};

/* How much there was of something over time, of as many columns. */
struct ws_report_lane {
	const char *name;
	enum ws_unit unit;
	double *value;
	size_t n;
	double mean, full; /* what fills the height */
};

struct ws_report_timeline {
	const char *artifact;
	double duration; /* ns */
	/* ns on the capture's clock and on the wall's, or INT64_MIN */
	int64_t start, wall_start;
	const struct ws_report_lane *lane;
	size_t n;
};

/* `whyslow timeline`. */
void ws_report_timeline(
    FILE *f, const struct ws_report_timeline *t, const struct ws_style *s);
/* An object a line, for one artifact. */
void ws_report_timeline_json(FILE *f, const struct ws_report_timeline *t);
/* The first screen. */
void ws_report_text(
    FILE *f, const struct ws_report *r, const struct ws_style *s);
/* One line: "B high lock-across-call". */
void ws_report_line(FILE *f, const struct ws_report *r);
/* The note to paste into a bug report, in Markdown. */
void ws_report_md(FILE *f, const struct ws_report *r);
/* The document of whyslow.report/1. */
void ws_report_json(FILE *f, const struct ws_report *r);
/* `whyslow ls`: the inventory, as a table or as the bundle object. */
void ws_report_ls(FILE *f, const struct ws_report *r, const struct ws_style *s);
void ws_report_ls_json(FILE *f, const struct ws_report *r);
/* `whyslow diff`: for terminals, as Markdown, and as whyslow.diff/1. */
void ws_report_diff(FILE *f, const struct ws_diff *d, const struct ws_style *s);
void ws_report_diff_md(
    FILE *f, const struct ws_diff *d, const struct ws_style *s);
void ws_report_diff_json(FILE *f, const struct ws_diff *d);
/* One line: "confirmed old new". */
void ws_report_diff_line(FILE *f, const struct ws_diff *d);
/* `whyslow facts`. */
void ws_report_facts(
    FILE *f, const struct ws_report *r, const struct ws_style *s);
void ws_report_facts_json(FILE *f, const struct ws_report *r);

#endif
