import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replicaFaultNamed } from '../../src/replicas/faults/registry.ts';
import { traitor } from '../../src/replicas/faults/traitor.ts';
import { LiveCluster, OFFLINE } from '../../src/replicas/http/cluster.ts';
import { CLUSTER_FILE, replicaFolder, writeCluster } from '../../src/replicas/http/folder.ts';
import { newClusterConfig } from '../../src/replicas/http/cluster-config.ts';
import { serviceNamed } from '../../src/replicas/http/services.ts';
import type { Tally } from '../../src/replicas/http/tally.ts';
import { look, moment } from './load.ts';
import { start as startProgram, type Program } from './program.ts';
import { Cluster } from './replicas.ts';
import { ask, placeIn, startReplicas } from './served.ts';

/** Four replicas of a log, wherever they live. */
export interface Carried {
  /** Has a request decided, asked of that node first. @returns its result */
  order(data: string, at?: number): Promise<string>;
  shown(id: number): Promise<Shown>;
  fall(id: number): Promise<void>;
  /** It comes back with what it had saved. */
  rise(id: number): Promise<void>;
  /** What a network shows of it; virtual time has none. */
  readonly seen?: {
    /** Whether that node answers whoever asks. */
    answers(id: number): Promise<boolean>;
    /** The votes for something else than what was decided first, that all nodes together have received. */
    corrupt(): Promise<number>;
  };
  /** Lets things go on a little. */
  pass(): Promise<void>;
  close(): Promise<void>;
}

export interface Shown {
  readonly view: number;
  readonly commander: number;
  readonly executed: number;
  readonly digest: string;
  readonly tail: readonly unknown[];
}

/** What a cluster is asked, by a word for each. */
export type Claim = 'orders' | 'collects' | 'offline backup' | 'malicious backup' | 'offline commander' | 'falls';

/** What can carry replicas. */
export interface Carrier {
  readonly name: string;
  /** Why none of them can fall and come back, if so. */
  readonly cannotRise?: string;
  /** What is asked of it: where to start replicas takes long, only what another carrier does in another way; in a soak all. */
  readonly asked?: { readonly only: readonly Claim[]; readonly told: string };
  /** @param timeout milliseconds that a request may wait before its commander is suspected, if not few */
  readonly start: (protocol: string, kinds: ReadonlyMap<number, string>, timeout?: number) => Promise<Carried>;
}

/** So quick that tests need not wait; a busy machine only makes more views of it. */
const HASTY = { timeout: 500, retryAfter: 250, collectorTimeout: 150 };

const virtualTime: Carrier = {
  name: 'virtual time',
  async start(protocol, kinds, timeout = HASTY.timeout) {
    const traitors = [...kinds].filter(([, kind]) => kind !== OFFLINE).map(([id, kind]) => [id, traitor(replicaFaultNamed(kind)!)] as const);
    const cluster = new Cluster(4, { ...HASTY, timeout, collector: protocol === 'collector' }, new Map(traitors));
    for (const [id, kind] of kinds) if (kind === OFFLINE) cluster.network.crash(cluster.node(id));
    return {
      async order(data) {
        const ticket = cluster.ask(data);
        cluster.network.run(cluster.network.now + 60_000, () => cluster.answers.has(ticket));
        return cluster.answers.get(ticket)!;
      },
      shown: async (id) => cluster.status(id),
      fall: async (id) => cluster.network.crash(cluster.node(id)),
      rise: async (id) => cluster.network.start(cluster.node(id)),
      pass: async () => cluster.rest(10),
      close: async () => undefined,
    };
  },
};

/** Posts to a node, and on to whom it names, or to the next if it is not there. */
async function posted(urls: readonly string[], data: string, at: number): Promise<string> {
  for (let node = at; ; ) {
    const answer = await ask(urls[node]!, data).catch(() => undefined);
    const result = answer?.headers.get('generals-result') ?? undefined;
    if (result !== undefined) return JSON.parse(decodeURIComponent(result)) as string;
    const commander = answer?.headers.get('generals-commander') ?? undefined;
    node = commander === undefined ? (node + 1) % urls.length : Number(commander);
    await moment();
  }
}

