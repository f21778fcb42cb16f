#!/bin/sh
# The peer that the tests of signing in talk to, against programs that aren't ours: the AWS CLI, curl
# and openssl. Prints TAP.
# shellcheck source=tests/live/peer_lib.sh
. "$SRCDIR/tests/live/peer_lib.sh"
peer_needs
[ -x /usr/bin/aws ] || skip_all "the AWS CLI isn't installed"

names() { # PROFILE
	aws lightsail get-buckets --query 'buckets[].name' --output text --profile "$1"
}
hash_of() {
	printf %s "$1" | openssl dgst -sha1 -r | cut -d' ' -f1
}
# The requests of a service since the last "peer forget".
asked() {
	peer requests service="$1"
}
is() { # WANTED COMMAND...: prints exactly this
	wanted=$1
	shift
	[ "$("$@")" = "$wanted" ]
}
get() { # STATUS OPTION OF curl...: the answer is left in reply
	wanted=$1
	shift
	[ "$(curl -s --noproxy '' -o "$work/reply" -w '%{http_code}' "$@")" = "$wanted" ]
}
said() { # PATTERN STATUS OPTION...
	pattern=$1
	shift
	get "$@" && grep -q -e "$pattern" "$work/reply"
}
ends() { # STATUS OF curl OPTION...
	wanted=$1
	shift
	curl -s --noproxy '' -o "$work/reply" "$@"
	[ $? -eq "$wanted" ]
}
member() { # NAME FILE: of a JSON object
	$PYTHON -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$2" "$1"
}

check "its verification knows the public vectors" $PYTHON -B "$SRCDIR/tests/live/peer_vectors.py"

start_peer --still || exit 1
role=arn:aws:iam::111122223333:role
cache=$HOME/.aws/cli/cache

# ---- each way to sign in that this CLI knows ----

# lists PROFILE WHO [with_…]: the emulator's buckets, read by whom the peer takes for WHO.
lists() {
	profile=$1
	who=$2
	shift 2
	peer forget
	"$@" names "$profile" >"$work/names" && cmp "$work/names" "$work/truth" &&
		asked lightsail | grep -q "GetBuckets status=200 .* who=$who "
}
truth() {
	(
		eval "$(grep '^export AWS_[A-Z_]*KEY' "$work/serve.out")"
		aws --endpoint-url "$url" --region us-east-1 lightsail get-buckets --query 'buckets[].name' \
			--output text
	) >"$work/truth"
	[ "$(wc -w <"$work/truth")" -gt 5 ]
}
check "the emulator has buckets" truth
check "keys in the shared file" lists keys keys
check "keys with a session token" lists session-keys session-keys
check "keys in the config file" lists config-keys config-keys
check "a role" lists role role:Reader
check "a role that is reached by a role" lists chained role:Chained
check "which has used the first one's cache" is 1 peer count service=sts
check "a role with an external ID, a duration and a name" lists partner role:Partner
has "all three of which it was sent" \
	"RoleSessionName=auditor DurationSeconds=1800 ExternalId=shared-word-1234" asked sts
check "web identity" lists web web
has "which is unsigned" "AssumeRoleWithWebIdentity status=200 signed=- " asked sts
check "an SSO session" lists sso sso
check "SSO of the older form" lists sso-legacy sso
check "a role that is reached by SSO" lists sso-role role:Reader
check "a process" lists process process
has "which has run once" "process Issue " asked process
check "a role by the environment's keys" lists env-role role:Reader with_env
check "a container's credentials" lists bare container with_container
check "a role by a container's credentials" lists ecs-role role:Reader with_container
check "an instance's credentials" lists bare instance with_imds
has "by a metadata token" "security-credentials/InstanceRole status=200 signed=- token=given" asked imds
check "a role by an instance's credentials" lists ec2-role role:Reader with_imds
has "a role with MFA, whose code is asked for on the terminal" "Enter MFA code for .*alice" \
	answering 123456 /usr/bin/aws lightsail get-buckets --profile mfa
