/* Points, intervals, the leader, and how sure it is. */
#include "diagnose.h"

/* Facts stand in for evidence: a value of 1 makes a rule true, 0 false. */
static const char pack[] = VOTE(
    "B-ONE", "B", "+3", "lock", "pprof.mutex.count > 0") VOTE("B-TWO", "B",
    "+2", "lock", "pprof.block.count > 0") VOTE("B-CPU", "B", "+3", "queue",
    "pprof.cpu.samples > 0") VOTE("B-NOT", "B", "-2", "calm",
    "pprof.goroutine.count > 0") VOTE("B-NOR", "B", "-1", "still",
    "bench.cores > 0") VOTE("C-ONE", "C", "+3", "futex",
    "bench.scaling.gain > 0") VOTE("C-TWO", "C", "+3", "flat", "bench.runs > 0")
    VOTE("C-NOT", "C", "-3", "alone", "pprof.threadcreate.count > 0")
	VOTE("E-ONE", "E", "+1", "small", "pprof.alloc.objects > 0")
	    VOTE("E-TWO", "E", "+3", "big", "bench.allocs_per_op > 0")
		VOTE("U-ONE", "underloaded", "+3", "idle", "host.runnable > 0");

static const char *const all_facts[] = { "pprof.mutex.count",
	"pprof.block.count", "pprof.cpu.samples", "pprof.goroutine.count",
	"bench.scaling.gain", "bench.runs", "pprof.threadcreate.count",
	"pprof.alloc.objects", "bench.allocs_per_op", "host.runnable",
	"bench.cores" };

/* Every rule false until the test says more. */
static struct lab
quiet_lab(void)
{
	struct lab l = lab_new(pack);

	for (size_t i = 0; i < WS_LEN(all_facts); i++)
		lab_set(&l, all_facts[i], 0);
	return l;
}

static void
test_groups(void)
{
	struct lab l = quiet_lab();
	const struct ws_diagnosis *d;

	lab_set(&l, "pprof.mutex.count", 1);
	lab_set(&l, "pprof.block.count", 1);
	d = lab_judge(&l);
	ok(near(d->score[WS_CLASS_B].points, 3), "a group votes once");
	lab_set(&l, "pprof.cpu.samples", 1);
	d = lab_judge(&l);
	ok(near(d->score[WS_CLASS_B].points, 6), "two groups vote twice");
	lab_set(&l, "pprof.goroutine.count", 1);
	d = lab_judge(&l);
	ok(near(d->score[WS_CLASS_B].points, 4), "votes against count");
	ok(d->n_evidence == 4 && d->evidence[0]->rule->weight == 3 &&
		d->evidence[3]->rule->weight == -2,
	    "evidence: for it by weight, then against it");
	ok(near(d->score[WS_CLASS_B].lo, 4) && near(d->score[WS_CLASS_B].hi, 4),
	    "nothing unknown, no interval");
	lab_free(&l);
}

static void
test_weak(void)
{
	struct lab l = quiet_lab();
	const struct ws_diagnosis *d;

	lab_put(&l, "pprof.mutex.count", 1, -1, 2);
	lab_put(&l, "pprof.goroutine.count", 1, -1, 2);
	d = lab_judge(&l);
	ok(near(d->score[WS_CLASS_B].points, 0.5), "weak votes count half");
	ok(near(d->score[WS_CLASS_B].lo, -2),
	    "lo: against it fully, for it not");
	ok(near(d->score[WS_CLASS_B].hi, 3),
	    "hi: for it fully, against it not");
	lab_set(&l, "pprof.block.count", 1);
	d = lab_judge(&l);
	ok(near(d->score[WS_CLASS_B].points, 1) &&
		near(d->score[WS_CLASS_B].lo, 0),
	    "a sure +2 stands before a weak +3 of its group");
	lab_free(&l);
}

static void
test_minimum(void)
{
	struct lab l = quiet_lab();
	const struct ws_diagnosis *d;

	lab_set(&l, "pprof.block.count", 1);
	d = lab_judge(&l);
	ok(d->outcome == WS_OUT_OPEN && d->cls == WS_CLASS_NONE,
	    "2 points establish nothing");
	ok(d->n_candidate == 1 && d->candidate[0] == WS_CLASS_B &&
		d->confidence == WS_LOW && d->n_action == 0,
	    "who has points is a candidate, with confidence low");
	lab_set(&l, "pprof.mutex.count", 1);
	d = lab_judge(&l);
	ok(d->outcome == WS_OUT_DECIDED && d->cls == WS_CLASS_B, "3 points do");
	ok(d->score[WS_CLASS_B].state == WS_PRIMARY &&
		d->score[WS_CLASS_E].state == WS_RULED_OUT,
	    "states");
	lab_free(&l);
}

