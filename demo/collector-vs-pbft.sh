#!/usr/bin/env bash
# What agreement costs: everyone tells everyone (PBFT), or a collector tells everyone what it has collected.
set -euo pipefail
generals() { exec node "$(dirname "${BASH_SOURCE[0]}")/../dist/bin/generals.js" "$@"; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkfifo "$folder/said"

# Posts one request to a cluster of seven, and counts the HTTP requests that it took.
one_request() {
  generals cluster --protocol "$1" --members 7 --port 0 >"$folder/said" &
  local cluster=$! line url count urls='' commander='' sent=0
  exec 3<"$folder/said"
  while IFS= read -r line <&3; do
    case $line in
      'Node '*' started on '*) urls="$urls ${line##* }" ;;
      'Ready: '*) commander=$(sed -E 's/.*(http:[^ ]*)\/preprepare$/\1/' <<<"$line"); break ;;
    esac
  done
  curl -sS -o /dev/null -X POST -H 'Content-Type: application/json' -d '{"data":"very-important-data"}' "$commander/preprepare"
  # The counts of votes come when late votes are in.
  while IFS= read -r line <&3; do case $line in 'Node 6 -> '*) break ;; esac; done
  for url in $urls; do
    for count in $(curl -sS "$url/metrics" | sed -nE 's/^generals_messages_sent_total\{type="[a-z]*(preprepare|prepare|commit|certificate)[a-z]*"\} ([0-9]+)$/\2/p'); do sent=$((sent + count)); done
  done
  printf '%-9s among 7: %d HTTP requests between the replicas for one request of a user\n' "$1" "$sent"
  kill -INT "$cluster"
  wait "$cluster" || true
  exec 3<&-
}

one_request pbft
one_request collector
requests=${1:-10}
members='4,7,10,13'
[ $# -lt 2 ] || members=$2
printf '\n$ generals cluster --compare --requests %d\n' "$requests"
(generals cluster --compare --requests "$requests" --members "$members")
