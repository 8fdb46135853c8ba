/* The parser of settings, on the test data and on its cuts. */
#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_env;

static void
parse_file(struct parsed *r, const char *path)
{
	size_t n;
	char *p = read_testdata(path, &n);

	parse_mem(r, &ws_parser_env, path, p == NULL ? "" : p, n);
	free(p);
}

static void
test_files(void)
{
	struct parsed r;

	parse_file(&r, "env/real/input.txt");
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE &&
		parsed_value(&r, "", WS_N_HOST_CPUS, 0) == 2 &&
		parsed_value(&r, "", WS_N_GO_MAXPROCS, 0) == 2,
	    "CPUs and GOMAXPROCS");
	is_str(parsed_mark(&r, "go", 0), "go1.26.10", "release");
	is_str(r.entry.version, "go1.26.10", "version");
	parsed_fini(&r);
	parse_file(&r, "env/go-env/input.txt");
	is_str(parsed_mark(&r, "GOARCH", 0), "amd64", "go env, unquoted");
	is_str(parsed_mark(&r, "GOPROXY", 0), "",
	    "an address with a password is withheld");
	parsed_fini(&r);
	parse_file(&r, "env/go-env-windows/input.txt");
	is_str(parsed_mark(&r, "GOOS", 0), "windows", "go env of Windows");
	parsed_fini(&r);
	parse_file(&r, "env/go-version/input.txt");
	is_str(parsed_mark(&r, "goarch", 0), "arm64", "go version");
	is_str(r.entry.version, "go1.24.3", "go version has the release");
	parsed_fini(&r);
	parse_file(&r, "env/process/input.txt");
	ok(parsed_value(&r, "", WS_N_GO_MAXPROCS, 0) == 4, "environment");
	is_str(parsed_mark(&r, "DB_PASSWORD", 0), "", "no password");
	parsed_fini(&r);
	parse_file(&r, "env/torn/input.txt");
	ok(r.status == WS_PARTIAL && r.faults == 1 &&
		parsed_counter(&r, "", WS_N_GO_MAXPROCS, 0) == NULL,
	    "16 that is cut is not 1");
	parsed_fini(&r);
}

static void
check_bid(const char *path, enum ws_bid want)
{
	struct parsed r;

	parse_file(&r, path);
	ok(r.bid == want, "%s", path);
	parsed_fini(&r);
}

static void
check_cuts(const char *path)
{
	size_t n;
	char *p = read_testdata(path, &n);

	ok(n > 0 && parse_every_cut(&ws_parser_env, p, n) == 0,
	    "%s cut at each of %zu bytes", path, n);
	free(p);
}

int
main(void)
{
	test_files();
	check_bid("env/ini/input.txt", WS_BID_NO);
	check_bid("env/empty/input.txt", WS_BID_NO);
	check_bid("gobench/real/input.txt", WS_BID_NO);
	check_bid("gobench/config-only/input.txt", WS_BID_NO);
	check_cuts("env/real/input.txt");
	check_cuts("env/process/input.txt");
	check_cuts("env/go-env/input.txt");
	return tap_done();
}
