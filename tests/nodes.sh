#!/bin/sh
# Bundles in the layouts that services make, of the captures of testdata: which
# are of one process, which of several, and which one is told of.
set -u
. "$srcdir/tests/tap.sh"
dir=$(scratch nodes)
from=$srcdir/testdata/bundles
lock=$from/lock-across-call
hash=$from/hash-compute

# put BUNDLE PATH FILE: a copy of FILE
put() {
	mkdir -p "$dir/$1/$(dirname "$2")"
	cp "$3" "$dir/$1/$2"
}

# nodes BUNDLE: their names, the one that is told of in brackets
nodes() {
	"$WHYSLOW" ls "$dir/$1" 2>/dev/null </dev/null |
		sed -n '/^NODE /,$p' | sed 1d |
		sed 's/^\([^ ]*\).*diagnosed$/[\1]/; s/ .*//' | tr '\n' ' '
}

about() { # BUNDLE WANTED WHAT
	is "$(nodes "$1")" "$2" "$3"
}

for n in 1 2; do
	put crdb "debug/nodes/$n/heap.pprof" "$lock/allocs.pb.gz"
	put crdb "debug/nodes/$n/cpu.pprof" "$hash/cpu.pb.gz"
done
put crdb debug/nodes/2/stacks.txt "$lock/goroutines.txt"
put crdb debug/env.txt "$lock/env.txt"
about crdb 'debug/nodes/1 [debug/nodes/2] ' "nodes of a cluster"
(cd "$dir" && tar cf crdb.tar crdb)
about crdb.tar 'crdb/debug/nodes/1 [crdb/debug/nodes/2] ' \
	"the same in an archive"
mkdir -p "$dir/reverse"
(cd "$dir/crdb" && tar cf ../reverse/x.tar debug/nodes/2 debug/nodes/1 \
	debug/env.txt)
about reverse/x.tar 'debug/nodes/1 [debug/nodes/2] ' \
	"members in another order"
"$WHYSLOW" "$dir/crdb" >"$dir/out" 2>"$dir/err"
grep -q '^About debug/nodes/2 .*of 2 in the bundle; not about' "$dir/out"
ok $? "the report says which one it is about"
"$WHYSLOW" --json "$dir/crdb" >"$dir/out" 2>"$dir/err"
grep -q '"nodes"' "$dir/out"
ok $? "and so does JSON"

part=$(${AWK-awk} 'BEGIN { while (i++ < 150) printf "x" }')
deep=$part/$part/$part/$part/
put long "${deep}api/heap.pprof" "$lock/allocs.pb.gz"
put long "${deep}web/heap.pprof" "$lock/allocs.pb.gz"
about long '' "paths longer than any of a service are not looked into"

for n in 1 2; do
	put addresses "10.0.0.$n/heap.pprof" "$lock/allocs.pb.gz"
done
put addresses 10.0.0.2/goroutine.prof "$lock/goroutine.pb.gz"
about addresses '10.0.0.1 [10.0.0.2] ' "machines by their addresses"

put nomad server/s1/goroutine.prof "$lock/goroutine.pb.gz"
put nomad server/s1/trace.prof "$lock/trace.out"
put nomad client/c1/goroutine.prof "$hash/goroutine.pb.gz"
about nomad 'client/c1 [server/s1] ' "servers and clients"

for t in 2026-11-23T00-29-12Z 2026-11-23T00-29-42Z; do
	put consul "consul-debug/$t/heap.prof" "$lock/allocs.pb.gz"
	put consul "consul-debug/$t/goroutine.prof" "$lock/goroutine.pb.gz"
done
put consul consul-debug/profile.prof "$lock/cpu.pb.gz"
about consul '' "captures of several times are of one process"
for t in before after run-1 run-2 t0; do
	put times "$t/cpu.pb.gz" "$lock/cpu.pb.gz"
done
about times '' "so are before and after, and runs"

put influx profiles/cpu.pb.gz "$lock/cpu.pb.gz"
put influx profiles/trace.pb.gz "$lock/trace.out"
put influx profiles/block.pb.gz "$lock/block.pb.gz"
about influx '' "a folder of profiles"
is "$("$WHYSLOW" ls "$dir/influx" | grep -c 'trace.pb.gz *go-trace')" 1 \
	"an execution trace in the name of a profile"
