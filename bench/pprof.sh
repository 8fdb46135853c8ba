#!/bin/sh
# Time and memory of reading pprof profiles, beside `go tool pprof -top` when
# GO names a go command. SAMPLES and FRAMES set the size of the profiles.
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

peer=
[ -z "${GO-}" ] || peer="$GO tool pprof -symbolize=none -top \"\$1\""
size=${samples}x$frames
gen "random-$size.pb.gz" && gen "labels-$size.pb.gz" -l &&
	gen "random-$size.pb" || exit 1
for f in "random-$size.pb.gz" "labels-$size.pb.gz" "random-$size.pb"; do
	compare "$dir/$f" \
		'whyslow top' "$whyslow top --of pprof.cpu \"\$1\"" \
		'whyslow' "$whyslow \"\$1\"" \
		'go tool pprof -top' "$peer"
done
