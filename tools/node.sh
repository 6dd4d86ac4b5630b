#!/bin/sh
# Runs a command with a Node that will do: the machine's if it is 20 or newer, else the wheel, in .venv.
set -eu

enough='process.exit(+process.versions.node.split(".")[0] < 20 ? 1 : 0)'
if ! { command -v npm && node -e "$enough"; } >/dev/null 2>&1; then
    [ -x .venv/bin/node ] ||
        .venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements/node.txt
    PATH=$PWD/.venv/bin:$PATH
fi
exec "$@"
