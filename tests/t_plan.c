/* Time accounting, the plan and its bounds, and what to capture next. */
#include "diagnose.h"

static const char pack[] =
    "group sync.lock \"locks\" { exact \"sync.(*Mutex).lockSlow\"; }\n"
    "group go.alloc \"allocation\" { prefix \"runtime.mallocgc\"; }\n"
    "sites lock.sites = pprof.mutex outside group sync.lock help \"who\";\n"
    "sites wait.sites = pprof.block outside group sync.lock help \"who\";\n"
    "account cpu = pprof.cpu {\n"
    "  leaf locks \"locks\" class B where any frame in group sync.lock;\n"
    "  leaf alloc \"allocation\" class E where any frame in group go.alloc;\n"
    "  leaf go \"Go code\" rest;\n"
    "}\n"
    "waits wait.locks \"unused, for locks\" class B trace.gc.cpu;\n"
    "waits wait.net \"unused, for others\" trace.gc.active;\n"
    "advice cut-it { for B; title \"Cut it\"; effort M; risk \"none\";\n"
    "  impact removes host.cpu.steal by 50%..100%;\n"
    "  targets lock.sites; step \"first\"; step \"second\";\n"
    "  success pprof.cpu.utilization < 10%; }\n"
    "advice quick { for B; title \"Quick\"; effort S; risk \"none\";\n"
    "  impact removes host.cpu.steal by 50%..100%;\n"
    "  figure \"shards\" 4 * host.cpus in 8..64;\n"
    "  step \"one\"; success pprof.cpu.utilization < 10%; }\n"
    "advice deep { for B; title \"Deep\"; effort L; risk \"none\";\n"
    "  impact removes host.cpu.steal leaving host.cpu.idle by 50%..90%;\n"
    "  step \"one\"; success pprof.cpu.utilization < 10%; }\n"
    "advice scale-it { for B; title \"Scale it\"; effort L; risk \"some\";\n"
    "  impact scales bench.scaling.gain by 25%..100%; step \"one\";\n"
    "  success bench.scaling.gain > 2; }\n"
    "advice free-it { for B; title \"Free it\"; effort M; risk \"none\";\n"
    "  when host.cpus > 1; targets lock.sites or wait.sites;\n"
    "  impact frees host.cpu.steal leaving host.cpu.idle by 50%..90%;\n"
    "  code \"// at ${at|there}\\n${lock.sites:func|call}()\";"
    "  step \"one\"; success pprof.cpu.utilization < 10%; }\n"
    "advice vague { for B; title \"Vague\"; effort S; risk \"some\";\n"
    "  impact none; step \"one\"; success bench.scaling.gain > 2; }\n"
    "advice less-garbage { for E; title \"Less garbage\"; effort S;\n"
    "  risk \"none\"; impact removes host.cpu.sys by 50%..90%;\n"
    "  step \"one\"; success host.cpu.sys < 10%; }\n"
    "rule B-ONE { class B; weight +3; group lock;\n"
    "  when pprof.mutex.count > 0; say \"locks are waited for\";\n"
    "  targets lock.sites; advise vague, cut-it, scale-it; }\n"
    "rule B-TWO { class B; weight +3; group queue;\n"
    "  when pprof.cpu.samples > 0; say \"queues\";\n"
    "  advise cut-it, quick, deep; }\n"
    "rule B-FREE { class B; weight +1; group free;\n"
    "  when trace.goroutines > 0; say \"free\"; advise free-it; }\n"
    "rule E-ONE { class E; weight +2; group gc; when host.rows > 0;\n"
    "  say \"garbage\"; advise less-garbage; }\n"
    "rule B-NOT { class B; weight -1; group calm;\n"
    "  when pprof.goroutine.count > 0; say \"few goroutines\"; }\n"
    "rule B-ASK { class B; weight +3; group ask; when bench.runs > 0;\n"
    "  say \"asked\"; unknown \"no benchmark\" collect \"run the bench\"; }\n"
    "rule B-MORE { class B; weight +1; group ask; when bench.cores > 0;\n"
    "  say \"more\"; }\n"
    "design for-many { for B; when host.cpus > 99; title \"many\";\n"
    "  stage \"a\" runs 1 does \"x\"; }\n"
    "design shards { for B; title \"Shards\";\n"
    "  stage \"route\" runs 1 does \"routes\" owns \"keys\" at lock.sites;\n"
    "  stage \"work\" runs first(go.maxprocs, host.cpus) does \"works\";\n"
    "  queue \"q\" from \"route\" to \"work\" holds 3 * host.cpus in 4..64\n"
    "    closed \"route\" full \"route waits\"; note \"one\"; }\n"
    "design other { for E; title \"E\"; stage \"a\" runs 1 does \"x\"; }\n"
    "trap T-ONE { when pprof.mutex.count > 0; say \"a global lock\";\n"
    "  share pprof.cpu.utilization; targets lock.sites; }\n"
    "trap T-TWO { when pprof.cpu.samples > 0; say \"a second trap\"; }\n"
    "trap T-WEAK { when pprof.cpu.samples > 90; say \"not sure\"; }\n"
    "trap T-NOT { when pprof.cpu.samples < 0; say \"not seen\"; }\n";