static void
test_ties(void)
{
	struct lab l = quiet_lab();
	const struct ws_diagnosis *d;

	lab_set(&l, "pprof.mutex.count", 1);
	lab_set(&l, "bench.runs", 1);
	d = lab_judge(&l);
	ok(d->outcome == WS_OUT_OPEN && d->cls == WS_CLASS_B,
	    "a tie is open, the first class is named");
	ok(d->n_candidate == 2 && d->candidate[1] == WS_CLASS_C &&
		d->confidence == WS_LOW,
	    "both are candidates, confidence is low");
	ok(strstr(d->sentence, "fits B and C") != NULL, "and it says so");
	lab_put(&l, "pprof.mutex.count", 1, -1, 2);
	lab_set(&l, "pprof.block.count", 1);
	lab_put(&l, "pprof.cpu.samples", 0, NAN, NAN);
	d = lab_judge(&l);
	ok(d->cls == WS_CLASS_C, "more points lead");
	lab_free(&l);
}

/* Only the mutex and CPU profiles were captured. */
static void
test_unknown_rivals(void)
{
	struct lab l = lab_new(pack);
	const struct ws_diagnosis *d;

	lab_set(&l, "pprof.mutex.count", 1);
	d = lab_judge(&l);
	ok(d->outcome == WS_OUT_OPEN && d->cls == WS_CLASS_B,
	    "3 points of one group do not decide against what nobody captured");
	ok(near(d->score[WS_CLASS_C].hi, 3) &&
		near(d->score[WS_CLASS_C].reach, 6),
	    "but one surprise is enough for a class without a vote");
	ok(d->n_collect > 0, "and something is asked for");
	ok(near(d->score[WS_CLASS_B].lo, 0),
	    "all unknown votes against it count");
	lab_set(&l, "pprof.cpu.samples", 1);
	d = lab_judge(&l);
	ok(d->outcome == WS_OUT_DECIDED && near(d->score[WS_CLASS_C].hi, 0),
	    "6 points of two groups decide against classes without a vote");
	ok(d->score[WS_CLASS_C].state == WS_STATE_OPEN,
	    "which are not called ruled out");
	ok(near(d->score[WS_CLASS_B].lo, 4),
	    "only the largest unknown vote against strong evidence counts");
	lab_set(&l, "pprof.alloc.objects", 1);
	d = lab_judge(&l);
	ok(near(d->score[WS_CLASS_E].hi, 4) && d->outcome == WS_OUT_OPEN,
	    "a class with a vote and one surprise keeps a close call open");
	lab_set(&l, "pprof.goroutine.count", 0);
	d = lab_judge(&l);
	ok(d->outcome == WS_OUT_DECIDED, "until lo is above its hi");
	lab_free(&l);
}

static void
test_unsupported(void)
{
	struct lab l = lab_new(pack);
	uint32_t id = ws_catalogue_find(
	    ws_rules_catalogue(l.rules), WS_SV("pprof.goroutine.count"));
	struct ws_fact f = WS_FACT_OF(id, NAN);

	f.presence = WS_UNSUPPORTED_HERE;
	ws_facts_put(l.facts, &f);
	lab_set(&l, "pprof.mutex.count", 1);
	ok(near(lab_judge(&l)->score[WS_CLASS_B].lo, 2),
	    "what cannot be captured here is not waited for");
	lab_free(&l);
}

static void
test_outcomes(void)
{
	struct lab l = quiet_lab();
	const struct ws_diagnosis *d;

	lab_set(&l, "host.runnable", 1);
	d = lab_judge(&l);
	ok(d->outcome == WS_OUT_OTHER && d->cls == WS_CLASS_UNDERLOADED,
	    "an outcome can lead");
	is_str(ws_outcome_key(d), "underloaded", "and is named by its key");
	ok(d->n_action == 0, "it has no plan");
	lab_free(&l);
	l = lab_new(pack);
	d = lab_judge(&l);
	ok(d->outcome == WS_OUT_INSUFFICIENT && d->cls == WS_CLASS_NONE,
	    "no facts are insufficient");
	lab_set(&l, "host.cpus", 4);
	ok(lab_judge(&l)->outcome == WS_OUT_INSUFFICIENT,
	    "notes on the environment are no evidence");
	lab_set(&l, "host.rows", 4);
	ok(lab_judge(&l)->outcome == WS_OUT_OPEN, "a counter log is");
	lab_free(&l);
}

static void
test_ruled_out(void)
{
	struct lab l = lab_new(pack);
	const struct ws_diagnosis *d;

	lab_set(&l, "pprof.mutex.count", 1);
	lab_set(&l, "pprof.goroutine.count", 0);
	lab_set(&l, "pprof.threadcreate.count", 1);
	lab_set(&l, "pprof.alloc.objects", 0);
	lab_set(&l, "bench.allocs_per_op", 0);
	lab_set(&l, "host.runnable", 0);
	d = lab_judge(&l);
	ok(d->score[WS_CLASS_C].state == WS_RULED_OUT &&
		d->outcome == WS_OUT_DECIDED,
	    "evidence against a class rules it out, whatever is unknown");
	ok(strstr(d->sentence, "Not lock") != NULL,
	    "the sentence says what it is not");
	lab_free(&l);
}

