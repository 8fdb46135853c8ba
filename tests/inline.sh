#!/bin/sh
# What whyslow finds inlined in Go programs is what their runtime says, for each
# byte of code: plain, stripped, and position-independent with and without the C
# linker. GO names a go command; skipped without.
set -u
. "$srcdir/tests/tap.sh"
if [ -z "${GO-}" ]; then
	echo '1..0 # SKIP GO names no go command'
	exit 0
fi
dir=$(scratch inline)
cp "$srcdir/tests/oracle_inline.go" "$dir/plain.go"
# A program with C in it, so that the C linker may make it.
sed 's/^import (/import "C"\n\nimport (/' "$dir/plain.go" >"$dir/cgo.go"
# Go 1.23 and later want to be told that the program asks its runtime.
case $("$GO" env GOVERSION) in
go1.1? | go1.1?.* | go1.2[0-2] | go1.2[0-2].*) link= ;;
*) link=-checklinkname=0 ;;
esac

same() { # NAME SOURCE LINKER-FLAGS OPTION...
	name=$1 source=$2 flags=$3
	shift 3
	if (cd "$dir" && GO111MODULE=off "$GO" build "$@" \
		-ldflags="$link $flags" -o program "$source") \
		>"$dir/out" 2>&1; then
		"$dir/program" >"$dir/said"
		"$top_builddir/tests/oracle_inline" "$dir/program" \
			<"$dir/said" >"$dir/out"
		ok $? "$name: $(tail -n 1 "$dir/out")"
		sed '$d; s/^/# /' "$dir/out"
	else
		skip "$name: cannot be built here"
	fi
}

same plain plain.go ''
same stripped plain.go '-s -w'
same position-independent plain.go '-s -w' -buildmode=pie
same 'by the C linker' cgo.go '-s -w -linkmode=external'
same 'by the C linker, position-independent' cgo.go \
	'-s -w -linkmode=external' -buildmode=pie
done_testing
