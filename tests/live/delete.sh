#!/bin/sh
# "keysail delete" against the emulator, and what the AWS CLI finds there afterwards. Prints TAP.
set -u
SRCDIR=${SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
BUILDDIR=${BUILDDIR:-$SRCDIR/build}
KEYSAIL=${KEYSAIL:-$BUILDDIR/keysail}
# shellcheck source=tests/live/emulator_lib.sh
. "$SRCDIR/tests/live/emulator_lib.sh"

"$KEYSAIL" serve --help >/dev/null 2>&1 || skip_all "built without the emulator"
[ -x "$AWS" ] || skip_all "no AWS CLI"
start_aws

lightsail() { "$AWS" --endpoint-url "$url" lightsail "$@"; }
keysail() {
	"$KEYSAIL" --endpoint-url "$url" -r us-east-1 "$@"
}

# ids: the keys of the bucket, by somebody else's word.
ids() { lightsail get-bucket-access-keys --bucket-name attic --query 'accessKeys[].accessKeyId' --output text; }

is_gone() { [ "$(ids)" = None ] || [ -z "$(ids)" ]; }

# seed OPTION...: a server with an empty bucket, and a key in it: key.
seed() {
	start_server --port 0 --still --buckets 0 "$@" || return 1
	lightsail create-bucket --bucket-name attic --bundle-id small_1_0 >/dev/null &&
		key=$(lightsail create-bucket-access-key --bucket-name attic \
			--query accessKey.accessKeyId --output text)
}

# exits STATUS LINES NAME PATTERN ARGUMENT...: this exit status, and so many lines on stderr, one of
# which matches.
exits() {
	wanted=$1 lines=$2 name=$3 pattern=$4
	shift 4
	keysail "$@" >"$work/out" 2>"$work/err"
	status=$?
	[ "$status" -eq "$wanted" ] && [ "$(wc -l <"$work/err")" -eq "$lines" ] &&
		{ [ -z "$pattern" ] || grep -q -e "$pattern" "$work/err"; }
	result $? "$name"
}

check "a server with one key" seed
exits 2 1 "without --yes nothing is deleted" 'say --yes' delete attic "$key"
check "the key is still there" test "$(ids)" = "$key"
exits 1 1 "--read-only deletes nothing" \
	'not deleted: keysail runs with --read-only (start it without that to delete a key)$' --read-only delete attic "$key" --yes
check "and still" test "$(ids)" = "$key"
exits 1 1 "a bucket that isn't there is named" 'there is no bucket cellar in us-east-1 (keysail list' delete cellar "$key" --yes
exits 1 1 "a key that isn't there is named" 'attic has no key AKIAIOSFODNN7EXAMPLE (keysail list --bucket attic' \
	delete attic AKIAIOSFODNN7EXAMPLE --yes
exits 0 0 "a key is deleted" '' delete attic "$key" --yes
check "its ID is all that is printed" test "$(cat "$work/out")" = "$key"
check "it is gone" is_gone

# Revoking goes on where no journal can be kept.
check "a server with a key again" seed
mkdir "$work/shared" && chmod 777 "$work/shared"
export XDG_STATE_HOME="$work/shared"
exits 0 1 "where others could replace the journal, it deletes with a warning" \
	"This change is not in the journal: .*: other users can write to .*(chmod go-w $work/shared, or " \
	delete attic "$key" --yes
unset XDG_STATE_HOME
check "the key is gone all the same" is_gone
check "no journal was begun" test ! -e "$work/shared/keysail"

check "a server that loses one answer" seed --fault kind=reset-after,op=DeleteBucketAccessKey,count=1
exits 0 0 "a lost answer is looked into: the key is gone" '' delete attic "$key" --yes
check "it is" is_gone

# The limit is for a program that waits all the same.
check "a server of which one region hangs" seed --fault kind=hang,region=eu-west-1
timeout 60 "$KEYSAIL" --endpoint-url "$url" -r us-east-1 -r eu-west-1 \
	delete attic "$key" --yes >"$work/out" 2>"$work/err"
check "nobody waits for that region" test $? -eq 0
check "the key is gone" is_gone

check "a server of which one region fails" seed --fault kind=unavailable,region=eu-west-1
exits 1 2 "the region that may have the bucket is named" \
	'no bucket cellar in us-east-1; it may be in eu-west-1, which could not be read (try again' \
	-r eu-west-1 delete cellar "$key" --yes
check "a server that is busy" seed --fault kind=throttling,op=GetBuckets
exits 1 1 "where nothing could be read no bucket is denied" 'Rate exceeded (.*: try again in a moment)' \
	delete attic "$key" --yes
check "a server that shows no keys" seed --fault kind=access-denied,op=GetBucketAccessKeys
exits 1 1 "a bucket whose keys can't be read is not said to have none" \
	"key $key was not deleted, since the keys of bucket attic could not be read: Access" \
	delete attic "$key" --yes

check "a server that refuses" seed --fault kind=access-denied,op=DeleteBucketAccessKey
exits 1 1 "a refusal is one line" "key $key was not deleted: AccessDeniedException" delete attic "$key" --yes
check "the key is there" test "$(ids)" = "$key"

check "a server for output that can't be written" seed
keysail delete attic "$key" --yes >/dev/full 2>"$work/said"
check "a full disk is an error" test $? -eq 1
check "which says that the key is gone all the same" grep -q "$key was deleted, but" "$work/said"
check "and it is" is_gone
finish
