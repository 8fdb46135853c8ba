#!/bin/sh
# How often is the verdict right, how well does the confidence tell so, and is
# the gain that was measured within what the plan expects, and how wide is that?
# Runs whyslow over labelled bundles; prints each verdict, the confusion matrix and
# both tables.
#   accuracy.sh BUNDLES     BUNDLES holds labels.tsv: bundle, class, outcome,
#       measured gain (may be empty or -), ...
#   accuracy.sh --only FILE BUNDLES   reads FILE of each bundle and nothing else,
#       prints what an open verdict would collect first, and forgives all but a
#       wrong class with confidence high
#   accuracy.sh --without BUNDLES   takes each one and each two kinds of artifact
#       away in turn; a minute for each bundle
# Fails when a wrong class was named with confidence high, or when fewer than
# 9 in 10 are right.  A bundle that is left open is neither right nor wrong.
set -eu
only='' without=''
case ${1-} in
--only)
	only=/$2
	shift 2
	;;
--without)
	without=yes
	shift
	;;
esac
dir=${1:?usage: accuracy.sh [--only FILE | --without] BUNDLES}
whyslow=${WHYSLOW:-./whyslow}
[ -f "$dir/labels.tsv" ] || {
	echo "accuracy: no labels.tsv in $dir" >&2
	exit 2
}
tab=$(printf '\t')

# Kinds of artifact, as patterns of their names.
kinds='allocs* bench* block* cpu* env* goroutine* iostat* mutex* perf* pidstat*
threadcreate* trace* vmstat*'

# Prints the verdict on the bundle without what the patterns name.
verdict_without() { # BUNDLE PATTERN...
	folder=$dir/$1
	shift
	set -f
	for pattern in "$@"; do
		set -- "$@" --exclude="./$pattern"
		shift
	done
	tar cf - -C "$folder" "$@" . | "$whyslow" -q - || echo 'failed - -'
	set +f
}

# bundle, wanted, found, confidence: of all that is left of it when one or two
# kinds of artifact are taken away
verdicts_without() {
	set -f
	while IFS=$tab read -r bundle class rest; do
		case $bundle in '' | bundle | '#'*) continue ;; esac
		want=$class
		case $class in none) want=${rest%%"$tab"*} ;; esac
		for one in $kinds; do
			pair=no # each once, and each with itself
			for other in $kinds; do
				[ "$other" != "$one" ] || pair=yes
				[ $pair = yes ] || continue
				# shellcheck disable=SC2046
				set -- $(verdict_without "$bundle" "$one" "$other")
				printf '%s\t%s\t%s\t%s\t\t\n' \
					"$bundle-$one-$other" "$want" "$1" "$2"
			done
		done
	done
}

# How well the benchmark before the fix is known, as a part of it: the measured
# gain is known no better.
precision() { # BUNDLE
	"$whyslow" facts "$1" |
		awk '$1 == "bench.precision" && $3 == "%" { print $2 / 100 }'
}

# What the first action of the plan expects: "LO HI CAP"; a cap that is not known
# is null.
impact() { # BUNDLE
	"$whyslow" --json "$1" | sed -n '/^  "plan"/,/^  "design"/p' |
		awk '/"lo":|"hi":|"cap":/ && n < 3 {
			gsub(/[^0-9.nul]/, "", $2)
			printf "%s%s", n++ ? " " : "", $2
		}'
}

# bundle, wanted, found, confidence, next, gain with what was expected
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
		gain=${rest#*"$tab"}
		gain=${gain%%"$tab"*}
		case $only$gain in
		[0-9]*) gain="$gain $(impact "$dir/$bundle") \
$(precision "$dir/$bundle")" ;;
		*) gain= ;;
		esac
		printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$bundle" "$want" "$1" \
			"$2" "$next" "$gain"
	done
}

# read collapses runs of tabs: make empty fields visible first.
sed -e "s/$tab$tab/$tab-$tab/g" -e "s/$tab$tab/$tab-$tab/g" "$dir/labels.tsv" |
	if [ -n "$without" ]; then verdicts_without; else verdicts; fi |
	awk -F '\t' -v only="$only" -v without="$without" '
function add(v) {
	if (!(v in seen)) {
		seen[v] = 1
		order[++count] = v
	}
}
# Insertion keeps them by size.
function keep_width(w, i) {
	for (i = n_gain; i > 1 && width[i - 1] > w; i--)
		width[i] = width[i - 1]
	width[i] = w
}
function put_gain(name, text, part) {
	if (split(text, part, " ") < 4)
		return
	n_gain++
	inside = part[1] >= 0.95 * part[2] && part[1] <= 1.05 * part[3]
	n_inside += inside
	keep_width(part[3] / part[2])
	error = part[5] > 0.05 ? part[5] : 0.05
	above = part[4] != "null" && part[1] > (1 + error) * part[4]
	n_above += above
	gains = gains sprintf("%-24s %8.1f %8.1f to %-8.1f %8s  %s%s\n", name,
	    part[1], part[2], part[3],
	    part[4] == "null" ? "-" : sprintf("%.1f", part[4]),
	    inside ? "in" : "OUT", above ? ", above the cap" : "")
}
{
	mark = $2 == $3 ? "right" : $3 == "open" || $3 == "insufficient" ?
	    "open" : "WRONG"
	if (!without || mark == "WRONG")
		printf "%-24s wanted %-14s found %-14s %-7s %s%s\n", $1, $2,
		    $3, $4, mark, mark == "open" && $5 != "" ? ": " $5 : ""
	sure[$4, mark]++
	put_gain($1, $6)
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
	printf "\n%-16s %8s %8s %8s\n", "confidence", "right", "open", "wrong"
	split("high medium low", word, " ")
	for (i = 1; i <= 3; i++)
		printf "%-16s %8d %8d %8d\n", word[i], sure[word[i], "right"],
		    sure[word[i], "open"], sure[word[i], "WRONG"]
	if (n_gain > 0)
		printf "\n%-24s %8s %20s %8s\n%s%d of %d gains in the range" \
		    ", %d above the cap; half of the ranges end at %.1f times" \
		    " their beginning or less\n", "gain of the fix", "measured",
		    "expected", "cap", gains, n_inside, n_gain, n_above,
		    width[int((n_gain + 1) / 2)]
	printf "\n%d bundles: %d right, %d open, %d wrong", total,
	    n["right"], n["open"], n["WRONG"]
	printf " (%d of them with confidence high)\n", confident
	exit total == 0 || confident > 0 ||
	    (only == "" && n["right"] < 0.9 * total)
}'
