#!/bin/sh
# make lint: layout, manual pages and scripts, with the tools that are there.
# A tool that is missing is said and does not fail.
set -u
. "$srcdir/tests/tap.sh"
cd "$srcdir" || exit 1
failed=0

have() {
	command -v "$1" >/dev/null 2>&1 && test "$1" != :
}

report() { # STATUS NAME
	if test "$1" -eq 0; then
		echo "lint: $2: good"
	else
		echo "lint: $2: see above" >&2
		failed=1
	fi
}

if have "${CLANG_FORMAT:-:}"; then
	tracked src parsers tests fuzz bench | grep '\.[ch]$' |
		xargs "$CLANG_FORMAT" --dry-run -Werror
	report $? "layout (clang-format)"
else
	echo "lint: layout: no clang-format here"
fi

if have "${MANDOC:-:}"; then
	tracked man | grep '\.[1-9]$' | xargs -r "$MANDOC" -T lint -W warning
	report $? "manual pages (mandoc)"
else
	echo "lint: manual pages: no mandoc here"
fi

if have "${SHELLCHECK:-:}"; then
	{
		tracked bench fuzz tests | grep '\.sh$'
		printf '%s\n' bootstrap .ci/run
	} | xargs "$SHELLCHECK"
	report $? "scripts (shellcheck)"
else
	echo "lint: scripts: no shellcheck here"
fi

sh tests/sizes.sh | grep -A 40 '^not ok' >&2
test $? -eq 1
report $? "sizes"
exit $failed