has "the plain port is a front, too" app-logs-prod \
	aws --endpoint-url "$peer_url" lightsail get-buckets --profile role
fails "what the emulator refuses is passed on" NotFoundException \
	aws lightsail get-buckets --bucket-name nobodys --profile keys
has "who somebody is" "assumed-role/Reader/" aws sts get-caller-identity --profile role

# ---- the caches that the CLI leaves ----

check "the vector of a role's cache" is 0bb330519131ddf196eac5c6c22d3eb9a53f02dd \
	hash_of '{"RoleArn": "arn:aws:iam::123456789012:role/Example"}'
check "the vector of a token's cache" is 0ad374308c5a4e22f723adf10145eafad7c4031c hash_of my-sso
# cached WHAT ARGUMENTS
cached() {
	check "the cache of $1" grep -q '"SessionToken"' "$cache/$(hash_of "$2").json"
}
cached "a role" "{\"RoleArn\": \"$role/Reader\"}"
cached "a role with everything" '{"DurationSeconds": 1800, "ExternalId": "shared-word-1234", "RoleArn": "arn:aws:iam::444455556666:role/Partner", "RoleSessionName": "auditor"}'
cached "a role with MFA" \
	"{\"RoleArn\": \"$role/Guarded\", \"SerialNumber\": \"arn:aws:iam::111122223333:mfa/alice\"}"
cached "web identity" "{\"RoleArn\": \"$role/Web\", \"RoleSessionName\": \"web-session\"}"
cached "an SSO session" '{"accountId":"111122223333","roleName":"BucketReader","sessionName":"my-sso"}'
cached "SSO of the older form" '{"accountId":"111122223333","roleName":"BucketReader","startUrl":"https://keysail-legacy.awsapps.com/start"}'

# ---- refusals ----

peer expire >"$work/out"
fails "what has expired is refused, whatever the cache says" ExpiredTokenException names role
rm -r "$cache"
fails "a wrong MFA code" "AccessDenied.*invalid MFA" \
	answering 654321 /usr/bin/aws lightsail get-buckets --profile mfa
fails "a role without its external ID" "AccessDenied.*not authorized to perform: sts:AssumeRole" \
	aws sts assume-role --role-arn arn:aws:iam::444455556666:role/Partner --role-session-name x2 --profile base
echo eyJ.nobodys.sig >"$HOME/web-token"
fails "a wrong web identity token" InvalidIdentityToken names web
wrong_secret() {
	AWS_SECRET_ACCESS_KEY=wrong names env-role
}
fails "a wrong secret at STS" SignatureDoesNotMatch with_env wrong_secret
peer set clock=3600
fails "a clock that is an hour behind" "InvalidSignatureException.*Signature expired" names keys
an_hour_ahead() {
	$PYTHON -c 'import email.utils, sys, time
ahead = email.utils.parsedate_to_datetime(sys.argv[1]).timestamp() - time.time()
sys.exit(not 3000 < ahead < 4000)' "$(curl -sI --noproxy '*' "$peer_url/nobodys" | sed -n 's/^Date: //p')"
}
check "whose Date says so" an_hour_ahead
peer set clock=0
unknown_key() {
	AWS_ACCESS_KEY_ID=AKIANOBODYKNOWSTHISX AWS_SECRET_ACCESS_KEY=x aws lightsail get-buckets --region us-east-1
}
fails "an unknown key" UnrecognizedClientException unknown_key
peer sso-login session=legacy in=-60 >"$work/out"
fails "an SSO token that has expired" "SSO session associated with this profile has expired" names sso-legacy

# ---- SSO tokens are renewed ----

