#!/bin/sh
# Every file of testdata is taken for what it is by exactly one parser: a tie
# is an error, and formats cannot steal each other's files.  The folder names
# the format; a case whose input nobody may read has a file `refused`.
set -u
. "$srcdir/tests/tap.sh"
dir=$(scratch detect)

cd "$srcdir/testdata" || exit 1
for input in */*/input*; do
	test -f "$input" || continue
	want=$(echo "${input%%/*}" | tr _ -)
	test -s "$input" && test ! -e "${input%/*}/refused" || want=nothing
	"$WHYSLOW" ls --json "$input" >"$dir/out" 2>"$dir/err" </dev/null
	got=$(grep -o '"format": *[^,}]*' "$dir/out" |
		sed 's/^"format": *//; s/"//g; s/^null$/nothing/' | sort -u |
		tr '\n' ' ' | tr _ -)
	is "${got% }" "$want" "$input is $want"
done
test "$tap_count" -gt 0
ok $? "$tap_count files"
done_testing
