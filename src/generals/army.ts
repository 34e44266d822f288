import { seeded } from '../core/choice.ts';
import { counted, figure } from '../core/figures.ts';
import { guarded, type Guarded, type Observe } from '../core/observer.ts';
import type { Fact } from './fact.ts';
import { lossBy, type Host, type Loss } from './host.ts';
import type { Signer } from '../core/machine.ts';
import { DEFAULT_DEADLINE, DEFAULT_LIMIT, behavioursOf, type Behaviour, type CrashMode } from './run-spec.ts';
import { QUORUM, nameOf, nodeId, type NodeId } from '../core/node.ts';
import type { Order } from './order.ts';
import type { Member, MemberState, Outcome, MemberResult } from './outcome.ts';
import type { AnyRoundsProtocol } from './protocol.ts';
import { UserError } from '../core/user-error.ts';
import type { Saying } from './faults/dictated.ts';
import type { Deed } from './faults/out-of-turn.ts';
import { DEFAULT_STRATEGY, type StrategyName } from './faults/registry.ts';
import { findingsOf } from './judge/findings.ts';
import { isFaulty, undecidable, verdictOf } from './judge/verdict.ts';
import { DEFAULT_PROTOCOL, type NamedProtocol, type ProtocolName } from './protocols/registry.ts';
import { limited } from './limit.ts';
import { SimHost } from './sim/host.ts';
import { simulate } from './sim/simulate.ts';
import {
  crashModeIn, deedIn, flagIn, functionIn, hostIn, idIn, musteredIn, optionsIn, orderIn, protocolIn, sayingsIn, strategyIn, traitorsIn, wholeIn, type HostName, type Traitors,
} from './arguments.ts';
import { factsAsTheyCome, factsOf, orderedOf } from './trace/facts.ts';

export interface ArmyOptions {
  /** Where the generals live: `threads` (default), one worker thread each, or `sim`, virtual time. */
  readonly host?: HostName;
  /** A whole number from 0 to 2^53 − 1: all that chance decides follows from it. Drawn at random if not given. */
  readonly seed?: number;
  /** The protocol to follow, for as many traitors as it can stand; `exchange` if not given. `setProtocol` sets it later, and m. */
  readonly protocol?: ProtocolName;
  /** The id of the general that gives the orders, from 1 to the count; elected at random if not given. */
  readonly primary?: number;
  /** Who is a traitor: a list of ids (strategy `coin`), or an object of strategies by id, `{ 2: 'two-faced', 5: 'liar' }`. */
  readonly traitors?: Traitors;
  /** For how many milliseconds a hung general is waited for, from 1 to 2^31 − 1; 1000 if not given. */
  readonly deadline?: number;
  /** The most generals that the army may have at a time; 256 if not given. */
  readonly limit?: number;
  /** Whether one idle thread is kept, so that the next newcomer is there at once; false if not given. */
  readonly spare?: boolean;
}

export interface OrderOptions {
  /** Runs the order although the traitors are too many for the protocol; else it is not run, and the verdict is `undecidable`. */
  readonly anyway?: boolean;
  /**
   * Is told the facts of the order while it is under way: those that its trace has in the end. The first is `ordered`, the last `judged`;
   * of each general what it heard and tampered with comes round by round, then what it decided and voted. Among generals no order is
   * promised, and on threads it differs from time to time. Where a general is lost on the way, the trace is without what it had heard
   * and done before, and the observer is not. What an observer throws ends nothing: it is told no more, and the outcome has it as
   * `observerError`.
   */
  readonly observe?: Observe<Fact>;
}

const OPTIONS = ['host', 'seed', 'protocol', 'primary', 'traitors', 'deadline', 'limit', 'spare'] as const satisfies readonly (keyof ArmyOptions)[];

/**
 * An army of generals. One is primary and gives the orders; some may be traitors.
 *
 * Mistakes of the caller (an unknown id, a count out of range …) reject with a `UserError` of one line, whose `code` says of
 * which kind it is, and change nothing. Calls that change the army wait for an order under way, except `kill` and `disband`, which
 * may hit it in the middle. An army left by `await using` is disbanded.
 *
 * @example
 * await using army = await Army.muster(4, { seed: 7, primary: 1, traitors: [3] });
 * const outcome = await army.order('attack');
 * outcome.verdict; // { type: 'execute', order: 'attack', votes: 2 or 3, members: 4, faulty: 1 }
 */
