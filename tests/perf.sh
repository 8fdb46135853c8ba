#!/bin/sh
# What perf says of recordings, beside what whyslow says: numbers of samples,
# totals of events, addresses of stacks, shares of functions; of the test data
# and of a recording made here with the files that `perf archive` packs.
# PERF_CORPUS names a folder of more recordings.
set -u
. "$srcdir/tests/tap.sh"
dir=$(scratch perf)

# perf keeps copies of what it saw below $HOME, and Go what it built.
if [ -n "${GO-}" ]; then
	GOCACHE=$("$GO" env GOCACHE)
	export GOCACHE
fi
HOME=$dir/home
export HOME
mkdir "$HOME"
if ! perf version >"$dir/version" 2>&1; then
	skip "there is no perf here"
	done_testing
fi

# The samples, and their sum over all events. With branches, perf would show
# those in place of samples.
perf_totals() { # FILE
	perf report --stdio -g none --no-branch-stack -i "$1" 2>/dev/null |
		sed -n 's/^# Event count (approx.): //p' |
		awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}

# Samples that are made of others are not perf's.
own='perf\.(offcpu|uninterruptible|runqueue|futex|syscall|block|lock)"'

our_totals() { # FILE
	"$WHYSLOW" events --jsonl "$1" </dev/null | grep '"ev":"sample"' |
		grep -Ev "\"name\":\"$own" |
		sed 's/.*"value":\([-+0-9.eE]*\).*/\1/' |
		awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}

# One line a sample: thread, time in us, and the addresses of its stack.
perf_stacks() { # FILE
	perf script -F tid,time,ip,event -i "$1" 2>/dev/null | awk '
		function put() { if (head != "") print head stack }
		NF == 0 { put(); head = stack = ""; next }
		head == "" {
			split($2, t, /[.:]/)
			head = $1 " " t[1] * 1 t[2]
			stack = NF > 3 ? " " $NF : ""
			next
		}
		{ stack = stack " " $1 }
		END { put() }' | sort
}

