#!/bin/sh
# The tests drive Chromium; installs it where that is ours to do, else says what to install.
set -eu

command -v chromium >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium for the tests."
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null
    apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core fonts-noto-color-emoji </dev/null >/dev/null
    exit 0
fi
echo "The tests need Chromium and do not run without it: install it so that \`chromium\` is in the PATH" \
    "(Debian: apt-get install chromium fonts-dejavu-core fonts-noto-color-emoji)." >&2
exit 1
