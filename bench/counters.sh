#!/bin/sh
# Time and memory of reading logs of counters of MB megabytes (100), beside mawk
# summing one column of the same file. AWK_PEER names another awk.
set -u
. "${srcdir-.}/bench/peers.sh"
size=${MB-100}
data=$src/testdata

# Repeats the rows of a log behind its HEAD lines, so that it has SIZE bytes.
grow() { # FROM HEAD TO
	[ -s "$3" ] || ${AWK-awk} -v head="$2" -v want="${size}000000" '
		NR <= head { print; next }
		{ row[n++] = $0 }
		END {
			while (size < want)
				for (i = 0; i < n; i++) {
					print row[i]
					size += length(row[i]) + 1
				}
		}' "$1" >"$3"
}

awk=${AWK_PEER-mawk}
command -v "$awk" >/dev/null || awk=
sum() { # COLUMN
	[ -z "$awk" ] || echo "$awk '{ s += \$$1 } END { print s }' \"\$1\""
}

grow "$data/iostat/v12.7.9-x/input.txt" 2 "$dir/iostat.txt" &&
	grow "$data/bundles/lock-across-call/vmstat.txt" 2 "$dir/vmstat.txt" &&
	grow "$data/pidstat/service-threads/input.txt" 2 "$dir/pidstat.txt" &&
	grow "$data/sar/v12.7.9-A/input.txt" 2 "$dir/sar.txt" ||
	exit 1
while read -r log column; do
	compare "$dir/$log.txt" \
		'whyslow ls' "$whyslow ls \"\$1\"" \
		'whyslow' "$whyslow \"\$1\"" \
		'awk, one column' "$(sum "$column")"
done <<LOGS
iostat 22
vmstat 14
pidstat 7
sar 4
LOGS
