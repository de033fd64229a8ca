#!/usr/bin/env bash
# Builds BleepStore and runs all of its tests, with the real clients and servers they need.
#   ./test.sh                              everything
#   ./test.sh -class '*.ClientTests'       arguments go to the test program (-? lists them)
#   BLEEPSTORE_TEST_CLIENTS=curl ./test.sh -class '*.ClientTests'      one of the real clients
#   CI=true ./test.sh                      a test that would be skipped fails
#   BLEEPSTORE_LONG=1 ./test.sh            the long forms of the tests that have one
# CONFIGURATION (Release) chooses the build; BLEEPSTORE_TEST_INSTALL=no installs nothing.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

configuration=${CONFIGURATION:-Release}
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# What the tests need: a command that succeeds where it is there, and the Debian packages that bring it.
requirements=(
    "test -x /usr/bin/aws|awscli"
    "command -v s3cmd|s3cmd"
    "command -v rclone|rclone"
    "command -v restic|restic"
    "command -v curl|curl"
    "/usr/bin/python3 -c 'import boto3'|python3-boto3"
    "/usr/bin/ruby -e 'require \"aws-sdk-s3\"'|ruby-aws-sdk-s3"
    "command -v s3fs|s3fs"
    "command -v node|nodejs"
    "command -v npm|npm"
    "command -v gcc|gcc"
    "echo '#include <stdio.h>' | gcc -E - | grep -q printf|libc6-dev"
    "ldconfig -p | grep -q libsqlite3.so.0|libsqlite3-0"
)

missing_packages() {
    local requirement
    for requirement in "${requirements[@]}"; do
        bash -c "${requirement%|*}" > /dev/null 2>&1 || echo "${requirement##*|}"
    done
}

as_root() {
    if [[ $(id -u) == 0 ]]; then "$@"; else sudo -n "$@"; fi
}

install_packages() {
    local packages left
    mapfile -t packages < <(missing_packages)
    [[ ${#packages[@]} == 0 ]] && return
    if [[ $(id -u) != 0 ]] && ! sudo -n true 2> /dev/null; then
        echo "Not root and no sudo without a password. Install what is missing with: apt-get install ${packages[*]}"
        return
    fi
    echo "Installing ${packages[*]}"
    # Without a network the package lists may still serve, so a failed update is not the end.
    as_root apt-get -qq update > /dev/null 2>&1 || echo "apt-get update failed; trying with the lists that are here."
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${packages[@]}" > /dev/null 2>&1 \
        || for package in "${packages[@]}"; do
            as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$package" > /dev/null 2>&1
        done
    mapfile -t left < <(missing_packages)
    [[ ${#left[@]} == 0 ]] || echo "Could not be installed: ${left[*]}"
}

install_npm_packages() {
    local project=BleepStore.Tests/Clients/js
    # npm writes this file last; it is newer than the lock file where the packages are those of the lock file.
    [[ $project/node_modules/.package-lock.json -nt $project/package-lock.json ]] && return
    command -v npm > /dev/null || { echo "No npm: the JavaScript clients are not installed."; return; }
    npm ci --prefix "$project" --ignore-scripts --loglevel=error > /dev/null \
        || echo "npm ci failed: the JavaScript clients are not installed."
}

# finish PASSED FAILED SKIPPED: the last line, and the exit code.
finish() {
    echo "$1 passed, $2 failed, $3 skipped"
    [[ $2 == 0 && ${exit_code:-0} == 0 ]] || exit 1
    exit 0
}

if [[ ${BLEEPSTORE_TEST_INSTALL:-yes} != no ]]; then
    install_packages
    install_npm_packages
fi

echo "Building ($configuration)"
if ! build=$(dotnet build BleepStore.sln -c "$configuration" -v quiet --nologo "-clp:ErrorsOnly;NoSummary" 2>&1); then
    echo "$build"
    echo "The build failed."
    exit_code=1
    finish 0 1 0
fi

results=$(mktemp)
trap 'rm -f "$results"' EXIT
arguments=(-noLogo -xml "$results")
[[ -t 1 ]] || arguments+=(-noColor)
[[ ${CI:-} == true ]] && arguments+=(-failSkips)
"BleepStore.Tests/bin/$configuration/net10.0/BleepStore.Tests" "${arguments[@]}" "$@"
exit_code=$?

# The totals of xunit; an error outside of a test, for example in a fixture, is a failure.
total() {
    local value
    value=$(grep -o "<assembly [^>]*" "$results" | grep -o " $1=\"[0-9]*\"" | head -n 1 | tr -dc 0-9)
    echo "${value:-0}"
}
failed=$(($(total failed) + $(total errors)))
# A test program that died wrote no totals, and a filter that matches nothing proves nothing.
[[ $failed == 0 && ($exit_code != 0 || $(total total) == 0) ]] && failed=1
finish "$(total passed)" "$failed" "$(total skipped)"
