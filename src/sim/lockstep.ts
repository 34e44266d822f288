import { seeded } from '../core/choice.ts';
import type { Account, Accusation } from '../core/host.ts';
import { symbolicKeyring } from '../core/keyring.ts';
import type { Mission } from '../core/mission.ts';
import type { NodeId } from '../core/node.ts';
import type { Order } from '../core/order.ts';
import type { Context, Heard, OrderVocabulary, RoundsEffect } from '../core/protocol.ts';
import type { Course, Inbox } from '../protocols/synchronizer.ts';
import { soldier, type Soldier } from './general.ts';
import type { Circumstances } from './simulate.ts';

/**
 * Runs one order round by round, without frames, timers and virtual time, none of which matter while nobody breaks down:
 * the account is the one that `simulate` gives, in a fraction of the time.
 */
export function lockstep(mission: Mission, { traitors, choose = seeded(mission.seed) }: Pick<Circumstances, 'traitors' | 'choose'> = {}): Account {
  const army = mission.members.map((id) => soldier(mission, id, traitors?.get(id), choose, symbolicKeyring(id)));
  return march(army, mission.order);
}

/** As `lockstep`, with soldiers of one's own making, one for each member and in their order. */
export function march(soldiers: readonly Soldier[], order: Order): Account {
  const army = soldiers.map((one): Marcher => {
    const { protocol, context } = one;
    const state = protocol.begin(context);
    return { soldier: one, protocol, context, state, inbox: [], next: [], decision: undefined, sent: 0, heard: [], tampered: [], accusations: [] };
  });
  const marchers = new Map(army.map((one) => [one.context.self, one]));
  const commander = army.find(({ context }) => context.self === context.commander)!;
  commander.protocol.step(commander.context, commander.state, { type: 'input', input: order });
  const rounds = commander.protocol.rounds(commander.context);
  for (let round = 1; round <= rounds + 1; round += 1) {
    for (const one of army) {
      if (round > 1) one.heard.push(one.inbox);
      const event = { type: 'round', round, inbox: one.inbox } as const;
      for (const effect of one.protocol.step(one.context, one.state, event)) perform(one, round, effect);
    }
    for (const one of army) {
      one.inbox = one.next;
      one.next = [];
    }
  }
  return { reports: army.map((one) => one.soldier.report(one)), losses: [], accusations: army.flatMap(({ accusations }) => accusations) };

  function perform(one: Marcher, round: number, effect: RoundsEffect<OrderVocabulary>): void {
    switch (effect.type) {
      case 'send':
        send(one, round, effect.to, effect.messages);
        break;
      case 'output':
        one.decision ??= effect.output;
        break;
      case 'accuse':
        one.accusations.push({ by: one.context.self, kind: effect.kind, suspect: effect.suspect, evidence: effect.evidence });
        break;
      case 'note':
        if (effect.fact.type === 'tampered') one.tampered.push(effect.fact);
        break;
      default:
        effect satisfies never;
    }
  }

  /** All receivers share one entry of their inboxes, unless they hear more from this sender. */
  function send(one: Marcher, round: number, receivers: readonly NodeId[], messages: readonly unknown[]): void {
    if (messages.length === 0) return;
    const { protocol, context } = one;
    const from = context.self;
    const heard = { from, messages };
    for (const to of receivers) {
      if (!(protocol.speaks?.(context, round, from, to) ?? true)) continue;
      one.sent += messages.length;
      const next = to === from ? undefined : marchers.get(to)?.next;
      const last = next?.at(-1);
      if (last?.from === from) next![next!.length - 1] = { from, messages: [...last.messages, ...messages] };
      else next?.push(heard);
    }
  }
}

/** A general on its way through the rounds. */
interface Marcher {
  readonly soldier: Soldier;
  readonly protocol: Soldier['protocol'];
  readonly context: Context;
  readonly state: unknown;
  inbox: Heard<unknown>[];
  /** What arrives with the next round. Filled in the order of the members, and so by sender. */
  next: Heard<unknown>[];
  decision: Order | undefined;
  sent: number;
  readonly heard: Inbox[];
  readonly tampered: Course['tampered'][number][];
  readonly accusations: Accusation[];
}
