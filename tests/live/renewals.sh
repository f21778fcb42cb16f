#!/bin/sh
# Credentials that run out are renewed, once, in mid-session too, and what that costs is kept: the AWS
# CLI and keysail share their caches both ways. Prints TAP.
# shellcheck source=tests/live/identity_lib.sh
. "$SRCDIR/tests/live/identity_lib.sh"
peer_needs
start_peer --still --buckets 6 || exit 1

lists() { # PROFILE...: all of them have all keys
	options=$(printf -- ' -p %s' "$@")
	# shellcheck disable=SC2086 # they are words
	list_in -r us-east-1 $options
	ended 0 0 || return 1
	for profile in "$@"; do keys_of "$profile" | cmp - "$work/truth" || return 1; done
}
list_in -p keys -r us-east-1
keys_of keys >"$work/truth"
check "there is something to list" lists keys

# ---- in mid-session ----

# The first answer of Lightsail's that has keys is held until what it was signed with has expired.
expires_meanwhile() { # PROFILE WHO SERVICE REQUESTS [with_...]
	profile=$1
	who=$2
	service=$3
	wanted=$4
	shift 4
	rm -rf "$HOME/.aws/cli"
	peer forget
	peer fail service=lightsail operation=GetBucketAccessKeys kind=hold
	"$@" lists "$profile" 9>&- &
	peer wait service=lightsail operation=GetBucketAccessKeys && peer expire who="$who" >/dev/null && peer release &&
		wait $! && is "$wanted" peer count service="$service" status=200 &&
		asked lightsail status=400 | grep -q GetBucketAccessKeys
}
check "a role that expires in mid-session is taken on again" expires_meanwhile role role:Reader sts 2
check "so is one that a role takes on, with its own" expires_meanwhile chained role:Chained sts 3
check "and one by web identity" expires_meanwhile web web sts 2
check "SSO gives new credentials" expires_meanwhile sso sso sso 2
check "so does a process" expires_meanwhile process process process 2
check "a container" expires_meanwhile bare container container 2 with_container
check "an instance" expires_meanwhile bare instance imds 6 with_imds
check "a login is renewed" expires_meanwhile login login signin 1
ends_meanwhile() {
	rm -rf "$HOME/.aws/cli"
	peer forget
	peer fail service=lightsail operation=GetBucketAccessKeys kind=hold times=3
	"$KEYSAIL" list --format csv -p sso -r us-east-1 >"$work/list" 2>"$work/said" 9>&- &
	peer wait service=lightsail operation=GetBucketAccessKeys count=3 && peer revoke what=sso &&
		peer expire who=sso >/dev/null && rm -rf "$HOME/.aws/cli" && peer release
	wait $!
	status=$?
	peer sso-login >/dev/null
	peer sso-login session=legacy >/dev/null
	ended 1 1 && says "keysail: sso: The login for SSO my-sso isn't accepted any more"
}
check "one that has ended is one line, however many buckets there are" ends_meanwhile
once_only() {
	peer fail service=lightsail kind=error status=400 code=ExpiredTokenException times=-1
	peer forget
	list_in -p role -p keys -r us-east-1
	peer clear
	# One call of the keys, two of the role.
	ended 1 2 && says "keysail: role, us-east-1: ExpiredTokenException" && is 3 peer count service=lightsail &&
		is 2 peer count service=sts
}
check "a service that calls everything expired is asked once more only" once_only

# What ends within a quarter of an hour is not begun with.
soon() { # PROFILE SERVICE
	rm -rf "$HOME/.aws/cli"
	peer set validity=600
	lists "$1" && peer forget && lists "$1" && is 1 peer count service="$2" && peer set validity=1200 && lists "$1" &&
		peer forget && lists "$1" && is 0 peer count service="$2"
}
check "a role with ten minutes left is taken on anew, with twenty it isn't" soon role sts
check "the same with SSO" soon sso sso
peer set validity=0

# ---- tokens that rotate ----

# rotated NAME FILE: since it was copied to "old"
rotated() {
	[ "$(member "$1" "$2")" != "$(member "$1" "$work/old")" ] && [ "$(stat -c %a "$2")" = 600 ]
}
sso_renewed() {
	token=$(peer sso-login in=60)
	cp "$token" "$work/old"
	rm -rf "$HOME/.aws/cli"
	peer forget
	lists sso && is 1 peer count service=oidc && rotated refreshToken "$token" && rotated accessToken "$token" &&
		lists sso && is 1 peer count service=oidc
}
check "an SSO token that ends soon is renewed and written back" sso_renewed
login_renewed() {
	session=$(peer login in=60)
	cp "$session" "$work/old"
	peer forget
	lists login && is 1 peer count service=signin && rotated refreshToken "$session" && rotated accessToken "$session" &&
		lists login && is 1 peer count service=signin
}
check "so is a login" login_renewed

