/** What all engines say of a few small armies, beside what the code does: bundled anew for each edit of a source. */
import { assertNear, exactBy } from '../../../src/campaign/exact.ts';
import { cellOf } from '../../../src/campaign/grid.ts';
import { slicedOf } from '../../../src/campaign/sliced.ts';
import { simulated } from '../../../src/campaign/trials.ts';
import { worstOf } from '../../../src/campaign/worst.ts';
import { nodeId } from '../../../src/core/node.ts';
import { check } from '../../../src/generals/check/check.ts';
import { problemOf, type CheckRequest } from '../../../src/generals/check/request.ts';
import { searchMerging } from '../../../src/generals/check/merging.ts';
import { ORDERS } from '../../../src/generals/order.ts';
import type { AnyRoundsProtocol } from '../../../src/generals/protocol.ts';
import { protocolNamed, type ProtocolName } from '../../../src/generals/protocols/registry.ts';
import { bold } from '../../support/bold.ts';

export interface Said {
  readonly what: string;
  /** What the code does. */
  readonly truth: string;
  /** What engines say; `refuses` where they say nothing. */
  readonly engines: Readonly<Record<string, string>>;
}

const ids = (...numbers: number[]) => numbers.map(nodeId);

const REQUESTS: Readonly<Record<string, readonly Omit<CheckRequest, 'protocol'>[]>> = {
  exchange: [{ members: 4, faults: 1 }, { members: 3, faults: 1 }, { members: 5, faults: 2, traitors: ids(2, 3), orders: ['attack'] }],
  oral: [{ members: 4, faults: 1 }, { members: 4, faults: 1, m: 2, traitors: ids(1) }, { members: 5, faults: 2, m: 1, traitors: ids(2, 4), orders: ['attack'] }],
  king: [{ members: 4, faults: 1, traitors: ids(3), orders: ['attack'] }, { members: 4, faults: 1, traitors: ids(1), orders: ['retreat'] }, { members: 3, faults: 1, traitors: ids(2), orders: ['attack'] }],
  bold: [{ members: 3, faults: 1, traitors: ids(2) }],
  signed: [{ members: 3, faults: 1 }, { members: 4, faults: 2, traitors: ids(1, 2) }],
};

const CELLS = [
  { protocol: 'exchange', m: 1, members: 4, faults: 1 },
  { protocol: 'exchange', m: 1, members: 5, faults: 2 },
  { protocol: 'exchange', m: 1, members: 4, faults: 0 },
  { protocol: 'oral', m: 1, members: 5, faults: 2 },
  { protocol: 'oral', m: 2, members: 5, faults: 2 },
  { protocol: 'king', m: 1, members: 4, faults: 1 },
  { protocol: 'signed', m: 2, members: 4, faults: 2 },
] as const;

const SIMULATED = 1500;

/** @param protocols about which the edit may be */
export function probe(protocols: readonly string[]): Said[] {
  const all: Said[] = [];
  for (const name of protocols) {
    const protocol: AnyRoundsProtocol = name === bold.name ? bold : protocolNamed(name)!;
    for (const one of REQUESTS[name]!) {
      const request = { ...one, protocol };
      const engines: Record<string, string> = {};
      for (const engine of ['auto', 'merging', ...(protocol.tree === undefined ? [] : (['structured'] as const))] as const) engines[engine] = attempt(() => check({ ...request, engine }).type);
      all.push({ what: `${name} ${JSON.stringify(one)}`, truth: attempt(() => truthOf(request)), engines });
    }
    // What no engine speaks of, and yet tells one program from another: traitors that say anything, twice too.
    for (const { members, m, faults } of CELLS.filter((cell) => cell.protocol === name && cell.faults > 0)) {
      const cell = cellOf(name as ProtocolName, m, members, faults, 'arbitrary');
      all.push({ what: `${cell.id}: ${attempt(() => JSON.stringify(simulated(cell, 7, { from: 1, count: 200 })))}`, truth: 'as the code', engines: {} });
    }
    for (const { members, m, faults } of CELLS.filter((cell) => cell.protocol === name)) {
      const cell = cellOf(name as ProtocolName, m, members, faults, 'coin');
      let counted: ReturnType<typeof simulated>;
      try {
        counted = simulated(cell, 7, { from: 1, count: SIMULATED });
      } catch {
        // Code that throws is seen by everyone, and counted by nobody.
        all.push({ what: `${cell.id} throws`, truth: 'throws', engines: {} });
        continue;
      }
      const rates = (tally: typeof counted): number[] => [tally.agreementViolated, tally.validityViolated, tally.attack, tally.retreat].map((count) => count / tally.orders);
      const engines: Record<string, string> = {};
      const kernel = attempt(() => {
        const sliced = slicedOf(cell);
        if (sliced === undefined) return 'refuses';
        const tally = sliced.run(7, 0, { from: 1, count: 64 * SIMULATED });
        return rates(tally).every((rate, index) => isNear(rate, rates(counted)[index]!)) ? 'as the code' : `kernel ${rates(tally).join()} but the code ${rates(counted).join()}`;
      });
      if (kernel !== 'refuses') engines['kernel'] = kernel;
      const exact = attempt(() => {
        const { values, aside } = exactBy(cell);
        if (values === undefined) return aside === undefined ? 'no exact values, and no reason' : 'refuses';
        // As a campaign does before it shows them.
        assertNear(cell, values, simulated(cell, 8, { from: 1, count: SIMULATED }));
        const [agreement, validity] = rates(counted);
        // Of all orders, as the count is.
        const disobeyed = values.validity === null ? 0 : (1 - values.validity) * (1 - cell.faults / cell.members);
        return isNear(1 - values.agreement, agreement!) && isNear(disobeyed, validity!) ? 'as the code' : `exact ${values.agreement} ${values.validity} but violated by the code in ${agreement!} ${validity!}`;
      });
      if (exact !== 'refuses') engines['exact'] = exact;
      const worst = attempt(() => worstOf(cell));
      const isBroken = counted.agreementViolated + counted.validityViolated > 0;
      if (worst === 'holds' && isBroken) engines['worst'] = 'holds, but orders are broken';
      all.push({ what: `${cell.id}: ${rates(counted).join(' ')}`, truth: 'as the code', engines });
    }
  }
  return all;
}

/** By every alternative that there is, whatever the protocol claims of itself. */
function truthOf(request: CheckRequest): string {
  const problem = problemOf(request);
  for (const order of problem.orders) {
    const search = searchMerging({ ...problem, orders: [order], protocol: { ...problem.protocol, claims: {} } });
    for (let step = search.next(); ; step = search.next()) {
      if (step.done !== true) continue;
      if (step.value.type !== 'holds') return step.value.type;
      break;
    }
  }
  return problem.orders.length > ORDERS.length ? 'unknown' : 'holds';
}

/** Within five standard deviations of each other, the smaller sample being the one that tells. */
const isNear = (share: number, counted: number): boolean => Math.abs(share - counted) <= 6 * Math.sqrt(Math.max(share * (1 - share), counted * (1 - counted), 1 / SIMULATED) / SIMULATED);

/** A protocol that throws is refused by whoever runs it. */
function attempt(work: () => string): string {
  try {
    return work();
  } catch (error) {
    return error instanceof Error && error.message.startsWith('oops') ? error.message : 'refuses';
  }
}
