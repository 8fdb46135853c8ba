#!/bin/sh
# The commands as a user types them: operands, options, exit statuses, output.
# JSON_OK is the checker of JSON, tests/json_ok in the build folder by default.
set -u
. "$srcdir/tests/tap.sh"
json_ok=${JSON_OK-$top_builddir/tests/json_ok}
bundles=$srcdir/testdata/bundles
bundle=$bundles/binary-trees
dir=$(scratch cli)

# gives STATUS ARGUMENT...: the exit status; output in $dir/out and $dir/err.
gives() {
	want=$1
	shift
	"$WHYSLOW" "$@" >"$dir/out" 2>"$dir/err" </dev/null
	is $? "$want" "$want: whyslow $(echo "$*" | sed "s,$srcdir/,,g")"
}

says() { # PATTERN
	grep -q -e "$1" "$dir/err"
	result=$?
	ok $result "  says: $1"
	test $result -eq 0 || note "$(cat "$dir/err")"
}

prints() { # PATTERN
	grep -q -e "$1" "$dir/out"
	result=$?
	ok $result "  prints: $1"
	test $result -eq 0 || note "$(cat "$dir/out")"
}

silent() {
	none "$(cat "$dir/err")" "  and standard error is empty"
}

# order NAME: the reports of an archive with the members in the order read.
order() {
	mkdir -p "$dir/$1"
	tar cf "$dir/$1/x.tar" -C "$bundles/lock-across-call" -T -
	(cd "$dir/$1" && "$WHYSLOW" x.tar >text && "$WHYSLOW" --json x.tar >json)
}

# The same files in whatever order are the same report.
(cd "$bundles/lock-across-call" && ls) >"$dir/members"
order forth <"$dir/members"
sort -r "$dir/members" | order back
for form in text json; do
	cmp "$dir/forth/$form" "$dir/back/$form"
	ok $? "members in another order: the same $form"
done

# Every command does its work.
gives 0 "$bundle" && silent
prints '^VERDICT'
gives 0 diagnose -q "$bundle" && silent
is "$(cat "$dir/out")" 'E high binary-trees' '  one line'
for command in ls facts events top; do
	gives 0 $command "$bundle" && silent
	test -s "$dir/out"
	ok $? "  $command prints something"
done
gives 0 explain E "$bundle" && silent
prints '^E '
rule=$("$WHYSLOW" rules ls | sed -n 's/^E  *\([^ ]*\).*/\1/p' | head -n 1)
gives 0 explain "$rule" "$bundle" && silent
prints "$rule"
gives 0 rules ls && silent
gives 0 rules show "$rule" && silent
prints "rule $rule"
gives 0 rules check && silent
prints 'rules ok'
gives 0 version
prints '^whyslow [0-9]'
gives 0 --version
prints '^whyslow [0-9]'
gives 0 help
prints 'usage: whyslow BUNDLE'
gives 0 --help
gives 0 -h
for command in diagnose ls events facts top timeline explain diff batch rules \
	completion version help; do
	gives 0 help $command
	prints "usage: whyslow $command "
	cp "$dir/out" "$dir/help"
	gives 0 $command --help
	cmp -s "$dir/help" "$dir/out"
	ok $? "  $command --help is help $command"
done

