#!/bin/sh
# Time and memory of reading an export of Instruments, beside libxml2 alone: the
# same file pushed through its SAX2 interface with empty handlers. ROWS sets the
# size; the default is about 320 MB. 80 % of the peer's rate is a factor of 1.25.
set -u
. "${srcdir-.}/bench/peers.sh"
rows=${ROWS-930000}

for table in virtual-memory time-profile; do
	file=$dir/$table-$rows.xml
	series=instruments.cpu
	[ $table = time-profile ] || series=instruments.faults
	[ -f "$file" ] ||
		"$build/bench/gen_instruments" -n "$rows" -t $table "$file" ||
		exit 1
	compare "$file" \
		'libxml2 SAX2 push' "$build/bench/sax_push \"\$1\"" \
		'whyslow ls' "$whyslow ls \"\$1\"" \
		'whyslow top' "$whyslow top --of $series \"\$1\""
done
