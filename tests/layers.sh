#!/bin/sh
# Who may include whom. A file sees its own layer and those that its row names.
set -u
. "$srcdir/tests/tap.sh"

table='
base
model      base
facts      base
ingest     base model
symbols    base model facts
metrics    base model facts symbols
rules      base facts
diagnosis  base facts rules
compare    base facts rules diagnosis
report     base facts rules diagnosis compare
pipeline   base model facts ingest symbols metrics rules diagnosis compare report
cli        base model facts ingest symbols metrics rules diagnosis compare report pipeline
parsers    base model ingest
'

# "FILE: INCLUDED" of every quoted include in the files on stdin.
includes() {
	while IFS= read -r f; do
		sed -n 's/^[ 	]*#[ 	]*include[ 	]*"\([^"]*\)".*/\1/p' \
			"$srcdir/$f" | sed "s,^,$f: ,"
	done
}

# Keeps the includes that a layer may not have. A file without a folder is one
# of a parser's own parts, the generated table of parsers, or (for the version,
# in src/cli) configure's header.
forbidden() { # LAYER ALLOWED
	awk -v own="$1" -v allowed=" $1 $2 " '
	{
		n = split($2, part, "/")
		if (n == 1 && (own == "parsers" || $2 == "parsers.def"))
			next
		if (own == "cli" && $2 == "config.h")
			next
		if (n == 1 || !index(allowed, " " part[1] " "))
			print
	}'
}

printf 'src/base/a.c: model/event.h\n' | forbidden base "" | grep -q event
ok $? "an include against the direction is noticed"
printf 'parsers/a.c: facts/fact.h\n' | forbidden parsers "base model ingest" |
	grep -q fact
ok $? "a parser that sees facts is noticed"
none "$(printf 'src/model/a.c: base/str.h\n' | forbidden model base)" \
	"an allowed include passes"

for folder in "$srcdir"/src/*/; do
	layer=$(basename "$folder")
	echo "$table" | grep -q "^$layer\\b"
	ok $? "src/$layer is a layer"
done

echo "$table" | sed '/^$/d' >"$(scratch layers)/table"
while read -r layer allowed; do
	test "$layer" = parsers && where=parsers || where=src/$layer
	none "$(tracked "$where" | grep '\.[ch]$' | includes |
		forbidden "$layer" "$allowed")" "includes of $where"
done <"$top_builddir/tests/scratch/layers/table"
done_testing
