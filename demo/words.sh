#!/usr/bin/env bash
# Four peers settle a word over UDP in spite of a liar; three cannot.
set -euo pipefail
generals() { node "$(dirname "${BASH_SOURCE[0]}")/../dist/bin/generals.js" "$@"; }

echo 'Four peers, of whom the third lies to each of the others:'
generals words --peers 4 <<'LINES'
set 0 zebra
@3 lie
consensus 0
@2 why
@4 current
LINES

echo
echo 'Now the one that begins lies, and says one word to half of them and another to the rest:'
generals words --peers 4 <<'LINES'
lie 100 two-faced
consensus 0
@2 current
@3 current
@4 current
LINES

echo
echo 'Among three, one such liar splits the others:'
generals words --peers 3 <<'LINES'
lie 100 two-faced
consensus 0
@2 current
@3 current
LINES
