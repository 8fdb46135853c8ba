#!/bin/sh
# Time and memory of reading benchmark output, beside what a pass of wc and one
# of mawk take together, which is the bound: under twice of that.  MEGABYTES
# (100) sets the size.
set -u
. "${srcdir-.}/bench/peers.sh"
size=${MEGABYTES-100}
file=$dir/bench-$size.txt
[ -f "$file" ] || "$build/bench/gen_gobench" "$size" >"$file" || exit 1

awk=$(command -v mawk || command -v awk)
compare "$file" \
	'whyslow facts' "$whyslow facts \"\$1\"" \
	'whyslow diff' "$whyslow diff \"\$1\" \"\$1\"" \
	'wc and mawk' "sh -c \"wc \\\"\$1\\\"; $awk '{ n += NF } END { print n }' \\\"\$1\\\"\""
