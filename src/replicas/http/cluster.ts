import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { UserError } from '../../core/user-error.ts';
import type { NodeConfig, Finding, ToWorker, Question } from './worker-messages.ts';
import type { ClusterConfig } from './cluster-config.ts';
import type { Commanding, Run } from './replica.ts';
import { THREADS_MAX } from './room.ts';
import type { Seen } from './seen.ts';
import type { Slot } from './service.ts';
import type { Tally } from './tally.ts';
import { inProcesses, inThreads, type Unit } from './units.ts';

/** Which replicas to start, and how. */
export interface LiveClusterOptions {
  readonly plan: ClusterConfig;
  readonly secrets: readonly string[];
  /** The traitors, by id, and their ways; `offline` ones are never started. */
  readonly kinds: ReadonlyMap<number, string>;
  /** What all that traitors choose follows from. */
  readonly seed: number;
  /** Where they listen. */
  readonly host: string;
  /** The port of node 0, the others' behind it; 0 lets the system choose each. */
  readonly port: number;
  /** The folder of a replica's log; they forget all when they end, if there is none. */
  readonly folderOf?: ((id: number) => string) | undefined;
  /** Whether each is a process of its own; else they live in threads. */
  readonly separate: boolean;
  readonly listener: ClusterListener;
}

export interface ClusterListener {
  answered?(id: number, run: Run): void;
  commanded?(id: number, command: Commanding): void;
  /** A replica is not started, for what is in its folder, and the others go on; where nobody is told, none is started. */
  down?(id: number, reason: string): void;
  /** A replica ended that nobody ended, or was killed. */
  lost?(id: number, reason: string): void;
  /** What a replica said, heard and did; where nobody wants to know, it is not told. */
  seen?(id: number, seen: readonly Seen[], left: number): void;
}

export const OFFLINE = 'offline';

/** Replicas on this machine, in threads or processes, each with an HTTP server of its own. What they say to each other never passes through here. */
export class LiveCluster {
  readonly urls: readonly string[];
  readonly #units: ReadonlyMap<number, Unit>;
  readonly #slots: Questions<string, Slot | undefined>;
  readonly #tallies: Questions<Slot, Tally>;

  readonly #ways: Ways;

  private constructor(urls: readonly string[], units: ReadonlyMap<number, Unit>, slots: Questions<string, Slot | undefined>, tallies: Questions<Slot, Tally>, ways: Ways) {
    this.#ways = ways;
    this.urls = urls;
    this.#units = units;
    this.#slots = slots;
    this.#tallies = tallies;
  }

  /** @throws UserError if a replica cannot listen where it is told to, or cannot use its folder and nobody is told that it stays down */
  static async start({ plan, secrets, kinds, seed, host, port, folderOf, separate, listener }: LiveClusterOptions): Promise<LiveCluster> {
    const units = new Map<number, Unit>();
    const postAll = (message: ToWorker): void => units.forEach((unit) => unit.post(message));
    const slots = new Questions<string, Slot | undefined>((questions) => postAll({ type: 'find', questions }));
    const tallies = new Questions<Slot, Tally>((questions) => postAll({ type: 'count', questions }));
    const up = new Map<number, () => void>();
    const spawn = separate ? inProcesses : inThreads(plan.members.length);
    /** @returns where it listens */
    const begin = (id: number, wanted: number): Promise<number> => {
      const kind = kinds.get(id);
      return new Promise<number>((resolve, reject) => {
        const unit = spawn(id, (answer) => {
          switch (answer.type) {
            case 'listening':
              return resolve(answer.port);
            case 'down':
              if (listener.down === undefined) return reject(new UserError(answer.message));
              unit.isEnding = true;
              units.delete(id);
              unit.post({ type: 'stop' });
              listener.down(id, answer.message);
              return resolve(wanted === 0 ? freePort(host) : wanted);
            case 'refused':
              return reject(new UserError(answer.message));
            case 'up':
              return up.get(id)?.();
            case 'answered':
              for (const run of answer.runs) listener.answered?.(id, run);
              return undefined;
            case 'commanded':
              return listener.commanded?.(id, answer.command);
            case 'seen':
              return listener.seen?.(id, answer.seen, answer.left);
            case 'found':
              return slots.answer(id, answer.findings);
            case 'counted':
              return tallies.answer(id, answer.findings);
            case 'failed':
              unit.isEnding = true;
              return listener.lost?.(id, answer.message);
            default:
              return answer satisfies never;
          }
        });
        units.set(id, unit);
        const end = (reason: string): void => {
          units.delete(id);
          slots.forget(id);
          tallies.forget(id);
          reject(new Error(`node ${id} ${reason} before it was there`));
          if (!unit.isEnding) listener.lost?.(id, reason);
        };
        unit.ended.then(end, (error: unknown) => end(String(error)));
        const traitor = kind === undefined ? undefined : { strategy: kind, seed };
        const config: NodeConfig = { plan, id, secret: secrets[id]!, data: folderOf?.(id), traitor };
        unit.post({ type: 'be', config, host, port: wanted, isWatched: listener.seen !== undefined });
      });
    };
    const startUnit = async (id: number, urls: readonly string[]): Promise<void> => {
      const unit = units.get(id);
      if (unit === undefined) return;
      const isUp = new Promise<void>((resolve) => up.set(id, resolve));
      unit.post({ type: 'start', urls });
      await Promise.race([isUp, unit.ended]);
    };
    const begun = plan.members.map(async ({ id }) => {
      const wanted = port === 0 ? 0 : port + id;
      if (kinds.get(id) === OFFLINE) return wanted === 0 ? freePort(host) : wanted;
      return begin(id, wanted);
    });
    try {
      const ports = await Promise.all(begun);
      const urls = ports.map((own) => urlOf(host, own));
      await Promise.all([...units.keys()].map((id) => startUnit(id, urls)));
      const restart = async (id: number): Promise<void> => {
        await begin(id, Number(new URL(urls[id]!).port));
        await startUnit(id, urls);
      };
      return new LiveCluster(urls, units, slots, tallies, { restart, isForgetful: folderOf === undefined, lost: (id, reason) => listener.lost?.(id, reason) });
    } catch (error) {
      await Promise.allSettled(begun);
      await endAll(units);
      throw error;
    }
  }

