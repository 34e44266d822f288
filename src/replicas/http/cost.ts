import type { Settings } from '../../core/machine.ts';
import { LiveCluster, OFFLINE } from './cluster.ts';
import { newClusterConfig } from './cluster-config.ts';
import { serviceNamed } from './services.ts';
import { User } from './user.ts';

/** Of which cluster the cost is asked for. */
export interface CostOptions {
  readonly protocol: string;
  readonly members: number;
  /** How many requests are measured. */
  readonly requests: number;
  /** How many may share a sequence number, and how many users ask at once; 1 if not given. */
  readonly batch?: number | undefined;
  /** How many are traitors, the last ones, and in which way. */
  readonly byzantine?: number | undefined;
  readonly kind?: string | undefined;
  /** What all that these choose follows from; 0 if not given. */
  readonly seed?: number | undefined;
  /** Milliseconds that a request may wait before its commander is suspected. */
  readonly timeout?: number | undefined;
  /** Ends the cluster before it is measured. */
  readonly signal?: AbortSignal | undefined;
  /** One more request was answered. */
  readonly progressed?: (() => void) | undefined;
}

/** What one request costs a cluster. */
export interface Cost {
  /** HTTP requests between replicas, on average: those of agreement where all are loyal, else all but users' requests and answers. */
  readonly messages: number;
  /** Bytes of these messages, without HTTP's headers. */
  readonly bytes: number;
  /** Milliseconds of CPU time of all replicas and users, on average. */
  readonly cpu: number;
  /** Milliseconds to an answer, warm: half of all were as quick, and 95 of 100. */
  readonly median: number;
  readonly percentile95: number;
}

/** Runs that many requests among n replicas, threads of this process. @throws Unanswered if a request is not answered */
export async function costOf({ protocol, members, requests, batch = 1, byzantine = 0, kind = OFFLINE, seed = 0, timeout, signal, progressed }: CostOptions): Promise<Cost> {
  const service = serviceNamed(protocol);
  const isLoyal = byzantine === 0;
  // Among the loyal nobody asks where others stand, or takes a slow machine for a fault: that is not what agreement takes.
  const patient: Settings = isLoyal ? { statusEvery: LONG, timeout: LONG, collectorTimeout: LONG, retryAfter: LONG } : {};
  const settings = { ...service.settings(members), ...patient, batch, ...(timeout === undefined ? {} : { timeout }) };
  const { plan, secrets } = newClusterConfig(service.name, settings, Array.from({ length: members }, () => 'http://127.0.0.1:1'));
  const kinds = new Map(plan.members.slice(members - byzantine).map(({ id }) => [id, kind]));
  const cluster = await LiveCluster.start({ plan, secrets, kinds, seed, host: '127.0.0.1', port: 0, separate: false, listener: {} });
  const users = cluster.urls.map((url) => new User(url, batch));
  const running = users.filter((_, id) => kinds.get(id) !== OFFLINE);
  let commander = 0;

  async function asked(data: string): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      signal?.throwIfAborted();
      const reply = await users[commander]!.order(data);
      if (reply.status === 200) return progressed?.();
      if (reply.commander === undefined) throw new Unanswered(`${service.name} among ${members}: a request was answered ${reply.status}, ${reply.text.trim()}`);
      commander = reply.commander;
    }
    throw new Unanswered(`${service.name} among ${members}: the nodes do not agree on who commands`);
  }

  /** So many requests, by as many users at once as share a sequence number. @returns the milliseconds that each took */
  async function all(name: string, count: number): Promise<number[]> {
    const times: number[] = [];
    let begun = 0;
    const user = async (): Promise<void> => {
      while (begun < count) {
        begun += 1;
        const start = performance.now();
        await asked(`${name} ${begun}`);
        times.push(performance.now() - start);
      }
    };
    await Promise.all(Array.from({ length: Math.min(batch, count) }, user));
    return times;
  }

  const counted = (counts: Counted): Traffic => trafficIn(counts, (type) => (isLoyal ? service.agreement.includes(type) : !service.asking.includes(type)));
  try {
    await all('warm-up', askedFor(requests) - requests);
    const before = await settled(running, counted);
    const cpuBefore = process.cpuUsage();
    const times = (await all('request', requests)).toSorted((a, b) => a - b);
    const { user, system } = process.cpuUsage(cpuBefore);
    const after = await settled(running, counted);
    const at = (share: number): number => times[Math.min(requests - 1, Math.floor(requests * share))]!;
    return { messages: (after.messages - before.messages) / requests, bytes: (after.bytes - before.bytes) / requests, cpu: (user + system) / 1000 / requests, median: at(0.5), percentile95: at(0.95) };
  } finally {
    await Promise.all(users.map((user) => user.close()));
    await cluster.close();
  }
}

/** A cluster did not answer: it may have stood more traitors than it can, or the machine was too slow. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** How many requests are asked, those with which the code warms up among them. */
export const askedFor = (requests: number): number => requests + Math.min(WARM_UPS, requests);

const WARM_UPS = 20;
/** How often a request is asked of another commander. */
const ATTEMPTS = 8;
/** Milliseconds. */
const LONG = 600_000;

type Counted = Readonly<Record<string, Readonly<Record<string, number>>>>;

interface Traffic {
  readonly messages: number;
  readonly bytes: number;
}

function trafficIn(counts: Counted, isMeant: (type: string) => boolean): Traffic {
  const sum = (kind: string): number => Object.entries(counts[kind] ?? {}).reduce((total, [type, count]) => (isMeant(type) ? total + count : total), 0);
  return { messages: sum('messages_sent'), bytes: sum('bytes_sent') };
}

/** What all replicas have sent, when they have sent what they still had to after the last answer; traitors may never have. */
async function settled(users: readonly User[], counted: (counts: Counted) => Traffic): Promise<Traffic> {
  let last: Traffic = { messages: -1, bytes: -1 };
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const traffic = (await Promise.all(users.map((user) => user.look()))).map(({ counts }) => counted(counts));
    const sum = { messages: total(traffic.map(({ messages }) => messages)), bytes: total(traffic.map(({ bytes }) => bytes)) };
    if (sum.messages === last.messages) return sum;
    last = sum;
    await new Promise((resolve) => setTimeout(resolve, QUIET));
  }
  return last;
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);

/** Milliseconds without a message after which none is still to come. */
const QUIET = 200;
const ROUNDS_MAX = 25;
