#include "perf_data_sample.h"
struct pd_order *pd_order_new(struct pd *d){(void)d;return NULL;}
void pd_order_free(struct pd_order *o){(void)o;}
void pd_order_put(struct pd_order *o, const struct pd_sample *s, ws_id stack, ws_id track){(void)o;(void)s;(void)stack;(void)track;}
void pd_order_round(struct pd_order *o){(void)o;}
void pd_order_finish(struct pd_order *o){(void)o;}
