#!/bin/sh
# Closes `make check`: counts the test points in automake's .trs files and ends
# with one line. Called with the status that the run had and the files that it
# should have made.
#   5 passed, 0 failed
#   4 passed, 1 failed, 2 skipped
set -u
status=$1
shift
passed=0 failed=0 skipped=0

add() {
	passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

for trs; do
	counts=
	test -f "$trs" && counts=$(${AWK-awk} '
		/^:test-result: (PASS|XFAIL)/ { p++ }
		/^:test-result: (FAIL|XPASS)/ { f++ }
		/^:test-result: ERROR/ { e = 1 }
		/^:test-result: SKIP/ { s++ }
		END {
			# A crash is told in several ways; a bad exit status
			# after failed points is no news.
			printf "%d %d %d\n", p, f ? f : e, s
		}' "$trs")
	# A test without a single result was not run, or not to its end.
	test "${counts:-0 0 0}" != "0 0 0" || counts="0 1 0"
	# shellcheck disable=SC2086 # three words
	add $counts
done
# Neither an empty run nor one that make gave up on may look like success.
test $((passed + failed)) -gt 0 || failed=1
test "$status" -eq 0 || test "$failed" -gt 0 || failed=1
test "$failed" -eq 0 || test "$status" -ne 0 || status=1
if test "$skipped" -gt 0; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
exit "$status"
