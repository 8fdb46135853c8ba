#include <stdint.h>

#include "calltree.h"

static void
charge(struct calltree *c)
{
	struct calltree_node *leaf = &c->node[c->n - 1];
	double self = leaf->value - leaf->children;
	struct ws_event ev = c->ev;
	ws_id stack[CALLTREE_DEPTH];
	size_t n = 0;

	c->shrunk += self < 0 && c->n > 1;
	if (!(self > 0))
		return;
	for (size_t i = c->n; i > 1 && c->node[i - 1].frame != 0; i--)
		stack[n++] = c->node[i - 1].frame;
	ev.stack = ws_dict_stack(c->out->sink->dict, stack, n);
	ev.value *= self;
	ws_batch_put(c->out, &ev);
}

static void
close_last(struct calltree *c)
{
	charge(c);
	if (c->n > 1)
		c->node[c->n - 2].children += c->node[c->n - 1].value;
	c->n--;
}

bool
calltree_put(struct calltree *c, struct calltree_node node, size_t *below)
{
	while (c->n > 0 && c->node[c->n - 1].column >= node.column)
		close_last(c);
	*below = c->n > 0 ? c->node[c->n - 1].column : SIZE_MAX;
	if (c->n == CALLTREE_DEPTH)
		return false;
	node.children = 0;
	c->node[c->n++] = node;
	return true;
}

void
calltree_end(struct calltree *c)
{
	while (c->n > 0)
		close_last(c);
}

void
calltree_drop(struct calltree *c)
{
	c->n = 0;
}