static struct lab
busy_lab(void)
{
	struct lab l = lab_new(pack);

	lab_set(&l, "pprof.mutex.count", 1);
	lab_put(&l, "pprof.cpu.samples", 100, 80, 120);
	lab_set(&l, "pprof.cpu.utilization", 0.46);
	lab_set(&l, "host.cpu.steal", 0.46);
	return l;
}

static const struct ws_action *
find(const struct ws_diagnosis *d, const char *id)
{
	for (size_t i = 0; i < d->n_action; i++)
		if (strcmp(d->action[i].advice->id, id) == 0)
			return &d->action[i];
	return NULL;
}

/* u is 0.46, surely 2 % less; f is 0.46. */
static void
test_removal(void)
{
	struct lab l = busy_lab();
	const struct ws_diagnosis *d = lab_judge(&l);
	const struct ws_action *x = find(d, "cut-it");
	double u = 0.46 * 0.98;

	ok(d->outcome == WS_OUT_DECIDED && x && x->has_impact,
	    "there is a plan");
	ok(x && near(x->cap, 1 / (u * 0.54)), "the cap: all but 54 %% of u");
	ok(x && near(x->lo, 1.1), "half of it: 1.116, which is at least 1.1");
	ok(x && near(x->hi, x->cap), "all of it is the cap, never above");
	ok(x && strstr(x->basis, "pprof.cpu.utilization") != NULL,
	    "the basis names where u is from");
	ok(!find(d, "deep")->has_impact || find(d, "deep")->cap == x->cap,
	    "what is left is not told: as without");
	lab_set(&l, "host.cpu.idle", 0.1);
	x = find(lab_judge(&l), "deep");
	ok(x && near(x->cap, 1 / (u * 0.1)), "10 %% is left: the cap");
	ok(x && x->hi < x->cap && near(x->hi, 7.2),
	    "nine tenths of the rest: 7.11, which is at most 7.2");
	lab_set(&l, "host.cpu.idle", 0);
	x = find(lab_judge(&l), "deep");
	ok(x && isinf(x->cap) && near(x->hi, 10),
	    "nothing is left: no cap, but a range");
	lab_put(&l, "host.cpu.steal", 0.46, 0.2, 0.7);
	x = find(lab_judge(&l), "cut-it");
	ok(x && near(x->cap, 1 / (u * 0.3)) && near(x->lo, 1.0),
	    "a sampled share widens range and cap");
	lab_free(&l);
}

