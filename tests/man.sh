#!/bin/sh
# The manual is complete: every option, format, fact and class is in it, and
# mandoc has nothing to say against it.
set -u
. "$srcdir/tests/tap.sh"
dir=$(scratch man)
man=$srcdir/man

MANDOC=${MANDOC:-mandoc}
have_mandoc() {
	command -v "$MANDOC" >/dev/null 2>&1 && test "$MANDOC" != :
}

# The words of a page as a reader sees them.
plain() {
	if have_mandoc; then
		# Wide, so that nothing is broken in two; bold is overstrike.
		"$MANDOC" -T ascii -O width=900 "$1" |
			sed "s/.$(printf '\b')//g"
	else
		sed '/^\.Bl /d; s/^\.[A-Z][a-z] //; s/\\&//g; s/ [A-Z][a-z] / /g' "$1"
	fi
}

# Prints each line of stdin that is not in the page.
not_in() { # PAGE
	if test -f "$man/$1"; then
		plain "$man/$1" | tr -s ' \n' ' ' >"$dir/page"
		while IFS= read -r word; do
			grep -qF -e "$word" "$dir/page" || echo "$word"
		done
	else
		echo "$1 is missing"
	fi
}

if have_mandoc; then
	for page in $(tracked man | grep '\.[1-9]$'); do
		none "$("$MANDOC" -T lint -W warning "$srcdir/$page" 2>&1)" \
			"$page has no mistakes"
	done
else
	skip "no mandoc here"
fi

tracked parsers | grep '\.c$' | while IFS= read -r f; do
	sed -n '/^const struct ws_parser ws_parser_/,/^}/ s/^	\.name = "\(.*\)",.*/\1/p' \
		"$srcdir/$f"
done >"$dir/formats"
is "$(wc -l <"$dir/formats" | tr -d ' ')" \
	"$(wc -l <"$top_builddir/parsers/parsers.def" | tr -d ' ')" \
	"every parser has a name"
none "$(not_in whyslow-formats.5 <"$dir/formats")" \
	"every format is in whyslow-formats(5)"

sed -n 's/^[ 	]*WS_FACT([A-Z0-9_]*, *"\([^"]*\)".*/\1/p' \
	"$srcdir/src/facts/facts.def" >"$dir/facts"
test -s "$dir/facts"
ok $? "facts.def was read"
sed -n -e 's/^\(share\|sum\|sites\) \([^ ]*\) =.*/\2/p' \
	-e 's/^account \([a-z]*\) =.*/account.\1/p' \
	"$srcdir"/rules/*.rules >>"$dir/facts"
none "$(not_in whyslow-facts.7 <"$dir/facts")" \
	"every fact is in whyslow-facts(7)"

sed -n 's/^WS_CLASS([A-Z_0-9]*, *"\([^"]*\)", *"\([^"]*\)".*/\2/p' \
	"$srcdir/src/rules/classes.def" >"$dir/classes"
test -s "$dir/classes"
ok $? "classes.def was read"
none "$(not_in whyslow-classes.7 <"$dir/classes")" \
	"every class is in whyslow-classes(7)"

sed -n 's/^\(rule\|trap\|quality\|advice\) \([^ ]*\) .*/\2/p' \
	"$srcdir"/rules/*.rules >"$dir/rules"
test "$(wc -l <"$dir/rules")" -gt 80
ok $? "the rules were read"
none "$(not_in whyslow-classes.7 <"$dir/rules")" \
	"every rule, trap, doubt and advice is in whyslow-classes(7)"

# A weight whose sign or size was mistaken differs from what the manual tells.
"$WHYSLOW" rules ls |
	awk '$1 != "quality" && $1 != "trap" && $3 ~ /^[+-][1-9]$/ {
		print $2 " (" $3 ")" }' | sort >"$dir/weights"
test "$(wc -l <"$dir/weights")" -gt 80
ok $? "rules ls tells the weights"
none "$(not_in whyslow-classes.7 <"$dir/weights")" \
	"every weight is in whyslow-classes(7)"
plain "$man/whyslow-classes.7" | grep -oE '[A-Z][A-Z0-9-]* \([+-][0-9]\)' |
	sort -u >"$dir/told"
none "$(comm -13 "$dir/weights" "$dir/told")" \
	"whyslow-classes(7) tells no other weight"

"$WHYSLOW" rules ls | awk '$1 == "quality" && $3 != "+0" {
	print $2, $3 == -1 ? "medium" : "low" }' | sort >"$dir/weights"
awk '/^\.It Li Q-/ { id = $3 }
	match($0, /(medium|low) at most/) {
		split(substr($0, RSTART), word); print id, word[1]
	}' "$man/whyslow-classes.7" | sort >"$dir/told"
is "$(cat "$dir/told")" "$(cat "$dir/weights")" \
	"whyslow-classes(7) tells which doubts cap the confidence"

# Options, as the program itself tells them; a command may have a page of its
# own, or its part of whyslow(1).
options() { # COMMAND
	"$WHYSLOW" help "$1" 2>/dev/null </dev/null |
		grep -oE '(^|[ ,[])--[a-z][a-z0-9-]*' | tr -d ' ,[' | sort -u
}

"$WHYSLOW" help 2>/dev/null </dev/null |
	sed -n '/^commands:/,/^$/ s/^  \([a-z]*\) .*/\1/p' >"$dir/commands"
