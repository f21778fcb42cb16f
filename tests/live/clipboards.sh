#!/bin/sh
# Each way to a clipboard, with the real programs: X11 with xclip and xsel, Wayland with wl-copy,
# tmux, OSC 52 to tmux and through it to xterm, and commands of the configuration. What another
# program reads from the clipboard is the secret of the key that the server made, and opens the
# bucket; it is taken out again, unless something else was copied since. Prints TAP.
set -u
SRCDIR=${SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
BUILDDIR=${BUILDDIR:-$SRCDIR/build}
KEYSAIL=${KEYSAIL:-$BUILDDIR/keysail}
# shellcheck source=tests/live/emulator_lib.sh
. "$SRCDIR/tests/live/emulator_lib.sh"

has_tool() { command -v "$1" >/dev/null 2>&1; }

"$KEYSAIL" serve --help >/dev/null 2>&1 || skip_all "built without the emulator"
has_tool tmux || skip_all "tmux isn't installed"

unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_RUNTIME_DIR TMUX STY
unset DISPLAY XAUTHORITY WAYLAND_DISPLAY SSH_CONNECTION SSH_TTY VTE_VERSION
export LC_ALL=C.UTF-8
export TMPDIR="$work" # of the tools
[ ! -x "$AWS" ] || start_aws
log=$work/log # all that the pane was sent
way=
window=0
xvfb_pid=
sway_pid=

# ok NAME COMMAND...: what follows needs it; gives whether to go on.
ok() {
	name=$1
	shift
	"$@" >"$work/out" 2>"$work/err"
	set -- $?
	[ "$1" -eq 0 ] || mux capture-pane -p >>"$work/err" 2>&1
	result "$1" "$way: $name"
	return "$1"
}

skip() {
	count=$((count + 1))
	echo "ok $count - $way # SKIP $1"
}

# until_it COMMAND...: polls until it succeeds.
until_it() {
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || return 1
		sleep 0.1
	done
}

# ---- the window: 100x30, in a tmux server of its own ----
mux() { tmux -S "$work/tmux$window" -f "$work/tmux.conf" "$@"; }

close_window() {
	[ ! -S "$work/tmux$window" ] || mux kill-server 2>/dev/null
}

end_all() {
	close_window
	for pid in $xvfb_pid $sway_pid; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	clean_up
}
trap end_all EXIT

# open_window [-u VARIABLE|VARIABLE=VALUE]...: a server with one bucket, and keysail in such an
# environment, with $work/tools as its PATH. What stays after it keeps the window open.
open_window() {
	close_window
	stop_server
	window=$((window + 1))
	rm -rf "$work/state" "$work/.local"
	start_server --port 0 --still --buckets 1 --keys-per-bucket 0 --state "$work/state" || return 1
	cat >"$work/run" <<-END
		echo \$\$ >"$work/shell"
		/bin/sh -c 'echo \$\$ >"$work/pid"; exec "$KEYSAIL" --ascii -r us-east-1 --endpoint-url "$url"'
		echo LEFT-IT
		read -r _
	END
	printf 'set -g status off\nset -g set-clipboard on\n' >"$work/tmux.conf"
	: >"$log"
	mux new-session -d -x 100 -y 30 env "$@" "PATH=$work/tools" /bin/sh "$work/run" &&
		mux pipe-pane -o "exec cat >>'$log'" &&
		shows "1 bucket "
}

# tools NAME...: all that keysail finds, and what wl-copy 2.1 runs. Each notes what it was called
# with, and its process ID.
tools() {
	rm -rf "$work/tools" "$work/calls"
	mkdir "$work/tools"
	: >"$work/calls"
	ln -s "$(command -v cat)" "$(command -v rm)" "$work/tools"
	for tool in "$@"; do
		cat >"$work/tools/$tool" <<-END
			#!/bin/sh
			echo "\$\$ $tool \$*" >>"$work/calls"
			exec "$(command -v "$tool")" "\$@"
		END
		chmod +x "$work/tools/$tool"
	done
}

on_screen() { mux capture-pane -p | grep -qF -- "$1"; }
shows() { until_it on_screen "$1"; }
press() { mux send-keys "$@"; }

# press_for KEY TEXT: a dialog takes no key that came before its first frame was complete.
press_for() {
	for _ in 1 2 3 4; do
		press "$1"
		tries=0
		while [ $tries -lt 80 ]; do
			if on_screen "$2"; then return 0; fi
			tries=$((tries + 1))
			sleep 0.1
		done
	done
	return 1
}

# ---- the key, and its secret by the server's own word ----
make_key() {
	press_for n "[Create]" && press_for Enter "[Copy]" && until_it read_state
}

read_state() {
	key_id=$(sed -n 's/.*"keys":\[{"id":"\([^"]*\)".*/\1/p' "$work/state")
	secret=$(sed -n 's/.*"keys":\[{[^}]*"secret":"\([^"]*\)".*/\1/p' "$work/state")
	[ -n "$key_id" ] && [ ${#secret} -eq 40 ]
}

# What came out of the clipboard opens the bucket.
opens_the_bucket() {
	AWS_ACCESS_KEY_ID=$key_id AWS_SECRET_ACCESS_KEY=$(paste_it) "$AWS" --endpoint-url "$url" \
		s3api list-objects-v2 --bucket media-assets --max-items 1 | grep -q '"Key"'
}

# ---- each kind of clipboard, as another program sees it: paste_it, copy_it TEXT ----
paste_it() {
	case $kind in
	X11) paste_x11 ;;
	Wayland) timeout 10 wl-paste --no-newline ;;
	tmux) mux show-buffer -b "keysail-$(cat "$work/pid")" ;;
	"tmux's newest") mux show-buffer ;;
	esac 2>/dev/null
}