/* All but u (1 - f) is what such a remedy is aimed at. */
static void
test_freeing(void)
{
	struct lab l = busy_lab();
	const struct ws_action *x;
	double u = 0.46 * 1.02;

	lab_set(&l, "trace.goroutines", 5);
	lab_set(&l, "host.cpu.idle", 0.1);
	x = find(lab_judge(&l), "free-it");
	ok(x && x->has_impact && near(x->lo, 1.5) &&
		1 / (1 - 0.5 * (1 - u * 0.54)) < 1.6,
	    "half of what is not other code, the unused time too: 1.59");
	ok(x && near(x->cap, 1 / (0.46 * 0.98 * 0.1)), "the cap as ever");
	ok(x && strstr(x->basis, "waiting") != NULL, "the basis says so");
	lab_site(&l, "lock.sites", "main.a a.go:1", 0.5);
	x = find(lab_judge(&l), "free-it");
	ok(x && near(x->lo, 1.2),
	    "half of it at the sites named: 1 / (1 - 0.19)");
	lab_set(&l, "host.cpus", 1);
	ok(find(lab_judge(&l), "free-it") == NULL,
	    "its condition is false: it is not in the plan");
	lab_set(&l, "host.cpus", 2);
	ok(find(lab_judge(&l), "free-it") != NULL, "and true: it is");
	lab_free(&l);
}

static const char *
code_of(struct lab *l)
{
	const struct ws_action *x = find(lab_judge(l), "free-it");

	return x != NULL && x->code != NULL ? x->code : "";
}

static void
test_code(void)
{
	static const struct {
		const char *subject, *code;
	} cases[] = {
		{ "main.(*Cache).get.func1 c.go:7",
		    "// at main.(*Cache).get.func1 c.go:7\nget()" },
		{ "main.init.3.func1.1 a.go:43",
		    "// at main.init.3.func1.1 a.go:43\ninit()" },
		{ "main._Cfunc_mix _cgo_gotypes.go:5",
		    "// at main._Cfunc_mix _cgo_gotypes.go:5\nmix()" },
		{ "main.a`b`-\nc", "// at main.a'b'-\\nc\ncall()" },
		{ "", "// at \ncall()" },
	};
	struct lab l = busy_lab();

	lab_set(&l, "trace.goroutines", 5);
	ok(strcmp(code_of(&l), "// at there\ncall()") == 0,
	    "without a site, what the advice says");
	lab_free(&l);
	for (size_t i = 0; i < WS_LEN(cases); i++) {
		l = busy_lab();
		lab_set(&l, "trace.goroutines", 5);
		lab_site(&l, "lock.sites", cases[i].subject, 1);
		ok(strcmp(code_of(&l), cases[i].code) == 0, "code for \"%s\"",
		    cases[i].subject);
		lab_free(&l);
	}
}

/* A plan that names no function asks for what would tell. */
static void
test_aim(void)
{
	struct lab l = busy_lab();
	const struct ws_diagnosis *d;
	const struct ws_action *x;

	lab_set(&l, "trace.goroutines", 5);
	lab_set(&l, "host.rows", 0);
	lab_set(&l, "pprof.goroutine.count", 0);
	lab_set(&l, "bench.runs", 0);
	lab_set(&l, "bench.cores", 0);
	d = lab_judge(&l);
	ok(d->confidence == WS_HIGH && d->n_action > 0 && d->n_collect == 1 &&
		d->collect[0].source == WS_S_PPROF_MUTEX &&
		strstr(d->collect[0].why, "functions") != NULL,
	    "a sure plan without a site asks for the capture that has it");
	lab_site(&l, "wait.sites", "main.w w.go:1", 1);
	x = find(lab_judge(&l), "free-it");
	ok(x && x->n_target == 1 &&
		strcmp(x->target[0].subject, "main.w w.go:1") == 0 &&
		strcmp(x->code, "// at main.w w.go:1\ncall()") == 0,
	    "the second fact of the targets, where the first has none");
	lab_site(&l, "lock.sites", "main.l l.go:1", 1);
	d = lab_judge(&l);
	x = find(d, "free-it");
	ok(x && strcmp(x->code, "// at main.l l.go:1\nl()") == 0,
	    "the first, where it has some");
	ok(d->n_collect == 0, "and nothing more is asked for");
	lab_free(&l);
}

