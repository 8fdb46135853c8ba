/*
 * One state of a machine, printed by every version and in every layout that
 * the tools of sysstat and procps have had: the facts are the same.  100 reads
 * a second of 40 kB that take 2 ms, 50 writes of 32 kB that take 5 ms; CPUs 20 %
 * in user code, 10 % in the kernel, 5 % waiting, 1 % stolen.  A first report,
 * where there is one, is an average since boot and says something else.
 */
#include "feed.h"

extern const struct ws_parser ws_parser_iostat, ws_parser_mpstat, ws_parser_sar,
    ws_parser_vmstat;

#define BANNER "Linux 6.1.0 (vm) \t11/23/26 \t_x86_64_\t(2 CPU)\n\n"
#define BOOT                                                                   \
	"avg-cpu: %user %nice %system %iowait %steal %idle\n"                  \
	"         1.00  0.00  1.00    0.00    0.00   98.00\n\n"
#define CPU                                                                    \
	"avg-cpu: %user %nice %system %iowait %steal %idle\n"                  \
	"         20.00 0.00  10.00   5.00    1.00   64.00\n\n"
/* A header, the average since boot, and two reports of the state. */
#define LOG(header, boot, row)                                                 \
	BANNER BOOT header "\nsda " boot "\n\n" CPU header "\nsda " row        \
			   "\n\n" CPU header "\nsda " row "\n\n"

