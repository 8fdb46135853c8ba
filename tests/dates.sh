#!/bin/sh
# Whole bundles whose dates one artifact does not tell alone: which number is
# the day, and of which day times without a date are.
set -u
. "$srcdir/tests/tap.sh"
dir=$(scratch dates)
cd "$dir" || exit 1

columns='%usr %nice %sys %iowait %irq %soft %steal %idle'

# log FILE DATE [HOST]: of mpstat, from 10:00:01 on
log() {
	mkdir -p "$(dirname "$1")"
	{
		printf 'Linux 6.1.0 (%s) \t%s \t_x86_64_\t(2 CPU)\n\n' \
			"${3-vm}" "$2"
		echo "10:00:00 CPU $columns"
		echo '10:00:01 all 10.00 0.00 1.00 0.00 0.00 0.00 0.00 89.00'
		echo '10:00:02 all 12.00 0.00 1.00 0.00 0.00 0.00 0.00 87.00'
	} >"$1"
}

# day BUNDLE ARTIFACT: on which days since 1970 the artifact's times are
day() {
	"$WHYSLOW" events --jsonl "$1" 2>/dev/null | ${AWK-awk} -v of="$2" '
		/"ev":"begin"/ { open = index($0, "\"artifact\":\"" of "\"") }
		open && match($0, /"t":[0-9]+/) {
			t = substr($0, RSTART + 4, RLENGTH - 4)
			day = t < 1e6 ? "none" : int(t / 86400e9)
			if (!(day in seen))
				printf "%s ", day
			seen[day] = 1
		}'
}

# detail BUNDLE ARTIFACT: as `whyslow ls` has it
detail() {
	"$WHYSLOW" ls "$1" 2>/dev/null | ${AWK-awk} -v of="$2" '$1 == of {
		sub(/^.* ok +[0-9]+ +[0-9]+ +[0-9]+ */, "")
		print
	}'
}

which='which number of the dates is the day'
swapped='day and month of the dates may be swapped'
nov=20769 dec=20798 # 12 November and 11 December 2026

log sure/mpstat.txt 11/12/26
log sure/iso.txt 2026-12-11
is "$(day sure mpstat.txt)" "$dec " "an ISO date elsewhere tells the order"
is "$(detail sure mpstat.txt)" "$which, iso.txt tells" "and that is said"
is "$(detail sure iso.txt)" '' "of a sure date there is nothing to say"
"$WHYSLOW" events sure >out
grep -q "^mark name=note .*$which, iso.txt tells" out
ok $? "a mark says it too"
is "$(grep -c '^begin' out) $(grep -c '^end' out)" '2 2' \
	"each artifact is passed on once"
is "$("$WHYSLOW" ls sure | ${AWK-awk} '$4 ~ /^[0-9]+$/ { n += $4 } END { print n }')" \
	"$(grep -c '^counter\|^mark' out)" "and its events are counted once"
log points/mpstat.txt 11/12/26
log points/german.txt 12.11.2026
is "$(day points mpstat.txt)" "$nov " "so does a date with points"
log timed/mpstat.txt 11/12/26
table() { # DATE BEFORE
	echo "${2-}  r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st                 UTC"
	echo "${2-}  2  0      0 600000  10000 200000    0    0     1     2  300  400  5  1 94  0  0 $1"
}
table '2026-12-11 10:00:01' >timed/vmstat.txt
is "$(day timed mpstat.txt)" "$dec " "and the rows of vmstat -t"
log wrapped/mpstat.txt 2026-12-11
table '' '11/12/26 10:00:01 ' | ${AWK-awk} 'NR == 1 { sub(/ UTC$/, "") } 1' \
	>wrapped/vmstat.txt
is "$(day wrapped vmstat.txt)" "$dec " "and it tells that of dates before those"
log thirteen/mpstat.txt 11/12/26
log thirteen/next.txt 11/13/26
is "$(day thirteen mpstat.txt)" "$nov " "and one with a number above 12"
log path/mpstat.txt 11/12/26
log untimed/mpstat.txt 11/12/26
printf 'Linux 6.1.0 (vm) \t2026-12-11 \t_x86_64_\t(2 CPU)\n\n' \
	>untimed/iostat.txt
printf 'Device tps kB_read/s\nsda 5.00 1.00\n\n' >>untimed/iostat.txt
is "$(day untimed mpstat.txt)" "$dec " "and the banner of a log without times"
mkdir -p path/2026-12-11 pprof
cp "$srcdir/testdata/folded/smallest/input.txt" path/2026-12-11
is "$(day path mpstat.txt)" "$dec " "and the path of another artifact"
cp "$srcdir/testdata/bundles/hash-compute/cpu.pb.gz" pprof
cp "$srcdir/testdata/top/v4.0.2/input.txt" pprof/top.txt
is "$(detail pprof top.txt)" \
	'times of day without a date, of the day that cpu.pb.gz tells' \
	"a profile tells the day of a log without dates"
