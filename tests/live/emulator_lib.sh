# For the tests of the emulator against foreign clients: TAP, a server, a folder that goes away.
# shellcheck shell=sh disable=SC2034 # its variables are for the scripts that read it

AWS=/usr/bin/aws
count=0
server_pid=

# What the caller has set for real services must not leak in.
unset AWS_CA_BUNDLE AWS_PROFILE AWS_REGION AWS_ENDPOINT_URL AWS_SESSION_TOKEN REQUESTS_CA_BUNDLE
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
work=$(mktemp -d "${TMPDIR:-/tmp}/keysail-live-XXXXXX") || exit 1
export HOME="$work" AWS_CONFIG_FILE="$work/none" AWS_SHARED_CREDENTIALS_FILE="$work/none"
export AWS_EC2_METADATA_DISABLED=true AWS_PAGER='' AWS_MAX_ATTEMPTS=1

stop_server() {
	[ -n "$server_pid" ] || return 0
	kill "$server_pid" 2>/dev/null
	wait "$server_pid"
	server_status=$?
	server_pid=
	return 0
}

clean_up() {
	stop_server
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# start_server OPTIONS: sets url, port and the credentials of the account.
start_server() {
	stop_server
	: >"$work/serve.out"
	"$KEYSAIL" serve "$@" >"$work/serve.out" 2>"$work/serve.err" 8>&- &
	server_pid=$!
	tries=0
	until grep -q '^aws ' "$work/serve.out"; do
		kill -0 "$server_pid" 2>/dev/null || { cat "$work/serve.err" >&2; return 1; }
		tries=$((tries + 1))
		[ "$tries" -lt 600 ] || return 1
		sleep 0.1
	done
	url=$(sed -n 's/^listening on //p' "$work/serve.out")
	port=${url##*:}
	eval "$(grep '^export AWS_[A-Z_]*KEY' "$work/serve.out")"
	export AWS_DEFAULT_REGION=us-east-1
}

# start_aws: makes $AWS, a program that is the AWS CLI without its start for each call (peer_aws.py
# says how); or the CLI itself where that can't be.
start_aws() {
	AWS=/usr/bin/aws
	mkfifo "$work/aws.in" || return 0
	/usr/bin/python3 -B "$SRCDIR/tests/live/peer_aws.py" serve "$work/aws.socket" \
		<"$work/aws.in" >"$work/aws.out" 2>"$work/aws.err" &
	aws_pid=$!
	# It ends when nobody has this open any more.
	exec 8>"$work/aws.in"
	until grep -q ready "$work/aws.out"; do
		kill -0 "$aws_pid" 2>/dev/null || return 0
		sleep 0.05
	done
	AWS=$work/aws.cli
	printf '#!/bin/sh\nexec /usr/bin/python3 -ISB "%s" run "%s" "$@"\n' \
		"$SRCDIR/tests/live/peer_aws.py" "$work/aws.socket" >"$AWS"
	chmod +x "$AWS"
}

result() { # STATUS NAME
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		sed 's/^/# /' "$work/out" "$work/err" 2>/dev/null
	fi
}

# check NAME COMMAND...: the command succeeds.
check() {
	name=$1
	shift
	"$@" >"$work/out" 2>"$work/err"
	result $? "$name"
}

# has NAME PATTERN COMMAND...: the command succeeds and prints what matches.
has() {
	name=$1
	pattern=$2
	shift 2
	"$@" >"$work/out" 2>"$work/err" && grep -q -e "$pattern" "$work/out"
	result $? "$name"
}

# fails NAME PATTERN COMMAND...: the command fails and says what matches.
fails() {
	name=$1
	pattern=$2
	shift 2
	if "$@" >"$work/out" 2>"$work/err"; then
		result 1 "$name"
	else
		cat "$work/out" "$work/err" | grep -q -e "$pattern"
		result $? "$name"
	fi
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

finish() {
	echo "1..$count"
}