# Two at once: the second begins while the first waits for its answer.
one_renewal() { # PROFILE SERVICE
	rm -rf "$HOME/.aws/cli"
	peer forget
	peer fail service="$2" kind=hold
	"$KEYSAIL" list --format csv -p "$1" -r us-east-1 >"$work/first" 2>"$work/err.first" 9>&- &
	first=$!
	peer wait service="$2"
	"$KEYSAIL" list --format csv -p keys -p "$1" -r us-east-1 >"$work/second" 2>"$work/err.second" 9>&- &
	second=$!
	# By then it looks for its other credentials, too.
	peer wait service=lightsail operation=GetBuckets
	peer release
	wait $first && wait $second && [ ! -s "$work/err.first" ] && [ ! -s "$work/err.second" ] || return 1
	for run in first second; do
		cp "$work/$run" "$work/list"
		keys_of "$1" | cmp - "$work/truth" || return 1
	done
	is 1 peer count service="$2"
}
peer sso-login in=-60 >"$work/out"
check "two at once renew an SSO token once" one_renewal sso oidc
peer login in=-60 >"$work/out"
check "and a login" one_renewal login signin
check "and take a role on once" one_renewal role sts
all_at_once() {
	peer sso-login in=-60 >/dev/null
	rm -rf "$HOME/.aws/cli"
	peer forget
	started=
	for run in 1 2 3 4 5 6; do
		"$KEYSAIL" list --format csv -p sso -r us-east-1 >"$work/run.$run" 2>&1 9>&- &
		started="$started $!"
	done
	for run in $started; do wait "$run" || return 1; done
	is 1 peer count service=oidc && cat "$work"/run.? | sort | uniq -c | awk '{ print $1 }' | sort -u | grep -qx 6
}
check "six at once do, too" all_at_once

# ---- caches that are shared ----

shared="role chained partner mfa web sso sso-legacy sso-role"
nobody_asked() { is 0 peer count service=sts && is 0 peer count service=sso && is 0 peer count service=oidc; }
closed_to_others() {
	[ -z "$(find "$HOME/.aws/cli" "$HOME/.aws/sso" "$HOME/.aws/login" \( -type f ! -perm 600 \) -o \( -type d ! -perm 700 \))" ]
}
names_in_cache() { ls "$HOME/.aws/cli/cache"; }
by_keysail() {
	rm -rf "$HOME/.aws/cli"
	# shellcheck disable=SC2046,SC2086 # they are words
	list_by_terminal 123456 -r us-east-1 $(printf -- ' -p %s' $shared)
	ended 0 0 && names_in_cache >"$work/by.keysail" && [ "$(wc -l <"$work/by.keysail")" -eq 8 ]
}
check "keysail leaves a file for each in the cache" by_keysail
check "which are for their owner only" closed_to_others

if [ -x /usr/bin/aws ]; then
	names() {
		aws lightsail get-buckets --query 'buckets[].name' --output text --profile "$1"
	}
	cli_reads() {
		peer forget
		for profile in $shared; do names "$profile" | grep -q media-assets || return 1; done
		nobody_asked
	}
	check "the AWS CLI goes on with them and asks nobody" cli_reads
	by_cli() {
		rm -rf "$HOME/.aws/cli"
		answering 123456 /usr/bin/aws lightsail get-buckets --profile mfa >"$work/terminal" || return 1
		for profile in $shared; do names "$profile" || return 1; done
		names_in_cache | cmp - "$work/by.keysail"
	}
	check "its own have the same names" by_cli
	keysail_reads() {
		peer forget
		# shellcheck disable=SC2086
		lists $shared && nobody_asked
	}
	check "keysail goes on with those, and needs no code" keysail_reads
	with_renewed_token() {
		peer sso-login in=60 >/dev/null
		rm -rf "$HOME/.aws/cli"
		lists sso && rm -rf "$HOME/.aws/cli" && peer forget && names sso | grep -q media-assets && is 0 peer count service=oidc
	}
	check "the CLI goes on with an SSO token that keysail has renewed" with_renewed_token
	the_other_way() {
		peer sso-login in=60 >/dev/null
		rm -rf "$HOME/.aws/cli"
		names sso && rm -rf "$HOME/.aws/cli" && peer forget && lists sso && is 0 peer count service=oidc
	}
	check "and keysail with one that the CLI has" the_other_way
	logged_out() {
		by_keysail && aws sso logout && ! ls "$HOME"/.aws/sso/cache/*.json 2>/dev/null &&
			[ "$(names_in_cache | wc -l)" -eq 6 ] && rm -rf "$HOME/.aws/cli" && ! lists sso &&
			says "The login for SSO my-sso isn't there"
	}
	check "aws sso logout takes with it what is SSO's" logged_out
fi
check "no secret was said" keeps_secrets "$work/said" "$work/list" "$work/terminal"
finish
