#!/bin/sh
# The closing line of `make check`, on results that are made up here.
set -u
. "$srcdir/tests/tap.sh"
dir=$(scratch summary)

trs() { # NAME RESULT...
	name=$1
	shift
	for r; do echo ":test-result: $r a name - PASS"; done >"$dir/$name.trs"
}

expect() { # NAME WANTED-LINE WANTED-STATUS GIVEN-STATUS FILE...
	what=$1 line=$2 want=$3 given=$4
	shift 4
	got=$(cd "$dir" && sh "$srcdir/tests/summary.sh" "$given" "$@")
	status=$?
	is "$got; status $status" "$line; status $want" "$what"
}

trs good PASS PASS PASS
trs bad PASS FAIL
trs crash PASS PASS ERROR ERROR
trs told FAIL ERROR
trs skip SKIP PASS
: >"$dir/empty.trs"

expect "all pass" "3 passed, 0 failed" 0 0 good.trs
expect "points of several tests add up" "4 passed, 1 failed" 2 2 \
	good.trs bad.trs
expect "a crash is a failure" "2 passed, 1 failed" 2 2 crash.trs
expect "a failure counts once" "0 passed, 1 failed" 2 2 told.trs
expect "skips are said" "4 passed, 0 failed, 1 skipped" 0 0 good.trs skip.trs
expect "a test that left nothing is a failure" "3 passed, 1 failed" 1 0 \
	good.trs never-ran.trs
expect "a test that was cut off is a failure" "3 passed, 1 failed" 1 0 \
	good.trs empty.trs
expect "make's own failure shows" "3 passed, 1 failed" 2 2 good.trs
expect "no tests at all is a failure" "0 passed, 1 failed" 1 0
expect "a failure without make's word for it" "1 passed, 1 failed" 1 0 bad.trs
done_testing
