#!/bin/sh
# Takes docs/live.png: `midigan live` on a terminal of 80 columns, as it is after a few bars.
# Needs Xvfb, xterm, xdotool, ImageMagick (import) and jackd; run it from the checkout.
set -eu
cd "$(dirname "$0")/.."
export DISPLAY=:93 JACK_DEFAULT_SERVER=midigan-picture JACK_NO_START_SERVER=1
export XDG_STATE_HOME="$(mktemp -d)" PYTHONPATH="$PWD"
Xvfb "$DISPLAY" -screen 0 1600x1000x24 2>/dev/null & screen=$!
jackd -n "$JACK_DEFAULT_SERVER" -r -d dummy -r 48000 -p 1024 >/dev/null 2>&1 & jack=$!
trap 'kill "$jack" "$screen"; rm -r "$XDG_STATE_HOME"' EXIT
sleep 3
xterm -geometry 80x24 -fa 'DejaVu Sans Mono' -fs 13 -b 12 +sb -bg '#16181d' -fg '#d5d8de' \
    -tn xterm-256color -e env COLORTERM=truecolor "${PYTHON:-python3}" -m midigan live \
    chorales --virtual --backend jack --seed 12 --key D --swing 58 --walk 0.8 &
sleep "${1:-16}"
window="$(xdotool search --class xterm | tail -1)"
xdotool windowfocus "$window" 2>/dev/null || true
for key in Shift+t m; do xdotool key --window "$window" "$key"; sleep 1; done
import -window "$window" -strip docs/live.png
xdotool key --window "$window" q
sleep 2
