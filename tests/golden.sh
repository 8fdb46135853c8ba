#!/bin/sh
# What the program prints, compared with what it printed when a person last
# read it. `make golden` (--update) writes the files anew.
#
#   testdata/FORMAT/CASE/input*   events --jsonl, in CASE/dump (2000 lines)
#   testdata/golden/BUNDLE/WHAT   of testdata/bundles/BUNDLE, WHAT being
#                                 facts, report, report.json, report.md,
#                                 verdict (explained) or ls
# Only files that are there are compared and rewritten; an empty one starts a
# new case. A format's case has its dump always.
set -u
. "$srcdir/tests/tap.sh"
mode=${1-}
dir=$(scratch golden)

# Runs whyslow in testdata, so that the names it prints do not depend on where
# the source folder is. Its exit status is the last line, where it is not 0.
run() { # ARGUMENT...
	(cd "$srcdir/testdata" && "$WHYSLOW" "$@" </dev/null 2>"$dir/stderr")
	status=$?
	test $status -eq 0 || echo "exit status $status"
}

compare() { # GOLDEN-FILE ARGUMENT...
	golden=$1
	shift
	run "$@" | head -n 2000 >"$dir/got"
	if test "$mode" = --update; then
		cmp -s "$dir/got" "$srcdir/testdata/$golden" ||
			cp "$dir/got" "$srcdir/testdata/$golden"
		return
	fi
	cmp -s "$dir/got" "$srcdir/testdata/$golden"
	result=$?
	ok $result "$golden: whyslow $*"
	test $result -eq 0 || note "$(head -n 5 "$dir/stderr"
		diff -uN "$srcdir/testdata/$golden" "$dir/got" | head -n 30)"
}

cd "$srcdir/testdata" || exit 1
for input in */*/input*; do
	test -f "$input" || continue
	compare "${input%/*}/dump" events --jsonl "$input"
done
for bundle in golden/*/; do
	name=$(basename "$bundle")
	test -e "bundles/$name" || continue
	for what in facts report report.json report.md verdict ls; do
		test -f "golden/$name/$what" || continue
		case $what in
		facts) set -- facts "bundles/$name" ;;
		report) set -- "bundles/$name" ;;
		report.json) set -- --json "bundles/$name" ;;
		report.md) set -- --format md "bundles/$name" ;;
		verdict) set -- explain verdict "bundles/$name" ;;
		ls) set -- ls "bundles/$name" ;;
		esac
		compare "golden/$name/$what" "$@"
	done
done
test "$mode" = --update && exit
test "$tap_count" -gt 0
ok $? "$tap_count comparisons"
done_testing
