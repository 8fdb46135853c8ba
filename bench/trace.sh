#!/bin/sh
# Time and memory of reading execution traces, beside `go tool trace
# -pprof=sched` when GO names a go command of 1.22 or later. BYTES sets the size
# of the trace that is made; TRACES names more files, packed ones by xz too.
set -u
. "${srcdir-.}/bench/peers.sh"
bytes=${BYTES-500000000}

made=$dir/service-$bytes.trace
[ -s "$made" ] || "$build/bench/gen_trace" -b "$bytes" "$made" || exit 1
peer=
[ -z "${GO-}" ] || peer="$GO tool trace -pprof=sched \"\$1\""
for f in ${TRACES-} "$made"; do
	case $f in
	*.xz)
		plain=$dir/$(basename "$f" .xz)
		[ -s "$plain" ] || xz -dc "$f" >"$plain" || exit 1
		f=$plain
		;;
	esac
	compare "$f" \
		'whyslow diagnose' "$whyslow diagnose \"\$1\"" \
		'go tool trace -pprof=sched' "$peer"
done
