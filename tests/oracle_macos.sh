#!/bin/sh
# Compares sums per stack with a folded file that another tool made:
#   oracle_macos.sh FILE FOLDED SERIES WHYSLOW
# or the rows of a table of page faults with a baseline of another one:
#   oracle_macos.sh FILE BASELINE faults WHYSLOW
# Prints what differs, and ends with 1 then. Samples are counted for
# instruments.cpu, whose oracle knows no weights; values are summed for
# dtrace.count, and times over the period for sample.wall.
#
# Where the oracle is known to be wrong it decides how fine the comparison is: of
# the texts it cuts names at a bracket, and it drops threads whose leaf is on a
# list of functions that it thinks idle, read() and __ulock_wait() among them.
# Of a stack that comes several times in a thread, by way of several calls in one
# function, it keeps the last and forgets the others.
set -u
file=$1 oracle=$2 series=$3 whyslow=$4
AWK=${AWK-awk}
tmp=${TMPDIR-${top_builddir-.}}/oracle.$$
trap 'rm -f "$tmp".*' EXIT

# Legacy mangling of Rust, which the oracle undoes, and what it does to names.
names='
function plain(s) {
	gsub(/\\u003c/, "<", s)
	sub(/\+0x[0-9a-f]+$/, "", s)
	sub(/ \(\.llvm\.[0-9]+\)$/, "", s)
	sub(/ \([^()]*:[0-9]+\)$/, "", s)
	sub(/ \(inlined\)$/, "", s)
	sub(/::h[0-9a-f]+$/, "", s)
	sub(/^_\$/, "$", s)
	gsub(/\$LT\$/, "<", s); gsub(/\$GT\$/, ">", s)
	gsub(/\$u20\$/, " ", s); gsub(/\$u7b\$/, "{", s)
	gsub(/\$u7d\$/, "}", s); gsub(/\$RF\$/, "\\&", s)
	gsub(/\$C\$/, ",", s); gsub(/\$BP\$/, "*", s)
	if (s ~ /^</ || s ~ /<impl /) gsub(/\.\./, "::", s)
	if (series != "instruments.cpu") {
		sub(/^[^`]*`/, "", s)
		sub(/\+0x[0-9a-f]+$/, "", s)
		if (match(substr(s, 2), /[(<]/)) s = substr(s, 1, RSTART)
		sub(/::h[0-9a-f]+$/, "", s); sub(/ +$/, "", s)
		sub(/(::)$/, "", s)
	}
	if (s ~ /^0x[0-9a-f]+$/) s = "0x"
	return s
}'

ours() { # events of the series, folded
	"$whyslow" events --jsonl "$file" |
		$AWK -v series="$series" "$names"'
	function leaf(s) {
		return s ~ /^(__psynch_cvwait|__select|__semwait_signal|__ulock_wait|__wait4|__workq_kernreturn|kevent|mach_msg_trap|read|semaphore_wait_trap)$/
	}
	/"name":"capture.period"/ {
		match($0, /"value":[0-9.]+/)
		period = substr($0, RSTART + 8, RLENGTH - 8)
	}
	index($0, "\"name\":\"" series "\"") && /"ev":"sample"/ {
		n = 1
		if (series != "instruments.cpu") {
			match($0, /"value":[0-9.]+/)
			n = substr($0, RSTART + 8, RLENGTH - 8)
		}
		s = $0
		if (!match(s, /"stack":\[/)) { sum["[no stack]"] += n; next }
		s = substr(s, RSTART + RLENGTH + 1)
		s = substr(s, 1, index(s, "\"]") - 1)
		k = split(s, f, "\",\"")
		if (series == "sample.wall" && leaf(plain(f[1]))) next
		out = plain(f[k])
		for (i = k - 1; i > 0; i--) out = out ";" plain(f[i])
		if (series != "sample.wall") { sum[out] += n; next }
		match($0, /"track":"[^"]*"/)
		sum[out] += n - last[out, substr($0, RSTART, RLENGTH)]
		last[out, substr($0, RSTART, RLENGTH)] = n
	}
	END {
		for (s in sum)
			print s, series == "sample.wall" ? \
				sum[s] / period : sum[s]
	}' | LC_ALL=C sort
}

theirs() {
	$AWK -v series="$series" "$names"'
	{
		n = $NF
		sub(/ [0-9.]+$/, "")
		if (series == "sample.wall") sub(/^Thread_[^;]*;/, "")
		k = split($0, f, ";")
		out = plain(f[1])
		for (i = 2; i <= k; i++) out = out ";" plain(f[i])
		sum[out] += n
	}
	END { for (s in sum) print s, sum[s] }' "$oracle" | LC_ALL=C sort
}

# start,duration,tid,operation,pid,process,..,cpu,wait,address,size
our_faults() {
	"$whyslow" events "$file" | $AWK '
	function field(name,   s) {
		s = substr($0, index($0, " " name "=") + length(name) + 2)
		if (substr(s, 1, 1) == "\"") {
			s = substr(s, 2)
			return substr(s, 1, index(s, "\"") - 1)
		}
		sub(/ .*/, "", s)
		return s
	}
	function flush() {
		if (row != "") print row "," bytes "," addr
		bytes = 0; addr = ""
	}
	/name=instruments.faults / {
		flush()
		split(field("track"), t, /[\/ ]/)
		op = field("stack"); sub(/;.*/, "", op)
		row = field("t") "," field("value") "," t[2] "," op "," t[1]
	}
	/name=instruments.faults.bytes / { bytes = field("value") }
	/name=instruments.faults.address / { addr = field("value") }
	END { flush() }'
}

their_faults() {
	$AWK -F, '
	function number(s,   i, v) {
		v = 0
		for (i = 3; i <= length(s); i++)
			v = v * 16 + index("0123456789abcdef",
				substr(s, i, 1)) - 1
		return v
	}
	NF >= 12 && $1 ~ /^[0-9]+$/ {
		# All ones are no address.
		addr = $10 == "0xffffffffffffffff" ? "" :
			sprintf("%.0f", number($10))
		print $1 "," $2 "," $3 "," $4 "," $5 "," $11 "," addr
	}' "$oracle"
}

if [ "$series" = faults ]; then
	our_faults >"$tmp.ours"
	their_faults >"$tmp.theirs"
else
	ours >"$tmp.ours"
	theirs >"$tmp.theirs"
fi
[ -s "$tmp.theirs" ] || { echo "$oracle: nothing in it"; exit 1; }
diff "$tmp.ours" "$tmp.theirs"
