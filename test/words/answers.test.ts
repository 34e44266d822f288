import { expect } from 'chai';
import { nodeId } from '../../src/core/node.ts';
import { costOf, peerLines, whyLines } from '../../src/words/answers.ts';
import { addressAt } from '../../src/words/sim/nodes.ts';
import { WordsGroup } from '../support/words-group.ts';

describe('what a peer of the word database tells people', () => {
  it('with m above 3 a consensus has a price, and has to be meant', () => {
    expect(costOf(new WordsGroup(12).state(0), false)).to.deep.include({ within: 9031, isMuch: false, refusal: undefined });
    const state = new WordsGroup(13).state(0);
    expect(costOf(state, false).refusal).to.equal('among 13 peers, with m = 4, a consensus takes 216,768 datagrams, and up to 60 s – consensus <index> --yes');
    expect(costOf(state, true)).to.deep.equal({ within: 60_000, isMuch: true, refusal: undefined, words: 'among 13 peers, with m = 4, a consensus takes 216,768 datagrams, and up to 60 s' });
    expect(costOf(state, true, 5000).words).to.equal('among 13 peers, with m = 4, a consensus takes 216,768 datagrams, and up to 5 s');
  });

  it('among so many that none would take part a consensus does not begin, though it is meant', () => {
    for (const isMeant of [false, true]) expect(costOf(new WordsGroup(15).state(0), isMeant).refusal).to.equal('among 15 peers, with m = 4, a consensus takes 533,288 datagrams: peers take part in one of at most 400,000');
  });

  it('the tree of a consensus says who was silent, and who missed what', () => {
    const group = new WordsGroup(4);
    group.network.crash(group.node(2));
    group.settle(0, 0);
    expect(whyLines(group.state(1), addressAt(nodeId(1)))).to.deep.equal([
      'word 0 is "apple": unknown, as peer 2 said nothing (m = 1 among 4 peers)',
      'peer 0: "apple", majority "apple"',
      '  peer 0→peer 2: nothing, so "retreat" (silent)',
      '  peer 0→peer 3: "apple"',
    ]);
    expect(whyLines(group.state(0), addressAt(nodeId(0)))).to.deep.equal([
      'word 0 is "apple": unknown, as peer 2 said nothing (m = 1 among 4 peers)',
      'this peer began it, and was answered:',
      '  peer 1: "apple", but it missed something',
      '  peer 2: no answer',
      '  peer 3: "apple", but it missed something',
    ]);
    expect(whyLines(group.state(3), addressAt(nodeId(3)))).to.have.length(4);
  });

  it('a peer alone says so', () => {
    const group = new WordsGroup(1);
    expect(peerLines(group.state(0))).to.deep.equal(['nobody else is there']);
    expect(whyLines(group.state(0), addressAt(nodeId(0)))).to.deep.equal(['no consensus has ended here yet']);
    expect(group.settle(0, 0).get(0)).to.include({ word: 'apple', outcome: 'holds' });
  });
});
