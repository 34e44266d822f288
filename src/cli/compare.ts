import { LiveCluster } from '../hosts/processes/cluster.ts';
import { newPlan } from '../hosts/processes/plan.ts';
import { serviceNamed } from '../hosts/processes/services.ts';
import { User } from '../hosts/processes/user.ts';
import type { ClusterOrder } from './options.ts';
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
const WARM_UPS = 10;
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
      const cost = { n, protocol: name, formula: formula(n), ...(await measured(name, n)) };
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

async function measured(protocol: string, n: number): Promise<Pick<Cost, 'messages' | 'milliseconds'>> {
  const service = serviceNamed(protocol);
  const { plan, secrets } = newPlan(protocol, service.settings, Array.from({ length: n }, () => 'http://127.0.0.1:1'));
  const cluster = await LiveCluster.start({ plan, secrets, kinds: new Map(), host: '127.0.0.1', port: 0, separate: false, listener: {} });
  const users = cluster.urls.map((url) => new User(url, 1));
  try {
    const commander = users[0]!;
    for (let count = 0; count < WARM_UPS; count += 1) await asked(commander, `warm-up ${count}`);
    const before = await settled(users, service.agreement);
    const times: number[] = [];
    for (let count = 0; count < REQUESTS; count += 1) {
      const start = performance.now();
      await asked(commander, `request ${count}`);
      times.push(performance.now() - start);
    }
    const after = await settled(users, service.agreement);
    return { messages: (after - before) / REQUESTS, milliseconds: times.toSorted((a, b) => a - b)[REQUESTS / 2]! };
  } finally {
    await Promise.all(users.map((user) => user.close()));
    await cluster.close();
  }
}

async function asked(user: User, data: string): Promise<void> {
  const { status, text } = await user.order(data);
  if (status !== 200) throw new Error(`a request was answered ${status}: ${text.trim()}`);
}

/** How many messages all replicas have sent, when they have sent what they still had to after the last answer. */
async function settled(users: readonly User[], kinds: readonly string[]): Promise<number> {
  for (let last = -1; ; ) {
    const shown = await Promise.all(users.map((user) => user.look()));
    const sum = shown.reduce((total, { counts }) => total + kinds.reduce((all, kind) => all + (counts['messages_sent']?.[kind] ?? 0), 0), 0);
    if (sum === last) return sum;
    last = sum;
    await new Promise((resolve) => setTimeout(resolve, QUIET));
  }
}

/** Milliseconds without a message after which none is still to come. */
const QUIET = 100;

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