static const struct {
	const char *name, *text;
} disk[] = {
	{ "iostat -xk up to 9.1.1",
	    LOG("Device: rrqm/s wrqm/s r/s w/s rkB/s wkB/s avgrq-sz avgqu-sz "
		"await svctm %util",
		"0 0 1 1 1 1 1 1 1 1 1",
		"0.00 3.00 100.00 50.00 4000.00 1600.00 74.67 0.45 3.00 2.00 "
		"30.00") },
	{ "iostat -x 9.1.2 to 11.5.6",
	    LOG("Device: rrqm/s wrqm/s r/s w/s rkB/s wkB/s avgrq-sz avgqu-sz "
		"await r_await w_await svctm %util",
		"0 0 1 1 1 1 1 1 1 1 1 1 1",
		"0.00 3.00 100.00 50.00 4000.00 1600.00 74.67 0.45 3.00 2.00 "
		"5.00 2.00 30.00") },
	{ "the same in sectors",
	    LOG("Device: rrqm/s wrqm/s r/s w/s rsec/s wsec/s avgrq-sz "
		"avgqu-sz await r_await w_await svctm %util",
		"0 0 1 1 1 1 1 1 1 1 1 1 1",
		"0.00 3.00 100.00 50.00 8000.00 3200.00 74.67 0.45 3.00 2.00 "
		"5.00 2.00 30.00") },
	{ "the same in MB",
	    LOG("Device: rrqm/s wrqm/s r/s w/s rMB/s wMB/s avgrq-sz avgqu-sz "
		"await r_await w_await svctm %util",
		"0 0 1 1 1 1 1 1 1 1 1 1 1",
		"0.00 3.00 100.00 50.00 3.91 1.56 74.67 0.45 3.00 2.00 5.00 "
		"2.00 30.00") },
	{ "iostat -x 11.5.7 to 12.1.1",
	    LOG("Device r/s w/s rkB/s wkB/s rrqm/s wrqm/s %rrqm %wrqm r_await "
		"w_await aqu-sz rareq-sz wareq-sz svctm %util",
		"1 1 1 1 0 0 0 0 1 1 1 1 1 1 1",
		"100.00 50.00 4000.00 1600.00 0.00 3.00 0.00 5.66 2.00 5.00 "
		"0.45 40.00 32.00 2.00 30.00") },
	{ "iostat -x 12.1.2 to 12.2",
	    LOG("Device r/s rkB/s rrqm/s %rrqm r_await rareq-sz w/s wkB/s "
		"wrqm/s %wrqm w_await wareq-sz d/s dkB/s drqm/s %drqm d_await "
		"dareq-sz aqu-sz %util",
		"1 1 0 0 1 1 1 1 0 0 1 1 0 0 0 0 0 0 1 1",
		"100.00 4000.00 0.00 0.00 2.00 40.00 50.00 1600.00 3.00 5.66 "
		"5.00 32.00 0.00 0.00 0.00 0.00 0.00 0.00 0.45 30.00") },
	{ "iostat -x from 12.3.1",
	    LOG("Device r/s rkB/s rrqm/s %rrqm r_await rareq-sz w/s wkB/s "
		"wrqm/s %wrqm w_await wareq-sz d/s dkB/s drqm/s %drqm d_await "
		"dareq-sz f/s f_await aqu-sz %util",
		"1 1 0 0 1 1 1 1 0 0 1 1 0 0 0 0 0 0 0 0 1 1",
		"100.00 4000.00 0.00 0.00 2.00 40.00 50.00 1600.00 3.00 5.66 "
		"5.00 32.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.45 "
		"30.00") },
	{ "iostat -xs 11.5.7 to 12.1.1",
	    LOG("Device tps kB/s rqm/s await aqu-sz areq-sz %util",
		"1 1 0 1 1 1 1", "150.00 5600.00 3.00 3.00 0.45 37.33 30.00") },
	{ "iostat -xs from 12.1.2",
	    LOG("Device tps kB/s rqm/s await areq-sz aqu-sz %util",
		"1 1 0 1 1 1 1", "150.00 5600.00 3.00 3.00 37.33 0.45 30.00") },
	{ "iostat -xh up to 11.7.1",
	    LOG("Device: rrqm/s wrqm/s r/s w/s rkB/s wkB/s avgrq-sz avgqu-sz "
		"await r_await w_await svctm %util",
		"\n 0 0 1 1 1 1 1 1 1 1 1 1 1",
		"\n 0.00 3.00 100.00 50.00 4000.00 1600.00 74.67 0.45 3.00 "
		"2.00 5.00 2.00 30.00") },
	{ "iostat -xh 11.7.2 to 12.1.1", BANNER BOOT
	    "r/s w/s rkB/s wkB/s r_await w_await aqu-sz %util Device\n"
	    "1 1 1 1 1 1 1 1 sda\n\n" CPU
	    "r/s w/s rkB/s wkB/s r_await w_await aqu-sz %util Device\n"
	    "100.00 50.00 4000.00k 1600.00k 2.00 5.00 0.45 30.0% sda\n\n" CPU
	    "r/s w/s rkB/s wkB/s r_await w_await aqu-sz %util Device\n"
	    "100.00 50.00 4000.00k 1600.00k 2.00 5.00 0.45 30.0% sda\n\n" },
	{ "iostat -x --pretty",
	    BANNER BOOT "r/s rkB/s r_await Device\n1 1 1 sda\n\n"
			"w/s wkB/s w_await Device\n1 1 1 sda\n\n"
			"aqu-sz %util Device\n1 1 sda\n\n" CPU
			"r/s rkB/s r_await Device\n100.00 4000.00 2.00 sda\n\n"
			"w/s wkB/s w_await Device\n50.00 1600.00 5.00 sda\n\n"
			"aqu-sz %util Device\n0.45 30.00 sda\n\n" CPU
			"r/s rkB/s r_await Device\n100.00 4000.00 2.00 sda\n\n"
			"w/s wkB/s w_await Device\n50.00 1600.00 5.00 sda\n\n"
			"aqu-sz %util Device\n0.45 30.00 sda\n\n" },
	{ "iostat -x of a German",
	    "Linux 6.1.0 (vm) \t23.11.2026 \t_x86_64_\t(2 CPU)\n\n"
	    "avg-cpu: %user %nice %system %iowait %steal %idle\n"
	    " 1,00 0,00 1,00 0,00 0,00 98,00\n\n"
	    "Device r/s w/s rkB/s wkB/s r_await w_await aqu-sz %util\n"
	    "sda 1,00 1,00 1,00 1,00 1,00 1,00 1,00 1,00\n\n"
	    "avg-cpu: %user %nice %system %iowait %steal %idle\n"
	    " 20,00 0,00 10,00 5,00 1,00 64,00\n\n"
	    "Device r/s w/s rkB/s wkB/s r_await w_await aqu-sz %util\n"
	    "sda 100,00 50,00 4000,00 1600,00 2,00 5,00 0,45 30,00\n\n" },
};

#define JSON(reports)                                                          \
	"{\"sysstat\": {\"hosts\": [{\"nodename\": \"vm\", \"release\": "      \
	"\"6.1.0\", \"number-of-cpus\": 2, \"date\": \"11/23/26\", "           \
	"\"statistics\": [" reports "]}]}}\n"
