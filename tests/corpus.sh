#!/bin/sh
# Lists every single file of a folder of captures: none may crash, hang, eat
# the machine, or end in another way than "read", "nothing readable" or "a
# limit was reached".  make check-corpus CORPUS=FOLDER
set -u
corpus=$1
dir=$top_builddir/tests/scratch/corpus
rm -rf "$dir"
mkdir -p "$dir"
seconds=60
# Address space, in KiB; the sanitizers reserve far more than they use.
memory=4194304
if grep -q __asan_init "$WHYSLOW"; then memory=unlimited; fi

cd "$corpus" || exit 1
find . -type f ! -name 'README*' ! -name PROVENANCE.tsv | sort >"$dir/files"
while IFS= read -r f; do
	(
		# shellcheck disable=SC3045 # dash and bash have it
		ulimit -v $memory
		timeout -k 5 $seconds "$WHYSLOW" ls --json "$f" \
			>"$dir/out" 2>"$dir/err" </dev/null
	) 2>/dev/null
	status=$?
	format=$(sed -n '/"artifacts"/,$ {
		s/.*"format": *"\([^"]*\)".*/\1/p
		s/.*"format": *null.*/none/p
	}' "$dir/out" | sort -u | tr '\n' ' ')
	! grep -q 'two parsers claim' "$dir/out" || format=tie
	case $status in
	0 | 65 | 75) result=pass ;;
	*) result=fail ;;
	esac
	printf '%s\t%s\t%s\t%s\n' "$result" "$status" "${format:--}" "$f"
	test $result = pass || {
		echo "status $status: $f"
		head -n 3 "$dir/err"
	} >>"$dir/failures"
done <"$dir/files" >"$dir/results.tsv"
test ! -f "$dir/failures" || head -n 60 "$dir/failures" >&2

# A tie between two parsers is a bug whatever the file is.
grep '	tie	' "$dir/results.tsv" | cut -f 4 | sed 's/$/: two parsers claim it/' \
	>"$dir/wrong"

# The first pattern of corpus.formats that fits a file says what it is.
wanted() { # FILE
	while read -r pattern format; do
		# shellcheck disable=SC2254 # a pattern is what it is
		case $1 in
		$pattern)
			echo "$format"
			return
			;;
		esac
	done <"$dir/patterns"
}

grep -v '^#' "$srcdir/tests/corpus.formats" >"$dir/patterns"
while IFS='	' read -r _ _ format file; do
	want=$(wanted "${file#./}")
	test -z "$want" || test "$want" = "${format% }" ||
		echo "$file: wanted $want, found $format"
done <"$dir/results.tsv" >>"$dir/wrong"
cat "$dir/wrong" >&2

# What an oracle beside the files counted in them, once some parser reads them.
: >"$dir/oracle"
cut -f 3 "$dir/results.tsv" | grep -q '^go-trace' &&
	find . -name GOLDEN.jsonl | while IFS= read -r golden; do
		"$top_builddir/tests/oracle_trace" "$golden" "$WHYSLOW" ||
			echo differs
	done >"$dir/oracle"
cut -f 3 "$dir/results.tsv" | grep -q '^instruments' &&
	find . -path '*macos*' \( -name '*.folded' -o -name '*baseline.txt' \) |
	while IFS= read -r oracle; do
		case $oracle in
		*/inferno-java.folded) continue ;; # inlines by its own rule
		*.folded) file=${oracle%.folded} series=instruments.cpu ;;
		*) file=${oracle%_baseline.txt} series=faults ;;
		esac
		case $oracle in
		*/dtrace/*) series=dtrace.count ;;
		*/sample/*) series=sample.wall ;;
		esac
		test -f "$file.xml" && file=$file.xml || file=$file.txt
		sh "$srcdir/tests/oracle_macos.sh" "$file" "$oracle" \
			"$series" "$WHYSLOW" || echo "differs: $oracle"
	done >>"$dir/oracle"

# Every event of what is a profile to protobuf-c as well.
awk -F '\t' '$3 == "pprof " { print $4 }' "$dir/results.tsv" |
	while IFS= read -r f; do
		"$top_builddir/tests/t_pprof_diff" "$f"
	done | grep '^not ok' | sed 's/^not ok/differs/' >>"$dir/oracle"

# The rows of every profile that `go tool pprof` reads as well.
if [ -n "${GO-}" ]; then
	. "$srcdir/tests/oracle_pprof.sh"
	awk -F '\t' '$3 == "pprof " || $3 == "gperftools " { print $4 }' \
		"$dir/results.tsv" |
		while IFS= read -r f; do
			echo "$oracle_series" | while read -r of index unit; do
				said=$(same_top "$f" "$of" "$index" "$unit" \
					"" "")
				case $? in
				0) echo "same $f $of" ;;
				1) echo "differs $f $of: $said" ;;
				esac
			done
		done >"$dir/tops"
	echo "$(grep -c '^same' "$dir/tops") tops are those of go tool pprof"
	grep -v '^same' "$dir/tops" >>"$dir/oracle"
fi

# And what go tool trace adds up, where GO names a go command of 1.25 or later
# and the trace is one that it reads and that is whole: of what is damaged it
# leaves more out.  Go's own tests of its reader are not captures: there a call
# may begin before the trace and count.
if [ -n "${GO-}" ] && [ -x "$top_builddir/tests/oracle_trace_pprof" ]; then
	find . -name '*.trace' -path '*/generated-*' | sort |
		while IFS= read -r f; do
			head -c 16 "$f" | grep -q '^go 1\.2[2-6]' && echo "$f"
		done | xargs "$top_builddir/tests/oracle_trace_pprof" "$WHYSLOW" \
		"$GO" "$dir/peer.pb" >>"$dir/oracle" ||
		echo differs >>"$dir/oracle"
fi
test ! -d bench/golang-perf ||
	sh "$srcdir/tests/corpus_bench.sh" bench/golang-perf |
	sed 's/^not ok/differs: not ok/' >>"$dir/oracle"
cat "$dir/oracle"

echo "files	status	format"
cut -f 2,3 "$dir/results.tsv" | sort | uniq -c | sort -k1nr |
	awk '{ n = $1; s = $2; $1 = $2 = ""; sub(/^ */, "")
		printf "%d\t%s\t%s\n", n, s, $0 }'
passed=$(grep -c '^pass' "$dir/results.tsv")
failed=$(($(grep -c '^fail' "$dir/results.tsv") + $(wc -l <"$dir/wrong") +
	$(grep -c '^differs' "$dir/oracle")))
test "$passed" -gt 0 || failed=$((failed + 1))
echo "$passed passed, $failed failed"
test "$failed" -eq 0
