/*
 * Trees of calls as text: each line has a level, an inclusive value and a
 * function.  What a line has beyond its children is charged to its stack.
 */
#ifndef CALLTREE_H
#define CALLTREE_H

#include "model/batch.h"

enum { CALLTREE_DEPTH = 1024 };

struct calltree_node {
	double value, children;
	size_t column;
	ws_id frame; /* 0: what calls it cannot be believed */
};

struct calltree {
	struct ws_batch *out;
	struct ws_event ev; /* a SAMPLE; its value is per unit of a node's */
	struct calltree_node node[CALLTREE_DEPTH];
	size_t n;
	uint64_t shrunk; /* nodes whose children have more than they */
};

/* A line, below the last one that begins in a smaller column; so what is below
 * a line that is missing is charged to the right stack but for that.  False
 * when it is too deep.  The outermost nodes are what the tree is of, and in no
 * stack; *below gets the column of the node above, or SIZE_MAX. */
bool calltree_put(struct calltree *c, struct calltree_node node, size_t *below);
/* Charges what is open; to be called at the end of each tree. */
void calltree_end(struct calltree *c);
/* Drops what is open: the text ended in the middle. */
void calltree_drop(struct calltree *c);

#endif