#define REPORT(cpu, device)                                                    \
	"{\"avg-cpu\": {" cpu                                                  \
	"}, \"disk\": [{\"disk_device\": \"sda\", " device "}]}"
#define BOOT_CPU                                                               \
	"\"user\": 1, \"nice\": 0, \"system\": 1, \"iowait\": 0, "             \
	"\"steal\": 0, \"idle\": 98"
#define STATE_CPU                                                              \
	"\"user\": 20.00, \"nice\": 0.00, \"system\": 10.00, \"iowait\": "     \
	"5.00, \"steal\": 1.00, \"idle\": 64.00"
#define OBJECT(boot, row)                                                      \
	JSON(REPORT(BOOT_CPU, boot) ", " REPORT(STATE_CPU, row))

static const struct {
	const char *name, *text;
} json[] = {
	{ "iostat JSON up to 11.5.6",
	    OBJECT("\"r\": 1, \"w\": 1, \"rkB\": 1",
		"\"rrqm\": 0.00, \"wrqm\": 3.00, \"r\": 100.00, \"w\": 50.00, "
		"\"rkB\": 4000.00, \"wkB\": 1600.00, \"avgrq-sz\": 74.67, "
		"\"avgqu-sz\": 0.45, \"await\": 3.00, \"r_await\": 2.00, "
		"\"w_await\": 5.00, \"svctm\": 2.00, \"util\": 30.00") },
	{ "iostat JSON 12.0",
	    OBJECT("\"r/s\": 1, \"w/s\": 1, \"rkB/s\": 1",
		"\"r/s\": 100.00, \"w/s\": 50.00, \"rkB/s\": 4000.00, "
		"\"wkB/s\": 1600.00, \"r_await\": 2.00, \"w_await\": 5.00, "
		"\"aqu-sz\": 0.45, \"rareq-sz\": 40.00, \"wareq-sz\": 32.00, "
		"\"svctm\": 2.00, \"util\": 30.00") },
	{ "iostat JSON 12.1.2 to 12.2.0, which prints sectors as kB",
	    OBJECT("\"r/s\": 1, \"w/s\": 1, \"rkB/s\": 1",
		"\"r/s\": 100.00, \"w/s\": 50.00, \"rkB/s\": 8000.00, "
		"\"wkB/s\": 3200.00, \"r_await\": 2.00, \"w_await\": 5.00, "
		"\"aqu-sz\": 0.45, \"rareq-sz\": 40.00, \"wareq-sz\": 32.00, "
		"\"d/s\": 0.00, \"dkB/s\": 0.00, \"util\": 30.00") },
};

#define PAIR(column, number)                                                   \
	"vm\t1\t2026-11-23 10:00:02 UTC\tall\t" column "\t" number "\n"
#define TIMES(header, row)                                                     \
	BANNER "10:00:01 " header "\n10:00:02 " row "\n10:00:03 " row          \
	       "\nAverage: " row "\n"

