#!/usr/bin/env bash
# Three seeds and five peers meet over TCP, gossip, lose one of them, and agree on that.
set -euo pipefail
generals() { exec node "$(dirname "${BASH_SOURCE[0]}")/../dist/bin/generals.js" "$@"; }

folder=$(mktemp -d)
mkfifo "$folder/said"
generals network --seeds 3 --peers 5 --processes --gossip-every 500 --messages 4 >"$folder/said" &
network=$!
trap 'kill -INT "$network" 2>/dev/null || true; wait; rm -rf "$folder"' EXIT
exec 3<"$folder/said"

# Shows what nodes say, until there was a line with each of these: of two processes the later may be heard first.
until_lines() {
  local said='' text
  for text; do
    until [[ $said == *"$text"* ]]; do
      IFS= read -r line <&3
      printf '%s\n' "$line"
      said+=$line$'\n'
    done
  done
}

until_lines 'P5 listens'
victim=$(sed -E 's/.*process ([0-9]+).*/\1/' <<<"$line")
address=$(sed -E 's/.*listens at ([^ ,]*).*/\1/' <<<"$line")
until_lines "[PEER-$address] Ready" "[PEER-$address] Generated gossip message"
printf '\n$ kill -KILL %s   # the last peer, without a word\n' "$victim"
kill -KILL "$victim"
until_lines "Locally suspecting neighbor $address as dead." "Consensus SUCCESS for dead-node removal $address" \
  "Member $address is dead"
