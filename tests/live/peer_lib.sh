# For the tests of the ways to sign in: the emulator with peer.py before it, and a home folder that has
# a profile for each of them. Read emulator_lib.sh for the TAP helpers and the folder.
# shellcheck shell=sh disable=SC2034 # its variables are for the scripts that read it
#
#   start_peer [OPTION OF keysail serve]...   starts both, makes the home, and points the environment
#                                             to them (peer_environment)
#   peer COMMAND [NAME=VALUE]...              steers it: peer_control.py lists the commands
#   peer_url, peer_proxy, peer_ca, peer_home  where it is
#   with_env, with_container, with_imds       COMMAND...: with what such a machine has in its environment
#   aws ARGUMENT...                           the real AWS CLI, quicker; not for questions on a terminal
#   answering ANSWERS COMMAND...              on a terminal of its own, answering its questions
#   unanswered COMMAND...                     on no terminal
#   end_peer                                  both end; so they do when the script does

# shellcheck source=tests/live/emulator_lib.sh
. "$SRCDIR/tests/live/emulator_lib.sh"

PYTHON=/usr/bin/python3
peer_pid=
aws_pid=

peer_needs() {
	[ -x $PYTHON ] || skip_all "there is no $PYTHON"
	for needed in curl openssl; do
		command -v $needed >/dev/null || skip_all "there is no $needed"
	done
	"$KEYSAIL" serve --help >/dev/null 2>&1 || skip_all "built without the emulator"
}

end_peer() {
	if [ -n "$peer_pid" ]; then
		exec 9>&-
		wait "$peer_pid"
		peer_pid=
		[ -z "$aws_pid" ] || wait "$aws_pid"
		aws_pid=
		rm -f "$work/aws.out" "$work/aws.socket"
	fi
	stop_server
}

clean_up() {
	end_peer
	rm -rf "$work"
}

# The helpers' "name" is left alone: these may be called by what they check.
forget_aws() {
	for variable in $(env | sed -n 's/^\(AWS_[A-Z0-9_]*\)=.*/\1/p'); do unset "$variable"; done
}

start_peer() {
	end_peer
	forget_aws
	start_server "$@" || return 1
	peer_home=$work/home
	rm -rf "$peer_home" "$work/peer"
	rm -f "$work/peer.in"
	# It ends when this pipe does, which is descriptor 9: even if this script is killed, once all that it
	# has started is gone. So what is started to stay needs 9>&-.
	mkfifo "$work/peer.in" || return 1
	: >"$work/peer.out"
	$PYTHON -B "$SRCDIR/tests/live/peer.py" --work "$work/peer" --home "$peer_home" --emulator "$port" \
		<"$work/peer.in" >"$work/peer.out" 2>"$work/peer.err" &
	peer_pid=$!
	exec 9>"$work/peer.in"
	tries=0
	until grep -q '^ready ' "$work/peer.out"; do
		kill -0 "$peer_pid" 2>/dev/null || { cat "$work/peer.err" >&2; return 1; }
		tries=$((tries + 1))
		[ "$tries" -lt 600 ] || return 1
		sleep 0.05
	done
	peer_url=$(sed -n 's/^ready url=\([^ ]*\) .*/\1/p' "$work/peer.out")
	peer_proxy=$(sed -n 's/^ready .* proxy=\([^ ]*\) .*/\1/p' "$work/peer.out")
	peer_ca=$work/peer/ca.pem
	peer_environment
}

# What somebody has who uses the home, and whose way to Amazon is the peer. No machine's metadata.
peer_environment() {
	forget_aws
	export HOME="$peer_home" HTTPS_PROXY="$peer_proxy" AWS_CA_BUNDLE="$peer_ca"
	export AWS_EC2_METADATA_DISABLED=true AWS_PAGER='' AWS_MAX_ATTEMPTS=1
	unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME
}

peer() {
	command=$1
	shift
	for given in "$@"; do
		set -- "$@" --data-urlencode "$given"
		shift
	done
	curl -sS --fail-with-body --noproxy '*' -G "$@" "$peer_url/_peer/$command"
}

with_env() {
	(
		eval "$(peer issue who=env form=env static=yes)"
		"$@"
	)
}

with_container() {
	AWS_CONTAINER_CREDENTIALS_FULL_URI="$peer_url/container/credentials" \
		AWS_CONTAINER_AUTHORIZATION_TOKEN="$(cat "$peer_home/container-word")" "$@"
}

with_imds() {
	AWS_EC2_METADATA_DISABLED='' AWS_EC2_METADATA_SERVICE_ENDPOINT="$peer_url/" "$@"
}

# peer_aws.py says how; where it can't, as it is.
aws() {
	if [ ! -e "$work/aws.out" ]; then
		: >"$work/aws.out"
		$PYTHON -B "$SRCDIR/tests/live/peer_aws.py" serve "$work/aws.socket" \
			<"$work/peer.in" >"$work/aws.out" 2>"$work/aws.err" 9>&- &
		aws_pid=$!
		until grep -q ready "$work/aws.out"; do
			kill -0 "$aws_pid" 2>/dev/null || break
			sleep 0.05
		done
	fi
	if grep -q ready "$work/aws.out"; then
		$PYTHON -ISB "$SRCDIR/tests/live/peer_aws.py" run "$work/aws.socket" "$@"
	else
		/usr/bin/aws "$@"
	fi
}

answering() {
	$PYTHON -B "$SRCDIR/tests/live/peer_pty.py" "$@"
}

unanswered() {
	setsid -w "$@" </dev/null
}
