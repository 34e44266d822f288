/**
 * Every treason, round by round, for any protocol: runs that have come to the same configuration are gone on with once.
 *
 * A configuration is, for each general, its state, what it would honestly say next, and what it has decided. Protocols
 * are pure, so what can come of a configuration does not depend on how it was come to; and what a general makes of a round
 * depends on its own inbox alone. So a round is worked out receiver by receiver: what the traitors may say to it, which
 * of its next states come of that, in how many ways, and with how many lies at the least. All combinations of the
 * receivers' next states are the next configurations, where ways multiply, lies add up, and alike configurations are merged, ways
 * being added and the fewest lies kept. At the end the ways to all configurations are as many as treasons, each counted
 * once, and the fewest lies to one that breaks a property are the smallest lie. This forgets nothing but the order of
 * sums: plain enumeration gives the same figures, as the tests show.
 *
 * Configurations to which no way leads with few lies are left out at first, then fewer and fewer are, until a violation
 * is found or nothing was left out: a small lie is found long before all configurations would be.
 */
import type { Report } from '../host.ts';
import type { NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';
import type { Context, Heard, OrderVocabulary, RoundsEffect, RoundsEvent } from '../protocol.ts';
import { joined } from '../sim/inbox.ts';
import { alternativesTo } from './alternatives.ts';
import { assertAll, countTreasons } from './count.ts';
import { combine, newLayer, type Configuration, type Layer, type Successor, type Answered } from './layer.ts';
import { NO_PROOF, treasonIn, type ProofOf } from './proven.ts';
import { traitorSets, type Problem } from './request.ts';
import type { CheckResult, Coverage } from './result.ts';
import { contextIn, judgeOf, violationBy, type Decide } from './trial.ts';

const BOUNDS: readonly number[] = [2, 4, 8, Infinity];

/**
 * The most configurations after one round: what they take is memory, and a search that runs out of it would lose what it knows.
 * What outgrows this outgrows twice as many in the next round.
 */
const CONFIGURATIONS_MAX = 200_000;

/** How many configurations are gone on with between two reports: some milliseconds. */
const WORK_MAX = 16;

/** After so many of these a violation that is known already is shown, though a smaller one may be left: a second or two. */
const STEPS_MAX = 400;

/** @param proof what need not be searched, and a treason that is known to break something */
export function* searchMerging(campaign: Problem, proof: ProofOf = NO_PROOF): Generator<Coverage, CheckResult, boolean | undefined> {
  const treasons = countTreasons(campaign);
  let covered = 0n;
  let liesCovered: number | undefined;
  let steps = 0;
  for (const bound of BOUNDS) {
    let inThisPass = proof.proven?.treasons ?? 0n;
    let isCut = false;
    let smallest: Found | undefined;
    for (const traitors of traitorSets(campaign)) {
      const judge = judgeOf(campaign, traitors);
      for (const order of campaign.orders) {
        if (proof.isProven(traitors, order)) continue;
        const lab = explorerOf(campaign, traitors, order);
        let layer: readonly Configuration[] = [lab.start];
        let work = 0;
        for (let round = 1; round <= lab.rounds; round += 1) {
          const next = newLayer();
          for (const configuration of layer) {
            const bounded = Math.min(bound, (smallest?.end.lies ?? Infinity) - 1);
            if (lab.goOn(configuration, round, bounded, next)) isCut = true;
            work += 1;
            const isTooLarge = next.all.length > CONFIGURATIONS_MAX;
            if (work % WORK_MAX === 0) steps += 1;
            if (proof.broken !== undefined && smallest === undefined && (isTooLarge || steps > STEPS_MAX)) return known(proof.broken);
            if (!isTooLarge && (work % WORK_MAX !== 0 || (yield { covered, treasons }) !== true)) continue;
            if (smallest !== undefined) return violated(smallest, false);
            return { type: 'unknown', reason: isTooLarge ? 'too large' : 'stopped', engine: 'merging', covered, treasons, ...(liesCovered === undefined ? {} : { liesCovered }), ...proofs() };
          }
          layer = next.all;
        }
        for (const end of layer) {
          inThisPass += end.ways;
          if (end.lies < (smallest?.end.lies ?? Infinity) && judge(order, lab.accountOf(end)) !== undefined) smallest = { traitors, order, end };
        }
        if (inThisPass > covered) covered = inThisPass;
      }
    }
    if (smallest !== undefined) return violated(smallest, true);
    liesCovered = bound;
    if (isCut) continue;
    assertAll(inThisPass, treasons);
    return { type: 'holds', engine: 'merging', treasons: inThisPass, ...proofs() };
  }
  throw new Error('the last search was to leave nothing out');

  function violated({ traitors, order, end }: Found, isSmallest: boolean): CheckResult {
    const told = new Map<string, number>();
    for (let at: Configuration | undefined = end; at !== undefined; at = at.before) {
      for (const { message, alternative } of at.by.flatMap((successor) => successor.told)) told.set(message, alternative);
    }
    const decide: Decide = ({ question: { round, from, to, index } }) => told.get(messageKey(round, from, to, index)) ?? 0;
    const violation = violationBy(campaign, traitors, order, end.lies, decide);
    return { type: 'violated', engine: 'merging', violation, isSmallest, covered, ...proofs() };
  }

  /** What is known to break something, where the search for less takes too long. */
  function known({ traitors, order, treason }: NonNullable<ProofOf['broken']>): CheckResult {
    const violation = violationBy(campaign, traitors, order, undefined, treasonIn(treason));
    return { type: 'violated', engine: 'merging', violation, isSmallest: false, covered, ...proofs() };
  }

  function proofs(): Pick<CheckResult, 'proven'> {
    return proof.proven === undefined ? {} : { proven: proof.proven };
  }
}

interface Found {
  readonly traitors: readonly NodeId[];
  readonly order: Order;
  readonly end: Configuration;
}

/** How a general stands after a round. */
interface LocalState {
  readonly state: unknown;
  readonly sends: Sends;
  readonly decision: Order | undefined;
  /** By receiver, a number for what is sent to it: the same number for the same messages. */
  readonly outgoing: readonly number[];
}

type Sends = readonly { readonly to: NodeId; readonly message: unknown; readonly index: number }[];

/** What a general may hear in a round. */
interface Inbox {
  readonly heard: readonly Heard<unknown>[];
  readonly told: readonly Answered[];
}

interface Explorer {
  readonly rounds: number;
  readonly start: Configuration;
  /** Puts what may come of a configuration's round into `next`. @returns whether something was left out for its many lies */
  goOn(configuration: Configuration, round: number, bound: number, next: Layer): boolean;
  accountOf(end: Configuration): { reports: Report[]; losses: []; accusations: [] };
}

function explorerOf(campaign: Problem, traitors: readonly NodeId[], order: Order): Explorer {
  const { protocol, members, commander } = campaign;
  const contexts = members.map((self) => contextIn(campaign, self));
  const rounds = protocol.rounds(contexts[0]!);
  const localStates: LocalState[] = [];
  const postureNumbers = new Map<string, number>();
  const letterNumbers = new Map<string, number>();
  const prospectsKnown = new Map<string, readonly Successor[]>();
  const start = { localStates: contexts.map(begin), ways: 1n, lies: 0, before: undefined, by: [] };
  return { rounds, start, goOn, accountOf };

  function begin(context: Context): number {
    const state = protocol.begin(context);
    if (context.self === commander) protocol.step(context, state, { type: 'input', input: order });
    return stepped(context, state, undefined, { type: 'round', round: 1, inbox: [] });
  }

  /** Changes the state, and gives the number of the local state that comes of it. After the last round, only what the loyal decided matters. */
  function stepped(context: Context, state: unknown, before: Order | undefined, event: RoundsEvent<OrderVocabulary> & { type: 'round' }): number {
    const effects = protocol.step(context, state, event);
    const decision = before ?? effects.find((effect) => effect.type === 'output')?.output;
    if (event.round <= rounds) return numbered(state, sendsIn(effects), decision);
    return numbered(undefined, [], traitors.includes(context.self) ? undefined : decision);
  }

  function numbered(state: unknown, sends: Sends, decision: Order | undefined): number {
    const key = JSON.stringify([state, sends, decision], plainly);
    const known = postureNumbers.get(key);
    if (known !== undefined) return known;
    postureNumbers.set(key, localStates.length);
    const outgoing = members.map((id) => numberIn(letterNumbers, JSON.stringify(sends.filter(({ to }) => to === id))));
    return localStates.push({ state, sends, decision, outgoing }) - 1;
  }

  function goOn(configuration: Configuration, round: number, bound: number, next: Layer): boolean {
    return combine(configuration, contexts.map((_, receiver) => prospectsOf(configuration.localStates, receiver, round)), bound, next);
  }

  /** What may become of one general in a round. It depends on how it stands and on what is sent to it, and on nothing else. */
  function prospectsOf(stand: readonly number[], receiver: number, round: number): readonly Successor[] {
    const key = `${receiver} ${round} ${stand[receiver]!} ${stand.map((localState) => localStates[localState]!.outgoing[receiver]!).join(' ')}`;
    const known = prospectsKnown.get(key);
    if (known !== undefined) return known;
    const { state, decision } = localStates[stand[receiver]!]!;
    const found = new Map<number, Successor>();
    for (const { heard, told } of inboxes(stand, members[receiver]!, round)) {
      const event = { type: 'round', round: round + 1, inbox: heard } as const;
      const localState = stepped(contexts[receiver]!, structuredClone(state), decision, event);
      const alike = found.get(localState);
      if (alike === undefined) found.set(localState, { localState, multiplicity: 1n, lies: told.length, told });
      else {
        alike.multiplicity += 1n;
        if (told.length < alike.lies) Object.assign(alike, { lies: told.length, told });
      }
    }
    const successors = [...found.values()];
    prospectsKnown.set(key, successors);
    return successors;
  }

  /** All that one general may hear, by sender, as the traitors choose. */
  function inboxes(stand: readonly number[], self: NodeId, round: number): Inbox[] {
    let soFar: Inbox[] = [{ heard: [], told: [] }];
    stand.forEach((localState, sender) => {
      const context = contexts[sender]!;
      const from = context.self;
      for (const { to, message, index } of from === self ? [] : localStates[localState]!.sends) {
        if (to !== self) continue;
        const said = traitors.includes(from) ? alternativesTo(protocol, message, protocol.lies(context, message)).map(({ now }) => now) : [[message]];
        soFar = soFar.flatMap(({ heard, told }) =>
          said.map((messages, alternative) => ({
            heard: messages.length === 0 ? heard : joined([...heard], { from, messages }),
            told: alternative === 0 ? told : [...told, { message: messageKey(round, from, to, index), alternative }],
          })),
        );
      }
    });
    return soFar;
  }

  function accountOf(end: Configuration): { reports: Report[]; losses: []; accusations: [] } {
    const reports = members.map((id, index): Report => {
      const { decision } = localStates[end.localStates[index]!]!;
      return { id, decision, ballot: decision, strategy: undefined, heard: [], tampered: [], sent: 0 };
    });
    return { reports, losses: [], accusations: [] };
  }
}

/** The number of a message among those from one to another is the one that its `Question` will have. */
function sendsIn(effects: readonly RoundsEffect<OrderVocabulary>[]): Sends {
  const sentTo = new Map<NodeId, number>();
  return effects.flatMap((effect) => {
    if (effect.type !== 'send') return [];
    return effect.to.flatMap((to) =>
      effect.messages.map((message) => {
        const index = sentTo.get(to) ?? 0;
        sentTo.set(to, index + 1);
        return { to, message, index };
      }),
    );
  });
}

function numberIn(numbers: Map<string, number>, key: string): number {
  const number = numbers.get(key) ?? numbers.size;
  numbers.set(key, number);
  return number;
}

const messageKey = (round: number, from: NodeId, to: NodeId, index: number): string => `${round} ${from} ${to} ${index}`;

/** States are plain data, which may hold maps and sets. */
const plainly = (_key: string, value: unknown): unknown => (value instanceof Map || value instanceof Set ? [...value] : value);
