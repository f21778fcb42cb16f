#!/bin/sh
# Several profiles and regions at once, on the command line, against the emulator. Both profiles are
# of one account, so that each bucket is there twice. Prints TAP.
set -u
SRCDIR=${SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
KEYSAIL=${KEYSAIL:-$SRCDIR/build/keysail}

if ! "$KEYSAIL" serve --help >/dev/null 2>&1; then
    echo "1..0 # SKIP built without the emulator"
    exit 0
fi

work=$(mktemp -d) || exit 1
server=
count=0

# No credentials, no configuration and no proxy but our own.
for name in $(env | sed -n 's/^\(AWS_[A-Z0-9_]*\)=.*/\1/p'); do unset "$name"; done
unset XDG_CONFIG_HOME XDG_STATE_HOME http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy
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

# serve OPTION…: a new server, and two profiles that lead to it.
serve() {
    stop
    : >"$work/serve"
    "$KEYSAIL" serve --port 0 --still --seed 7 "$@" >"$work/serve" 2>&1 &
    server=$!
    appears '^aws ' "$work/serve" || return 1
    url=$(sed -n 's/^listening on //p' "$work/serve")
    id=$(sed -n 's/^export AWS_ACCESS_KEY_ID=//p' "$work/serve")
    secret=$(sed -n 's/^export AWS_SECRET_ACCESS_KEY=//p' "$work/serve")
    mkdir -p "$work/.aws"
    for profile in prod dev; do
        printf '[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\nendpoint_url = %s\n' \
            "$profile" "$id" "$secret" "$url"
    done >"$work/.aws/credentials"
    printf '[profile broken]\ncredential_process =\naws_access_key_id = AKIA\n' >"$work/.aws/config"
}

# list OPTION…: runs it; what it says is in out and err, how it ended in status.
list() {
    "$KEYSAIL" list --format csv "$@" >"$work/out" 2>"$work/err"
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

# ended STATUS LINES: how it ended, and how much it said on stderr.
ended() { [ "$status" -eq "$1" ] && [ "$(wc -l <"$work/err")" -eq "$2" ]; }
says() { grep -qF -- "$1" "$work/err"; }
# keys_of PROFILE: its lines without the profile.
keys_of() { sed -n "s/^$1,//p" "$work/out"; }

serve || exit 1

list -p prod -p dev -r all
same_twice() {
    ended 0 0 || return 1
    keys_of prod >"$work/prod"
    keys_of dev >"$work/dev"
    [ -s "$work/prod" ] && cmp "$work/prod" "$work/dev"
}
check "two profiles list the same account twice" same_twice

dev_first() { [ "$(cut -d, -f1 "$work/out" | uniq | tr '\n' ' ')" = "profile dev prod " ]; }
check "in the order of the profiles, then of regions" dev_first

list -p prod -p dev -r us-east-1 --bucket media-assets
one_bucket_each() { ended 0 0 && [ "$(keys_of prod | wc -l)" -eq 2 ] && [ "$(keys_of dev | wc -l)" -eq 2 ]; }
check "--bucket finds it in each" one_bucket_each

list -p prod -p broken -r us-east-1
one_fails() { ended 1 1 && says "keysail: broken: " && [ "$(keys_of prod | wc -l)" -gt 0 ]; }
check "a profile that fails is one line, and the other is there" one_fails

list -p prod -p nobody -r us-east-1
no_profile() { ended 1 1 && says "There is no profile nobody"; }
check "a profile that isn't there is an error here" no_profile

# What was chosen in the terminal program is nobody's business here.
mkdir -p "$work/.local/state/keysail"
echo '{"profiles": ["dev"], "regions": ["us-east-1"]}' >"$work/.local/state/keysail/choice.json"
list
no_memory() { ended 1 1 && says "keysail: default: "; }
check "the choice of the terminal program doesn't count" no_memory

"$KEYSAIL" create media-assets --to "env:$work/new.env" -p prod -p dev -r us-east-1 \
    >"$work/out" 2>"$work/err"
status=$?
two_places() {
    ended 1 1 && says "there are 2 buckets media-assets: prod us-east-1, dev us-east-1 (say which one with -p" &&
        ! [ -e "$work/new.env" ]
}
check "create names both places of a bucket and makes nothing" two_places

# change COMMAND...: runs it; out, err and status as those of list.
change() {
    "$KEYSAIL" "$@" >"$work/out" 2>"$work/err"
    status=$?
}
change create ci-artifacts --to "env:$work/new.env" -p prod -p broken -r us-east-1
in_doubt() {
    ended 1 2 && says "keysail: broken: " &&
        says "no key was made: bucket ci-artifacts may be in profile broken as well, which could not be read (" &&
        says "say which one with -p PROFILE and -r REGION)" && ! [ -s "$work/out" ] && ! [ -e "$work/new.env" ]
}
check "create decides nothing while a profile can't be read" in_doubt

change create ci-artifacts --to "env:$work/new.env" -p prod -r us-east-1
made() { ended 0 0 && [ -s "$work/out" ] && [ -s "$work/new.env" ]; }
check "and makes the key where it is said which one" made

new_key=$(cat "$work/out")
change delete ci-artifacts AKIA0000NOSUCHKEY000 --yes -p prod -p broken -r us-east-1
unread_named() { ended 1 2 && says "keysail: broken: " && says "has no key AKIA0000NOSUCHKEY000"; }
check "delete says what it could not read when it finds no such key" unread_named

change delete ci-artifacts "$new_key" --yes -p prod -p broken -r us-east-1
gone() { ended 0 0 && [ "$(cat "$work/out")" = "$new_key" ]; }
check "and needs no more than the key" gone

# ---- regions that are not enabled ----

serve --fault kind=invalid-token,region=ap-east-1 --fault kind=region-setup,region=eu-south-2 || exit 1
list -p prod -p dev -r all
quiet() { ended 0 0 && [ "$(keys_of prod | wc -l)" -gt 0 ]; }
check "with all regions, those that aren't enabled are no failure" quiet
list -p prod -r us-east-1 -r ap-east-1
told() { ended 1 1 && says "keysail: prod, ap-east-1: " && says "enable this region for the account"; }
check "who names one is told" told
list -p prod -r all --bucket no-such-bucket
elsewhere() { ended 1 1 && says "there is no bucket no-such-bucket in " && ! says "may be in"; }
check "a bucket is not looked for there" elsewhere

serve --fault kind=invalid-token,region=us-east-2 || exit 1
list -p prod -p dev -r all
failures() { ended 1 2 && says "keysail: prod, us-east-2: " && says "keysail: dev, us-east-2: "; }
check "a region that every account has fails by itself, for each profile" failures
change create ci-artifacts --to "env:$work/new.env" --replace -p prod -r us-east-1 -r us-east-2
region_in_doubt() {
    ended 1 2 && says "keysail: prod, us-east-2: " && says "may be in us-east-2 as well, which could not be read ("
}
check "create decides nothing while a region can't be read" region_in_doubt

echo "1..$count"
