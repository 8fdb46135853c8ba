/* What the files of the gperftools reader share. */
#ifndef WS_PARSERS_GPERFTOOLS_H
#define WS_PARSERS_GPERFTOOLS_H

#include "base/htab.h"
#include "ingest/columns.h"
#include "ingest/parser.h"

enum { GP_VALUES = 4 };

/* One record; its addresses, leaf first, lie in gp.addr. */
struct gp_sample {
	uint64_t off;
	size_t first, n;
	double v[GP_VALUES];
};

struct gp_map {
	uint64_t start, limit, offset;
	ws_id file;
};

/* A function that the file names for an address. */
struct gp_symbol {
	ws_id func, file;
	uint32_t line;
};

struct gp_series {
	ws_id name;
	enum ws_unit unit;
	double scale;
};

struct gp {
	struct ws_source *src;
	struct ws_sink *sink;
	const char *kind; /* of profile, for `ls` */
	struct gp_sample *sample;
	size_t n_sample, cap_sample;
	uint64_t *addr;
	size_t n_addr, cap_addr;
	struct gp_map *map;
	size_t n_map, cap_map;
	struct ws_htab *symbols; /* by address */
	struct gp_symbol *symbol;
	size_t cap_symbol;
	struct gp_series series[GP_VALUES]; /* the last one is the main one */
	unsigned n_values;
	double period, duration; /* ns, bytes, count; 0: not told */
	bool no_addresses;       /* those of Java are numbers of functions */
	uint64_t lost, faults, bad_off;
	struct ws_buf build; /* "$build" in names of mappings */
};

void gp_fault(struct gp *g, uint64_t off, const char *what);
void gp_lose(struct gp *g, uint64_t off, const char *what);
void gp_add_series(
    struct gp *g, const char *name, enum ws_unit unit, double scale);
/* A new record without values; addresses go to it until the next. */
struct gp_sample *gp_add_sample(struct gp *g, uint64_t off);
/* False past the depth limit: then the rest is left out. */
bool gp_add_address(struct gp *g, uint64_t addr);
/* What one in `rate` bytes stands for; 1 or less: all were sampled. */
void gp_unsample(double *count, double *size, double rate);

/* gperftools_binary.c: samples up to the text behind them. */
bool gp_is_binary(struct ws_sv head);
void gp_read_binary(struct gp *g, struct ws_cur *c);

/* gperftools_text.c */
bool gp_is_text(struct ws_sv line);
void gp_read_text(struct gp *g, struct ws_lines *l);
/* "0x1f: 0x20 ..." : every hexadecimal number of the line. */
void gp_take_addresses(struct gp *g, struct ws_sv line, uint64_t less);

/* gperftools_maps.c: what follows the samples. */
void gp_read_maps(struct gp *g, struct ws_lines *l);
void gp_read_functions(struct gp *g, struct ws_lines *l); /* of Java */
void gp_read_function(struct gp *g, struct ws_sv line);
void gp_name(struct gp *g, uint64_t addr, const struct gp_symbol *s);
/* The frame of an address. */
ws_id gp_frame(const struct gp *g, uint64_t addr);
/* As the readers of old profiles repair them. */
void gp_repair_maps(struct gp *g);

/* A hexadecimal number at the start of *s, with or without 0x. */
bool gp_take_hex(struct ws_sv *s, uint64_t *out);

#endif