our_stacks() { # FILE
	"$WHYSLOW" events --jsonl "$1" </dev/null | grep '"ev":"sample"' |
		grep -Ev "\"name\":\"$own" | awk '{
			match($0, /"track":"[-0-9]*\/[-0-9]*/)
			tid = substr($0, RSTART + 9, RLENGTH - 9)
			sub(/.*\//, "", tid)
			match($0, /"t":[0-9]*/)
			t = substr($0, RSTART + 4, RLENGTH - 4)
			stack = ""
			if (match($0, /"stack":\[[^]]*/)) {
				stack = " " substr($0, RSTART + 9, RLENGTH - 9)
				gsub(/[",]+/, " ", stack)
				gsub(/ +0x/, " ", stack)
				sub(/ +$/, "", stack)
			}
			# perf rounds down to microseconds.
			print tid " " substr(t, 1, length(t) - 3) stack
		}' | sort
}

# The innermost functions with their parts of the period, most first.
perf_functions() { # FILE OPTION...
	f=$1
	shift
	perf report --stdio --no-children --no-demangle -g none \
		-F period,sym -t '|' "$@" -i "$f" 2>/dev/null | grep -v '^#' | awk -F '|' 'NF == 2 {
			sub(/^ *\[.\] /, "", $2)
			sub(/ *$/, "", $2)
			if ($2 !~ /^0x/) sum[$2] += $1
		} END { for (f in sum) printf "%.0f %s\n", sum[f], f }' | sort
}

# Tables of perf show no inlined functions.
our_functions() { # BUNDLE
	"$WHYSLOW" top --json --of perf.cpu -n 100000 --no-inlines "$1" \
		</dev/null |
		tr -d '\n' | sed 's/}, *{/}\n{/g' | awk '
		match($0, /"(function|name)": *"[^"]*"/) {
			f = substr($0, RSTART, RLENGTH)
			sub(/^"[a-z]*": *"/, "", f)
			sub(/"$/, "", f)
			match($0, /"flat": *[-+0-9.eE]*/)
			v = substr($0, RSTART, RLENGTH)
			sub(/.*: */, "", v)
			if (v > 0 && f !~ /^\[/) printf "%.0f %s\n", v, f
		}' | sort
}

compare_stacks() { # FILE NAME
	perf_stacks "$1" >"$dir/want"
	our_stacks "$1" >"$dir/got"
	cmp -s "$dir/want" "$dir/got"
	ok $? "stacks of $2"
	cmp -s "$dir/want" "$dir/got" ||
		note "$(diff "$dir/want" "$dir/got" | head -n 6)"
}

for f in "$srcdir"/testdata/perf-data/*/input.data ${PERF_CORPUS+"$PERF_CORPUS"/*}; do
	case $f in
	*.buildids | */README*) continue ;;
	*intel_pt*) continue ;; # perf makes events of the hardware's trace
	esac
	name=${f#"$srcdir/testdata/"}
	want=$(perf_totals "$f")
	# perf of this release may not read it.
	test "${want:-0}" != 0 || continue
	is "$(our_totals "$f")" "$want" "total of $name"
done
for c in file pipe zstd big-endian clock lock tracepoint-pipe; do
	f=$srcdir/testdata/perf-data/$c/input.data
	# What perf cannot read it cannot be compared with.
	test -n "$(perf_stacks "$f")" || continue
	compare_stacks "$f" "$c"
done

# A recording of whyslow itself, moved with what perf archive packs.  Where it
# is sanitized, the search for leaks would be a process of its own.
mkdir "$dir/fresh"
if ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 perf record -q -F 2000 \
	-e cpu-clock -g -o "$dir/fresh/perf.data" -- \
	"$WHYSLOW" events "$srcdir/testdata/perf-data/raw/input.data" \
	>"$dir/out" 2>&1 &&
	(cd "$dir/fresh" && perf archive perf.data) >"$dir/out" 2>&1; then
	f=$dir/fresh/perf.data
	is "$(our_totals "$f")" "$(perf_totals "$f")" "total of a recording"
	compare_stacks "$f" "a recording"
	perf_functions "$f" >"$dir/want"
	# Entries of a PLT are looked at in t_elf.c: perf 6.1 puts them into its tree
	# after _init, which has no size, got one that covers them, so that it is
	# up to the shape of the tree which of the two it shows.
	our_functions "$dir/fresh" | grep -v '@plt$' >"$dir/got"
	none "$(comm -13 "$dir/want" "$dir/got")" "shares of functions"
	test -s "$dir/got"
	ok $? "$(wc -l <"$dir/got") functions have names"
else
	skip "perf may not record here"
fi

# A Go program, whole and stripped: the same functions, and in both the same
# inlined ones, which perf does not know of a file without DWARF.
mkdir "$dir/go" "$dir/stripped"
if [ -n "${GO-}" ] && (cd "$dir/go" &&
	"$GO" build -o work "$srcdir/bench/perf_work.go" &&
	perf record -q -F 2000 -e cpu-clock:u -g -- ./work 1s &&
	strip -o ../stripped/work work && cp perf.data ../stripped) \
	>"$dir/out" 2>&1; then
	# The vdso is not in the bundle.
	perf_functions "$dir/go/perf.data" --dsos work >"$dir/want"
	our_functions "$dir/go" >"$dir/got"
	none "$(comm -3 "$dir/want" "$dir/got")" "shares of Go functions"
	for b in go stripped; do
		"$WHYSLOW" top --of perf.cpu -n 100000 "$dir/$b" </dev/null |
			sed 's/\.abi[0-9]*$//' >"$dir/top-$b"
	done
	none "$(diff "$dir/top-go" "$dir/top-stripped")" \
		"shares of functions, inlined ones too, of a stripped program"
	"$WHYSLOW" top --of perf.cpu -n 100000 --no-inlines "$dir/go" \
		</dev/null >"$dir/top-physical"
	test "$(wc -l <"$dir/top-go")" -gt "$(wc -l <"$dir/top-physical")"
	ok $? "inlined functions have rows"
else
	skip "GO names no go command, or perf may not record here"
fi
done_testing
