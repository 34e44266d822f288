#!/usr/bin/env bash
# Four replicas agree on what curl posts to them, although one of them is switched off.
set -euo pipefail
generals() { exec node "$(dirname "${BASH_SOURCE[0]}")/../dist/bin/generals.js" "$@"; }

folder=$(mktemp -d)
mkfifo "$folder/said"
generals cluster --protocol pbft --members 4 --byzantine 1 --kind offline --port 0 >"$folder/said" &
cluster=$!
trap 'kill -INT "$cluster" 2>/dev/null || true; rm -rf "$folder"' EXIT
exec 3<"$folder/said"

# Shows what the cluster says, down to a line that begins so.
until_line() {
  while IFS= read -r line <&3; do
    printf '%s\n' "$line"
    case $line in "$1"*) return ;; esac
  done
  exit 1
}

until_line 'Ready: '
commander=$(sed -E 's/.*(http:[^ ]*)\/preprepare$/\1/' <<<"$line")

printf '\n$ curl %s/status\n' "$commander"
curl -sS "$commander/status"
printf '\n\n$ curl -X POST … %s/preprepare\n' "$commander"
curl -sS -X POST -H 'Content-Type: application/json' -d '{"data":"very-important-data"}' "$commander/preprepare"
until_line 'Node 3 -> '
printf '\n$ curl %s/status?full\n' "$commander"
curl -sS "$commander/status?full"
printf '\n\n$ curl %s/metrics | grep sent\n' "$commander"
curl -sS "$commander/metrics" | grep '^generals_messages_sent_total'