static const char tuned[] =
    "param t.near : count = 10 in 1..100 help \"near its fact\" source \"t\";\n"
    "param t.far : count = 10 in 1..100 help \"far from it\" source "
    "\"t\";\n" VOTE("B-NEAR", "B", "+2", "lock",
	"pprof.mutex.count > $t.near") VOTE("B-FAR", "B", "+2", "queue",
	"pprof.cpu.samples > $t.far") "quality Q-ONE { weight -1; when "
				      "host.rows < 20; say \"short\"; }\n"
				      "quality Q-TWO { weight -2; when "
				      "host.rows < 10; say \"shorter\"; }\n";

static void
test_stability(void)
{
	struct lab l = lab_new(tuned);
	const struct ws_diagnosis *d;

	lab_set(&l, "pprof.mutex.count", 11);
	lab_set(&l, "pprof.cpu.samples", 100);
	lab_set(&l, "host.rows", 100);
	d = lab_judge(&l);
	ok(d->cls == WS_CLASS_B && near(d->stability, 0.75),
	    "one of four changes flips it");
	ok(d->confidence == WS_MEDIUM, "so confidence is not high");
	lab_set(&l, "pprof.mutex.count", 100);
	d = lab_judge(&l);
	ok(near(d->stability, 1) && d->confidence == WS_HIGH,
	    "two kinds of artifact and no flip: high");
	ok(d->n_collect == 0, "nothing more to capture");
	lab_set(&l, "host.rows", 15);
	ok(lab_judge(&l)->confidence == WS_MEDIUM, "quality -1 caps at medium");
	lab_set(&l, "host.rows", 5);
	d = lab_judge(&l);
	ok(d->confidence == WS_LOW, "quality -2 caps at low");
	ok(d->n_quality == 2 && strstr(d->basis, "Q-TWO") != NULL,
	    "and the basis names it");
	lab_free(&l);
}

static void
test_one_kind(void)
{
	struct lab l = quiet_lab();
	const struct ws_diagnosis *d;

	lab_set(&l, "pprof.mutex.count", 1);
	d = lab_judge(&l);
	ok(d->outcome == WS_OUT_DECIDED && d->confidence == WS_MEDIUM,
	    "one kind of artifact is not high");
	lab_set(&l, "pprof.cpu.samples", 1);
	ok(lab_judge(&l)->confidence == WS_HIGH, "two kinds are");
	lab_put(&l, "pprof.cpu.samples", 1, -1, 2);
	ok(lab_judge(&l)->confidence == WS_MEDIUM,
	    "a weak vote is no second kind");
	lab_free(&l);
}

static void
set_from(struct lab *l, const char *name, const char *artifact)
{
	struct ws_fact f = WS_FACT_OF(
	    ws_catalogue_find(ws_rules_catalogue(l->rules), ws_sv_of(name)), 1);

	f.artifact = artifact;
	ws_facts_put(l->facts, &f);
}

static void
test_rests(void)
{
	struct lab l =
	    lab_new(VOTE("B-ONE", "B", "+3", "one", "pprof.mutex.count > 0")
		    VOTE("B-TWO", "B", "+3", "two", "pprof.cpu.samples > 0")
			VOTE("B-LOW", "B", "+1", "three", "host.rows > 0"));
	const struct ws_diagnosis *d;

	set_from(&l, "pprof.mutex.count", "mutex.pb.gz");
	set_from(&l, "host.rows", "vmstat.txt");
	d = lab_judge(&l);
	ok(d->outcome == WS_OUT_DECIDED && d->n_rests == 1 &&
		strcmp(d->rests[0].artifact, "mutex.pb.gz") == 0 &&
		d->rests[0].outcome == WS_OUT_OPEN,
	    "it rests on what has the vote that decides");
	ok(strstr(d->basis, "rests on mutex.pb.gz (open without it)") != NULL,
	    "the basis says so");
	set_from(&l, "pprof.cpu.samples", "cpu.pb.gz");
	d = lab_judge(&l);
	ok(d->n_rests == 0 && strstr(d->basis, "without any one") != NULL,
	    "either of two votes is enough");
	set_from(&l, "pprof.cpu.samples", "mutex.pb.gz");
	ok(lab_judge(&l)->n_rests == 1, "but not when one artifact has both");
	set_from(&l, "pprof.mutex.count", NULL);
	set_from(&l, "pprof.cpu.samples", NULL);
	ok(lab_judge(&l)->n_rests == 0, "what has no artifact cannot be lost");
	lab_free(&l);
	l = lab_new(VOTE("B-ONE", "B", "+2", "one", "pprof.mutex.count > 0"));
	set_from(&l, "pprof.mutex.count", "mutex.pb.gz");
	d = lab_judge(&l);
	ok(d->n_rests == 0 && strstr(d->basis, "rests") == NULL,
	    "what is open rests on nothing");
	lab_free(&l);
}

int
main(void)
{
	test_groups();
	test_weak();
	test_minimum();
	test_ties();
	test_unknown_rivals();
	test_unsupported();
	test_outcomes();
	test_ruled_out();
	test_stability();
	test_one_kind();
	test_rests();
	return tap_done();
}
