#!/bin/sh
# A secret shown inside tmux, with and without its alternate screen, and inside GNU screen: it is
# seen, and when it was hidden, or the program ended in one way or another, neither their screens
# nor what they scroll back to hold it. Prints TAP.
set -u
SRCDIR=${SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
KEYSAIL=${KEYSAIL:-$SRCDIR/build/keysail}

if ! "$KEYSAIL" serve --help >/dev/null 2>&1; then
    echo "1..0 # SKIP built without the emulator"
    exit 0
fi

work=$(mktemp -d) || exit 1
count=0
window=0
kind=
for name in $(env | sed -n 's/^\(AWS_[A-Z0-9_]*\)=.*/\1/p'); do unset "$name"; done
unset XDG_CONFIG_HOME XDG_STATE_HOME TMUX STY
HOME=$work
SCREENDIR=$work/screens
TMPDIR=$work
LC_ALL=C.UTF-8
export HOME SCREENDIR TMPDIR LC_ALL
mkdir -m 700 "$SCREENDIR"

# ok NAME COMMAND...: what follows needs it; gives whether to go on.
ok() {
    count=$((count + 1))
    name=$1
    shift
    if "$@"; then
        echo "ok $count - $kind: $name"
    else
        echo "not ok $count - $kind: $name"
        shot | sed 's/^/# /'
        return 1
    fi
}

skip() {
    count=$((count + 1))
    echo "ok $count - $kind # SKIP $1"
}

# ---- the two multiplexers ----
mux() {
    case $kind in
    tmux*) tmux -S "$work/tmux$window" -f "$work/tmux.conf" "$@" ;;
    *) screen -c "$work/screenrc" "$@" ;;
    esac
}

# The program in a window of 80x24, and after it something that stays. Each has a server of its own:
# the one before may still be about to end.
open_window() {
    window=$((window + 1))
    cat >"$work/run" <<END
sh -c 'echo \$\$ >"$work/pid"; exec "$KEYSAIL" --demo --ascii'
echo LEFT-IT
exec sleep 1000
END
    case $kind in
    tmux*)
        printf 'set -g status off\nset -g history-limit 5000\n' \
            >"$work/tmux.conf"
        if [ "$kind" = "tmux without an alternate screen" ]; then
            echo 'set -wg alternate-screen off' >>"$work/tmux.conf"
        fi
        mux new-session -d -x 80 -y 24 "sh '$work/run'"
        ;;
    *)
        printf 'defscrollback 5000\nstartup_message off\n%s\n' "$1" >"$work/screenrc"
        mux -U -dmS "shown$window" sh "$work/run"
        ;;
    esac
}

close_window() {
    case $kind in
    tmux*) mux kill-server ;;
    *) mux -S "shown$window" -X quit ;;
    esac 2>/dev/null
}
trap 'close_window; rm -rf "$work"' EXIT

press() {
    for key in "$@"; do
        case $kind:$key in
        tmux*) mux send-keys "$key" ;;
        *:Down) mux -S "shown$window" -p 0 -X stuff "$(printf '\033[B')" ;;
        *:Left) mux -S "shown$window" -p 0 -X stuff "$(printf '\033[D')" ;;
        *:Tab) mux -S "shown$window" -p 0 -X stuff '^I' ;;
        *:Enter) mux -S "shown$window" -p 0 -X stuff '^M' ;;
        *:C-c) mux -S "shown$window" -p 0 -X stuff '^C' ;;
        *) mux -S "shown$window" -p 0 -X stuff "$key" ;;
        esac
    done
}

# What is on the screen; all that can be scrolled back to, and the main screen.
shot() {
    case $kind in
    tmux*) mux capture-pane -p ;;
    *) hardcopy ;;
    esac
}

history() {
    case $kind in
    tmux*)
        mux capture-pane -p -S -
        mux capture-pane -p -a -q -S -
        ;;
    *) hardcopy -h ;;
    esac
}

