/*
 * What `sadf -j` and -x make of the files of sar.  Keys are the columns of sar in
 * other words; devices have some of them in two units, of which the newer one
 * is taken.
 */
#include "sar.h"
#include "sysstat_json.h"

static const struct ws_sysstat_word words[] = {
	{ "cpu-load", "cpu", "CPU" },
	{ "cpu-load", "number", "CPU" }, /* of XML */
	{ "cpu-load", "user", "%user" },
	{ "cpu-load", "usr", "%usr" },
	{ "cpu-load", "nice", "%nice" },
	{ "cpu-load", "system", "%system" },
	{ "cpu-load", "sys", "%sys" },
	{ "cpu-load", "iowait", "%iowait" },
	{ "cpu-load", "steal", "%steal" },
	{ "cpu-load", "irq", "%irq" },
	{ "cpu-load", "soft", "%soft" },
	{ "cpu-load", "guest", "%guest" },
	{ "cpu-load", "gnice", "%gnice" },
	{ "cpu-load", "idle", "%idle" },
	{ "process-and-context-switch", "proc", "proc/s" },
	{ "process-and-context-switch", "cswch", "cswch/s" },
	{ "queue", "runq-sz", "runq-sz" },
	{ "swap-pages", "pswpin", "pswpin/s" },
	{ "swap-pages", "pswpout", "pswpout/s" },
	{ "paging", "pgpgin", "pgpgin/s" },
	{ "paging", "pgpgout", "pgpgout/s" },
	{ "paging", "fault", "fault/s" },
	{ "paging", "majflt", "majflt/s" },
	{ "paging", "pgfree", "pgfree/s" },
	{ "paging", "pgscank", "pgscank/s" },
	{ "paging", "pgscand", "pgscand/s" },
	{ "paging", "pgsteal", "pgsteal/s" },
	{ "paging", "vmeff-percent", "%vmeff" },
	{ "memory", "memfree", "kbmemfree" },
	{ "memory", "avail", "kbavail" },
	{ "memory", "memused", "kbmemused" },
	{ "memory", "memused-percent", "%memused" },
	{ "memory", "buffers", "kbbuffers" },
	{ "memory", "cached", "kbcached" },
	{ "memory", "active", "kbactive" },
	{ "memory", "inactive", "kbinact" },
	{ "memory", "swpused", "kbswpused" },
	{ "disk", "disk-device", "DEV" },
	{ "disk", "dev", "DEV" }, /* of XML */
	{ "disk", "rd_sec", NULL },
	{ "disk", "wr_sec", NULL },
	{ "disk", "dc_sec", NULL },
	{ "disk", "avgrq-sz", NULL },
	{ "disk", "avgqu-sz", NULL },
	{ "disk", "rkB", "rkB/s" },
	{ "disk", "wkB", "wkB/s" },
	{ "disk", "dkB", "dkB/s" },
	{ "disk", "util-percent", "%util" },
};

void
ws_sar_read_json(
    struct ws_sysstat *s, ws_sar_row *row, void *ctx, struct ws_cur all)
{
	struct ws_sysstat_json j = { .s = s,
		.word = words,
		.n_word = WS_LEN(words),
		.row = row,
		.ctx = ctx };

	if (ws_sar_is_xml(
		(struct ws_sv){ (const char *)all.p, ws_cur_left(&all) }))
		ws_sar_read_xml(&j, all);
	else
		ws_sysstat_read_json(&j, all);
}
