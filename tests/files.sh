#!/bin/sh
# The lists of Makefile.am are complete: what is in the tree is built, run,
# installed and packed.
set -u
. "$srcdir/tests/tap.sh"

missing() { # FOLDER PATTERN
	tracked "$1" | grep "$2" | while IFS= read -r f; do
		grep -qE "(^|[ 	])$f( |\$)" "$srcdir/Makefile.am" ||
			echo "$f"
	done
}

none "$(missing src '\.\([ch]\|def\)$')" "sources are in Makefile.am"
none "$(missing parsers '\.[ch]$')" "parsers are in Makefile.am"
none "$(missing rules '\.\(rules\|test\|sym\)$')" "rules are in Makefile.am"
none "$(missing man '\.[1-9]$')" "manual pages are in Makefile.am"
none "$(missing tests '\.sh$')" "test scripts are in Makefile.am"
none "$(missing bench '\.\(c\|sh\)$' | sed 's/\.c$//' | while IFS= read -r f
	do
		grep -qE "(^|[ 	])$f( |\$)" "$srcdir/Makefile.am" ||
			echo "$f"
	done)" "the bench is in Makefile.am"
none "$(tracked tests | sed -n 's,^\(tests/t_.*\)\.c$,\1,p' |
	while IFS= read -r f; do
		grep -qE "(^|[ 	])$f( |\$)" "$srcdir/Makefile.am" ||
			echo "$f"
	done)" "unit tests are in Makefile.am"
none "$(sed -n '/^[A-Z_]* =\(.*\\\)*$/,/[^\\]$/p' "$srcdir/Makefile.am" |
	grep -oE '(src|parsers|rules|man|tests)/[a-zA-Z0-9_/.-]+\.[a-z0-9]+' |
	grep -v pb-c | sort -u | while IFS= read -r f; do
		test -e "$srcdir/$f" || echo "$f"
	done)" "nothing is listed that is not there"
done_testing
