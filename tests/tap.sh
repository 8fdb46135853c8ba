# Test Anything Protocol for scripts. Sourced, never run.
# shellcheck shell=sh disable=SC2034

tap_count=0 tap_failed=0

# ok STATUS NAME...: one test point; STATUS 0 is good.
ok() {
	tap_count=$((tap_count + 1))
	tap_status=$1
	shift
	if test "$tap_status" -eq 0; then
		echo "ok $tap_count - $*"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_count - $*"
	fi
}

# is GOT WANTED NAME...: equal strings, or both are shown.
is() {
	tap_got=$1 tap_want=$2
	shift 2
	test "$tap_got" = "$tap_want"
	ok $? "$*"
	test "$tap_got" = "$tap_want" ||
		note "got:  $tap_got
want: $tap_want"
}

# none FOUND NAME...: nothing was found, or what was found is shown.
none() {
	tap_found=$1
	shift
	test -z "$tap_found"
	ok $? "$*"
	test -z "$tap_found" || note "$tap_found"
}

skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - # SKIP $*"
}

note() {
	printf '%s\n' "$*" | head -n 40 | sed 's/^/# /'
}

# A new empty folder in the build folder.
scratch() {
	rm -rf "$top_builddir/tests/scratch/$1"
	mkdir -p "$top_builddir/tests/scratch/$1"
	echo "$top_builddir/tests/scratch/$1"
}

# The files of the project below the given folders: those that git knows, or
# all in a tree that came from an archive.
tracked() {
	if test -e "$srcdir/.git" && git -C "$srcdir" rev-parse >/dev/null 2>&1
	then
		git -C "$srcdir" ls-files --cached --others \
			--exclude-standard -- "$@" | while IFS= read -r f; do
			test ! -f "$srcdir/$f" || printf '%s\n' "$f"
		done
	else
		(cd "$srcdir" && for f; do
			test ! -e "$f" || find "$f" -type f ! -name '*.o' \
				! -name '*.log' ! -name '*.trs' \
				! -name '*.pb-c.[ch]' \
				! -path '*/.deps/*' ! -path '*/scratch/*'
		done)
	fi | sort
}

done_testing() {
	echo "1..$tap_count"
	test "$tap_failed" -eq 0
	exit $?
}