static void
test_scaling(void)
{
	struct lab l = busy_lab();
	const struct ws_action *x = find(lab_judge(&l), "scale-it");
	double u = 0.46 * 0.98;

	ok(x && !x->has_impact, "unknown facts: no impact");
	lab_set(&l, "bench.scaling.gain", 2);
	x = find(lab_judge(&l), "scale-it");
	ok(x && near(x->lo, 1.2) && near(x->hi, 2) && near(x->cap, 2),
	    "scaling by 2: a quarter of the gain is 1.25");
	lab_set(&l, "bench.scaling.gain", 5);
	x = find(lab_judge(&l), "scale-it");
	ok(x && near(x->cap, 1 / u), "by 5 the CPUs do not allow");
	lab_set(&l, "bench.scaling.gain", 0.5);
	x = find(lab_judge(&l), "scale-it");
	ok(x && near(x->lo, 1) && near(x->cap, 1), "never below 1");
	lab_free(&l);
}

static void
test_figures(void)
{
	struct lab l = busy_lab();
	const struct ws_action *x = find(lab_judge(&l), "quick");

	ok(x && isnan(x->figure[0]), "a size of unknown facts is not known");
	lab_set(&l, "host.cpus", 1);
	x = find(lab_judge(&l), "quick");
	ok(x && near(x->figure[0], 8), "a size stays within its limits");
	lab_set(&l, "host.cpus", 4);
	x = find(lab_judge(&l), "quick");
	ok(x && near(x->figure[0], 16), "and is worked out");
	lab_free(&l);
}

static void
test_design(void)
{
	struct lab l = busy_lab();
	const struct ws_sketch *s;

	lab_site(&l, "lock.sites", "main.b", 0.6);
	s = lab_judge(&l)->sketch;
	ok(s && strcmp(s->design->id, "shards") == 0,
	    "the first design of the class whose condition holds");
	ok(s && near(s->runs[0], 1) && isnan(s->runs[1]) && isnan(s->holds[0]),
	    "what is not known has no number");
	ok(s && s->at[0] && strcmp(s->at[0], "main.b") == 0 && !s->at[1],
	    "a stage names the function it is now");
	lab_set(&l, "host.cpus", 3);
	s = lab_judge(&l)->sketch;
	ok(s && near(s->runs[1], 3) && near(s->holds[0], 16),
	    "9 items: the next power of two");
	lab_set(&l, "host.cpus", 100);
	s = lab_judge(&l)->sketch;
	ok(s && strcmp(s->design->id, "for-many") == 0, "a condition decides");
	lab_free(&l);
	l = lab_new(pack);
	ok(lab_judge(&l)->sketch == NULL, "no design without a diagnosis");
	lab_free(&l);
}

static void
test_look_ahead(void)
{
	struct lab l = busy_lab();
	const struct ws_diagnosis *d;

	ok(isnan(lab_judge(&l)->action[0].then.share),
	    "no account, nothing to look ahead in");
	lab_set(&l, "account.cpu.locks", 0.6);
	lab_set(&l, "account.cpu.alloc", 0.3);
	lab_set(&l, "account.cpu.go", 0.1);
	lab_set(&l, "pprof.cpu.utilization", 1);
	d = lab_judge(&l);
	ok(strcmp(d->action[0].then.title, "allocation") == 0,
	    "three quarters of the locks gone: allocation is next");
	ok(near(d->action[0].then.share, 0.3 / 0.55), "with its share");
	lab_free(&l);
}

