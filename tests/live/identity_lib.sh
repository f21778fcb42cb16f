# For the tests of keysail's ways to sign in: what it lists and says, beside what the AWS CLI does.
# shellcheck shell=sh disable=SC2034 # its variables are for the scripts that read it
#
#   list_in OPTION...       keysail list as CSV: left in $work/list, what it says in $work/said, how it
#                           ended in $status; by_terminal ANSWERS before it answers its questions
#   keys_of PROFILE         of that list: a line "BUCKET KEY" each, sorted
#   says TEXT               in a line of what it said
#   ended STATUS LINES      how it ended, and how many lines it said
#   asked SERVICE [...]     what the peer was asked since the last "peer forget"
#   keeps_secrets FILE...   none of the secrets that lie in the home folder is in them

# shellcheck source=tests/live/peer_lib.sh
. "$SRCDIR/tests/live/peer_lib.sh"

list_in() {
	"$KEYSAIL" list --format csv "$@" >"$work/list" 2>"$work/said" </dev/null
	status=$?
}

# The question is asked on the terminal; the list and the complaints stay apart.
list_by_terminal() { # ANSWERS OPTION...
	answers=$1
	shift
	# shellcheck disable=SC2016 # it is for the inner shell
	answering "$answers" sh -c 'list=$1 said=$2; shift 2; exec "$KEYSAIL" list --format csv "$@" >"$list" 2>"$said"' \
		sh "$work/list" "$work/said" "$@" >"$work/terminal"
	status=$?
}

keys_of() {
	awk -F, -v profile="$1" '$1 == profile { print $3, $4 }' "$work/list" | sort
}

says() {
	grep -qF -- "$1" "$work/said"
}

ended() {
	[ "$status" -eq "$1" ] && [ "$(wc -l <"$work/said")" -eq "$2" ]
}

asked() {
	service=$1
	shift
	peer requests service="$service" "$@"
}

is() { # WANTED COMMAND...: prints exactly this
	wanted=$1
	shift
	[ "$("$@")" = "$wanted" ]
}

member() { # NAME FILE: of a JSON object
	$PYTHON -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$2" "$1"
}

# As the AWS CLI names its files.
hash_of() {
	printf %s "$1" | openssl dgst -sha1 -r | cut -d' ' -f1
}

secrets() {
	sed -n 's/^aws_s[a-z_]* = //p' "$HOME/.aws/credentials" "$HOME/.aws/config"
	cat "$HOME/container-word" "$HOME/web-token"
	find "$HOME/.aws" -name '*.json' -exec sed -n 's/[,{]/\n/gp' {} + | sed -n \
		's/^ *"\(SecretAccessKey\|secretAccessKey\|SessionToken\|sessionToken\|accessToken\|refreshToken\|clientSecret\)": *"\(.*\)"}*$/\2/p'
}

keeps_secrets() {
	secrets >"$work/secrets"
	[ "$(wc -l <"$work/secrets")" -ge 7 ] && cat "$@" >"$work/all" && [ -s "$work/all" ] &&
		! grep -qF -f "$work/secrets" "$work/all"
}
