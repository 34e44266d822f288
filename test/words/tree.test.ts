import { expect } from 'chai';
import fc from 'fast-check';
import { nodeId, type NodeId } from '../../src/core/node.ts';
import { symbolicSigner } from '../../src/core/signer.ts';
import { contextOf, type Heard } from '../../src/generals/protocol.ts';
import { oral } from '../../src/generals/protocols/oral.ts';
import { numberOf, wording, type OralMessage } from '../../src/generals/protocols/oral-paths.ts';
import { valueIn } from '../../src/generals/values.ts';
import { ORDERS, type Order } from '../../src/generals/order.ts';
import type { Address } from '../../src/words/address.ts';
import { DEFAULT_WORD } from '../../src/words/messages.ts';
import { decide, longerWays, questionsIn, treeLines, waysFrom, type Way } from '../../src/words/tree.ts';
import { at } from '../support/words.ts';

const group = (n: number): Address[] => Array.from({ length: n }, (_, place) => at(place + 1));

/** All ways of up to m + 1 peers that the second of a group can hear. */
function waysOf(n: number, m: number): Way[] {
  const [commander, ...lieutenants] = group(n);
  let ways: readonly Way[] = [[commander!]];
  const all = [...ways];
  for (let length = 1; length <= m; length += 1) all.push(...(ways = longerWays(ways, lieutenants, at(2))));
  return all;
}

const keyOf = (way: Way): string => way.join(' ');

/** What `oral` decides among generals who heard the same orders. */
function amongGenerals(n: number, m: number, heard: ReadonlyMap<string, Order>): Order {
  const members = Array.from({ length: n }, (_, place) => nodeId(place + 1));
  const context = contextOf({ members, commander: nodeId(1), m, number: 1 }, nodeId(2), symbolicSigner(nodeId(2)));
  const state = oral.begin(context);
  for (let round = 2; round <= m + 2; round += 1) {
    const inbox = new Map<NodeId, OralMessage[]>();
    for (const way of waysOf(n, m).filter(({ length }) => length === round - 1)) {
      const order = heard.get(keyOf(way));
      if (order === undefined) continue;
      const ids = way.map((address) => nodeId(group(n).indexOf(address) + 1));
      inbox.set(ids.at(-1)!, [...(inbox.get(ids.at(-1)!) ?? []), wording.write(numberOf(context, ids), valueIn(order))]);
    }
    const heardOf = [...inbox].toSorted(([a], [b]) => a - b).map(([from, messages]): Heard<OralMessage> => ({ from, messages }));
    const output = oral.step(context, state, { type: 'round', round, inbox: heardOf }).find(({ type }) => type === 'output');
    if (output?.type === 'output') return output.output;
  }
  return expect.fail('oral decided nothing');
}

const SIZES = [[1, 0], [2, 0], [3, 0], [4, 1], [5, 1], [6, 1], [7, 2], [4, 2], [10, 3]] as const;

const decided = (n: number, m: number, heard: ReadonlyMap<string, string>): string =>
  decide({ commander: at(1), lieutenants: group(n).slice(1), self: at(2), m, heard: (way) => heard.get(keyOf(way)) });

describe('the word database, a tree of what was heard', () => {
  for (const [n, m] of SIZES.filter(([members]) => members > 1)) {
    it(`is decided as among ${n} generals, with m = ${m}, whatever was heard of two words`, () => {
      const ways = waysOf(n, m);
      const words = fc.array(fc.constantFrom<(Order | undefined)[]>(...ORDERS, undefined), { minLength: ways.length, maxLength: ways.length });
      fc.assert(
        fc.property(words, (said) => {
          const heard = new Map(ways.flatMap((way, place) => (said[place] === undefined ? [] : [[keyOf(way), said[place]] as const])));
          expect(decided(n, m, heard)).to.equal(amongGenerals(n, m, heard));
        }),
        { numRuns: n > 7 ? 20 : 200 },
      );
    });
  }

  it('of many words is decided for the one that more than half are for at each level, as in the paper, else for the default', () => {
    /** OM(m) as the paper writes it, level by level, with nothing of ours. */
    const paper = (way: Way, m: number, n: number, heard: ReadonlyMap<string, string>): string => {
      const own = heard.get(keyOf(way)) ?? DEFAULT_WORD;
      if (m === 0) return own;
      const votes = [own, ...group(n).filter((peer) => peer !== at(2) && !way.includes(peer)).map((peer) => paper([...way, peer], m - 1, n, heard))];
      return votes.find((vote) => 2 * votes.filter((other) => other === vote).length > votes.length) ?? DEFAULT_WORD;
    };
    for (const [n, m] of [[4, 1], [7, 2]] as const) {
      const ways = waysOf(n, m);
      fc.assert(
        fc.property(fc.array(fc.constantFrom('ape', 'bee', 'cat', undefined), { minLength: ways.length, maxLength: ways.length }), (said) => {
          const heard = new Map(ways.flatMap((way, place) => (said[place] === undefined ? [] : [[keyOf(way), said[place]] as const])));
          expect(decided(n, m, heard)).to.equal(paper([at(1)], m, n, heard));
        }),
        { numRuns: 300 },
      );
    }
  });

  it('is whole when as many ways were heard as there are', () => {
    for (const [n, m] of SIZES.filter(([members, faults]) => members > 1 && faults <= members - 2)) {
      const ways = waysOf(n, m);
      for (const way of ways) expect(waysFrom(way.length, n, m), `${n}, ${m}, ${keyOf(way)}`).to.equal(ways.filter((longer) => keyOf(longer).startsWith(keyOf(way))).length);
    }
  });

  it('takes as many questions as OM(m) has messages', () => {
    for (const [n, m, messages] of [[1, 0, 0], [2, 0, 1], [4, 1, 9], [7, 2, 156], [10, 3, 3609]] as const) {
      expect(questionsIn(n, m)).to.equal(messages);
      const members = Array.from({ length: n }, (_, place) => nodeId(place + 1));
      expect(questionsIn(n, m)).to.equal(oral.messages({ members, commander: nodeId(1), m }));
    }
  });

  it('is told a way a line', () => {
    const names = new Map(group(4).map((address, place) => [address, `p${place + 1}`]));
    const heard = new Map([[keyOf([at(1)]), 'cat'], [keyOf([at(1), at(3)]), 'dog']]);
    const tree = { commander: at(1), lieutenants: group(4).slice(1), self: at(2), m: 1, heard: (way: Way) => heard.get(keyOf(way)) };
    expect(treeLines(tree, (peer) => names.get(peer)!, (way) => (way.length === 1 ? ' (late)' : ''))).to.deep.equal([
      'p1: "cat" (late), majority "retreat"',
      '  p1→p3: "dog"',
      '  p1→p4: nothing, so "retreat"',
    ]);
  });
});