token=$(peer sso-login in=60)
cp "$token" "$work/old"
check "a token that ends soon is renewed" lists sso sso
renewed() {
	[ "$(member refreshToken "$token")" != "$(member refreshToken "$work/old")" ] &&
		asked oidc | grep -q "CreateToken status=200 signed=- grantType=refresh_token"
}
check "and its refresh token has changed" renewed
renewal() { # FILE
	$PYTHON -c 'import json, sys
token = json.load(open(sys.argv[1]))
print(json.dumps({"clientId": token["clientId"], "clientSecret": token["clientSecret"],
    "grantType": "refresh_token", "refreshToken": token["refreshToken"]}))' "$1"
}
oidc() { # PATTERN STATUS FILE
	renewal "$3" >"$work/sent"
	said "$1" "$2" --proxy "$peer_proxy" --cacert "$peer_ca" -d "@$work/sent" \
		https://oidc.us-east-1.amazonaws.com/token
}
check "the one before is refused" oidc '"invalid_grant"' 400 "$work/old"
peer revoke what=sso
rm -r "$cache"
fails "a revoked token is refused" "SSO session.*expired or is otherwise invalid" names sso
check "which the portal calls unauthorized" said UnauthorizedException 401 \
	-H "x-amz-sso_bearer_token: $(member accessToken "$token")" \
	"$peer_url/federation/credentials?role_name=BucketReader&account_id=111122223333"

# ---- sign-in, with proofs that openssl has signed ----

login=$(peer login in=60)
member dpopKey "$login" >"$work/key.pem"
openssl ecparam -name prime256v1 -genkey -noout -out "$work/other.pem"
host=https://us-east-1.signin.aws.amazon.com/v1/token
proof() { # NAME=VALUE...
	$PYTHON -B "$SRCDIR/tests/live/peer_dpop.py" "$work/key.pem" "$host" "$@"
}
signs_in() { # PATTERN STATUS REFRESH PROOF
	printf '{"clientId":"arn:aws:signin:::devtools/same-device","grantType":"refresh_token","refreshToken":"%s"}' \
		"$3" >"$work/sent"
	said "$1" "$2" --proxy "$peer_proxy" --cacert "$peer_ca" -H "DPoP: $4" -d "@$work/sent" "$host"
}
check "the key is P-256 in SEC1" grep -q 'BEGIN EC PRIVATE KEY' "$work/key.pem"
check "the vector of a login's cache" [ "$(basename "$login")" = "$(printf arn:aws:iam::111122223333:user/alice |
	openssl dgst -sha256 -r | cut -d' ' -f1).json" ]
first=$(member refreshToken "$login")
refused='"INVALID_REQUEST".*DPoP'
for wrong in typ=jwt alg=RS256 htm=GET htu=https://signin.aws.amazon.com/v1/token iat=1000000000 jti= \
	spoil=1 jwk.d=AAAA jwk.crv=P-384; do
	check "a proof with $wrong" signs_in "$refused" 400 "$first" "$(proof "$wrong")"
done
check "a proof of another key" signs_in TOKEN_EXPIRED 400 "$first" \
	"$($PYTHON -B "$SRCDIR/tests/live/peer_dpop.py" "$work/other.pem" "$host")"
once=$(proof)
check "a good proof" signs_in '"aws_sigv4"' 200 "$first" "$once"
second=$(member refreshToken "$work/reply")
check "the refresh token is another one" [ "$second" != "$first" ]
check "a proof works once" signs_in "jti was used" 400 "$second" "$once"
check "the refresh token works once" signs_in TOKEN_EXPIRED 400 "$first" "$(proof)"
check "the next one works" signs_in '"aws_sigv4"' 200 "$second" "$(proof)"
third=$(member refreshToken "$work/reply")
peer revoke what=login word=USER_CREDENTIALS_CHANGED
check "a session that was ended says why" signs_in USER_CREDENTIALS_CHANGED 400 "$third" "$(proof)"

# ---- metadata and container ----

meta=$peer_url/latest/meta-data
ttl=x-aws-ec2-metadata-token-ttl-seconds
check "metadata without a token" get 401 "$meta/iam/security-credentials/"
check "a token for too long" get 400 -X PUT -H "$ttl: 21601" "$peer_url/latest/api/token"
check "a token" get 200 -X PUT -H "$ttl: 60" "$peer_url/latest/api/token"
check "the zone" said '^us-east-1a$' 200 -H "x-aws-ec2-metadata-token: $(cat "$work/reply")" \
	"$meta/placement/availability-zone/"