  /** The processes of the replicas; empty if they are threads. */
  get pids(): ReadonlyMap<number, number> {
    return new Map([...this.#units].flatMap(([id, { pid }]) => (pid === undefined ? [] : [[id, pid] as const])));
  }

  /** Where a request was executed: most of those who executed it not long ago say so. Who was asked for it need not be among them. */
  async slotOf(request: string): Promise<Slot | undefined> {
    const answers = await this.#slots.ask([...this.#units.keys()], request);
    const found = [...answers.values()].filter((slot) => slot !== undefined);
    const share = (slot: Slot): number => found.filter(({ order, view, digest }) => order === slot.order && view === slot.view && digest === slot.digest).length;
    return found.toSorted((a, b) => share(b) - share(a))[0];
  }

  /** Resolves when all that the replicas have told until now has been heard. */
  async heard(): Promise<void> {
    await this.slotOf('');
  }

  /** What votes for that each node has received; those that are gone or silent have none. */
  tallies(slot: Slot): Promise<ReadonlyMap<number, Tally>> {
    return this.#tallies.ask([...this.#units.keys()], slot);
  }

  /** Whether a replica is there. */
  isUp(id: number): boolean {
    return this.#units.get(id)?.isEnding === false;
  }

  /** Ends a replica at once; what it has not saved it has not said. @throws UserError */
  async kill(id: number): Promise<void> {
    const unit = this.#units.get(id);
    if (unit === undefined || unit.isEnding) throw new UserError(`node ${id} is down`);
    unit.isEnding = true;
    if (unit.isShared) unit.post({ type: 'stop' });
    else unit.kill();
    await unit.ended.catch(() => undefined);
    this.#ways.lost(id, 'was killed');
  }

  /** Has one that was killed begin again at the same address, with what it has on disk. @throws UserError */
  async restart(id: number): Promise<void> {
    if (this.#units.has(id)) throw new UserError(`node ${id} is up`);
    // A replica that forgets what it promised is worse than one that is silent.
    if (this.#ways.isForgetful) throw new UserError(`node ${id} would not know any more what it promised: start with --data <folder>, which keeps that`);
    await this.#ways.restart(id);
  }

  /** Ends all replicas, once what they are to save is saved. */
  close(): Promise<void> {
    return endAll(this.#units);
  }
}

/** What a cluster does to single replicas. */
interface Ways {
  readonly restart: (id: number) => Promise<void>;
  /** Whether replicas keep nothing on disk. */
  readonly isForgetful: boolean;
  readonly lost: (id: number, reason: string) => void;
}

/** Questions to all replicas, until all have answered or the time is up. What is asked in one turn of the event loop is posted as one. */
class Questions<Subject, Value> {
  readonly #post: (questions: readonly Question<Subject>[]) => void;
  #unposted: Question<Subject>[] = [];
  #last = 0;
  readonly #open = new Map<number, { readonly awaited: Set<number>; readonly values: Map<number, Value>; readonly end: () => void }>();

  constructor(post: (questions: readonly Question<Subject>[]) => void) {
    this.#post = post;
  }

  ask(ids: readonly number[], about: Subject): Promise<ReadonlyMap<number, Value>> {
    this.#last += 1;
    const question = this.#last;
    const values = new Map<number, Value>();
    if (this.#unposted.push({ question, about }) === 1) setImmediate(() => this.#post(this.#unposted.splice(0)));
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(patience);
        this.#open.delete(question);
        resolve(values);
      };
      const patience = setTimeout(end, patienceFor(ids.length));
      this.#open.set(question, { awaited: new Set(ids), values, end });
      if (ids.length === 0) end();
    });
  }

  answer(id: number, findings: readonly Finding<Value>[]): void {
    for (const { question, value } of findings) {
      const open = this.#open.get(question);
      if (open?.awaited.delete(id) !== true) continue;
      open.values.set(id, value);
      if (open.awaited.size === 0) open.end();
    }
  }

  forget(id: number): void {
    for (const open of this.#open.values()) if (open.awaited.delete(id) && open.awaited.size === 0) open.end();
  }
}

/** Milliseconds that replicas may take to answer, or to end: those that share a thread do it one after the other. */
const patienceFor = (count: number): number => PATIENCE * Math.max(1, Math.ceil(count / THREADS_MAX));

const PATIENCE = 2000;

async function endAll(units: ReadonlyMap<number, Unit>): Promise<void> {
  const time = patienceFor(units.size);
  await Promise.all(
    [...units.values()].map(async (unit) => {
      unit.isEnding = true;
      unit.post({ type: 'stop' });
      const patience = setTimeout(unit.kill, time);
      await unit.ended.catch(() => undefined);
      clearTimeout(patience);
    }),
  );
}

/** A port where nobody listens. */
async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** How others reach who listens there. */
export function urlOf(host: string, port: number): string {
  const name = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? (host.includes(':') ? `[${host}]` : host);
  return `http://${name}:${port}`;
}
