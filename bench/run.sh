#!/bin/sh
# make bench: the speed of every reader, and whyslow beside its peer.
# Prints TSV. Wants WHYSLOW, srcdir, top_builddir; GO, when set, names a go
# command to measure beside (`go tool pprof -top`). Writes to
# top_builddir/bench only.
set -eu
build=${top_builddir-.}
src=${srcdir-.}
dir=$build/bench/data
mkdir -p "$dir"

# Repeats the interval rows of a small log until it is large: BYTES of text.
grow() { # FROM HEAD_LINES BYTES TO
	[ -s "$4" ] || ${AWK-awk} -v head="$2" -v want="$3" '
		NR <= head { print; next }
		{ row[n++] = $0 }
		END {
			while (size < want)
				for (i = 0; i < n; i++) {
					print row[i]
					size += length(row[i]) + 1
				}
		}' "$1" >"$4"
}

bundle=$src/testdata/bundles/lock-across-call
grow "$bundle/vmstat.txt" 2 40000000 "$dir/vmstat.txt"
grow "$bundle/iostat.txt" 2 40000000 "$dir/iostat.txt"
grow "$bundle/bench.txt" 4 40000000 "$dir/gobench.txt"
[ -s "$dir/cpu.pb" ] || "$build/bench/gen_pprof" "$dir/cpu.pb"
[ -s "$dir/cpu.pb.gz" ] || "$build/bench/gen_pprof" "$dir/cpu.pb.gz"
"$build/bench/bench" "$dir/cpu.pb" "$dir/cpu.pb.gz" "$dir/vmstat.txt" \
	"$dir/iostat.txt" "$dir/gobench.txt"
echo
printf 'input\tcommand\tseconds\tMiB\ttimes\tMiB times\n'
for script in "$src"/bench/*.sh; do
	case ${script##*/} in
	run.sh | peers.sh) ;;
	*) sh "$script" ;;
	esac
done
