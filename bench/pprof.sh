#!/bin/sh
# Time and memory of reading pprof profiles, beside `go tool pprof -top` when
# GO names a go command. Every figure is the median of ROUNDS (3) runs, which
# take turns, so that a busy machine is busy for both. Prints lines of
#   profile TAB command TAB seconds TAB MiB TAB times-the-first TAB MiB-times
# Wants TIME (/usr/bin/time of GNU), WHYSLOW, top_builddir; writes to
# top_builddir/bench/pprof only. SAMPLES and FRAMES set the size.
set -u
time=${TIME-/usr/bin/time}
rounds=${ROUNDS-3}
samples=${SAMPLES-200000}
frames=${FRAMES-60}
build=${top_builddir-.}
whyslow=${WHYSLOW-$build/whyslow}
dir=$build/bench/pprof
mkdir -p "$dir" || exit 73
command -v "$time" >/dev/null ||
	{ echo 'pprof.sh: wants time of GNU, set TIME' >&2; exit 69; }

# Appends "SECONDS MiB" of one run to FILE.
measure() { # FILE COMMAND...
	out=$1
	shift
	if ! "$time" -f '%e %M' -o "$dir/one" "$@" >"$dir/out" 2>"$dir/err"; then
		echo "pprof.sh: $* failed: $(tail -n 1 "$dir/err")" >&2
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

# Measures the commands in turns and prints their lines.
compare() { # PROFILE
	name=${1##*/}
	rm -f "$dir"/runs.*
	i=0
	while [ "$i" -lt "$rounds" ]; do
		measure "$dir/runs.1" "$whyslow" top --of pprof.cpu "$1"
		measure "$dir/runs.2" "$whyslow" "$1"
		[ -z "${GO-}" ] || measure "$dir/runs.3" "$GO" tool pprof \
			-symbolize=none -top "$1"
		i=$((i + 1))
	done
	first='' first_mib=''
	for k in 1 2 3; do
		[ -s "$dir/runs.$k" ] || continue
		wall=$(median "$dir/runs.$k" 1)
		mib=$(median "$dir/runs.$k" 2)
		[ -n "$first" ] || first=$wall first_mib=$mib
		case $k in
		1) what='whyslow top' ;;
		2) what='whyslow' ;;
		3) what='go tool pprof -top' ;;
		esac
		${AWK-awk} -v n="$name" -v what="$what" -v w="$wall" \
			-v s="$mib" -v f="$first" -v fs="$first_mib" 'BEGIN {
			printf "%s\t%s\t%s\t%s\t%.2f\t%.2f\n", n, what, w, s,
				w / (f > 0 ? f : 0.01), s / (fs > 0 ? fs : 1)
		}'
	done
}

gen() { # FILE OPTIONS...
	file=$dir/$1
	shift
	[ -f "$file" ] ||
		"$build/bench/gen_pprof" -n "$samples" -d "$frames" "$@" "$file"
}

size=${samples}x$frames
gen "random-$size.pb.gz" && gen "labels-$size.pb.gz" -l &&
	gen "random-$size.pb" || exit 1
for f in "random-$size.pb.gz" "labels-$size.pb.gz" "random-$size.pb"; do
	compare "$dir/$f"
done
