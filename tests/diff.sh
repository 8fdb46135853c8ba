#!/bin/sh
# `whyslow diff` over pairs of bundles and benchmark files: verdicts, exit
# statuses, and what it prints compared with what a person read.  A pair is
# testdata/diff/NAME with before and after (files end in .txt); a pair without
# before is of testdata/bundles/NAME.  `diff.sh --update` writes text, md and
# json of those pairs anew that have one.
set -u
. "$srcdir/tests/tap.sh"
mode=${1-}
json_ok=${JSON_OK-$top_builddir/tests/json_ok}
dir=$(scratch diff)
LC_ALL=C.UTF-8
export LC_ALL
cd "$srcdir/testdata" || exit 1

side() { # NAME before|after
	for f in "diff/$1/$2" "diff/$1/$2.txt" "bundles/$1"; do
		test ! -e "$f" || { echo "$f"; return; }
	done
}

gives() { # STATUS ARGUMENT...
	want=$1
	shift
	"$WHYSLOW" diff "$@" >"$dir/out" 2>"$dir/err" </dev/null
	is $? "$want" "$want: whyslow diff $*"
}

says() { # FILE PATTERN
	grep -q -e "$2" "$dir/$1"
	result=$?
	ok $result "  says: $2"
	test $result -eq 0 || note "$(head -n 20 "$dir/$1")"
}

golden() { # NAME FORMAT ARGUMENT...
	file=diff/$1/$2
	format=$2
	shift 2
	"$WHYSLOW" diff --format "$format" "$@" >"$dir/out" 2>&1 </dev/null
	if test "$mode" = --update; then
		cp "$dir/out" "$file"
		return
	fi
	cmp -s "$dir/out" "$file"
	result=$?
	ok $result "$file"
	test $result -eq 0 || note "$(diff "$file" "$dir/out" | head -n 20)"
}

for pair in diff/*/; do
	name=$(basename "$pair")
	case $name in columns) set -- --col note ;; *)
		set -- "$(side "$name" before)" "$(side "$name" after)" ;;
	esac
	test "$name" != columns || set -- "$@" "diff/columns/before.txt"
	for format in text md json; do
		test ! -f "diff/$name/$format" || golden "$name" $format "$@"
	done
done
test "$mode" != --update || exit 0

# The verdict, and 1 when it is worse.
verdict() { # STATUS VERDICT NAME
	gives "$1" -q "$(side "$3" before)" "$(side "$3" after)"
	says out "^$2 "
}
verdict 0 confirmed fault-churn
verdict 0 confirmed lock-across-call
verdict 1 regressed worse
verdict 0 no-significant-change few
verdict 0 unmeasured gone
gives 1 "diff/lock-across-call/after" "bundles/lock-across-call"
says out '^CHANGE  regressed'
gives 0 bundles/lock-across-call bundles/lock-across-call
says out '^CHANGE  no significant change'
gives 0 diff/few/before.txt diff/few/after.txt
says out 'too few repetitions'
says out 'needs 6 samples'
gives 0 diff/gone/before.txt diff/gone/after.txt
says out 'GOMAXPROCS'
gives 0 --least 0.2 diff/worse/before.txt diff/worse/after.txt
gives 0 --alpha 0.0000001 diff/worse/before.txt diff/worse/after.txt
gives 0 bundles/binary-trees diff/fault-churn/after
says out '^CHANGE  not measured'

# A plan of before, judged after.
"$WHYSLOW" --json bundles/lock-across-call >"$dir/plan.json" 2>"$dir/err"
gives 0 --plan "$dir/plan.json" bundles/lock-across-call \
	diff/lock-across-call/after
says out '^PLAN'
says out '^unknown  pprof.mutex.user < 100 ms *empty'
cat >"$dir/own.json" <<'END'
{ "plan": [ { "id": "mine", "success": [
	{ "fact": "pprof.goroutine.lock", "op": "<", "value": 0.3 },
	{ "fact": "pprof.goroutine.lock", "op": "~", "value": 0.3 },
	{ "fact": "no.such.fact", "op": ">", "value": 1 } ] } ] }
END
gives 0 --plan "$dir/own.json" bundles/lock-across-call \
	diff/lock-across-call/after
says out '^yes  *pprof.goroutine.lock < 30.0 %  *0 %  *mine'
says out '^unknown  *no.such.fact'
is "$(grep -c ' mine$' "$dir/out")" 2 '  a metric that is none is left out'
gives 0 --plan "$dir/plan.json" bundles/lock-across-call \
	bundles/lock-across-call
says out '^no '
echo '{"plan": 1}' >"$dir/bad.json"
gives 65 --plan "$dir/bad.json" diff/few/before.txt diff/few/after.txt
says err 'wanted a report with "plan"'
echo '{"plan": [' >"$dir/bad.json"
gives 65 --plan "$dir/bad.json" diff/few/before.txt diff/few/after.txt
says err 'no JSON'
gives 66 --plan "$dir/none.json" diff/few/before.txt diff/few/after.txt

# Keys of the configuration and of names.
gives 1 --col /size --row .name --filter note:pooled diff/columns/before.txt
says out '^sec/op  *64  *4096 '
says out '^Copy  *51.24n .*3275.00n '
gives 0 --col note --ignore note --filter /size:64 diff/columns/before.txt
says out '^Copy/size=64 '
is "$(grep -c '^Copy/size=4096' "$dir/out")" 0 '  and not the others'
gives 0 --col /gomaxprocs --row .name diff/worse/before.txt
says out '^sec/op  *4$'
gives 0 --col none diff/few/before.txt
says out 'not measured'

# JSON.
for name in worse fault-churn; do
	"$WHYSLOW" diff --json "$(side $name before)" "$(side $name after)" \
		>"$dir/out"
	"$json_ok" schema change.verdict change.sentence benchmarks.tables.0.unit \
		benchmarks.tables.0.rows.0.cells.1.vs_base.p facts profiles \
		plan <"$dir/out" >"$dir/err" 2>&1
	ok $? "diff --json of $name is JSON"
done

# What cannot be.
gives 64
gives 64 diff/few/before.txt
says err 'wanted two bundles'
gives 64 --format html diff/few/before.txt diff/few/after.txt
gives 64 --alpha 2 diff/few/before.txt diff/few/after.txt
says err 'wants a number of 0 to 1'
gives 66 diff/few/before.txt diff/few/none.txt
gives 65 diff/few/before.txt "$dir/bad.json"
done_testing