# Wrong use.
gives 64
prints '^usage'
gives 64 nosuch
says "write ./nosuch to read"
gives 64 digest
says "unknown command 'digest'"
gives 64 diagnos
says 'did you mean diagnose?'
(cd "$dir" && mkdir -p facst && "$WHYSLOW" facst >out 2>err)
is $? 64 'a bare word is a command, even if there is such a folder'
says 'write ./facst'
(cd "$dir" && "$WHYSLOW" -q ./facst >out 2>err)
is $? 65 'with a slash it is a bundle, and empty'
gives 64 help nosuch
gives 64 diagnose
says 'wanted one bundle, found 0'
gives 64 "$bundle" "$bundle"
says 'wanted one bundle, found 2'
gives 64 "$bundle" --colour=never
says 'did you mean --color?'
gives 64 -x "$bundle"
says "unknown option 'x'"
gives 64 -qxq "$bundle"
says "unknown option 'x'"
gives 64 --json=yes "$bundle"
says 'json takes no argument'
gives 64 "$bundle" -r
says 'rules wants an argument'
gives 64 "$bundle" --rules-dir
says 'rules-dir wants an argument'
gives 64 --color=sometimes "$bundle"
says 'auto, always or never'
gives 64 --color -- "$bundle"
says "found '--'"
gives 64 --fail-on Z "$bundle"
says 'CLASS or CLASS:CONFIDENCE'
gives 64 --fail-on E:huge "$bundle"
gives 64 --max-bytes none "$bundle"
gives 64 --max-bytes 0 "$bundle"
gives 64 --max-bytes -5 "$bundle"
gives 64 top -n few "$bundle"
gives 64 explain E
gives 64 explain E-NOPE "$bundle"
gives 64 explain "${rule}1" "$bundle"
says "did you mean $rule"
gives 64 rules
gives 64 rules chekc
gives 64 rules show nosuch

# Options before and after operands, in clusters, abbreviated; "--" ends them.
gives 0 -q "$bundle"
gives 0 "$bundle" -q
is "$(cat "$dir/out")" 'E high binary-trees' '  after the operand'
gives 0 explain --ascii E --color=never "$bundle" --color always
gives 0 --asc -q -- "$bundle"
is "$(cat "$dir/out")" 'E high binary-trees' '  after --'
gives 64 -q -- "$bundle" -q
says 'found 2'
gives 0 -qD 'cpu.busy=75%' "$bundle"

# Exit statuses of a verdict.
gives 1 -q --fail-on E "$bundle"
gives 1 -q --fail-on E:high "$bundle"
gives 0 -q --fail-on A "$bundle"
gives 0 -q --strict "$bundle"
mkdir "$dir/open"
cp "$bundle/vmstat.txt" "$dir/open"
gives 2 -q --strict "$dir/open"
gives 0 -q "$dir/open"

# Input that is not there, or of no use, or over a limit.
gives 66 -q "$dir/nosuch.tar"
says 'nosuch.tar: No such file'
gives 66 events "$dir/nosuch.tar"
printf 'hello\n' >"$dir/text.bin"
for command in diagnose ls facts events top 'explain E'; do
	# shellcheck disable=SC2086
	gives 65 $command "$dir/text.bin"
done
says 'text.bin: '
says 'could be read'
mkdir "$dir/empty" "$dir/html"
gives 65 -q "$dir/empty"
says 'no file in it'
printf '<!DOCTYPE html>\n<html><body>404</body></html>\n' >"$dir/html/cpu.pb.gz"
gives 65 -q "$dir/html"
says 'cpu.pb.gz: HTML page'

# The command that a report ends with can be pasted, whatever the name.
cp -r "$bundle" "$dir/it's \$(a) bundle"
COLUMNS=1000 gives 0 "$dir/it's \$(a) bundle"
sed -n 's/^  whyslow explain/"$WHYSLOW" explain/p' "$dir/out" >"$dir/paste"
sh "$dir/paste" >"$dir/out" 2>"$dir/err"
is $? 0 'the last command of a report works'
prints 'class E'
tar -C "$bundle" -cf - . | "$WHYSLOW" - >"$dir/out"
prints '^  whyslow explain E-[^ ]* -$'

# The order of members in an archive tells nothing.
(cd "$bundle" && find . -type f | sort >"$dir/names" 2>/dev/null)
tar -C "$bundle" -cf "$dir/order.tar" -T "$dir/names"
"$WHYSLOW" "$dir/order.tar" >"$dir/first"
sort -r "$dir/names" >"$dir/reversed"
tar -C "$bundle" -cf "$dir/order.tar" -T "$dir/reversed"
gives 0 "$dir/order.tar"
cmp -s "$dir/first" "$dir/out"
ok $? 'the order of members does not change the report'

