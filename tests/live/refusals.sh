#!/bin/sh
# What can go wrong when somebody signs in: one line each, which names what is wrong, where it stands
# and what to do; and what is not concerned is listed all the same. Prints TAP.
# shellcheck source=tests/live/identity_lib.sh
. "$SRCDIR/tests/live/identity_lib.sh"
peer_needs
start_peer --still --buckets 3 || exit 1

list_in -p keys -r us-east-1
keys_of keys >"$work/truth"
lists() { ended 0 0 && [ -s "$work/truth" ]; }
check "there is something to list" lists

# fails_with TEXT...: of the profiles listed last, together with "keys", each had one line, and those
# texts are in them.
fails_with() {
	ended 1 "$lines" && keys_of keys | cmp - "$work/truth" && keeps_secrets "$work/list" "$work/said" || return 1
	for text in "$@"; do says "$text" || return 1; done
}
# refused NAME PROFILES TEXT...
refused() {
	name=$1
	options=$(for profile in $2; do printf -- ' -p %s' "$profile"; done)
	lines=$(echo "$2" | wc -w)
	shift 2
	rm -rf "$HOME/.aws/cli"
	# shellcheck disable=SC2086 # they are words
	list_in -r us-east-1 -p keys $options
	cat "$work/said" >"$work/out"
	if fails_with "$@" 2>"$work/err"; then result 0 "$name"; else result 1 "$name"; fi
}

# ---- what is set wrongly ----

config() { # NAME LINE...
	printf '[profile %s]\n' "$1"
	shift
	printf '%s\n' "$@"
}
reader="role_arn = arn:aws:iam::111122223333:role/Reader"
at_home="sso_account_id = 111122223333"
{
	config absent-process "credential_process = /nowhere/there"
	config failed-process 'credential_process = sh -c "echo the vault is sealed >&2; exit 3"'
	config chatty-process "credential_process = echo hello"
	config odd-process "credential_process = echo '{\"Version\": 2}'"
	config old-process "credential_process = echo '{\"Version\": 1, \"AccessKeyId\": \"AKIAX\", \"SecretAccessKey\": \"y\", \"Expiration\": \"2020-01-01T00:00:00Z\"}'"
	config torn-process 'credential_process = sh -c "echo'
	config loop-a "$reader" "source_profile = loop-b"
	config loop-b "$reader" "source_profile = loop-a"
	config no-source "$reader"
	config wrong-source "$reader" "credential_source = environment"
	config absent-source "$reader" "source_profile = nobody"
	config empty-source "$reader" "source_profile = bare"
	config half-sso "sso_session = my-sso" "$at_home"
	config lost-sso "sso_session = absent" "$at_home" "sso_role_name = Any"
	config half "aws_access_key_id = AKIAHALF"
	config foreign-role "role_arn = arn:aws:iam::444455556666:role/Partner" "source_profile = base"
	config foreign-sso "sso_session = my-sso" "$at_home" "sso_role_name = Admin"
} >>"$HOME/.aws/config"
# shellcheck disable=SC2088 # as it is said
home_config='~/.aws/config'
line() { # PROFILE LINES AFTER: where that stands, as it is said
	at=$(grep -n "^.profile $1]" "$HOME/.aws/config")
	echo "$home_config, line $((${at%%:*} + $2)), profile $1: "
}

peer forget
refused "processes that print no credentials" \
	"absent-process failed-process chatty-process odd-process old-process torn-process" \
	"$(line absent-process 1)credential_process can't be run: /nowhere/there" "check its path" \
	"$(line failed-process 1)credential_process failed with exit status 3: the vault is sealed (put that right" \
	"$(line chatty-process 1)credential_process printed no credentials: what it printed is not a JSON object (run it by hand" \
	"$(line odd-process 1)credential_process printed no credentials: Version isn't 1" \
	"$(line old-process 1)credential_process printed credentials that have expired (sign in where the program gets them from" \
	"$(line torn-process 1)credential_process can't be run: The command has a \" without its end"
