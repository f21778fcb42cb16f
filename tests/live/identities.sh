#!/bin/sh
# Each way to sign in that the AWS CLI knows: keysail lists the same keys with it, and "whoami" says
# whose they are. Prints TAP.
# shellcheck source=tests/live/identity_lib.sh
. "$SRCDIR/tests/live/identity_lib.sh"
peer_needs
[ -x /usr/bin/aws ] || skip_all "the AWS CLI isn't installed"
start_peer --still --buckets 6 || exit 1

# ---- what the AWS CLI lists ----

names_by_aws() {
	aws lightsail get-buckets --query 'buckets[].name' --output text "$@" | tr '\t' '\n' | sort
}
# keys_by_aws BUCKET OPTION...: as keys_of prints them.
keys_by_aws() {
	bucket=$1
	shift
	for id in $(aws lightsail get-bucket-access-keys --bucket-name "$bucket" --output text \
		--query 'accessKeys[].accessKeyId' "$@"); do
		echo "$bucket $id"
	done | sort
}
whole_truth() {
	for bucket in $(names_by_aws --profile keys); do keys_by_aws "$bucket" --profile keys; done | sort >"$work/truth"
	[ "$(wc -l <"$work/truth")" -gt 3 ] && keys_by_aws media-assets --profile keys >"$work/media" &&
		[ "$(wc -l <"$work/media")" -eq 2 ] && cut -d' ' -f1 "$work/truth" | sort -u >"$work/names"
}
check "the AWS CLI lists buckets and keys" whole_truth

# The CLI with this profile sees the same account; then so must keysail, with what it listed last.
aws_agrees() { # PROFILE [with_...]
	profile=$1
	shift
	"$@" names_by_aws --profile "$profile" | cmp - "$work/names" &&
		"$@" keys_by_aws media-assets --profile "$profile" | cmp - "$work/media"
}
same_keys() { # PROFILE
	keys_of "$1" | cmp - "$work/truth"
}
# Read by whom the peer takes for WHO.
read_as() {
	asked lightsail | grep -q "GetBuckets status=200 .* who=$1 "
}

# ---- all profiles at once ----

profiles="keys session-keys config-keys role chained partner mfa web sso sso-legacy sso-role login process process-static"
# shellcheck disable=SC2086 # they are words
options=$(printf -- ' -p %s' $profiles)
peer forget
# shellcheck disable=SC2086 # they are words
list_by_terminal 123456 -r us-east-1 $options
check "fourteen profiles are listed side by side" ended 0 0
has "with a code that is asked for on the terminal" 'MFA code for arn:aws:iam::111122223333:mfa/alice' \
	cat "$work/terminal"
for profile in $profiles; do
	check "keysail lists the keys with profile $profile" same_keys "$profile"
done
for who in keys session-keys config-keys role:Reader role:Chained role:Partner role:Guarded web sso login process; do
	check "as $who" read_as "$who"
done
has "through the proxy" 'CONNECT lightsail.us-east-1.amazonaws.com:443 status=200' asked proxy
has "a role with an external ID, a duration and a name" \
	"RoleSessionName=auditor DurationSeconds=1800 ExternalId=shared-word-1234" asked sts
has "web identity isn't signed" "AssumeRoleWithWebIdentity status=200 signed=- " asked sts
check "a chain of roles shares what is in the cache" is 5 peer count service=sts operation=AssumeRole status=200
as_json() {
	"$KEYSAIL" list -p sso -p login --format json >"$work/json" && $PYTHON -c 'import json, sys
for row in json.load(sys.stdin):
    if row["profile"] == "login":
        print(row["bucket"], row["accessKeyId"])' <"$work/json" | sort | cmp - "$work/truth"
}
check "and as JSON" as_json
# shellcheck disable=SC2086
"$KEYSAIL" whoami --format json $options >"$work/whoami" 2>"$work/said" </dev/null
status=$?
check "whoami says who they are" ended 0 0

rm -r "$HOME/.aws/cli"
for profile in keys session-keys config-keys role chained partner web sso sso-legacy sso-role process process-static; do
	check "as the AWS CLI does with profile $profile" aws_agrees "$profile"
done
mfa_by_aws() {
	answering 123456 /usr/bin/aws sts get-caller-identity --profile mfa && aws_agrees mfa
}
check "and with profile mfa" mfa_by_aws

# ---- by the environment and the machine ----

by_machine() { # WHO PROFILE [with_...]
	who=$1
	profile=$2
	shift 2
	peer forget
	"$@" list_in -p "$profile" -r us-east-1
	ended 0 0 && same_keys "$profile" && read_as "$who" && rm -rf "$HOME/.aws/cli" && aws_agrees "$profile" "$@"
}
by_env() {
	peer forget
	list_in
	ended 0 0 && same_keys default && read_as env && [ "$(names_by_aws)" = "$(cat "$work/names")" ]
}
check "keys in the environment" with_env by_env
check "a role by the environment's keys" by_machine role:Reader env-role with_env
check "a container's credentials" by_machine container bare with_container
check "a role by a container's credentials" by_machine role:Reader ecs-role with_container
check "an instance's credentials" by_machine instance bare with_imds
check "a role by an instance's credentials" by_machine role:Reader ec2-role with_imds
no_default() {
	list_in -r us-east-1
	ended 0 0 && same_keys default && ! asked proxy | grep -q "169.254\|127.0.0.1"
}
check "without a profile, too, and never through the proxy" with_imds no_default
old_instance() {
	peer set imds=v1
	by_machine instance bare with_imds
}
check "an instance that knows version 1 only" old_instance
peer set imds=v2
web_by_env() {
	AWS_ROLE_ARN=arn:aws:iam::111122223333:role/Web AWS_WEB_IDENTITY_TOKEN_FILE=$HOME/web-token list_in -r us-east-1
	ended 0 0 && same_keys default
}
check "web identity by the environment" web_by_env