export class Army {
  readonly #host: Host;
  readonly #limit: number;
  readonly #deadline: number;
  readonly #states = new Map<NodeId, MemberState>();
  #primary: NodeId | undefined;
  #largestId = 0;
  #seed: number;
  #protocol: NamedProtocol;
  #m: number | undefined;
  /** What traitors are to say in the next order, word by word. */
  #dictations = new Map<NodeId, readonly string[]>();
  /** What traitors are to do out of turn in the next order. */
  #deeds = new Map<NodeId, readonly Deed[]>();
  /** How some are to crash in the next order. */
  #crashes = new Map<NodeId, Pick<Behaviour, 'crashMode' | 'crashRound'>>();
  #orders = 0;
  #draws = 0;
  #elections = 0;
  #busy: Promise<unknown> = Promise.resolve();
  #isDisbanded = false;

  private constructor(host: Host, { seed, protocol = DEFAULT_PROTOCOL, deadline = DEFAULT_DEADLINE, limit = DEFAULT_LIMIT }: ArmyOptions) {
    this.#host = host;
    this.#seed = seed === undefined ? Math.floor(Math.random() * 2 ** 32) : wholeIn(seed, 'a seed', 0);
    this.#deadline = wholeIn(deadline, 'a deadline in milliseconds', 1, 2 ** 31 - 1);
    this.#limit = wholeIn(limit, 'a limit', 1);
    this.#protocol = protocolIn(protocol);
  }

  /**
   * Musters that many generals, with the ids 1, 2, 3 …
   * @param count from 1 to the limit
   * @throws UserError `invalid-argument`, `unknown-option`, `army-full` for a count above the limit, `unknown-general` for a primary or traitor
   * above the count
   */
  static async muster(count: number, options: ArmyOptions = {}): Promise<Army> {
    const { host = 'threads', spare = false, primary, traitors = [] } = optionsIn(options, 'muster', OPTIONS);
    const keepsSpare = flagIn(spare, 'spare');
    const name = hostIn(host);
    const army = new Army(name === 'sim' ? new SimHost() : await threads(keepsSpare), options);
    army.#mustHaveRoom(count);
    const commander = primary === undefined ? undefined : musteredIn(primary, count);
    const strategies = traitorsIn(traitors, count);
    await army.add(count);
    if (commander !== undefined) await army.elect(commander);
    for (const [id, strategy] of strategies) await army.corrupt(id, strategy);
    return army;
  }

  /** What all that chance decides follows from: with the same seed and the same calls, the same happens. */
  get seed(): number {
    return this.#seed;
  }

  /** The protocol that is followed. */
  get protocol(): NamedProtocol {
    return this.#protocol;
  }

  /** m, the traitors that the protocol is run to stand: as set, or the most that so many generals can stand. */
  get m(): number {
    return this.#m ?? this.#protocol.faultsByDefault(this.#states.size);
  }

  /** For how many milliseconds a hung general is waited for. */
  get deadline(): number {
    return this.#deadline;
  }

  /** All generals, by id. */
  members(): readonly Member[] {
    this.#markLost(this.#host.losses());
    return this.#members();
  }

  /**
   * Adds that many loyal generals, linked to all others.
   * @returns their ids, larger than any before
   * @throws UserError `invalid-argument`, `army-full`
   */
  add(count: number): Promise<readonly NodeId[]> {
    return this.#whenIdle(async () => {
      this.#mustHaveRoom(count);
      const ids = Array.from({ length: count }, (_, index) => nodeId(this.#largestId + 1 + index));
      this.#largestId += count;
      for (const id of ids) this.#states.set(id, { type: 'loyal' });
      this.#electIfNeeded();
      try {
        await this.#host.spawn(ids);
      } catch (error) {
        await Promise.all(ids.map((id) => this.kill(id)));
        throw error;
      }
      return ids;
    });
  }

  /**
   * Ends a general, at once; or, where a round is given, in the middle of that round of the next order that is run: what it
   * says then reaches the first half of the others only. If it was primary, another is elected at random.
   * @param options.round from 1 to the number of rounds that the protocol has
   * @throws UserError `invalid-argument`, `unknown-option`, `unknown-general`, `lost-general` where a round is given
   */
  async kill(id: number, options: { readonly round?: number } = {}): Promise<void> {
    const { round } = optionsIn(options, 'kill', ['round']);
    if (round !== undefined) return this.#whenIdle(async () => this.#crashRound(this.#present(id), round));
    this.#mustStand();
    const general = this.#known(id);
    this.#states.delete(general);
    this.#crashes.delete(general);
    this.#electIfNeeded();
    await this.#host.stop(general);
  }

