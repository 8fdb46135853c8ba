# Sourced: whyslow top beside `go tool pprof -top`, row by row.  Wants WHYSLOW,
# GO and a folder $dir to write to.
# shellcheck shell=sh

# "name TAB flat TAB cum", in base units, of what whyslow prints.
our_rows() { # FILE OPTION...
	file=$1
	shift
	"$WHYSLOW" top --json "$@" "$file" >"$dir/our.json" 2>/dev/null </dev/null ||
		return 1
	sed -n 's/^ *"\(name\|flat\|cum\)": *\(.*[^,]\),*$/\1	\2/p' \
		"$dir/our.json" | ${AWK-awk} -F '	' '
		$1 == "name" { name = substr($2, 2, length($2) - 2)
			gsub(/\\u003c/, "<", name); gsub(/\\t/, "\t", name)
			gsub(/\\"/, "\"", name); gsub(/\\\\/, "\\", name) }
		$1 == "flat" { flat = $2 }
		$1 == "cum" && (flat != 0 || $2 != 0) {
			printf "%s\t%.0f\t%.0f\n", name, flat, $2 }' |
		LC_ALL=C sort >"$dir/our.rows"
}

# The same of pprof, which must not guess at source folders or symbols.
pprof_rows() { # FILE OPTION...
	file=$1
	shift
	"$GO" tool pprof -symbolize=none -top \
		-nodecount=1000000 -nodefraction=0 -edgefraction=0 \
		-trim_path=/no/such/folder "$@" "$file" \
		>"$dir/pprof.out" 2>/dev/null </dev/null || return 1
	${AWK-awk} 'on { flat = $1; cum = $4
			name = $0
			for (i = 0; i < 5; i++)
				sub(/^ *[^ ]+/, "", name)
			sub(/^ +/, "", name)
			sub(/ \((partial-)?inline\)$/, "", name)
			sub(/[A-Za-z]+$/, "", flat); sub(/[A-Za-z]+$/, "", cum)
			if (flat != 0 || cum != 0)
				printf "%s\t%.0f\t%.0f\n", name, flat, cum }
		$1 == "flat" && $2 == "flat%" { on = 1 }' \
		"$dir/pprof.out" | LC_ALL=C sort >"$dir/pprof.rows"
}

# With -files pprof prints a file once for every first line of a function in
# it (the line is left in its key): flat values add up to ours, cum cannot.
flat_alone() { # ROWS
	${AWK-awk} -F '	' '{ sum[$1] += $2 }
		END { for (name in sum)
			if (sum[name] != 0)
				printf "%s\t%.0f\n", name, sum[name] }' "$1" |
		LC_ALL=C sort >"$1.flat"
	mv "$1.flat" "$1"
}

# 0: the same rows; 1: others, told on standard output; 2: not comparable.
# SERIES is ours, INDEX and UNIT are theirs; words of options, without quotes.
same_top() { # FILE SERIES INDEX UNIT OUR-OPTIONS THEIR-OPTIONS
	# shellcheck disable=SC2086 # words
	our_rows "$1" --of "$2" $5 &&
		pprof_rows "$1" -sample_index="$3" -unit="$4" $6 || return 2
	case " $6 " in *' -files '*)
		flat_alone "$dir/our.rows"
		flat_alone "$dir/pprof.rows"
		;;
	esac
	cmp -s "$dir/our.rows" "$dir/pprof.rows" && return 0
	diff "$dir/our.rows" "$dir/pprof.rows" | head -n 6
	return 1
}

# The series of a profile that both have: "SERIES INDEX UNIT" a line.
# shellcheck disable=SC2034 # by those who source this
oracle_series='pprof.cpu cpu ns
pprof.cpu.samples samples count
pprof.alloc alloc_space B
pprof.alloc.objects alloc_objects count
pprof.inuse inuse_space B
pprof.inuse.objects inuse_objects count
pprof.goroutine goroutine count
pprof.threadcreate threadcreate count
pprof.mutex delay ns
pprof.block delay ns
pprof.inuse.objects objects count
pprof.inuse space B
pprof.growth.objects objects count
pprof.growth space B
pprof.fragmentation space B
pprof.contention delay ns
pprof.contention.contentions contentions count'
