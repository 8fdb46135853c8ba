#!/bin/sh
# Captures all workloads with each of the go commands given, and measures what
# their fixes gain.  Leaves folders and labels.tsv in OUT; what is there already
# is kept, so that a run can be broken off and taken up again.
#   sh run.sh OUT GO...      NAMES="fan-in matrix" for some only
set -eu
out=${1:?usage: run.sh OUT GO...}
shift
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"
out=$(cd "$out" && pwd)
limit=${OTHERS-0.10} # of the CPUs, that others may use meanwhile
tab=$(printf '\t')

# The first line of a file beside the capture, or a dash.
told() { # FILE
	if [ -s "$1" ]; then head -n 1 "$1"; else echo -; fi
}

is_quiet() { # FILE
	awk -v most="$limit" '{ exit !($1 <= most) }' "$1"
}

capture() { # PROGRAM FOLDER LABEL
	for try in 1 2 3; do
		rm -rf "$2" "$2.part"
		(cd "$out/tmp" && "$1" "$2.part" >/dev/null 2>"$2.err") || {
			echo "run.sh: $2: $(tail -n 1 "$2.err")" >&2
			return 1
		}
		for told in gain others; do
			[ ! -f "$2.part.$told" ] ||
				mv "$2.part.$told" "$2.$told"
		done
		mv "$2.part" "$2"
		rm -f "$2.err"
		# A noisy neighbour is what that one is about.
		if [ "$3" = cpu-starved ] || is_quiet "$2.others"; then
			return 0
		fi
		echo "run.sh: $2: others used $(told "$2.others")" \
			"of the CPUs (try $try)" >&2
		sleep 5
	done
}

mkdir -p "$out/bin" "$out/tmp"
printf 'bundle\tclass\toutcome\tgain\tgo\tprogram\tfix\n' >"$out/labels.new"
for go in "$@"; do
	version=$("$go" env GOVERSION)
	version=${version%% *}
	# read runs tabs together: empty fields are made visible.
	sed -e 1d -e "s/$tab$tab/$tab-$tab/g" "$here/labels.tsv" |
		while IFS=$tab read -r name class outcome what fix; do
			case " ${NAMES-$name} " in *" $name "*) ;; *) continue ;; esac
			folder=$out/$name-$version
			label=$class
			[ "$class" != none ] || label=$outcome
			if [ ! -d "$folder" ]; then
				(cd "$here" && "$go" build -o "$out/bin/$name" \
					"./$name") || continue
				capture "$out/bin/$name" "$folder" "$label" ||
					continue
			fi
			printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' \
				"${folder##*/}" "$class" "${outcome#-}" \
				"$(told "$folder.gain")" "${version#go}" \
				"$what" "${fix-}"
		done >>"$out/labels.new"
done
mv "$out/labels.new" "$out/labels.tsv"
rm -rf "${out:?}/bin" "${out:?}/tmp"