  /**
   * Makes a general a traitor in that way (`coin` if not given).
   * @throws UserError `invalid-argument`, `unknown-general`, `lost-general`
   */
  corrupt(id: number, strategy: StrategyName = DEFAULT_STRATEGY.name): Promise<void> {
    return this.#whenIdle(async () => {
      const general = this.#present(id);
      const known = strategyIn(strategy);
      this.#states.set(general, { type: 'faulty', strategy: known });
    });
  }

  /**
   * Makes a general loyal again.
   * @throws UserError `invalid-argument`, `unknown-general`, `lost-general`
   */
  makeLoyal(id: number): Promise<void> {
    return this.#whenIdle(async () => {
      const general = this.#present(id);
      this.#states.set(general, { type: 'loyal' });
    });
  }

  /**
   * Makes a general primary.
   * @throws UserError `invalid-argument`, `unknown-general`, `lost-general`
   */
  elect(id: number): Promise<void> {
    return this.#whenIdle(async () => {
      this.#primary = this.#present(id);
    });
  }

  /**
   * Makes a general break down when the next order reaches it: its thread throws, exits, or blocks for ever.
   * @throws UserError `invalid-argument`, `unknown-general`, `lost-general`
   */
  injectCrash(id: number, crashMode: CrashMode): Promise<void> {
    return this.#whenIdle(async () => {
      const general = this.#present(id);
      this.#crashes.set(general, { ...this.#crashes.get(general), crashMode: crashModeIn(crashMode) });
    });
  }

  /**
   * Fixes what a traitor says in the next order, so that an attack from a paper can be written down.
   * @param words `attack`, `retreat`, `nothing` (a king's), `silence` or `both` (the honest one, then a lie) for each message, in the order in
   * which the general sends them: round by round, and within a round as the protocol sends them. If they do not fit, the order is refused.
   * @throws UserError `invalid-argument`, `unknown-general`, `lost-general`, `loyal-general`
   */
  dictate(id: number, words: readonly Saying[]): Promise<void> {
    return this.#whenIdle(async () => {
      const general = this.#present(id);
      const sayings = sayingsIn(words);
      this.#mustBetray(general);
      this.#dictations.set(general, sayings);
    });
  }

  /**
   * Has a traitor do something out of turn in the next order, beside what was asked of it so before. In all else that `dictate` does not
   * fix it is honest then.
   * @param deed `round`, `to` whom, and the `words`: `silence` keeps back what it has to say to that general in that round. All else is a
   * message that is said beside: as `g-why` tells of it, or as it is written. After `forged` it is one with the order turned round under
   * the old signatures. If it does not fit, the order is refused.
   * @throws UserError `invalid-argument`, `unknown-option`, `unknown-general`, `lost-general`, `loyal-general`
   */
  tell(id: number, deed: { readonly round: number; readonly to: number; readonly words: string }): Promise<void> {
    return this.#whenIdle(async () => {
      const general = this.#present(id);
      const known = deedIn(deed);
      this.#mustBetray(general);
      this.#deeds.set(general, [...(this.#deeds.get(general) ?? []), known]);
    });
  }

  /** The traitors whose next order is dictated, or who were told to do something out of turn. */
  get dictated(): readonly NodeId[] {
    return [...new Set([...this.#dictations.keys(), ...this.#deeds.keys()])];
  }

  /** The signatures of a general in an order. */
  signerOf({ seed }: Outcome, id: NodeId): Signer {
    return this.#host.signer(seed, id);
  }

  /**
   * Sets the protocol, and m.
   * @param m the traitors that it is run to stand; the most that it can stand if not given
   * @throws UserError `invalid-argument`, `unfit-protocol` if it cannot be run among so many generals for so many traitors
   */
  setProtocol(protocol: ProtocolName, m?: number): Promise<void> {
    return this.#whenIdle(async () => {
      const known = protocolIn(protocol);
      if (m !== undefined) wholeIn(m, 'm', 0);
      if (this.#states.size > 0) this.#mustFit(known, m ?? known.faultsByDefault(this.#states.size));
      this.#protocol = known;
      this.#m = m;
    });
  }

  /**
   * Sets the seed; orders and elections draw from it anew, so that what follows repeats what followed it before.
   * @param seed from 0 to 2^53 − 1
   * @param draw the number that the next order has among those that draw from the seed, from 1 to 2^32 − 1: 1 if not given
   * @throws UserError `invalid-argument`
   */
  reseed(seed: number, draw = 1): Promise<void> {
    return this.#whenIdle(async () => {
      const whole = wholeIn(seed, 'a seed', 0);
      this.#draws = wholeIn(draw, "an order's number under its seed", 1, 2 ** 32 - 1) - 1;
      this.#seed = whole;
      this.#elections = 0;
    });
  }

  /**
   * Has the primary give an order, and tells what came of it.
   * @throws UserError `invalid-argument`, `unknown-option`, `no-primary`, `unfit-protocol`, `unfit-words`
   */
  async order(order: Order, options: OrderOptions = {}): Promise<Outcome> {
    const given = orderIn(order);
    const { anyway = false, observe } = optionsIn(options, 'order', ['anyway', 'observe']);
    const isAnyway = flagIn(anyway, 'anyway');
    const observer = observe === undefined ? undefined : guarded<Fact>(functionIn(observe, 'observe'));
    return this.#whenIdle(async () => {
      const outcome = await this.#give(given, isAnyway, observer);
      if (observer === undefined) return outcome;
      observer.tell(factsOf(outcome).at(-1)!);
      return { ...outcome, ...observer.thrown };
    });
  }

  async #give(order: Order, anyway: boolean, observer: Guarded<Fact> | undefined): Promise<Outcome> {
    this.#markLost(this.#host.losses());
    const commander = this.#primary;
    if (commander === undefined) throw new UserError('there is no general to give the order', 'no-primary');
    const before = this.#members();
    const m = this.m;
    this.#mustFit(this.#protocol, m);
    const isRun = anyway || before.length >= this.#protocol.membersNeeded(before.filter(isFaulty).length);
    if (isRun) this.#dryRun(before, commander, order, m);
    this.#orders += 1;
    this.#draws += 1;
    const shared = { number: this.#orders, order, protocol: this.#protocol.name, m, seed: this.#seed, draw: this.#draws, dictations: this.#dictations, deeds: this.#deeds, commander };
    const watching = observer === undefined ? undefined : factsAsTheyCome(orderedOf({ ...shared, roster: before }), observer.tell);
    if (!isRun) {
      const roster = before.map((member) => ({ ...member, majority: member.role === 'primary' ? order : undefined }));
      const account = { reports: [], losses: [], accusations: [] };
      return { ...shared, roster, verdict: undecidable(before), findings: undefined, messages: 0, account };
    }
    const members = before.map(({ id }) => id);
    const crashes = this.#crashes;
    const behaviours = this.#toldTo(before);
    for (const [id, crash] of crashes) behaviours.set(id, { ...behaviours.get(id), ...crash });
    this.#forgetTold();
    this.#crashes = new Map();
    const { number, draw, seed, protocol } = shared;
    const spec = { number, order, protocol, m, seed, draw, commander, members, deadline: this.#deadline };
    const account = await this.#host.run(spec, behaviours, watching);
    this.#markLost([...account.losses, ...this.#host.losses()]);
    for (const { id, reason } of account.losses) if (crashes.get(id)?.crashRound !== undefined && reason === lossBy.killing()) this.#states.delete(id);
    const ballots = new Map(account.reports.flatMap(({ id, ballot }) => (ballot === undefined ? [] : [[id, ballot]])));
    const after = before.map((member): MemberResult => ({ ...afterwards(member, account), majority: ballots.get(member.id) }));
    return {
      ...shared,
      roster: after,
      verdict: verdictOf(after, ballots),
      findings: findingsOf(order, after, account),
      messages: account.reports.reduce((sum, { sent }) => sum + sent, 0),
      account,
    };
  }

  /** Ends all generals, at once. Other calls are refused from then on, as `disbanded`; to disband again does nothing. */
  async disband(): Promise<void> {
    this.#isDisbanded = true;
    this.#states.clear();
    this.#primary = undefined;
    await this.#host.close();
  }

  /** For `await using`: disbands the army when its block is left. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.disband();
  }

  #mustStand(): void {
    if (this.#isDisbanded) throw new UserError('the army was disbanded', 'disbanded');
  }

  #mustHaveRoom(count: number): void {
    const size = this.#states.size;
    if (Number.isSafeInteger(count) && count > this.#limit - size)
      throw new UserError(`an army has at most ${counted(this.#limit, 'general')}, and has ${figure(size)}: ${figure(count)} more are too many`, 'army-full');
    wholeIn(count, 'the number of generals', 1, this.#limit);
  }

  #crashRound(general: NodeId, round: number): void {
    const setting = { members: [...this.#states.keys()], commander: general, m: this.m };
    wholeIn(round, `a round of ${this.#protocol.name}`, 1, this.#protocol.rounds(setting));
    this.#crashes.set(general, { ...this.#crashes.get(general), crashRound: round });
  }

  #mustFit(protocol: AnyRoundsProtocol, m: number): void {
    const refusal = protocol.refuses(this.#states.size, m);
    if (refusal !== undefined) throw new UserError(refusal, 'unfit-protocol');
  }

  /** Runs the next order in virtual time, to see whether what traitors are told to say fits before anything happens. */
  #dryRun(members: readonly Member[], commander: NodeId, order: Order, m: number): void {
    if (this.dictated.length === 0) return;
    const lost = new Set(members.flatMap(({ id, state }) => (state.type === 'lost' ? [id] : [])));
    const behaviours = this.#toldTo(members);
    const spec = {
      number: this.#orders + 1,
      order,
      protocol: this.#protocol.name,
      m,
      seed: this.#seed,
      commander,
      members: members.map(({ id }) => id),
      draw: this.#draws + 1,
      deadline: this.#deadline,
    };
    try {
      limited(() => simulate(spec, { behaviours, lost }));
    } catch (error) {
      // What does not fit now would not fit the next time either.
      this.#forgetTold();
      throw error;
    }
  }

  /** How traitors are to behave, each in its way or as it was told; who is no traitor any more is told nothing. */
  #toldTo(members: readonly Member[]): Map<NodeId, Behaviour> {
    const behaviours = behavioursOf(strategiesOf(members));
    for (const id of this.dictated) {
      const behaviour = behaviours.get(id);
      const [words, deeds] = [this.#dictations.get(id), this.#deeds.get(id)];
      if (behaviour !== undefined) behaviours.set(id, { ...behaviour, ...(words === undefined ? {} : { words }), ...(deeds === undefined ? {} : { deeds }) });
      else for (const told of [this.#dictations, this.#deeds]) told.delete(id);
    }
    return behaviours;
  }

  #forgetTold(): void {
    this.#dictations = new Map();
    this.#deeds = new Map();
  }

  #members(): readonly Member[] {
    return [...this.#states].map(([id, state]) => ({ id, role: id === this.#primary ? 'primary' : 'secondary', state }));
  }

  /** Runs `work` when all that was asked before is done, whatever came of it. */
  #whenIdle<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#busy.then(() => {
      this.#mustStand();
      return work();
    });
    this.#busy = result.catch(() => undefined);
    return result;
  }

  #known(id: number): NodeId {
    const general = idIn(id);
    if (!this.#states.has(general)) throw new UserError(`there is no general ${nameOf(general)}`, 'unknown-general');
    return general;
  }

  #present(id: number): NodeId {
    const general = this.#known(id);
    if (this.#states.get(general)?.type === 'lost') throw new UserError(`${nameOf(general)} is lost`, 'lost-general');
    return general;
  }

  #mustBetray(general: NodeId): void {
    if (this.#states.get(general)?.type !== 'faulty') throw new UserError(`${nameOf(general)} is loyal, and only traitors can be told what to say`, 'loyal-general');
  }

  #markLost(losses: readonly Loss[]): void {
    for (const { id, reason } of losses) if (this.#states.has(id)) this.#states.set(id, { type: 'lost', reason });
    this.#electIfNeeded();
  }

  /** Elects a primary at random, if there is none who could give an order. */
  #electIfNeeded(): void {
    if (this.#primary !== undefined && (this.#states.get(this.#primary) ?? LOST).type !== 'lost') return;
    const candidates = [...this.#states].filter(([, { type }]) => type !== 'lost').map(([id]) => id);
    if (candidates.length === 0) {
      this.#primary = undefined;
      return;
    }
    this.#elections += 1;
    const question = { about: 'primary', order: this.#elections, round: 0, from: QUORUM, to: QUORUM, index: 0 } as const;
    this.#primary = seeded(this.#seed)(question, candidates);
  }
}

/** Loaded when it is asked for, as a page in a browser has no threads of Node, and all else runs there. */
const threads = async (spare: boolean): Promise<Host> => new (await import('./threads/host.ts')).ThreadHost({ spare });

/** The traitors and their ways. */
const strategiesOf = (members: readonly Member[]): ReadonlyMap<NodeId, string> => new Map(members.flatMap(({ id, state }) => (state.type === 'faulty' ? [[id, state.strategy]] : [])));

const LOST: MemberState = { type: 'lost', reason: '' };

/** A member as the order left it: a traitor by its own account, or lost on the way. */
function afterwards(member: Member, account: { readonly losses: readonly Loss[]; readonly reports: readonly { readonly id: NodeId; readonly strategy: string | undefined }[] }): Member {
  const loss = account.losses.find(({ id }) => id === member.id);
  if (loss !== undefined) return { ...member, state: { type: 'lost', reason: loss.reason } };
  const report = account.reports.find(({ id }) => id === member.id);
  if (report === undefined) return member;
  return { ...member, state: report.strategy === undefined ? { type: 'loyal' } : { type: 'faulty', strategy: report.strategy } };
}
