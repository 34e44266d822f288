import { expect } from 'chai';
import { nodeId } from '../../src/core/node.ts';
import { philox } from '../../src/core/philox.ts';
import { AGAIN_AFTER, firstGap, nextGap, waitFor, type Timing } from '../../src/words/again.ts';
import { usualWithin } from '../../src/words/patience.ts';
import { addressAt } from '../../src/words/sim/nodes.ts';
import { questionsIn } from '../../src/words/tree.ts';
import { at } from '../support/words.ts';
import { WordsGroup } from '../support/words-group.ts';

const SIZES = [[4, 1], [7, 2], [10, 3]] as const;

/** In a consensus among so many in which so much time is for each level. */
const timingOf = (n: number, m: number, step: number): Timing => ({ lieutenants: Array.from({ length: n - 1 }, (_, place) => at(place + 1)), m, step });

/** When a question is asked again that nobody answers, in ms from when it was asked. */
function tries(within: number, way: number, timing: Timing): number[] {
  const times: number[] = [];
  let [gap, left] = [firstGap(timing, way), within];
  for (let wait = waitFor({ gap, left }); wait !== undefined; wait = waitFor({ gap, left })) {
    left -= wait;
    times.push(within - left);
    gap = nextGap(timing, way, gap);
  }
  return times;
}

const datagramsOf = ({ said }: WordsGroup): number => said.filter(({ message }) => message.type === 'consensus' || message.type === 'consensus-reply').length;

describe('a question of a consensus that is not answered', () => {
  it('is asked again soon, then ever less often, and by an initiator at a steady pace in the end', () => {
    expect(tries(2000, 2, timingOf(4, 1, 1000))).to.deep.equal([50, 125, 237, 405, 657, 1035, 1535]);
    expect(tries(3000, 1, timingOf(4, 1, 1000))).to.deep.equal([50, 125, 237, 405, 655, 905, 1155, 1405, 1655, 1905, 2155, 2405, 2655, 2905]);
  });

  it('is not asked again while it waits its turn among very many, unless there is still time for that at its level', () => {
    const [n, m] = [13, 4];
    const step = usualWithin(n, m) / (m + 2);
    const first = [1, 2, 3, 4, 5].map((way) => firstGap(timingOf(n, m, step), way));
    expect(first).to.deep.equal([3333, 6666, 10_000, 13_333, 21_676]);
    first.forEach((gap, place) => expect(2 * gap).to.be.below((place + 1) * step));
  });

  for (const [n, m] of SIZES) {
    it(`among ${n} is asked five times at least while it is awaited, no more than some dozen times, and never so late that no answer could come`, () => {
      for (const within of [1000, 3000, 10_000]) {
        const step = within / (m + 2);
        for (let way = 1; way <= m + 1; way += 1) {
          const due = step * (m + 3 - way);
          const times = tries(due, way, timingOf(n, m, step));
          if (n < 10 && step >= 600) expect(times.filter((time) => time < step).length + 1, `${within}, ${way}`).to.be.at.least(5);
          expect(times.length).to.be.at.most(way === 1 ? 4 * (m + 2) + 5 : 13);
          for (const time of times) expect(time).to.be.at.most(due - AGAIN_AFTER);
        }
      }
    });

    it(`among ${n} does not multiply what is said: with a peer that is gone it is ${n === 4 ? 'three and a half' : 'three'} times as much at most`, () => {
      const group = new WordsGroup(n);
      group.network.crash(group.node(n - 1));
      group.settle(0, 0);
      expect(datagramsOf(group)).to.be.within(2 * questionsIn(n, m), (n === 4 ? 3.5 : 3) * 2 * questionsIn(n, m));
    });
  }

  it('because three of ten datagrams are lost is known in time: the outcome holds as good as always, with twice as many', () => {
    let tosses = 0;
    const drawn = (topic: number): number => philox(tosses, topic, 0, 0, 1, 0) / 2 ** 32;
    const link = (_from: unknown, _to: unknown, now: number): readonly number[] => {
      if (now < 5000) return [1];
      tosses += 1;
      return drawn(1) < 0.3 ? [] : [1 + Math.floor(20 * drawn(2))];
    };
    for (const [n, m, count] of [[4, 1, 400], [7, 2, 40]] as const) {
      const group = new WordsGroup(n, { link });
      let holds = 0;
      for (let number = 0; number < count; number += 1) holds += [...group.settle(0, 0).values()].filter(({ outcome }) => outcome === 'holds').length;
      expect(holds / (count * n), `among ${n}`).to.be.above(0.985);
      expect(datagramsOf(group) / count, `among ${n}`).to.be.below(2.1 * 2 * questionsIn(n, m));
    }
  });

  it('is asked until shortly before it is due by whoever began: an answer that comes as late as that counts', () => {
    let until = 0;
    const group = new WordsGroup(4, { link: ({ id }, { id: to }, now) => (to === 0 && id !== 0 && now >= 5000 && now < until ? [] : [1]) });
    until = group.network.now + 2800;
    const decided = group.settle(0, 0).get(0)!;
    expect([decided.outcome, decided.commander]).to.deep.equal(['holds', addressAt(nodeId(0))]);
  });
});
