#!/bin/sh
# Rules of the house that grep can see: who may print, end the process or look
# at the environment; which calls no reader of untrusted input may use; and
# what does not belong in the tree at all.
set -u
. "$srcdir/tests/tap.sh"
dir=$(scratch house)

# Prints "FILE:LINE:CODE" of the C files on stdin without comments and texts.
code() {
	while IFS= read -r f; do
		${AWK-awk} -v file="$f" '
		{
			line = $0
			gsub(/\\./, "", line)
			gsub(/"[^"]*"/, "\"\"", line)
			if (deep) {
				if (!match(line, /\*\//))
					next
				line = substr(line, RSTART + 2)
				deep = 0
			}
			while (match(line, /\/\*/)) {
				head = substr(line, 1, RSTART - 1)
				tail = substr(line, RSTART + 2)
				if (!match(tail, /\*\//)) {
					deep = 1
					line = head
					break
				}
				line = head " " substr(tail, RSTART + 2)
			}
			sub(/\/\/.*/, "", line)
			if (line ~ /[^ \t]/)
				print file ":" FNR ":" line
		}' "$srcdir/$f"
	done
}

calls() { # NAMES
	grep -E "(^|[^A-Za-z0-9_>.])($1)[[:space:]]*\\("
}

printf 'x.c:1:\tprintf(a)\n' | calls 'printf|exit' >/dev/null
ok $? "a call is noticed"
none "$(printf 'x.c:1:\tsnprintf(a)\nx.c:2:\tws_exit(a)\n' |
	calls 'printf|exit')" "only whole names count"
srcdir_saved=$srcdir srcdir=$dir
printf 'a; /* exit(1)\n * exit(2) */ b("exit(3)"); // exit(4)\n' >"$dir/c.c"
is "$(echo c.c | code)" 'c.c:1:a; 
c.c:2: b(""); ' "comments and texts do not count"
srcdir=$srcdir_saved

tracked src parsers | grep '\.[ch]$' >"$dir/files"
grep -v '^src/cli/' "$dir/files" | code >"$dir/lower"
grep '^parsers/' "$dir/files" | code >"$dir/parsers"
code <"$dir/files" >"$dir/all"

none "$(grep -v '^src/base/mem\.[ch]:' "$dir/lower" |
	calls 'exit|_exit|_Exit|abort|quick_exit')" \
	"nothing below src/cli ends the process"
none "$(calls 'getenv|secure_getenv|setenv|putenv|setlocale' <"$dir/lower")" \
	"nothing below src/cli reads the environment"
none "$(grep -v '^src/base/mem\.c:' "$dir/lower" |
	grep -E '[^A-Za-z0-9_](stdout|stderr|stdin)([^A-Za-z0-9_]|$)')" \
	"nothing below src/cli uses the standard streams"
none "$(calls 'printf|vprintf|puts|putchar|perror|psignal|syslog' \
	<"$dir/lower")" "nothing below src/cli prints"
none "$(calls 'system|popen|execv|execve|execvp|execl|execlp|posix_spawn' \
	<"$dir/all")" "no other program is run"
none "$(calls 'socket|connect|getaddrinfo|gethostbyname' <"$dir/all")" \
	"the network is not used"
none "$(calls 'gets|strcpy|strcat|sprintf|vsprintf|strtok|alloca|tmpnam|mktemp' \
	<"$dir/all")" "no call without a bound"
none "$(calls 'atoi|atol|atoll|atof|strtol|strtoul|strtoll|strtoull|strtod|sscanf|fscanf|strtok_r' \
	<"$dir/parsers")" "parsers read numbers through base/num"
none "$(calls 'malloc|calloc|realloc|strdup|strndup' <"$dir/parsers")" \
	"parsers take memory through base/mem"

# A linker takes the first of two from a library, and says nothing.
if test -f "$top_builddir/libws.a" && command -v nm >/dev/null 2>&1; then
	none "$(nm -A --defined-only "$top_builddir/libws.a" 2>/dev/null |
		awk '$(NF - 1) ~ /^[TDRBC]$/ { print $NF }' | sort | uniq -d)" \
		"no name is defined twice"
else
	skip "no name is defined twice" "no nm, or no library"
fi

# Words that are not to be found are put together here, so that this file
# does not have them.
unfinished="TO""DO|FIX""ME|X""XX"
tracked .ci Makefile.am NEWS README README.md bench bootstrap configure.ac doc \
	fuzz m4 man parsers rules src tests >"$dir/tracked"
words() { # PATTERN
	(cd "$srcdir" && tr '\n' '\0' <"$dir/tracked" |
		xargs -0 grep -nIE "$1" /dev/null)
}
none "$(words "(^|[^A-Za-z0-9_])($unfinished)([^A-Za-z0-9_]|\$)")" \
	"nothing is marked as unfinished"
none "$(words "(^|[^A-Za-z0-9_.])/wo""rk/")" \
	"no path of a developer's machine"
done_testing