copy_it() {
	case $kind in
	X11) printf %s "$1" | copy_x11 ;;
	Wayland) printf %s "$1" | timeout 10 wl-copy ;;
	"tmux's newest") mux set-buffer "$1" ;;
	esac >/dev/null 2>&1 && until_it holds "$1"
}

# By the tool that isn't tested, where it is there.
paste_x11() {
	if [ "$foreign" = xsel ]; then
		timeout 10 xsel --output --clipboard
	else
		timeout 10 xclip -out -selection clipboard
	fi
}

copy_x11() {
	if [ "$foreign" = xsel ]; then
		timeout 10 xsel --input --clipboard
	else
		timeout 10 xclip -in -selection clipboard
	fi
}

choose_foreign() {
	foreign=xclip
	if [ "$1" = xclip ] && has_tool xsel; then foreign=xsel; fi
	if ! has_tool xclip; then foreign=xsel; fi
}

holds() { [ "$(paste_it)" = "$1" ]; }
holds_nothing() { [ -z "$(paste_it | tr -d ' ')" ]; }
is_over() { ! kill -0 "$1" 2>/dev/null; }

# ---- what is checked of each ----
before="somebody else's"

# copies PHRASE [-u VARIABLE|VARIABLE=VALUE]...: what another program copied is there, and then the
# secret.
copies() {
	phrase=$1
	shift
	ok "keysail opens" open_window "$@" &&
		ok "another program copies something" copy_it "$before" &&
		ok "a key is made" make_key &&
		ok "nothing is copied unasked" holds "$before" &&
		press c &&
		ok "it says what it did" shows "$phrase" &&
		ok "it asks whether it arrived" shows "[It arrived]"
}

is_there() {
	ok "another program finds the secret there" until_it holds "$secret" &&
		if [ -x "$AWS" ]; then
			ok "with it the bucket opens" opens_the_bucket
		fi
}

confirms() {
	press Enter
	ok "it arrived, and is wiped" shows "wiped it"
}

quits() {
	press q
	ok "it ends" shows LEFT-IT && ok "by itself" is_over "$(cat "$work/pid")"
}

said_nothing() {
	! grep -qF -- "$secret" "$log" && ! grep -qF -- "$secret" "$work/calls"
}

# wl-copy 2.1 keeps the text in a file while it runs, and always there.
left_no_file() { ! grep -rqsF -- "$secret" /tmp/wl-copy-*; }

last_child() { sed -n "\$s/ $1.*//p" "$work/calls"; }