static const struct {
	const char *name;
	const struct ws_parser *parser;
	const char *text;
} cpu[] = {
	{ "mpstat 9.1", &ws_parser_mpstat,
	    TIMES("CPU %usr %nice %sys %iowait %irq %soft %steal %guest %idle",
		"all 20.00 0.00 7.00 5.00 1.00 2.00 1.00 0.00 64.00") },
	{ "mpstat from 10.1.2", &ws_parser_mpstat,
	    TIMES("CPU %usr %nice %sys %iowait %irq %soft %steal %guest "
		  "%gnice %idle",
		"all 20.00 0.00 7.00 5.00 1.00 2.00 1.00 0.00 0.00 64.00") },
	{ "mpstat JSON of 12.0.1", &ws_parser_mpstat,
	    JSON("{\"timestamp\": \"10:00:02\", \"cpu-load\": [{\"cpu\": "
		 "\"-1\", \"usr\": 20.00, \"nice\": 0.00, \"sys\": 7.00, "
		 "\"iowait\": 5.00, \"irq\": 1.00, \"soft\": 2.00, \"steal\": "
		 "1.00, \"guest\": 0.00, \"gnice\": 0.00, \"idle\": 64.00}]}, "
		 "{\"timestamp\": \"10:00:03\", \"cpu-load\": [{\"cpu\": "
		 "\"-1\", \"usr\": 20.00, \"nice\": 0.00, \"sys\": 7.00, "
		 "\"iowait\": 5.00, \"irq\": 1.00, \"soft\": 2.00, \"steal\": "
		 "1.00, \"guest\": 0.00, \"gnice\": 0.00, \"idle\": "
		 "64.00}]}") },
	{ "sar -u", &ws_parser_sar,
	    TIMES("CPU %user %nice %system %iowait %steal %idle",
		"all 20.00 0.00 10.00 5.00 1.00 64.00") },
	{ "sar -u ALL", &ws_parser_sar,
	    TIMES("CPU %usr %nice %sys %iowait %steal %irq %soft %guest "
		  "%gnice %idle",
		"all 20.00 0.00 7.00 5.00 1.00 1.00 2.00 0.00 0.00 64.00") },
	{ "sadf -d", &ws_parser_sar,
	    "# hostname;interval;timestamp;CPU;%user;%nice;%system;%iowait;"
	    "%steal;%idle\n"
	    "vm;1;2026-11-23 10:00:02 UTC;-1;20.00;0.00;10.00;5.00;1.00;"
	    "64.00\n" },
	{ "sadf -p", &ws_parser_sar,
	    PAIR("%user", "20.00") PAIR("%nice", "0.00")
		PAIR("%system", "10.00") PAIR("%iowait", "5.00")
		    PAIR("%steal", "1.00") PAIR("%idle", "64.00") },
	{ "vmstat 3", &ws_parser_vmstat,
	    "procs ---memory--- -swap- -io- -system- ----cpu----\n"
	    " r b swpd free buff cache si so bi bo in cs us sy id wa st\n"
	    " 1 0 0 800000 4000 80000 0 0 1 1 1 1 1 1 98 0 0\n"
	    " 1 0 0 800000 4000 80000 0 0 1 1 1 1 20 10 64 5 1\n" },
	{ "vmstat 4", &ws_parser_vmstat,
	    "procs ---memory--- -swap- -io- -system- ----cpu----\n"
	    " r b swpd free buff cache si so bi bo in cs us sy id wa st gu\n"
	    " 1 0 0 800000 4000 80000 0 0 1 1 1 1 1 1 98 0 0 0\n"
	    " 1 0 0 800000 4000 80000 0 0 1 1 1 1 20 10 64 5 1 0\n" },
};

/* As near as two decimals of the printed columns allow. */
static void
is_about(struct bench *b, const char *what, const char *name, double want)
{
	const struct ws_fact *f =
	    ws_facts_get(b->f, kit_fact_id(&b->kit, name), NULL);
	double got = f != NULL && f->presence == WS_VALUE ? f->value : NAN;

	ok(fabs(got - want) <= want * 0.003, "%s: %s is %g (%g)", what, name,
	    got, want);
}

static void
check_cpu(struct bench *b, const char *what)
{
	is_about(b, what, "host.cpu.user", 0.2);
	is_about(b, what, "host.cpu.sys", 0.1);
	is_about(b, what, "host.cpu.iowait", 0.05);
	is_about(b, what, "host.cpu.steal", 0.01);
	is_about(b, what, "host.cpu.idle", 0.64);
}

static void
check_disk(const char *what, const char *text)
{
	struct bench b;

	bench_init(&b, "");
	ok(feed(&b, &ws_parser_iostat, "t", text) == WS_OK && finish(&b),
	    "%s: read", what);
	is_about(&b, what, "disk.ops", 150);
	is_about(&b, what, "disk.bytes", 5600 * 1024);
	is_about(&b, what, "disk.await", 3e6);
	is_about(&b, what, "disk.queue", 0.45);
	is_about(&b, what, "disk.util", 0.3);
	is_about(&b, what, "disk.size", 5600 * 1024 / 150.0);
	check_cpu(&b, what);
	bench_fini(&b);
}

int
main(void)
{
	for (size_t i = 0; i < WS_LEN(disk); i++)
		check_disk(disk[i].name, disk[i].text);
	for (size_t i = 0; i < WS_LEN(json); i++)
		check_disk(json[i].name, json[i].text);
	for (size_t i = 0; i < WS_LEN(cpu); i++) {
		struct bench b;

		bench_init(&b, "");
		ok(feed(&b, cpu[i].parser, "t", cpu[i].text) == WS_OK &&
			finish(&b),
		    "%s: read", cpu[i].name);
		check_cpu(&b, cpu[i].name);
		bench_fini(&b);
	}
	return tap_done();
}