refused "roles that lead nowhere" "loop-a loop-b no-source wrong-source absent-source empty-source" \
	"$(line loop-a 2)source_profile goes round in a circle: loop-a, loop-b, loop-a (let the last one name a profile" \
	"$(line loop-b 2)source_profile goes round in a circle: loop-b, loop-a, loop-b" \
	"$(line no-source 1)role_arn has no source_profile or credential_source beside it (add source_profile = NAME" \
	"$(line wrong-source 2)credential_source is one of Environment, EcsContainer, Ec2InstanceMetadata, not \"environment\"" \
	"$(line absent-source 2)source_profile names nobody, which is no profile (list those there are: aws configure list-profiles)" \
	"$(line empty-source 2)source_profile names bare, where there are no credentials (set that profile up: aws configure --profile bare, or"
refused "profiles that lack something" "half-sso lost-sso half" \
	"$(line half-sso 2)sso_account_id is there without sso_role_name (run: aws configure sso)" \
	"$(line lost-sso 1)sso_session is absent, but the config file has no section [sso-session absent]" \
	"$(line half 1)aws_access_key_id has no aws_secret_access_key beside it (both must be in the same file and profile)"
asked_nobody() { ! peer requests | grep -v '^lightsail \|^proxy '; }
check "nothing of that asks a service" asked_nobody

# ---- what a service refuses ----

refused "roles that may not be taken on" "foreign-role foreign-sso" \
	"$(line foreign-role 1)role arn:aws:iam::444455556666:role/Partner can't be taken on: AccessDenied: User: arn:aws:iam::111122223333:user/base is not authorized to perform: sts:AssumeRole" \
	"(check the role's trust policy, and that profile base may do sts:AssumeRole)" \
	"keysail: foreign-sso: SSO my-sso gives this login no access to the role Admin in the account 111122223333" \
	"correct sso_role_name ($(line foreign-sso 3 | cut -d, -f1,2))"
peer fail service=sts kind=error status=400 code=RegionDisabledException times=-1
refused "a region without STS" role "$(line role 2)" RegionDisabledException "activate STS for this region"
peer clear
peer fail service=sts kind=status status=503 times=-1
peer fail service=sso kind=close times=-1
refused "services that have trouble" "role sso" \
	"can't be taken on: The answer was HTTP status 503" "(try again in a minute)" \
	"SSO my-sso gave no credentials for the role BucketReader in 111122223333: The connection ended" \
	"(check the connection and the proxy, then try again)"
peer clear
peer fail service=sts kind=malformed times=-1
peer fail service=sso kind=malformed times=-1
refused "answers that are none" "role sso" "The reply of STS is not XML (check that the endpoint is one of STS)" \
	"The reply of SSO my-sso can't be used: the reply is not a JSON object (check that the endpoint is one of SSO)"
peer clear
rm "$HOME/web-token"
refused "a web identity token that isn't there" web \
	"$(line web 3)web_identity_token_file: There is no file ~/web-token (see that what writes the token runs"
echo eyJ.nobodys.sig >"$HOME/web-token"
refused "a wrong one" web "can't be taken on: InvalidIdentityToken: " "check the token in ~/web-token"
peer web-login >/dev/null

# ---- logins that have ended ----

sso_file=~/.aws/sso/cache/$(hash_of my-sso).json
peer sso-login in=-60 registration=-60 >"$work/out"
peer sso-login session=legacy in=-60 >"$work/out"
refused "SSO logins that have expired" "sso sso-legacy sso-role" \
	"keysail: sso: The login for SSO my-sso expired at " ": ~${sso_file#"$HOME"} (run: aws sso login --profile sso)" \
	"keysail: sso-legacy: The login for SSO https://keysail-legacy.awsapps.com/start expired at " \
	"(run: aws sso login --profile sso-legacy)" "keysail: sso-role: The login for SSO https://keysail-legacy"
peer sso-login >"$work/out"
peer sso-login session=legacy >"$work/out"
peer revoke what=sso
refused "SSO logins that were revoked" "sso sso-legacy" "The login for SSO my-sso isn't accepted any more" \
	"(run: aws sso login --profile sso)" "(run: aws sso login --profile sso-legacy)"
