import { nodeId, type NodeId } from '../../core/node.ts';
import type { Outage } from '../../runtime/virtual/fault-plan.ts';
import type { Partition } from '../../runtime/virtual/rules.ts';
import type { Finding } from '../../runtime/virtual/system.ts';
import type { Address } from '../address.ts';
import { MembershipJudge, type Judged, type Standing } from '../judge/membership.ts';
import { quorumFor } from '../roster.ts';
import type { GossipSettings } from '../settings.ts';
import { NO_MISHAPS, type Mishaps } from './mishaps.ts';
import type { LiveNetwork, Member, NetworkFact } from './network.ts';

export interface TrialOptions {
  readonly seeds: number;
  readonly settings: GossipSettings;
  /** Whether seeds keep their lists when they are killed. */
  readonly keepsLists: boolean;
  /** How many times as fast as others the clocks of the network go. */
  readonly speed: number;
  /** Milliseconds, by a clock that only goes on. */
  now(): number;
}

/** In which time something may have gone wrong for a reason that is nobody’s fault. */
interface Doubt {
  readonly reason: string;
  readonly from: number;
  until: number;
}

type Open<Span extends { readonly until: number }> = Omit<Span, 'until'> & { until: number };

/**
 * A live network before the judge of those in virtual time. What its nodes do is told by facts, and what they make of each other they
 * are asked for. There nobody commands time: where what the protocol takes for granted did not hold, nothing is known.
 */
export class Trial {
  readonly #options: TrialOptions;
  readonly #judge: MembershipJudge<Judged>;
  readonly #members = new Map<NodeId, Member>();
  readonly #ids = new Map<Address, NodeId>();
  readonly #partitions: Open<Partition>[] = [];
  readonly #pauses: Open<Outage>[] = [];
  readonly #doubts: Doubt[] = [];
  #mishaps: Mishaps = NO_MISHAPS;
  /** When anything last came or went, or was done to the network. */
  #disturbedAt: number;
  #brokenAt: number | undefined;
  #looked: Finding = { type: 'unknown', reason: 'nobody looked at the lists' };

