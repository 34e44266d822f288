#!/usr/bin/env bash
# One forged line removes a live peer from seeds that believe reports, and nobody from seeds that look for themselves.
set -euo pipefail
generals() { node "$(dirname "${BASH_SOURCE[0]}")/../dist/bin/generals.js" "$@"; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Starts a network that trusts so, says of its last peer that it is dead, and shows what the seeds make of that.
attack() {
  rm -f "$folder/said"
  mkfifo "$folder/said"
  generals network --seeds 3 --peers 3 --trust "$1" --messages 0 --for 6 >"$folder/said" 2>"$folder/warned" &
  exec 3<"$folder/said"
  until_lines 'S1 listens' >/dev/null
  seed=$(sed -E 's/.*listens at ([^ ,]*).*/\1/' <<<"$line")
  until_lines 'P3 listens' >/dev/null
  victim=$(sed -E 's/.*listens at ([^ ,]*).*/\1/' <<<"$line")
  # It is a member, as this seed has it too.
  until_lines "[PEER-$victim] Ready" "[SEED-$seed] Applied JOIN_COMMIT for peer $victim" >/dev/null
  cat "$folder/warned" >&2
  forged="Dead Node:$victim:$(date +%s):127.0.0.1"
  printf '\n$ printf "%s\\n" >/dev/tcp/%s   # --trust %s\n' "$forged" "${seed/:/\/}" "$1"
  exec 4<>"/dev/tcp/${seed%:*}/${seed##*:}"
  printf '%s\n' "$forged" >&4
  IFS= read -r answer <&4
  exec 4>&-
  printf 'the seed answers: %s\n' "$answer"
  until_lines ' for dead-node removal ' >/dev/null
  printf '%s\n' "$line"
  cat <&3 >/dev/null
  wait
}

# Shows what nodes say, until there was a line with each of these.
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

attack old
attack probe

# The same in virtual time, by a peer that has the network's own words; why tells who was asked, who looked, and who voted.
explain() {
  printf '\n$ generals network --simulate --peers 6 --byzantine 1 --kind forge-death --trust %s --faults "6s why 5"\n' "$1"
  # Where somebody who lives is removed, it ends with 3.
  { generals network --simulate --peers 6 --byzantine 1 --kind forge-death --trust "$1" --faults '6s why 5' || [[ $? == 3 ]]; } |
    grep -E '> why|^ {11}|somebody alive|^Violated|promised held'
}

explain old
explain probe
