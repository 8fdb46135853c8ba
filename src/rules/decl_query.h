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

enum ws_share_kind { WS_SHARE, WS_SUM, WS_SITES, WS_ELSEWHERE };

struct ws_share_decl {
	enum ws_share_kind kind;
	const char *name, *series, *help;
	struct ws_pos at, series_at;
	struct ws_cond_decl *where, *of;
	struct ws_list outside; /* of ws_ref */
	struct ws_ref sites;    /* of ELSEWHERE: which */
	uint32_t fact;
};

/* "share", "sum", ... */
const char *ws_share_kind_name(enum ws_share_kind k);

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