static void
test_order(void)
{
	struct lab l = busy_lab();
	const struct ws_diagnosis *d;

	lab_set(&l, "bench.scaling.gain", 2);
	lab_set(&l, "host.rows", 1);
	lab_set(&l, "host.cpu.sys", 0.9);
	lab_set(&l, "pprof.goroutine.count", 0);
	lab_set(&l, "bench.runs", 0);
	d = lab_judge(&l);
	ok(d->n_action == 6, "each advice once");
	ok(d->n_action == 6 && strcmp(d->action[0].advice->id, "quick") == 0 &&
		strcmp(d->action[1].advice->id, "cut-it") == 0 &&
		strcmp(d->action[2].advice->id, "deep") == 0 &&
		strcmp(d->action[3].advice->id, "scale-it") == 0 &&
		strcmp(d->action[4].advice->id, "vague") == 0,
	    "by gain for the effort, unknown gains last");
	ok(d->n_action == 6 &&
		strcmp(d->action[5].advice->id, "less-garbage") == 0,
	    "secondary classes come after");
	lab_free(&l);
}

static void
test_no_plan(void)
{
	struct lab l = lab_new(pack);
	const struct ws_diagnosis *d;

	lab_set(&l, "host.rows", 1);
	d = lab_judge(&l);
	ok(d->outcome == WS_OUT_OPEN && d->n_action == 0,
	    "no plan without a diagnosis");
	lab_free(&l);

	l = lab_new(pack);
	lab_set(&l, "pprof.mutex.count", 1);
	d = lab_judge(&l);
	ok(d->outcome == WS_OUT_OPEN && d->cls == WS_CLASS_B &&
		d->confidence == WS_MEDIUM && d->n_action == 0,
	    "nor for a class that only leads, however clearly");
	lab_free(&l);
}

static void
test_targets(void)
{
	struct lab l = busy_lab();
	const struct ws_diagnosis *d;
	const struct ws_action *x;

	lab_site(&l, "lock.sites", "main.a", 0.1);
	lab_site(&l, "lock.sites", "main.b", 0.6);
	lab_site(&l, "lock.sites", "main.c", 0.2);
	lab_site(&l, "lock.sites", "main.d", 0.05);
	d = lab_judge(&l);
	x = find(d, "cut-it");
	ok(x && x->n_target == 3 &&
		strcmp(x->target[0].subject, "main.b") == 0 &&
		near(x->target[0].share, 0.6),
	    "three targets, the largest first");
	ok(strstr(d->sentence, "main.b") != NULL, "the sentence has the site");
	ok(d->n_trap == 2 &&
		strcmp(d->trap[0].judgement->rule->id, "T-ONE") == 0 &&
		near(d->trap[0].share, 0.46) && d->trap[0].n_target == 3 &&
		isnan(d->trap[1].share),
	    "traps with share and sites, those without at the end, no weak");
	lab_free(&l);
}

static double
sum_leaves(const struct ws_diagnosis *d)
{
	double sum = 0;

	for (size_t i = 0; i < d->n_leaf; i++)
		sum += d->leaf[i].share;
	return sum;
}

