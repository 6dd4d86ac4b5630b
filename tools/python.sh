#!/bin/sh
# Makes .venv with the first Python of the machine that will do, or says plainly what is missing.
set -eu

missing=""
command -v git >/dev/null || missing="git"

fits='import sys; sys.exit(sys.version_info < (3, 11))'
for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
    if command -v "$name" >/dev/null && "$name" -c "$fits" 2>/dev/null; then
        if "$name" -c 'import ensurepip, venv' 2>/dev/null; then
            python=$name
            break
        fi
        without=$name
    fi
done

if [ -z "${python:-}" ]; then
    if [ -n "${without:-}" ]; then
        wanted="the venv module of $without (Debian: apt-get install python3-venv)"
    else
        wanted="Python 3.11 or newer, with its venv module (Debian: apt-get install python3 python3-venv)"
    fi
    missing="${missing:+$missing, and }$wanted"
fi

if [ -n "$missing" ]; then
    echo "Alvéole cannot be set up: this machine lacks $missing." >&2
    exit 1
fi
[ -x .venv/bin/python ] && .venv/bin/python -c "$fits" 2>/dev/null || "$python" -m venv --clear .venv
