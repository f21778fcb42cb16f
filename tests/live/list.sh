#!/bin/sh
# "keysail list" against the emulator: compared with what botocore finds there, and with each thing
# that may go wrong. Prints TAP.
set -u
SRCDIR=${SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
KEYSAIL=${KEYSAIL:-$SRCDIR/build/keysail}
PYTHON=/usr/bin/python3

if ! "$KEYSAIL" serve --help >/dev/null 2>&1; then
    echo "1..0 # SKIP built without the emulator"
    exit 0
fi

work=$(mktemp -d) || exit 1
server=
count=0

# No credentials, no configuration and no proxy but our own.
for name in $(env | sed -n 's/^\(AWS_[A-Z0-9_]*\)=.*/\1/p'); do unset "$name"; done
unset XDG_CONFIG_HOME http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy
HOME=$work
export HOME

stop() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null
        wait "$server" 2>/dev/null
    fi
    server=
}
trap 'stop; rm -rf "$work"' EXIT

# appears PATTERN FILE: waits for a line; a minute is more than enough.
appears() {
    tries=0
    until grep -q -- "$1" "$2" 2>/dev/null; do
        tries=$((tries + 1))
        if [ $tries -gt 600 ]; then
            echo "# no $1 in $2"
            return 1
        fi
        sleep 0.1
    done
}

# serve OPTION…: a new server, and the environment of its clients.
serve() {
    stop
    : >"$work/serve"
    "$KEYSAIL" serve --port 0 --still "$@" >"$work/serve" 2>&1 &
    server=$!
    appears '^aws ' "$work/serve" || return 1
    url=$(sed -n 's/^listening on //p' "$work/serve")
    eval "$(grep '^export ' "$work/serve")"
    unset AWS_DEFAULT_REGION
}

# list OPTION…: runs it; what it says is in out and err, how it ended in status.
list() {
    "$KEYSAIL" "$@" list --format json >"$work/out" 2>"$work/err"
    status=$?
}

# check NAME COMMAND…: the command says whether it is so.
check() {
    count=$((count + 1))
    name=$1
    shift
    if "$@" >"$work/check" 2>&1; then
        echo "ok $count - $name"
    else
        echo "not ok $count - $name"
        sed 's/^/# /' "$work/check"
        sed 's/^/# stderr: /' "$work/err"
        echo "# status: $status"
    fi
}

skip() {
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
}

# ended STATUS LINES: this exit status, so many lines on stderr, each of them ours.
ended() {
    [ "$status" -eq "$1" ] && [ "$(grep -c '^keysail: ' "$work/err")" -eq "$2" ] &&
        [ "$(wc -l <"$work/err")" -eq "$2" ]
}

says() {
    grep -qF -- "$1" "$work/err"
}

keys_in() {
    grep -c '"accessKeyId": "AKIA' "$1"
}

ids() {
    grep -o '"AKIA[A-Z0-9]*"' "$1"
}

# The same keys in the same order as at first: their ages differ with each server.
same_keys() {
    ids "$work/all" >"$work/ids" && ids "$work/out" | cmp - "$work/ids" && ended 0 0
}

# ---- what is there ----

serve --page-size 4
if $PYTHON "$SRCDIR/tests/live/list_truth.py" ready 2>/dev/null; then
    $PYTHON "$SRCDIR/tests/live/list_truth.py" truth "$url" >"$work/truth" 2>"$work/err"
    list -r all
    cp "$work/out" "$work/all"
    check "json is exactly what the server holds, page by page" \
        $PYTHON "$SRCDIR/tests/live/list_truth.py" same "$work/truth" "$work/all"
    "$KEYSAIL" -r all list --format csv >"$work/csv" 2>"$work/err"
    check "csv says the same" \
        $PYTHON "$SRCDIR/tests/live/list_truth.py" csv "$work/all" "$work/csv"
else
    list -r all
    cp "$work/out" "$work/all"
    skip "json is exactly what the server holds, page by page" "no botocore"
    skip "csv says the same" "no botocore"
fi
check "nothing failed" ended 0 0

total=$(keys_in "$work/all")
"$KEYSAIL" -r all list >"$work/out" 2>"$work/err"
status=$?
one_line_each() {
    [ "$(grep -c AKIA "$work/out")" -eq "$total" ] && head -n 1 "$work/out" | grep -q '^PROFILE  '
}
check "the table has a line for each key" one_line_each

list
check "without any region all are listed" cmp "$work/all" "$work/out"