put tidb goroutine "$lock/goroutines.txt"
put tidb heap "$lock/allocs.pb.gz"
put tidb profile "$lock/cpu.pb.gz"
put tidb config "$lock/env.txt"
about tidb '' "files without an extension"
is "$("$WHYSLOW" ls "$dir/tidb" | grep -c ' ok ')" 4 "all are recognised"

put elastic cpu.pprof "$lock/cpu.pb.gz"
put elastic goroutine.pprof.gz "$lock/goroutine.pb.gz"
put elastic components/filestream-1/goroutine.pprof.gz \
	"$hash/goroutine.pb.gz"
about elastic '[.] components/filestream-1 ' "an agent and its components"

# Of HashiCorp's vault: like consul, with a folder for each interval.
v=vault-debug-2026-11-23T00-29-12Z
for t in 2026-11-23T00-29-12Z 2026-11-23T00-29-42Z; do
	put vault "$v/$t/heap.prof" "$lock/allocs.pb.gz"
	put vault "$v/$t/goroutine.prof" "$lock/goroutine.pb.gz"
	put vault "$v/$t/profile.prof" "$lock/cpu.pb.gz"
	put vault "$v/$t/trace.out" "$lock/trace.out"
done
echo '{"vault_address": "http://127.0.0.1:8200", "errors": []}' \
	>"$dir/vault/$v/index.json"
about vault '' "intervals of vault debug are of one process"
is "$("$WHYSLOW" ls "$dir/vault" | grep -cE ' (pprof|go-trace) .* ok ')" 8 \
	"its profiles and traces are recognised"

# Members of a cluster of etcd, a folder for each pod.
for n in 0 1 2; do
	put etcd "etcd-$n/heap.pb.gz" "$lock/allocs.pb.gz"
	put etcd "etcd-$n/goroutine.pb.gz" "$lock/goroutine.pb.gz"
done
put etcd etcd-1/profile.pb.gz "$lock/cpu.pb.gz"
about etcd 'etcd-0 [etcd-1] etcd-2 ' "members of etcd"

# ipfs diag profile of kubo: texts in the names of profiles, a trace without
# an extension.
k=ipfs-profile-2026-11-23T00_29_12Z
put kubo "$k/goroutines.stacks" "$lock/goroutines.txt"
put kubo "$k/goroutines.pprof" "$lock/goroutine.pb.gz"
put kubo "$k/heap.pprof" "$lock/allocs.pb.gz"
put kubo "$k/cpu.pprof" "$lock/cpu.pb.gz"
put kubo "$k/mutex.pprof" "$lock/mutex.pb.gz"
put kubo "$k/block.pprof" \
	"$srcdir/testdata/pprof-text/go1.26-block/input.txt"
put kubo "$k/trace" "$lock/trace.out"
echo '{"Version": "0.42.0", "System": "amd64/linux"}' \
	>"$dir/kubo/$k/version.json"
(cd "$dir/kubo" && tar czf ../ipfs-profile.tar.gz "$k")
about ipfs-profile.tar.gz '' "a profile of kubo"
is "$("$WHYSLOW" ls "$dir/ipfs-profile.tar.gz" |
	grep -cE ' (pprof|pprof-text|goroutines|go-trace) .* ok ')" 7 \
	"its texts and its trace are recognised"

