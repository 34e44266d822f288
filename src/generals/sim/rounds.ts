import { seeded, type Choose } from '../../core/choice.ts';
import type { RunResult, Accusation, Report } from '../host.ts';
import { symbolicSigner } from '../../core/signer.ts';
import type { RunSpec } from '../run-spec.ts';
import type { NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';
import { maySpeak, type Context, type Heard, type OrderVocabulary, type RoundsEffect } from '../protocol.ts';
import type { Course, Inbox } from '../synchronizer.ts';
import { roleInstance, type RoleInstance } from '../general.ts';
import { joined } from './inbox.ts';

/** What a run by rounds can show of what `simulate` can: nobody breaks down. */
export interface RoundsOptions {
  /** The traitors and their ways. */
  readonly traitors?: ReadonlyMap<NodeId, string>;
  /** Answers the questions of treason; by the order's seed if not given. */
  readonly choose?: Choose;
}

/**
 * Runs one order round by round, without frames, timers and virtual time, none of which matter while nobody breaks down:
 * the result is the one that `simulate` gives, in a fraction of the time.
 */
export function runInRounds(spec: RunSpec, { traitors, choose = seeded(spec.seed) }: RoundsOptions = {}): RunResult {
  return runInstances(spec.members.map((id) => roleInstance(spec, id, traitors?.get(id), choose, symbolicSigner(id))), spec.order);
}

/** As `runInRounds`, with instances of one's own making, one for each member and in their order. */
export function runInstances(instances: readonly RoleInstance[], order: Order): RunResult {
  const army: RoundState[] = [];
  /** By id. */
  const states: RoundState[] = [];
  for (const instance of instances) {
    const { protocol, context } = instance;
    const one: RoundState = { instance, protocol, context, state: protocol.begin(context), inbox: [], next: [], decision: undefined, sent: 0, heard: [], tampered: [] };
    army.push(one);
    states[context.self] = one;
  }
  const { protocol, context, state } = states[army[0]!.context.commander]!;
  protocol.step(context, state, { type: 'input', input: order });
  const rounds = protocol.rounds(context);
  const accusations: Accusation[] = [];
  for (let round = 1; round <= rounds + 1; round += 1) {
    for (const one of army) {
      if (round > 1) one.heard.push(one.inbox);
      for (const effect of one.protocol.step(one.context, one.state, { type: 'round', round, inbox: one.inbox })) perform(one, round, effect);
    }
    for (const one of army) {
      one.inbox = one.next;
      one.next = [];
    }
  }
  const reports: Report[] = [];
  for (const one of army) reports.push(one.instance.report(one));
  return { reports, losses: [], accusations: accusations.sort(byAccuser) };

  function perform(one: RoundState, round: number, effect: RoundsEffect<OrderVocabulary>): void {
    switch (effect.type) {
      case 'send':
        send(one, round, effect.to, effect.messages);
        break;
      case 'output':
        one.decision ??= effect.output;
        break;
      case 'accuse':
        accusations.push({ by: one.context.self, kind: effect.kind, suspect: effect.suspect, evidence: effect.evidence });
        break;
      case 'note':
        if (effect.fact.type === 'tampered') one.tampered.push(effect.fact);
        break;
      default:
        effect satisfies never;
    }
  }

  /** All receivers share one entry of their inboxes, unless they hear more from this sender. */
  function send(one: RoundState, round: number, receivers: readonly NodeId[], messages: readonly unknown[]): void {
    if (messages.length === 0) return;
    const { protocol, context } = one;
    const from = context.self;
    const heard = { from, messages };
    for (const to of receivers) {
      if (to === from || !maySpeak(protocol, context, round, from, to)) continue;
      one.sent += messages.length;
      const hearer = states[to];
      if (hearer !== undefined) hearer.next = joined(hearer.next, heard);
    }
  }
}

/** Each accuser's own stay in the order in which it made them. */
const byAccuser = (a: Accusation, b: Accusation): number => a.by - b.by;

/** A general on its way through the rounds. */
interface RoundState extends Course {
  readonly instance: RoleInstance;
  readonly protocol: RoleInstance['protocol'];
  readonly context: Context;
  readonly state: unknown;
  inbox: Heard<unknown>[];
  /** What arrives with the next round. Filled in the order of the members, and so by sender. */
  next: Heard<unknown>[];
  decision: Order | undefined;
  sent: number;
  readonly heard: Inbox[];
  readonly tampered: Course['tampered'][number][];
}
