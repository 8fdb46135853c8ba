#!/bin/sh
# Do the benchmark facts and `whyslow diff` agree with labels that were
# measured?  Of each labelled bundle: where one thing at a time gets done
# (classes B and C), throughput must not grow with workers, while crossings into
# C (A) and computing scale; and the gain of after/ must be that of the fix.
#   labels_bench.sh BUNDLES     BUNDLES holds labels.tsv and after/
set -u
. "$srcdir/tests/tap.sh"
bundles=$1
dir=$(scratch labels_bench)
tab=$(printf '\t')

fact() { # BUNDLE NAME
	"$WHYSLOW" --json "$bundles/$1" 2>"$dir/err" | sed -n \
		'/^  "benchmark": /,/^  }/s/^    "'"$2"'": \(.*[^,]\),*$/\1/p'
}

holds() { # EXPRESSION NAME
	awk "BEGIN { exit !($1) }"
	ok $? "$2"
}

scaling() { # BUNDLE CLASS OUTCOME
	gain=$(fact "$1" scaling.gain)
	eff=$(fact "$1" scaling.efficiency)
	tail=$(fact "$1" scaling.tail)
	case $2$3 in
	B* | C*) holds "$gain < 1.5" "$1: $2 does not scale ($gain times)" ;;
	A* | *compute-bound)
		holds "$eff > 0.8" "$1: $2$3 scales ($eff of the CPUs)" ;;
	E*) holds "$tail > 2" "$1: E, and p99 grows with workers ($tail times)" ;;
	*underloaded) holds "$gain > 2" "$1: more load gets more done ($gain times)" ;;
	esac
}

# Rounds of another time, with warm caches or not: within two fifths.
gain_of() { # BUNDLE LABEL
	found=$("$WHYSLOW" diff --json "$bundles/$1" "$bundles/after/$1" \
		2>"$dir/err" | sed -n 's/^    "gain": \(.*\),$/\1/p')
	holds "$found > 0.6 * $2 && $found < 1.4 * $2" \
		"$1: the fix gives $found times (label: $2)"
	is "$("$WHYSLOW" diff -q "$bundles/$1" "$bundles/after/$1" |
		sed 's/ .*//')" confirmed "$1: and is confirmed"
}

sed "s/$tab$tab/$tab-$tab/g; s/$tab$tab/$tab-$tab/g" "$bundles/labels.tsv" \
	>"$dir/labels"
while IFS=$tab read -r bundle class outcome label _; do
	case $bundle in '' | bundle | '#'*) continue ;; esac
	scaling "$bundle" "${class#none}" "$outcome"
	test ! -d "$bundles/after/$bundle" || gain_of "$bundle" "$label"
done <"$dir/labels"
done_testing
