/*
 * Several processes or machines in one bundle, kept apart by where their
 * artifacts lie ("nodes/2/cpu.pprof", "api/heap.pb.gz" beside
 * "worker/heap.pb.gz") and by what these say of themselves: the host in a
 * banner, the program in a profile.  Facts are made of one node at a time.
 *
 * Folders whose names look like times, or like before and after, are captures
 * of the same process.  What belongs to no node belongs to all.
 */
#ifndef WS_NODES_H
#define WS_NODES_H

#include "ingest/bundle.h"

struct ws_node {
	const char *name;    /* folder, host or program; "." is the top */
	const char *host;    /* as its artifacts say, or "" */
	const char *program; /* same */
	size_t artifacts;    /* that were read and are its own */
	size_t kinds;        /* different formats and names among them */
	uint64_t events;
};

struct ws_nodes;

enum { WS_NODE_ALL = -1, WS_NODES_MAX = 256 };

/* Of the entries of a bundle that was read.  None when all is of one. */
struct ws_nodes *ws_nodes_new(const struct ws_bundle *b);
void ws_nodes_free(struct ws_nodes *g);
size_t ws_nodes_count(const struct ws_nodes *g);
const struct ws_node *ws_nodes_get(const struct ws_nodes *g, size_t i);
/* The node of an entry, or WS_NODE_ALL. */
int ws_nodes_of(const struct ws_nodes *g, size_t entry);
/* The node with the most kinds of evidence, then events, then by name. */
size_t ws_nodes_best(const struct ws_nodes *g);
/* The best one with that host and program, each of which may be NULL and may
 * also be the name of a node or the last part of it; the count when there is
 * none. */
size_t ws_nodes_find(
    const struct ws_nodes *g, const char *host, const char *program);

/* A sink that passes on what is of that node or of all.  Freed with
 * ws_sink_free; the nodes and the target must outlive it. */
struct ws_sink *ws_nodes_sink(
    const struct ws_nodes *g, size_t node, struct ws_sink *target);

#endif