# For a tool of the display, which serves the clipboard as long as nothing else is copied.
serves() { # TOOL VARIABLE=VALUE...
	tool=$1
	shift
	tools "$tool"
	copies "Copied with $tool" "$@" && is_there && confirms || return
	child=$(last_child "$tool")
	ok "it still serves it" kill -0 "$child" &&
		ok "the secret is still there" holds "$secret" &&
		quits &&
		ok "the clipboard is empty" holds_nothing &&
		ok "the child is gone" is_over "$child" &&
		ok "it left no file" left_no_file &&
		ok "no screen and no command line had the secret" said_nothing

	way="$way, something else copied since"
	copies "Copied with $tool" "$@" && ok "the secret is there" until_it holds "$secret" || return
	child=$(last_child "$tool")
	ok "another program copies" copy_it "mine again" &&
		ok "the dialog says so" shows "Something else was copied since" &&
		ok "the child ended by itself" is_over "$child" &&
		confirms && quits &&
		ok "it stays" holds "mine again"
}

# ---- X11 ----
start_x11() {
	has_tool Xvfb || return 1
	Xvfb -displayfd 3 -screen 0 640x480x24 -nolisten tcp -noreset 3>"$work/display" \
		>"$work/xvfb.log" 2>&1 &
	xvfb_pid=$!
	until_it has_display
	DISPLAY=:$(cat "$work/display")
	export DISPLAY
}

has_display() { [ -s "$work/display" ] || is_over "$xvfb_pid"; }

configure() {
	mkdir -p "$work/.config/keysail"
	cat >"$work/.config/keysail/config"
}

# Whether it was there before its time was over can't be told by a reader that may come too late;
# that what was there before is gone tells it as well.
counts_down() {
	configure <<-'END'
		[clipboard]
		clear_seconds = 2
	END
	tools xclip
	choose_foreign xclip
	if copies "Copied with xclip"; then
		ok "it counts down" until_it grep -qaF "clipboard clears in" "$log" &&
			ok "then the clipboard is empty" until_it holds_nothing &&
			ok "and it says so" shows "Its time there is over" &&
			ok "the child is gone" until_it is_over "$(last_child xclip)" &&
			confirms && quits
	fi
	rm -rf "$work/.config"
}

# A command that doesn't stay: xclip goes to the background by itself.
obeys() {
	configure <<-'END'
		[clipboard]
		copy_command = xclip -selection clipboard
		clear_command = xclip -in -selection clipboard
	END
	tools xclip
	choose_foreign xclip
	copies "Given to your copy_command" && is_there && confirms && quits &&
		ok "the clear_command has emptied it" until_it holds_nothing

	way="$way without a clear_command"
	configure <<-'END'
		[clipboard]
		copy_command = xclip -selection clipboard
	END
	copies "Given to your copy_command" &&
		ok "it says that it stays there" shows "no clear_command is configured" &&
		confirms && quits &&
		ok "it says so once more when it has ended" shows "stays where copy_command put it" &&
		ok "it is still there" holds "$secret"
	rm -rf "$work/.config"
}

# ---- Wayland ----
# sway runs for no root, and then as nobody, who must be able to reach its folder.
start_wayland() {
	has_tool sway && has_tool wl-copy && has_tool wl-paste || return 1
	XDG_RUNTIME_DIR=$work/wayland
	mkdir -m 700 "$XDG_RUNTIME_DIR"
	echo "xwayland disable" >"$work/sway.conf"
	set -- env "HOME=$XDG_RUNTIME_DIR" "XDG_RUNTIME_DIR=$XDG_RUNTIME_DIR" WLR_BACKENDS=headless \
		WLR_RENDERER=pixman WLR_LIBINPUT_NO_DEVICES=1 sway -c "$work/sway.conf"
	if [ "$(id -u)" -eq 0 ]; then
		chmod 711 "$work"
		chown 65534 "$XDG_RUNTIME_DIR" || return 1
		set -- setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	fi
	"$@" >"$work/sway.log" 2>&1 &
	sway_pid=$!
	until_it has_wayland && [ -n "$WAYLAND_DISPLAY" ] && export XDG_RUNTIME_DIR WAYLAND_DISPLAY
}

