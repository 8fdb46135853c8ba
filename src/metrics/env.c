#include <math.h>

#include "base/num.h"
#include "metrics/family.h"

/* "go1.26.10", "1.26", "go version go1.22.5 linux/amd64" into 1026; 0 when
 * there is no release in it. */
static double
release(struct ws_sv s)
{
	uint64_t major, minor;
	size_t at = ws_sv_find(s, "go1.");
	struct ws_sv part;

	s = at < s.n ? ws_sv_from(s, at + 2) : s;
	part = ws_sv_split(&s, '.');
	if (!ws_num_u64(ws_sv_trim(part), 1, 99, &major))
		return 0;
	for (part.p = s.p, part.n = 0; part.n < s.n; part.n++)
		if (s.p[part.n] < '0' || s.p[part.n] > '9')
			break;
	if (!ws_num_u64(part, 0, 999, &minor))
		return 0;
	return (double)(major * 1000 + minor);
}

static void
put_version(const struct ws_measured *m)
{
	static const char *const key[] = { "go", "go.version", "GOVERSION",
		"go_info" };
	ws_id artifact = 0;
	size_t i;

	for (i = 0; i < WS_LEN(key); i++) {
		struct ws_sv s =
		    ws_counters_text(m->counters, key[i], &artifact);
		double v = release(s);

		if (v > 0) {
			ws_measured_put(m, WS_F_GO_VERSION, v, artifact, NAN);
			return;
		}
	}
}

static void
put_text(const struct ws_measured *m, uint32_t def, const char *key,
    const char *other)
{
	ws_id artifact = 0;
	struct ws_sv s = ws_counters_text(m->counters, key, &artifact);
	struct ws_fact fact = WS_FACT_OF(def, NAN);

	if (s.n == 0)
		s = ws_counters_text(m->counters, other, &artifact);
	if (s.n == 0)
		return;
	fact.text = s.p;
	fact.artifact = ws_dict_text(m->dict, artifact).p;
	ws_facts_put(m->facts, &fact);
}

static void
put_counter(const struct ws_measured *m, uint32_t def, ws_id name)
{
	const struct ws_series *s = ws_counters_find(m->counters, name, 0, 0);

	if (s != NULL && s->n > 0)
		ws_measured_put(m, def, s->value[s->n - 1], s->artifact, NAN);
}

/* The program and its machine, from whichever artifact says so. */
void
ws_family_env(const struct ws_measured *m)
{
	put_version(m);
	put_text(m, WS_F_GO_OS, "goos", "GOOS");
	put_text(m, WS_F_GO_ARCH, "goarch", "GOARCH");
	put_counter(m, WS_F_HOST_CPUS, WS_N_HOST_CPUS);
	put_counter(m, WS_F_GO_MAXPROCS, WS_N_GO_MAXPROCS);
}