static void
test_accounting(void)
{
	struct lab l = busy_lab();
	const struct ws_diagnosis *d;

	ok(lab_judge(&l)->n_leaf == 0, "no account facts, no accounting");
	lab_set(&l, "account.cpu.locks", 0.25);
	lab_set(&l, "account.cpu.alloc", 0.004);
	lab_set(&l, "account.cpu.go", 0.746);
	lab_set(&l, "host.cpu.iowait", 0.2);
	d = lab_judge(&l);
	ok(near(sum_leaves(d), 1), "leaves add up to 1");
	ok(d->n_leaf == 5 && strcmp(d->leaf[0].title, "Go code") == 0 &&
		near(d->leaf[0].share, 0.746 * 0.46) &&
		near(d->leaf[1].share, 0.25 * 0.46) &&
		strcmp(d->leaf[1].cls, "B") == 0,
	    "scaled by the utilization, largest first");
	ok(d->n_leaf == 5 && near(d->leaf[2].share, 0.004 * 0.46) &&
		near(d->leaf[3].share, 0.2) && near(d->leaf[4].share, 0.34),
	    "small ones together, then waiting for disks, then idle");
	lab_set(&l, "trace.gc.cpu", 0.25);
	lab_set(&l, "trace.gc.active", 0.5);
	d = lab_judge(&l);
	ok(near(sum_leaves(d), 1) && d->n_leaf == 7 &&
		strcmp(d->leaf[4].source, "wait.net") == 0 &&
		near(d->leaf[4].share, 0.17) && near(d->leaf[5].share, 0.085) &&
		strcmp(d->leaf[5].cls, "B") == 0 &&
		near(d->leaf[6].share, 0.085),
	    "goroutines' waits share out what is idle");
	lab_set(&l, "host.cpu.busy", 0.5);
	ok(lab_judge(&l)->n_leaf == 7,
	    "that the machine is a little busier says nothing");
	lab_set(&l, "host.cpu.busy", 0.56);
	d = lab_judge(&l);
	ok(d->n_leaf == 8 && near(sum_leaves(d), 1) &&
		near(d->leaf[3].share, 0.1) &&
		strcmp(d->leaf[3].source, "host.cpu.busy") == 0 &&
		near(d->leaf[5].share, 0.12),
	    "much busier is others' use, and is not waited for");
	lab_set(&l, "host.cpu.busy", 0.46);
	lab_set(&l, "trace.gc.cpu", 0.5);
	lab_set(&l, "trace.gc.active", 1.5);
	d = lab_judge(&l);
	ok(d->n_leaf == 6 && near(sum_leaves(d), 1) &&
		near(d->leaf[4].share, 0.255),
	    "and no more than that");
	lab_free(&l);
	l = lab_new(pack);
	lab_set(&l, "account.cpu.go", 1);
	d = lab_judge(&l);
	ok(d->n_leaf == 1 && near(d->leaf[0].share, 1) &&
		strstr(d->leaf[0].source, "used CPU") != NULL,
	    "without a utilization, shares of the used CPU");
	lab_free(&l);
}

static void
test_collect(void)
{
	struct lab l = busy_lab();
	const struct ws_diagnosis *d;

	lab_set(&l, "pprof.cpu.samples", 0);
	lab_set(&l, "trace.goroutines", 0);
	lab_set(&l, "host.rows", 0);
	lab_site(&l, "lock.sites", "main.b", 0.6);
	d = lab_judge(&l);
	ok(d->confidence < WS_HIGH && d->n_collect == 2,
	    "two captures to make");
	ok(d->n_collect == 2 && d->collect[0].source == WS_S_BENCH &&
		near(d->collect[0].decides, 3),
	    "the one that decides most is first, its group counted once");
	ok(d->n_collect == 2 &&
		strcmp(d->collect[0].command, "run the bench") == 0 &&
		strstr(d->collect[0].why, "B-ASK") != NULL,
	    "with the rule's own command, and why");
	ok(d->n_collect == 2 && d->collect[1].source == WS_S_PPROF_GOROUTINE &&
		strcmp(d->collect[1].command,
		    ws_source_defs[WS_S_PPROF_GOROUTINE].collect) == 0,
	    "or the one of the source");
	ok(d->n_missing == 3, "unknown rules are listed");
	ok(d->n_missing == 3 && strcmp(d->missing[1].rule->id, "B-ASK") == 0 &&
		strcmp(d->missing[1].reason, "no benchmark") == 0 &&
		strcmp(d->missing[1].collect, "run the bench") == 0,
	    "with reason and command");
	lab_free(&l);
}

int
main(void)
{
	test_removal();
	test_freeing();
	test_code();
	test_aim();
	test_scaling();
	test_figures();
	test_design();
	test_look_ahead();
	test_order();
	test_no_plan();
	test_targets();
	test_accounting();
	test_collect();
	return tap_done();
}
