#!/bin/sh
# make fuzz: libFuzzer for some seconds a target. What it learns stays in
# fuzz/corpus of the build folder; what it finds lies beside it.
set -u
seconds=$1
shift
failed=0
for target; do
	name=${target##*/fuzz_}
	corpus=$top_builddir/fuzz/corpus/$name
	seeds=$top_builddir/fuzz/corpus/$name.seeds
	mkdir -p "$corpus" "$seeds"
	from=$srcdir/testdata unpack=cat
	case $name in
	rules) from=$srcdir/rules ;;
	parsers) unpack='gzip -dcf' ;;
	esac
	# Small seeds only: a mutation of megabytes teaches little.
	find "$from" -type f -size -64k | while IFS= read -r f; do
		$unpack <"$f" >"$seeds/$(cksum <"$f" | tr ' ' -)" 2>/dev/null
	done
	echo "fuzz: $name for $seconds s, $(find "$seeds" -type f | wc -l) seeds"
	"$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
		-max_len=65536 -print_final_stats=1 \
		-artifact_prefix="$top_builddir/fuzz/corpus/$name." \
		"$corpus" "$seeds" 2>"$corpus.log"
	status=$?
	grep -E 'ERROR|SUMMARY|Test unit written|number_of_executed|peak_rss' \
		"$corpus.log"
	test $status -eq 0 || {
		tail -n 30 "$corpus.log"
		failed=1
	}
done
exit $failed
