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
	grow "$data/bundles/lock-across-call/vmstat.txt" 2 "$dir/vmstat.txt" ||
	exit 1
compare "$dir/iostat.txt" \
	'whyslow ls' "$whyslow ls \"\$1\"" \
	'whyslow' "$whyslow \"\$1\"" \
	'awk, one column' "$(sum 22)"
compare "$dir/vmstat.txt" \
	'whyslow ls' "$whyslow ls \"\$1\"" \
	'whyslow' "$whyslow \"\$1\"" \
	'awk, one column' "$(sum 14)"