# GNU screen writes it in its own time; the file is there in one piece when it is not empty.
hardcopy() {
    rm -f "$work/hardcopy"
    mux -S "shown$window" -p 0 -X hardcopy "$@" "$work/hardcopy"
    tries=0
    until [ -s "$work/hardcopy" ] || [ $tries -gt 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    cat "$work/hardcopy"
}

make_lower() {
    case $kind in
    tmux*) mux resize-window -x 80 -y 14 ;;
    *) mux -S "shown$window" -p 0 -X height -w 14 ;;
    esac
}

# ---- waiting ----
shows() {
    tries=0
    until shot | grep -aqF -- "$1"; do
        tries=$((tries + 1))
        if [ $tries -gt "${2:-200}" ]; then return 1; fi
        sleep 0.1
    done
}

gone() {
    tries=0
    while shot | grep -aqF -- "$1"; do
        tries=$((tries + 1))
        if [ $tries -gt 300 ]; then return 1; fi
        sleep 0.1
    done
}

# press_for KEY TEXT: a dialog takes no key that came before its first frame was complete.
press_for() {
    for _ in 1 2 3 4; do
        press "$1"
        if shows "$2" 80; then return 0; fi
    done
    return 1
}

make_key() {
    shows "18 buckets" && press Down && shows "Keys - app-logs-staging" &&
        press_for n "[Create]" && press_for Enter "[Copy]" && press Tab &&
        press_for Tab ">[Show it]"
}

# The 40 characters that nothing else on the screen is like.
read_secret() {
    secret=$(shot | grep -aoE '(^|[ |])[A-Za-z0-9+/]{40}($|[ |])' | tr -d ' |')
    middle=$(printf %s "$secret" | cut -c10-30)
    [ ${#secret} -eq 40 ]
}

show() {
    press "$@" && shows "any key hides it" && shows "Shown for" && read_secret
}

no_trace() {
    history >"$work/history"
    # That something was seen proves that this looks at the right place.
    grep -aq "$1" "$work/history" || return 1
    ! grep -aqF -- "$middle" "$work/history"
}

# ---- what is done there ----
hide_it_and_quit() {
    ok "a key is made" make_key &&
        ok "its secret is on the screen" show Enter &&
        press x &&
        ok "a key hides it" gone "$middle" &&
        ok "it isn't to be scrolled back to" no_trace "It arrived" &&
        ok "it is shown again" show Tab Tab Enter &&
        make_lower &&
        ok "another size erases it" gone "$middle" &&
        ok "the dialog knows" shows "It arrived" &&
        ok "nothing was scrolled away with it" no_trace "It arrived" &&
        press C-c &&
        ok "quitting asks" shows "is not confirmed" &&
        ok "it ends" press_left_until_it_ends &&
        ok "there is no trace of it" no_trace LEFT-IT
}

press_left_until_it_ends() {
    press Left
    shows ">[Quit and leave it]" && press_for Enter LEFT-IT
}

end_it_by() {
    ok "a key is made" make_key &&
        ok "its secret is on the screen" show Enter &&
        kill -s "$1" "$(cat "$work/pid")" &&
        ok "SIG$1 ends it" shows LEFT-IT &&
        ok "there is no trace of it after SIG$1" no_trace LEFT-IT
}

all_of_it() {
    open_window "$1"
    hide_it_and_quit
    close_window
    for signal in TERM HUP SEGV; do
        open_window "$1"
        end_it_by $signal
        close_window
    done
}

for kind in "tmux" "tmux without an alternate screen"; do
    if command -v tmux >/dev/null 2>&1; then
        all_of_it ""
    else
        skip "tmux isn't installed"
    fi
done
for kind in "GNU screen" "GNU screen with an alternate screen"; do
    if ! command -v screen >/dev/null 2>&1; then
        skip "GNU screen isn't installed"
    elif [ "$kind" = "GNU screen" ]; then
        all_of_it "altscreen off"
    else
        all_of_it "altscreen on"
    fi
done
echo "1..$count"
