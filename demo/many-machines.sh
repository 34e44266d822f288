#!/usr/bin/env bash
# A campaign that three workers count by way of a queue in Redis. One is killed, and the numbers are those of one machine all the same.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v redis-server >/dev/null; then
  echo 'This demo needs redis-server: on Debian, apt-get install redis-server.' >&2
  exit 1
fi

generals() { node dist/bin/generals.js "$@"; }
folder=$(mktemp -d)
pids=()
ended() {
  for pid in ${pids[@]+"${pids[@]}"}; do kill -9 "$pid" || true; done 2>/dev/null
  wait 2>/dev/null || true
  rm -rf "$folder"
}
trap ended EXIT

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
mkfifo "$folder/redis"
redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$folder" >"$folder/redis" &
pids+=($!)
# Until it is ready; what it says later nobody needs.
exec 3<"$folder/redis"
while read -r line <&3; do case $line in *'Ready to accept'*) break ;; esac; done
queue=redis://127.0.0.1:$port/0

workers=()
for number in 1 2 3; do
  node dist/bin/generals.js worker --queue "$queue" --threads 1 --patience 2 >"$folder/worker$number" 2>&1 &
  pids+=($!)
  workers+=($!)
done

campaign=(campaign --protocol oral --members 7 --m 2 --faults 2 --strategy 'coin,liar' --orders 24000 --seed 5 --engine simulator)
mkfifo "$folder/said"
generals "${campaign[@]}" --queue "$queue" --out "$folder/queued" >"$folder/table" 2>"$folder/said" &
asker=$!
pids+=("$asker")
killed=
while read -r line; do
  case $line in
    campaign:*', 0 of '*) ;;
    campaign:*)
      if [ -z "$killed" ]; then
        { kill -9 "${workers[0]}" && wait "${workers[0]}"; } 2>/dev/null || true
        killed=yes
        echo 'Three workers count. The first is killed.'
      fi
      ;;
  esac
done <"$folder/said"
wait "$asker"
sed "s|$folder/||" "$folder/table"

generals "${campaign[@]}" --out "$folder/alone" >/dev/null 2>&1
for file in results.json results.csv; do
  cmp "$folder/queued/$file" "$folder/alone/$file"
  echo "$file is what one machine writes, to the byte."
done
