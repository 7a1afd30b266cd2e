#!/bin/sh
# Install the verifiers by other people that tests/record/test_judges.py runs, as many as this machine can have.
#   install.sh VENV    Go's checksum database code (as root, with apt), two packages from PyPI into the environment VENV
# One that cannot be had is told and skipped: with CI=true the test itself fails if fewer than two could run.
venv=${1:?usage: install.sh VENV}

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    if ! [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb ] || ! command -v go >/dev/null; then
        apt-get install -y -qq --no-install-recommends golang-go golang-golang-x-mod-dev >/dev/null 2>&1 ||
            { apt-get update -qq && apt-get install -y -qq --no-install-recommends golang-go golang-golang-x-mod-dev; } >/dev/null 2>&1 ||
            echo "judges: Go's checksum database code could not be installed" >&2
    fi
else
    echo "judges: not root or no apt-get: for Go's verifier run  apt-get install golang-go golang-golang-x-mod-dev" >&2
fi

pip() { "$venv/bin/python" -m pip --quiet --disable-pip-version-check "$@"; }

pip install metamorphic-log || echo "judges: metamorphic-log could not be installed" >&2

# aics-tlog asks for Python 3.12 but runs on 3.11; its only dependency is cryptography, which is here already.
wheels=$(mktemp -d)
{ pip download --no-deps --only-binary=:all: --python-version 3.13 --dest "$wheels" aics-tlog &&
    pip install --no-deps --ignore-requires-python "$wheels"/*.whl; } ||
    echo "judges: aics-tlog could not be installed" >&2
rm -rf "$wheels"
exit 0
