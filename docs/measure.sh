#!/usr/bin/env bash
# Measures what must not grow with the size of things, on this machine, with a ReadyToRun build of the server:
# start and idle memory; memory during a body of 5 GiB (or SIZE_GIB) up and down with curl; start with 100,000 garbage entries; pages of a
# list of 100,000 keys. Needs the .NET SDK, curl 7.88 or newer, and three times SIZE_GIB of disk below MEASURE_DIR (default: a temporary directory).
#   docs/measure.sh
#   SIZE_GIB=1 docs/measure.sh
#   SERVER=/opt/bleepstore/bleepstore docs/measure.sh     measures that build instead
# "Cold" takes the server's files and the runtime's out of the page cache first, as far as no other process has them mapped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

size_gib=${SIZE_GIB:-5}
work=$(mktemp -d "${MEASURE_DIR:-${TMPDIR:-/tmp}}/bleepstore-measure-XXXXXX")
server=
stop_server() {
    [[ -n $server ]] || return 0
    kill "$server" 2> /dev/null || true
    wait "$server" 2> /dev/null || true
    server=
}
trap 'stop_server; rm -rf "$work"' EXIT

now_ms() { date +%s%3N; }
kib() { awk -v field="$1:" '$1 == field { print $2 }' "/proc/$server/status"; }
mib() { echo "$(($(kib "$1") / 1024)) MiB"; }

forget_files() {
    local runtime file
    runtime=$(dirname "$(readlink -f "$(command -v dotnet)")")
    while read -r file; do
        dd if="$file" iflag=nocache count=0 status=none 2> /dev/null || true
    done < <(find "$(dirname "$program")" "$runtime/shared" "$runtime/host" -type f)
}

# start_server: sets server, url and ready_ms.
start_server() {
    local begun
    rm -f "$work/ready.json"
    begun=$(now_ms)
    env -u LD_PRELOAD \
        BLEEPSTORE__SERVER__ADMIN_PORT=off \
        BLEEPSTORE__METADATA__SQLITE__PATH="$work/data/metadata/metadata.db" \
        BLEEPSTORE__STORAGE__LOCAL__ROOT_DIR="$work/data/objects" \
        "$program" --host 127.0.0.1 --port 0 --log-level warning --ready-file "$work/ready.json" > "$work/server.log" 2>&1 &
    server=$!
    until [[ -f $work/ready.json ]]; do
        kill -0 "$server" 2> /dev/null || { cat "$work/server.log"; exit 1; }
        sleep 0.005
    done
    ready_ms=$(($(now_ms) - begun))
    url=$(grep -o '"s3":"[^"]*"' "$work/ready.json" | cut -d'"' -f4)
}

s3() {
    curl --silent --show-error --fail --user bleepstore:bleepstore-secret --aws-sigv4 aws:amz:us-east-1:s3 \
        --header 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$@"
}

# peak_during COMMAND...: the most that was resident while it ran, from the kernel's own high-water mark.
peak_during() {
    echo 5 > "/proc/$server/clear_refs"
    "$@"
    kib VmHWM
}

echo "machine: $(nproc) processors, $(awk '/MemTotal/ { print int($2 / 1048576) }' /proc/meminfo) GiB, load $(cut -d' ' -f1 /proc/loadavg), $(uname -sr)"
program=${SERVER:-}
if [[ -z $program ]]; then
    command="dotnet publish BleepStore.Api -c Release -r linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/') --self-contained false -p:PublishReadyToRun=true"
    echo "\$ $command"
    $command -p:RestoreLockedMode=false -p:NuGetLockFilePath="$work/lock.json" -o "$work/publish" --nologo -v quiet
    program=$work/publish/bleepstore
fi

echo "== start and idle"
for run in 1 2 3 4 5; do
    kind=warm
    [[ $run == 1 ]] && kind=cold && forget_files
    start_server
    sleep 3
    echo "$kind: ready after $ready_ms ms; idle $(mib VmRSS); $(awk '{ print ($14 + $15) * 10 }' "/proc/$server/stat") ms of processor so far"
    stop_server
done

echo "== one object of $size_gib GiB"
truncate -s "${size_gib}G" "$work/sparse"
start_server
s3 --request PUT "$url/measure"
head -c 8388608 /dev/zero > "$work/small"
s3 --upload-file "$work/small" "$url/measure/warm" && s3 "$url/measure/warm" > /dev/null
before=$(kib VmRSS)
begun=$(now_ms)
peak=$(peak_during s3 --upload-file "$work/sparse" "$url/measure/large")
echo "up: $(($(now_ms) - begun)) ms; resident before $((before / 1024)) MiB, at the peak $((peak / 1024)) MiB (+$(((peak - before) / 1024)))"
before=$(kib VmRSS)
begun=$(now_ms)
peak=$(peak_during s3 --output /dev/null "$url/measure/large")
echo "down: $(($(now_ms) - begun)) ms; resident before $((before / 1024)) MiB, at the peak $((peak / 1024)) MiB (+$(((peak - before) / 1024)))"
s3 "$url/measure/large" | cmp - "$work/sparse" && echo "the bytes are the same"
stop_server

echo "== garbage and lists"
dotnet build BleepStore.Tests -c Release -v quiet --nologo "-clp:ErrorsOnly;NoSummary"
BLEEPSTORE_TEST_SERVER=$program BleepStore.Tests/bin/Release/net10.0/BleepStore.Tests -class BleepStore.Tests.Figures.SizeTests -explicit only \
    -method '*100_000*' -showLiveOutput -noLogo -noColor | grep -E 'OUTPUT|FAIL|Total'
