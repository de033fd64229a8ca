# What every client step may use. The test sets:
#   ENDPOINT HOST BUCKET   the store, its host:port and this client's bucket
#   TREE TREE_FILES BIG    a tree of awkward names, its number of files, and a file of 12 MiB in it
#   SCRIPTS JS             the scripts beside this one and the npm project
set -euo pipefail

fail() { echo "$*" >&2; exit 1; }

# Both trees hold the same names and bytes.
same_tree() { diff -r -- "$1" "$2" || fail "the trees $1 and $2 differ"; }

same() { cmp -- "$1" "$2" || fail "$1 and $2 differ"; }

# slice FILE OFFSET LENGTH: bytes of a file.
slice() { head -c "$(($2 + $3))" -- "$1" | tail -c "$3"; }

# Standard input contains the text.
has() {
    local seen
    seen=$(cat)
    [[ "$seen" == *"$1"* ]] || fail "expected '$1' in: ${seen:0:2000}"
}

# Standard input does not contain the text.
has_not() {
    local seen
    seen=$(cat)
    [[ "$seen" != *"$1"* ]] || fail "did not expect '$1' in: ${seen:0:2000}"
}

equal() { [[ "$1" == "$2" ]] || fail "expected '$1', got '$2'"; }

# refused TEXT COMMAND…: the command fails and says TEXT.
refused() {
    local text=$1 seen
    shift
    if seen=$("$@" 2>&1); then fail "succeeded, expected $text: $*"; fi
    [[ "$seen" == *"$text"* ]] || fail "expected '$text' from $*: ${seen:0:2000}"
}

# The HTTP status of a request without credentials.
anonymous() { curl -s -o /dev/null -w '%{http_code}' --max-time 60 "$@"; }

# The bytes behind a URL, without credentials.
fetch() { curl -sS --fail-with-body --max-time 60 "$@"; }
