#!/bin/sh
# Keys that "keysail create" delivers are read and used by those programs that the files are for: the
# AWS CLI, sh, Python, rclone and s3cmd.
set -u
# shellcheck source=tests/live/emulator_lib.sh
. "$SRCDIR/tests/live/emulator_lib.sh"
[ -x "$AWS" ] || skip_all "the AWS CLI isn't installed"
start_aws
export AWS
bucket=training-videos

lightsail() {
	"$AWS" --endpoint-url "$url" lightsail "$@"
}

# make_room: of two keys the older one goes.
make_room() {
	# shellcheck disable=SC2016 # a query of the CLI's
	old=$(lightsail get-bucket-access-keys --bucket-name "$bucket" --output text \
		--query 'sort_by(accessKeys, &createdAt)[:-1].accessKeyId')
	[ -z "$old" ] || [ "$old" = None ] ||
		lightsail delete-bucket-access-key --bucket-name "$bucket" --access-key-id "$old" >/dev/null
}

# deliver SINK [--replace]: of a new key.
deliver() {
	make_room
	AWS_SHARED_CREDENTIALS_FILE="$work/aws/credentials" RCLONE_CONFIG="$work/rclone/rclone.conf" \
		"$KEYSAIL" --endpoint-url "$url" -r us-east-1 create "$bucket" --to "$1" ${2+"$2"}
}

# The account's own keys must not be what works.
without_keys() {
	env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY "$@"
}

start_server --still || exit 1
cd "$work" || exit 1
echo "something" >hello.txt

# ---- the AWS CLI ----
as_profile() {
	without_keys env AWS_SHARED_CREDENTIALS_FILE="$work/aws/credentials" \
		"$AWS" --endpoint-url "$url" --profile "$@"
}
has "a profile in a file that isn't there yet" '^AKIA[A-Z0-9]*$' deliver profile:first
check "the AWS CLI writes with it" as_profile first s3 cp hello.txt "s3://$bucket/"
has "the AWS CLI uses the profile" hello.txt as_profile first s3 ls "s3://$bucket"
cat >>aws/credentials <<-'END'

	# by hand
	[other.one]
	aws_access_key_id = AKIAIOSFODNN7EXAMPLE
	aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
	aws_session_token = stale
END
check "a profile beside others" deliver profile:media@eu
has "the AWS CLI uses that one, too" hello.txt as_profile media@eu s3 ls "s3://$bucket"
fails "an existing profile is not replaced" "already" deliver profile:other.one
check "an existing profile with --replace" deliver profile:other.one --replace
has "the AWS CLI uses it, without the stale token" hello.txt \
	as_profile other.one s3 ls "s3://$bucket"
fails "the key in the profile is gone" InvalidAccessKeyId \
	as_profile first s3 ls "s3://$bucket"
check "a new key into the first profile" deliver profile:first --replace
has "the AWS CLI uses the new key" hello.txt as_profile first s3 ls "s3://$bucket"
has "and still knows every profile" '^first media@eu other.one $' sh -c \
	"AWS_SHARED_CREDENTIALS_FILE='$work/aws/credentials' '$AWS' configure list-profiles |
		sort | tr '\n' ' '"
has "and the remark is still there" '# by hand' cat aws/credentials

# ---- files ----
check "an env file" deliver env:out.env
# shellcheck disable=SC2016 # for the inner shell
has "sh reads the env file" hello.txt without_keys sh -c \
	'set -a; . ./out.env; "$AWS" --endpoint-url "$AWS_ENDPOINT_URL_S3" s3 ls "s3://$1"' \
	sh "$bucket"
check "a JSON file" deliver json:out.json
if command -v python3 >/dev/null; then
	has "Python reads the JSON file" "^us-east-1	$bucket	$url\$" python3 -c 'import json
key = json.load(open("out.json"))
print(*(key[name] for name in ("region", "bucket", "endpoint")), sep="\t")
with open("from.env", "w") as file:
    print("AWS_ACCESS_KEY_ID=" + key["accessKeyId"], file=file)
    print("AWS_SECRET_ACCESS_KEY=" + key["secretAccessKey"], file=file)'
	# shellcheck disable=SC2016 # for the inner shell
	has "and the key in it works" hello.txt without_keys sh -c \
		'set -a; . ./from.env; "$AWS" --endpoint-url "$1" s3 ls "s3://$2"' sh "$url" "$bucket"
fi

# ---- a command ----
cat >vault <<-'END'
	#!/bin/sh
	umask 077
	secret=$(cat)
	printf 'AWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s\n' "$KEYSAIL_ACCESS_KEY_ID" \
		"$secret" >"$1"
	printf 'endpoint=%s\nbucket=%s\n' "$KEYSAIL_ENDPOINT" "$KEYSAIL_BUCKET" >>"$1"
END
chmod 700 vault
has "a command takes the key" '^AKIA[A-Z0-9]*$' deliver "command:./vault 'from vault'"
# shellcheck disable=SC2016 # for the inner shell
has "and what it kept works" hello.txt without_keys sh -c \
	'set -a; . "./from vault"; "$AWS" --endpoint-url "$endpoint" s3 ls "s3://$bucket"'
fails "a command's failure is told with its own words" 'sh failed with exit status 4: the safe is shut' \
	deliver 'command:sh -c "cat >/dev/null; echo the safe is shut >&2; exit 4"'
fails "its words are not told when they hold the secret" 'sh failed with exit status 5; key' \
	deliver 'command:sh -c "cat >&2; exit 5"'

# ---- rclone ----
if command -v rclone >/dev/null; then
	r() {
		without_keys rclone --config rclone/rclone.conf --retries 1 "$@"
	}
	check "an rclone remote in a file that isn't there yet" deliver rclone:videos
	has "rclone lists the bucket" hello.txt r ls "videos:$bucket"
	check "rclone itself writes another remote" r config create local1 alias remote "$work"
	check "an rclone remote beside that" deliver rclone:more
	has "rclone lists the bucket with that, too" hello.txt r ls "more:$bucket"
	check "rclone writes with it" r copyto hello.txt "more:$bucket/copy.txt"
	check "a new key into the first remote" deliver rclone:videos --replace
	has "rclone uses the new key" copy.txt r ls "videos:$bucket"
	has "and still knows every remote" '^local1: more: videos: $' sh -c \
		"rclone --config rclone/rclone.conf listremotes | sort | tr '\n' ' '"
else
	echo "# rclone isn't installed"
fi

# ---- s3cmd ----
if command -v s3cmd >/dev/null; then
	check "an s3cmd configuration" deliver s3cmd:s3cfg
	has "s3cmd lists the bucket" hello.txt without_keys s3cmd -c s3cfg ls "s3://$bucket"
	fails "an existing configuration is not replaced" "already" deliver s3cmd:s3cfg
else
	echo "# s3cmd isn't installed"
fi
finish
