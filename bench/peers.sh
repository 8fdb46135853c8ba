# Sourced by the scripts of bench/ that measure whyslow beside its peers.
# Every figure is the median of ROUNDS (3) runs, which take turns, so that a
# busy machine is busy for all. Wants TIME (/usr/bin/time of GNU), WHYSLOW and
# top_builddir; each script writes to top_builddir/bench/NAME only.
# shellcheck shell=sh disable=SC2034 # the sourcing script uses them
time=${TIME-/usr/bin/time}
rounds=${ROUNDS-3}
build=${top_builddir-.}
src=${srcdir-.}
whyslow=${WHYSLOW-$build/whyslow}
dir=$build/bench/${0##*/}
dir=${dir%.sh}
mkdir -p "$dir" || exit 73
command -v "$time" >/dev/null ||
	{ echo "${0##*/}: wants time of GNU, set TIME" >&2; exit 69; }

# Appends "SECONDS MiB" of one run to FILE.
measure() { # FILE COMMAND...
	out=$1
	shift
	if ! "$time" -f '%e %M' -o "$dir/one" "$@" >"$dir/out" 2>"$dir/err"; then
		echo "${0##*/}: $* failed: $(tail -n 1 "$dir/err")" >&2
		return 1
	fi
	${AWK-awk} '{ printf "%s %.1f\n", $1, $2 / 1024 }' "$dir/one" >>"$out"
}

# The median of a column.
median() { # FILE COLUMN
	${AWK-awk} -v c="$2" '{ print $c }' "$1" | sort -n |
		${AWK-awk} '{ v[NR] = $1 }
			END { print NR % 2 ? v[(NR + 1) / 2] :
				(v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# Measures shell commands in turns; they see the input as $1. Prints lines of
#   input TAB command TAB seconds TAB MiB TAB times-the-first TAB MiB-times
# An empty command is a peer that this machine does not have.
compare() { # INPUT { TITLE COMMAND }...
	input=$1
	shift
	rm -f "$dir"/runs.*
	i=0
	while [ "$i" -lt "$rounds" ]; do
		k=0
		for arg in "$@"; do
			k=$((k + 1))
			if [ $((k % 2)) -eq 0 ] && [ -n "$arg" ]; then
				measure "$dir/runs.$k" sh -c "exec $arg" sh \
					"$input"
			fi
		done
		i=$((i + 1))
	done
	first='' first_mib='' k=0
	for arg in "$@"; do
		k=$((k + 1))
		[ $((k % 2)) -eq 0 ] || { title=$arg; continue; }
		[ -s "$dir/runs.$k" ] || continue
		wall=$(median "$dir/runs.$k" 1)
		mib=$(median "$dir/runs.$k" 2)
		[ -n "$first" ] || first=$wall first_mib=$mib
		${AWK-awk} -v n="${input##*/}" -v what="$title" -v w="$wall" \
			-v s="$mib" -v f="$first" -v fs="$first_mib" 'BEGIN {
			printf "%s\t%s\t%s\t%s\t%.2f\t%.2f\n", n, what, w, s,
				w / (f > 0 ? f : 0.01), s / (fs > 0 ? fs : 1)
		}'
	done
}
