/*
 * What `sadf -x` makes of the files of sar, as sosreport keeps it.  Elements
 * have the words of JSON: an activity is an element below <timestamp>, its
 * numbers are attributes or elements with text, and of several items each has
 * an element of its own.
 */
#include <libxml/xmlreader.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sar.h"
#include "sysstat_json.h"

enum { NONE = -1 };

/* Pairs under construction: words with a NUL behind each, key before value. */
struct row {
	struct ws_buf text;
	size_t n;
};

struct xml {
	struct ws_sysstat_json *j;
	xmlTextReaderPtr in;
	uint64_t base;
	int stamp;          /* depth of <timestamp>, or NONE */
	struct ws_buf list; /* the activity */
	struct row of_list, of_item;
	struct ws_buf element; /* whose text comes next */
};

static struct ws_sv
view(const xmlChar *s)
{
	return ws_sv_of((const char *)s);
}

static uint64_t
offset(const struct xml *x)
{
	long at = xmlTextReaderByteConsumed(x->in);

	return x->base + (at > 0 ? (uint64_t)at : 0);
}

static void
set(struct ws_buf *b, struct ws_sv s)
{
	b->n = 0;
	ws_buf_putsv(b, s);
}

static void
clear(struct row *r)
{
	r->text.n = 0;
	r->n = 0;
}

static void
add(struct row *r, struct ws_sv key, struct ws_sv value)
{
	if (r->n == WS_PAIRS_MAX || key.n == 0 || value.n == 0)
		return;
	ws_buf_putsv(&r->text, key);
	ws_buf_putc(&r->text, '\0');
	ws_buf_putsv(&r->text, value);
	ws_buf_putc(&r->text, '\0');
	r->n++;
}

/* Hands the row on and begins the next one. */
static void
end_row(struct xml *x, struct row *r)
{
	struct ws_pair pair[WS_PAIRS_MAX];
	struct ws_sv rest = ws_buf_sv(&r->text);

	for (size_t i = 0; i < r->n; i++) {
		pair[i].key = ws_sv_split(&rest, '\0');
		pair[i].value = ws_sv_split(&rest, '\0');
	}
	if (r->n > 0)
		ws_sysstat_json_row(
		    x->j, ws_buf_sv(&x->list), pair, r->n, offset(x));
	clear(r);
}

/* Attributes that are no numbers say what all the numbers are. */
static void
add_attributes(struct xml *x, struct row *r)
{
	while (xmlTextReaderMoveToNextAttribute(x->in) == 1) {
		struct ws_sv key = view(xmlTextReaderConstName(x->in));

		if (!ws_sv_is(key, "per") && !ws_sv_is(key, "unit"))
			add(r, key, view(xmlTextReaderConstValue(x->in)));
	}
	xmlTextReaderMoveToElement(x->in);
}

static void
take_stamp(struct xml *x)
{
	struct ws_buf date = { 0 }, time = { 0 };
	bool utc = false;

	while (xmlTextReaderMoveToNextAttribute(x->in) == 1) {
		struct ws_sv key = view(xmlTextReaderConstName(x->in));
		struct ws_sv value = view(xmlTextReaderConstValue(x->in));

		utc = utc || (ws_sv_is(key, "utc") && ws_sv_is(value, "1"));
		if (ws_sv_is(key, "date"))
			set(&date, value);
		if (ws_sv_is(key, "time"))
			set(&time, value);
	}
	xmlTextReaderMoveToElement(x->in);
	ws_sysstat_json_stamp(
	    x->j, ws_buf_sv(&date), ws_buf_sv(&time), utc, offset(x));
	ws_buf_fini(&date);
	ws_buf_fini(&time);
}

static void
start(struct xml *x, struct ws_sv name, int depth)
{
	bool empty = xmlTextReaderIsEmptyElement(x->in) == 1;

	set(&x->element, name);
	if (x->stamp == NONE && ws_sv_is(name, "timestamp")) {
		take_stamp(x);
		x->stamp = empty ? NONE : depth;
	} else if (x->stamp != NONE && depth == x->stamp + 1) {
		set(&x->list, name);
		clear(&x->of_list);
		add_attributes(x, &x->of_list);
		if (empty)
			end_row(x, &x->of_list);
	} else if (x->stamp != NONE) {
		add_attributes(x, &x->of_item);
		end_row(x, &x->of_item);
	} else if (ws_sv_is(name, "host")) {
		while (xmlTextReaderMoveToNextAttribute(x->in) == 1)
			ws_sysstat_json_head(x->j->s,
			    view(xmlTextReaderConstName(x->in)),
			    view(xmlTextReaderConstValue(x->in)));
		xmlTextReaderMoveToElement(x->in);
	}
}

static void
end(struct xml *x, int depth)
{
	if (x->stamp != NONE && depth == x->stamp + 1)
		end_row(x, &x->of_list);
	if (depth == x->stamp)
		x->stamp = NONE;
}

static void
take_text(struct xml *x, int depth)
{
	struct ws_sv text = ws_sv_trim(view(xmlTextReaderConstValue(x->in)));

	if (x->stamp == NONE)
		ws_sysstat_json_head(x->j->s, ws_buf_sv(&x->element), text);
	else if (depth == x->stamp + 3)
		add(&x->of_list, ws_buf_sv(&x->element), text);
}

static void
take_node(struct xml *x)
{
	int depth = xmlTextReaderDepth(x->in);

	switch (xmlTextReaderNodeType(x->in)) {
	case XML_READER_TYPE_ELEMENT:
		start(x, view(xmlTextReaderConstName(x->in)), depth);
		break;
	case XML_READER_TYPE_END_ELEMENT:
		end(x, depth);
		break;
	case XML_READER_TYPE_TEXT:
		take_text(x, depth);
		break;
	default:
		break;
	}
}

/* False when the document is damaged or ends early. */
static bool
read_all(struct xml *x)
{
	int more = 1;

	while (more == 1 && x->j->s->out.status == WS_OK) {
		more = xmlTextReaderRead(x->in);
		if (more == 1)
			take_node(x);
	}
	return more >= 0 || x->j->s->out.status != WS_OK;
}

bool
ws_sar_is_xml(struct ws_sv head)
{
	head = ws_sv_trim(head);
	return (ws_sv_starts(head, "<?xml") ||
		   ws_sv_starts(head, "<sysstat")) &&
	       ws_sv_find(head, "<sysstat") < head.n &&
	       ws_sv_find(head, "<host nodename=") < head.n;
}

void
ws_sar_read_xml(struct ws_sysstat_json *j, struct ws_cur all)
{
	struct xml x = { .j = j, .base = all.off, .stamp = NONE };
	size_t n = ws_cur_left(&all);

	if (n <= INT_MAX)
		x.in = xmlReaderForMemory((const char *)all.p, (int)n, NULL,
		    NULL,
		    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (x.in == NULL)
		ws_sysstat_fault(j->s, all.off, "the document is too large");
	else if (!read_all(&x))
		ws_sysstat_fault(
		    j->s, offset(&x), "the document is damaged or ends early");
	xmlFreeTextReader(x.in);
	ws_buf_fini(&x.list);
	ws_buf_fini(&x.element);
	ws_buf_fini(&x.of_list.text);
	ws_buf_fini(&x.of_item.text);
}
