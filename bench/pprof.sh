#!/bin/sh
# Time and memory of reading pprof profiles, beside `go tool pprof -top` when
# GO names a go command. SAMPLES and FRAMES set the size of the profiles;
# LARGE_PEER=1 has pprof read the largest as well, which takes minutes.
set -u
. "${srcdir-.}/bench/peers.sh"
samples=${SAMPLES-200000}
frames=${FRAMES-60}

gen() { # FILE OPTIONS...
	file=$dir/$1
	shift
	[ -f "$file" ] ||
		"$build/bench/gen_pprof" -n "$samples" -d "$frames" "$@" "$file"
}

# The same stacks over and over: what memory must not grow with.
large=$((samples * 8))

peer=
[ -z "${GO-}" ] || peer="$GO tool pprof -symbolize=none -top \"\$1\""
size=${samples}x$frames
gen "large-$large.pb.gz" -n "$large" -u "$samples" || exit 1
gen "large-$large.pb" -n "$large" -u "$samples" || exit 1
gen "random-$size.pb.gz" && gen "labels-$size.pb.gz" -l &&
	gen "random-$size.pb" || exit 1
for f in "random-$size.pb.gz" "labels-$size.pb.gz" "random-$size.pb"; do
	compare "$dir/$f" \
		'whyslow top' "$whyslow top --of pprof.cpu \"\$1\"" \
		'whyslow' "$whyslow \"\$1\"" \
		'go tool pprof -top' "$peer"
done
# The first of these is eight times as long as the second.
compare "$dir/large-$large.pb.gz" \
	'whyslow top' "$whyslow top --of pprof.cpu \"\$1\"" \
	"whyslow top of $samples" \
	"$whyslow top --of pprof.cpu \"$dir/random-$size.pb.gz\"" \
	'go tool pprof -top' "${LARGE_PEER:+$peer}"
compare "$dir/large-$large.pb" \
	'whyslow top' "$whyslow top --of pprof.cpu \"\$1\""
