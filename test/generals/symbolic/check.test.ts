import { expect } from 'chai';
import { nodeId } from '../../../src/core/node.ts';
import { ORDERS } from '../../../src/generals/order.ts';
import type { AnyRoundsProtocol } from '../../../src/generals/protocol.ts';
import { exchange } from '../../../src/generals/protocols/exchange.ts';
import { king } from '../../../src/generals/protocols/king.ts';
import { oral } from '../../../src/generals/protocols/oral.ts';
import { signed } from '../../../src/generals/protocols/signed.ts';
import { check } from '../../../src/generals/check/check.ts';
import { treasonIn } from '../../../src/generals/check/broken.ts';
import { proofOf } from '../../../src/generals/check/proven.ts';
import { checkJson, sentencesOf } from '../../../src/generals/check/report.ts';
import { problemOf, type CheckRequest } from '../../../src/generals/check/request.ts';
import type { CheckResult } from '../../../src/generals/check/result.ts';
import { trials } from '../../../src/generals/check/trial.ts';
import { byCases } from '../../../src/generals/symbolic/cases.ts';
import { everyone } from '../../../src/generals/symbolic/instance.ts';
import { isProven } from '../../../src/generals/symbolic/proof.ts';
import { runOf } from '../../../src/generals/symbolic/run.ts';
import { ids, omVariant } from '../check/om-variant.ts';
import { bold } from '../../support/bold.ts';
import { endsOfKinds, subsets } from '../../support/sets.ts';