AWS_REGION=eu-west-1
export AWS_REGION
list
only_region() { ended 0 0 && ! grep -q us-east-1\",\ \"bucket "$work/out" && grep -q eu-west-1 "$work/out"; }
check "the configured region is the only one" only_region
unset AWS_REGION

list -r us-east-1 -r eu-west-1 --read-only
two_regions() { ended 0 0 && [ "$(keys_in "$work/out")" -lt "$total" ] && grep -q us-east-1 "$work/out"; }
check "regions can be named" two_regions

list -r all --bucket media-assets
one_bucket() { ended 0 0 && [ "$(keys_in "$work/out")" -eq 2 ]; }
check "--bucket keeps one bucket" one_bucket

list -r all --bucket no-such-bucket
no_bucket() { ended 1 1 && says "there is no bucket no-such-bucket" && [ "$(cat "$work/out")" = "[]" ]; }
check "a bucket that isn't there is an error" no_bucket
list -r us-east-1 -r eu-west-1 --bucket no-such-bucket
nowhere() { ended 1 1 && says "there is no bucket no-such-bucket in eu-west-1, us-east-1 (keysail list shows"; }
check "which says where it was looked for, in order" nowhere

# ---- findings ----

list -r all --fail-on idle,unused
check "--fail-on that finds something ends with 3" ended 3 0
list -r all --bucket app-logs-staging --fail-on idle,unused,two-keys
check "--fail-on that finds nothing ends with 0" ended 0 0
mkdir -p "$work/.config/keysail"
printf '[policy]\nmax_age_days = 5\n[ui]\ncolour = red\n' >"$work/.config/keysail/config"
list -r all --bucket app-logs-staging --fail-on old
policy() { ended 3 1 && says "/.config/keysail/config, line 4: [ui] has no key colour"; }
check "the configuration's policy counts, and its mistakes are one line each" policy
rm "$work/.config/keysail/config"

# ---- what goes wrong at the service ----

serve --fault kind=access-denied,op=GetBuckets,region=eu-west-1
list -r all --fail-on idle
one_region() { ended 1 1 && says "eu-west-1: AccessDeniedException" && grep -q us-east-1 "$work/out"; }
check "a region that fails is one line, the rest is printed, and 1 beats 3" one_region
list -r us-east-1 -r eu-west-1 --bucket no-such-bucket
may_be_there() { ended 1 2 && says "no bucket no-such-bucket in us-east-1; it may be in eu-west-1, which could"; }
check "a bucket may be in the region that failed" may_be_there
list -r eu-west-1 --bucket no-such-bucket
nobody_answered() { ended 1 1 && ! says "there is no bucket"; }
check "where no region answers no bucket is denied" nobody_answered

serve --fault kind=access-denied,op=GetBucketAccessKeys,nth=2
list -r all
one_failed() { ended 1 1 && says "AccessDeniedException" && [ "$(keys_in "$work/out")" -lt "$total" ]; }
check "a bucket whose keys can't be read is one line" one_failed

serve --fault kind=access-denied,op=GetRegions
list
check "who may not list regions still gets all keys" same_keys

serve --fault kind=throttling,op=GetBucketAccessKeys,every=3,count=2 \
    --fault kind=html503,op=GetBuckets,every=2,count=2
list -r all
check "throttling and a page of HTML are overcome" same_keys

for kind in truncated malformed wrong-types; do
    serve --fault kind=$kind,op=GetBuckets,region=us-east-1
    list -r us-east-1 -r eu-west-1
    not_understood() { ended 1 1 && says "us-east-1: " && grep -q eu-west-1 "$work/out"; }
    check "a reply that is $kind is one line" not_understood
done

serve --fault kind=invalid-token
list -r all
refused() { ended 1 1 && says UnrecognizedClientException && [ "$(cat "$work/out")" = "[]" ]; }
check "refused credentials are one line, not one for each region" refused

# ---- what goes wrong here ----

serve
AWS_SECRET_ACCESS_KEY=wrong list -r us-east-1
wrong_secret() { ended 1 1 && says "InvalidSignatureException" && says "check the secret access key"; }
check "a wrong secret says what to check" wrong_secret

list -p nope
no_profile() { ended 1 1 && says nope; }
check "a profile that isn't there is one line" no_profile

key=$AWS_ACCESS_KEY_ID
unset AWS_ACCESS_KEY_ID
list
check "no credentials are one line" ended 1 1
AWS_ACCESS_KEY_ID=$key
export AWS_ACCESS_KEY_ID

list -r us-east-1 --log-file "$work/log"
no_secret() { ended 0 0 && [ -s "$work/log" ] && ! grep -qF "$AWS_SECRET_ACCESS_KEY" "$work/log"; }
check "the log holds no secret" no_secret

"$KEYSAIL" -r us-east-1 list >/dev/full 2>"$work/err"
status=$?
check "a full disk is an error" ended 1 1

crowded() { ended 1 1 && says "Too many files are open"; }
if bash -c 'ulimit -n 2048' 2>/dev/null; then
    bash -c 'ulimit -n 2048; for fd in {3..1100}; do eval "exec $fd</dev/null"; done
        exec "$1" -r us-east-1 list' - "$KEYSAIL" >"$work/out" 2>"$work/err"
    status=$?
    check "a thousand files that were left open are one line" crowded
else
    skip "a thousand files that were left open are one line" "no bash, or too few files allowed"
fi

serve --latency 300
mkfifo "$work/pipe"
"$KEYSAIL" -r us-east-1 list >"$work/pipe" 2>"$work/err" &
child=$!
: <"$work/pipe"
wait $child
status=$?
check "a reader that left is an error" ended 1 1

for signal in INT:130 TERM:143; do
    # Not for longer: a signal in pselect is put off by TSan until the read ends.
    serve --fault kind=hang,op=GetBuckets,region=us-east-1,ms=20000
    rm -f "$work/log"
    env --default-signal="${signal%:*}" "$KEYSAIL" -r us-east-1 -r eu-west-1 \
        --log-file "$work/log" list \
        >"$work/out" 2>"$work/err" &
    child=$!
    appears GetBuckets "$work/log"
    kill -"${signal%:*}" $child
    wait $child
    status=$?
    check "SIG${signal%:*} ends it while a read hangs" ended "${signal#*:}" 0
done

stop
list -r us-east-1
check "no server is one line" ended 1 1

"$KEYSAIL" list --format xml >"$work/out" 2>"$work/err"
status=$?
check "wrong usage ends with 2 and one line" ended 2 1

env -i HOME="$work" "$KEYSAIL" --demo list --format json >"$work/out" 2>"$work/err"
status=$?
demo() { ended 0 0 && [ "$(keys_in "$work/out")" -gt 10 ]; }
check "the demo needs no environment" demo

echo "1..$count"
