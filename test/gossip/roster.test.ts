import { expect } from 'chai';
import { seededAt } from '../../src/core/choice.ts';
import { nodeId } from '../../src/core/node.ts';
import { symbolicSigner } from '../../src/core/signer.ts';
import type { GossipContext } from '../../src/gossip/context.ts';
import { checksumOf, enter, isCertified, newRoster } from '../../src/gossip/roster.ts';
import { LAN } from '../../src/gossip/settings.ts';
import { symbolicKeys } from '../../src/gossip/sim/keys.ts';
import { bodyOf, type Member } from '../../src/gossip/statements.ts';
import { at } from '../support/gossip.ts';

describe('the checksum of a list', () => {
  const checksumFor = (ports: readonly number[]): number => {
    const roster = newRoster();
    for (const port of ports) enter(roster, { type: 'member', address: at(port), key: 'k', life: 1, votes: [] });
    return checksumOf(roster).checksum;
  };

  it('is the same in whatever order its members came', () => {
    expect(checksumFor([6001, 6002, 6003])).to.equal(checksumFor([6003, 6001, 6002]));
  });

  it('tells lists of the same size apart, though their members are at ports of one host', () => {
    const known = new Map<number, string>();
    for (let one = 6000; one < 6100; one += 1) {
      for (let other = one + 1; other < 6100; other += 1) {
        const checksum = checksumFor([one, other]);
        expect(known.get(checksum), `${one} and ${other}`).to.equal(undefined);
        known.set(checksum, `${one} and ${other}`);
      }
    }
  });
});

describe('what seeds sign', () => {
  const seeds = [at(5001), at(5002), at(5003)];
  const context: GossipContext = { self: nodeId(1), members: [], signer: symbolicSigner(nodeId(1)), choose: seededAt(1, nodeId(1)), address: at(6000), seeds, cluster: 'c', version: '1', settings: LAN, keys: symbolicKeys('k'), nonce: () => 'n', unixTime: () => 0 };
  const member = (places: readonly number[], life = 1): Member => {
    const body = { address: at(6001), key: 'p', life };
    return { type: 'member', ...body, votes: places.map((place) => ({ seed: seeds[place]!, signature: symbolicKeys(`s${place}`).sign('member', bodyOf.member(body)) })) };
  };
  const keysNow = (names: readonly string[]) => (seed: (typeof seeds)[number]) => names[seeds.indexOf(seed)];
  const isHeld = (statement: Member, names = ['s0', 's1', 's2']): boolean => isCertified(context, statement, keysNow(names));

  it('holds by a majority, of which each counts once, however often it has signed', () => {
    expect([[0, 1], [2, 0, 1], [0], [0, 0], [1, 1, 1]].map((places) => isHeld(member(places)))).to.deep.equal([true, true, false, false, false]);
  });

  it('does not hold of another life, by the same votes', () => {
    const statement = member([0, 1]);
    expect([isHeld(statement), isHeld({ ...statement, life: 2 })]).to.deep.equal([true, false]);
  });

  it('holds by the keys that are known now, whatever it was found to be before', () => {
    const statement = member([0, 1]);
    expect([['s0', 'other', 's2'], ['s0', 's1', 's2'], ['other', 's1', 's2'], ['s0', 's1', 's2']].map((names) => isHeld(statement, names))).to.deep.equal([false, true, false, true]);
  });
});