describe('check by symbolic runs that fold to a constant', () => {
  it('never takes for proven what plain enumeration refutes, and proves whatever that clears, for every set of traitors of a small army', () => {
    let [proven, refuted] = [0, 0];
    for (const [protocol, members, m] of [[exchange, 2, 0], [exchange, 3, 0], [exchange, 4, 1], [oral, 3, 1], [oral, 4, 1], [oral, 4, 2], [oral, 5, 1]] as const) {
      for (const traitors of endsOfKinds(subsets(ids(...Array.from({ length: members }, (_, index) => index + 1))))) {
        // Where all betray there is nobody to be let down, and yet there are most treasons: among more than three they are for a soak.
        if (traitors.length === members && members > 3 && process.env['SOAK'] !== '1') continue;
        // Among more than three, each set is asked about one of the orders, and about the other in a soak.
        for (const order of members > 3 && process.env['SOAK'] !== '1' ? ORDERS.slice(traitors.length % 2, traitors.length % 2 + 1) : ORDERS) {
          const request = { protocol, members, m, traitors, faults: traitors.length, orders: [order] };
          const plain = check({ ...request, engine: 'plain' });
          const told = `${protocol.name} ${JSON.stringify(request.members)} m=${m} ${traitors.join(' ')} ${order}`;
          expect(isProven({ protocol, ...everyone(members), m, traitors, order }), told).to.equal(plain.type === 'holds');
          expect(gist(check(request)), told).to.deep.equal(gist(plain));
          if (plain.type === 'holds') proven += 1;
          else refuted += 1;
        }
      }
    }
    expect(proven).to.be.greaterThan(50);
    expect(refuted).to.be.greaterThan(20);
  });

  it('changes no verdict, no number of treasons and no smallest lie', () => {
    for (const protocol of [exchange, oral]) {
      for (let members = 2; members <= (process.env['SOAK'] === '1' ? 6 : 5); members += 1) {
        for (let faults = 0; faults <= Math.min(3, members); faults += 1) {
          for (let m = 0; m <= Math.min(2, members - 2); m += 1) {
            // Among most, both orders are for a soak.
            for (const orders of members > 4 && process.env['SOAK'] !== '1' ? [['retreat'] as const] : [ORDERS, ['retreat'] as const]) {
              const request: CheckRequest = { protocol, members, faults, m, orders };
              const [folded, searched] = [check(request), check({ ...request, engine: 'structured' })];
              expect(gist(folded), `${protocol.name} ${members} ${faults} ${m} ${orders.join()}`).to.deep.equal(gist(searched));
              // The smallest set of traitors, none, never breaks anything.
              expect(folded.proven?.treasons ?? 0n).to.satisfy((treasons: bigint) => treasons > 0n);
              expect(searched).not.to.have.property('proven');
            }
          }
        }
      }
    }
  });

  it('proves all treasons of OM(m) with n > 3m, and of the exchange with one traitor, without a search', () => {
    for (const request of [{ protocol: oral, members: 4, faults: 1 }, { protocol: oral, members: 7, faults: 2 }, { protocol: oral, members: 10, faults: 3 }, { protocol: exchange, members: 64, faults: 1 }]) {
      const result = check(request);
      expect(result).to.include({ type: 'holds', engine: 'symbolic' });
      if (result.type === 'holds') expect(result.proven?.treasons).to.equal(result.treasons);
    }
  });

  it('says how many treasons it proved, and of whom', () => {
    expect(told({ protocol: oral, members: 7, faults: 2 })).to.deep.equal([
      'holds: all 33,777,023,377,735,810 treasons covered (symbolic run of oral)',
      'all are proven by symbolic runs that fold to a constant:',
      '  a loyal commander with at most 2 traitorous lieutenants',
      '  a traitorous commander with at most 1 traitorous lieutenant',
    ]);
    expect(told({ protocol: exchange, members: 3, faults: 1 }).slice(-4)).to.deep.equal([
      '14 treasons are proven harmless by symbolic runs that fold to a constant:',
      '  a loyal commander',
      '  a loyal commander with 1 traitorous lieutenant, to retreat',
      '  a traitorous commander',
    ]);
    expect(told({ protocol: oral, members: 4, faults: 2, m: 1, traitors: [2, 3].map(nodeId), orders: ['attack'] }).join('\n')).not.to.include('symbolic');
    expect(told({ protocol: signed, members: 3, faults: 0 }).join('\n')).not.to.include('symbolic');
    expect(checkJson(check({ protocol: exchange, members: 3, faults: 1, orders: ['retreat'] }), exchange)).to.deep.include({
      engine: 'symbolic',
      proven: {
        by: 'symbolic',
        treasons: '9',
        sets: [
          { commander: 'loyal', lieutenants: 0, order: 'retreat' },
          { commander: 'traitor', lieutenants: 0, order: 'retreat' },
          { commander: 'loyal', lieutenants: 1, order: 'retreat' },
        ],
      },
    });
  });

  it('is about the very code of a protocol: a copy is proven too, and what leaves the algebra is searched', () => {
    const copy: AnyRoundsProtocol = { ...oral };
    expect(isProven({ protocol: copy, ...everyone(4), m: 1, traitors: [], order: 'attack' })).to.equal(true);
    expect(isProven({ protocol: omVariant({}), ...everyone(4), m: 1, traitors: [], order: 'attack' })).to.equal(false);
    expect(check({ protocol: omVariant({}), members: 4, faults: 1 })).to.include({ type: 'holds', engine: 'structured' }).and.not.to.have.property('proven');
  });

  it('goes through the cases of the phase king, where a run does not fold', () => {
    expect(told({ protocol: king, members: 4, faults: 1 })).to.deep.equal([
      'holds: all 4,526,751,746 treasons covered (symbolic run of king)',
      'all are proven by symbolic runs that fold to a constant, or by 405 cases:',
      '  a loyal commander with at most 1 traitorous lieutenant',
      '  a traitorous commander',
    ]);
    const broken = check({ protocol: king, members: 5, faults: 2, traitors: ids(1, 2), orders: ['attack'] });
    expect(broken.type).to.equal('violated');
  });

  it('proves that seven generals follow the phase king in spite of two traitors', () => {
    const result = check({ protocol: king, members: 7, faults: 2 });
    expect(result).to.include({ type: 'holds', engine: 'symbolic', treasons: 1102192615786496449676639329479147783824338845698n });
  });

  it('shows a treason by which the phase king fails among five, and the code repeats it', () => {
    for (const traitors of [ids(1), ids(1, 4)]) {
      const problem = problemOf({ protocol: king, members: 5, faults: 2, traitors, orders: ['attack'] });
      const { broken } = ended(proofOf(problem))!;
      expect(trials(problem, traitors)('attack', treasonIn(broken!.treason))).to.include({ property: 'agreement' });
    }
  });

  it('goes through the cases of each order by itself, where the commander is loyal', () => {
    const request = { protocol: bold, members: 3, faults: 1, traitors: ids(2) };
    const attack = check({ ...request, orders: ['attack'] });
    expect(attack).to.include({ type: 'holds', engine: 'symbolic' });
    expect(attack.proven!.cases).to.be.greaterThan(0);
    const { violation, proven } = check(request) as CheckResult & { type: 'violated' };
    expect(violation).to.include({ order: 'retreat', property: 'validity' });
    expect(violation.lies).to.have.length(2);
    expect(proven!.sets).to.deep.equal([{ commander: 'loyal', lieutenants: 1, order: 'attack' }]);
  });

  it('goes through whatever a traitor might honestly say, which may be nothing', () => {
    const instance = { protocol: king, ...everyone(4), m: 1, traitors: ids(1), order: 'attack' } as const;
    const honest = new Set<unknown>();
    const cases = byCases(instance, runOf(instance, 'anything').slots, [], (_context, message) => {
      honest.add(message);
      return [[message]];
    });
    for (let step = cases.next(); step.done !== true; step = cases.next());
    expect(honest).to.deep.equal(new Set(['king', 'order', 'value', 'proposal'].flatMap((kind) => [`${kind} attack`, `${kind} retreat`]).concat('proposal nothing')));
  });

  it('is left out where it would take too long, or does not fit', () => {
    expect(isProven({ protocol: oral, ...everyone(16), m: 5, traitors: [], order: 'attack' })).to.equal(false);
    expect(isProven({ protocol: oral, ...everyone(4), m: 3, traitors: [], order: 'attack' })).to.equal(false);
    expect(isProven({ protocol: exchange, ...everyone(0), m: 0, traitors: [], order: 'attack' })).to.equal(false);
  });
});

function ended<Result>(search: Generator<unknown, Result, boolean | undefined>): Result {
  for (let step = search.next(); ; step = search.next()) if (step.done === true) return step.value;
}

const told = (request: CheckRequest): string[] => sentencesOf(check(request), request.protocol);

/** What must be the same, however it was found. */
function gist(result: CheckResult): readonly unknown[] {
  switch (result.type) {
    case 'holds':
      return [result.type, result.treasons];
    case 'violated':
      return [result.type, result.isSmallest, result.violation.lies.length, result.violation.traitors.length, result.violation.order];
    case 'unknown':
      return [result.type, result.reason];
    default:
      return result satisfies never;
  }
}
