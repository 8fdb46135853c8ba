#!/bin/sh
# Functions have at most 60 lines, files 800, headers of the product 120.
# Exceptions stand in sizes.exceptions with a reason each:
#   function FILE:NAME LINES WHY
#   file FILE LINES WHY
set -u
. "$srcdir/tests/tap.sh"
dir=$(scratch sizes)
exceptions=$srcdir/tests/sizes.exceptions

# "function FILE:NAME LINES" of every function: its name stands at the start of
# a line, its braces too.
functions() { # FILE NAME-TO-PRINT
	${AWK-awk} -v file="$2" '
	/^[A-Za-z_][A-Za-z0-9_]*\(/ {
		name = $0
		sub(/\(.*/, "", name)
		start = FNR
		open = 0
	}
	/^[{]/ { open = start }
	/^[}]/ {
		if (open)
			print "function", file ":" name, FNR - start + 1
		open = start = 0
	}
	/;$/ { if (!open) start = 0 }' "$1"
}

# "file FILE LINES", and the functions in it.
measure() {
	while IFS= read -r f; do
		echo "file $f $(wc -l <"$srcdir/$f" | tr -d ' ')"
		functions "$srcdir/$f" "$f"
	done
}

# Keeps what is over its limit and is no exception.
too_long() {
	${AWK-awk} -v list="$exceptions" '
	BEGIN {
		while ((getline line <list) > 0)
			if (line !~ /^#/ && split(line, w, " ") >= 4)
				limit[w[1] " " w[2]] = w[3]
	}
	{
		most = $1 == "function" ? 60 : 800
		if ($1 == "file" && $2 ~ /^(src|parsers)\/.*\.h$/)
			most = 120
		if (($1 " " $2) in limit)
			most = limit[$1 " " $2]
		if ($3 + 0 > most + 0)
			print $0 " lines, at most " most
	}'
}

{
	printf 'static int\nshort_one(void)\n{\n\treturn 0;\n}\n\n'
	printf 'int\nlong_one(int a,\n    int b)\n{\n'
	i=0
	while test $i -lt 57; do
		printf '\ta++;\n'
		i=$((i + 1))
	done
	printf '}\n'
} >"$dir/sample.c"
is "$(functions "$dir/sample.c" s.c)" "function s.c:short_one 4
function s.c:long_one 61" "functions are found and measured"
is "$(functions "$dir/sample.c" s.c | too_long)" \
	"function s.c:long_one 61 lines, at most 60" "a long one is noticed"

tracked src parsers tests fuzz bench | grep '\.[ch]$' | measure \
	>"$dir/measured"
test "$(grep -c '^function' "$dir/measured")" -gt 100
ok $? "$(grep -c '^function' "$dir/measured") functions measured"
none "$(too_long <"$dir/measured")" "nothing is too long"
none "$(grep -v '^#' "$exceptions" | while read -r kind what lines why; do
	grep -q "^$kind $what " "$dir/measured" && test -n "$why" ||
		echo "$kind $what $lines $why"
done)" "every exception exists and has a reason"
# Only the product counts: tests are long lists of expectations.
median=$(grep '^function \(src\|parsers\)/' "$dir/measured" |
	sort -k3n | ${AWK-awk} '{ n[NR] = $3 }
		END { print n[int((NR + 1) / 2)] + 0 }')
test "$median" -le 18
ok $? "the median function has $median lines"
done_testing
