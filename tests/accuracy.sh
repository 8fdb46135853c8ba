#!/bin/sh
# How often is the verdict right?  Runs whyslow over labelled bundles and prints
# each verdict and the confusion matrix.
#   accuracy.sh BUNDLES     BUNDLES holds labels.tsv: bundle, class, outcome, ...
#   accuracy.sh --only FILE BUNDLES   reads FILE of each bundle and nothing else,
#       prints what an open verdict would collect first, and forgives all but a
#       wrong class with confidence high
# Fails when a wrong class was named with confidence high, or when fewer than
# 9 in 10 are right.  A bundle that is left open is neither right nor wrong.
set -eu
only=
case ${1-} in --only)
	only=/$2
	shift 2
	;;
esac
dir=${1:?usage: accuracy.sh [--only FILE] BUNDLES}
whyslow=${WHYSLOW:-./whyslow}
[ -f "$dir/labels.tsv" ] || {
	echo "accuracy: no labels.tsv in $dir" >&2
	exit 2
}
tab=$(printf '\t')

# bundle, wanted, found, confidence
verdicts() {
	while IFS=$tab read -r bundle class rest; do
		case $bundle in '' | bundle | '#'*) continue ;; esac
		want=$class
		case $class in none) want=${rest%%"$tab"*} ;; esac
		line=$("$whyslow" -q "$dir/$bundle$only" ||
			echo "failed - $bundle")
		# shellcheck disable=SC2086
		set -- $line
		next=
		test -z "$only" || next=$("$whyslow" "$dir/$bundle$only" |
			sed -n '/^NEXT/ { n; s/^ *//; p; q; }')
		printf '%s\t%s\t%s\t%s\t%s\n' "$bundle" "$want" "$1" "$2" \
			"$next"
	done
}

# read collapses runs of tabs: make empty fields visible first.
sed "s/$tab$tab/$tab-$tab/g" "$dir/labels.tsv" | verdicts |
	awk -F '\t' -v only="$only" '
function add(v) {
	if (!(v in seen)) {
		seen[v] = 1
		order[++count] = v
	}
}
{
	mark = $2 == $3 ? "right" : $3 == "open" || $3 == "insufficient" ?
	    "open" : "WRONG"
	printf "%-24s wanted %-14s found %-14s %-7s %s%s\n", $1, $2, $3, $4,
	    mark, mark == "open" && $5 != "" ? ": " $5 : ""
	n[mark]++
	total++
	if (mark == "WRONG" && $4 == "high")
		confident++
	cell[$2, $3]++
	add($2)
	add($3)
}
END {
	printf "\n%-16s", "wanted \\ found"
	for (i = 1; i <= count; i++)
		printf " %14s", order[i]
	printf "\n"
	for (i = 1; i <= count; i++) {
		printf "%-16s", order[i]
		for (j = 1; j <= count; j++)
			printf " %14d", cell[order[i], order[j]]
		printf "\n"
	}
	printf "\n%d bundles: %d right, %d open, %d wrong", total,
	    n["right"], n["open"], n["WRONG"]
	printf " (%d of them with confidence high)\n", confident
	exit total == 0 || confident > 0 ||
	    (only == "" && n["right"] < 0.9 * total)
}'
