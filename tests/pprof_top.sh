#!/bin/sh
# The rows of `whyslow top` are those of `go tool pprof -top`: plain, by line
# and file, with focus and ignore. GO names a go command; skipped without.
set -u
. "$srcdir/tests/tap.sh"
if [ -z "${GO-}" ]; then
	echo '1..0 # SKIP GO names no go command'
	exit 0
fi
dir=$(scratch pprof_top)
. "$srcdir/tests/oracle_pprof.sh"

# Every case of options on one profile: OURS | THEIRS.
cases='|
--cum|-cum
--by line|-lines
--no-inlines|-noinlines
--no-inlines --by line --cum|-noinlines -lines -cum
--by file|-files
--focus runtime|-focus=runtime
--ignore ^runtime\.|-ignore=^runtime\.
--focus main\. --ignore malloc|-focus=main\. -ignore=malloc
--focus \.go$ --by line|-focus=\.go$ -lines
--focus nothing.like.it|-focus=nothing.like.it
--ignore proc\.go --by file|-ignore=proc\.go -files'

compare() { # FILE CASES
	echo "$oracle_series" | while read -r series index unit; do
		"$WHYSLOW" top -n 0 --of "$series" "$1" >/dev/null 2>&1 ||
			continue
		echo "$2" | while IFS='|' read -r ours theirs; do
			said=$(same_top "$1" "$series" "$index" "$unit" \
				"$ours" "$theirs")
			echo "$? ${1#"$srcdir/"} $series $ours"
			test -z "$said" || echo "$said" | sed 's/^/# /' >&2
		done
	done
}

for f in "$srcdir"/testdata/pprof/*/input.pb* \
	"$srcdir"/testdata/gperftools/*/input.*; do
	case $f in
	*/torn-* | */concatenated/*) ;; # pprof refuses these
	*/cpu-torn/* | */cpu-no-end/* | */heap-damaged/*) ;; # and these
	*/empty/* | */prose/*) ;;
	*/go1.26-*) compare "$f" "$cases" ;;
	*) compare "$f" '|' ;;
	esac
done >"$dir/results"
# 2: a sample type that goes by another name there; it has its own line.
while read -r status what; do
	test "$status" -ne 2 || continue
	ok "$status" "$what"
done <"$dir/results"
test "$tap_count" -ge 150
ok $? "$tap_count tables"
done_testing
