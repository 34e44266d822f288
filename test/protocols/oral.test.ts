import { expect } from 'chai';
import { symbolicKeyring } from '../../src/core/keyring.ts';
import { nodeId } from '../../src/core/node.ts';
import type { Order } from '../../src/core/order.ts';
import type { Context, Heard } from '../../src/core/protocol.ts';
import { majority } from '../../src/core/quorum.ts';
import { oral } from '../../src/protocols/oral.ts';
import { lockstep } from '../../src/sim/lockstep.ts';
import { drawTrial, ids, repeatLine } from '../support/trials.ts';

const context: Context = { self: nodeId(2), members: ids(4), commander: nodeId(1), faults: 1, number: 1, keyring: symbolicKeyring(nodeId(2)) };

/** What G2 of four decides in OM(1) on the messages of two rounds. */
function decisionOn(first: [from: number, message: string][], second: [from: number, message: string][]): Order | undefined {
  const state = oral.begin(context);
  const inbox = (heard: [number, string][]): Heard<string>[] => heard.map(([from, message]) => ({ from: nodeId(from), message }));
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

  it('are an order and a path of different generals, written in one way only', () => {
    expect(oral.parse('attack 1 3')).to.equal('attack 1 3');
    for (const bad of ['attack', 'attack ', 'attack 0', 'attack 01', 'attack 1 1', 'attack 1  3', 'attack 1 3 ', ' attack 1', 'charge 1', 'attack 1.5', 'attack -1', 'ATTACK 1', `attack ${'9'.repeat(16)}`, `attack 1${' 2'.repeat(1e6)}`, ['attack', 1], null]) {
      expect(oral.parse(bad), String(bad).slice(0, 40)).to.equal(undefined);
    }
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
      for (const { id, decision, heard, strategy } of lockstep(one, one).reports) {
        if (id === one.commander || strategy !== undefined) continue;
        const inboxes = heard.map(({ from, messages }) => messages.map((message, index): Heard<string> => ({ from: from[index]!, message: String(message) })));
        const votes = oral.votes!({ ...context, self: id, members: one.members, commander: one.commander, faults: one.faults }, inboxes);
        expect(votes).to.have.length(one.faults === 0 ? 1 : one.members.length - 1);
        expect(majority(votes.map(({ order }) => order)), `G${id}, ${repeatLine(one)}`).to.equal(decision);
      }
    }
  });
});