is "$(day pprof top.txt)" "$(day pprof cpu.pb.gz)" "which is that of its times"

log only/a.txt 11/12/26
log only/b.txt 11/12/26
is "$(day only a.txt)$(detail only a.txt)" "$nov $swapped" \
	"ambiguous dates alone tell nothing"
cp "$srcdir/testdata/top/v4.0.2/input.txt" only/top.txt
is "$(day only top.txt)$(detail only top.txt)" \
	'none times of day without a date' "nor a day"
log contra/mpstat.txt 11/12/26
log contra/x.txt 2026-11-12
log contra/y.txt 2026-12-11
cp only/top.txt contra
is "$(day contra mpstat.txt)$(detail contra mpstat.txt)" \
	"$nov $swapped; y.txt and x.txt disagree" \
	"artifacts that disagree settle nothing, and are named"
is "$(day contra top.txt)" 'none ' "and there is no day of all"
log outrank/2026-11-12/mpstat.txt 11/12/26
log outrank/y.txt 2026-12-11
is "$(day outrank 2026-11-12/mpstat.txt)" "$nov " "a path of its own is first"

log own/mpstat.txt 11/12/26
log later 11/13/26
cat later >>own/mpstat.txt
is "$(day own mpstat.txt)" "$nov 20770 " "its other dates tell the order"
is "$(detail own mpstat.txt)" "$which, another of its dates tells" "so it says"

# The same in an archive, in two orders, and from a pipe.
(cd sure && tar cf ../a.tar iso.txt mpstat.txt && tar cf ../b.tar mpstat.txt \
	iso.txt && tar czf ../a.tgz iso.txt mpstat.txt)
for a in a.tar b.tar a.tgz; do
	is "$(day "$a" mpstat.txt)$(detail "$a" mpstat.txt)" \
		"$dec $which, iso.txt tells" "in $a"
done
mkdir one two
cp a.tar one/x.tar
cp b.tar two/x.tar
for what in ls facts; do
	(cd one && "$WHYSLOW" $what --json x.tar) >from-one
	(cd two && "$WHYSLOW" $what --json x.tar) >from-two
	test -s from-one && cmp -s from-one from-two
	ok $? "$what of archives in two orders"
done
mkdir nested
cp b.tar nested/in.tar
is "$(day nested in.tar/mpstat.txt)" "$dec " "in an archive in a folder"
is "$(detail - mpstat.txt <b.tar)" \
	"$swapped; iso.txt would tell in a second reading" \
	"what cannot be read twice stays as it is, and that is said"
is "$(day - mpstat.txt <b.tar)" "$nov " "with times as they look"
is "$(day a.tar mpstat.txt <&-)" "$dec " "what is opened as descriptor 0 can be"
log torn/2026-11-12/2026-12-11.txt 11/12/26
(cd torn && tar cf ../torn.tar 2026-11-12)
disagree='a date in the path and a date in the path disagree'
for b in torn torn.tar -; do
	is "$(detail $b 2026-11-12/2026-12-11.txt <torn.tar)" \
		"$swapped; $disagree" "two dates in the path, in $b"
done
# shellcheck disable=SC2002
cat b.tar | "$WHYSLOW" ls /dev/stdin >out 2>err
grep -q "would tell in a second reading" out
ok $? "also a pipe that has a name"
(cd sure && cp mpstat.txt twice.txt && tar cf ../dup.tar mpstat.txt &&
	tar rf ../dup.tar iso.txt mpstat.txt && rm twice.txt)
is "$("$WHYSLOW" events dup.tar | grep -c '^begin artifact=mpstat.txt')" 2 \
	"two members of one name are two artifacts"
is "$("$WHYSLOW" ls dup.tar | grep -c "$which, iso.txt tells")" 2 "both settled"

mkdir unread
(cd unread && echo 'of no format' >mpstat.txt && tar cf ../unread.tar mpstat.txt &&
	cd ../sure && tar rf ../unread.tar iso.txt mpstat.txt)
is "$("$WHYSLOW" ls unread.tar | grep -c "$which, iso.txt tells")" 1 \
	"a member that no parser reads may have the name of one that waits"

