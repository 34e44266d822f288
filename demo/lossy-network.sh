#!/usr/bin/env bash
# Thirty peers lose a fifth of them, on links that lose a tenth of all packets: three ways of noticing it, in virtual time.
set -euo pipefail
generals() { node "$(dirname "${BASH_SOURCE[0]}")/../dist/bin/generals.js" "$@"; }

printf '$ generals network --simulate --peers 30 --loss 10%% --kill 20%% --seed 7 --compare\n'
generals network --simulate --peers 30 --loss 10% --kill 20% --seed 7 --compare
printf '\n$ generals network --simulate --peers 8 --faults "5s partition 1-4 | 5-8; 25s heal; 40s kill 3"\n'
generals network --simulate --peers 8 --faults '5s partition 1-4 | 5-8; 25s heal; 40s kill 3' | tail -12
