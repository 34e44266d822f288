import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { newClusterConfig, type ClusterConfig } from '../../src/replicas/http/cluster-config.ts';
import { Replica, type Commanding, type ReplicaOptions, type Run } from '../../src/replicas/http/replica.ts';
import type { Slot, Service } from '../../src/replicas/http/service.ts';

/** Replicas that live in this process, each with an HTTP server of its own at a port that the system chose. */
export interface Replicas {
  readonly replicas: Replica[];
  readonly urls: readonly string[];
  readonly plan: ClusterConfig;
  readonly secrets: readonly string[];
  readonly runs: Run[];
  /** Which node said of which view that it has begun. */
  readonly commands: { readonly id: number; readonly view: number }[];
  /** Ends one of them; what it has on disk is left. */
  fall(id: number): Promise<void>;
  /** Has it come back at the same port, with that. */
  rise(id: number): Promise<void>;
  close(): Promise<void>;
}

type More = Partial<Pick<ReplicaOptions, 'limits' | 'clients' | 'rates' | 'logBytes'>> & {
  readonly data?: string;
  /** Where the plan says that they are, and where they listen. */
  readonly urls?: readonly string[];
  readonly host?: string;
  readonly warned?: (line: string) => void;
  readonly settings?: ClusterConfig['settings'];
  readonly strategies?: Readonly<Record<number, string>>;
  readonly seed?: number;
  readonly earlier?: Pick<Replicas, 'plan' | 'secrets'>;
};

export async function startReplicas(count: number, service: Service, { data, settings, strategies = {}, seed = 1, earlier, urls: planned, host = '127.0.0.1', warned, ...more }: More = {}): Promise<Replicas> {
  const { plan, secrets } = earlier ?? newClusterConfig(service.name, { ...service.settings(count), ...settings }, planned ?? Array.from({ length: count }, () => 'http://127.0.0.1:1'));
  const runs: Run[] = [];
  const commands: { id: number; view: number }[] = [];
  const made = (id: number): Replica => {
    const folder = data === undefined ? undefined : join(data, `replica-${id}`);
    if (folder !== undefined) mkdirSync(folder, { recursive: true });
    const listener = {
      answered: (run: Run) => void runs.push(run),
      commanded: ({ view }: Commanding) => void commands.push({ id, view }),
      failed(error: Error) {
        throw error;
      },
      ...(warned === undefined ? {} : { warned }),
    };
    const strategy = strategies[id];
    const traitor = strategy === undefined ? undefined : { strategy, seed };
    return new Replica({ plan, id, secret: secrets[id]!, service, data: folder, traitor, listener, ...more });
  };
  const replicas = plan.members.map(({ id }) => made(id));
  const ports = await Promise.all(replicas.map((replica) => replica.listen(host, 0)));
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  await Promise.all(replicas.map((replica) => replica.start(urls)));
  return {
    replicas,
    urls,
    plan,
    secrets,
    runs,
    commands,
    fall: (id) => replicas[id]!.close(),
    async rise(id) {
      replicas[id] = made(id);
      await replicas[id].listen(host, ports[id]!);
      await replicas[id].start(urls);
    },
    async close() {
      await Promise.all(replicas.map((replica) => replica.close()));
    },
  };
}

/** Where a request was executed, as soon as some replica has. */
export async function placeIn({ replicas }: Replicas, request: string): Promise<Slot> {
  for (;;) {
    for (const replica of replicas) {
      const place = replica.slotOf(request);
      if (place !== undefined) return place;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Posts to a replica as a user does. */
export const ask = (url: string, data: string, key?: string): Promise<Response> => post(`${url}/preprepare`, JSON.stringify({ data }), key === undefined ? {} : { 'idempotency-key': key });

/** What an answer says to have come of what was asked. */
export const resultOf = (answer: Response): unknown => JSON.parse(decodeURIComponent(answer.headers.get('generals-result')!));

export const post = (url: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
