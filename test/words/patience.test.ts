import { expect } from 'chai';
import { nodeId } from '../../src/core/node.ts';
import { longestWithin, usualWithin } from '../../src/words/patience.ts';
import { addressAt } from '../../src/words/sim/nodes.ts';
import { keyOf } from '../../src/words/state.ts';
import { WordsGroup } from '../support/words-group.ts';

const at = (id: number): ReturnType<typeof addressAt> => addressAt(nodeId(id));

describe('how long an answer in a consensus is awaited', () => {
  it('is three seconds where few are asked, a millisecond for each question where many are, and never more than a minute', () => {
    expect([[4, 1], [7, 2], [9, 2], [10, 3], [12, 3], [13, 4], [14, 4]].map(([n, m]) => usualWithin(n!, m!))).to.deep.equal([3000, 3000, 3000, 3609, 9031, 60_000, 60_000]);
    expect([[4, 1], [7, 2], [12, 3], [13, 4]].map(([n, m]) => longestWithin(n!, m!))).to.deep.equal([10_000, 10_000, 10_000, 60_000]);
  });

  it('is what a user wants, but no more than others would wait', () => {
    for (const [within, waits] of [[500, 500], [60_000, 10_000]] as const) {
      const group = new WordsGroup(4, { settings: { within } });
      group.settle(0, 0);
      expect(group.said.flatMap(({ from, message }) => (from === 0 && message.type === 'consensus' ? [message.within] : []))).to.deep.equal([waits, waits, waits]);
    }
  });

  it('is for how long a peer that was restarted does not trust its memory: longer where very many are asked', () => {
    const missed = (after: number, peers: number, om: number): boolean => {
      const group = new WordsGroup(4);
      group.network.crash(group.node(3));
      group.network.start(group.node(3));
      group.pass(after);
      group.hear(3, at(0), { type: 'consensus', om, index: 0, value: 'x', peers: Array.from({ length: peers }, (_, id) => at(id + 1)), id: 'q', due: 1_800_000_100, path: [at(0)], root: 'q', within: 60_000, missed: false });
      return [...group.state(3).instances.values()].at(-1)!.heard.get(keyOf([at(0)]))!.isMissed;
    };
    expect([missed(10_000, 6, 2), missed(30_000, 6, 2)]).to.deep.equal([true, false]);
    expect([missed(30_000, 12, 4), missed(110_000, 12, 4), missed(125_000, 12, 4)]).to.deep.equal([true, true, false]);
  });

  it('lasts for an answer, though what was answered is kept no more: it is made again, for who asked', () => {
    const group = new WordsGroup(4);
    const asked = { type: 'consensus', index: 0, value: 'x', due: 1_800_000_100, root: 'q', missed: false } as const;
    const first = { ...asked, om: 1, id: 'q', path: [at(0)], peers: [at(1), at(2), at(3)], within: 3000 };
    group.hear(3, at(0), first);
    for (const id of [1, 2]) group.hear(3, at(id), { ...asked, om: 0, id: `q${id}`, path: [at(0), at(id)], peers: [at(3), at(3 - id)], within: 2000 });
    const answers = (): number => group.said.filter(({ from, to, message }) => from === 3 && to === 0 && message.type === 'consensus-reply').length;
    expect(answers()).to.equal(1);
    group.state(3).answers.clear();
    group.hear(3, at(0), { ...first, id: 'another' });
    expect(answers()).to.equal(1);
    group.hear(3, at(0), first);
    expect(answers()).to.equal(2);
  });
});
