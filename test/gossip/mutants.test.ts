import { describeMutants, type Mutant } from '../support/systems.ts';

/** The mistakes that networks of this kind are known for, and what each costs. */
const MUTANTS: Readonly<Record<string, Mutant>> = {
  'a quorum of seeds that is off by one': {
    file: 'gossip/roster', words: 'byzantineQuorum(seeds) : strictMajority(seeds)', by: 'byzantineQuorum(seeds) : Math.max(1, strictMajority(seeds) - 1)', costs: 'no live peer is removed', n: 8,
  },
  'no refutation': {
    file: 'gossip/news', words: 'if (!isAlive(entry) || entry.member.life !== alive.life || alive.incarnation <= entry.incarnation)', by: 'if (true)', costs: 'nobody who lives is suspected', n: 8,
  },
  'a dead one as alive again when it says so (dead > alive dropped)': {
    file: 'gossip/news', words: 'if (!isAlive(entry) || entry.member.life !== alive.life || alive.incarnation <= entry.incarnation)', by: 'if (entry !== undefined) entry.end = undefined;\n    if (!isAlive(entry) || entry.member.life !== alive.life || alive.incarnation <= entry.incarnation)', costs: 'nobody comes back in a life that is over', n: 8,
  },
  'news about an earlier life for news about this one (tombstone without life)': {
    file: 'gossip/news', words: 'if (!isAlive(entry) || entry.member.life !== said.life)', by: 'if (!isAlive(entry))', costs: 'every live peer is on every list', n: 8,
  },
  'a COMMIT of a removal without a certificate (COMMIT unchecked)': {
    file: 'gossip/removal', words: 'if (!context.settings.trustsAll && !tookPart)', by: 'if (false)', costs: 'no live peer is removed', n: 8, strategies: ['forge-death'],
  },
  'no notice of having stood still (no drain after a pause)': {
    file: 'gossip/peer', words: "case 'stalled':\n            stalled(turn);", by: "case 'stalled':", costs: 'who stood still accuses nobody', n: 8,
  },
};

describeMutants('a gossip network that takes', MUTANTS, ['gossip/sim/system.js', 'gossip'], 1000);
