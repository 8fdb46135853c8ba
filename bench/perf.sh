#!/bin/sh
# Time and memory of reading a recording of a Go program with call chains, of
# 100 MB and more than 500 000 samples, beside perf's own tools; and of one that
# is ten times as long. Wants perf, and a go command in GO to make what is
# recorded; a recording that was made before is used again.
set -u
. "${srcdir-.}/bench/peers.sh"
rate=${RATE-30000}
seconds=${SECONDS_RECORDED-45}

command -v perf >/dev/null || { echo "perf.sh: wants perf" >&2; exit 69; }
mkdir -p "$dir/once" "$dir/tenfold"
if [ ! -f "$dir/once/perf.data" ]; then
	[ -n "${GO-}" ] || { echo "perf.sh: set GO" >&2; exit 69; }
	"$GO" build -o "$dir/once/work" "$src/bench/perf_work.go" &&
		perf record -q -F "$rate" -e cpu-clock -g \
			-o "$dir/once/perf.data" "$dir/once/work" "${seconds}s" ||
		exit 1
fi
[ -f "$dir/tenfold/perf.data" ] || {
	cp "$dir/once/work" "$dir/tenfold/" &&
		"$build/bench/gen_perf" 10 "$dir/once/perf.data" \
			"$dir/tenfold/perf.data"
} || exit 1
compare "$dir/once" \
	'whyslow top' "$whyslow top --of perf.cpu \"\$1\"" \
	'perf report -g folded' \
	'perf report --stdio --no-children -g folded -i "$1/perf.data"' \
	'perf script' 'perf script -i "$1/perf.data"' \
	'whyslow' "$whyslow \"\$1\""
compare "$dir/tenfold" 'whyslow top' "$whyslow top --of perf.cpu \"\$1\""