# ---- with endpoints of one's own: no proxy, no certificate ----

directly() {
	(
		unset HTTPS_PROXY AWS_CA_BUNDLE
		"$@"
	)
}
by_variable() {
	rm -rf "$HOME/.aws/cli"
	peer login in=60 >/dev/null
	peer sso-login in=60 >/dev/null
	peer forget
	AWS_ENDPOINT_URL=$peer_url list_in -r us-east-1 -p role -p web -p sso -p login
	ended 0 0 && same_keys role && same_keys web && same_keys sso && same_keys login &&
		is 1 peer count service=oidc && is 1 peer count service=signin && is 0 peer count service=proxy
}
check "AWS_ENDPOINT_URL leads each service elsewhere" directly by_variable
by_section() {
	rm -rf "$HOME/.aws/cli"
	cat >>"$HOME/.aws/config" <<END
[profile elsewhere]
region = us-east-1
role_arn = arn:aws:iam::111122223333:role/Reader
source_profile = base
services = peer
[services peer]
sts =
  endpoint_url = $peer_url
lightsail =
  endpoint_url = $peer_url
END
	peer forget
	list_in -p elsewhere
	ended 0 0 && same_keys elsewhere && is 1 peer count service=sts && is 0 peer count service=proxy
}
check "so does the profile's services section" directly by_section

# ---- several profiles and regions ----

peer forget
list_in -p role -p sso -r all
side_by_side() {
	ended 0 0 && keys_of role >"$work/one" && [ -s "$work/one" ] && keys_of sso | cmp - "$work/one" &&
		cut -d, -f1,2 "$work/list" | sed 1d | sort -u >"$work/places" &&
		[ "$(grep -c '^role,' "$work/places")" -gt 1 ] && grep -q '^sso,us-east-1$' "$work/places"
}
check "two profiles in all regions, where names exist in both" side_by_side
every_region() { # WHO
	[ "$(asked lightsail status=200 operation=GetBuckets | grep -c " who=$1 ")" -ge 15 ]
}
check "every region was asked as the one" every_region role:Reader
check "and as the other" every_region sso

# ---- what whoami says ----

of() { # PROFILE: its line
	grep "\"profile\": \"$1\"" "$work/whoami"
}
told() { # PROFILE ACCOUNT EXPIRES SOURCE: patterns
	of "$1" | grep -q "\"source\": \"$4\".*\"account\": $2, .*\"region\": \"us-east-1\".*\"expiresAt\": $3}"
}
home='"111122223333"'
other='"444455556666"'
date='"20[0-9T:Z-]*"'
file='shared credentials file (~/.aws/credentials), profile'
check "keys of the shared file" told keys null null "$file keys"
check "keys with a session token" told session-keys null null "$file session-keys"
check "keys of the config file" told config-keys null null "config file (~/.aws/config), profile config-keys"
reader='role arn:aws:iam::111122223333:role/Reader from profile'
check "a role" told role "$home" "$date" "$reader base (.*)"
check "a role of another account" told chained "$other" "$date" "role arn:aws:iam::444455556666:role/Chained from profile role (.*)"
check "a role with everything" told partner "$other" "$date" "role .*/Partner from profile base (.*)"
check "a role with MFA" told mfa "$home" "$date" "role .*/Guarded from profile base (.*)"
check "web identity" told web "$home" "$date" "role .*/Web by the token in ~/web-token (.*)"
check "an SSO session" told sso "$home" "$date" "SSO my-sso, role BucketReader in 111122223333"
check "SSO of the older form" told sso-legacy "$home" "$date" "SSO https://keysail-legacy.*, role BucketReader in .*"
check "a role by SSO" told sso-role "$home" "$date" "$reader sso-legacy (.*)"
check "a login" told login "$home" "$date" "aws login, arn:aws:iam::111122223333:user/alice"
check "a process" told process null "$date" "credential_process (~/.aws/config), profile process"
check "a process whose keys don't expire" told process-static null null "credential_process .*"
whoami_at() { # SOURCE EXPIRES PROFILE
	"$KEYSAIL" whoami -p "$3" --format json >"$work/whoami.one" 2>&1 &&
		grep -q "\"source\": \"$1\".*\"expiresAt\": $2}" "$work/whoami.one" && cat "$work/whoami.one" >>"$work/whoami"
}
check "a container" with_container whoami_at "container .*" "$date" bare
check "an instance" with_imds whoami_at "instance role InstanceRole" "$date" bare
check "nothing of it is a secret" keeps_secrets "$work/whoami" "$work/list" "$work/terminal"
finish
