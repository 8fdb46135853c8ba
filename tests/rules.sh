#!/bin/sh
# The rules that are installed: they load without a complaint, and every test
# beside them holds.
set -u
. "$srcdir/tests/tap.sh"
dir=$(scratch rules)

"$WHYSLOW" rules check --werror >"$dir/check" 2>&1
ok $? "rules check --werror: $(tail -n 1 "$dir/check")"

# In one run: tests cross classes, and coverage is over all of them.
"$WHYSLOW" rules test "$srcdir"/rules/*.test >"$dir/out" 2>&1
status=$?
ok $status "rules test: $(tail -n 1 "$dir/out")"
test $status -eq 0 || note "$(grep -v '^ok' "$dir/out")"
test "$(grep -c '^ok' "$dir/out")" -gt 50
ok $? "it says what it did"

# Each rule must be seen true, false and unknown, once a rule of its file is
# tested; so each file with rules needs tests.
none "$(grep -lE '^(rule|trap|quality) ' "$srcdir"/rules/*.rules |
	while read -r f; do
		test -f "${f%.rules}.test" || echo "${f##*/}"
	done)" "every rules file has tests beside it"

# A wrong file is refused, with the place of the mistake.
printf 'rule broken\n' >"$dir/broken.rules"
"$WHYSLOW" rules check "$dir/broken.rules" >"$dir/out" 2>&1
is $? 78 "a wrong rules file ends with status 78"
grep -q 'broken\.rules:[0-9]*:[0-9]*: ' "$dir/out"
ok $? "and is told by file, line and column"
done_testing
