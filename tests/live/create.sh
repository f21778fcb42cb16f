#!/bin/sh
# "keysail create" against the emulator, and what the AWS CLI finds there afterwards. Prints TAP.
set -u
SRCDIR=${SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
BUILDDIR=${BUILDDIR:-$SRCDIR/build}
KEYSAIL=${KEYSAIL:-$BUILDDIR/keysail}
# shellcheck source=tests/live/emulator_lib.sh
. "$SRCDIR/tests/live/emulator_lib.sh"

"$KEYSAIL" serve --help >/dev/null 2>&1 || skip_all "built without the emulator"
[ -x "$AWS" ] || skip_all "no AWS CLI"
start_aws

export XDG_STATE_HOME="$work/state"
journal=$XDG_STATE_HOME/keysail/journal.jsonl
profiles=$work/profiles

lightsail() { "$AWS" --endpoint-url "$url" lightsail "$@"; }
keysail() {
	AWS_SHARED_CREDENTIALS_FILE=$profiles "$KEYSAIL" --endpoint-url "$url" -r us-east-1 "$@"
}

# ids: the keys of the bucket, by somebody else's word.
ids() { lightsail get-bucket-access-keys --bucket-name attic --query 'accessKeys[].accessKeyId' --output text; }
has_none() { [ "$(ids)" = None ] || [ -z "$(ids)" ]; }

# seed OPTION...: a server with an empty bucket, and no journal.
seed() {
	rm -rf "$XDG_STATE_HOME"
	start_server --port 0 --still --buckets 0 "$@" &&
		lightsail create-bucket --bucket-name attic --bundle-id small_1_0 >/dev/null
}

# exits STATUS LINES NAME PATTERN ARGUMENT...: this exit status, and so many lines on stderr, one of
# which matches; after a failure nothing on stdout.
exits() {
	wanted=$1 lines=$2 name=$3 pattern=$4
	shift 4
	keysail "$@" >"$work/printed" 2>"$work/said"
	status=$?
	[ "$status" -eq "$wanted" ] && [ "$(wc -l <"$work/said")" -eq "$lines" ] &&
		{ [ "$status" -eq 0 ] || ! [ -s "$work/printed" ]; } &&
		{ [ -z "$pattern" ] || grep -q -e "$pattern" "$work/said"; }
	status=$?
	cp "$work/printed" "$work/out"
		result "$status" "$name"
}

# printed_the_key: its ID is all that was printed, and it is the bucket's newest.
printed_the_key() {
	[ "$(wc -l <"$work/printed")" -eq 1 ] && ids | grep -q -F "$(cat "$work/printed")"
}

# ---- what is refused before a key is made ----
check "a server with an empty bucket" seed
exits 2 1 "without a sink nothing is made" 'say with --to' create attic
exits 2 1 "an unknown sink is named with those that there are" 'profile:NAME, env:FILE' \
	create attic --to clipboard
exits 1 1 "--read-only makes nothing" 'read-only' --read-only create attic --to env:"$work/o.env"
exits 1 1 "a bucket that isn't there is named" 'there is no bucket cellar in us-east-1 (keysail list' \
	create cellar --to env:"$work/o.env"
exits 1 1 "a file in a folder that isn't there" 'no key was made.*nowhere' \
	create attic --to env:"$work/nowhere/o.env"
exits 1 1 "a program that isn't there" 'no key was made.*no-such-program' \
	create attic --to 'command:no-such-program --x'
echo "mine" >"$work/mine.env"
exits 1 1 "a file that is there" 'no key was made.*is there already.*--replace' \
	create attic --to env:"$work/mine.env"
check "it is as it was" test "$(cat "$work/mine.env")" = mine
check "and none of this has made a key" has_none
rm -rf "$XDG_STATE_HOME"
echo "in the way" >"$XDG_STATE_HOME"
exits 1 1 "without a journal no key is made" 'no key was made: Without the journal.*XDG_STATE_HOME' \
	create attic --to json:"$work/o.json"
check "and there is none" has_none
rm -f "$XDG_STATE_HOME"
mkdir "$XDG_STATE_HOME" && chmod 777 "$XDG_STATE_HOME"
exits 1 1 "nor where others could replace the journal" \
	"no key was made: .*: other users can write to .*(chmod go-w $XDG_STATE_HOME, or " \
	create attic --to json:"$work/o.json"
check "there is none either" has_none
check "and no journal" test ! -e "$journal"
rm -rf "$XDG_STATE_HOME"

# ---- delivered ----
exits 0 0 "a profile" '' create attic --to profile:media
check "the key's ID is all that is printed" printed_the_key
has "the AWS CLI knows the profile" "$(cat "$work/printed" 2>/dev/null)" \
	env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY AWS_SHARED_CREDENTIALS_FILE="$profiles" \
	"$AWS" --profile media configure get aws_access_key_id
check "the file is the user's alone" test "$(stat -c %a "$profiles")" = 600
check "no backup is left beside it" sh -c "! ls '$profiles'.* 2>/dev/null"
exits 1 1 "the same profile again" 'no key was made.*\[media\] already' \
	create attic --to profile:media
exits 0 0 "with --replace it is another key" '' create attic --to profile:media --replace
check "whose ID is printed" printed_the_key
exits 1 1 "a third key is refused" \
	'no key was made: this bucket has two keys, [^:]* deactivate one (rotate or delete a key first)$' create attic --to env:"$work/third.env"
check "and leaves no file" sh -c "! ls '$work'/third.env* 2>/dev/null"
check "the journal has nothing open" sh -c \
	"test \$(grep -c '\"entry\":\"confirmed\"' '$journal') -eq \$(grep -c '\"entry\":\"create\"' '$journal')"
check "and is the user's alone" test "$(stat -c %a "$journal")" = 600

check "another server" seed
cat >"$work/vault" <<-'END'
	#!/bin/sh
	{ cat; echo; echo "$KEYSAIL_ACCESS_KEY_ID $KEYSAIL_BUCKET $KEYSAIL_REGION"; } >"$1"
END
chmod +x "$work/vault"
exits 0 0 "a command" '' create attic --to "command:$work/vault '$work/kept in vault'"
check "its key's ID is printed" printed_the_key
check "the command got the secret and knows whose it is" sh -c \
	"grep -q -E '^[A-Za-z0-9+/]{40}\$' '$work/kept in vault' &&
		grep -q -F '$(cat "$work/printed") attic us-east-1' '$work/kept in vault'"
: >"$work/open.json"
chmod 644 "$work/open.json"
exits 0 1 "a file that others can read is warned of" 'Other users may read' \
	create attic --to json:"$work/open.json" --replace

# ---- what fails after the key was made ----
check "a server for failures" seed
exits 1 1 "a command that fails has the key deleted again" 'the key was not delivered: false failed with exit status 1.*was deleted again' \
	create attic --to command:false
check "there is none" has_none
check "the journal knows that it is gone" sh -c "tail -n 1 '$journal' | grep -q '\"deleted\"'"
printf '#!/bin/sh\ncat >/dev/null\nkill -9 $$\n' >"$work/dies" && chmod +x "$work/dies"
exits 1 1 "of a deleted key there may be something to remove" \
	'was ended by signal 9 .*was deleted again (its secret may have arrived all the same: remove it there)$' \
	create attic --to "command:$work/dies"
check "a server that deletes nothing" seed --fault kind=access-denied,op=DeleteBucketAccessKey
exits 1 1 "then the line says that the key is still there" 'was not deleted again: AccessDeniedException: .*(delete it: keysail delete attic AKIA[A-Z0-9]* --yes)' \
	create attic --to command:false
check "it is" sh -c "grep -q \"key \$1 was not\" '$work/said'" sh "$(ids)"
check "the journal has it open" sh -c \
	"grep -q '\"done\".*'\"\$1\" '$journal' && ! grep -q '\"delivered\"\\|\"deleted\"\\|\"kept\"' '$journal'" \
	sh "$(ids)"

check "a server that loses the answer" seed --fault kind=reset-after,op=CreateBucketAccessKey,count=1
exits 1 1 "a lost answer is a guess, and says so" 'the secret was lost: .*which this call may have made.*unless somebody else' \
	create attic --to env:"$work/lost.env"
check "there is one key, so nothing was sent again" sh -c "test \$(echo \"\$1\" | wc -w) -eq 1" sh "$(ids)"
check "the guess is not deleted, and named" sh -c "grep -q -F \"\$1\" '$work/said'" sh "$(ids)"
check "the journal doesn't know what became of it" sh -c "tail -n 1 '$journal' | grep -q '\"unknown\"'"

# ---- what the line says to do closes what the journal has open ----
# obey: runs the command that the last line of stderr names.
obey() {
	told=$(sed -n 's/.*delete it: keysail \(delete [^)]*\)).*/\1/p' "$work/said")
	# shellcheck disable=SC2086 # these are words
	[ -n "$told" ] && keysail $told >"$work/printed"
}
nothing_is_open() { tail -n 1 "$journal" | grep -q '"entry":"deleted"'; }
cp "$work/said" "$work/err"
check "the key that may have come of it is deleted as the line says" obey
check "it is gone" has_none
check "the journal has nothing open of it" nothing_is_open
check "a server that refuses one delete" seed --fault kind=access-denied,op=DeleteBucketAccessKey,count=1
exits 1 1 "a key that was not delivered stays" 'delete it: keysail' create attic --to command:false
check "it is deleted as the line says" obey
check "that key is gone, too" has_none
check "and the journal has nothing open" nothing_is_open

# ---- deleting goes on without a journal ----
check "a server with a key" seed
exits 0 0 "a key to delete" '' create attic --to env:"$work/gone.env"
rm -rf "$XDG_STATE_HOME"
echo "in the way" >"$XDG_STATE_HOME"
exits 0 1 "a key is deleted without a journal, with a warning" 'journal' delete attic "$(ids)" --yes
check "it is gone" has_none
rm -f "$XDG_STATE_HOME"

# ---- what the service says, once and in plain words ----
check "a server that fails" seed --fault kind=unavailable,op=CreateBucketAccessKey
exits 1 1 "that no key was made is said once" \
	'^keysail: no key was made: ServiceUnavailable: The request [^(]*server (try again)$' \
	create attic --to env:"$work/x.env"
check "a server that answers with a page" seed --fault kind=html503,op=CreateBucketAccessKey
exits 1 1 "a status is said with what it means" \
	'made: The answer was HTTP status 503 (Service Unavailable), without a readable reason (try again)$' \
	create attic --to env:"$work/x.env"
check "a server that breaks off" seed --fault kind=reset-before,op=GetBucketAccessKeys
exits 1 1 "no word of ours stands before the message" \
	'made: The connection ended .* (check the connection and the proxy, then try again)$' \
	create attic --to env:"$work/x.env"
check "a server that is asked too often" seed --fault kind=throttling,op=CreateBucketAccessKey
exits 1 1 "a code of the service's is said with what it means" \
	'made: ThrottlingException: Rate exceeded (there were too many calls: try again in a moment)$' \
	create attic --to env:"$work/x.env"

# ---- the journal, and the output ----
check "a server for output that can't be written" seed
keysail create attic --to env:"$work/full.env" >/dev/full 2>"$work/said"
check "a full disk is an error" test $? -eq 1
check "which says that the key is delivered all the same" grep -q 'made and delivered, but' "$work/said"
secret=$(sed -n 's/^AWS_SECRET_ACCESS_KEY=//p' "$work/full.env")
check "the journal holds no secret" sh -c "test -n \"\$1\" && ! grep -q -F -e \"\$1\" '$journal'" sh "$secret"
finish
