#!/bin/sh
# Every header compiles alone, and twice in a row.
set -u
. "$srcdir/tests/tap.sh"
dir=$(scratch headers)

alone() { # HEADER, as one includes it
	printf '#include "%s"\n#include "%s"\nextern int alone;\n' "$1" "$1" \
		>"$dir/alone.c"
	# The compiler may carry flags: CC="gcc -m32".
	# shellcheck disable=SC2086
	${CC-cc} -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only \
		-I"$dir" -I"$srcdir/src" -I"$srcdir/parsers" "$dir/alone.c" 2>&1
}

echo 'int f(uint8_t);' >"$dir/needy.h"
alone needy.h >/dev/null
test $? -ne 0
ok $? "a header that needs another first is noticed"

for h in $(tracked src parsers | grep '\.h$'); do
	none "$(alone "$(echo "$h" | sed 's,^src/,,; s,^parsers/,,')")" \
		"$h compiles alone"
done
done_testing
