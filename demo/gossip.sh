#!/usr/bin/env bash
# Three seeds and eight peers meet over TCP, gossip, lose one of them, and agree on that.
set -euo pipefail
generals() { exec node "$(dirname "${BASH_SOURCE[0]}")/../dist/bin/generals.js" "$@"; }

folder=$(mktemp -d)
mkfifo "$folder/said"
generals network --seeds 3 --peers 8 --processes --gossip-every 500 --messages 4 >"$folder/said" &
network=$!
trap 'kill -INT "$network" 2>/dev/null || true; wait; rm -rf "$folder"' EXIT
exec 3<"$folder/said"

# Shows what nodes say, down to a line that has this.
until_line() {
  while IFS= read -r line <&3; do
    printf '%s\n' "$line"
    case $line in *"$1"*) return ;; esac
  done
  exit 1
}

until_line 'P8 listens'
victim=$(sed -E 's/.*process ([0-9]+).*/\1/' <<<"$line")
address=$(sed -E 's/.*listens at ([^ ,]*).*/\1/' <<<"$line")
until_line 'Generated gossip message'
until_line "[PEER-$address] Ready"
printf '\n$ kill -KILL %s   # the last peer, without a word\n' "$victim"
kill -KILL "$victim"
until_line "Locally suspecting neighbor $address as dead."
until_line "Consensus SUCCESS for dead-node removal $address"
until_line "Confirmed dead-node removal for $address after seed-level consensus."
