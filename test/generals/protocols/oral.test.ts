import { expect } from 'chai';
import { symbolicSigner } from '../../../src/core/signer.ts';
import { majority } from '../../../src/generals/majority.ts';
import { nodeId } from '../../../src/core/node.ts';
import type { Order } from '../../../src/generals/order.ts';
import { contextOf, type Heard } from '../../../src/generals/protocol.ts';
import { oral } from '../../../src/generals/protocols/oral.ts';
import { runInRounds } from '../../../src/generals/sim/rounds.ts';
import { oralMessage } from '../../support/oral.ts';
import { drawTrial, ids, repeatLine } from '../../support/trials.ts';

const context = contextOf({ members: ids(4), commander: nodeId(1), m: 1, number: 1 }, nodeId(2), symbolicSigner(nodeId(2)));

/** A message on no path. */
const NOWHERE = 2 ** 31 - 1;

/** What G2 of four decides in OM(1) on the messages of two rounds. */
function decisionOn(first: [from: number, message: string][], second: [from: number, message: string][]): Order | undefined {
  const state = oral.begin(context);
  const inbox = (heard: [number, string][]): Heard<number>[] =>
    [...new Set(heard.map(([from]) => from))].map((from) => ({
      from: nodeId(from),
      messages: heard.flatMap(([by, text]) => (by === from ? [oralMessage(context, text) ?? NOWHERE] : [])),
    }));
  oral.step(context, state, { type: 'round', round: 1, inbox: [] });
  oral.step(context, state, { type: 'round', round: 2, inbox: inbox(first) });
  const [decided] = oral.step(context, state, { type: 'round', round: 3, inbox: inbox(second) });
  return decided?.type === 'output' ? decided.output : undefined;
}

describe('oral messages', () => {
  it('are heard only from the last of their path, in the round that is as their path is long', () => {
    const loyal: [number, string] = [3, 'attack 1 3'];
    expect(decisionOn([[1, 'attack 1']], [loyal])).to.equal('attack');
    for (const [from, message] of [
      [4, 'attack 1 3'],
      [3, 'attack 1'],
      [3, 'attack 1 4 3'],
      [3, 'attack 4 3'],
      [3, 'attack 3'],
      [3, 'attack 1 2'],
      [2, 'attack 1 2'],
      [9, 'attack 1 9'],
      [3, 'attack 3 1'],
    ] as [number, string][]) {
      expect(decisionOn([[1, 'attack 1']], [[from, message]]), `${message} from G${from}`).to.equal('retreat');
    }
    for (const [from, message] of [[3, 'attack 1'], [1, 'attack 1 3'], [3, 'attack 3']] as [number, string][]) {
      expect(decisionOn([[from, message]], [loyal]), `${message} from G${from}`).to.equal('retreat');
    }
  });

  it('count once for each path: the first word is taken', () => {
    expect(decisionOn([[1, 'attack 1'], [1, 'retreat 1']], [[3, 'attack 1 3'], [3, 'retreat 1 3']])).to.equal('attack');
    expect(decisionOn([[1, 'retreat 1'], [1, 'attack 1']], [[3, 'attack 1 3']])).to.equal('retreat');
  });

  it('are whole numbers, each an order on a path of different generals, the commander first', () => {
    const among = { members: ids(4), commander: nodeId(2), m: 2 };
    const told = Array.from({ length: 2 * (1 + 3 + 6) }, (_, message) => oral.describe!(among, message));
    expect(told.slice(0, 10)).to.deep.equal(['retreat G2', 'attack G2', ...[1, 3, 4].flatMap((id) => [`retreat G2→G${id}`, `attack G2→G${id}`]), 'retreat G2→G1→G3', 'attack G2→G1→G3']);
    expect(new Set(told).size).to.equal(told.length);
    expect(oral.describe!(among, told.length)).to.equal('retreat on no path');
    for (const bad of [-1, 0.5, NaN, Infinity, 2 ** 31, '1', 'attack 1 3', [1], null, {}]) expect(oral.parse(bad), JSON.stringify(bad)).to.equal(undefined);
    expect(oral.parse(2 ** 31 - 1)).to.equal(2 ** 31 - 1);
  });

  it('refuse OM(5) among 16, naming the exact count, and an m that is larger than n − 2', () => {
    expect(oral.refuses(16, 5)).to.equal('OM(5) among 16 generals takes 3,999,675 messages, the limit is 1,000,000: choose a smaller m');
    expect(oral.refuses(100, 33)).to.equal('OM(33) among 100 generals takes about 10^65 messages, the limit is 1,000,000: choose a smaller m');
    expect(oral.refuses(4, 3)).to.equal('OM(3) does not fit 4 generals: m is at most n - 2, here 2');
    expect(oral.refuses(4, 2)).to.equal(undefined);
    expect(oral.refuses(64, 1)).to.equal(undefined);
  });

  it('name the votes of which the decision is the majority', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const one = drawTrial({ protocol: 'oral', n: 2 + (seed % 6), m: Math.min(seed % 3, seed % 6), seed, traitors: seed % 3 });
      for (const { id, decision, heard, strategy } of runInRounds(one, one).reports) {
        if (id === one.commander || strategy !== undefined) continue;
        const votes = oral.votes!({ ...context, self: id, members: one.members, commander: one.commander, m: one.m }, heard as Heard<number>[][]);
        expect(votes).to.have.length(one.m === 0 ? 1 : one.members.length - 1);
        expect(majority(votes.map(({ order }) => order)), `G${id}, ${repeatLine(one)}`).to.equal(decision);
      }
    }
  });
});