tar -C "$bundle" -cf "$dir/b.tar" .
for command in diagnose ls facts events top 'explain E'; do
	# shellcheck disable=SC2086
	gives 75 $command --max-bytes 10 "$dir/b.tar"
	says 'limit'
done
gives 75 -q --max-members 1 "$dir/b.tar"
gives 0 -q --max-bytes 1G "$dir/b.tar"
if test -c /dev/full; then
	"$WHYSLOW" facts "$bundle" >/dev/full 2>"$dir/err"
	is $? 74 'a full disk is status 74'
	says 'standard output: '
else
	skip 'no /dev/full'
	skip 'no /dev/full'
fi

# Standard input.
"$WHYSLOW" -q - <"$dir/b.tar" >"$dir/out" 2>"$dir/err"
is $? 0 'a tar on standard input'
is "$(cat "$dir/out")" 'E high -' 'has the same verdict'
gzip -c "$dir/b.tar" | "$WHYSLOW" -q - >"$dir/out" 2>"$dir/err"
is $? 0 'through a pipe, compressed'

# Rules.
printf 'group t.bad "bad" { regex "^(main"; }\nshare t.s = pprof.cpu where %s' \
	'any frame in group t.bad help "h";' >"$dir/regex.rules"
printf 'rule broken\n' >"$dir/broken.rules"
mkdir "$dir/none"
gives 78 -q --rules-dir "$dir/nosuch" "$bundle"
says 'name their folder with --rules-dir or WHYSLOW_RULES'
gives 78 -q --rules "$dir/broken.rules" "$bundle"
says 'broken.rules:1:'
gives 78 -q --rules "$dir/regex.rules" "$bundle"
says 'regex.rules:1: '
gives 78 rules check "$dir/regex.rules"
says 'regex.rules:1: '
gives 78 -q --rules "$dir/nosuch.rules" "$bundle"
gives 78 -q -D nosuch=1 "$bundle"
says "no parameter 'nosuch'"
gives 78 -q -D cpu.busy "$bundle"
gives 78 -q -D cpu.busy=500% "$bundle"
gives 78 -q -D cpu.busy=3s "$bundle"
gives 78 -q --rules-dir "$dir/none" "$bundle"
says 'no \*.rules file'
gives 0 explain "$rule" "$bundle"
cp "$dir/out" "$dir/explained"
printf 'override rule %s { weight -3; }\n' "$rule" >"$dir/over.rules"
gives 0 explain --rules "$dir/over.rules" "$rule" "$bundle"
cmp -s "$dir/out" "$dir/explained"
test $? -ne 0
ok $? '  --rules changes a rule'
"$WHYSLOW" rules ls | sed -n 's/^[A-E]  *\([^ ]*\).*/\1/p' | while read -r r; do
	printf 'override rule %s { enabled no; }\n' "$r"
done >"$dir/off.rules"
gives 0 -q --rules "$dir/off.rules" "$bundle"
test "$(cut -d' ' -f1 "$dir/out")" != E
ok $? "  and a verdict: $(cat "$dir/out" "$dir/err")"
gives 0 rules ls -D cpu.busy=75%
prints 'cpu.busy  *75.* %'

# Traces leave out the frames of the poller: who is blocked in a read waits for it.
gives 0 facts "$srcdir/testdata/go-trace/v1-small/input.trace"
prints '^trace.net.share  *15.3 %'