cp -r sure beside
log beside/mpstat.txt-old 13.11.2026
mkdir beside/mpstat.txt.d && log beside/mpstat.txt.d/a/b 11/12/26
(cd beside && tar cf ../c.tar . && tar cf in.tar mpstat.txt.d && rm -r mpstat.txt.d)
for b in beside c.tar; do
	is "$("$WHYSLOW" ls $b | grep -c 'changed while')" 0 \
		"names with the same start in $b"
	is "$("$WHYSLOW" ls $b | grep -c ' disagree')" 2 "all are read"
done


# Names of many folders; the sanitizers reserve far more than they use.
memory=400000
if grep -q __asan_init "$WHYSLOW"; then memory=unlimited; fi
folders=$(${AWK-awk} 'BEGIN { while (n++ < 2000) printf "a/" }')
mkdir deep
n=0
while test $((n += 1)) -le 200; do cp only/a.txt deep/$n; done
if (cd deep && tar cf ../deep.tar --transform "s,\$,/${folders}x," [0-9]*) \
	2>/dev/null; then
	# shellcheck disable=SC3045 # dash and bash have it
	is "$( (ulimit -v $memory && "$WHYSLOW" ls deep.tar) | grep -c "$swapped")" \
		200 "folders in folders"
else
	skip "no tar here that renames"
fi

# Times of members: of tar in UTC, of zip in a zone that it does not tell.
log mtime/mpstat.txt 11/12/26
TZ=UTC0 touch -t 202612110030 mtime/mpstat.txt
is "$(day mtime mpstat.txt)" "$nov " "times of files in folders do not count"
(cd mtime && tar cf ../mtime.tar mpstat.txt)
is "$(detail mtime.tar mpstat.txt)" \
	"$which, the time of the file in its archive tells" \
	"those of members of an archive do"
is "$(day mtime.tar mpstat.txt)" "$dec " "and settle the date"
if (cd mtime && TZ=UTC0 zip -qX ../mtime.zip mpstat.txt) 2>/dev/null; then
	for zone in UTC0 AAA-14 BBB12; do
		is "$(TZ=$zone && export TZ && day mtime.zip mpstat.txt)" "$dec " \
			"those of zip, in the zone $zone"
	done
	TZ=UTC0 touch -t 202612132330 mtime/mpstat.txt
	(cd mtime && TZ=UTC0 zip -qX ../late.zip mpstat.txt)
	for zone in UTC0 AAA-14 BBB12; do
		is "$(TZ=$zone && export TZ && day late.zip mpstat.txt)" "$dec " \
			"at the end of the second day, in the zone $zone"
	done
else
	skip "no zip here"
fi
TZ=UTC0 touch -t 202612140030 mtime/mpstat.txt
(cd mtime && tar cf ../far.tar mpstat.txt)
is "$(detail far.tar mpstat.txt)" "$swapped" "three days away is too far"
TZ=UTC0 touch -t 202611120000 sure/mpstat.txt
(cd sure && tar cf ../less.tar mpstat.txt iso.txt)
is "$(day less.tar mpstat.txt)" "$dec " "other artifacts count more"

# Three hosts; the reports of one of them read the bundle again.
for h in 1 2 3; do
	log "hosts/node$h/mpstat.txt" 11/12/26 "node$h"
	log "hosts/node$h/sar.txt" "12.11.2026" "node$h"
done
sed 's,12.11.2026,11/12/26,' hosts/node2/sar.txt >x
mv x hosts/node2/sar.txt
log hosts/node3/sar.txt 11/12/26 node3
for h in 1 2 3; do
	is "$(day hosts "node$h/mpstat.txt")" "$nov " "days of node1 for node$h"
done
is "$("$WHYSLOW" ls hosts | grep -c "$which, node1/sar.txt tells")" 5 \
	"all say who told"
"$WHYSLOW" facts --host node3 hosts >out 2>err
grep -q '^host.cpu.user .* node3/' out
ok $? "facts of one host have what was read last"

# Many midnights, then frames of top without a time.
log nights/iso.txt 2026-12-11
${AWK-awk} 'BEGIN {
	while (n++ < 1400) {
		t = n > 1000 ? "none" : n % 2 ? "23:00:00" : "01:00:00"
		print "top - " t " up 18 min,  1 user,  load average: 0.1, 0.1, 0.1"
		print "%Cpu(s):  1.0 us,  1.0 sy,  0.0 ni, 98.0 id,  0.0 wa"
	}
}' >nights/top.txt
is "$("$WHYSLOW" ls nights 2>&1 >/dev/null)" '' \
	"times that cannot be read add no midnights"

mkdir cut
{
	echo '02:22:22 all 9.00'
	sed 1d sure/mpstat.txt
} >cut/tail.txt
log cut/iso.txt 2026-11-12
"$WHYSLOW" events --jsonl cut >out
is "$(day cut tail.txt)" "$nov " "a log without its first lines gets the day"
done_testing
