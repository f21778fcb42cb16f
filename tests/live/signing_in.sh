#!/bin/sh
# Signing in, on the screen of the terminal program: codes that are asked for, logins that end in
# mid-session, and services that never answer, which no key waits for. Prints TAP.
# shellcheck source=tests/live/identity_lib.sh
. "$SRCDIR/tests/live/identity_lib.sh"
peer_needs
command -v tmux >/dev/null || skip_all "there is no tmux"
start_peer --still --buckets 6 || exit 1

# ---- a window for each program ----

window=0
unset TMUX
echo 'set -g status off' >"$work/tmux.conf"
mux() {
	tmux -S "$work/tmux$window" -f "$work/tmux.conf" "$@" 9>&-
}
close_window() {
	[ ! -e "$work/tmux$window" ] || mux kill-server 2>/dev/null
}
# Without the windows the peer would not end.
trap 'close_window; clean_up' EXIT

open_window() { # OPTION...
	close_window
	window=$((window + 1))
	mux new-session -d -x 120 -y 34 "'$KEYSAIL' $*; echo LEFT-WITH \$?; exec sleep 1000"
}
screen() {
	mux capture-pane -p
}
# What must appear, appears; a minute is more than enough.
shows() { # PATTERN
	tries=0
	until screen >"$work/screen" && grep -q -e "$1" "$work/screen"; do
		tries=$((tries + 1))
		if [ "$tries" -gt 600 ]; then
			echo "no $1 in:"
			cat "$work/screen"
			return 1
		fi
		sleep 0.1
	done
}
press() {
	mux send-keys "$@"
}
lacks() { # PATTERN
	screen >"$work/screen" && ! grep -q -e "$1" "$work/screen"
}

# ---- codes ----

open_window -p mfa -p keys -r us-east-1
check "a code is asked for in a dialog" shows "Needed *MFA code for arn:aws:iam::111122223333:mfa/alice"
check "beside what needs none" shows "media-assets"
press 654321 Enter
check "a wrong one is asked for again" shows "MultiFactorAuthentication failed"
check "and isn't to be seen" lacks 654321
press 123456 Enter
check "the right one opens the account" shows "wordpress-uploads .*mfa"
check "for all that needs it" is 2 peer count service=sts
press q
check "the program ends" shows "LEFT-WITH 0"
rm -rf "$HOME/.aws/cli"
open_window -p mfa -p keys -r us-east-1
shows "Needed *MFA code" >"$work/out"
press Escape
check "Esc sends none" shows "! mfa: have the device "
press C-r
check "and Ctrl-R asks again" shows "Needed *MFA code"
press 123456 Enter
check "for a code that opens it then" shows "wordpress-uploads .*mfa"

# ---- logins that end ----

rm -rf "$HOME/.aws/cli"
open_window -p sso -r us-east-1
check "an SSO login opens the account" shows "wordpress-uploads"
peer expire who=sso >"$work/out"
peer forget
press C-r
check "what expires in mid-session is renewed" peer wait service=sso
check "and read with" peer wait service=lightsail status=200 operation=GetBucketAccessKeys count=3
check "without a word" lacks failed
peer sso-login in=-60 registration=-60 >"$work/out"
peer revoke what=sso
peer expire who=sso >"$work/out"
rm -rf "$HOME/.aws/cli"
press C-r
check "a login that has ended is a line of its own" shows "! sso: run aws sso login --profile sso"
check "with what it is" shows "The login for SSO my-sso"
check "and no other" is 1 grep -c '│.! ' "$work/screen"
peer sso-login >"$work/out"
press G
press r
check "after a new login r reads it" shows "3 buckets"
mended() {
	tries=0
	until lacks '│.! \|[0-9] [a-z]* failed\|●!'; do
		tries=$((tries + 1))
		[ "$tries" -le 600 ] || return 1
		sleep 0.1
	done
}
check "all of it" mended
peer sso-login in=-60 registration=-60 >"$work/out"
rm -rf "$HOME/.aws/cli"
open_window -p sso -r us-east-1
check "alone, a login that has ended is a screen" shows "Run: aws sso login --profile sso"
peer sso-login >"$work/out"
press r
check "which r leaves" shows "wordpress-uploads"

# ---- services that never answer ----

rm -rf "$HOME/.aws/cli"
for service in sts sso oidc imds; do peer fail service="$service" kind=hang times=-1; done
peer sso-login in=-60 >"$work/out"
peer forget
with_imds open_window -p role -p sso -p bare -p keys -r us-east-1
check "the program opens while services hang" shows "media-assets"
hanging() { peer wait service=sts status=hang && peer wait service=oidc status=hang && peer wait service=imds status=hang; }
check "which they do" hanging
press Down
check "the cursor moves" shows "▸wordpress-staging"
press '?'
check "the help opens" shows "make a key for the selected bucket"
press q
press p
check "and the profiles" shows "SIGNS IN WITH"
press q
press q
check "and it ends" shows "LEFT-WITH 0"
check "before anybody was let go" is 0 peer count service=sts status=200
peer clear
peer release
peer requests >"$work/log"
check "no secret was shown" keeps_secrets "$work/log" "$work/screen"
finish