const servers: Carrier = {
  name: 'servers in one process',
  async start(protocol, kinds, timeout = HASTY.timeout) {
    const data = mkdtempSync(join(tmpdir(), 'generals-servers-'));
    const strategies = Object.fromEntries([...kinds].filter(([, kind]) => kind !== OFFLINE));
    const replicas = await startReplicas(4, serviceNamed(protocol), { data, strategies, settings: { ...HASTY, timeout } });
    for (const [id, kind] of kinds) if (kind === OFFLINE) await replicas.fall(id);
    return {
      order: (words, at = 0) => posted(replicas.urls, words, at),
      shown: async (id) => replicas.replicas[id]!.status(),
      fall: (id) => replicas.fall(id),
      rise: (id) => replicas.rise(id),
      seen: {
        answers: answering(replicas.urls),
        async corrupt() {
          const place = await placeIn(replicas, replicas.runs[0]!.request);
          return sum(replicas.replicas.map((replica) => replica.tallyOf(place)));
        },
      },
      pass: moment,
      async close() {
        await replicas.close();
        rmSync(data, { recursive: true });
      },
    };
  },
};

const answering = (urls: readonly string[]) => (id: number): Promise<boolean> => look(urls[id]!).then(() => true, () => false);

const sum = (tallies: readonly Tally[]): number => tallies.reduce((all, { corrupt }) => all + corrupt, 0);

const live = (separate: boolean): Carrier['start'] =>
  async function start(protocol, kinds, timeout = HASTY.timeout) {
    const folder = mkdtempSync(join(tmpdir(), 'generals-live-'));
    const folderOf = (id: number): string => replicaFolder(folder, id);
    const service = serviceNamed(protocol);
    const { plan, secrets } = newClusterConfig(protocol, { ...service.settings(4), ...HASTY, timeout }, [0, 1, 2, 3].map((id) => `http://127.0.0.1:${id + 1}`));
    writeCluster(folder, plan, secrets);
    const lost = new Map<number, () => void>();
    const requests: string[] = [];
    const cluster = await LiveCluster.start({ plan, secrets, kinds, seed: 1, host: '127.0.0.1', port: 0, folderOf, separate, listener: { lost: (id) => lost.get(id)?.(), answered: (_id, { request }) => requests.push(request) } });
    const { urls } = cluster;
    writeCluster(folder, { ...plan, members: plan.members.map((member, id) => ({ ...member, url: urls[id]! })) }, secrets);
    const programs: Program[] = [];
    return {
      order: (data, at = 0) => posted(urls, data, at),
      shown: (id) => look(urls[id]!),
      async fall(id) {
        const isLost = new Promise<void>((resolve) => lost.set(id, resolve));
        process.kill(cluster.pids.get(id)!, 'SIGKILL');
        await isLost;
      },
      async rise(id) {
        const program = startProgram(['replica', '--id', `${id}`, '--cluster', join(folder, CLUSTER_FILE), '--json']);
        programs.push(program);
        await program.fact('ready');
      },
      seen: {
        answers: answering(urls),
        async corrupt() {
          const slot = requests[0] === undefined ? undefined : await cluster.slotOf(requests[0]);
          return slot === undefined ? 0 : sum([...(await cluster.tallies(slot)).values()]);
        },
      },
      pass: moment,
      async close() {
        await Promise.all(programs.map((program) => program.end('SIGTERM')));
        await cluster.close();
        rmSync(folder, { recursive: true });
      },
    };
  };

const only = (...claims: readonly Claim[]): Pick<Carrier, 'asked'> => (process.env['SOAK'] === '1' ? {} : { asked: { only: claims, told: 'servers in one process tell it, and SOAK=1 these too' } });

export const CARRIERS: readonly Carrier[] = [
  virtualTime,
  servers,
  { name: 'threads over HTTP', cannotRise: 'threads live as long as their program', ...only('orders', 'offline commander'), start: live(false) },
  { name: 'processes over HTTP', ...only('malicious backup', 'falls'), start: live(true) },
];
