#!/bin/sh
# "keysail serve": its options, its signals and its state file.
# shellcheck source=tests/live/emulator_lib.sh
. "$SRCDIR/tests/live/emulator_lib.sh"

serve() {
	timeout 60 "$KEYSAIL" serve "$@"
}

exits() { # NAME STATUS PATTERN OPTIONS...
	name=$1
	status=$2
	pattern=$3
	shift 3
	serve "$@" >"$work/out" 2>"$work/err"
	[ $? -eq "$status" ] && cat "$work/out" "$work/err" | grep -q -e "$pattern"
	result $? "$name"
}

exits "--help explains the options" 0 '--keys-per-bucket N' --help
exits "--fault help lists the kinds" 0 '^reset-after' --fault help
exits "--error-form help lists the forms" 0 '^namespaced' --error-form help
exits "an unknown option is a usage error" 2 'no option --nonsense' --nonsense
exits "an argument is a usage error" 2 'what is this: nonsense' nonsense
exits "a missing value is a usage error" 2 'value is missing after --port' --port
exits "a bad port is a usage error" 2 'port wants' --port 70000
exits "a bad number is a usage error" 2 'buckets wants' --buckets 12x
exits "three keys a bucket are a usage error" 2 'keys-per-bucket wants' --keys-per-bucket 3
exits "an unknown fault is a usage error" 2 'one of the kinds' --fault kind=nonsense
exits "a fault of no operation is a usage error" 2 'no such operation' \
	--fault kind=internal,op=GetNothing
exits "an unknown error form is a usage error" 2 'no error form' --error-form nonsense
exits "a state file that can't be opened" 1 'Not a directory' --state /dev/null/state

start_server --still --seed 7 || exit 1
check "the first line says where it listens" \
	sh -c "head -1 '$work/serve.out' | grep -q '^listening on http://127.0.0.1:[0-9][0-9]*$'"
first=$(grep ^export "$work/serve.out" | grep KEY)
exits "a port that is taken" 1 'in use' --port "$port"
kill -INT "$server_pid"
wait "$server_pid"
result $? "SIGINT ends it well"
server_pid=
start_server --still --seed 7 || exit 1
check "the same seed has the same credentials" \
	[ "$first" = "$(grep ^export "$work/serve.out" | grep KEY)" ]
stop_server
result "$server_status" "SIGTERM ends it well"

# ---- the state file ----
state="$work/state.json"
start_server --still --state "$state" --seed 3 || exit 1
check "a new state file is there at once" sh -c "
	for i in \$(seq 600); do [ -s '$state' ] && exit 0; sleep 0.1; done; exit 1"
check "it is nobody else's to read" [ "$(stat -c %a "$state")" = 600 ]
if [ -x /usr/bin/aws ]; then
	lightsail() {
		/usr/bin/aws --endpoint-url "$url" lightsail "$@"
	}
	id=$(lightsail create-bucket-access-key --bucket-name training-videos \
		--query accessKey.accessKeyId --output text)
	# Killed, not stopped: what was answered is kept all the same.
	check "a new key is on the disk soon" sh -c "
		for i in \$(seq 600); do grep -q '$id' '$state' && exit 0; sleep 0.1; done; exit 1"
	kill -KILL "$server_pid"
	wait "$server_pid" 2>/dev/null
	server_pid=
	start_server --still --state "$state" || exit 1
	has "a killed server comes back with the key" "$id" \
		lightsail get-bucket-access-keys --bucket-name training-videos
	stop_server
fi
stop_server
printf '{"format":"keysail emul' >"$state"
exits "half a state file is refused" 1 'is not JSON' --state "$state"
check "and left as it was" [ "$(cat "$state")" = '{"format":"keysail emul' ]
check "no file is left beside it" [ "$(echo "$state"*)" = "$state" ]
mkfifo "$work/fifo"
exits "a FIFO is refused, not waited for" 1 "isn't a regular file" --state "$work/fifo"
exits "a device without an end is refused" 1 "isn't a regular file" --state /dev/full
# Blocks of 512 bytes in some shells and of 1,024 in others.
full() { (ulimit -f 20 && "$KEYSAIL" serve --port 0 --state "$work/full"); }
fails "a limit on files is an error, not a signal" "can't be written" full
check "and nothing is left of it" [ "$(echo "$work"/full*)" = "$work/full*" ]
finish
