import { expect } from 'chai';
import fc from 'fast-check';
import { nodeId } from '../../../src/core/node.ts';
import { ORDERS, type Order } from '../../../src/generals/order.ts';
import type { AnyRoundsProtocol } from '../../../src/generals/protocol.ts';
import { exchange } from '../../../src/generals/protocols/exchange.ts';
import { king } from '../../../src/generals/protocols/king.ts';
import { oral } from '../../../src/generals/protocols/oral.ts';
import { pbft } from '../../../src/generals/protocols/pbft.ts';
import { signed } from '../../../src/generals/protocols/signed.ts';
import { check } from '../../../src/generals/check/check.ts';
import type { CheckRequest, Engine } from '../../../src/generals/check/request.ts';
import type { CheckResult } from '../../../src/generals/check/result.ts';
import { soaked } from '../../support/trials.ts';
import { omVariant } from './om-variant.ts';

describe('the engines of the checker', () => {
  it('agree on verdict, number of treasons and smallest lie of OM(m) and the exchange, in every case that all can do', () => {
    // With four traitors there are most treasons: they are for a soak.
    const faultsMax = process.env['SOAK'] === '1' ? 4 : 3;
    const cases = [
      ...each(5, faultsMax, [1]).map((one) => ({ ...one, protocol: exchange })),
      ...each(4, faultsMax, [0, 1, 2]).map((one) => ({ ...one, protocol: oral })),
      ...each(6, 1, [0, 1]).map((one) => ({ ...one, protocol: oral })),
      { protocol: oral, members: 5, faults: 1, m: 2 },
    ].filter(({ protocol, members, m }) => protocol.refuses(members, m) === undefined);
    expect(cases.length).to.be.greaterThan(40);
    for (const one of cases) {
      const structured = verdict({ ...one, engine: 'structured' });
      for (const engine of ['plain', 'merging'] as const) expect(verdict({ ...one, engine }), told(one, engine)).to.equal(structured);
    }
  });

  it('agree on a set of traitors, whoever they are and whoever commands', () => {
    const requests = fc.record({
      protocol: fc.constantFrom<AnyRoundsProtocol>(oral, exchange),
      members: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 4 }).map((numbers) => numbers.map(nodeId)),
      m: fc.nat(2),
      places: fc.uniqueArray(fc.nat(3), { maxLength: 4 }),
      commander: fc.nat(3),
      order: fc.constantFrom<Order>(...ORDERS),
    });
    fc.assert(
      fc.property(requests, ({ protocol, members, m, places, commander, order }) => {
        const at = (place: number) => members[place % members.length]!;
        const traitors = [...new Set(places.map(at))];
        const army = { members, commander: at(commander), traitors, faults: traitors.length };
        const request = { ...army, protocol, m: Math.min(m, members.length - 2), orders: [order] };
        const structured = verdict({ ...request, engine: 'structured' });
        for (const engine of ['plain', 'merging', 'auto'] as const) expect(verdict({ ...request, engine })).to.equal(structured);
      }),
      { numRuns: soaked(150, 5) },
    );
  });

  it('agree where treasons are too many to be tried one by one: OM(2) among five with two traitors, 3 million', () => {
    const request = { protocol: oral, members: 5, faults: 2, m: 2 };
    expect(verdict({ ...request, engine: 'merging' })).to.equal(verdict({ ...request, engine: 'structured' }));
  });

  it('try no smaller sets of traitors than they are asked for', () => {
    for (const protocol of [exchange, oral]) {
      for (const [members, faults] of [[4, 1], [4, 2], [3, 3]] as const) {
        for (const engine of ['plain', 'merging', 'structured', 'auto'] as const) {
          const treasons = (from: number, to: number) => {
            const result = check({ protocol, members, m: 1, faults: to, faultsMin: from, engine });
            return result.type === 'holds' ? result.treasons : undefined;
          };
          const [all, fewer, exactly] = [treasons(0, faults), treasons(0, faults - 1), treasons(faults, faults)];
          const what = `${protocol.name} ${members} ${faults} ${engine}`;
          // All of three are traitors: nobody is left to be split, whatever fewer can do.
          if (faults === 3) expect(exactly, what).to.equal(32n);
          else expect(exactly, what).to.equal(all === undefined ? undefined : all - fewer!);
        }
      }
    }
  });

  it('agree on SM(m), the phase king and PBFT, where plain enumeration can do them', () => {
    const cases = [
      { protocol: signed, members: 3, faults: 1, m: 1 },
      { protocol: signed, members: 3, faults: 1, m: 0 },
      { protocol: signed, members: 4, faults: 1, m: 2 },
      { protocol: signed, members: 4, faults: 2, m: 1 },
      // Among these are commanders without a loyal lieutenant, who have decided before anybody lies.
      { protocol: signed, members: 3, faults: 3, m: 1 },
      { protocol: pbft, members: 3, faults: 1, m: 0 },
      { protocol: pbft, members: 4, faults: 1, m: 1, traitors: [nodeId(4)], orders: ['attack'] as const },
      { protocol: king, members: 2, faults: 1, m: 1 },
      { protocol: king, members: 3, faults: 1, m: 0 },
    ];
    for (const one of cases) expect(verdict({ ...one, engine: 'plain' }), told(one, 'plain')).to.equal(verdict({ ...one, engine: 'merging' }));
  });

  it('agree where a lie says what the honest message says: it is one treason more', () => {
    const protocol: AnyRoundsProtocol = { ...signed, lies: (_context, honest) => [honest] };
    for (const one of [{ protocol, members: 3, faults: 1, m: 1 }, { protocol, members: 4, faults: 1, m: 1 }]) expect(verdict({ ...one, engine: 'merging' })).to.equal(verdict({ ...one, engine: 'plain' }));
  });

  it('agree with a recursive OM(m) that shares no code with the protocol', () => {
    for (const one of [...each(4, 2, [1, 2]), { members: 5, faults: 1, m: 1 }, { members: 6, faults: 1, m: 1 }]) {
      const ours = verdict({ ...one, protocol: oral });
      expect(verdict({ ...one, protocol: omVariant({}) }), told({ ...one, protocol: oral }, 'merging')).to.equal(ours);
    }
  });
});

/** What must be the same. Which of several smallest lies is shown may differ, and so may how much was covered until it was found. */
function verdict(request: CheckRequest): string {
  const result: CheckResult = check(request);
  switch (result.type) {
    case 'holds':
      return `holds: all ${result.treasons}`;
    case 'violated': {
      const { violation, isSmallest } = result;
      const { lies, traitors, order } = violation;
      return `violated: ${lies.length} lies of ${traitors.join(', ')} about ${order}${isSmallest ? '' : ', perhaps not the smallest'}`;
    }
    case 'unknown':
      return 'unknown';
    default:
      return result satisfies never;
  }
}

/** Every number of generals and of traitors up to these, for each m. */
function each(membersMax: number, faultsMax: number, ms: readonly number[]): { members: number; faults: number; m: number }[] {
  const all = [];
  for (let members = 2; members <= membersMax; members += 1)
    for (let faults = 0; faults <= Math.min(faultsMax, members); faults += 1)
      for (const m of ms) if (oral.refuses(members, m) === undefined) all.push({ members, faults, m });
  return all;
}

const told = ({ protocol, members, faults, m }: CheckRequest, engine: Engine): string =>
  `${protocol.name}(${m}) among ${JSON.stringify(members)} with ${faults} traitors, ${engine}`;
