/* What rules files declare about stacks, as it was parsed. */
#ifndef WS_DECL_QUERY_H
#define WS_DECL_QUERY_H

#include "rules/decl.h"

struct ws_group_decl {
	struct ws_group group;
	struct ws_pos at;
	bool used;
	bool anonymous; /* made from `matches "re"`; named "/re/" */
};

struct ws_cond_decl {
	enum ws_cond_op op;
	struct ws_ref group, over;
	struct ws_cond_decl *a, *b;
	uint32_t group_index, over_index;
};

/* A share, a sum, or sites. */
struct ws_share_decl {
	bool is_sites, is_sum;
	const char *name, *series, *help;
	struct ws_pos at, series_at;
	struct ws_cond_decl *where, *of;
	struct ws_list outside; /* of ws_ref */
	uint32_t fact;
};

struct ws_leaf_decl {
	const char *id, *title, *cls;
	struct ws_pos at;
	struct ws_cond_decl *where;
	uint32_t fact;
};

struct ws_account_decl {
	const char *name, *series;
	struct ws_pos at, series_at;
	struct ws_list leaf; /* of ws_leaf_decl */
};

#endif
