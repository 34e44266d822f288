import { LiveCluster } from './cluster.ts';
import { newPlan } from './plan.ts';
import { serviceNamed } from './services.ts';
import { User } from './user.ts';

/** What one request costs a cluster in which nobody is a traitor, nobody falls and nothing is late. */
export interface Cost {
  /** HTTP requests between replicas, on average. */
  readonly messages: number;
  /** Median time to an answer, warm. */
  readonly milliseconds: number;
}

/** Runs that many requests one after the other among n replicas, threads of this process. */
export async function costOf(protocol: string, n: number, requests: number): Promise<Cost> {
  const service = serviceNamed(protocol);
  // Nobody asks where others stand, or takes a slow machine for a fault: that is not what agreement takes.
  const settings = { ...service.settings(n), statusEvery: LONG, timeout: LONG, collectorTimeout: LONG, retryAfter: LONG };
  const { plan, secrets } = newPlan(protocol, settings, Array.from({ length: n }, () => 'http://127.0.0.1:1'));
  const cluster = await LiveCluster.start({ plan, secrets, kinds: new Map(), host: '127.0.0.1', port: 0, separate: false, listener: {} });
  const users = cluster.urls.map((url) => new User(url, 1));
  try {
    const commander = users[0]!;
    for (let count = 0; count < WARM_UPS; count += 1) await asked(commander, `warm-up ${count}`);
    const before = await settled(users, service.agreement);
    const times: number[] = [];
    for (let count = 0; count < requests; count += 1) {
      const start = performance.now();
      await asked(commander, `request ${count}`);
      times.push(performance.now() - start);
    }
    const after = await settled(users, service.agreement);
    return { messages: (after - before) / requests, milliseconds: times.toSorted((a, b) => a - b)[Math.floor(requests / 2)]! };
  } finally {
    await Promise.all(users.map((user) => user.close()));
    await cluster.close();
  }
}

const WARM_UPS = 20;
/** Milliseconds. */
const LONG = 600_000;

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
const QUIET = 200;
