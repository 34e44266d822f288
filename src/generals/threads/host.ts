import { performance, type EventLoopUtilization } from 'node:perf_hooks';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { lossBy, type Accusation, type RunResult, type Host, type Loss, type Report, type RunObserver } from '../host.ts';
import type { Signer } from '../../core/machine.ts';
import type { Behaviours, NodeSpec, RunSpec } from '../run-spec.ts';
import { nameOf, type NodeId } from '../../core/node.ts';
import { ed25519Signer } from '../keys.ts';
import { isOutOfMemory, memoryOf } from '../../runtime/brought-code.ts';
import { broughtHere } from '../brought/take.ts';
import { decodeReport, encodeSpec, type FromWorker, type ToWorker } from './worker-messages.ts';

// One file, bundled from workers/general.ts when the project is built: a thread that loads it is up a fifth sooner than one
// that loads the modules one by one.
const ENTRY = new URL('../../../workers/general.cjs', import.meta.url);

/** How many generals are mustered at a time. */
const COMPANY = 16;

/** A living thread, on its way to be one general or already it. */
interface GeneralThread {
  readonly worker: Worker;
  /** Ended by us, so that its exit is no loss. */
  dismissed: boolean;
  /** To end in the middle of the next order, as we asked it to. */
  crashing: boolean;
  /** Resolves when it is linked, or lost before. */
  readonly ready: Promise<void>;
}

/** An order under way. */
interface Campaign {
  readonly spec: NodeSpec;
  readonly awaited: Set<NodeId>;
  readonly reports: Report[];
  readonly losses: Loss[];
  readonly accusations: Accusation[];
  readonly observer: RunObserver | undefined;
  readonly end: (account: RunResult) => void;
}

/**
 * Generals as worker threads, each pair linked by a message channel. What generals say to each other never passes through
 * here: this thread links them, hands out missions, takes reports, and notices who is lost.
 */
export class ThreadHost implements Host {
  readonly #threads = new Map<NodeId, GeneralThread>();
  /** Sent away before they were born. */
  readonly #unwanted = new Set<NodeId>();
  readonly #keepsSpare: boolean;
  readonly #megabytes: number;
  #spare: Worker | undefined;
  #campaign: Campaign | undefined;
  /** One timer for all orders of an army that stays as large: to begin it anew costs a tenth of making another. */
  #patience: { readonly after: number; readonly timeout: NodeJS.Timeout } | undefined;
  #losses: Loss[] = [];
  /** Looks at the memory while an order is under way with code of somebody's own. */
  #looking: NodeJS.Timeout | undefined;

  /**
   * @param options.spare whether one idle thread is kept, so that the next newcomer is there at once
   * @param options.megabytes what a general with code of somebody's own may take of the memory
   */
  constructor({ spare = false, megabytes = 256 }: { readonly spare?: boolean; readonly megabytes?: number } = {}) {
    this.#keepsSpare = spare;
    this.#megabytes = megabytes;
  }