test "$(wc -l <"$dir/commands")" -gt 3
ok $? "help lists the commands"
none "$(not_in whyslow.1 <"$dir/commands")" "every command is in whyslow(1)"
: >"$dir/known"
while read -r command; do
	page=whyslow-$command.1
	test -f "$man/$page" || page=whyslow.1
	options "$command" >"$dir/options"
	cat "$dir/options" >>"$dir/known"
	none "$(not_in "$page" <"$dir/options")" \
		"the options of $command are in $page"
done <"$dir/commands"
test -s "$dir/known"
ok $? "help lists options"
none "$(sed -n 's/^\.It .*Fl -\([a-z0-9-]*\).*/--\1/p' "$man"/*.1 | sort -u |
	while IFS= read -r o; do
		grep -qx -e "$o" "$dir/known" || echo "$o"
	done)" "the manual has no option that no command knows"

# The file of whyslow-rules(5) and its test, word by word.
examples() { # BLOCK
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$man/whyslow-rules.5" |
		awk -v want="$1" '/^\.Bd/ { n++; next } /^\.Ed/ { n += 0.5; next }
			n == want' n=0 | sed 's/\\e/\\/g'
}
examples 1 >"$dir/mine.rules"
examples 2.5 >"$dir/mine.test"
"$WHYSLOW" rules check --werror "$dir/mine.rules" >"$dir/out" 2>&1
ok $? "the example of whyslow-rules(5) is sound"
"$WHYSLOW" rules test -r "$dir/mine.rules" "$dir/mine.test" >"$dir/out" 2>&1
ok $? "and passes its test"
is "$(tail -n 1 "$dir/out")" \
	"3 passed, 0 failed; 0 rules not seen true, false and unknown" \
	"all of it"

# Keys of JSON.  Those of benchmark are names of facts, those of records_by_type
# are the formats'.
sed -n '/^\.Sh JSON/,/^\.Sh ENV/p' "$man/whyslow.1" |
	tr -c 'a-z_0-9.' '\n' | sort -u >"$dir/told"
keys() { # ARGUMENT...
	(cd "$srcdir/testdata" && "$WHYSLOW" "$@" </dev/null) |
		sed -e '/"benchmark": {/,/^  }/d' \
			-e '/"records_by_type": {/,/}/d' |
		grep -oE '"[a-z][a-z_0-9]*":' | tr -d '":' | sort -u >"$dir/keys"
	test "$(wc -l <"$dir/keys")" -gt 2
	ok $? "whyslow $1 has keys"
	none "$(comm -23 "$dir/keys" "$dir/told")" \
		"and those of whyslow $* are told under JSON"
}
for bundle in "$srcdir"/testdata/bundles/*/; do
	keys --json "bundles/$(basename "$bundle")"
done
keys facts --json bundles/lock-across-call
keys top --json --focus main bundles/lock-across-call
keys ls --json bundles/lock-across-call
keys timeline --json bundles/lock-across-call
keys batch --json bundles/lock-across-call nosuch.tar 2>/dev/null
keys diff --json bundles/fault-churn diff/fault-churn/after
keys version --json

# Every command of the EXAMPLES runs in the folder of the sources.
mkdir -p "$dir/bin" && ln -sf "$WHYSLOW" "$dir/bin/whyslow"
dir=$(cd "$dir" && pwd)
sed -n '/^\.Sh EXAMPLES/,/^\.Sh DIAG/s/^\$ //p' "$man/whyslow.1" |
	sed 's/\\e/\\/g' >"$dir/examples"
test "$(wc -l <"$dir/examples")" -gt 5
ok $? "whyslow(1) has examples"
while IFS= read -r example; do
	(cd "$srcdir" && PATH=$dir/bin:$PATH sh -c "$example") \
		>"$dir/out" 2>"$dir/err" </dev/null
	ok $? "example: $example"
	none "$(cat "$dir/err")" "it has nothing to complain of"
	test -s "$dir/out"
	ok $? "it says something"
done <"$dir/examples"

# The first screen in README is what the program prints.
sed -n '/^```$/,/^```$/p' "$srcdir/README" | grep -v '^```$' >"$dir/screen"
is "$(cat "$dir/screen")" \
	"$(cd "$srcdir" && "$WHYSLOW" testdata/bundles/lock-across-call)" \
	"README shows the real first screen"
done_testing
