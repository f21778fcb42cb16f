#!/bin/sh
# "keysail create" is killed before each call by which it changes, tells or learns anything: there
# is no key then, or a delivered one, or one that the journal has open. Prints TAP.
set -u
SRCDIR=${SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
BUILDDIR=${BUILDDIR:-$SRCDIR/build}
KEYSAIL=${KEYSAIL:-$BUILDDIR/keysail}
# shellcheck source=tests/live/emulator_lib.sh
. "$SRCDIR/tests/live/emulator_lib.sh"

"$KEYSAIL" serve --help >/dev/null 2>&1 || skip_all "built without the emulator"
PYTHON="/usr/bin/python3 -B"
killed() { $PYTHON "$SRCDIR/tests/live/killed.py" "$@"; }
killed make http://127.0.0.1:9 0 2>/dev/null || skip_all "no botocore"
kill_at=$BUILDDIR/tests/support/kill_at.so
[ -f "$kill_at" ] || skip_all "nothing can be preloaded here"

# More than there are calls in a run.
most=200
export XDG_STATE_HOME="$work/state"
journal=$XDG_STATE_HOME/keysail/journal.jsonl

# run_until_whole: a run for each bucket, until one was not killed any more.
run_until_whole() {
	number=0
	status=137
	while [ "$status" -eq 137 ] && [ "$number" -lt "$most" ]; do
		number=$((number + 1))
		KILL_AT=$number LD_PRELOAD=$kill_at "$KEYSAIL" --endpoint-url "$url" -r us-east-1 \
			create "victim-$number" --to "json:$work/victim-$number.json" >"$work/id" 2>"$work/err"
		status=$?
	done
	[ "$status" -eq 0 ] && [ "$number" -gt 20 ]
}

# In a sanitizer's build its own library must come first.
LD_PRELOAD=$kill_at "$KEYSAIL" --version >/dev/null 2>&1 || skip_all "this build takes no preloaded library"

start_server --still --buckets 0 || exit 1
check "buckets for all of them" killed make "$url" "$most"
run_until_whole 2>/dev/null
check "it was killed at every call, and then it was whole" test $? -eq 0
has "no key is lost, and none is there twice" "open" killed judge "$url" "$journal" "$work"
echo "# $number runs: $(cat "$work/out")"
check "the journal holds no secret" sh -c \
	"! grep -q -F \"\$(sed -n 's/.*secretAccessKey\": *\"\\([^\"]*\\)\".*/\\1/p' '$work/victim-$number.json')\" '$journal'"
check "and no half file is left beside" sh -c "test -z \"\$(find '$work' -name '*victim-$number.json?*')\""
finish