# top.
gives 0 top -n 3 "$bundle"
is "$(wc -l <"$dir/out" | tr -d ' ')" 5 '  two lines of head, three rows'
gives 0 top -n 0 "$bundle"
is "$(wc -l <"$dir/out" | tr -d ' ')" 2 '  two lines of head'
gives 0 top --of pprof.alloc --cum "$bundle"
gives 65 top --of pprof.nosuch "$bundle"
says 'it has: .*pprof.cpu, pprof.cpu.samples'
gives 0 top --by line --focus 'mallocgc$' --ignore 'gcAssist' -n 1 "$bundle"
prints '^focus and ignore keep '
prints ' runtime\..*\.go:[0-9][0-9]*$'
gives 0 top --no-inlines --json -n 1 "$bundle"
prints '"no_inlines": true'
gives 0 top --by mapping "$bundle"
prints '100.00%  /'
gives 0 top --by label=tenant "$bundle"
prints '100.00%  (none)'
gives 0 top --artifact cpu.pb.gz -n 1 "$bundle"
gives 65 top --artifact nosuch.pb.gz "$bundle"
says 'no samples of pprof.cpu in nosuch.pb.gz; the bundle has: '
gives 64 top --by colour "$bundle"
says "found 'colour'"
gives 64 top --by label= "$bundle"
gives 64 top --focus '(' "$bundle"
says 'at offset 1'

# Colour only when asked for, or on a terminal.
esc=$(printf '\033')
gives 0 "$bundle"
none "$(grep "$esc" "$dir/out")" '  no colour in a file'
gives 0 --color=always "$bundle"
prints "$esc"
NO_COLOR=1 "$WHYSLOW" --color=always "$bundle" >"$dir/out" 2>&1
prints "$esc"
gives 0 --ascii "$bundle"
none "$(LC_ALL=C tr -d '\1-\177' <"$dir/out" | head -c 20)" '  only ASCII'

# What is damaged is read, but not when strict; a limit is a limit.
damaged=$srcdir/testdata/go-trace/damaged/input.trace
sound=$srcdir/testdata/go-trace/go1.26/input.trace
for command in ls events; do
	gives 0 $command "$damaged"
	gives 65 $command --strict "$damaged"
	says 'is corrupt'
	gives 0 $command --strict "$sound" && silent
	gives 75 $command --max-alive 1 "$sound"
	says 'max-alive'
done

# SIGPIPE ends it quietly.
for command in facts events rules\ ls; do
	case $command in
	rules*) set -- ;;
	*) set -- "$bundle" ;;
	esac
	# shellcheck disable=SC2086
	line=$({ "$WHYSLOW" $command "$@" 2>"$dir/err"; } | head -n 1)
	test -n "$line"
	ok $? "$command | head -n 1"
	silent
done

# JSON.
parses() { # COMMAND... -- PATH...
	"$json_ok" "$@" <"$dir/out" >"$dir/json" 2>&1
	result=$?
	ok $result "  and it is JSON with $*"
	test $result -eq 0 || note "$(cat "$dir/json")"
}
for b in "$bundles"/*/; do
	gives 0 --json "$b"
	parses schema bundle.sha256 bundle.artifacts.0.name verdict.outcome \
		classes.0.class accounting plan traps quality missing
done
gives 0 facts --json "$bundle"
parses schema facts.0.name facts.0.presence
gives 0 ls --json "$bundle"
parses artifacts.0.records_by_type
gives 0 top --json "$bundle"
parses total unit rows.0.name rows.0.flat rows.0.cum
gives 0 timeline --json "$bundles/lock-across-call"
parses artifact duration_ns start_ns wall_start_ns lanes.0.name lanes.0.values.199
gives 0 version --json
parses name version formats.0
gives 0 events --jsonl "$bundle"
parses -l
gives 65 --json "$dir/text.bin"
parses schema verdict.outcome

# Many bundles: a line each, in their order, however many run at a time.
printf 'PK\003\004' >"$dir/torn.zip"
set -- "$bundle" "$dir/text.bin" "$dir/nosuch.tar" "$dir/torn.zip" \
	"$bundles/lock-across-call" "$dir/empty"
gives 65 batch -j 1 "$@"
is "$(sed "s,$dir/,," "$dir/out" | awk '{ print $1, $2 }' | tr '\n' ' ')" \
	'E high failed - failed - failed - B high failed - ' '  a line each'
says 'text.bin:$'
says 'text that no parser knows'
cp "$dir/out" "$dir/first"
cp "$dir/err" "$dir/said"
for jobs in 2 5 64; do
	gives 65 batch --jobs "$jobs" "$@"
	cmp -s "$dir/first" "$dir/out" && cmp -s "$dir/said" "$dir/err"
	ok $? "  the same from $jobs at a time"
done
gives 65 batch --json "$@"
parses -l schema bundle sha256 status failed outcome class confidence sentence
is "$(sed -n 's/.*"status":\([0-9]*\),.*/\1/p' "$dir/out" | tr '\n' ' ')" \
	'0 65 66 65 0 65 ' '  with the status that each would have'
