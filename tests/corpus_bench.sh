#!/bin/sh
# Every comparison in benchstat's own test data, against what benchstat printed
# of it: medians, intervals, changes, p-values and geometric means, to the
# printed digits. Run by check-corpus; FOLDER has the files of
# golang.org/x/perf, named by their paths with "_" for "/".
set -u
. "$srcdir/tests/tap.sh"
from=$1/cmd_benchstat_testdata_
dir=$(scratch corpus_bench)

# Rows of benchstat's text as "unit name cell...", without footnotes and lines.
expected() { # FILE
	LC_ALL=C.UTF-8 sed 's/[¹²³⁴⁵]//g; s/ *│ */│/g' "$1" | LC_ALL=C.UTF-8 awk '
		/│/ { split($0, part, "│"); split(part[2], word, " ")
			unit = word[1]; next }
		/^$/ || /^[^ ]*: / || /^ (need|all|bench|summaries|exact)/ { next }
		{ $1 = $1; print unit, $0 }'
}

# The same of ours, without the interval of the ratio.
printed() { # ARGUMENT...
	LC_ALL=C.UTF-8 "$WHYSLOW" diff "$@" 2>"$dir/err" | LC_ALL=C.UTF-8 awk '
		/^BENCHMARKS$/ { on = 1; head = 1; next }
		/^[A-Z][A-Z ]+/ && !/±/ && !/geomean/ { on = 0 }
		!on || /^  / { next }
		/^$/ { head = 1; next }
		head { unit = $1; head = 0; next }
		{
			gsub(/ +x[0-9.e+-]+\.\.[0-9.e+-]+( !)?/, "")
			$1 = $1; print unit, $0
		}'
}

same() { # NAME ARGUMENT...
	name=$1
	shift
	expected "$from$name.stdout" | sort >"$dir/want"
	printed "$@" | sort >"$dir/got"
	test -s "$dir/want" && cmp -s "$dir/want" "$dir/got"
	result=$?
	ok $result "benchstat's $name: $(wc -l <"$dir/want") rows"
	test $result -eq 0 || note "$(diff "$dir/want" "$dir/got" | head -n 20)"
}

same crcIgnore --ignore note "${from}crc-old.txt" "${from}crc-new.txt"
same crcSizeVsPoly --filter /align:0 --row /size --col /poly "${from}crc-new.txt"
for name in units zero smallSample issue19565 issue19634; do
	same $name --col note "$from$name.txt"
done

# A note that differs splits the tables of benchstat: one column each.
expected "${from}crcOldNew.stdout" | sort >"$dir/want"
for f in old new; do
	printed --col note "${from}crc-$f.txt"
done | sort >"$dir/got"
cmp -s "$dir/want" "$dir/got"
result=$?
ok $result "benchstat's crcOldNew: $(wc -l <"$dir/want") rows"
test $result -eq 0 || note "$(diff "$dir/want" "$dir/got" | head -n 20)"

# Centers and geometric means of its CSV, to twelve digits.
numbers() {
	awk -F, '/^[^,]*,[0-9.e-]+,/ { print $2; if ($4 != "") print $4 }' "$1"
}
centers() { # ARGUMENT...
	"$WHYSLOW" diff --json "$@" 2>"$dir/err" | awk '
		/"facts": / { exit }
		/"(center|value)": [0-9]/ { sub(/,$/, ""); print $2 }'
}
close_to() { # NAME ARGUMENT...
	name=$1
	shift
	numbers "$from$name.stdout" >"$dir/want"
	centers "$@" | paste "$dir/want" - | awk '
		function off(a, b) { return a > b ? (a - b) / a : (b - a) / b }
		NF != 2 || off($1, $2) > 1e-11 { bad = 1 }
		END { exit bad || NR == 0 }'
	ok $? "benchstat's $name: $(wc -l <"$dir/want") numbers"
}
close_to csvOldNew "${from}old.txt" "${from}new.txt"
close_to csvErrors --row .name --col .file "${from}new.txt"
done_testing
