#!/bin/sh
# The tests drive Chromium, and some another browser that is named here; installs it where that is ours to do, else
# says what to install.
set -eu

browser=${1:-chromium}
command -v "$browser" >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing $browser for the tests."
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null
    apt-get install -y -qq --no-install-recommends "$browser" fonts-dejavu-core fonts-noto-color-emoji </dev/null >/dev/null
    exit 0
fi
echo "The tests need $browser and do not run without it: install it so that \`$browser\` is in the PATH" \
    "(Debian: apt-get install $browser fonts-dejavu-core fonts-noto-color-emoji)." >&2
exit 1