  constructor(options: TrialOptions) {
    this.#options = options;
    const { seeds, settings } = options;
    this.#disturbedAt = this.#now();
    const members = this.#members;
    this.#judge = new MembershipJudge({
      get n() {
        return members.size;
      },
      seeds,
      quorum: quorumFor(seeds, settings),
      viewMax: settings.viewMax,
      partitions: this.#partitions,
      pauses: this.#pauses,
      isLossy: () => this.#mishaps.loss > 0,
      isLoyal: (id) => this.#isLoyal(id),
      nodeAt: (address) => this.#ids.get(address),
      nameOf: (id) => this.#members.get(id)!.name,
    });
  }

  tell(fact: NetworkFact): void {
    switch (fact.type) {
      case 'state':
        this.#became(fact.member);
        break;
      case 'output':
        if (fact.member.fault === undefined) this.#judge.output({ id: this.#idOf(fact.member) }, fact.output, this.#now());
        break;
      case 'stalled':
        this.#stalled(fact.member, fact.lasted);
        break;
      case 'mishaps':
        this.#suffers(fact.mishaps);
        break;
      case 'figures':
      case 'lost':
        break;
      default:
        fact satisfies never;
    }
    if (this.#judge.violation !== undefined) this.#brokenAt ??= this.#now();
  }

  /** Asks all for their lists, and looks whether they are as they should be by now. */
  async look(network: LiveNetwork): Promise<Finding> {
    const peers = network.members.length - this.#options.seeds;
    // Of many peers the lists of some are compared.
    const every = Math.ceil(peers / LISTS_MAX);
    const isAsked = ({ id }: Judged): boolean => id < this.#options.seeds || id % every === 0;
    const lists = await network.lists((member) => isAsked({ id: this.#idOf(member) }));
    const nameOf = ({ id }: Judged): string => this.#members.get(id)!.name;
    const silent = this.#judge.living().filter(isAsked).map(nameOf).find((name) => !lists.has(name));
    const unasked = this.#unasked() ?? (silent === undefined ? undefined : `${silent} does not tell its list`);
    if (unasked === undefined) this.#looked = this.#compared((node) => lists.get(nameOf(node))!, isAsked);
    else this.#looked = { type: 'unknown', reason: unasked };
    return this.finding;
  }

  #compared(listOf: (node: Judged) => readonly Standing[], isAsked: (node: Judged) => boolean): Finding {
    // Somebody is suspected at any time, for a moment: nothing here is exactly on time.
    const missing = this.#judge.missing(listOf, this.#now(), isAsked, false);
    if (missing === undefined) return { type: 'holds' };
    const quietFor = this.#now() - this.#disturbedAt;
    if (quietFor >= this.#patience) return { type: 'violated', ...missing };
    const seconds = Math.round(quietFor / 1000);
    return { type: 'unknown', reason: `${missing.witness}, ${seconds} s after the last change, which may be too soon` };
  }

  /** What came of the network, by what was seen so far and when its lists were last looked at. */
  get finding(): Finding {
    const { violation } = this.#judge;
    if (violation === undefined) return this.#looked;
    const doubt = this.#doubts.find(({ from, until }) => from <= this.#brokenAt! && until >= this.#brokenAt! - MEMORY);
    if (doubt === undefined) return { type: 'violated', ...violation };
    return { type: 'unknown', reason: `${violation.witness}, but ${doubt.reason}` };
  }

  /** Why lists need not be the same now; undefined if they must. */
  #unasked(): string | undefined {
    const { cuts, loss, slow } = this.#mishaps;
    const still = Array.from(this.#members.values()).find(({ state }) => state === 'stopped');
    if (still !== undefined) return `${still.name} stands still`;
    if (cuts.length > 0) return 'a cut is not healed';
    if (loss > 0 || slow.some(([, by]) => by > 0)) return 'messages are lost, or late';
    const { seeds, settings } = this.#options;
    const isThere = ({ role, state, fault }: Member): boolean => role === 'seed' && state === 'up' && fault === undefined;
    const there = Array.from(this.#members.values()).filter(isThere).length;
    const quorum = quorumFor(seeds, settings);
    return there < quorum ? `of ${seeds} seeds ${there} are there and loyal, and ${quorum} must agree` : undefined;
  }

  #became(member: Member): void {
    const id = this.#idOf(member);
    const before = this.#pauses.findLast((pause) => pause.node === id);
    const wasStopped = before?.until === Infinity;
    const [node, now] = [{ id }, this.#now()];
    this.#members.set(id, member);
    this.#ids.set(member.address, id);
    this.#disturbedAt = now;
    if (wasStopped) before.until = now;
    switch (member.state) {
      case 'up':
        return wasStopped ? undefined : this.#judge.started(node, now);
      case 'stopped':
        return void this.#pauses.push({ node: id, at: now, until: Infinity });
      case 'leaving':
        return this.#judge.asksToLeave(node, now);
      case 'left':
      case 'killed':
      case 'lost':
        return this.#judge.crashed(node, member.role === 'peer' || !this.#options.keepsLists);
      default:
        member.state satisfies never;
    }
  }

  /** Whoever is told to stand still is known to; a machine that does so by itself breaks what all timers take for granted. */
  #stalled(member: Member, lasted: number): void {
    const now = this.#now();
    const from = now - lasted * this.#options.speed;
    const own = this.#pauses.filter(({ node }) => node === this.#idOf(member));
    const wasTold = own.some(({ at, until }) => at <= from + STALL_MAX && until >= now - STALL_MAX);
    if (wasTold || now - from < STALL_MAX) return;
    this.#disturbedAt = now;
    const reason = `${member.name} stood still for ${(lasted / 1000).toFixed(1)} s, though nobody told it to`;
    this.#doubts.push({ reason, from, until: now });
  }

  #suffers(mishaps: Mishaps): void {
    const now = this.#now();
    this.#disturbedAt = now;
    this.#mishaps = mishaps;
    for (const before of [...this.#partitions, ...this.#doubts]) if (before.until === Infinity) before.until = now;
    const idsOf = (addresses: readonly Address[]): ReadonlySet<NodeId> => new Set(addresses.map((address) => this.#ids.get(address)!));
    const span = { from: now, until: Infinity };
    for (const { from, to } of mishaps.cuts) this.#partitions.push({ ...span, side: idsOf(from), others: idsOf(to), way: 'out' });
    const doubt = (reason: string): void => void this.#doubts.push({ ...span, reason });
    if (mishaps.loss > LOSS_MAX) doubt(`${Math.round(100 * mishaps.loss)} % of all messages were lost`);
    const slowest = Math.max(0, ...mishaps.slow.map(([, by]) => by));
    if (slowest > SLOW_MAX) doubt(`messages came up to ${slowest} ms late`);
  }

  /** In ms: how long a change may take to be known everywhere, which is twelve looks at whether lists are apart. */
  get #patience(): number {
    const { healEvery, syncEvery } = this.#options.settings;
    return 12 * Math.max(healEvery, syncEvery);
  }

  /** By the clock of the network. */
  #now(): number {
    return this.#options.now() * this.#options.speed;
  }

  #isLoyal(id: NodeId): boolean {
    return this.#members.get(id)?.fault === undefined;
  }

  /** Seeds have the first numbers. */
  #idOf({ role, name }: Member): NodeId {
    const number = Number(name.slice(1)) - 1;
    return nodeId(role === 'seed' ? number : this.#options.seeds + number);
  }
}

/** Of so many peers all lists are compared. */
const LISTS_MAX = 200;

/** In ms: for how long something may have followed from what is over. */
const MEMORY = 20_000;

/** In ms: a process that stands still for less is only slow. */
const STALL_MAX = 1000;

/** What the detectors stand: so large a share of messages, and so many ms. */
const LOSS_MAX = 0.3;
const SLOW_MAX = 1000;