peer set imds=v1
check "version 1 has no tokens" get 404 -X PUT -H "$ttl: 60" "$peer_url/latest/api/token"
check "and wants none" said '"Code": "Success"' 200 "$meta/iam/security-credentials/InstanceRole"
peer set imds=forbidden
check "tokens may be forbidden" get 403 -X PUT -H "$ttl: 60" "$peer_url/latest/api/token"
check "a container without its word" get 403 "$peer_url/container/credentials"

for call in GET/federation/credentials POST/token POST/v1/token; do
	check "$call isn't to be signed" said 'must not be signed' 400 -X "${call%%/*}" \
		-H 'Authorization: AWS4-HMAC-SHA256 x' "$peer_url/${call#*/}"
done

# ---- the proxy ----

check "no proxy for metadata" get 403 -x "$peer_proxy" "$meta/"
check "nor for others than Amazon" ends 56 -x "$peer_proxy" https://www.example.org/
check "who doesn't know the authority doesn't trust it" ends 60 -x "$peer_proxy" \
	https://lightsail.eu-west-1.amazonaws.com/
check "which the log tells" peer wait operation="CONNECT lightsail.eu-west-1.amazonaws.com:443" status=no-tls
check "a host that isn't played" get 404 -x "$peer_proxy" --cacert "$peer_ca" https://ec2.us-east-1.amazonaws.com/

# ---- what goes wrong on purpose ----

sts() {
	"$@" -d 'Action=GetCallerIdentity&Version=2011-06-15' "$peer_url/"
}
goes_wrong() { # NAME=VALUE... then the check, after --
	name=$1
	shift
	options=
	while [ "$1" != -- ]; do
		options="$options $1"
		shift
	done
	shift
	# shellcheck disable=SC2086 # they are words
	peer fail service=sts $options
	check "$name" sts "$@"
}
goes_wrong "an error in its own form" kind=error status=400 code=Throttling -- said '<Code>Throttling</Code>' 400
check "once" sts get 403
goes_wrong "a status" kind=status status=502 body=gateway -- said '^gateway$' 502
goes_wrong "nothing at all" kind=close -- ends 52
goes_wrong "a reset" kind=reset -- ends 56
goes_wrong "a body that ends early" kind=truncated -- ends 18
goes_wrong "no JSON" kind=malformed -- said '<<$' 200
goes_wrong "two megabytes" kind=huge bytes=2000000 -- get 200
check "which were sent" [ "$(wc -c <"$work/reply")" -eq 2000000 ]
goes_wrong "an answer that never comes" kind=hang -- ends 28 -m 0.2
peer forget
peer fail service=sts kind=hold
sts get 403 &
peer wait service=sts seconds=30
held() {
	asked sts | grep -q 'status=-' && peer release && wait "$!" && asked sts | grep -q status=403
}
check "an answer is held until it is let go" held
peer fail service=sts kind=status times=-1 status=503
check "for ever" sts get 503
check "and ever" sts get 503
peer clear
check "or until that is over" sts get 403
fails "a command that there isn't" "there is no such command" peer nonsense

# ---- and it leaves nothing ----

peer_secrets() {
	sed -n 's/^aws_s[a-z_]* = //p' "$HOME/.aws/credentials" "$HOME/.aws/config"
	printf '%s\n' "$first" "$second" "$once"
	cat "$HOME/container-word"
}
tells_no_secret() {
	peer requests format=json >"$work/log" && peer_secrets >"$work/secrets" &&
		[ "$(wc -l <"$work/secrets")" -gt 7 ] && ! grep -qF -f "$work/secrets" "$work/log"
}
check "the log holds no secret" tells_no_secret
pid=$peer_pid
end_peer
gone() { ! kill -0 "$pid" 2>/dev/null; }
check "it ends with its input" gone
finish
