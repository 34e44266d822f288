import { costOf } from '../hosts/processes/cost.ts';
import type { ClusterOrder } from './faces/cluster.ts';
import { untilSignalled } from './signals.ts';

/** What one protocol took among n replicas. */
interface Cost {
  readonly n: number;
  readonly protocol: string;
  /** HTTP requests between replicas for one request, as counted, and as the papers have it. */
  readonly messages: number;
  readonly formula: number;
  /** Median time to an answer. */
  readonly milliseconds: number;
}

const PROTOCOLS = [
  { name: 'pbft', formula: (n: number): number => 2 * n * (n - 1) },
  { name: 'collector', formula: (n: number): number => 5 * (n - 1) },
];

const SIZES = [4, 7, 10, 13];
const REQUESTS = 20;

/** Runs both protocols on the same requests, one at a time. @returns the exit status */
export const compareCommand = ({ json }: ClusterOrder): Promise<number> => untilSignalled((signalled) => compared(json, signalled));

async function compared(json: boolean, signalled: Promise<number>): Promise<number> {
  const costs: Cost[] = [];
  if (!json) process.stdout.write(HEAD);
  let code: number | undefined;
  void signalled.then((status) => (code = status));
  for (const n of SIZES) {
    for (const { name, formula } of PROTOCOLS) {
      if (code !== undefined) break;
      const cost = { n, protocol: name, formula: formula(n), ...(await costOf(name, n, REQUESTS)) };
      costs.push(cost);
      process.stdout.write(json ? `${JSON.stringify({ v: 1, ...cost })}\n` : rowOf(cost));
    }
  }
  if (code !== undefined) return code;
  if (!json) {
    process.stdout.write(drawn('messages for one request', costs, ({ messages }) => messages, String));
    process.stdout.write(drawn('milliseconds to its answer', costs, ({ milliseconds }) => milliseconds, (value) => value.toFixed(1)));
  }
  return 0;
}

const HEAD = '  n  protocol   messages  formula        ms\n';

const rowOf = ({ n, protocol, messages, formula, milliseconds }: Cost): string =>
  `${String(n).padStart(3)}  ${protocol.padEnd(9)}  ${String(messages).padStart(8)}  ${String(formula).padStart(7)}  ${milliseconds.toFixed(1).padStart(8)}\n`;

const BAR = 50;

function drawn(title: string, costs: readonly Cost[], of: (cost: Cost) => number, shown: (value: number) => string): string {
  const most = Math.max(...costs.map(of));
  const lines = costs.map((cost, index) => {
    const isFirst = costs[index - 1]?.n !== cost.n;
    const bar = (cost.protocol === 'pbft' ? '█' : '▒').repeat(Math.max(1, Math.round((of(cost) / most) * BAR)));
    return `${isFirst ? `n = ${cost.n}`.padEnd(7) : ' '.repeat(7)} ${cost.protocol.padEnd(9)} ${bar} ${shown(of(cost))}`;
  });
  return `\n${title}\n${lines.join('\n')}\n`;
}