peer sso-login in=-60 >"$work/out"
peer revoke what=sso-refresh
refused "one that can't be renewed" sso "The login for SSO my-sso has ended: the service says invalid_grant" \
	"(run: aws sso login --profile sso)"
rm "$HOME/.aws/sso/cache/"*
refused "SSO without a login" sso "The login for SSO my-sso isn't there" "(run: aws sso login --profile sso)"
peer sso-login >"$work/out"
# ended_by WORD TEXT
ended_by() {
	peer login in=-60 >"$work/out"
	peer revoke what=login word="$1"
	refused "a login that ends with $1" login "The login for arn:aws:iam::111122223333:user/alice $2" \
		"run: aws login --profile login"
}
ended_by TOKEN_EXPIRED "has ended"
ended_by USER_CREDENTIALS_CHANGED "has ended: the user's password or access was changed"
ended_by INSUFFICIENT_PERMISSIONS "may not be renewed by this user"
rm "$HOME/.aws/login/cache/"*
refused "no login" login "The login for arn:aws:iam::111122223333:user/alice isn't there" "(run: aws login --profile login)"

# ---- codes ----

no_code="$(line mfa 2)role arn:aws:iam::111122223333:role/Guarded needs an MFA code: "
refuse_code() { # TEXT ANSWERS
	lines=1
	list_by_terminal "$2" -r us-east-1 -p keys -p mfa
	fails_with "$no_code$1" "have the device arn:aws:iam::111122223333:mfa/alice at hand"
}
nobody_to_ask() {
	lines=1
	unanswered "$KEYSAIL" list --format csv -r us-east-1 -p keys -p mfa >"$work/list" 2>"$work/said"
	status=$?
	fails_with "${no_code}there is no terminal to ask on (run keysail on a terminal"
}
check "a code, and no terminal" nobody_to_ask
check "a code that isn't given" refuse_code "" ""
wrong_codes() { refuse_code "" "654321 654322" && [ "$(grep -c 'failed with invalid MFA one time pass code' "$work/terminal")" -eq 2 ]; }
check "wrong codes are asked for again" wrong_codes
right_in_the_end() {
	list_by_terminal "12 654321 123456" -r us-east-1 -p mfa
	ended 0 0 && grep -q "6 digits" "$work/terminal" && keys_of mfa | cmp - "$work/truth" && ! grep -q 123456 "$work/terminal"
}
check "until the right one comes" right_in_the_end

# ---- machines ----

refused "machines without credentials" "env-role ecs-role ec2-role bare" \
	"$(line env-role 3)credential_source names Environment, where there are no credentials: AWS_ACCESS_KEY_ID is not set" \
	"$(line ecs-role 3)credential_source names EcsContainer, where there are no credentials: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set" \
	"$(line ec2-role 3)credential_source names Ec2InstanceMetadata, where there are no credentials: switched off by AWS_EC2_METADATA_DISABLED" \
	"keysail: bare: There are no AWS credentials for the profile bare (run: aws configure --profile bare, or"
peer set imds=norole
with_imds refused "an instance without a role" ec2-role "Ec2InstanceMetadata, where there are no credentials: the instance has no role"
peer set imds=v2
wrong_word() { AWS_CONTAINER_CREDENTIALS_FULL_URI=$peer_url/container/credentials AWS_CONTAINER_AUTHORIZATION_TOKEN=x "$@"; }
wrong_word refused "a wrong word at a container's endpoint" bare \
	"The container's credentials (AWS_CONTAINER_CREDENTIALS_FULL_URI) were refused with HTTP status 403" "check that this container has a role"
open_line() { AWS_CONTAINER_CREDENTIALS_FULL_URI=http://example.org/ "$@"; }
open_line refused "an endpoint over plain HTTP" bare "http://example.org/ is refused: plain http would" "put that variable right"
half_env() { AWS_ACCESS_KEY_ID=AKIAX "$KEYSAIL" list; }
fails "half a key in the environment" "default: AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY isn't (set both, or neither)" half_env
finish
