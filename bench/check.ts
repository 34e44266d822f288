import { cellOf } from '../src/campaign/grid.ts';
import { simulated } from '../src/campaign/trials.ts';
import { check } from '../src/generals/check/check.ts';
import { ORDERS, type Order } from '../src/generals/order.ts';
import { protocolNamed, type ProtocolName } from '../src/generals/protocols/registry.ts';
import { time, type Row } from './measure.ts';

/** What is checked, for both orders if none is named, and within how many milliseconds on a quiet core. */
const CHECKS: readonly { readonly protocol: ProtocolName; readonly members: number; readonly faults: number; readonly orders?: readonly Order[]; readonly wanted: number }[] = [
  { protocol: 'oral', members: 7, faults: 2, wanted: 1000 },
  { protocol: 'oral', members: 10, faults: 3, wanted: 5000 },
  { protocol: 'oral', members: 13, faults: 4, wanted: 30_000 },
  { protocol: 'king', members: 7, faults: 2, wanted: 2000 },
  { protocol: 'king', members: 10, faults: 3, wanted: 60_000 },
  { protocol: 'king', members: 5, faults: 2, wanted: 2000 },
  { protocol: 'signed', members: 5, faults: 3, wanted: 3000 },
  { protocol: 'pbft', members: 4, faults: 1, orders: ['attack'], wanted: 15_000 },
];

/** Verdicts, each beside as many orders of the same army as a thousand treasons are, simulated by the same code. */
export async function benchCheck(report: (row: Row) => void): Promise<void> {
  for (const { protocol: name, members, faults, orders = ORDERS, wanted } of CHECKS) {
    const protocol = protocolNamed(name)!;
    let verdict = '';
    const ours = await time(async () => {
      verdict = check({ protocol, members, faults, orders }).type;
    });
    const theirs = await time(async () => void simulated(cellOf(name, faults, members, faults, 'coin'), 1, { from: 1, count: 1000 }));
    report({ what: `${name} among ${members}, ${faults} traitors${orders.length === ORDERS.length ? '' : `, ${orders.join()}`}: ${verdict}, ms, wanted ${wanted} (1,000 orders simulated)`, ours, theirs, ratio: ours / theirs, limit: wanted / theirs });
  }
}