gives 0 batch "$bundle"
gives 0 batch -D cpu.busy=75% "$bundle"
gives 78 batch --rules "$dir/broken.rules" "$bundle"
gives 64 batch
gives 64 batch -j 0 "$bundle"
says "1 to 64, found '0'"
gives 64 batch -j many "$bundle"
# A worker that is killed while it waits for its input.
mkfifo "$dir/pipe"
"$WHYSLOW" batch - <"$dir/pipe" >"$dir/out" 2>&1 &
batch=$!
exec 9>"$dir/pipe"
for _ in 1 2 3 4 5 6 7 8 9 10; do
	worker=$(ps -A -o pid= -o ppid= | awk -v p=$batch '$2 == p { print $1 }')
	test -z "$worker" || break
	sleep 0.2
done
kill -9 "$worker"
wait $batch
is $? 70 'a worker that died is status 70'
prints '^crashed *- *-$'
exec 9>&-

# Completion: every command, and its options.
gives 64 completion
gives 64 completion tcsh
for shell in bash zsh fish; do
	gives 0 completion $shell
	"$WHYSLOW" help | sed -n '/^commands:/,/^$/ s/^  \([a-z]*\) .*/\1/p' |
		while read -r c; do grep -qw -e "$c" "$dir/out" || echo "$c"; done \
		>"$dir/missing"
	none "$(cat "$dir/missing")" '  every command'
	grep -q -w 'fail-on' "$dir/out"
	ok $? '  and options'
done
if command -v bash >/dev/null 2>&1; then
	"$WHYSLOW" completion bash >"$dir/bash"
	is "$(bash -c '. "$0"; COMP_WORDS=(whyslow top --fo) COMP_CWORD=2
		_whyslow; echo ${COMPREPLY[@]}' "$dir/bash")" '--focus' \
		'  bash completes an option'
	is "$(bash -c '. "$0"; COMP_WORDS=(whyslow ba) COMP_CWORD=1
		_whyslow; echo ${COMPREPLY[@]}' "$dir/bash")" 'batch' \
		'  and a command'
else
	skip 'no bash'
	skip 'no bash'
fi

# The same bytes, whenever and wherever; but the command that a report ends with
# has the path as it was given.
for command in diagnose 'diagnose --json' facts 'facts --json' 'ls --json' \
	'events --jsonl' 'top --json' 'explain E'; do
	# shellcheck disable=SC2086
	gives 0 $command "$bundle"
	cp "$dir/out" "$dir/first"
	grep -v '^  whyslow explain ' "$dir/first" >"$dir/rest"
	# shellcheck disable=SC2086
	(cd / && "$WHYSLOW" $command "$bundle" >"$dir/out" 2>&1)
	cmp -s "$dir/first" "$dir/out"
	ok $? "  the same from another folder"
	# shellcheck disable=SC2086
	(cd "$bundles" && "$WHYSLOW" $command ./binary-trees/ 2>&1) |
		grep -v '^  whyslow explain ' >"$dir/out"
	cmp -s "$dir/rest" "$dir/out"
	ok $? "  and by another path"
	none "$(grep -F -e "$srcdir" -e "$top_builddir" "$dir/out")" \
		"  no absolute path in it"
done
done_testing
