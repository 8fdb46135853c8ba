#!/bin/sh
# One recording gives the same facts, read as perf.data and as the text that
# perf script makes of it: of the test data, and of recordings made here. The
# texts are without names of functions, as the data are: what they mean does not
# depend on them.
set -u
. "$srcdir/tests/tap.sh"
dir=$(scratch perf_forms)

# perf keeps copies of what it saw below $HOME.
HOME=$dir/home
export HOME
mkdir "$HOME"

# One fact a line, without the artifact's name.
facts_of() { # FILE
	"$WHYSLOW" facts --json "$1" </dev/null | tr -d '\n' |
		sed 's/}, *{/}\n{/g' | grep '"name": *"perf[.]' |
		sed 's/ *"artifact": *[^,]*,//; s/  */ /g; s/[]} ]*$//'
}

# How many facts have a value.
valued() { # FILE
	grep -c '"presence": *"value"' "$1"
}

same_facts() { # DATA TEXT NAME LEAST [PRESENCE]
	facts_of "$1" | grep "\"presence\": *\"${5-}" >"$dir/of-data"
	facts_of "$2" | grep "\"presence\": *\"${5-}" >"$dir/of-text"
	cmp -s "$dir/of-data" "$dir/of-text"
	ok $? "$3: facts of data and text"
	cmp -s "$dir/of-data" "$dir/of-text" ||
		note "$(diff "$dir/of-data" "$dir/of-text" | head -n 20)"
	test "$(valued "$dir/of-data")" -ge "$4"
	ok $? "$3: $(valued "$dir/of-data") of them have values"
}

as_text() { # FILE
	perf script --header --ns --show-switch-events --show-lost-events \
		-F sw:comm,pid,tid,time,period,event,ip,dso \
		-F trace:comm,pid,tid,time,event,trace,ip,dso \
		-i "$1" 2>/dev/null
}

# Of what has a value: of a recording with a single wait, one without names, the
# text was seen to have groups that are empty where the data has none.
test_fresh() { # NAME LEAST OPTION...
	name=$1 least=$2
	shift 2
	if perf record -q -o "$dir/perf.data" "$@" -- \
		"$WHYSLOW" facts "$srcdir/testdata/perf-data/forms" \
		>"$dir/out" 2>&1 && as_text "$dir/perf.data" >"$dir/perf.txt"
	then
		same_facts "$dir/perf.data" "$dir/perf.txt" "$name" "$least" \
			value
	else
		skip "$name: perf may not record that here"
	fi
}

same_facts "$srcdir/testdata/perf-data/forms/input.data" \
	"$srcdir/testdata/perf-script/forms/input.txt" "test data" 15
if perf version >"$dir/version" 2>&1; then
	test_fresh "a thread's waits" 2 -g --switch-events \
		-e sched:sched_switch,sched:sched_wakeup,page-faults \
		-e syscalls:sys_enter_futex,syscalls:sys_exit_futex \
		-e syscalls:sys_enter_read,syscalls:sys_exit_read
	# With room for what a busy machine does: of what is lost, the data know
	# more than the text.
	test_fresh "a machine's waits" 2 -a -g -m 4M -e sched:sched_switch \
		-e sched:sched_wakeup,sched:sched_wakeup_new \
		-e raw_syscalls:sys_enter,raw_syscalls:sys_exit \
		-e block:block_rq_issue,block:block_rq_complete \
		-e lock:contention_begin,lock:contention_end
	test_fresh "roles" 2 -e task-clock,cpu-clock,minor-faults,page-faults \
		-e context-switches,sched:sched_switch
else
	skip "there is no perf here"
fi
done_testing