has_wayland() {
	WAYLAND_DISPLAY=
	for socket in "$XDG_RUNTIME_DIR"/wayland-*; do
		if [ -S "$socket" ]; then WAYLAND_DISPLAY=${socket##*/}; fi
	done
	[ -n "$WAYLAND_DISPLAY" ] || is_over "$sway_pid"
}

# ---- tmux, and the terminal around it ----
# goes_to_tmux: a buffer of its own, which is taken away again. Another one stays.
goes_to_tmux() {
	tools tmux
	ok "keysail opens" open_window -u DISPLAY -u WAYLAND_DISPLAY &&
		ok "another buffer is made" mux set-buffer -b mine "$before" &&
		ok "a key is made" make_key &&
		press c &&
		ok "it says what it did" shows "Loaded into a tmux buffer" &&
		ok "it asks whether it arrived" shows "[It arrived]" &&
		is_there &&
		ok "it can be pasted" mux paste-buffer -p -b "keysail-$(cat "$work/pid")" &&
		ok "keysail finds the paste right" shows "it arrived whole" &&
		confirms && quits &&
		ok "the buffer is gone" holds_nothing &&
		ok "the other one stays" test "$(mux list-buffers -F '#{buffer_name}')" = mine &&
		ok "no screen and no command line had the secret" said_nothing
}

# outlives COMMAND...: of tmux, which takes keysail's terminal away, while another session keeps the
# server. The hang-up reaches all of the terminal's processes, and what they start just then.
outlives() {
	tools tmux
	ok "keysail opens" open_window -u DISPLAY -u WAYLAND_DISPLAY &&
		ok "a key is made" make_key &&
		press c &&
		ok "it asks whether it arrived" shows "[It arrived]" &&
		ok "the secret is in a buffer" until_it holds "$secret" &&
		ok "there is another session" mux new-session -d -s other "exec sleep 1000" &&
		ok "keysail's terminal goes" mux "$@" &&
		ok "keysail ends" until_it is_over "$(cat "$work/pid")" &&
		ok "the other session goes on" mux has-session -t other &&
		ok "no buffer is left" test -z "$(mux list-buffers)"
}

# What tmux kept as its newest buffer is what the prefix key and ] would paste.
goes_by_osc52() {
	tools
	copies "Sent to the terminal by OSC 52" -u DISPLAY -u WAYLAND_DISPLAY -u TMUX &&
		is_there && confirms && quits &&
		ok "the clipboard is blank" until_it holds_nothing
}

# xterm obeys OSC 52 when it may, and tmux is told by its terminfo that it does.
open_xterm() {
	xterm -geometry 100x30 -xrm '*allowWindowOps: true' -xrm '*selectToClipboard: true' \
		-e tmux -S "$work/tmux$window" attach >"$work/xterm.log" 2>&1 &
	until_it has_client
}

has_client() { [ -n "$(mux list-clients)" ]; }

goes_to_xterm() { # PHRASE OPTION...
	phrase=$1
	shift
	choose_foreign xclip
	tools tmux
	ok "keysail opens" open_window -u DISPLAY -u WAYLAND_DISPLAY "$@" &&
		ok "another program copies something" copy_it "$before" &&
		ok "xterm opens" open_xterm &&
		ok "a key is made" make_key &&
		press c &&
		ok "it says what it did" shows "$phrase" &&
		ok "it asks whether it arrived" shows "[It arrived]" &&
		is_there && confirms && quits &&
		ok "the clipboard is blank" until_it holds_nothing
}

# ---- all of it ----
kind=tmux
way="tmux"
goes_to_tmux
for part in session window pane; do
	way="tmux, whose $part is killed"
	outlives "kill-$part" -t =0:
done
kind="tmux's newest"
way="OSC 52 to tmux"
goes_by_osc52

kind=X11
if start_x11; then
	for tool in xclip xsel; do
		way="X11 with $tool"
		if has_tool $tool; then
			choose_foreign $tool
			serves $tool
		else
			skip "$tool isn't installed"
		fi
	done
	for part in counts_down obeys; do
		way="X11 with xclip"
		[ $part = counts_down ] || way="copy_command"
		if has_tool xclip; then $part; else skip "xclip isn't installed"; fi
	done
	way="tmux in xterm"
	if has_tool xterm; then
		goes_to_xterm "Loaded into a tmux buffer"
		way="OSC 52 through tmux to xterm"
		goes_to_xterm "Sent to the terminal by OSC 52" -u TMUX
	else
		skip "xterm isn't installed"
	fi
else
	way=X11
	skip "Xvfb isn't installed, or doesn't start here"
fi
unset DISPLAY

kind=Wayland
way="Wayland with wl-copy"
if start_wayland; then
	serves wl-copy
else
	skip "wl-copy and sway aren't installed, or sway doesn't start here"
fi
finish