put teleport goroutine.pprof "$lock/goroutine.pb.gz"
put teleport heap.pprof "$lock/allocs.pb.gz"
put teleport profile.pprof "$lock/cpu.pb.gz"
put teleport trace.pprof "$lock/trace.out"
(cd "$dir/teleport" && tar czf ../teleport.tar.gz ./*)
about teleport.tar.gz '' "profiles of teleport"
is "$("$WHYSLOW" ls "$dir/teleport.tar.gz" |
	grep -c 'trace.pprof *go-trace .* ok ')" 1 \
	"an execution trace that is called a profile"

# A support bundle of Grafana's agent (alloy): two samples of its metrics.
for kind in cpu goroutine mutex block; do
	put alloy "pprof/$kind.pprof" "$lock/$kind.pb.gz"
done
metrics=$srcdir/testdata/prometheus/client-golang/input.txt
put alloy alloy-metrics-sample-start.txt "$metrics"
awk '/^go_goroutines /{ $2 += 700 } /^go_memstats_alloc_bytes_total /{ $2 *= 2 }
	1' "$metrics" \
	>"$dir/alloy/alloy-metrics-sample-end.txt"
printf 'GOMAXPROCS: 2\nGOGC: 100\nGOMEMLIMIT: off\n' \
	>"$dir/alloy/alloy-environment.txt"
echo 'buildinfo: 1.12.0' >"$dir/alloy/alloy-metadata.yaml"
about alloy '' "a support bundle of Grafana's agent"
"$WHYSLOW" facts "$dir/alloy" >"$dir/out" 2>"$dir/err"
is "$(awk '$1 == "runtime.goroutines.growth" { print $2 }' "$dir/out")" 700 \
	"the sample at the end comes last, whatever its name sorts like"

for kind in cpu mem; do
	put minio "profile-10.0.0.1:9000-$kind.pprof" "$lock/cpu.pb.gz"
	put minio "profile-10.0.0.2:9000-$kind.pprof" "$hash/cpu.pb.gz"
done
is "$(nodes minio | tr -d '[]')" '10.0.0.1:9000 10.0.0.2:9000 ' \
	"hosts in the names of files"

for service in api worker; do
	put services "$service/heap.pb.gz" "$lock/allocs.pb.gz"
	put services "$service/cpu.pb.gz" "$lock/cpu.pb.gz"
done
put services worker/notes.txt "$lock/env.txt"
about services 'api [worker] ' "a folder for each service"
put kinds cpu/profile.pb.gz "$lock/cpu.pb.gz"
put kinds heap/profile.pb.gz "$lock/allocs.pb.gz"
about kinds '' "a folder for each kind of profile is one process"

proc=$srcdir/testdata/procfs
for f in stat diskstats meminfo; do
	put sos "sosreport-h-1/proc/$f" "$proc/$f/input.$f"
done
put sos sosreport-h-1/proc/pressure/io "$proc/pressure/input.pressure_io"
put sos sosreport-h-1/sos_commands/sar/sar_-A "$srcdir/testdata/sar/u-ALL/input.txt"
put sos sosreport-h-1/sos_commands/process/top "$srcdir/testdata/top/v4.0.2/input.txt"
for slice in system user; do
	put sos "sosreport-h-1/sys/fs/cgroup/$slice.slice/cpu.stat" \
		"$proc/cgroup2/input.cpu.stat"
done
printf '\226\325\165\041' >"$dir/sos/sosreport-h-1/sa23"
echo '<html><body>404 page not found</body></html>' \
	>"$dir/sos/sosreport-h-1/cpu.pprof"
about sos '' "a report of one machine, with a tree of cgroups"
"$WHYSLOW" ls "$dir/sos" >"$dir/out" 2>"$dir/err"
is "$(grep -c ' procfs .* ok ' "$dir/out")" 6 "counters of the kernel"
is "$(grep -cE ' (sar|top) .* ok ' "$dir/out")" 2 "logs, whatever their names"
is "$(grep -c 'sadf -d' "$dir/out")$(grep -c 'HTML' "$dir/out")" 11 \
	"data files of sar and pages of HTML are named"

for n in 1 2; do
	sed "s/(vm)/(node$n)/" "$srcdir/testdata/sar/v12.6.1/input.txt" \
		>"$dir/sar.txt"
	put hosts "sar-$n.txt" "$dir/sar.txt"
done
put hosts cpu.pb.gz "$lock/cpu.pb.gz"
is "$(nodes hosts | tr -d '[]')" 'node1 node2 ' "two hosts, by their banners"
"$WHYSLOW" facts --host node2 "$dir/hosts" >"$dir/out" 2>"$dir/err"
is "$?$(grep -c 'sar-1.txt' "$dir/out")" 00 "--host chooses one"
grep -q 'pprof.cpu.samples' "$dir/out"
ok $? "what is of no host is of all"
"$WHYSLOW" facts --process nodes/1 "$dir/crdb" >"$dir/out" 2>"$dir/err"
is "$?$(grep -c 'nodes/2' "$dir/out")" 00 "--process chooses one"
"$WHYSLOW" --process x "$dir/crdb" >"$dir/out" 2>"$dir/err"
is $? 66 "one that is not there is an error"
"$WHYSLOW" --host x "$lock" >"$dir/out" 2>"$dir/err"
is $? 66 "and so is a choice where there is none"
"$WHYSLOW" - <"$dir/crdb.tar" >"$dir/out" 2>"$dir/err"
is $? 66 "standard input cannot be read twice"
grep -q 'several processes on standard input' "$dir/err"
ok $? "and that is said"
done_testing