  async spawn(ids: readonly NodeId[]): Promise<void> {
    // In companies, so that in between this thread can hear a signal, and few threads are half-born when it is one to end.
    for (let start = 0; start < ids.length; start += COMPANY) {
      await this.#enlistCompany(ids.slice(start, start + COMPANY).filter((id) => !this.#unwanted.delete(id)));
    }
    if (this.#keepsSpare && this.#threads.size > 0) this.#spare ??= spawn(this.#megabytes);
    this.#spare?.unref();
  }

  async #enlistCompany(ids: readonly NodeId[]): Promise<void> {
    const links = new Map<NodeId, [NodeId, MessagePort][]>([...this.#threads.keys()].map((id) => [id, []]));
    for (const id of ids) {
      this.#threads.set(id, this.#spawn(id));
      const own: [NodeId, MessagePort][] = [];
      for (const [peer, ports] of links) {
        const { port1, port2 } = new MessageChannel();
        own.push([peer, port1]);
        ports.push([id, port2]);
      }
      links.set(id, own);
    }
    for (const [self, peers] of links) {
      this.#send(self, { type: 'link', self, peers }, peers.map(([, port]) => port));
    }
    await Promise.all(ids.map(async (id) => this.#threads.get(id)?.ready));
    const stillborn = this.#losses.find(({ id }) => ids.includes(id));
    if (stillborn !== undefined) throw new Error(`${nameOf(stillborn.id)} could not be mustered: it ${stillborn.reason}`);
  }

  async stop(id: NodeId): Promise<void> {
    const instance = this.#threads.get(id);
    if (instance === undefined) {
      this.#unwanted.add(id);
      return;
    }
    this.#strike(id, lossBy.killing());
    await instance.worker.terminate();
  }

  signer(seed: number, id: NodeId): Signer {
    return ed25519Signer(seed, id);
  }

  run({ order, ...spec }: RunSpec, behaviours: Behaviours, observer?: RunObserver): Promise<RunResult> {
    if (this.#campaign !== undefined) throw new Error('an order is under way');
    return new Promise((end) => {
      const { members, commander, deadline } = spec;
      const awaited = new Set(members.filter((id) => this.#threads.has(id)));
      // Whoever goes on lets this begin anew, and accuses the silent before it runs out; it is for the case that nobody is left to.
      this.#wait(deadline + 0.05 * members.length ** 2);
      this.#campaign = { spec, awaited, reports: [], losses: [], accusations: [], observer, end };
      const isObserved = observer !== undefined;
      const forMost = encodeSpec({ spec, isObserved });
      for (const id of awaited) {
        const behaviour = behaviours.get(id);
        if (behaviour?.crashRound !== undefined) this.#threads.get(id)!.crashing = true;
        this.#send(id, id !== commander && behaviour === undefined ? forMost : encodeSpec({ spec, order: id === commander ? order : undefined, behaviour, isObserved }));
      }
      if (broughtHere().length > 0) this.#lookAtMemory();
      this.#endIfComplete();
    });
  }

  /**
   * The limit of a thread counts no bytes outside of its heap, such as those of buffers: where all threads have more than the parts of
   * all, somebody has more than its own. That is who is busy, as all others wait for it.
   */
  #lookAtMemory(most = process.memoryUsage.rss() + this.#threads.size * this.#megabytes * 2 ** 20): void {
    let before = this.#uses();
    clearInterval(this.#looking);
    this.#looking = setInterval(() => {
      const now = this.#uses();
      const shares = [...now].map(([id, use]) => ({ id, share: performance.eventLoopUtilization(use, before.get(id) ?? use).utilization }));
      before = now;
      const [busiest] = shares.sort((a, b) => b.share - a.share);
      if (busiest === undefined || process.memoryUsage.rss() <= most) return;
      clearInterval(this.#looking);
      // It gives back what it took as it ends.
      this.#threads.get(busiest.id)!.worker.once('exit', () => {
        if (this.#campaign !== undefined) this.#lookAtMemory(most);
      });
      this.#end(busiest.id, lossBy.greed(this.#megabytes));
    }, EVERY).unref();
  }

  /** How busy each thread was that has not reported. */
  #uses(): ReadonlyMap<NodeId, EventLoopUtilization> {
    const awaited = [...(this.#campaign?.awaited ?? [])].filter((id) => this.#threads.has(id));
    return new Map(awaited.map((id) => [id, this.#threads.get(id)!.worker.performance.eventLoopUtilization()]));
  }

  losses(): readonly Loss[] {
    const losses = this.#losses;
    this.#losses = [];
    return losses;
  }

  async close(): Promise<void> {
    const workers = [...this.#threads.values()].map(({ worker }) => worker);
    if (this.#spare !== undefined) workers.push(this.#spare);
    this.#spare = undefined;
    clearTimeout(this.#patience?.timeout);
    clearInterval(this.#looking);
    for (const id of this.#threads.keys()) this.#strike(id, lossBy.killing());
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #spawn(id: NodeId): GeneralThread {
    const worker = this.#spare ?? spawn(this.#megabytes);
    this.#spare = undefined;
    worker.ref();
    const instance: GeneralThread = {
      worker,
      dismissed: false,
      crashing: false,
      ready: new Promise((resolve) => {
        let thrown: string | undefined;
        let fault: string | undefined;
        worker.on('message', (answer: FromWorker) => {
          if (typeof answer === 'string') {
            const { number, report } = decodeReport(answer);
            this.#take(number, report);
          } else if (answer.type === 'ready') {
            // From now on only work under way keeps the process alive, so that who forgets to disband can still exit.
            worker.unref();
            resolve();
          } else if (answer.type === 'pulse') {
            if (answer.number === this.#campaign?.spec.number) this.#patience!.timeout.refresh();
          } else if (answer.type === 'news') {
            if (answer.number === this.#campaign?.spec.number) this.#campaign.observer?.news(id, answer.news);
          } else this.#heed(answer.number, { by: id, ...answer.accusation });
        });
        worker.on('error', (error: unknown) => {
          thrown = error instanceof Error ? error.message : String(error);
          fault = isOutOfMemory(error) ? lossBy.greed(this.#megabytes) : (error as { readonly loss?: string } | null | undefined)?.loss;
        });
        worker.on('exit', (code) => {
          if (!instance.dismissed) this.#lose(id, fault ?? (thrown !== undefined ? lossBy.throwing(thrown) : instance.crashing && code === 0 ? lossBy.killing() : lossBy.exiting(code)));
          resolve();
        });
      }),
    };
    return instance;
  }

  #take(number: number, report: Report): void {
    const campaign = this.#campaign;
    if (number !== campaign?.spec.number || !campaign.awaited.delete(report.id)) return;
    this.#patience!.timeout.refresh();
    campaign.reports.push(report);
    campaign.observer?.reported(report);
    this.#endIfComplete();
  }

  #heed(number: number, accusation: Accusation): void {
    const campaign = this.#campaign;
    if (number !== campaign?.spec.number) return;
    this.#patience!.timeout.refresh();
    campaign.accusations.push(accusation);
    campaign.observer?.accused(accusation);
    if (accusation.kind === 'silence') this.#abandon(accusation.suspect);
  }

  #wait(after: number): void {
    if (this.#patience?.after === after) {
      this.#patience.timeout.refresh().ref();
      return;
    }
    clearTimeout(this.#patience?.timeout);
    this.#patience = { after, timeout: setTimeout(() => this.#giveUp(), after) };
  }

  #giveUp(): void {
    for (const id of this.#campaign?.awaited ?? []) this.#abandon(id);
  }

  /** Ends a general that hangs; its peers learn it from their closed ports. */
  #abandon(id: NodeId): void {
    if (this.#campaign !== undefined) this.#end(id, lossBy.hanging(this.#campaign.spec.deadline));
  }

  #end(id: NodeId, reason: string): void {
    const instance = this.#threads.get(id);
    if (instance === undefined) return;
    this.#lose(id, reason);
    instance.worker.terminate().catch((error: unknown) => {
      throw new Error(`${nameOf(id)} could not be ended`, { cause: error });
    });
  }

  #lose(id: NodeId, reason: string): void {
    if (!this.#strike(id, reason)) this.#losses.push({ id, reason });
  }

  /**
   * Takes a general off the list; an order that waits for it goes on without.
   * @returns whether an order did
   */
  #strike(id: NodeId, reason: string): boolean {
    const instance = this.#threads.get(id);
    if (instance === undefined) return true;
    instance.dismissed = true;
    this.#threads.delete(id);
    if (this.#campaign?.awaited.delete(id) !== true) return false;
    this.#campaign.losses.push({ id, reason });
    this.#campaign.observer?.lost({ id, reason });
    this.#endIfComplete();
    return true;
  }

  #endIfComplete(): void {
    const campaign = this.#campaign;
    if (campaign === undefined || campaign.awaited.size > 0) return;
    clearInterval(this.#looking);
    // It runs on, and finds no order: but for that nobody has to wait.
    this.#patience!.timeout.unref();
    this.#campaign = undefined;
    campaign.end({
      reports: campaign.reports.sort(byId),
      losses: campaign.losses.sort(byId),
      // Those of one accuser come in the order in which it made them; those of several race.
      accusations: campaign.accusations.sort((a, b) => a.by - b.by),
    });
  }

  #send(id: NodeId, message: ToWorker, ports: MessagePort[] = []): void {
    this.#threads.get(id)?.worker.postMessage(message, ports);
  }
}

/** Milliseconds between two looks at the memory. */
const EVERY = 100;

/** What was brought here is brought there, too. */
const spawn = (megabytes: number): Worker => new Worker(ENTRY, { workerData: broughtHere(), ...(broughtHere().length === 0 ? {} : { resourceLimits: memoryOf(megabytes) }) });

const byId = (a: { readonly id: NodeId }, b: { readonly id: NodeId }): number => a.id - b.id;
